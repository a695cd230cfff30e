//! Bars to store, and what became of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use futures_util::future::FutureExt;
use futures_util::stream::{BoxStream, Stream, StreamExt, unfold};
use tonic::Streaming;

use crate::api;
use crate::api::ingest_stream_response::Outcome;
use crate::client::Client;
use crate::columns;
use crate::compute::series_id;
use crate::error::Error;

/// The bars of one batch; more are sent in several.
const BATCH_ROWS: usize = 100_000;
const PATH: &str = "/atrad.v1.IngestService/IngestStream";

/// Bars in columns of the same length, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars {
    /// When each bar opens: nanoseconds since the Unix epoch, UTC.
    pub times: Vec<i64>,
    /// The first price of each bar.
    pub open: Vec<f64>,
    /// The highest price of each bar.
    pub high: Vec<f64>,
    /// The lowest price of each bar.
    pub low: Vec<f64>,
    /// The last price of each bar.
    pub close: Vec<f64>,
    /// The traded volume of each bar.
    pub volume: Vec<f64>,
    /// More columns, by name.
    pub extra: BTreeMap<String, Vec<f64>>,
}

impl Bars {
    /// The bars of some rows; columns of different lengths are refused.
    pub(crate) fn message(&self, from: usize, to: usize) -> Result<columns::Bars, Error> {
        let cut = |name: &str, column: &[f64]| match column.len() {
            values if values == self.times.len() => Ok(floats(&column[from..to])),
            values => {
                let said = format!("bars.{name} has {values} values for {} bars", self.times.len());
                Err(Error::invalid(format!("bars.{name}"), said))
            }
        };
        let extra = self.extra.iter().map(|(name, values)| {
            let values = cut(&format!("extra {name}"), values)?;
            Ok(columns::ExtraColumn { name: name.clone(), values })
        });
        Ok(columns::Bars {
            times: bytes(&self.times[from..to], i64::to_le_bytes),
            open: cut("open", &self.open)?,
            high: cut("high", &self.high)?,
            low: cut("low", &self.low)?,
            close: cut("close", &self.close)?,
            volume: cut("volume", &self.volume)?,
            extra: extra.collect::<Result<_, Error>>()?,
        })
    }

    /// The bars with NaN in the columns that are empty.
    pub(crate) fn filled(&self) -> Cow<'_, Self> {
        let missing = |bars: &Self| {
            [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume].iter().any(|column| column.is_empty())
        };
        if !missing(self) {
            return Cow::Borrowed(self);
        }
        let mut made = self.clone();
        for column in [&mut made.open, &mut made.high, &mut made.low, &mut made.close, &mut made.volume] {
            if column.is_empty() {
                *column = vec![f64::NAN; self.times.len()];
            }
        }
        Cow::Owned(made)
    }
}

fn floats(values: &[f64]) -> Bytes {
    bytes(values, f64::to_le_bytes)
}

fn bytes<T: Copy>(values: &[T], write: impl Fn(T) -> [u8; 8]) -> Bytes {
    values.iter().map(|&value| write(value)).collect::<Vec<_>>().into_flattened().into()
}

/// What became of bars, which are durable now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Receipt {
    /// New bars.
    pub accepted: u64,
    /// Bars that replaced a different bar of the same time.
    pub replaced: u64,
    /// Bars that changed nothing.
    pub ignored: u64,
    /// The epoch of the series afterwards.
    pub epoch: u64,
}

impl From<api::Receipt> for Receipt {
    fn from(receipt: api::Receipt) -> Self {
        let api::Receipt { accepted, replaced, ignored, epoch } = receipt;
        Self { accepted, replaced, ignored, epoch }
    }
}

/// How bars are stored.
#[derive(Debug, Clone, Default)]
pub struct Ingestion {
    /// What happens to a bar whose time is stored already; it is replaced unless set.
    pub on_conflict: api::OnConflict,
    /// Whether prices may be negative.
    pub any_price: bool,
    /// Client and batch, by which a retry is recognised even after a restart of the server.
    pub key: Option<(String, String)>,
}

impl Ingestion {
    /// One batch of many, each with a key of its own.
    fn numbered(&self, symbol: &str, timeframe: &str, batch: u64, bars: columns::Bars) -> columns::IngestStreamRequest {
        let key = self.key.as_ref();
        columns::IngestStreamRequest {
            batch,
            series: Some(series_id(symbol, timeframe)),
            bars: Some(bars),
            on_conflict: self.on_conflict.into(),
            idempotency_key: key
                .map(|(client, name)| api::IdempotencyKey { client: client.clone(), batch: format!("{name}.{batch}") }),
            price_range: self.price_range(),
        }
    }

    fn price_range(&self) -> i32 {
        if self.any_price { api::PriceRange::Any } else { api::PriceRange::NotNegative }.into()
    }
}

