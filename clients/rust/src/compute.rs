//! Computation over series and over bars sent along.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};

use crate::Series;
use crate::answer::{Answer, Assembler, Chunk, Form, answer_of, floats};
use crate::api;
use crate::client::Client;
use crate::columns;
use crate::columns::compute_request::Source;
use crate::error::Error;
use crate::expression::{Expr, texts};
use crate::ingest::Bars;
use crate::since::Version;

/// An answer of this size at most is asked for in one message.
const UNARY_BYTES_MAX: usize = 2_000_000;
const OUTPUTS_GUESSED: usize = 3;

/// Which bars to take, and how. Times are nanoseconds since the Unix epoch.
#[derive(Debug, Clone, Default)]
pub struct Span {
    pub(crate) range: api::Range,
    pub(crate) resampling: Option<api::Resampling>,
    persist: Option<api::Persist>,
    pub(crate) adjust: i32,
    pub(crate) since: Option<Version>,
    is_float32: bool,
}

/// How bars of a timeframe that is not stored are made of shorter ones.
pub use api::Resampling;

/// Which corporate actions adjust the bars.
pub use api::Adjust;

/// The answer of a series of a batch, or why it has none.
type AnswerOf = (Series, Result<Answer, Error>);

impl Span {
    /// All bars.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The newest bars, at least 1.
    #[must_use]
    pub fn last(bars: usize) -> Self {
        Self::default().newest(bars)
    }

    /// The newest bars of those in the range.
    #[must_use]
    pub fn newest(mut self, bars: usize) -> Self {
        self.range.last = Some(bars as u64);
        self
    }

    /// Bars that open at this time or later.
    #[must_use]
    pub fn from(mut self, start: i64) -> Self {
        self.range.start_time = Some(start);
        self
    }

    /// Bars that open before this time.
    #[must_use]
    pub fn until(mut self, end: i64) -> Self {
        self.range.end_time = Some(end);
        self
    }

    /// As a server that was given only the bars that were closed at this time.
    #[must_use]
    pub fn as_of(mut self, when: i64) -> Self {
        self.range.as_of = Some(when);
        self
    }

    /// How bars of a timeframe that is not stored are made.
    #[must_use]
    pub fn resampled(mut self, how: Resampling) -> Self {
        self.resampling = Some(how);
        self
    }

    /// Saves the answer on the server; `None` for ever.
    #[must_use]
    pub fn persist(mut self, ttl: Option<Duration>) -> Self {
        let ttl_ms = ttl.map_or(0, |ttl| u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1));
        self.persist = Some(api::Persist { ttl_ms });
        self
    }

    /// Adjusts prices by splits, or by splits and dividends. An answer with this cannot be saved.
    #[must_use]
    pub fn adjusted(mut self, adjust: Adjust) -> Self {
        self.adjust = adjust.into();
        self
    }

    /// Only what has changed since an answer of this version: [`Answer::update`] brings that one up to date.
    #[must_use]
    pub fn since(mut self, version: Version) -> Self {
        self.since = Some(version);
        self
    }

    /// Values rounded to float32, in half the bytes: the answer has `columns32`.
    #[must_use]
    pub fn float32(mut self) -> Self {
        self.is_float32 = true;
        self
    }

    pub(crate) fn since_fields(&self) -> (Option<u64>, Bytes) {
        self.since.as_ref().map_or_else(Default::default, |version| (Some(version.epoch), version.token.clone()))
    }

    fn value_type(&self) -> i32 {
        if self.is_float32 { api::ValueType::Float32 } else { api::ValueType::Unspecified }.into()
    }

    pub(crate) fn form(&self) -> Form {
        Form { is_float32: self.is_float32, last: self.rows() }
    }

    pub(crate) fn checked(&self) -> Result<api::Range, Error> {
        match self.range.last {
            Some(0) => Err(Error::invalid("last", "last must be at least 1, got 0")),
            _ => Ok(self.range),
        }
    }

    /// This span, or an error with a setting that the method does not have, and would ignore.
    pub(crate) fn without(self, method: &str, settings: &[&str]) -> Result<Self, Error> {
        let is_set = |setting: &str| match setting {
            "last" => self.range.last.is_some(),
            "from" => self.range.start_time.is_some(),
            "until" => self.range.end_time.is_some(),
            "resampling" => self.resampling.is_some(),
            "since" => self.since.is_some(),
            "float32" => self.is_float32,
            _ => self.persist.is_some(),
        };
        match settings.iter().find(|setting| is_set(setting)) {
            Some(setting) => Err(Error::invalid(*setting, format!("{method} has no setting {setting}"))),
            None => Ok(self),
        }
    }

    /// The number of rows that an answer has at most; 0 means that it is not known.
    pub(crate) fn rows(&self) -> usize {
        usize::try_from(self.range.last.unwrap_or(0).min(1 << 31)).unwrap_or(0)
    }
}

