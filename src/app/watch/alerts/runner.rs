//! The task of an alert: a watch of its series that leaves no row out, and whose rows are tested against the condition.
//!
//! Invariant: firings and the place where the watch goes on are committed together. After a crash the watch goes on from the last
//! place that was committed: rows that come twice are stored once, as a bar has at most one firing in the ledger.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::{Notify, oneshot};

use super::definition::{Alert, AlertName};
use super::storage::Storage;
use super::values;
use crate::app::saved::store::now_ms;
use crate::app::watch::question::Follower;
use crate::app::watch::token::Position;
use crate::app::workers::call_context::CallContext;
use crate::app::{Answer, Compute, Error, WatchEvent, WatchRows};
use crate::indicator::is_true;
use crate::ledger::{AlertPosition, Change, Delivery, NewFiring};
use crate::series::SeriesId;

/// The events of a series after which its place is stored, if nothing fires before.
const EVENTS_MAX: u32 = 64;

/// The pause before a watch that failed is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// How far an alert has come in a series.
struct Place {
    /// Only bars that open later fire.
    since: i64,
    token: Bytes,
    /// The events since it was stored.
    unsaved: u32,
}

/// A running alert.
struct Runner {
    storage: Arc<Storage>,
    name: AlertName,
    alert: Alert,
    labels: Vec<String>,
    places: HashMap<SeriesId, Place>,
    fired: Arc<Notify>,
}

