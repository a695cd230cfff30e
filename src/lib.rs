//! atrad: a compute server for technical indicators.
//!
//! The floors, each of which may look down but never up or sideways:
//!
//! | floor | module | knows |
//! |---|---|---|
//! | 0 words | [`series`] | bars, columns, spans, names of series |
//! | 1 sums | [`kernel`] | slices of `f64` and the CPU |
//! | 2 meaning | [`indicator`] | what an indicator is, which exist, expressions, plans |
//! | 3 keeping | [`prices`] | sealed price files and maps of them |
//! | 3 keeping | [`ledger`] | SQLite: the one writer, the readers |
//! | 3 keeping | `cache` | bytes under a key, for a while |
//! | 4 doing | `app` | use-cases, the pool, limits |
//! | 5 speaking | `rpc` | gRPC, wire to domain and back |

#[cfg(feature = "server")]
pub mod app;
#[cfg(feature = "server")]
pub mod cache;
pub mod indicator;
pub mod kernel;
pub mod ledger;
pub mod prices;
#[cfg(feature = "server")]
pub mod rpc;
pub mod series;
