//! Saved results: stored under a key derived from the query, and readable after a restart.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::checksum;
use super::edit::ResultEdit;
use super::store::{expires_ms, now_ms};
use crate::app::compute::answer_codec::{self, Unreadable};
use crate::app::compute::prepared::PreparedQuery;
use crate::app::compute::question::Persist;
use crate::app::workers::blocking::LedgerReader;
use crate::app::workers::call_context::CallContext;
use crate::app::write::command::Command;
use crate::app::write::queue::WriteQueue;
use crate::app::{Answer, BarsFrom, Error, Limits, Question, ResultDescription};
use crate::ledger::{Page, Reader, SavedResultRow};

/// The maximum length of a key, in bytes.
const KEY_BYTES_MAX: usize = 256;
/// The least number of results that are looked through at a time.
const PAGE: usize = 256;
/// The bytes of a queued result that count as one bar of queue capacity.
const ROOM_BYTES: usize = 48;

/// The facts of a saved result without its values.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedResultInfo {
    /// Its key.
    pub key: String,
    /// What it answers.
    pub about: ResultDescription,
    /// The size of its values in bytes.
    pub bytes: u64,
    /// When it was saved, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// When it expires, in milliseconds since the Unix epoch; `None` is never.
    pub expires_ms: Option<i64>,
}

/// Where and for how long a result will be saved once it is computed.
pub(crate) struct SavePlan {
    /// The key; `None` is one that the answer itself makes, as a key of the bars would tell their version.
    key: Option<String>,
    /// The canonical expressions.
    canonical: String,
    about: ResultDescription,
    ttl: Option<Duration>,
}

/// The saved results.
pub struct SavedResults {
    queue: Arc<WriteQueue>,
    reader: Arc<LedgerReader>,
    limits: Arc<Limits>,
}

impl SavedResults {
    pub(crate) fn new(queue: Arc<WriteQueue>, reader: Arc<LedgerReader>, limits: Arc<Limits>) -> Self {
        Self { queue, reader, limits }
    }

    /// How to save the answer of a query, if requested.
    pub(crate) fn plan(
        &self,
        question: &Question,
        query: &PreparedQuery,
        context: &CallContext,
    ) -> Result<Option<SavePlan>, Error> {
        let (Some(Persist { ttl }), BarsFrom::Series(series)) = (question.persist, &question.from) else {
            return Ok(None);
        };
        context.permit_write("persist")?;
        let (max, needed) = (self.limits.saved_result_bytes_max as u64, query.answer_bytes() as u64);
        if needed > max {
            let hint = Some("use a shorter range");
            return Err(Error::TooMuch { limit: "saved_result_bytes_max", max, needed, hint });
        }
        let about = ResultDescription::new(series, question, query);
        let canonical = query.compiled.canonical.to_string();
        let key = context.fixed_as_of().is_none().then(|| {
            let (bars, rows) = (query.bars().unwrap_or_default(), &query.rows);
            let rows = format!("{}-{}", rows.start, rows.end);
            about.key([bars.as_bytes(), rows.as_bytes(), canonical.as_bytes()])
        });
        Ok(Some(SavePlan { key, canonical, about, ttl }))
    }

    /// Saves an answer durably and sets its key.
    pub(crate) async fn save(
        &self,
        plan: SavePlan,
        answer: Answer,
        deadline: Option<Instant>,
    ) -> Result<Answer, Error> {
        let SavePlan { key, canonical, about, ttl } = plan;
        let by_values = || {
            let described = [canonical.as_bytes(), &answer.times].into_iter();
            about.key(described.chain(answer.columns.iter().map(|column| &column[..])))
        };
        let key = key.unwrap_or_else(by_values);
        let body = checksum::add(&answer_codec::pack(&answer));
        let facts = SavedResultRow {
            key: key.clone(),
            created_ms: now_ms(),
            expires_ms: ttl.map(expires_ms),
            bytes: body.len() as u64,
            about: checksum::add(&about.pack()),
        };
        let saved = self.edit(ResultEdit::Save { facts, body });
        match deadline {
            Some(deadline) => timeout_at(deadline, saved).await.unwrap_or(Err(Error::Late))?,
            None => saved.await?,
        }
        Ok(Answer { key: Some(key.into()), ..answer })
    }

