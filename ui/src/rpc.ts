// The calls of the server: Connect with JSON, unary and server streams, over fetch.

const TOKEN = "atrad.token";

/** Why a call failed, as a sentence for people. */
export class CallError extends Error {
  readonly code: string;
  /** The index of the expression at fault, if it is one. */
  readonly expression: number | undefined;

  constructor(code: string, message: string, details: Detail[] = []) {
    super(sentence(code, message));
    this.code = code;
    const fields = details.flatMap((detail) => detail.debug?.fieldViolations ?? []).map((one) => one.field ?? "");
    const found = [...fields, message].map((text) => /expressions\[(\d+)\]/.exec(text)?.[1]).find((text) => text !== undefined);
    this.expression = found === undefined ? undefined : Number(found);
  }
}

interface Detail {
  debug?: { fieldViolations?: { field?: string }[] };
}

interface WireError {
  code?: string;
  message?: string;
  details?: Detail[];
}

/** What is asked of the user when the server wants a token. */
export const token = {
  get: (): string => sessionStorage.getItem(TOKEN) ?? "",
  set: (text: string): void => sessionStorage.setItem(TOKEN, text),
};

function sentence(code: string, message: string): string {
  // The page says itself which expression it is; what follows may begin with a name, which is left as it is.
  const ofExpression = message.trim().replace(/^(request: )?(request\.)?expressions\[\d+\]: /, "");
  const text = ofExpression || code.replaceAll("_", " ");
  const begun = ofExpression === message.trim() ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

async function post(method: string, type: string, body: BodyInit, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { "content-type": type };
  const bearer = token.get();
  if (bearer) headers.authorization = `Bearer ${bearer}`;
  try {
    return await fetch(`/atrad.v1.${method}`, { method: "POST", headers, body, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new CallError("unavailable", "The server cannot be reached. The page tries again");
  }
}

function failure(status: number, text: string): CallError {
  try {
    const { code, message, details } = JSON.parse(text) as WireError;
    return new CallError(code ?? "unknown", message ?? `HTTP status ${status}`, details);
  } catch {
    return new CallError("unknown", `The server answered with HTTP status ${status}`);
  }
}

/** Calls a method with one message each way; `method` is `Service/Method`. */
export async function call<T>(method: string, request: unknown, signal?: AbortSignal): Promise<T> {
  const response = await post(method, "application/json", JSON.stringify(request), signal);
  const text = await response.text();
  if (!response.ok) throw failure(response.status, text);
  return JSON.parse(text) as T;
}

function enveloped(message: unknown): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(message));
  const whole = new Uint8Array(5 + text.length);
  new DataView(whole.buffer).setUint32(1, text.length);
  whole.set(text, 5);
  return whole;
}

/** Calls a method whose responses are a stream. */
export async function* stream<T>(method: string, request: unknown, signal: AbortSignal): AsyncGenerator<T> {
  const response = await post(method, "application/connect+json", enveloped(request), signal);
  if (!response.ok || !response.body) throw failure(response.status, await response.text());
  const reader = response.body.getReader();
  let held = new Uint8Array(0);
  for (;;) {
    while (held.length >= 5) {
      const length = new DataView(held.buffer, held.byteOffset).getUint32(1);
      if (held.length < 5 + length) break;
      const text = new TextDecoder().decode(held.subarray(5, 5 + length));
      const isLast = (held[0]! & 2) !== 0;
      held = held.slice(5 + length);
      if (!isLast) {
        yield JSON.parse(text) as T;
        continue;
      }
      const { error } = JSON.parse(text) as { error?: WireError };
      if (error) throw new CallError(error.code ?? "unknown", error.message ?? "", error.details);
      return;
    }
    const { done, value } = await reader.read().catch(() => {
      throw new CallError("unavailable", "The connection to the server is lost. The page tries again");
    });
    if (done) throw new CallError("unavailable", "The server ended the stream early. The page tries again");
    const both = new Uint8Array(held.length + value.length);
    both.set(held);
    both.set(value, held.length);
    held = both;
  }
}
