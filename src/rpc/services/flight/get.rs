//! DoGet: the answer to a ticket as a schema and batches, in the chunks in which it is computed or read.

use std::iter::repeat_n;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use prost::Message;

use super::data::Data;
use super::info::{Dictionaries, answer_fields, bars_schema, batch_schema};
use super::ipc::{self, batch_data, dictionary_data, schema_data};
use super::query::{Query, to_json};
use crate::app::{self, Answer, App, BarsChunk, CompiledQuery};
use crate::rpc::Error;
use crate::rpc::call::Call;
use crate::rpc::proto::{ComputeBatchRequest, ComputeRequest, ReadBarsRequest};
use crate::rpc::wire::{self, bars_question};
use crate::series::SeriesId;

/// The messages of an answer.
pub(super) type Messages = std::pin::Pin<Box<dyn Stream<Item = Result<Data, Error>> + Send>>;

/// The answer to a question.
pub(super) async fn get(query: Query, app: &App, call: &Call) -> Result<Messages, Error> {
    match query {
        Query::Bars(request) => bars(request, app, call).await,
        Query::Compute(request) => compute(*request, app, call).await,
        Query::Batch(request) => batch(request, app, call),
    }
}

async fn bars(request: ReadBarsRequest, app: &App, call: &Call) -> Result<Messages, Error> {
    let mut chunks = Box::pin(app.bars.read(bars_question(request)?, &call.context).await?);
    // The first chunk knows the extra columns. Even a span without bars has one.
    let first = chunks.try_next().await?.ok_or(app::Error::Stopping)?;
    let extras: Vec<_> = first.extra.iter().map(|(name, _)| *name).collect();
    let begin = schema_data(&bars_schema(&extras));
    let batch = |chunk: BarsChunk| {
        let rows = chunk.times.len() / ipc::VALUE_BYTES;
        let extra = chunk.extra.into_iter().map(|(_, values)| values);
        batch_data(rows, std::iter::once(chunk.times).chain(chunk.columns).chain(extra).collect())
    };
    let described = Data { metadata: facts_of_bars(&first), ..batch(first) };
    let rest = chunks.map(move |chunk| Ok(batch(chunk?)));
    Ok(Box::pin(stream::iter([Ok(begin), Ok(described)]).chain(rest)))
}

/// What the batches of bars do not tell, as a `ReadBarsResponse` without bars.
fn facts_of_bars(chunk: &BarsChunk) -> Bytes {
    let (columns, extra) = (std::array::from_fn(|_| Bytes::new()), Vec::new());
    let empty = BarsChunk { times: Bytes::new(), columns, extra, ..chunk.clone() };
    let mut response = crate::rpc::proto::ReadBarsResponse::from(empty);
    response.bars = None;
    to_json("ReadBarsResponse", &response.encode_to_vec())
}

async fn compute(request: ComputeRequest, app: &App, call: &Call) -> Result<Messages, Error> {
    let question = wire::question(request, &app.compute)?;
    let compiled = Arc::clone(&question.compiled);
    let answers = app.compute.stream(question, &call.context).await?;
    let begin = schema_data(&ipc::schema(answer_fields(compiled.columns()).collect()));
    let batches = answers.enumerate().map(move |(index, answer)| {
        let answer = answer?;
        let metadata = if index == 0 { facts_of_answer(&answer, &compiled) } else { Bytes::new() };
        let columns = std::iter::once(answer.times.clone()).chain(answer.columns.iter().cloned());
        Ok(Data { metadata, ..batch_data(answer.rows(), columns.collect()) })
    });
    Ok(Box::pin(stream::iter([Ok(begin)]).chain(batches)))
}

/// What the batches of an answer do not tell, as a `ComputeResponse` without columns.
fn facts_of_answer(answer: &Answer, compiled: &CompiledQuery) -> Bytes {
    let response = wire::answer(answer.clone(), compiled, true);
    let response = wire::ComputeResponse { times: wire::Packed::default(), columns: Vec::new(), ..response };
    to_json("ComputeResponse", &response.encode_to_vec())
}

fn batch(request: ComputeBatchRequest, app: &App, call: &Call) -> Result<Messages, Error> {
    let batch = wire::batch(request, &app.compute)?;
    let (series, compiled) = (batch.series.clone(), Arc::clone(&batch.compiled));
    let bytes_max = app.limits().chunk_bytes_max;
    let answers = app.compute.batch(batch, &call.context)?;
    let Dictionaries { symbols, timeframes, indexes } = Dictionaries::new(&series);
    let texts = |id, texts: &[Arc<str>]| dictionary_data(id, &texts.iter().map(|text| &**text).collect::<Vec<_>>());
    let begin = [schema_data(&batch_schema(compiled.columns())), texts(0, &symbols), texts(1, &timeframes)];
    let batches = answers.flat_map(move |(at, answer)| {
        let (which, compiled) = (indexes[at], Arc::clone(&compiled));
        let chunks: Vec<Result<Answer, Error>> = match answer {
            Ok(answer) => answer.chunks(bytes_max).map(Ok).collect(),
            Err(error) => vec![Err(in_series(error.into(), at, &series[at]))],
        };
        let data = move |(index, chunk): (usize, Result<Answer, Error>)| -> Result<Data, Error> {
            let chunk = chunk?;
            let metadata = if index == 0 { facts_of_answer(&chunk, &compiled) } else { Bytes::new() };
            let constant =
                |index: i32| Bytes::from(repeat_n(index.to_le_bytes(), chunk.rows()).flatten().collect::<Vec<_>>());
            let columns = which.map(constant).into_iter().chain([chunk.times.clone()]).chain(chunk.columns.clone());
            Ok(Data { metadata, ..batch_data(chunk.rows(), columns.collect()) })
        };
        stream::iter(chunks.into_iter().enumerate().map(data).collect::<Vec<_>>())
    });
    Ok(Box::pin(stream::iter(begin.map(Ok)).chain(batches)))
}

/// Flight has no failure of a part: the first one ends the stream, and names its series.
fn in_series(error: Error, at: usize, id: &SeriesId) -> Error {
    error.inside(format!("series[{at}] ({id})"))
}
