//! Watches: values of expressions at the tip of series, sent as bars come.
//!
//! One state per series, resampling and canonical expressions, whoever watches: `tip` moves it on, `live` is its task and its
//! watchers, `hub` finds it. A watch (`watcher`) joins states and has a bounded queue of its own (`queue`), so a slow reader
//! delays nobody. The values are those of Compute at the same epoch, by the same code.

mod alerts;
mod events;
mod follow;
mod hub;
mod listing;
mod live;
mod question;
mod queue;
mod tip;
mod token;
mod watcher;

pub use alerts::{Alert, AlertName, Alerts, FiringValues, StoredAlert, Webhook, WebhookConfig, WebhookUrl};
pub use hub::Watches;
pub use question::{WatchEvent, WatchQuestion, WatchRows};
