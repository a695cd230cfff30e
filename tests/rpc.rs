//! The API, spoken over a real socket to a real server in this process.

#[path = "rpc/access.rs"]
mod access;
#[path = "rpc/adjust.rs"]
mod adjust;
#[path = "rpc/alerts.rs"]
mod alerts;
#[path = "rpc/as_of.rs"]
mod as_of;
#[path = "rpc/bad.rs"]
mod bad;
#[path = "rpc/batches.rs"]
mod batches;
#[path = "rpc/calendars.rs"]
mod calendars;
#[path = "rpc/downsample.rs"]
mod downsample;
#[path = "rpc/flight.rs"]
mod flight;
#[path = "rpc/floods.rs"]
mod floods;
#[path = "rpc/forms.rs"]
mod forms;
#[path = "rpc/http.rs"]
mod http_calls;
#[path = "rpc/middleware.rs"]
mod middleware;
#[path = "rpc/pairs.rs"]
mod pairs;
#[path = "rpc/pressure.rs"]
mod pressure;
#[path = "rpc/raw.rs"]
mod raw;
#[path = "rpc/resampling.rs"]
mod resampling;
#[path = "rpc/revocation.rs"]
mod revocation;
#[path = "rpc/roads.rs"]
mod roads;
#[path = "rpc/saved_results.rs"]
mod saved_results;
#[path = "rpc/search.rs"]
mod search;
#[path = "rpc/server.rs"]
mod server;
#[path = "rpc/shared.rs"]
mod shared;
#[path = "rpc/standard.rs"]
mod standard;
#[path = "rpc/tokens.rs"]
mod tokens;
#[path = "rpc/watches.rs"]
mod watches;