/// A correlation matrix: one row and one column per series.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// The coefficients.
    pub matrix: Vec<Vec<f64>>,
    /// The number of timestamps used, or of returns between them.
    pub samples: u64,
    /// The epoch of each series.
    pub epochs: Vec<u64>,
}

pub(crate) fn series_id(symbol: &str, timeframe: &str) -> api::SeriesId {
    api::SeriesId { symbol: symbol.to_owned(), timeframe: timeframe.to_owned() }
}

pub(crate) fn series_ids<S: AsRef<str>, T: AsRef<str>>(series: &[(S, T)]) -> Vec<api::SeriesId> {
    series.iter().map(|(symbol, timeframe)| series_id(symbol.as_ref(), timeframe.as_ref())).collect()
}

pub(crate) fn series_of(id: Option<api::SeriesId>) -> Series {
    id.map(|id| (id.symbol, id.timeframe)).unwrap_or_default()
}

impl Client {
    /// Computes expressions over a series. Answers of any size are whole: a large one comes in chunks, which are joined.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT`, `NOT_FOUND` and others.
    pub async fn compute(&self, symbol: &str, timeframe: &str, asked: Vec<Expr>, span: Span) -> Result<Answer, Error> {
        let form = span.form();
        self.ask(question(Source::Series(series_id(symbol, timeframe)), asked, span)?, form, form.last).await
    }

    /// Computes over bars sent along, which are not stored. A column that is empty is NaN.
    ///
    /// # Errors
    ///
    /// As `compute`; and columns of different lengths.
    pub async fn compute_bars(&self, bars: &Bars, asked: Vec<Expr>, span: Span) -> Result<Answer, Error> {
        let span = span.without("compute_bars", &["since"])?;
        let (source, form) = (Source::Bars(bars.filled().message(0, bars.times.len())?), span.form());
        self.ask(question(source, asked, span)?, form, bars.times.len()).await
    }

