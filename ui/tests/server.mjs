// A server of the binary that is tried, a browser, and pages that note what goes wrong.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

export const binary = resolve(process.env.ATRAD_BINARY ?? "../target/release/atrad");

/** Starts a server on a free port and a new data folder, with these flags. */
export async function startServer(...flags) {
  const folder = mkdtempSync(join(tmpdir(), "atrad-ui-"));
  const child = spawn(binary, ["serve", "--ui", "--listen", "127.0.0.1:0", "--data", folder, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
      const line = /listening on (\S+)/.exec(text);
      if (line) found(line[1]);
    });
    child.on("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  const stop = async () => {
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { address, url: `http://${address}/ui/`, stop };
}

/** Calls a method of the server by JSON, as a program does. */
export async function call(server, method, request) {
  const response = await fetch(`http://${server.address}/atrad.v1.${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
}

/** Bars a minute apart, of a price by number. */
export function bars(start, count, price) {
  const columns = { times: [], open: [], high: [], low: [], close: [], volume: [] };
  for (let at = start; at < start + count; at += 1) {
    const close = price(at);
    columns.times.push(String(BigInt(1_600_000_020 + 60 * at) * 1_000_000_000n));
    columns.open.push(price(at - 1));
    columns.high.push(Math.max(close, price(at - 1)) + 0.5);
    columns.low.push(Math.min(close, price(at - 1)) - 0.5);
    columns.close.push(close);
    columns.volume.push(10 + (at % 7));
  }
  return columns;
}

export const ingest = (server, symbol, columns) => call(server, "IngestService/Ingest", { series: { symbol, timeframe: "1m" }, bars: columns });

export function launch() {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
  assert.ok(executablePath, "Chromium is not installed");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A page that notes errors of scripts, of the console and of the policy. */
export async function openPage(browser, url, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 860 }, colorScheme: "dark", ...options });
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  if (process.env.ATRAD_UI_DIST) await serveFrom(page, process.env.ATRAD_UI_DIST);
  await page.goto(url);
  return { page, errors };
}

/** While the page is written: its files from a folder instead of the binary. */
async function serveFrom(page, folder) {
  const kinds = { "": "text/html", "app.js": "text/javascript", "app.css": "text/css", "icon.svg": "image/svg+xml" };
  await page.route("**/ui/*", async (route) => {
    const name = new URL(route.request().url()).pathname.slice("/ui/".length);
    if (!(name in kinds)) return route.continue();
    const response = await route.fetch();
    const headers = { ...response.headers(), "content-type": kinds[name] };
    delete headers["content-encoding"];
    delete headers["content-length"];
    await route.fulfill({ status: 200, headers, body: readFileSync(join(folder, name || "index.html")) });
  });
}

/** Waits until the first chart is drawn; the milliseconds since the page was asked for. */
export async function drawn(page) {
  await page.waitForFunction(() => document.documentElement.dataset.drawn !== undefined, undefined, { timeout: 20_000 });
  return Number(await page.evaluate(() => document.documentElement.dataset.drawn));
}

/** The distinct colours of the first canvas: one for an empty chart. */
export const inks = (page, selector = "canvas") =>
  page.evaluate((at) => {
    const canvas = document.querySelector(at);
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set();
    for (let pixel = 0; pixel < data.length; pixel += 4) found.add(data.slice(pixel, pixel + 4).join());
    return found.size;
  }, selector);
