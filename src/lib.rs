//! atrad: a compute server for technical indicators.
//!
//! Each floor imports only from the floors below it:
//!
//! | floor | module | contents |
//! |---|---|---|
//! | 0 data model | [`series`] | bars, columns, ranges, series ids, calendars |
//! | 1 numerics | [`kernel`] | SIMD kernels over slices of `f64` |
//! | 2 indicators | [`indicator`] | declarations, the registry, expressions, plans |
//! | 3 storage | [`prices`] | immutable, memory-mapped price files |
//! | 3 storage | [`ledger`] | SQLite: one writer, read-only readers |
//! | 3 storage | `cache` | a key-value cache with TTL, in memory and Redis |
//! | 3 storage | [`shared_memory`] | segments and the board: memory that other processes map |
//! | 3 storage | [`stored`] | stored series, read without a server |
//! | 4 application | `app` | use cases, the thread pool, limits |
//! | 5 transport | `rpc` | gRPC services, protobuf conversions |
//! | 6 agents | `mcp` | tools of the Model Context Protocol over the clients of `rpc` |

#[cfg(feature = "server")]
pub mod app;
#[cfg(feature = "server")]
pub mod cache;
pub mod ledger;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod prices;
#[cfg(feature = "server")]
pub mod rpc;
pub mod shared_memory;
pub mod stored;

pub use atrad_engine::{indicator, kernel, series};
