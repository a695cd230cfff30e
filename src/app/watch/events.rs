//! What a watch tells: the news of its queue as events.

use std::sync::Arc;

use bytes::Bytes;

use super::question::{WatchEvent, WatchRows};
use super::queue::{Item, News, Update};
use super::watcher::{Feed, Watcher};
use crate::app::{Answer, Error, Kind};
use crate::indicator::is_true;

impl Watcher {
    /// Takes queued news.
    pub(super) fn receive(&mut self, item: Item) {
        let Item { feed, news, skipped, revised_from, .. } = item;
        match news {
            News::Rows(update) if self.leaves_out(feed, &update, skipped, revised_from) => {}
            News::Rows(update) => self.hand_on(feed, &update, skipped, revised_from),
            News::Failed(error) => {
                if error.kind() == Kind::NotFound && !self.waits() {
                    self.feeds[feed].membership = None;
                    self.queue.forget(feed);
                }
                self.ready.push_back(self.failure(feed, error));
            }
        }
    }

    /// The number of columns, that of a condition included.
    pub(super) fn columns(&self) -> usize {
        self.question.compiled.columns().len()
    }

    /// Makes an event of an update, unless the condition leaves nothing of it.
    pub(super) fn hand_on(&mut self, feed: usize, update: &Update, skipped: u64, revised_from: Option<i64>) {
        let Update { answer, provisional, position, .. } = update;
        let answer = if self.question.conditional { only_held(answer) } else { answer.clone() };
        // A provisional row that holds no more is replaced by none.
        let shows_provisional = *provisional && answer.rows() > 0;
        let takes_back = std::mem::replace(&mut self.feeds[feed].shows_provisional, shows_provisional);
        if self.question.conditional && answer.rows() == 0 && skipped == 0 && revised_from.is_none() && !takes_back {
            return;
        }
        let Feed { series, digest, .. } = &self.feeds[feed];
        let rows = WatchRows { answer, provisional: *provisional, revised_from, skipped };
        if let Some(follower) = &mut self.follower {
            follower.sent.insert(feed, position.clone());
        }
        let (series, token) = (series.clone(), position.token(*digest));
        self.ready.push_back(WatchEvent { series, outcome: Ok(rows), token });
    }

    pub(super) fn failure(&self, feed: usize, error: Arc<Error>) -> WatchEvent {
        WatchEvent { series: self.feeds[feed].series.clone(), outcome: Err(error), token: Bytes::new() }
    }
}

/// The rows whose last column holds, without that column.
fn only_held(answer: &Answer) -> Answer {
    let mut answer = answer.clone();
    let condition = answer.columns.pop().unwrap_or_default();
    let holds = |bytes: &[u8; 8]| is_true(f64::from_le_bytes(*bytes));
    let held: Vec<bool> = condition.as_chunks().0.iter().map(holds).collect();
    if held.iter().all(|&held| held) {
        return answer;
    }
    let chosen = |column: &Bytes| {
        let rows = column.as_chunks::<8>().0.iter().zip(&held).filter(|(_, held)| **held);
        rows.flat_map(|(bytes, _)| *bytes).collect::<Bytes>()
    };
    Answer { times: chosen(&answer.times), columns: answer.columns.iter().map(chosen).collect(), ..answer }
}