    /// Lists saved results by key prefix in key order, after `after`, at most `limit`; with the key to continue after,
    /// if there are more. Those of series that the caller may not reach are left out.
    pub async fn list(
        &self,
        prefix: String,
        after: String,
        limit: usize,
        context: impl Into<CallContext>,
    ) -> Result<(Vec<SavedResultInfo>, Option<String>), Error> {
        let context = context.into();
        let caller = context.clone();
        let list = move |reader: &Reader| {
            let is_shown = |info: &SavedResultInfo| {
                let as_of = info.about.span.as_of_time();
                caller.shows(&info.about.series.symbol) && caller.permit_as_of(as_of).is_ok()
            };
            let (mut shown, mut after, size) = (Vec::new(), after, PAGE.max(limit + 1));
            // One more than requested shows whether there is another page. It begins after a result that is shown: the key of
            // another one would tell of it.
            while shown.len() <= limit {
                let page = reader.saved_results(Page { prefix: &prefix, after: &after, limit: size }, now_ms())?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.key);
                let is_last = page.len() < size;
                // A damaged one is reported when it is read.
                shown.extend(page.into_iter().filter_map(|facts| info(facts).ok()).filter(is_shown));
                if is_last {
                    break;
                }
            }
            let has_more = shown.len() > limit;
            shown.truncate(limit);
            let next = shown.last().filter(|_| has_more).map(|info| info.key.clone());
            Ok((shown, next))
        };
        self.reader.query(&context, list).await
    }

    /// Reads a saved result.
    pub async fn read(&self, key: &str, context: impl Into<CallContext>) -> Result<(SavedResultInfo, Answer), Error> {
        let key = checked(key)?;
        let read = move |reader: &Reader| {
            let found = reader.saved_result(&key, now_ms())?;
            let (facts, body) = found.ok_or_else(|| Error::NoSavedResult { key: key.clone() })?;
            let info = info(facts)?;
            let body = checksum::verify(Bytes::from(body)).ok_or(Unreadable::Damaged);
            let answer = body.and_then(|body| answer_codec::unpack(&body));
            let answer = answer.map_err(|reason| unreadable(key.clone(), reason))?;
            let as_of = info.about.span.as_of_time();
            Ok((info, Answer { key: Some(key.into()), as_of, ..answer }))
        };
        let context = context.into();
        let found: (SavedResultInfo, Answer) = self.reader.query(&context, read).await?;
        context.permit(&found.0.about.series)?;
        context.permit_as_of(found.0.about.span.as_of_time())?;
        found.1.joins.iter().try_for_each(|join| context.permit(&join.series))?;
        context.memory.attach(context.reserve(found.0.bytes as usize).await?);
        Ok(found)
    }

    /// Sets the TTL of a saved result; `None` stores it until it is deleted.
    pub async fn expire(&self, key: &str, ttl: Option<Duration>, context: &CallContext) -> Result<(), Error> {
        let key = self.permitted(key, context).await?;
        self.edit(ResultEdit::Expire { key, expires_ms: ttl.map(expires_ms) }).await
    }

    /// Deletes a saved result.
    pub async fn delete(&self, key: &str, context: &CallContext) -> Result<(), Error> {
        let key = self.permitted(key, context).await?;
        self.edit(ResultEdit::Delete { key }).await
    }

    /// The key, if the caller may read the result: its series, joined ones too, and what was known at its time. Whoever may see all
    /// is not asked.
    async fn permitted(&self, key: &str, context: &CallContext) -> Result<String, Error> {
        let key = checked(key)?;
        let reaches_all = context.identity.as_ref().is_none_or(|identity| identity.symbols.is_empty());
        if reaches_all && context.fixed_as_of().is_none() {
            return Ok(key);
        }
        let find = move |reader: &Reader| {
            let found = reader.saved_result(&key, now_ms())?;
            let (facts, body) = found.ok_or_else(|| Error::NoSavedResult { key: key.clone() })?;
            let answer = checksum::verify(Bytes::from(body)).and_then(|body| answer_codec::unpack(&body).ok());
            // Of one that is damaged nobody can read anything, and it may be deleted.
            let joins = answer.map(|answer| answer.joins).unwrap_or_default();
            Ok((key, info(facts)?.about, joins))
        };
        let (key, about, joins) = self.reader.query(context, find).await?;
        context.permit(&about.series)?;
        context.permit_as_of(about.span.as_of_time())?;
        joins.iter().try_for_each(|join| context.permit(&join.series))?;
        Ok(key)
    }

    async fn edit(&self, edit: ResultEdit) -> Result<(), Error> {
        let rows = match &edit {
            ResultEdit::Save { facts, body } => (facts.about.len() + body.len()) / ROOM_BYTES,
            ResultEdit::Expire { .. } | ResultEdit::Delete { .. } => 0,
        };
        let room = self.queue.claim(rows)?;
        let (reply, done) = oneshot::channel();
        self.queue.ask(Command::SavedResult { edit, reply, room }, done).await
    }
}

