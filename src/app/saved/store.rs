//! The results: answers that are kept in the ledger until they are over, as the writer thread changes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::app::{Error, Limits};
use crate::ledger::{self, AnswerFacts, Change, Writer};

/// How long what failed is left alone.
const PAUSE: Duration = Duration::from_secs(60);

/// What becomes of an answer.
#[derive(Debug)]
pub(crate) enum Order {
    /// It is kept. One that is there already stays, until the later of the two ends.
    Keep { facts: AnswerFacts, body: Vec<u8> },
    /// It is over at another time; `None` is never.
    Expire { key: String, expires_ms: Option<i64> },
    /// It is deleted.
    Delete { key: String },
}

/// What the writer thread knows of answers.
pub(crate) struct ResultStore {
    answers_max: u64,
    bytes_max: u64,
    /// When the next answer is over, in milliseconds since the Unix epoch.
    next_end: Option<i64>,
}

impl ResultStore {
    pub(crate) fn open(writer: &Writer, limits: &Limits) -> Result<Self, ledger::Error> {
        let (answers_max, bytes_max) = (limits.saved_results_max, limits.saved_bytes_max);
        Ok(Self { answers_max, bytes_max, next_end: writer.next_answer_end()? })
    }

    /// Does what is asked, durably.
    pub(crate) fn work(&mut self, writer: &mut Writer, order: Order) -> Result<(), Error> {
        let changes = match order {
            Order::Keep { facts, body } => self.keep(writer, facts, body)?,
            Order::Expire { key, expires_ms } => {
                there(writer, &key)?;
                vec![Change::ExpireAnswer { key, expires_ms }]
            }
            Order::Delete { key } => {
                there(writer, &key)?;
                vec![Change::DeleteAnswer { key }]
            }
        };
        writer.commit(&changes)?;
        self.next_end = writer.next_answer_end()?;
        Ok(())
    }

    fn keep(&self, writer: &Writer, facts: AnswerFacts, body: Vec<u8>) -> Result<Vec<Change>, Error> {
        let now_ms = now_ms();
        if let Some(before) = writer.answer(&facts.key, now_ms)? {
            let expires_ms = before.expires_ms.zip(facts.expires_ms).map(|(one, two)| one.max(two));
            return Ok(vec![Change::ExpireAnswer { key: facts.key, expires_ms }]);
        }
        let totals = writer.answer_totals(&facts.key, now_ms)?;
        let hint = Some("delete saved results, or use a shorter TTL");
        for (limit, max, needed) in [
            ("saved_results_max", self.answers_max, totals.count + 1),
            ("saved_bytes_max", self.bytes_max, totals.bytes + facts.bytes),
        ] {
            if needed > max {
                return Err(Error::TooMuch { limit, max, needed, hint });
            }
        }
        // One that was over may have had the same key.
        Ok(vec![Change::DeleteExpiredAnswers { now_ms }, Change::AddAnswer { facts, body }])
    }

    /// The time until the next answer is over; `None` when none ever is.
    pub(crate) fn pause(&self) -> Option<Duration> {
        let left = self.next_end?.saturating_sub(now_ms());
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }

    /// Removes the answers that are over.
    pub(crate) fn sweep(&mut self, writer: &mut Writer) {
        let swept = writer.commit(&[Change::DeleteExpiredAnswers { now_ms: now_ms() }]);
        self.next_end = swept.and_then(|()| writer.next_answer_end()).unwrap_or_else(|error| {
            tracing::warn!(%error, "answers that are over stay for a while");
            Some(expires_ms(PAUSE))
        });
    }
}

fn there(writer: &Writer, key: &str) -> Result<(), Error> {
    match writer.answer(key, now_ms())? {
        Some(_) => Ok(()),
        None => Err(Error::NoAnswer { key: key.into() }),
    }
}

/// The time now, in milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// When what ends after so long is over, in milliseconds since the Unix epoch.
pub(crate) fn expires_ms(ttl: Duration) -> i64 {
    now_ms().saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX))
}
