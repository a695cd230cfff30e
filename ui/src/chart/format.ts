// Numbers and times as text; times are UTC.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number): string => String(value).padStart(2, "0");

const formats = new Map<number, Intl.NumberFormat>();

/** A number with groups of thousands; a format is dear to make, and used in every frame. */
function grouped(number: number, least: number, most: number): string {
  const key = least * 32 + most;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most })));
  return format.format(number);
}

/** A value with the digits that its size deserves: `0.000123`, `1.2346`, `65 432.10`, `1.23M`. */
export function value(number: number | undefined): string {
  if (number === undefined || Number.isNaN(number)) return "–";
  const size = Math.abs(number);
  if (size === 0) return "0";
  if (size === Number.POSITIVE_INFINITY) return number > 0 ? "∞" : "−∞";
  if (size >= 1e7 || size < 1e-5) return compact(number);
  const digits = size >= 10 ? 2 : size >= 1 ? 4 : Math.min(8, 3 - Math.floor(Math.log10(size)));
  return sign(grouped(number, size >= 10 ? 2 : 0, digits));
}

/** A value in few letters: `12.3K`, `4.56M`. */
export function compact(number: number): string {
  const size = Math.abs(number);
  if (size === 0) return "0";
  if (Number.isNaN(number)) return "–";
  for (const [limit, unit] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]] as const) {
    if (size >= limit && size < limit * 1000) return sign(`${Number((number / limit).toPrecision(3))}${unit}`);
  }
  return sign(size < 1e-3 || size >= 1e15 ? number.toExponential(2) : String(Number(number.toPrecision(3))));
}

/** The labels of an axis: all with the same digits, as many as the step between them needs. */
export function labels(values: number[]): string[] {
  const step = Math.abs((values[1] ?? 0) - (values[0] ?? 0));
  const largest = Math.max(...values.map(Math.abs));
  if (largest >= 1e6 && step >= 1e3) return values.map(compact);
  const digits = step > 0 ? Math.min(10, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))) : 2;
  return values.map((one) => sign(grouped(one, digits, digits)));
}

const sign = (text: string): string => text.replace("-", "−");

/** A time as `2021-06-17 08:30`, without the hours if bars are days or longer. */
export function time(seconds: number, barSeconds: number): string {
  const date = new Date(seconds * 1000);
  const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  if (barSeconds >= 86_400) return day;
  const minute = `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  return barSeconds >= 60 ? minute : `${minute}:${two(date.getUTCSeconds())}`;
}

/** The seconds of a timeframe, as in `15m`. */
export function frameSeconds(timeframe: string): number {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_592_000 };
  return Number.parseInt(timeframe, 10) * (units[timeframe.at(-1) ?? ""] ?? 60) || 60;
}

interface Unit {
  seconds: number;
  /** Equal for times in the same unit. */
  of: (date: Date) => number;
  label: (date: Date, isNewDay: boolean) => string;
}

const plain = (seconds: number): Unit => ({
  seconds,
  of: (date) => Math.floor(date.getTime() / 1000 / seconds),
  label: (date, isNewDay) =>
    isNewDay ? dayLabel(date) : `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}${seconds < 60 ? `:${two(date.getUTCSeconds())}` : ""}`,
});

const months = (count: number): Unit => ({
  seconds: count * 2_629_746,
  of: (date) => Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / count),
  label: (date) => (date.getUTCMonth() < count && count < 12 ? String(date.getUTCFullYear()) : count >= 12 ? String(date.getUTCFullYear()) : MONTHS[date.getUTCMonth()]!),
});

const days = (count: number): Unit => ({
  seconds: count * 86_400,
  of: (date) => Math.floor(date.getTime() / 86_400_000 / count),
  label: dayLabel,
});

function dayLabel(date: Date): string {
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

const UNITS: Unit[] = [
  ...[1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200].map(plain),
  ...[1, 2, 4, 7, 14].map(days),
  ...[1, 3, 6, 12, 24, 60, 120].map(months),
];

/** The ticks of the time axis among these bars: where a new minute, hour, day, month … begins. */
export function ticks(bars: { row: number; time: number }[], perRow: number, gap: number): { row: number; label: string }[] {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last || last.row <= first.row) return [];
  const perPixel = (last.time - first.time) / ((last.row - first.row) * perRow);
  const unit = UNITS.find((one) => one.seconds >= perPixel * gap) ?? UNITS.at(-1)!;
  const found: { row: number; label: string }[] = [];
  let before: Date | undefined;
  for (const { row, time } of bars) {
    const date = new Date(time * 1000);
    const isNew = before !== undefined && unit.of(date) !== unit.of(before);
    const isNewDay = before !== undefined && dayLabel(date) !== dayLabel(before);
    before = date;
    const previous = found.at(-1);
    if (isNew && (!previous || (row - previous.row) * perRow >= gap * 0.7)) found.push({ row, label: unit.label(date, isNewDay) });
  }
  return found;
}
