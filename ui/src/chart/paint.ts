// What uPlot has no paths for: candles, volumes, histograms, and the tag of the newest value.

import type uPlot from "uplot";

import { type Buckets, type Window, bucketOf, rowOf } from "../window.ts";

export interface Colors {
  up: string;
  down: string;
  volumeUp: string;
  volumeDown: string;
  grid: string;
  text: string;
  tagText: string;
  lines: string[];
}

/** The colours of the theme, from the style sheet. */
export function colors(): Colors {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    up: of("up"),
    down: of("down"),
    volumeUp: of("volume-up"),
    volumeDown: of("volume-down"),
    grid: of("grid"),
    text: of("dim"),
    tagText: of("tag-text"),
    lines: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => of(`line-${number}`)),
  };
}

/** The buckets in sight, and the pixel of the middle of each: both axes are linear, so that this is two numbers. */
interface Sight {
  first: number;
  last: number;
  x: (bucket: number) => number;
}

function sight(u: uPlot, window: Window): Sight {
  const { min, max } = u.scales.x!;
  const first = bucketOf(window, Math.max(window.start, min ?? 0));
  const last = window.times.length === 0 || max === undefined ? first - 1 : bucketOf(window, Math.min(window.end, max!));
  const pixels = u.bbox.width / (max! - min!);
  const middle = window.size === 1 ? 0 : window.size / 2;
  return { first, last, x: (bucket) => u.bbox.left + (rowOf(window, bucket) + middle - min!) * pixels };
}

/** The pixel of a value, which is far from the pane at most. */
function height(u: uPlot): (value: number) => number {
  const { min, max } = u.scales.y!;
  const { top, height } = u.bbox;
  const pixels = height / (max! - min!);
  return (value) => Math.round(top + (max! - value) * pixels);
}

/**
 * A line through buckets of many bars: in each column of pixels, a bar from the smallest to the largest value, joined to the one
 * before. It covers what a stroke through all values covers, and takes a tenth of its time.
 */
export function dense(u: uPlot, window: Window, { last, min, max, first, shift }: Buckets, color: string): void {
  const seen = sight(u, window);
  const y = height(u);
  const by = Math.round(shift / window.size);
  const thick = Math.max(1, Math.round(devicePixelRatio * 1.25));
  clipped(u, (context) => {
    context.fillStyle = color;
    for (let bucket = seen.first; bucket <= seen.last; bucket += 1) {
      const at = bucket - by;
      if (min[at] === undefined || Number.isNaN(min[at])) continue;
      const before = last[at - 1] ?? Number.NaN;
      const from = Number.isNaN(before) ? first[at]! : before;
      const [top, bottom] = [y(Math.max(max[at]!, from)), y(Math.min(min[at]!, from))];
      const left = Math.round(seen.x(bucket) - thick / 2);
      const next = Math.round(seen.x(bucket + 1) - thick / 2);
      context.fillRect(left, top, Math.max(thick, next - left), Math.max(thick, bottom - top));
    }
  });
}

/** The pixels of a bucket. */
function step(u: uPlot, window: Window): number {
  const { min, max } = u.scales.x!;
  return (u.bbox.width / (max! - min!)) * window.size;
}

function clipped(u: uPlot, work: (context: CanvasRenderingContext2D) => void): void {
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  work(u.ctx);
  u.ctx.restore();
}

/** Candles, as wide as there is room; lines from high to low where there is none. */
export function candles(u: uPlot, window: Window, { up, down }: Colors): void {
  const bars = window.candles;
  if (!bars) return;
  const ratio = devicePixelRatio;
  const pixels = step(u, window);
  const wick = Math.max(1, Math.round(ratio * (pixels > 12 * ratio ? 1.5 : 1)));
  const body = pixels < 3 * ratio ? 0 : Math.max(1, Math.floor(Math.min(pixels * 0.72, 22 * ratio)));
  const [seen, y] = [sight(u, window), height(u)];
  clipped(u, (context) => {
    for (const [color, isUp] of [[up, true], [down, false]] as const) {
      context.fillStyle = color;
      for (let bucket = seen.first; bucket <= seen.last; bucket += 1) {
        const [open, close] = [bars.open[bucket]!, bars.close[bucket]!];
        if (close >= open !== isUp) continue;
        const x = seen.x(bucket);
        const [high, low] = [y(bars.high[bucket]!), y(bars.low[bucket]!)];
        context.fillRect(Math.round(x - wick / 2), high, wick, Math.max(1, low - high));
        if (body === 0) continue;
        const [top, bottom] = [y(Math.max(open, close)), y(Math.min(open, close))];
        context.fillRect(Math.round(x - body / 2), top, body, Math.max(ratio, bottom - top));
      }
    }
  });
}

/** Volumes, in the lowest sixth of the pane. */
export function volumes(u: uPlot, window: Window, { volumeUp, volumeDown }: Colors): void {
  const bars = window.candles;
  if (!bars) return;
  const seen = sight(u, window);
  let largest = 0;
  for (let { first: bucket } = seen; bucket <= seen.last; bucket += 1) largest = Math.max(largest, bars.volume[bucket] || 0);
  if (largest === 0) return;
  const { top, height } = u.bbox;
  const width = Math.max(1, Math.floor(Math.min(step(u, window) * 0.72, 22 * devicePixelRatio)));
  clipped(u, (context) => {
    for (let bucket = seen.first; bucket <= seen.last; bucket += 1) {
      const tall = Math.round(((bars.volume[bucket] || 0) / largest) * height * 0.16);
      context.fillStyle = bars.close[bucket]! >= bars.open[bucket]! ? volumeUp : volumeDown;
      context.fillRect(Math.round(seen.x(bucket) - width / 2), top + height - tall, width, tall);
    }
  });
}

/** Bars from zero, as of a MACD histogram. */
export function histogram(u: uPlot, window: Window, values: number[], { up, down }: Colors): void {
  const [seen, y] = [sight(u, window), height(u)];
  const zero = y(0);
  const width = Math.max(1, Math.floor(Math.min(step(u, window) * 0.6, 16 * devicePixelRatio)));
  clipped(u, (context) => {
    context.globalAlpha = 0.6;
    for (let bucket = seen.first; bucket <= seen.last; bucket += 1) {
      const value = values[bucket];
      if (value === undefined || Number.isNaN(value)) continue;
      const end = y(value);
      context.fillStyle = value >= 0 ? up : down;
      context.fillRect(Math.round(seen.x(bucket) - width / 2), Math.min(end, zero), width, Math.max(1, Math.abs(end - zero)));
    }
  });
}

/** The newest value on the axis, with a dotted line to it. */
export function tag(u: uPlot, value: number, text: string, color: string, { tagText }: Colors): void {
  const { left, top, width, height } = u.bbox;
  const y = Math.round(u.valToPos(value, "y", true));
  if (y < top || y > top + height) return;
  const [context, ratio] = [u.ctx, devicePixelRatio];
  context.save();
  context.strokeStyle = color;
  context.globalAlpha = 0.7;
  context.setLineDash([2 * ratio, 3 * ratio]);
  context.lineWidth = ratio;
  context.beginPath();
  context.moveTo(left, y);
  context.lineTo(left + width, y);
  context.stroke();
  context.globalAlpha = 1;
  context.font = `500 ${11 * ratio}px ${FONT}`;
  context.fillStyle = color;
  context.fillRect(left + width + 1, y - 9 * ratio, context.measureText(text).width + 12 * ratio, 18 * ratio);
  context.fillStyle = tagText;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left + width + 7 * ratio, y + ratio * 0.5);
  context.restore();
}

export const FONT = 'ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
