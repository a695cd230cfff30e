//! The store of saved results in the ledger; changed by the writer thread only.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::app::{Error, Limits};
use crate::ledger::{self, Change, SavedResultRow, Writer};

/// The delay after a failed removal.
const PAUSE: Duration = Duration::from_secs(60);

/// A change of a saved result.
#[derive(Debug)]
pub(crate) enum ResultEdit {
    /// Saves it. An existing one stays, with the later of the two expiries.
    Save { facts: SavedResultRow, body: Vec<u8> },
    /// Sets its expiry; `None` is never.
    Expire { key: String, expires_ms: Option<i64> },
    /// Deletes it.
    Delete { key: String },
}

/// The writer thread's view of saved results.
pub(crate) struct ResultStore {
    answers_max: u64,
    bytes_max: u64,
    /// The next expiry, in milliseconds since the Unix epoch.
    next_end: Option<i64>,
}

impl ResultStore {
    pub(crate) fn open(writer: &Writer, limits: &Limits) -> Result<Self, ledger::Error> {
        let (answers_max, bytes_max) = (limits.saved_results_max, limits.saved_bytes_max);
        Ok(Self { answers_max, bytes_max, next_end: writer.next_result_expiry()? })
    }

    /// Applies a change durably.
    pub(crate) fn work(&mut self, writer: &mut Writer, edit: ResultEdit) -> Result<(), Error> {
        let changes = match edit {
            ResultEdit::Save { facts, body } => self.save(writer, facts, body)?,
            ResultEdit::Expire { key, expires_ms } => {
                there(writer, &key)?;
                vec![Change::ExpireSavedResult { key, expires_ms }]
            }
            ResultEdit::Delete { key } => {
                there(writer, &key)?;
                vec![Change::DeleteSavedResult { key }]
            }
        };
        writer.commit(&changes)?;
        self.next_end = writer.next_result_expiry()?;
        Ok(())
    }

    fn save(&self, writer: &Writer, facts: SavedResultRow, body: Vec<u8>) -> Result<Vec<Change>, Error> {
        let now_ms = now_ms();
        if let Some(before) = writer.saved_result(&facts.key, now_ms)? {
            let expires_ms = before.expires_ms.zip(facts.expires_ms).map(|(one, two)| one.max(two));
            return Ok(vec![Change::ExpireSavedResult { key: facts.key, expires_ms }]);
        }
        let totals = writer.saved_result_totals(&facts.key, now_ms)?;
        let hint = Some("delete saved results, or use a shorter TTL");
        for (limit, max, needed) in [
            ("saved_results_max", self.answers_max, totals.count + 1),
            ("saved_bytes_max", self.bytes_max, totals.bytes + facts.bytes),
        ] {
            if needed > max {
                return Err(Error::TooMuch { limit, max, needed, hint });
            }
        }
        // An expired result may have had the same key.
        Ok(vec![Change::DeleteExpiredResults { now_ms }, Change::AddSavedResult { facts, body }])
    }

    /// The time until the next expiry; `None` when nothing expires.
    pub(crate) fn pause(&self) -> Option<Duration> {
        let left = self.next_end?.saturating_sub(now_ms());
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }

    /// Removes expired results.
    pub(crate) fn sweep(&mut self, writer: &mut Writer) {
        let swept = writer.commit(&[Change::DeleteExpiredResults { now_ms: now_ms() }]);
        self.next_end = swept.and_then(|()| writer.next_result_expiry()).unwrap_or_else(|error| {
            tracing::warn!(%error, "removing expired results failed, retrying later");
            Some(expires_ms(PAUSE))
        });
    }
}

fn there(writer: &Writer, key: &str) -> Result<(), Error> {
    match writer.saved_result(key, now_ms())? {
        Some(_) => Ok(()),
        None => Err(Error::NoSavedResult { key: key.into() }),
    }
}

/// The current time, in milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// The expiry after a TTL, in milliseconds since the Unix epoch.
pub(crate) fn expires_ms(ttl: Duration) -> i64 {
    now_ms().saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX))
}
