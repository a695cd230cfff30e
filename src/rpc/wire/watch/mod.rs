//! Watches, and alerts, between wire and domain.

pub(super) mod alert;

use std::collections::HashSet;
use std::sync::Arc;

use super::indicator::{answer, named};
use super::series::adjust::read_adjust;
use super::series::read_resampling;
use crate::app::{self, CompiledQuery, Compute, WatchEvent, WatchQuestion, WatchRows};
use crate::rpc::Error;
use crate::rpc::call::Call;
use crate::rpc::error::field;
use crate::rpc::proto::watch_response::Event;
use crate::rpc::proto::{self, WatchRequest, WatchResponse};
use crate::series::{self, SeriesId, SymbolPattern, Timeframe};

/// The domain type of a `WatchRequest`.
pub(in crate::rpc) fn watch(request: WatchRequest, compute: &Compute) -> Result<WatchQuestion, Error> {
    let WatchRequest { series, symbol_glob, timeframe, mut expressions, resampling, last, .. } = request;
    let WatchRequest { include_forming, only_when, wait_for_series, resume_tokens: resume, adjust, .. } = request;
    let series = named(series)?;
    let glob = read_glob(&symbol_glob, &timeframe)?;
    let (mut resampling, adjust) = (read_resampling(resampling)?, read_adjust(adjust)?);
    resampling.include_forming |= include_forming;
    let conditional = !only_when.is_empty();
    if conditional {
        // Alone first, so that its errors are those of its own field.
        compute.compile(&expressions)?;
        compute.compile_single(&only_when).map_err(|error| Error::from(error).inside("only_when"))?;
        expressions.push(only_when);
    }
    let compiled = compute.compile(&expressions)?;
    Ok(WatchQuestion { series, glob, compiled, conditional, resampling, adjust, last, wait_for_series, resume })
}

/// A pattern of symbols and its timeframe; both empty mean none.
fn read_glob(symbol_glob: &str, timeframe: &str) -> Result<Option<(SymbolPattern, Timeframe)>, Error> {
    match (symbol_glob, timeframe) {
        ("", "") => Ok(None),
        ("", given) => Err(field("timeframe", "empty without symbol_glob", given)),
        (glob, timeframe) => Ok(Some((read_pattern(glob)?, timeframe.parse()?))),
    }
}

/// A pattern of symbols.
fn read_pattern(glob: &str) -> Result<SymbolPattern, Error> {
    glob.parse()
        .map_err(|error: series::Error| field("symbol_glob", "a pattern of symbols", format!("{glob:?}: {error}")))
}

/// Writes the responses of a watch.
pub(in crate::rpc) struct WatchWriter {
    compiled: Arc<CompiledQuery>,
    /// The columns to send: all but the condition.
    columns: usize,
    bytes_max: usize,
    call: Call,
    /// The series that were told what their columns are.
    described: HashSet<SeriesId>,
}

impl WatchWriter {
    /// The responses to a call, with about `bytes_max` bytes of rows each.
    pub(in crate::rpc) fn new(question: &WatchQuestion, bytes_max: usize, call: &Call) -> Self {
        let compiled = Arc::clone(&question.compiled);
        let columns = compiled.columns().len() - usize::from(question.conditional);
        Self { compiled, columns, bytes_max, call: call.clone(), described: HashSet::new() }
    }

    /// The responses that tell an event.
    pub(in crate::rpc) fn responses(&mut self, event: WatchEvent) -> Vec<WatchResponse> {
        let WatchEvent { series, outcome, token } = event;
        let id = Some((&series).into());
        let rows = match outcome {
            Ok(rows) => rows,
            Err(error) => {
                let failure = self.call.failure(&app::Error::from(error).into());
                return vec![WatchResponse { series: id, event: Some(Event::Failure(failure)), ..Default::default() }];
            }
        };
        let is_first = self.described.insert(series);
        let WatchRows { answer: values, provisional, revised_from, skipped } = rows;
        let chunks = values.chunks(self.bytes_max).enumerate().map(|(index, chunk)| {
            let mut values = answer(chunk, &self.compiled, is_first && index == 0);
            values.infos.truncate(self.columns);
            let (revised_from, skipped) = if index == 0 { (revised_from, skipped) } else { (None, 0) };
            let rows = proto::WatchRows { values: Some(values), provisional, revised_from, skipped };
            WatchResponse { series: id.clone(), event: Some(Event::Rows(rows)), ..Default::default() }
        });
        let mut responses: Vec<_> = chunks.collect();
        if let Some(last) = responses.last_mut() {
            last.resume_token = token;
        }
        responses
    }
}
