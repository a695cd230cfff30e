// Who gets in, and files that the command writes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { binary, drawn, inks, launch, openPage, startServer } from "./server.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("a server with a token is asked with it", async () => {
  const server = await startServer("--demo", "--token", "hush");
  const { page } = await openPage(browser, `${server.url}#series=BTCUSDT&tf=15m`);
  await page.locator("dialog.door input").fill("wrong");
  await page.keyboard.press("Enter");
  await page.locator("dialog.door input:not([value='wrong'])").waitFor();
  await page.waitForFunction(() => document.querySelector("dialog.door input").value === "");
  await page.locator("dialog.door input").fill("hush");
  await page.keyboard.press("Enter");
  await drawn(page);
  await page.close();
  await server.stop();
});

test("files are tagged, and no other site may use the page", async () => {
  const server = await startServer();
  const first = await fetch(server.url);
  const policy = first.headers.get("content-security-policy");
  assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
  const again = await fetch(server.url, { headers: { "if-none-match": first.headers.get("etag") } });
  assert.equal(again.status, 304);
  assert.equal((await fetch(`http://${server.address}/`, { redirect: "manual" })).headers.get("location"), "/ui/");
  assert.match(await (await fetch(`${server.url}licenses.txt`)).text(), /Leon Sorokin/);
  const ask = (origin) => fetch(`http://${server.address}/atrad.v1.SeriesService/ListSeries`, { method: "POST", headers: { "content-type": "application/json", origin }, body: "{}" });
  assert.equal((await ask(`http://${server.address}`)).status, 200);
  assert.equal((await ask("http://evil.example")).status, 403);
  await server.stop();
});

test("an answer as a file is drawn without a server", async () => {
  const folder = mkdtempSync(join(tmpdir(), "atrad-report-"));
  const server = await startServer("--demo");
  const run = (...flags) => execFileSync(binary, ["compute", "BTCUSDT", "15m", ...flags, "--server", server.address], { encoding: "utf8" });
  const file = join(folder, "chart.html");
  run("ema(50)", "rsi(14)", "macd", "close < 3", "--last", "20000", "--format", "html", "--output", file);
  const plot = run("rsi(14)", "--last", "5000", "--plot");
  assert.match(plot, /BTCUSDT 15m: 5000 bars, \d{4}[\s\S]*rsi\(14\)[\s\S]*[\u2801-\u28ff]{10}/);
  await server.stop();
  const { page, errors } = await openPage(browser, `file://${file}`, { offline: true });
  await page.locator(".pane").first().waitFor();
  assert.equal(await page.locator(".pane").count(), 4, "candles with ema, rsi, macd, a condition");
  assert.ok((await inks(page)) > 20);
  assert.deepEqual(errors, []);
  await page.close();
  rmSync(folder, { recursive: true });
});
