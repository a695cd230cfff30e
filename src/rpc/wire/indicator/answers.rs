//! Answers between domain and wire.

use crate::app::{self, Answer, CompiledQuery, CorrelationMatrix, SharedAnswer};
use crate::indicator::Facts;
use crate::rpc::proto::{ColumnInfo, CorrelateResponse, Join, JoinType, Segment};
use crate::rpc::wire::series::adjust::adjustments_to_wire;
use crate::rpc::wire::series::text;
use crate::rpc::wire::{Column, ComputeResponse, Packed};

impl From<CorrelationMatrix> for CorrelateResponse {
    fn from(matrix: CorrelationMatrix) -> Self {
        let CorrelationMatrix { values, rows, epochs, bars, as_of, adjustments } = matrix;
        let (values, join_type) = (Packed::from(values).values(), JoinType::Inner.into());
        Self { values, rows, epochs, bars, join_type, as_of, adjustments: adjustments_to_wire(&adjustments) }
    }
}

/// The form of a response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::rpc) struct ResponseForm {
    /// Values are rounded to float32.
    pub(in crate::rpc) is_float32: bool,
    /// Without times.
    pub(in crate::rpc) omits_times: bool,
}

/// A result, or a chunk of one, in this form. Metadata goes with the first chunk only.
pub(in crate::rpc) fn formed(
    answer: Answer,
    compiled: &CompiledQuery,
    first: bool,
    form: ResponseForm,
) -> ComputeResponse {
    let mut response = labelled(answer, compiled.columns(), first);
    if form.omits_times {
        response.times = Packed::default();
    }
    if form.is_float32 {
        response.columns.iter_mut().for_each(Column::round);
    }
    response
}

/// A result, or a chunk of one. Metadata goes with the first chunk only.
pub(in crate::rpc) fn answer(answer: Answer, compiled: &CompiledQuery, first: bool) -> ComputeResponse {
    labelled(answer, compiled.columns(), first)
}

/// A result whose columns have these labels and canonical expressions.
pub(in crate::rpc) fn labelled(answer: Answer, names: &[(String, String)], first: bool) -> ComputeResponse {
    let Answer { times, columns, facts, epoch, derived_from, as_of, changes, adjustments, joins, key } = answer;
    let changes = changes.filter(|_| first);
    let column = |((label, _), values): (&(String, _), _)| Column::new(label.clone(), Packed::from(values));
    ComputeResponse {
        times: times.into(),
        columns: names.iter().zip(columns).map(column).collect(),
        infos: if first { infos(names, &facts) } else { Vec::new() },
        epoch,
        resampled_from: text(derived_from),
        saved_result_key: key.filter(|_| first).map(|key| (*key).into()).unwrap_or_default(),
        joins: if first { joins.iter().map(Into::into).collect() } else { Vec::new() },
        as_of,
        changed_from: changes.as_ref().and_then(|changes| changes.from),
        since_token: changes.map(|changes| changes.token.clone()).unwrap_or_default(),
        adjustments: if first { adjustments_to_wire(&adjustments) } else { Vec::new() },
        segment: None,
    }
}

/// A result whose columns are in shared memory.
pub(in crate::rpc) fn shared_answer(shared: SharedAnswer, compiled: &CompiledQuery) -> ComputeResponse {
    let SharedAnswer { rest, path, bytes, rows, offsets, lease } = shared;
    let mut offsets = offsets.into_iter().map(|offset| offset as u64);
    let segment = Segment {
        path,
        bytes: bytes as u64,
        rows: rows as u64,
        times_offset: offsets.next().unwrap_or(0),
        column_offsets: offsets.collect(),
        labels: compiled.columns().iter().map(|(label, _)| label.clone()).collect(),
        lease_ms: lease.as_millis() as u64,
    };
    ComputeResponse { segment: Some(segment), ..answer(rest, compiled, true) }
}

/// The metadata of columns with these labels and canonical expressions.
pub(in crate::rpc) fn infos(names: &[(String, String)], facts: &[Facts]) -> Vec<ColumnInfo> {
    let info = |((label, expression), facts): (&(String, String), &Facts)| ColumnInfo {
        label: label.clone(),
        expression: expression.clone(),
        lookback: facts.lookback as u64,
        stable_from: facts.stable_from.map(|bars| bars as u64),
        display_shift: facts.display_shift,
    };
    names.iter().zip(facts).map(info).collect()
}

impl From<&app::Join> for Join {
    fn from(app::Join { series, epoch, matched, missing }: &app::Join) -> Self {
        let join_type = JoinType::Left.into();
        Self { series: Some(series.into()), epoch: *epoch, matched: *matched, unmatched: *missing, join_type }
    }
}
