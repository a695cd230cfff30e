//! A watch that leaves nothing out: of an alert. Each closed row after the watch has begun comes exactly once or, if it is revised,
//! again, however many there are and however slow the follower is.
//!
//! What does not fit into one event, or was dropped from the queue, is read again from the place of the last event. The first
//! event of a series has no rows: it says from where on the series is followed.

use bytes::Bytes;

use super::hub::Membership;
use super::queue::Update;
use super::tip::{Tip, last_time};
use super::token::Position;
use super::watcher::Watcher;
use crate::app::{Answer, Error};

impl Watcher {
    /// Begins to follow a series, or goes on: at most `watch_rows_max` rows, and the rest in its turn.
    pub(super) async fn follow(&mut self, feed: usize, membership: &Membership, tip: &Tip) -> Result<(), Error> {
        let digest = self.feeds[feed].digest;
        let position = match self.positions.remove(&digest) {
            Some(position) => position,
            None => self.begin_to_follow(feed, tip),
        };
        let since = self.follower.as_ref().and_then(|follower| follower.since.get(&self.feeds[feed].series).copied());
        let (first, revised_from) = tip.resume(position.time, tip.changed_since(&position.marks)?)?;
        let first = first.max(tip.row_after(since)?).min(tip.closed);
        let rows = first..tip.closed.min(first + self.hub.limits.watch_rows_max);
        if rows.is_empty() && revised_from.is_none() {
            return Ok(());
        }
        let is_all = rows.end == tip.closed;
        let answer = match self.answer(membership, tip, rows).await {
            Ok(answer) => answer,
            Err(error) => {
                self.positions.insert(digest, position);
                return Err(error);
            }
        };
        let position = tip.position(last_time(&answer).or(position.time));
        if !is_all {
            self.positions.insert(digest, position.clone());
            self.to_join.push_back(feed);
        }
        self.hand_on(feed, &Update { answer, provisional: false, revised_from, skipped: 0, position }, 0, revised_from);
        Ok(())
    }

    /// The position from which a series is followed: all of one that was not there when the watch began.
    fn begin_to_follow(&mut self, feed: usize, tip: &Tip) -> Position {
        let position = tip.position(if self.feeds[feed].is_new { None } else { tip.closed_time });
        let columns = vec![Bytes::new(); self.columns()];
        let answer = Answer {
            times: Bytes::new(),
            columns,
            facts: [].into(),
            epoch: 0,
            joins: [].into(),
            derived_from: None,
            as_of: None,
            changes: None,
            adjustments: vec![],
            key: None,
        };
        let first = Update { answer, provisional: false, revised_from: None, skipped: 0, position: position.clone() };
        self.hand_on(feed, &first, 0, None);
        if let Some(follower) = &mut self.follower {
            follower.since.insert(self.feeds[feed].series.clone(), position.time.unwrap_or(i64::MIN));
        }
        position
    }

    /// Whether news of a follower lack rows, or come while it catches up. Then it reads on from its place instead.
    pub(super) fn leaves_out(&mut self, feed: usize, update: &Update, skipped: u64, revised_from: Option<i64>) -> bool {
        let Some(follower) = &self.follower else { return false };
        let digest = self.feeds[feed].digest;
        if self.positions.contains_key(&digest) {
            return true;
        }
        let first = update.answer.times.first_chunk().map(|bytes| i64::from_le_bytes(*bytes));
        let lacks_revised = revised_from.is_some_and(|from| first.is_none_or(|first| from < first));
        if skipped == 0 && !lacks_revised {
            return false;
        }
        let Some(sent) = follower.sent.get(&feed) else { return false };
        self.positions.insert(digest, sent.clone());
        self.to_join.push_back(feed);
        true
    }

    /// Tells that every series that is there is followed, and that what was told of them has been worked off.
    pub(super) fn tell_begun(&mut self) {
        let is_begun = self.to_join.is_empty() && self.ready.is_empty();
        if let Some(begun) = self.follower.as_mut().filter(|_| is_begun).and_then(|follower| follower.begun.take()) {
            // Nobody may wait any more.
            let _ = begun.send(());
        }
    }
}