impl Client {
    /// Stores bars, which are durable when it returns. Up to 100,000 bars are stored whole or not at all; more in such
    /// batches, and after an interruption it goes on with the first that has no receipt. The time for a call is that of each
    /// batch.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` with the path of the bar; all batches before it are stored.
    pub async fn ingest(&self, symbol: &str, timeframe: &str, bars: &Bars, how: &Ingestion) -> Result<Receipt, Error> {
        if bars.times.len() > BATCH_ROWS {
            return self.ingest_batches(symbol, timeframe, bars, how).await;
        }
        let key = how.key.clone();
        let request = columns::IngestRequest {
            series: Some(series_id(symbol, timeframe)),
            bars: Some(bars.message(0, bars.times.len())?),
            on_conflict: how.on_conflict.into(),
            idempotency_key: key.map(|(client, batch)| api::IdempotencyKey { client, batch }),
            price_range: how.price_range(),
        };
        let response: api::IngestResponse = self.one("/atrad.v1.IngestService/Ingest", &request).await?;
        response.receipt.map(Into::into).ok_or_else(|| Error::broken("a response without a receipt"))
    }

    /// Stores batches as they come. Yields in order the receipt of each, or the error for which it was refused.
    pub fn ingest_stream(
        &self,
        symbol: &str,
        timeframe: &str,
        batches: impl Stream<Item = Bars> + Send + 'static,
        how: Ingestion,
    ) -> BoxStream<'static, Result<Result<Receipt, Error>, Error>> {
        let (symbol, timeframe) = (symbol.to_owned(), timeframe.to_owned());
        // A batch with columns of different lengths is sent as it is, for the server to refuse in its turn.
        let requests = batches.enumerate().map(move |(batch, bars)| {
            let message = bars.message(0, bars.times.len()).unwrap_or_else(|_| columns::Bars {
                times: bytes(&bars.times, i64::to_le_bytes),
                ..columns::Bars::default()
            });
            how.numbered(&symbol, &timeframe, batch as u64, message)
        });
        let client = self.clone();
        let opened = async move { client.duplex(PATH, requests).await };
        futures_util::stream::once(opened).flat_map(outcomes).boxed()
    }

    async fn ingest_batches(
        &self,
        symbol: &str,
        timeframe: &str,
        bars: &Bars,
        how: &Ingestion,
    ) -> Result<Receipt, Error> {
        let rows =
            |batch: usize| -> Range<usize> { batch * BATCH_ROWS..bars.times.len().min((batch + 1) * BATCH_ROWS) };
        let batches = bars.times.len().div_ceil(BATCH_ROWS);
        let requests = (0..batches)
            .map(|batch| {
                let part = bars.message(rows(batch).start, rows(batch).end)?;
                Ok(how.numbered(symbol, timeframe, batch as u64, part))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let (mut total, mut done, mut attempts) = (Receipt::default(), 0, self.endless());
        while done < batches {
            // The columns are shared with the requests, not copied.
            let left = futures_util::stream::iter(requests[done..].to_vec());
            let mut outcomes = outcomes(self.in_time(self.duplex(PATH, left).map(Ok)).await?);
            let mut stopped = Error::broken("the stream ended without a receipt");
            while let Some(outcome) = self.in_time(outcomes.next().map(Ok)).await? {
                match outcome.and_then(|outcome| outcome) {
                    Err(error) => {
                        stopped = error;
                        break;
                    }
                    Ok(receipt) => {
                        total.accepted += receipt.accepted;
                        total.replaced += receipt.replaced;
                        total.ignored += receipt.ignored;
                        total.epoch = receipt.epoch;
                        done += 1;
                        attempts.progressed();
                    }
                }
            }
            if done < batches {
                attempts.pause(stopped).await?;
            }
        }
        Ok(total)
    }
}

/// What became of each batch.
fn outcomes(
    opened: Result<Streaming<api::IngestStreamResponse>, tonic::Status>,
) -> BoxStream<'static, Result<Result<Receipt, Error>, Error>> {
    let responses = match opened {
        Ok(responses) => responses,
        Err(status) => return crate::compute::failed(status.into()),
    };
    unfold(Some(responses), |responses| async move {
        let mut responses = responses?;
        match responses.message().await {
            Err(status) => Some((Err(status.into()), None)),
            Ok(None) => None,
            Ok(Some(response)) => {
                let outcome = match response.outcome {
                    Some(Outcome::Receipt(receipt)) => Ok(Ok(receipt.into())),
                    Some(Outcome::Failure(failure)) => Ok(Err(Error::of_failure(failure))),
                    None => Err(Error::broken("a response without an outcome")),
                };
                Some((outcome, Some(responses)))
            }
        }
    })
    .boxed()
}
