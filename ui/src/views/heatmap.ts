// A heat map on a canvas: one cell per pair of parameters, the value at the cursor, the best cell marked.

import { compact, value } from "../chart/format.ts";
import { FONT } from "../chart/paint.ts";
import { h } from "../dom.ts";

export interface Grid {
  /** The names of the two axes, and of what is shown. */
  names: [string, string];
  label: string;
  xs: number[];
  ys: number[];
  /** Row by row from the first of `ys`; NaN is an empty cell. */
  cells: number[];
}

const [LEFT, BOTTOM, TOP, RIGHT] = [58, 40, 10, 86];

export class HeatMap {
  readonly canvas = h("canvas", { class: "heat", tabindex: "0", role: "img" });
  readonly tip = h("div", { class: "heat-tip", hidden: true });
  readonly element = h("div", { class: "heat-box" }, this.canvas, this.tip);
  private grid: Grid | undefined;

  constructor(private readonly chosen: (x: number, y: number) => void) {
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.canvas.addEventListener("mousemove", (event) => this.point(event));
    this.canvas.addEventListener("mouseleave", () => (this.tip.hidden = true));
    this.canvas.addEventListener("click", (event) => {
      const cell = this.at(event);
      if (cell) this.chosen(this.grid!.xs[cell.x]!, this.grid!.ys[cell.y]!);
    });
  }

  show(grid: Grid): void {
    this.grid = grid;
    this.canvas.setAttribute("aria-label", `${grid.label} over ${grid.names.join(" and ")}`);
    this.draw();
  }

  private get size(): { width: number; height: number } {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  private at(event: MouseEvent): { x: number; y: number } | undefined {
    const { grid } = this;
    const { left, top } = this.canvas.getBoundingClientRect();
    const { width, height } = this.size;
    if (!grid) return undefined;
    const x = Math.floor(((event.clientX - left - LEFT) / (width - LEFT - RIGHT)) * grid.xs.length);
    const y = grid.ys.length - 1 - Math.floor(((event.clientY - top - TOP) / (height - TOP - BOTTOM)) * grid.ys.length);
    const isIn = x >= 0 && x < grid.xs.length && y >= 0 && y < grid.ys.length;
    return isIn && !Number.isNaN(grid.cells[y * grid.xs.length + x]) ? { x, y } : undefined;
  }

  private point(event: MouseEvent): void {
    const cell = this.at(event);
    this.tip.hidden = cell === undefined;
    this.canvas.style.cursor = cell ? "pointer" : "default";
    if (!cell || !this.grid) return;
    const { names, xs, ys, cells, label } = this.grid;
    this.tip.textContent = `${names[0]} ${xs[cell.x]}${names[1] ? `, ${names[1]} ${ys[cell.y]}` : ""}: ${label} ${value(cells[cell.y * xs.length + cell.x])}`;
    const { left, top } = this.element.getBoundingClientRect();
    const x = Math.min(event.clientX - left + 14, this.size.width - this.tip.offsetWidth - 4);
    this.tip.style.left = `${x}px`;
    this.tip.style.top = `${event.clientY - top + 14}px`;
  }

  draw(): void {
    const { grid, canvas } = this;
    const { width, height } = this.size;
    if (!grid || width === 0 || height === 0) return;
    const ratio = devicePixelRatio;
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    const context = canvas.getContext("2d")!;
    context.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const finite = grid.cells.filter(Number.isFinite);
    const [min, max] = [Math.min(...finite), Math.max(...finite)];
    const palette = [color("cold"), color("middle"), color("hot")].map(channels);
    const [cellWidth, cellHeight] = [(width - LEFT - RIGHT) / grid.xs.length, (height - TOP - BOTTOM) / grid.ys.length];
    const gap = Math.min(cellWidth, cellHeight) > 6 ? 1 : 0;
    let best = -1;
    grid.cells.forEach((cell, index) => {
      const [x, y] = [index % grid.xs.length, grid.ys.length - 1 - Math.floor(index / grid.xs.length)];
      if (!Number.isFinite(cell)) return;
      if (best < 0 || cell > grid.cells[best]!) best = index;
      context.fillStyle = mixed(palette, max > min ? (cell - min) / (max - min) : 0.5);
      const [left, top] = [Math.floor(LEFT + x * cellWidth), Math.floor(TOP + y * cellHeight)];
      context.fillRect(left, top, Math.floor(LEFT + (x + 1) * cellWidth) - left - gap, Math.floor(TOP + (y + 1) * cellHeight) - top - gap);
    });
    if (best >= 0) {
      const [x, y] = [best % grid.xs.length, grid.ys.length - 1 - Math.floor(best / grid.xs.length)];
      context.strokeStyle = color("text");
      context.lineWidth = 2;
      context.strokeRect(LEFT + x * cellWidth, TOP + y * cellHeight, cellWidth - gap, cellHeight - gap);
    }
    context.fillStyle = color("dim");
    context.font = `11px ${FONT}`;
    this.axes(context, grid, cellWidth, cellHeight);
    this.scale(context, palette, min, max);
  }

  private axes(context: CanvasRenderingContext2D, { xs, ys, names }: Grid, cellWidth: number, cellHeight: number): void {
    const { width, height } = this.size;
    const every = (count: number, pixels: number): number => Math.max(1, Math.ceil(count / Math.max(1, Math.floor(pixels))));
    context.textAlign = "center";
    const [stepX, stepY] = [every(xs.length, (width - LEFT - RIGHT) / 44), every(ys.length, (height - TOP - BOTTOM) / 20)];
    xs.forEach((x, at) => at % stepX === 0 && context.fillText(compact(x), LEFT + (at + 0.5) * cellWidth, height - BOTTOM + 16));
    context.textAlign = "right";
    context.textBaseline = "middle";
    ys.forEach((y, at) => names[1] && at % stepY === 0 && context.fillText(compact(y), LEFT - 8, TOP + (ys.length - 1 - at + 0.5) * cellHeight));
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.fillText(names[0], LEFT + (width - LEFT - RIGHT) / 2, height - 6);
    context.save();
    context.translate(13, TOP + (height - TOP - BOTTOM) / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(names[1], 0, 0);
    context.restore();
  }

  private scale(context: CanvasRenderingContext2D, palette: number[][], min: number, max: number): void {
    const { width, height } = this.size;
    const tall = height - TOP - BOTTOM;
    for (let y = 0; y < tall; y += 1) {
      context.fillStyle = mixed(palette, 1 - y / tall);
      context.fillRect(width - RIGHT + 16, TOP + y, 12, 1.5);
    }
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--dim").trim();
    context.textAlign = "left";
    if (Number.isFinite(min)) [max, (min + max) / 2, min].forEach((one, at) => context.fillText(compact(one), width - RIGHT + 34, TOP + 10 + (at * (tall - 12)) / 2));
  }
}

function channels(color: string): number[] {
  const hex = color.replace("#", "");
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function mixed([low, middle, high]: number[][], part: number): string {
  const [from, to, share] = part < 0.5 ? [low!, middle!, part * 2] : [middle!, high!, part * 2 - 1];
  return `rgb(${from.map((one, at) => Math.round(one + (to[at]! - one) * share)).join(" ")})`;
}
