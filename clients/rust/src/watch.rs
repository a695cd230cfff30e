//! Watches: the rows of indicators as their bars come, resumed where they broke off.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, unfold};
use tonic::Streaming;

use crate::Series;
use crate::answer::{Answer, Chunk, Form, answer_of};
use crate::api;
use crate::client::Client;
use crate::columns::WatchResponse;
use crate::columns::watch_response::Event;
use crate::compute::{failed, series_id, series_of};
use crate::error::Error;
use crate::expression::{Expr, texts};

/// Which series to watch, and which of their rows are told.
#[derive(Debug, Clone, Default)]
pub struct Watching {
    /// The series.
    pub series: Vec<Series>,
    /// All series of `timeframe` whose symbols match, as in `*USDT`, those to come, too.
    pub pattern: String,
    /// The timeframe of `pattern`.
    pub timeframe: String,
    /// The number of newest closed rows of each series to begin with.
    pub last: u64,
    /// Whether to tell the newest bar before it is closed, again with every change.
    pub include_forming: bool,
    /// A condition, which makes the watch an alert.
    pub only_when: Option<Expr>,
    /// Whether to wait for series that do not exist yet.
    pub wait_for_series: bool,
    /// How bars of a timeframe that is not stored are made.
    pub resampling: Option<api::Resampling>,
    /// Which corporate actions adjust the bars; a new one revises the rows of before.
    pub adjust: api::Adjust,
}

/// What a watch tells of one series: rows, or why there are none.
#[derive(Debug, Clone)]
pub struct Update {
    /// Symbol and timeframe.
    pub series: Series,
    /// The rows, oldest first; without any, after a correction or a failure.
    pub answer: Answer,
    /// Whether the bar of the only row is not closed: the next rows of the series replace it.
    pub provisional: bool,
    /// Rows told before that open at this time or later are void, in nanoseconds; `None` leaves all as they are.
    pub revised_from: Option<i64>,
    /// The closed rows before these that were not sent, because this side read too slowly.
    pub skipped: u64,
    /// Why the watch of this series is interrupted; `None` while it goes on.
    pub error: Option<Error>,
}

/// Where a watch stands.
struct State {
    client: Client,
    request: api::WatchRequest,
    tokens: HashMap<Series, Bytes>,
    messages: Option<Streaming<WatchResponse>>,
}

impl Client {
    /// Yields the newest rows of each series, then each row as its bar is stored, until it is dropped. After an interruption
    /// it goes on where it broke off.
    #[must_use]
    pub fn watch(&self, of: Watching, asked: Vec<Expr>) -> BoxStream<'static, Result<Update, Error>> {
        let only_when = of.only_when.map_or(Ok(String::new()), |condition| condition.text());
        let (expressions, only_when) = match (texts(asked), only_when) {
            (Ok(expressions), Ok(only_when)) => (expressions, only_when),
            (Err(error), _) | (_, Err(error)) => return failed(error),
        };
        let request = api::WatchRequest {
            series: of.series.iter().map(|(symbol, timeframe)| series_id(symbol, timeframe)).collect(),
            symbol_glob: of.pattern,
            timeframe: of.timeframe,
            expressions,
            resampling: of.resampling,
            last: of.last,
            include_forming: of.include_forming,
            only_when,
            wait_for_series: of.wait_for_series,
            resume_tokens: Vec::new(),
            adjust: of.adjust.into(),
        };
        let state = State { client: self.clone(), request, tokens: HashMap::new(), messages: None };
        unfold(Some(state), |state| async move {
            let mut state = state?;
            match state.next().await {
                Ok(update) => update.map(|update| (Ok(update), Some(state))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }
}

impl State {
    async fn next(&mut self) -> Result<Option<Update>, Error> {
        let client = self.client.clone();
        let mut attempts = client.endless();
        loop {
            match self.attempt().await {
                Ok(Some(update)) => {
                    client.reached();
                    return Ok(Some(update));
                }
                Ok(None) => return Ok(None),
                Err(error) => {
                    self.messages = None;
                    attempts.pause(error).await?;
                }
            }
        }
    }

    async fn attempt(&mut self) -> Result<Option<Update>, Error> {
        let messages = match &mut self.messages {
            Some(messages) => messages,
            none => {
                self.request.resume_tokens = self.tokens.values().cloned().collect();
                let opened = self.client.open("/atrad.v1.IndicatorService/Watch", self.request.clone(), None).await?;
                none.insert(opened)
            }
        };
        let Some(response) = messages.message().await? else { return Ok(None) };
        let token = response.resume_token.clone();
        let update = update_of(response)?;
        if !token.is_empty() {
            self.tokens.insert(update.series.clone(), token);
        }
        Ok(Some(update))
    }
}

fn update_of(response: WatchResponse) -> Result<Update, Error> {
    let (rows, error) = match response.event {
        Some(Event::Rows(rows)) => (rows, None),
        Some(Event::Failure(failure)) => (Default::default(), Some(Error::of_failure(failure))),
        None => Default::default(),
    };
    Ok(Update {
        series: series_of(response.series),
        answer: answer_of(Chunk::new(rows.values.unwrap_or_default(), Form::default()))?,
        provisional: rows.provisional,
        revised_from: rows.revised_from,
        skipped: rows.skipped,
        error,
    })
}
