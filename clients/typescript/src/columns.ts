// Columns as typed arrays. On the wire a column is the little-endian bytes of its numbers, so the messages of
// columns_pb.ts, which have bytes there, are read and written without looking at each number.

import type { DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";

import { AtradError, Code } from "./errors.js";
import { file_columns } from "./generated/columns_pb.js";

/** Numbers to send: a `Float64Array` is sent as it is. */
export type Column = Float64Array | readonly number[];
/** Times to send, nanoseconds since the Unix epoch: a `BigInt64Array` is sent as it is. */
export type Times = BigInt64Array | readonly (bigint | Date)[];

if (new Uint8Array(new Uint32Array([1]).buffer)[0] !== 1) throw new Error("atrad needs a little-endian machine");

/** The bytes at an address that the size of a number divides: those given, or else a copy. */
function aligned(bytes: Uint8Array, size = 8): Uint8Array {
  if (bytes.length % size !== 0) throw new AtradError(`a column of ${bytes.length} bytes`, Code.Internal);
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

/** A column that came, as a view of the message. */
export function floats(bytes: Uint8Array): Float64Array {
  const { buffer, byteOffset, length } = aligned(bytes);
  return new Float64Array(buffer, byteOffset, length / 8);
}

/** A column of float32 that came, as a view of the message. */
export function floats32(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, length } = aligned(bytes, 4);
  return new Float32Array(buffer, byteOffset, length / 4);
}

/** Times that came, as a view of the message. */
export function instants(bytes: Uint8Array): BigInt64Array {
  const { buffer, byteOffset, length } = aligned(bytes);
  return new BigInt64Array(buffer, byteOffset, length / 8);
}

/** A column to send. */
export function encoded(column: Column): Uint8Array {
  const { buffer, byteOffset, byteLength } = column instanceof Float64Array ? column : Float64Array.from(column);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Times to send. */
export function encodedTimes(times: Times): Uint8Array {
  const exact = times instanceof BigInt64Array ? times : BigInt64Array.from(times, (each) => nanoseconds("times", each));
  return new Uint8Array(exact.buffer, exact.byteOffset, exact.byteLength);
}

/** A time in the unit of the API. */
export function nanoseconds(field: string, when: bigint | Date | string): bigint {
  if (typeof when === "bigint") return when;
  const ms = (when instanceof Date ? when : new Date(when)).getTime();
  if (Number.isNaN(ms)) throw AtradError.invalid(field, `${field} must be a time as in 2024-01-31T09:30Z, got ${String(when)}`);
  return BigInt(ms) * 1_000_000n;
}

/** The same service with columns as bytes. */
export function withColumns(service: DescService): DescService {
  const known = new Map(file_columns.messages.map((each) => [each.name, each]));
  const viewed = (message: DescMessage) => known.get(message.name) ?? message;
  const methods = service.methods.map((each) => ({ ...each, input: viewed(each.input), output: viewed(each.output) }) as DescMethod);
  return { ...service, methods, method: Object.fromEntries(methods.map((each) => [each.localName, each])) } as DescService;
}
