//! Agents: the Model Context Protocol (MCP, revision 2026-07-28 and those before it) over the clients of the API.
//!
//! Every tool and resource is made of calls of the API, like those of any other program: through the middleware of the
//! server that got the request (`/mcp`), to a server elsewhere, or to one in this process (`atrad mcp`). So access, tokens,
//! `as_of`, limits and deadlines are those of the calls. Replies are short texts of a bounded size; full columns are
//! resources. This module stores nothing, and knows no data folder.

mod clients;
mod error;
mod http;
mod options;
mod reply;
mod resources;
mod schema;
mod server;
mod tools;

pub use clients::Clients;
pub use http::Http;
pub use options::Options;
pub use server::Agent;

/// What agents and people read first, also at `/llms.txt`.
pub const LLMS_TXT: &str = include_str!("../../llms.txt");
