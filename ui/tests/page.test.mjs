// The page in a real browser: it loads, draws, follows, zooms, tells errors, and takes no markup from a link.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bars, call, drawn, ingest, inks, launch, openPage, startServer } from "./server.mjs";

const BARS = Number(process.env.ATRAD_UI_BARS ?? 120_000);
const SPIKE = 70_123;
const wave = (at) => 100 + 20 * Math.sin(at / 900) + 3 * Math.sin(at / 31);

let server;
let browser;

before(async () => {
  server = await startServer("--demo");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What the browser notes of a call that the server refuses. */
const REFUSED = "the server responded with a status of 4";

/** A page, closed at the end, and without errors unless calls are refused. */
async function withPage(fragment, work, isRefused = false) {
  const { page, errors } = await openPage(browser, `${server.url}${fragment}`);
  try {
    await work(page);
    assert.deepEqual(errors.filter((text) => !isRefused || !text.includes(REFUSED)), []);
  } finally {
    await page.close();
  }
}

const legend = (page) => page.locator(".pane.price .legend").innerText();
const problems = (page) => page.locator(".problems").innerText();

test("it loads and draws the series with the most bars, live", async (t) => {
  await withPage("", async (page) => {
    const millis = await drawn(page);
    t.diagnostic(`first chart after ${millis} ms`);
    assert.ok((await inks(page)) > 20, "candles are drawn");
    assert.match(await legend(page), /BTCUSDT · 15m[\s\S]*O[\s\S]*ema\(20\)/);
    assert.equal(await page.locator(".pane").count(), 2, "rsi has a pane of its own");
    await page.locator(".live.on").waitFor();
    assert.ok((await page.locator(".series li").count()) >= 6);
    await page.mouse.move(700, 400);
    assert.match(await page.locator(".time-label:not([hidden])").innerText(), /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
  });
});

test("a bar that is stored while the page is open is drawn", async () => {
  await ingest(server, "LIVE", bars(0, 300, wave));
  await withPage("#series=LIVE&tf=1m&e=sma(5)", async (page) => {
    await drawn(page);
    await page.locator(".live.on").waitFor();
    await ingest(server, "LIVE", bars(300, 1, () => 777.25));
    await page.waitForFunction(() => document.querySelector(".pane.price .legend").innerText.includes("777.25"));
    // The forming bar again: replaced, not added.
    await ingest(server, "LIVE", bars(300, 1, () => 778.5));
    await page.waitForFunction(() => document.querySelector(".pane.price .legend").innerText.includes("778.50"));
    const { rows } = (await call(server, "SeriesService/GetSeries", { series: { symbol: "LIVE", timeframe: "1m" } })).series;
    assert.equal(rows, "301");
  });
});

test("a long history is zoomed without losing an extreme", async (t) => {
  for (let start = 0; start < BARS; start += 40_000) {
    await ingest(server, "LONG", bars(start, Math.min(40_000, BARS - start), (at) => (at === SPIKE ? 400 : wave(at))));
  }
  const asked = { request: { series: { symbol: "LONG", timeframe: "1m" }, expressions: ["sma(1)"] }, bucketsMax: 1000, withBars: true };
  const { bars: merged, columns, bucketRows } = await call(server, "IndicatorService/Downsample", asked);
  assert.ok(Number(bucketRows) > 1 && merged.close.length <= 1000);
  assert.equal(Math.max(...merged.high), 400.5);
  assert.equal(Math.max(...columns[0].max), 400);
  await withPage("#series=LONG&tf=1m&e=ema(50)&e=rsi(14)&e=macd&e=bbands&e=atr(14)", async (page) => {
    t.diagnostic(`first chart of ${BARS} bars with five indicators after ${await drawn(page)} ms`);
    await page.keyboard.press("Home");
    // The scale of all bars has room for the spike of one.
    await page.waitForFunction((bars) => Number(/bars=(\d+)/.exec(location.hash)?.[1]) >= bars, BARS);
    await page.waitForTimeout(600);
    const frames = await page.evaluate(async () => {
      const over = document.querySelector(".u-over");
      const { left, width } = over.getBoundingClientRect();
      const send = (kind, x) => over.dispatchEvent(new PointerEvent(kind, { pointerId: 1, clientX: x, clientY: 200, bubbles: true }));
      Element.prototype.setPointerCapture = () => undefined;
      for (let turn = 0; turn < 5; turn += 1) over.dispatchEvent(new WheelEvent("wheel", { deltaY: -120, clientX: left + width / 2, clientY: 200, cancelable: true }));
      const [times, from] = [[], left + width / 2];
      send("pointerdown", from);
      for (let at = 0; at < 90; at += 1) {
        send("pointermove", from + 120 * Math.sin(at / 9));
        times.push(await new Promise(requestAnimationFrame));
      }
      send("pointerup", from);
      return times.slice(1).map((time, at) => time - times[at]).sort((a, b) => a - b);
    });
    t.diagnostic(`a frame of panning takes ${frames[45].toFixed(1)} ms, p95 ${frames[84].toFixed(1)} ms`);
    await page.waitForFunction(() => location.hash.includes("from="));
    const link = await page.evaluate(() => location.href);
    await page.goto("about:blank");
    await page.goto(link);
    await drawn(page);
    const again = await page.evaluate(() => location.hash);
    const span = (hash) => ["from", "to"].map((name) => Number(new URLSearchParams(hash.slice(hash.indexOf("#") + 1)).get(name)));
    const [[from, to], [from2, to2]] = [span(link), span(again)];
    assert.ok(Math.abs(from - from2) < (to - from) * 0.05 && Math.abs(to - to2) < (to - from) * 0.1, `${link} ${again}`);
  });
});

test("errors are sentences, and the rest is drawn", async () => {
  await withPage("#series=BTCUSDT&tf=15m&e=rsi(0)&e=nonsense(3)&e=ema(9)", async (page) => {
    await drawn(page);
    assert.match(await problems(page), /rsi\(0\)[\s\S]*period of rsi must be between 2 and \d+, got 0\./);
    assert.match(await problems(page), /nonsense is not an indicator/i);
    assert.match(await legend(page), /ema\(9\)/);
  }, true);
  await withPage("#series=NOSUCH&tf=15m", async (page) => {
    await page.locator(".notice").waitFor();
    assert.match(await page.locator(".notice").innerText(), /^Series NOSUCH 15m does not exist.*\.\s+Try again$/s);
  }, true);
});

test("a hostile link is text", async () => {
  const evil = '"><img src=x onerror="window.taken=1"><script>window.taken=1</script>';
  const fragment = new URLSearchParams({ series: evil, tf: evil, vs: evil, view: evil, bars: evil, from: evil, to: "1" });
  fragment.append("e", `over:${evil}`);
  fragment.append("e", `x = close ${evil}`);
  const { page, errors } = await openPage(browser, `${server.url}#${fragment}`);
  await drawn(page);
  assert.match(await problems(page), /<img src=x/, "it is shown as what it is");
  assert.equal(await page.locator("img").count(), 1, "only the icon");
  assert.equal(await page.evaluate(() => window.taken), undefined);
  assert.deepEqual(errors.filter((text) => !text.includes(REFUSED)), []);
  // And if a part of the page were careless, the policy would not be.
  const held = await page.evaluate(() => {
    try {
      document.body.innerHTML = "<img src=x onerror='window.taken=1'>";
    } catch (error) {
      return error.name;
    }
    return "taken";
  });
  assert.equal(held, "TypeError");
  const blocked = page.evaluate(() => fetch("http://127.0.0.1:9/").then(() => "sent", () => "blocked"));
  assert.equal(await blocked, "blocked");
  await page.close();
});

test("expressions are completed, with ranges", async () => {
  await withPage("#series=BTCUSDT&tf=15m&e=", async (page) => {
    await drawn(page);
    await page.keyboard.press("e");
    await page.keyboard.type("bolli");
    await page.locator(".proposals li", { hasText: "bbands" }).waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("rs");
    await page.locator(".proposals li").first().waitFor();
    await page.keyboard.type("i");
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(".bar .expression").inputValue(), "rsi()");
    await page.keyboard.type("21");
    assert.match(await page.locator(".hint").innerText(), /period = 14 \(\d+ … \d+\)/);
    await page.keyboard.press("Enter");
    await page.locator(".pane .legend", { hasText: "rsi(21)" }).waitFor();
    assert.match(await page.evaluate(() => location.hash), /e=rsi%2821%29/);
  });
});

test("two series are compared in percent", async () => {
  await withPage("#series=BTCUSDT&tf=15m&e=&vs=NOSUCH", async (page) => {
    await drawn(page);
    assert.match(await problems(page), /NOSUCH/);
  }, true);
  await ingest(server, "OTHER", bars(0, 301, (at) => 2 * wave(at)));
  await withPage("#series=LIVE&tf=1m&e=&vs=OTHER", async (page) => {
    await drawn(page);
    assert.match(await legend(page), /LIVE[\s\S]*%[\s\S]*OTHER[\s\S]*%/);
    assert.ok((await inks(page)) > 5);
  });
});

test("keys move, zoom and change the theme", async () => {
  await withPage("#series=BTCUSDT&tf=15m", async (page) => {
    await drawn(page);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await page.keyboard.press("d");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    await page.keyboard.press("-");
    await page.waitForFunction(() => Number(/bars=(\d+)/.exec(location.hash)?.[1]) > 210);
    for (let turn = 0; turn < 4; turn += 1) await page.keyboard.press("Shift+ArrowLeft");
    await page.waitForFunction(() => location.hash.includes("from="));
    await page.keyboard.press("End");
    await page.waitForFunction(() => location.hash.includes("bars=200"));
    await page.keyboard.press("/");
    await page.keyboard.type("msft");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("series=MSFT"));
    await page.keyboard.press("?");
    assert.ok(await page.locator("dialog.keys").isVisible());
  });
});

test("the screener, the sweep and the status show figures", async () => {
  await withPage("#view=screen&screen.timeframe=1d&screen.condition=close+%3E+0&screen.columns=close,rsi(14)", async (page) => {
    await page.locator(".table tbody tr").first().waitFor();
    assert.match(await page.locator(".form-view .note").innerText(), /\d+ of \d+ series match/);
    await page.locator(".table a", { hasText: "AAPL" }).click();
    await drawn(page);
    assert.match(await page.evaluate(() => location.hash), /series=AAPL/);
  });
  await withPage("#view=sweep&series=AAPL&tf=1d", async (page) => {
    await page.locator(".best tbody tr").first().waitFor();
    assert.ok((await inks(page, "canvas.heat")) > 20, "cells have colours");
    await page.locator(".best tbody tr").first().click();
    await page.locator(".pane .legend", { hasText: /position\(rsi\(\d+\) < \d+, rsi/ }).waitFor();
  });
  await withPage("#view=status", async (page) => {
    await page.locator(".tile").first().waitFor();
    const text = await page.locator(".status").innerText();
    for (const part of ["Calls per second", "Commit p99", "Memory", "IndicatorService/ListIndicators", "memory"]) assert.ok(text.includes(part), `${part}: ${text}`);
  });
});
