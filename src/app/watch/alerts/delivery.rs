//! Calls the webhook of an alert for every firing that it does not know of, oldest first.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;

use super::definition::{AlertName, Webhook};
use super::request::{Message, WebhookConfig, call};
use super::storage::Storage;
use super::values::FiringValues;
use crate::app::Error;
use crate::ledger::{Change, Delivery, FiringPage, FiringRow};

/// The firings read at once.
const PAGE: usize = 64;

/// The longest pause between two calls.
const PAUSE_MAX: Duration = Duration::from_secs(300);

/// Calls a webhook until the alert ends.
pub(super) async fn deliver(
    storage: Arc<Storage>,
    name: AlertName,
    webhook: Webhook,
    labels: Vec<String>,
    fired: Arc<Notify>,
) {
    loop {
        let found = match pending(&storage, &name).await {
            Ok(found) => found,
            Err(Error::Stopping) => return,
            Err(error) => {
                tracing::warn!(alert = name.as_str(), %error, "cannot read the firings of an alert");
                tokio::time::sleep(storage.webhooks.pause).await;
                continue;
            }
        };
        if found.is_empty() {
            fired.notified().await;
        }
        for firing in found {
            let message = Message { key: key(&firing), body: body(&firing, &labels).to_string().into() };
            let delivery = attempt(&storage.webhooks, &name, &webhook, &message).await;
            // Before the next call: what is not stored would be called again.
            if storage.write_with_retry(&name, Change::Deliver { number: firing.number, delivery }).await.is_err() {
                return;
            }
        }
    }
}

async fn pending(storage: &Storage, name: &AlertName) -> Result<Vec<FiringRow>, Error> {
    let name = name.clone();
    storage
        .reader
        .query(&None.into(), move |reader| {
            let page =
                FiringPage { alert: name.as_str(), after: 0, unacknowledged: false, undelivered: true, limit: PAGE };
            Ok(reader.firings(page)?)
        })
        .await
}

/// Calls a webhook until it accepts, with growing pauses.
async fn attempt(config: &WebhookConfig, name: &AlertName, webhook: &Webhook, message: &Message) -> Delivery {
    for attempt in 0..config.attempts_max {
        let Err(error) = call(webhook, message, config).await else {
            return Delivery::Done;
        };
        let pause = pause(config.pause, attempt, random());
        tracing::warn!(alert = name.as_str(), attempt, %error, retry_ms = pause.as_millis(), "webhook call failed");
        tokio::time::sleep(pause).await;
    }
    tracing::error!(alert = name.as_str(), key = message.key, "firing given up: the webhook accepted no call");
    Delivery::Failed
}

/// Exponential backoff with jitter: half of it fixed, so that a call never follows at once, and half by chance, so that the calls
/// of many alerts to one receiver spread.
fn pause(first: Duration, attempt: u32, chance: f64) -> Duration {
    let whole = first.saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX)).min(PAUSE_MAX);
    whole.mul_f64(0.5 + chance / 2.0)
}

/// A random number from 0 to 1; the middle if the system has none.
fn random() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

/// The key of a firing: the same at each call, and of no other firing.
fn key(firing: &FiringRow) -> String {
    let FiringRow { alert, series, firing, fired_ms, .. } = firing;
    format!("{alert}/{}/{}/{}/{fired_ms}", series.symbol, series.timeframe, firing.time)
}

/// The JSON of a firing. Times are text, as nanoseconds exceed the integers of JavaScript.
fn body(firing: &FiringRow, labels: &[String]) -> serde_json::Value {
    let FiringValues { labels: own, values } = FiringValues::read(&firing.firing.result);
    let labels = if own.is_empty() { labels } else { &own };
    let values: Vec<_> =
        labels.iter().zip(values).map(|(label, value)| json!({ "label": label, "value": value })).collect();
    json!({
        "alert": firing.alert,
        "number": firing.number,
        "symbol": firing.series.symbol.as_str(),
        "timeframe": firing.series.timeframe.to_string(),
        "time_ns": firing.firing.time.to_string(),
        "epoch": firing.firing.epoch,
        "fired_ms": firing.fired_ms,
        "values": values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit_and_differ() {
        let first = Duration::from_secs(1);
        let pauses = [0, 1, 2, 20, 40].map(|attempt| pause(first, attempt, 1.0).as_secs());
        assert_eq!(pauses, [1, 2, 4, 300, 300]);
        assert_eq!(pause(first, 2, 0.0), Duration::from_secs(2));
        let chances: std::collections::BTreeSet<_> = (0..10).map(|_| (random() * 1e9) as u64).collect();
        assert!(chances.len() > 5);
    }
}
