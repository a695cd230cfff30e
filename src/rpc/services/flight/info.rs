//! What a question will be answered with: its schema, and its rows where they are known.

use std::sync::Arc;

use arrow_flight::{FlightDescriptor, FlightEndpoint, FlightInfo, SchemaAsIpc, SchemaResult, Ticket};
use arrow_ipc::writer::IpcWriteOptions;
use arrow_schema::{Field, SchemaRef};
use bytes::Bytes;

use super::ipc;
use super::query::{self, Query};
use crate::app::{App, CallContext, SeriesFacts};
use crate::rpc::Error;
use crate::rpc::error::field;
use crate::rpc::proto::compute_request::Source;
use crate::rpc::proto::{ReadBarsRequest, SeriesId};
use crate::rpc::wire::{self, read_resampling, required};
use crate::series::{self, ColumnName};

/// The columns of prices, before the extra ones.
pub(super) const PRICES: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// What an answer will have.
pub(super) struct Outline {
    schema: SchemaRef,
    rows: Option<u64>,
}

impl Outline {
    /// Of the answer to a question, whose series must be there.
    pub(super) async fn of(query: &Query, app: &App, context: &CallContext) -> Result<Self, Error> {
        match query {
            Query::Bars(ReadBarsRequest { series, range, resampling, since_epoch, .. }) => {
                let (id, resampling) = (required(series.clone(), "series")?, read_resampling(resampling.clone())?);
                let facts = app.bars.describe(&id, &resampling, range.and_then(|range| range.as_of), context).await?;
                let rows = (range.is_none() && since_epoch.is_none()).then_some(facts.rows);
                Ok(Self { schema: bars_schema(&facts.extras), rows })
            }
            Query::Compute(request) => {
                let question = wire::question((**request).clone(), &app.compute)?;
                let mut rows = None;
                if let Some(Source::Series(id)) = &request.source {
                    let id = required(Some(id.clone()), "series")?;
                    let facts =
                        app.bars.describe(&id, &question.resampling, question.span.as_of_time(), context).await?;
                    rows = (request.range.is_none() && request.since_epoch.is_none()).then_some(facts.rows);
                }
                Ok(Self { schema: ipc::schema(answer_fields(question.compiled.columns()).collect()), rows })
            }
            Query::Batch(request) => {
                let batch = wire::batch(request.clone(), &app.compute)?;
                if batch.series.is_empty() {
                    return Err(field("series", "at least one", "none"));
                }
                Ok(Self { schema: batch_schema(batch.compiled.columns()), rows: None })
            }
        }
    }

    /// As the answer to GetFlightInfo.
    pub(super) fn info(self, descriptor: FlightDescriptor, ticket: Bytes) -> FlightInfo {
        let records = self.rows.map_or(-1, |rows| i64::try_from(rows).unwrap_or(i64::MAX));
        // Without a location, the ticket is for this server.
        let endpoint = FlightEndpoint::new().with_ticket(Ticket::new(ticket));
        FlightInfo {
            schema: encapsulated(&self.schema).schema,
            flight_descriptor: Some(descriptor),
            total_records: records,
            total_bytes: -1,
            ordered: true,
            ..FlightInfo::new().with_endpoint(endpoint)
        }
    }

    /// As the answer to GetSchema.
    pub(super) fn schema(self) -> SchemaResult {
        encapsulated(&self.schema)
    }
}

/// A stored series in a list.
pub(super) fn of_series(facts: &SeriesFacts) -> FlightInfo {
    let id = SeriesId::from(&facts.id);
    let request = ReadBarsRequest { series: Some(id.clone()), ..ReadBarsRequest::default() };
    let outline = Outline { schema: bars_schema(&facts.extras), rows: Some(facts.rows) };
    outline.info(FlightDescriptor::new_path(vec![id.symbol, id.timeframe]), query::ticket(&request))
}

fn encapsulated(schema: &SchemaRef) -> SchemaResult {
    let encoded = SchemaResult::try_from(SchemaAsIpc::new(schema, &IpcWriteOptions::default()));
    encoded.expect("memory takes everything")
}

/// The schema of bars.
pub(super) fn bars_schema(extras: &[ColumnName]) -> SchemaRef {
    let names = PRICES.into_iter().chain(extras.iter().map(ColumnName::as_str));
    ipc::schema(std::iter::once(ipc::time_field()).chain(names.map(ipc::value_field)).collect())
}

/// The fields of an answer with columns of these labels and expressions.
pub(super) fn answer_fields(columns: &[(String, String)]) -> impl Iterator<Item = Field> {
    let described = |(label, expression): &(String, String)| {
        let metadata: std::collections::HashMap<_, _> =
            [("expression".to_owned(), expression.clone())].into_iter().collect();
        ipc::value_field(label).with_metadata(metadata)
    };
    std::iter::once(ipc::time_field()).chain(columns.iter().map(described))
}

/// The schema of the answers of many series: which one, then the answer.
pub(super) fn batch_schema(columns: &[(String, String)]) -> SchemaRef {
    let which = ["symbol", "timeframe"].map(ipc::text_field);
    ipc::schema(which.into_iter().chain(answer_fields(columns)).collect())
}

/// The texts that differ, and for each series the indexes of its symbol and its timeframe.
pub(super) struct Dictionaries {
    pub(super) symbols: Vec<Arc<str>>,
    pub(super) timeframes: Vec<Arc<str>>,
    pub(super) indexes: Vec<[i32; 2]>,
}

impl Dictionaries {
    pub(super) fn new(series: &[series::SeriesId]) -> Self {
        let mut symbols = Distinct::default();
        let mut timeframes = Distinct::default();
        let index =
            |id: &series::SeriesId| [symbols.index(id.symbol.as_str()), timeframes.index(&id.timeframe.to_string())];
        let indexes = series.iter().map(index).collect();
        Self { symbols: symbols.texts, timeframes: timeframes.texts, indexes }
    }
}

/// Texts in the order in which they first come.
#[derive(Default)]
struct Distinct {
    texts: Vec<Arc<str>>,
    known: std::collections::HashMap<Arc<str>, i32>,
}

impl Distinct {
    fn index(&mut self, text: &str) -> i32 {
        if let Some(&index) = self.known.get(text) {
            return index;
        }
        let (text, index): (Arc<str>, _) = (text.into(), self.texts.len() as i32);
        self.texts.push(Arc::clone(&text));
        self.known.insert(text, index);
        index
    }
}
