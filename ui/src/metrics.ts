// The text format of Prometheus, read.

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export type Metrics = Map<string, Sample[]>;

export function parse(text: string): Metrics {
  const metrics: Metrics = new Map();
  for (const line of text.split("\n")) {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (!found) continue;
    const [, name, inner, value] = found;
    const labels: Record<string, string> = {};
    for (const [, label, text] of (inner ?? "").matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) labels[label!] = text!.replaceAll(/\\(.)/g, "$1");
    const samples = metrics.get(name!) ?? [];
    samples.push({ labels, value: Number(value === "+Inf" ? Number.POSITIVE_INFINITY : value) });
    metrics.set(name!, samples);
  }
  return metrics;
}

/** The value of a metric without labels. */
export const single = (metrics: Metrics, name: string): number | undefined => metrics.get(name)?.[0]?.value;

/** The calls of a method between two readings. */
export interface Calls {
  method: string;
  count: number;
  errors: number;
  /** Upper bounds in seconds and the calls up to each. */
  buckets: [number, number][];
}

export function calls(metrics: Metrics): Map<string, Calls> {
  const found = new Map<string, Calls>();
  const of = ({ labels }: Sample): Calls => {
    const path = labels.grpc_method ?? labels.method ?? "unknown";
    const method = path.replace(/^\/?(atrad\.v1\.)?/, "");
    const one = found.get(method) ?? { method, count: 0, errors: 0, buckets: [] };
    found.set(method, one);
    return one;
  };
  for (const sample of metrics.get("grpc_server_call_duration_seconds_count") ?? []) {
    const one = of(sample);
    one.count += sample.value;
    if ((sample.labels.grpc_status ?? "OK") !== "OK") one.errors += sample.value;
  }
  for (const sample of metrics.get("grpc_server_call_duration_seconds_bucket") ?? []) {
    const [one, bound] = [of(sample), sample.labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(sample.labels.le)];
    const bucket = one.buckets.find(([known]) => known === bound);
    if (bucket) bucket[1] += sample.value;
    else one.buckets.push([bound, sample.value]);
  }
  for (const one of found.values()) one.buckets.sort(([a], [b]) => a - b);
  return found;
}

/** A quantile of durations, between the bounds of its bucket in proportion, as Prometheus does. */
export function quantile(buckets: [number, number][], part: number): number {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total === 0) return Number.NaN;
  const at = buckets.findIndex(([, count]) => count >= part * total);
  const [bound, count] = buckets[at]!;
  const [low, before] = at > 0 ? buckets[at - 1]! : [0, 0];
  if (!Number.isFinite(bound)) return low;
  return count === before ? bound : low + ((bound - low) * (part * total - before)) / (count - before);
}
