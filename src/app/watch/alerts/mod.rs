//! Stored alerts: named, durable in the ledger, with a log of firings and calls of webhooks.
//!
//! An alert is a watch of the server itself (`runner`). Each bar at which its condition holds is stored once, in one commit with
//! the place where the watch goes on, so that neither a crash nor a restart fires a bar twice or loses one. `delivery` calls the
//! webhook for what is stored, at least once for each firing, under a key by which the receiver can tell repetitions.

mod definition;
mod delivery;
mod request;
mod runner;
mod service;
mod storage;
mod target;
mod values;

pub use definition::{Alert, AlertName, Webhook};
pub use request::WebhookConfig;
pub use service::{Alerts, StoredAlert};
pub use target::WebhookUrl;
pub use values::FiringValues;