/// Runs an alert until its task is aborted or the server stops. Tells `begun` when it watches all series that are there.
pub(super) async fn run(
    storage: Arc<Storage>,
    name: AlertName,
    alert: Alert,
    fired: Arc<Notify>,
    begun: oneshot::Sender<()>,
) {
    let labels = alert.labels(&storage.watches.compute);
    let mut runner = Runner { storage, name, alert, labels, places: HashMap::new(), fired };
    let mut begun = Some(begun);
    loop {
        match runner.follow(begun.take()).await {
            Err(Error::Stopping) => return,
            Err(error) => tracing::warn!(alert = runner.name.as_str(), %error, "alert interrupted, trying again"),
            Ok(()) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl Runner {
    /// Follows the watch until it ends or has to begin again.
    async fn follow(&mut self, begun: Option<oneshot::Sender<()>>) -> Result<(), Error> {
        self.load().await?;
        let question = self.alert.question(&self.storage.watches.compute)?;
        let places = self.places.iter().map(|(series, place)| (series.clone(), (place.since, place.token.clone())));
        let follower = Follower::new(places, begun);
        let mut events = pin!(self.storage.watches.open(question, CallContext::default(), Some(follower))?);
        while let Some(event) = events.next().await {
            let WatchEvent { series, outcome, token } = event?;
            let rows = match outcome {
                Ok(rows) => rows,
                Err(error) => {
                    tracing::warn!(alert = self.name.as_str(), %series, %error, "an alert cannot watch a series");
                    continue;
                }
            };
            self.test(series, &rows, token).await?;
        }
        Ok(())
    }

    /// Reads from the ledger how far the alert has come.
    async fn load(&mut self) -> Result<(), Error> {
        let name = self.name.clone();
        let read = move |reader: &crate::ledger::Reader| Ok(reader.alert_positions(name.as_str())?);
        let stored = self.storage.reader.query(&None.into(), read).await?;
        let place = |AlertPosition { series, since, token }| (series, Place { since, token: token.into(), unsaved: 0 });
        self.places = stored.into_iter().map(place).collect();
        Ok(())
    }

    /// Tests the rows of an event, and stores what fires.
    async fn test(&mut self, series: SeriesId, rows: &WatchRows, token: Bytes) -> Result<(), Error> {
        let is_new = !self.places.contains_key(&series);
        let begin = || Place { since: Position::since(&token), token: Bytes::new(), unsaved: 0 };
        let place = self.places.entry(series.clone()).or_insert_with(begin);
        place.token = token;
        place.unsaved += 1;
        let firings = firings(&rows.answer, place.since, &self.labels);
        if firings.is_empty() && !is_new && place.unsaved < EVENTS_MAX {
            return Ok(());
        }
        self.save(&series, firings).await
    }

    /// Stores firings and the place of a series, durably. If the writer refuses, it is tried until it does not.
    async fn save(&mut self, series: &SeriesId, firings: Vec<NewFiring>) -> Result<(), Error> {
        let Some(place) = self.places.get_mut(series) else { return Ok(()) };
        let has_fired = !firings.is_empty();
        let delivery = if self.alert.webhook.is_some() { Delivery::Pending } else { Delivery::None };
        let change = Change::Fire {
            alert: self.name.as_str().into(),
            position: AlertPosition { series: series.clone(), since: place.since, token: place.token.to_vec() },
            firings,
            fired_ms: now_ms(),
            delivery,
            rows_max: self.storage.limits.firings_max,
        };
        self.storage.write_with_retry(&self.name, change).await?;
        place.unsaved = 0;
        if has_fired {
            self.fired.notify_one();
        }
        Ok(())
    }
}

/// The rows after `since` at which the last column holds: it is neither 0 nor NaN.
fn firings(answer: &Answer, since: i64, labels: &[String]) -> Vec<NewFiring> {
    let Some((condition, columns)) = answer.columns.split_last() else { return vec![] };
    let (times, condition) = (answer.times.as_chunks::<8>().0, condition.as_chunks::<8>().0);
    let rows = times.iter().zip(condition).enumerate();
    let held = rows.filter_map(|(row, (time, value))| {
        let (time, value) = (i64::from_le_bytes(*time), f64::from_le_bytes(*value));
        (time > since && is_true(value)).then_some((row, time))
    });
    let firing = |(row, time)| {
        let values: Vec<u8> = columns.iter().flat_map(|column| column[8 * row..8 * (row + 1)].to_vec()).collect();
        NewFiring { time, epoch: answer.epoch, result: values::pack(labels, &values) }
    };
    held.map(firing).collect()
}

impl Alert {
    /// The labels of its values.
    pub(super) fn labels(&self, compute: &Compute) -> Vec<String> {
        let columns = self.question(compute).map(|question| question.compiled.columns().to_vec()).unwrap_or_default();
        let mut labels: Vec<_> = columns.into_iter().map(|(label, _)| label).collect();
        labels.pop();
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;
    use crate::app::tests::fixture::{SMALL, app_with, bars, id, ingest, open_with};
    use crate::ledger::{Config, Writer};
    use crate::series::Resampling;

    /// Waits until the alert has fired so often.
    async fn fired(app: &Arc<App>, count: usize) {
        let listed = || app.alerts.firings(None, 0, false, 100, None);
        for _ in 0..500 {
            if listed().await.expect("readable").len() == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} firings instead of {count}", listed().await.expect("readable").len());
    }

    #[tokio::test]
    async fn an_alert_goes_on_where_its_values_mean_something_else_now() {
        let (directory, app) = app_with(SMALL, |_| ());
        ingest(&app, 1, bars(0..10, 0)).await;
        let alert = Alert {
            series: vec![id(1)],
            glob: None,
            expressions: vec!["close".into()],
            condition: "close > 0".into(),
            resampling: Resampling::default(),
            webhook: None,
        };
        app.alerts.put(AlertName::new("up").expect("legal"), alert).await.expect("stored");
        ingest(&app, 1, bars(10..12, 0)).await;
        fired(&app, 2).await;
        app.close().await;
        // As after an upgrade with another revision of an indicator: the token is of another watch.
        let mut writer = Writer::open(&directory.path().join("ledger.db"), &Config::default()).expect("opens");
        let stored = writer.reader().expect("opens").alert_positions("up").expect("readable");
        for AlertPosition { series, since, token } in stored {
            let (digest, position) = Position::read(&token.into()).expect("a token");
            let position = AlertPosition { series, since, token: position.token(digest ^ 1).to_vec() };
            let (alert, firings, delivery) = ("up".into(), vec![], Delivery::None);
            let fire = Change::Fire { alert, position, firings, fired_ms: 0, delivery, rows_max: 100 };
            writer.commit(&[fire]).expect("committed");
        }
        drop(writer);
        let app = open_with(directory.path(), SMALL, |_| ());
        ingest(&app, 1, bars(12..14, 0)).await;
        app.alerts.start().await.expect("started");
        ingest(&app, 1, bars(14..15, 0)).await;
        fired(&app, 5).await;
        app.close().await;
    }
}
