// Helpers print to the text that the server reads, and refuse what it would refuse.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { close, connect, crossover, high, indicators, low, open, steps, texts, variants, volume, when, type Expr } from "../src/node.js";

const { bbands, ema, ewma_volatility, kc, macd, max, rsi, sma, session_vwap, var_, vortex } = indicators;

test("an expression prints to its text", () => {
  const cases: [{ toString(): string }, string][] = [
    [rsi(14), "rsi(14)"],
    [rsi(), "rsi()"],
    [rsi({ period: 9, method: "cutler" }), "rsi(period=9, method=cutler)"],
    [rsi(14, "ewm"), "rsi(14, ewm)"],
    [rsi("hl2", 14), "rsi(hl2, 14)"],
    [ema(rsi(14), 9), "ema(rsi(14), 9)"],
    [ema(rsi(14), { period: 9 }), "ema(rsi(14), period=9)"],
    [macd(12, 26, 9).hist, "macd(12, 26, 9).hist"],
    [macd(), "macd()"],
    [vortex(14).minus, "vortex(14).minus"],
    [bbands(close, { period: 20, up: 2.5 }).upper, "bbands(close, period=20, up=2.5).upper"],
    [session_vwap("week").vwap, "session_vwap(week).vwap"],
    [ewma_volatility({ lambda: 0.9 }), "ewma_volatility(lambda=0.9)"],
    [var_(5), "var(5)"],
    [max(close, 20), "max(close, 20)"],
    [ema(rsi(14), 9).gt(50), "ema(rsi(14), 9) > 50"],
    [close.minus(open.minus(high)), "close - (open - high)"],
    [close.minus(open).minus(high), "close - open - high"],
    [close.times(high.plus(low)).over(2), "close * (high + low) / 2"],
    [close.pow(2).pow(3), "(close ^ 2) ^ 3"],
    [close.negated().pow(-2), "(-close) ^ (-2)"],
    [close.gt(1).and(close.lt(2)).or(volume.eq(0).not()), "close > 1 and close < 2 or not volume == 0"],
    [close.gt(1).or(close.lt(0)).and(volume.gt(0)), "(close > 1 or close < 0) and volume > 0"],
    [close.gt(open).eq(high.gt(low)), "(close > open) == (high > low)"],
    [close.of("BTC-USD").shift(1), 'shift(close@"BTC-USD", 1)'],
    [crossover(ema(12), "ema(26)"), "crossover(ema(12), ema(26))"],
    [when(close.gt(sma(20)), 1, -1.5), "if(close > sma(20), 1, -1.5)"],
    [rsi(14).as("fast"), "fast = rsi(14)"],
  ];
  for (const [made, text] of cases) assert.equal(String(made), text);
});

test("what is wrong is told before it is sent", () => {
  // @ts-expect-error A word that is none of the choices.
  assert.throws(() => rsi({ method: "sma" }), /one of wilder, cutler, ewm/);
  assert.throws(() => rsi(1), /period of rsi must be between 2 and 100000, got 1/);
  assert.throws(() => rsi(14.5), /must be an integer/);
  // @ts-expect-error A parameter that is not declared.
  assert.throws(() => rsi({ periods: 14 }), /no parameter periods; it has period, method/);
  assert.throws(() => rsi(14, { period: 14 } as never), /by position and by name/);
  // @ts-expect-error One input of three.
  assert.throws(() => kc(close, 20), /all of them or none/);
  // @ts-expect-error Several outputs.
  assert.throws(() => ema(macd(), 9), /several outputs/);
  assert.throws(() => close.plus(NaN), /finite/);
  assert.throws(() => close.of("no such"), /not a symbol/);
});

test("a parameter varies in a sweep", () => {
  assert.equal(String(ema(steps(5, 50, 5, "fast"))), "ema(5..50 step 5 as fast)");
  assert.equal(String(ema(close, { period: variants([5, 9]) })), "ema(close, period=[5, 9])");
  assert.throws(() => rsi(steps(0, 50)), /between 2 and 100000, got 0/);
  assert.throws(() => steps(5, 4), /rise/);
  assert.throws(() => variants([]), /finite numbers/);
  assert.throws(() => variants([1], "a b"), /letters/);
});

test("the server computes every indicator", async () => {
  const client = connect(process.env.ATRAD_ADDRESS);
  after(() => client.close());
  const listed = await client.indicators();
  const functions = Object.values(indicators) as (() => Expr)[];
  const made = functions.map((each) => each());
  assert.deepEqual(new Set(made.map(String)), new Set(listed.map((each) => `${each.name}()`)));
  for (let at = 0; at < made.length; at += 40) {
    const some = made.slice(at, at + 40);
    const answer = await client.compute("IBM", "1d", some, { last: 1 });
    assert(answer.labels.length >= some.length);
  }
  assert.deepEqual(texts(rsi(14), "close", macd()), ["rsi(14)", "close", "macd()"]);
});
