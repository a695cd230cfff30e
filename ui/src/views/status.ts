// The status of the server, from its metrics: calls, latency, caches, the writer, queues, memory.

import { compact } from "../chart/format.ts";
import { fill, h } from "../dom.ts";
import { type Calls, type Metrics, calls, parse, quantile, single } from "../metrics.ts";
import { CallError, call } from "../rpc.ts";
import type { Page } from "./page.ts";

const EVERY_MS = 2000;
const KEPT = 90;
/** A curve of fewer readings is as wide as one of so many. */
const SPAN_MIN = 15;

export class StatusView {
  readonly element: HTMLElement;
  private readonly note = h("p", { class: "note", role: "status" });
  private readonly tiles = h("div", { class: "tiles" });
  private readonly tables = h("div", { class: "tables" });
  private readonly history = new Map<string, number[]>();
  private before: { metrics: Metrics; at: number } | undefined;
  private running = new AbortController();

  constructor(private readonly page: Page) {
    this.element = h("section", { class: "view form-view status" }, this.note, this.tiles, this.tables);
  }

  async open(): Promise<void> {
    this.running.abort();
    const { signal } = (this.running = new AbortController());
    while (!signal.aborted) {
      await this.read(signal);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  close(): void {
    this.running.abort();
  }

  private async read(signal: AbortSignal): Promise<void> {
    try {
      const { text } = await call<{ text?: string }>("AdminService/GetMetrics", {}, signal);
      if (signal.aborted) return;
      this.note.className = "note";
      this.note.textContent = text ? "" : "The server was started without metrics.";
      if (text) this.draw(parse(text), performance.now() / 1000);
    } catch (error) {
      if (signal.aborted) return;
      this.note.className = "note wrong";
      this.note.textContent = (error as Error).message;
      if (error instanceof CallError && error.code === "unauthenticated") {
        this.running.abort();
        this.page.askToken(error.message);
      }
    }
  }

  private draw(metrics: Metrics, at: number): void {
    const now = calls(metrics);
    const then = this.before ? calls(this.before.metrics) : new Map<string, Calls>();
    const passed = this.before ? at - this.before.at : Number.NaN;
    const count = (all: Map<string, Calls>): number => [...all.values()].reduce((sum, one) => sum + one.count, 0);
    const rate = (count(now) - count(then)) / passed;
    const of = (name: string): number => single(metrics, name) ?? Number.NaN;
    const rows = (of("atrad_writer_rows_total") - (this.before ? (single(this.before.metrics, "atrad_writer_rows_total") ?? 0) : Number.NaN)) / passed;
    this.before = { metrics, at };
    fill(
      this.tiles,
      this.tile("Calls per second", rate, compact),
      this.tile("Calls running", of("atrad_calls_in_flight"), compact),
      this.tile("Work queued", of("atrad_work_in_flight_seconds"), duration, `${compact(of("atrad_pool_pending"))} waiting, ${compact(of("atrad_pool_running"))} running`),
      this.tile("Rows written per second", rows, compact, `queue ${compact(of("atrad_queue_depth"))}`),
      this.tile("Commit p99", of("atrad_writer_latency_p99_seconds"), duration, `p50 ${duration(of("atrad_writer_latency_p50_seconds"))}, p95 ${duration(of("atrad_writer_latency_p95_seconds"))}`),
      this.tile("Memory", of("process_memory_usage_bytes"), bytes),
      this.tile("Series", of("atrad_series"), compact, missing(of("atrad_price_files_missing"))),
      this.tile("Watches", of("atrad_watches"), compact, `${compact(of("atrad_watch_states"))} states`),
    );
    fill(this.tables, this.callTable([...now.values()], then, passed), cacheTable(metrics), writerTable(of));
  }

  private tile(title: string, number: number, shown: (value: number) => string, below = ""): HTMLElement {
    const values = this.history.get(title) ?? [];
    if (Number.isFinite(number)) values.push(number);
    this.history.set(title, values.slice(-KEPT));
    const canvas = h("canvas", { class: "spark", width: "240", height: "44", "aria-hidden": "true" });
    spark(canvas, values.slice(-KEPT));
    return h("div", { class: "tile" }, h("h3", {}, title), h("p", { class: "figure" }, Number.isFinite(number) ? shown(number) : "–"), h("p", { class: "below" }, below), canvas);
  }

  private callTable(now: Calls[], then: Map<string, Calls>, passed: number): HTMLElement {
    const rows = now.sort((a, b) => b.count - a.count).map((one) => {
      const rate = (one.count - (then.get(one.method)?.count ?? 0)) / passed;
      const cells = [Number.isFinite(rate) ? compact(rate) : "–", compact(one.count), compact(one.errors), ...[0.5, 0.95, 0.99].map((part) => duration(quantile(one.buckets, part)))];
      return [one.method, ...cells];
    });
    return table("Calls", ["Method", "per second", "total", "errors", "p50", "p95", "p99"], rows);
  }
}

function cacheTable(metrics: Metrics): HTMLElement {
  const of = (name: string, tier: string): number => metrics.get(name)?.find(({ labels }) => labels.tier === tier)?.value ?? 0;
  const tiers = (metrics.get("atrad_cache_hits_total") ?? []).map(({ labels }) => labels.tier ?? "");
  const rows = tiers.map((tier) => {
    const [hits, misses] = [of("atrad_cache_hits_total", tier), of("atrad_cache_misses_total", tier)];
    const share = hits + misses > 0 ? `${((100 * hits) / (hits + misses)).toFixed(1)} %` : "–";
    return [tier, share, compact(hits), compact(misses), compact(of("atrad_cache_errors_total", tier)), compact(of("atrad_cache_entries", tier)), bytes(of("atrad_cache_size_bytes", tier))];
  });
  return table("Cache", ["Tier", "hit rate", "hits", "misses", "errors", "entries", "size"], rows);
}

function writerTable(of: (name: string) => number): HTMLElement {
  const rows = [
    ["Commits", compact(of("atrad_writer_commits_total"))],
    ["Rows", compact(of("atrad_writer_rows_total"))],
    ["Retries", compact(of("atrad_writer_retries_total"))],
    ["Failures", compact(of("atrad_writer_failures_total"))],
    ["Merges pending", compact(of("atrad_merges_pending"))],
    ["Answers computed", compact(of("atrad_answers_computed_total"))],
  ];
  return table("Writer", ["", ""], rows);
}

function table(title: string, head: string[], rows: string[][]): HTMLElement {
  const cell = (tag: "th" | "td") => (text: string, at: number): HTMLElement => h(tag, { class: at > 0 ? "number" : "" }, text);
  const body = rows.map((row) => h("tr", {}, ...row.map(cell("td"))));
  const top = head.some(Boolean) && h("thead", {}, h("tr", {}, ...head.map(cell("th"))));
  return h("div", { class: "table card" }, h("h3", {}, title), h("table", {}, top, h("tbody", {}, ...body)));
}

function spark(canvas: HTMLCanvasElement, values: number[]): void {
  const context = canvas.getContext("2d")!;
  const [min, max] = [Math.min(0, ...values), Math.max(...values, 1e-9)];
  const { width, height } = canvas;
  const point = (value: number, at: number): [number, number] => [(at / (Math.max(SPAN_MIN, values.length) - 1)) * width, height - 2 - ((value - min) / (max - min)) * (height - 6)];
  context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  context.lineWidth = 2;
  context.beginPath();
  values.forEach((value, at) => context.lineTo(...point(value, at)));
  context.stroke();
  context.lineTo(point(0, values.length - 1)[0], height);
  context.lineTo(0, height);
  context.globalAlpha = 0.12;
  context.fillStyle = context.strokeStyle;
  context.fill();
}

const missing = (files: number): string => (files > 0 ? `${files} price files missing` : "no price file missing");

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds === 0) return "0";
  if (seconds < 0.001) return `${Number((seconds * 1e6).toPrecision(3))} µs`;
  return seconds < 1 ? `${Number((seconds * 1e3).toPrecision(3))} ms` : `${Number(seconds.toPrecision(3))} s`;
}

function bytes(size: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const at = size > 0 ? Math.min(units.length - 1, Math.floor(Math.log2(size) / 10)) : 0;
  return `${Number((size / 1024 ** at).toPrecision(3))} ${units[at]}`;
}
