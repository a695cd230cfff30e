// From a window to what uPlot draws: one axis of bars, one array per line.
//
// A bucket of several bars becomes four points: first, smallest and largest in the order of the slope, last (M4). So a line
// through a million bars touches the same pixels as one through all values.

import { type Buckets, type Window, rowOf } from "../window.ts";

export type Points = (number | null)[];

const filled = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);

/** The bars of the points, with `ahead` more after the newest, for lines that are shifted to the right. */
export function axis(window: Window, ahead: number): number[] {
  const rows: number[] = [];
  const buckets = window.times.length;
  if (window.size === 1) {
    for (let at = 0; at < buckets + ahead; at += 1) rows.push(window.start + at);
    return rows;
  }
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const row = rowOf(window, bucket);
    for (let part = 0; part < 4; part += 1) rows.push(row + (part * window.size) / 4);
  }
  return rows;
}

/** The points of a line. */
export function line(window: Window, { last, first, min, max, shift }: Buckets, length: number): Points {
  if (window.size === 1) return shifted(last.map(filled), shift, length);
  const points: Points = [];
  last.forEach((end, at) => {
    const rises = first[at]! <= end;
    points.push(filled(first[at]), filled(rises ? min[at] : max[at]), filled(rises ? max[at] : min[at]), filled(end));
  });
  return shifted(points, 4 * Math.round(shift / window.size), length);
}

function shifted(points: Points, by: number, length: number): Points {
  if (by === 0 && points.length === length) return points;
  return Array.from({ length }, (_, at) => points[at - by] ?? null);
}

/** Values of candles, one per point of the axis, so that the scale takes them in. */
export function spread(window: Window, values: number[], length: number): Points {
  const per = window.size === 1 ? 1 : 4;
  return Array.from({ length }, (_, at) => filled(values[Math.floor(at / per)]));
}

/** The points in percent of a base. */
export function percent(points: Points, base: number): Points {
  return points.map((value) => (value === null ? null : (value / base - 1) * 100));
}
