// Expressions as values: they print to the text that the server reads. Wherever a request takes an expression, its text
// will do as well: `expressions: [rsi(14).toString(), "ema(12)"]`, or `texts(rsi(14), "ema(12)")`.

/** What an indicator reads: an expression, or its text. */
export type Input = Expr | string;
/** What operators take besides. */
export type Operand = Input | number;

const [OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, POWER, VALUE] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** One expression. JavaScript has no operators of its own for it: `close.minus(open).gt(0).and(rsi(14).lt(30))`. */
export class Expr {
  constructor(
    readonly text: string,
    readonly precedence: number = VALUE,
  ) {}

  toString(): string {
    return this.text;
  }

  plus(other: Operand): Expr {
    return infix(this, "+", other, SUM);
  }
  minus(other: Operand): Expr {
    return infix(this, "-", other, SUM);
  }
  times(other: Operand): Expr {
    return infix(this, "*", other, PRODUCT);
  }
  over(other: Operand): Expr {
    return infix(this, "/", other, PRODUCT);
  }
  /** To this power. */
  pow(other: Operand): Expr {
    return new Expr(`${wrapped(this, VALUE)} ^ ${wrapped(other, POWER)}`, POWER);
  }
  negated(): Expr {
    return new Expr(`-${wrapped(this, SIGN)}`, SIGN);
  }
  lt(other: Operand): Expr {
    return compared(this, "<", other);
  }
  le(other: Operand): Expr {
    return compared(this, "<=", other);
  }
  gt(other: Operand): Expr {
    return compared(this, ">", other);
  }
  ge(other: Operand): Expr {
    return compared(this, ">=", other);
  }
  eq(other: Operand): Expr {
    return compared(this, "==", other);
  }
  ne(other: Operand): Expr {
    return compared(this, "!=", other);
  }
  and(other: Operand): Expr {
    return infix(this, "and", other, AND);
  }
  or(other: Operand): Expr {
    return infix(this, "or", other, OR);
  }
  not(): Expr {
    return new Expr(`not ${wrapped(this, NOT)}`, NOT);
  }
  /** The value `bars` bars earlier, 0 or more. */
  shift(bars: number): Expr {
    return call("shift", this, bars);
  }
  /** This column of another series: `close.of("AAPL")` is `close@AAPL`. */
  of(symbol: string): Expr {
    if (!/^[A-Za-z_]\w*$/.test(this.text)) throw new RangeError(`only a column is of another series, not ${this.text}`);
    if (!/^[\w.:/\-^=$#&]{1,64}$/.test(symbol)) throw new RangeError(`not a symbol: ${JSON.stringify(symbol)}`);
    return new Expr(/^[\w.:]+$/.test(symbol) ? `${this.text}@${symbol}` : `${this.text}@"${symbol}"`);
  }
  /** The text of the expression with a label for its column. */
  as(label: string): string {
    if (!/^\w+$/.test(label)) throw new RangeError(`a label is of letters, digits and _, got ${JSON.stringify(label)}`);
    return `${label} = ${this.text}`;
  }
}

/** An indicator with several outputs: all of them in a request, each by its name: `macd(12, 26, 9).hist`. */
export class Outputs {
  constructor(
    readonly text: string,
    names: string[],
  ) {
    Object.assign(this, Object.fromEntries(names.map((each) => [each, new Expr(`${text}.${each}`)])));
  }

  toString(): string {
    return this.text;
  }
}

/** The texts to send. */
export function texts(...expressions: (Input | Outputs)[]): string[] {
  return expressions.map(String);
}

/** The values of a number in a sweep. */
export class Variants {
  constructor(
    readonly text: string,
    readonly values: readonly number[],
  ) {}

  toString(): string {
    return this.text;
  }
}

/** Some values: `ema(variants([10, 20], "fast"))`; the name is that of the parameter in the answer. */
export function variants(values: readonly number[], name = ""): Variants {
  if (values.length === 0 || !values.every(Number.isFinite)) throw new RangeError(`variants are finite numbers, got [${values.join(", ")}]`);
  return new Variants(`[${values.join(", ")}]${named(name)}`, values);
}

/** The values from first to last, both inclusive: `ema(steps(5, 50, 5, "fast"))` is `ema(5..50 step 5 as fast)`. */
export function steps(first: number, last: number, step = 1, name = ""): Variants {
  if (!(first <= last && step > 0 && Number.isFinite(last - first + step)))
    throw new RangeError(`steps rise from first to last, got ${first}..${last} step ${step}`);
  return new Variants(`${first}..${last}${step === 1 ? "" : ` step ${step}`}${named(name)}`, [first, last]);
}

function named(name: string): string {
  if (!/^\w*$/.test(name)) throw new RangeError(`a name is of letters, digits and _, got ${JSON.stringify(name)}`);
  return name && ` as ${name}`;
}

/** A column by its name, such as an extra column of a series. */
export function column(name: string): Expr {
  if (!/^\w{1,32}$/.test(name)) throw new RangeError(`not a column: ${JSON.stringify(name)}`);
  return new Expr(name);
}

export const [open, high, low, close, volume] = ["open", "high", "low", "close", "volume"].map(column) as Columns;
export const [hl2, hlc3, ohlc4, hlcc4, returns] = ["hl2", "hlc3", "ohlc4", "hlcc4", "returns"].map(column) as Columns;
type Columns = [Expr, Expr, Expr, Expr, Expr];

/** The value without its sign. */
export const abs = (x: Operand): Expr => call("abs", x);
/** Whether a is above b and was not at the bar before, or below it and was not. */
export const cross = (a: Operand, b: Operand): Expr => call("cross", a, b);
/** Whether a is above b and was not at the bar before. */
export const crossover = (a: Operand, b: Operand): Expr => call("crossover", a, b);
/** Whether a is below b and was not at the bar before. */
export const crossunder = (a: Operand, b: Operand): Expr => call("crossunder", a, b);
/** The newest value there is, at the bar or before it. */
export const ffill = (x: Operand): Expr => call("ffill", x);
/** The value of a where the condition is true, else of b. */
export const when = (condition: Operand, a: Operand, b: Operand): Expr => call("if", condition, a, b);
/** The larger of two values at each bar. */
export const larger = (a: Operand, b: Operand): Expr => call("larger", a, b);
/** The smaller of two values at each bar. */
export const smaller = (a: Operand, b: Operand): Expr => call("smaller", a, b);
/** Above zero 1, below it -1, else 0. */
export const sign = (x: Operand): Expr => call("sign", x);

/** A function of an indicator: of its parameters by position or by name, after its inputs or without them. */
export interface IndicatorFunction<I extends Input[], P extends unknown[], N, O> {
  (...params: P): O;
  (named: N): O;
  (...all: [...I, ...P]): O;
  (...all: [...I, N]): O;
}

/** A parameter: the words of a choice, or i or r for whole or real numbers and the bounds. */
type Param = readonly [string, readonly string[]] | readonly [string, string, number, number];

/** The function of a declaration. */
export function indicator<I extends Input[], P extends unknown[], N, O>(
  name: string,
  inputs: number,
  params: Param[],
  outputs: string[],
): IndicatorFunction<I, P, N, O> {
  return ((...given: unknown[]) => {
    const taken = leading(name, inputs, params[0], given);
    const [written, rest] = [given.slice(0, taken).map((each) => wrapped(each as Input, 0)), given.slice(taken)];
    const last = rest.at(-1);
    const named = isNamed(last) ? (rest.pop() as Record<string, unknown>) : {};
    if (rest.length > params.length) throw new TypeError(`${name} has ${params.length} parameters, got ${rest.length}`);
    rest.forEach((value, at) => written.push(checked(name, params[at]!, value)));
    for (const [key, value] of Object.entries(named)) {
      const param = params.find((each) => each[0] === key);
      if (!param) throw new TypeError(`${name} has no parameter ${key}; it has ${params.map((each) => each[0]).join(", ")}`);
      if (params.indexOf(param) < rest.length) throw new TypeError(`${name} got ${key} by position and by name`);
      if (value !== undefined) written.push(`${key}=${checked(name, param, value)}`);
    }
    const text = `${name}(${written.join(", ")})`;
    return outputs.length ? new Outputs(text, outputs) : new Expr(text);
  }) as IndicatorFunction<I, P, N, O>;
}

/** How many arguments are inputs: all that there are, or none. */
function leading(name: string, inputs: number, param: Param | undefined, given: unknown[]): number {
  const words = param && typeof param[1] !== "string" ? param[1] : [];
  const isInput = (each: unknown) => each instanceof Expr || each instanceof Outputs || (typeof each === "string" && !words.includes(each));
  const found = given.slice(0, inputs);
  if (!found.some(isInput)) return 0;
  if (found.length < inputs || !found.every((each) => isInput(each) || typeof each === "string"))
    throw new TypeError(`${name} reads ${inputs} inputs: give all of them or none`);
  return inputs;
}

function isNamed(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Expr) && !(value instanceof Outputs) && !(value instanceof Variants);
}

function checked(name: string, [param, kind, min, max]: Param, value: unknown): string {
  const what = `${param} of ${name}`;
  if (typeof kind !== "string") {
    if (typeof value === "string" && kind.includes(value)) return value;
    throw new RangeError(`${what} must be one of ${kind.join(", ")}, got ${String(value)}`);
  }
  if (value instanceof Variants) {
    for (const each of value.values) checked(name, [param, kind, min, max] as Param, each);
    return value.text;
  }
  if (typeof value !== "number" || (kind === "i" && !Number.isInteger(value)))
    throw new RangeError(`${what} must be ${kind === "i" ? "an integer" : "a number"}, got ${String(value)}`);
  if (!(value >= min! && value <= max!)) throw new RangeError(`${what} must be between ${min} and ${max}, got ${value}`);
  return String(value);
}

function operand(value: Operand): Expr {
  if (value instanceof Expr) return value;
  if ((value as unknown) instanceof Outputs) throw new TypeError(`${String(value)} has several outputs: take one by its name`);
  if (typeof value === "string") return new Expr(value, /^[A-Za-z_]\w*$/.test(value) ? VALUE : 0);
  if (!Number.isFinite(value)) throw new RangeError(`a number in an expression is finite, got ${value}`);
  return new Expr(String(value), value < 0 ? SIGN : VALUE);
}

/** The text, in parentheses unless it binds at least so tightly. */
function wrapped(value: Operand, least: number): string {
  const part = operand(value);
  return part.precedence >= least ? part.text : `(${part.text})`;
}

function infix(left: Operand, symbol: string, right: Operand, precedence: number): Expr {
  return new Expr(`${wrapped(left, precedence)} ${symbol} ${wrapped(right, precedence + 1)}`, precedence);
}

function compared(left: Operand, symbol: string, right: Operand): Expr {
  return new Expr(`${wrapped(left, SUM)} ${symbol} ${wrapped(right, SUM)}`, COMPARE);
}

function call(name: string, ...operands: Operand[]): Expr {
  return new Expr(`${name}(${operands.map((each) => wrapped(each, 0)).join(", ")})`);
}