fn info(facts: SavedResultRow) -> Result<SavedResultInfo, Error> {
    let SavedResultRow { key, created_ms, expires_ms, bytes, about } = facts;
    let about = checksum::verify(about.into()).ok_or(Unreadable::Damaged);
    match about.and_then(|about| ResultDescription::unpack(&about)) {
        Ok(about) => Ok(SavedResultInfo { key, about, bytes, created_ms, expires_ms }),
        Err(reason) => Err(unreadable(key, reason)),
    }
}

fn unreadable(key: String, reason: Unreadable) -> Error {
    match reason {
        Unreadable::Version { found, known } => Error::SavedResultVersion { key, found, known },
        Unreadable::Damaged => {
            tracing::error!(key, "saved result damaged");
            Error::DamagedSavedResult { key }
        }
    }
}

fn checked(key: &str) -> Result<String, Error> {
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        let expected = format!("1 to {KEY_BYTES_MAX} bytes");
        return Err(Error::Field { field: "key", expected, given: format!("{} bytes", key.len()) });
    }
    Ok(key.into())
}

impl ResultDescription {
    /// The key of a result that these parts, its time and the labels of its columns identify. Equal values as of two times are two
    /// results, as the time decides who may read them; only a result as of now has no part for it.
    fn key<'a>(&'a self, parts: impl IntoIterator<Item = &'a [u8]>) -> String {
        let as_of = self.span.as_of_time().map(|time| format!("as of {time}"));
        let labels = self.columns.iter().map(|(label, _)| label.as_bytes());
        let mut all: Vec<&[u8]> = as_of.iter().map(String::as_bytes).collect();
        parts.into_iter().chain(labels).for_each(|part| all.push(part));
        let digest = digest(all);
        format!("{}/{}/{}/{digest}", self.series.symbol, self.series.timeframe, self.epoch)
    }
}

/// The hash of a request: BLAKE3, cut to 160 bits, as equal keys are taken for equal results and callers choose the labels.
/// The length before each part keeps `a`, `bc` apart from `ab`, `c`.
fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    hasher.finalize().to_hex()[..40].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_depend_on_every_part_and_its_bounds() {
        let all = [vec![], vec![""], vec!["a", "bc"], vec!["ab", "c"], vec!["abc"], vec!["a\nbc"]];
        let digests: std::collections::BTreeSet<_> =
            all.iter().map(|parts| digest(parts.iter().map(|part| part.as_bytes()))).collect();
        assert_eq!((digests.len(), digests.iter().all(|digest| digest.len() == 40)), (6, true));
    }

    #[test]
    fn digests_are_stable() {
        let expected = &blake3::hash(b"\x01\0\0\0\0\0\0\0a").to_hex()[..40];
        assert_eq!(digest([&b"a"[..]]), expected);
    }
}