    /// As `compute`, in chunks, oldest bars first, all of one epoch.
    #[must_use]
    pub fn compute_stream(
        &self,
        symbol: &str,
        timeframe: &str,
        asked: Vec<Expr>,
        span: Span,
    ) -> BoxStream<'static, Result<Answer, Error>> {
        let form = span.form();
        let request = match question(Source::Series(series_id(symbol, timeframe)), asked, span) {
            Ok(request) => columns::ComputeStreamRequest { request: Some(request) },
            Err(error) => return failed(error),
        };
        let chunks = self.each("/atrad.v1.IndicatorService/ComputeStream", request);
        chunks
            .map(move |chunk: Result<columns::ComputeStreamResponse, _>| {
                answer_of(Chunk::new(chunk?.chunk.unwrap_or_default(), form))
            })
            .boxed()
    }

    /// Computes the same expressions over many series. Yields each with its answer or its error, as they finish.
    #[must_use]
    pub fn batch<S: AsRef<str>, T: AsRef<str>>(
        &self,
        series: &[(S, T)],
        asked: Vec<Expr>,
        span: Span,
    ) -> BoxStream<'static, Result<AnswerOf, Error>> {
        let form = span.form();
        let request = texts(asked).and_then(|expressions| {
            let span = span.without("batch", &["persist", "since"])?;
            let (range, resampling) = (Some(span.checked()?), span.resampling.clone());
            let (series, adjust, value_type) = (series_ids(series), span.adjust, span.value_type());
            let omit_times = false;
            Ok(api::ComputeBatchRequest { series, range, expressions, resampling, adjust, value_type, omit_times })
        });
        let request = match request {
            Ok(request) => request,
            Err(error) => return failed(error),
        };
        let mut parts = HashMap::<u32, Assembler>::new();
        let responses = self.each("/atrad.v1.IndicatorService/ComputeBatch", request);
        responses
            .filter_map(move |response: Result<columns::ComputeBatchResponse, Error>| {
                let found = response.map(|response| part_of_batch(&mut parts, form, response)).transpose();
                async { found }
            })
            .boxed()
    }

    /// The correlation matrix of many series of one timeframe, of values of an expression or of their returns.
    ///
    /// # Errors
    ///
    /// As `compute`.
    pub async fn correlate<S: AsRef<str>, T: AsRef<str>>(
        &self,
        series: &[(S, T)],
        of: impl Into<Expr>,
        returns: bool,
        method: api::CorrelationMethod,
        span: Span,
    ) -> Result<Correlation, Error> {
        let span = span.without("correlate", &["persist", "since", "float32"])?;
        let request = api::CorrelateRequest {
            series: series_ids(series),
            range: Some(span.checked()?),
            expression: of.into().text()?,
            returns,
            method: method.into(),
            adjust: span.adjust,
            resampling: span.resampling.clone(),
        };
        let found: columns::CorrelateResponse = self.one("/atrad.v1.IndicatorService/Correlate", &request).await?;
        let (size, values) = (found.epochs.len(), floats(&found.values));
        if size == 0 || values.len() != size * size {
            return Err(Error::broken("a correlation matrix that is not square"));
        }
        let matrix = values.chunks(size).map(<[f64]>::to_vec).collect();
        Ok(Correlation { matrix, samples: found.rows, epochs: found.epochs })
    }

    /// In one message, or in chunks if the answer is or may be too large for that.
    async fn ask(&self, request: columns::ComputeRequest, form: Form, rows: usize) -> Result<Answer, Error> {
        let outputs = 1 + OUTPUTS_GUESSED * request.expressions.len();
        if rows > 0 && rows * 8 * outputs <= UNARY_BYTES_MAX {
            let answer: Result<columns::ComputeResponse, _> =
                self.one("/atrad.v1.IndicatorService/Compute", &request).await;
            match answer {
                Err(error) if error.limit.as_deref() == Some("answer_bytes_max") => {}
                other => return answer_of(Chunk::new(other?, form)),
            }
        }
        let request = columns::ComputeStreamRequest { request: Some(request) };
        let read = |response: columns::ComputeStreamResponse| Chunk::new(response.chunk.unwrap_or_default(), form);
        self.assembled("/atrad.v1.IndicatorService/ComputeStream", &request, rows, read).await
    }

    /// The chunks of a stream, joined.
    pub(crate) async fn assembled<Q, R>(
        &self,
        path: &'static str,
        request: &Q,
        rows: usize,
        read: impl Fn(R) -> Chunk,
    ) -> Result<Answer, Error>
    where
        Q: prost::Message + Clone + 'static,
        R: prost::Message + Default + 'static,
    {
        let take = |made: &mut Assembler, message| made.add(read(message));
        Ok(self.whole(path, request, || Assembler::new(rows), take).await?.answer())
    }
}

fn question(source: Source, asked: Vec<Expr>, span: Span) -> Result<columns::ComputeRequest, Error> {
    let (since_epoch, since_token) = span.since_fields();
    Ok(columns::ComputeRequest {
        value_type: span.value_type(),
        since_epoch,
        since_token,
        source: Some(source),
        range: Some(span.checked()?),
        expressions: texts(asked)?,
        resampling: span.resampling,
        persist: span.persist,
        adjust: span.adjust,
        ..columns::ComputeRequest::default()
    })
}

/// The result of a series, once all of it is here.
fn part_of_batch(
    parts: &mut HashMap<u32, Assembler>,
    form: Form,
    response: columns::ComputeBatchResponse,
) -> Option<(Series, Result<Answer, Error>)> {
    use columns::compute_batch_response::Outcome;
    let series = series_of(response.series);
    match response.outcome {
        Some(Outcome::Failure(failure)) => Some((series, Err(Error::of_failure(failure)))),
        outcome => {
            let part = parts.entry(response.index).or_insert_with(|| Assembler::new(form.last));
            if let Some(Outcome::Values(values)) = outcome
                && let Err(error) = part.add(Chunk::new(values, form))
            {
                return Some((series, Err(error)));
            }
            let is_whole = response.last.then(|| parts.remove(&response.index)).flatten();
            is_whole.map(|part| (series, Ok(part.answer())))
        }
    }
}

/// A stream of nothing but an error.
pub(crate) fn failed<T: Send + 'static>(error: Error) -> BoxStream<'static, Result<T, Error>> {
    futures_util::stream::once(async { Err(error) }).boxed()
}
