// What Node and browsers have in common.

export * from "./expressions.js";
export { Answer, type Facts, type Values } from "./answer.js";
export * from "./client.js";
export type { Column, Times } from "./columns.js";
export { AtradError, Code } from "./errors.js";
export type * from "./requests.js";
export type { CorporateActionOf, Retention } from "./stores.js";
export { Screen, Sweep, Table, type Fold, type FoldSpan, type Hit } from "./sweeps.js";
export * from "./generated/atrad/v1/admin_pb.js";
export * from "./generated/atrad/v1/alert_pb.js";
export * from "./generated/atrad/v1/board_pb.js";
export * from "./generated/atrad/v1/cache_pb.js";
export * from "./generated/atrad/v1/clock_pb.js";
export * from "./generated/atrad/v1/indicator_pb.js";
export * from "./generated/atrad/v1/ingest_pb.js";
export * from "./generated/atrad/v1/saved_result_pb.js";
export * from "./generated/atrad/v1/series_pb.js";
/** A function per indicator: `indicators.rsi(14)`, `indicators.macd(12, 26, 9).hist`. */
export * as indicators from "./generated/indicators.js";
