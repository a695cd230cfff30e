//! The command, run as the program that is built, on folders of its own.

#[path = "cli/actions.rs"]
mod actions;
#[path = "cli/alerts.rs"]
mod alerts;
#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/backups.rs"]
mod backups;
#[path = "cli/crash.rs"]
mod crash;
#[path = "cli/doors.rs"]
mod doors;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/exporters.rs"]
mod exporters;
#[path = "cli/faults.rs"]
mod faults;
#[path = "cli/floods.rs"]
mod floods;
#[path = "cli/import.rs"]
mod import;
#[cfg(feature = "mcp")]
#[path = "cli/mcp.rs"]
mod mcp;
#[cfg(feature = "mcp")]
#[path = "cli/mcp_http.rs"]
mod mcp_http;
#[cfg(feature = "mcp")]
#[path = "cli/mcp_session.rs"]
mod mcp_session;
#[path = "cli/options.rs"]
mod options;
#[path = "cli/packaging.rs"]
mod packaging;
#[path = "cli/process.rs"]
mod process;
#[path = "cli/recovery.rs"]
mod recovery;
#[path = "cli/redis.rs"]
mod redis;
#[path = "cli/search.rs"]
mod search;
#[path = "cli/setup.rs"]
mod setup;
#[path = "cli/shared.rs"]
mod shared;
#[path = "cli/surroundings.rs"]
mod surroundings;
#[path = "cli/tls.rs"]
mod tls;
#[path = "cli/tokens.rs"]
mod tokens;
#[path = "cli/traces.rs"]
mod traces;
#[path = "cli/upkeep.rs"]
mod upkeep;
#[path = "cli/verbs.rs"]
mod verbs;
#[path = "cli/watches.rs"]
mod watches;
