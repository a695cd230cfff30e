// Servers of the tests: the one with the demo series, whose address is in ATRAD_ADDRESS, and those of ATRAD_BINARY.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";

import { AtradError } from "../src/node.js";

assert(process.env.ATRAD_ADDRESS, "ATRAD_ADDRESS does not name a server");
export const address = process.env.ATRAD_ADDRESS;
export const binary = process.env.ATRAD_BINARY;

export function folder(): string {
  return mkdtempSync(join(tmpdir(), "atrad-"));
}

/** Starts a server; `stop` ends it. */
export async function serve(listen: string, ...options: string[]): Promise<{ address: string; stop(): Promise<void> }> {
  assert(binary, "ATRAD_BINARY names no server to start");
  const process = spawn(binary, ["serve", "--listen", listen, ...options], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(process, "exit");
  const stop = async () => {
    process.kill("SIGTERM");
    await ended;
  };
  after(stop);
  for await (const line of createInterface(process.stdout)) {
    if (line.startsWith("listening on ")) {
      process.stdout.resume();
      return { address: line.slice("listening on ".length), stop };
    }
  }
  assert.fail("the server does not start");
}

/** The error that a call fails with. */
export async function refusal(call: Promise<unknown>): Promise<AtradError> {
  const error = await call.then(() => assert.fail("the call succeeded"), (reason: unknown) => reason);
  assert(error instanceof AtradError, String(error));
  return error;
}

/** Bars of some minutes. */
export function minutes(count: number) {
  const price = Float64Array.from({ length: count }, (_, row) => 100 + ((row * row) % 97) / 8);
  return {
    times: BigInt64Array.from({ length: count }, (_, row) => BigInt(row) * 60_000_000_000n),
    open: price,
    high: price.map((each) => each + 1),
    low: price.map((each) => each - 1),
    close: price,
    volume: Float64Array.from({ length: count }, (_, row) => row),
  };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}
