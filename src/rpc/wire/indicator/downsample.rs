//! Downsampled answers between wire and domain.

use super::answers::infos;
use super::questions::question_with;
use crate::app::{self, Buckets, CompiledQuery, Compute, Downsampled, Limits, Question};
use crate::rpc::Error;
use crate::rpc::error::field;
use crate::rpc::proto::{ComputeRequest, DownsampleRequest, DownsampleResponse, DownsampledColumn};
use crate::rpc::wire::series::adjust::adjustments_to_wire;
use crate::rpc::wire::series::text;
use crate::rpc::wire::{Bars, Packed};

/// The buckets of a request that does not say how many: a chart of a large screen.
const BUCKETS: u32 = 2000;

/// The columns of a bar, which are computed as expressions after those of the request.
const BAR: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// A checked `DownsampleRequest`.
pub(in crate::rpc) struct DownsampleAsked {
    pub(in crate::rpc) question: Question,
    pub(in crate::rpc) buckets_max: usize,
    /// The number of columns of the bars, which are the last; 0 without bars.
    pub(in crate::rpc) bar_columns: usize,
}

/// The domain type of a `DownsampleRequest`.
pub(in crate::rpc) fn downsample(
    request: DownsampleRequest,
    compute: &Compute,
    limits: &Limits,
) -> Result<DownsampleAsked, Error> {
    let DownsampleRequest { request, buckets_max, with_bars } = request;
    let request: ComputeRequest = request.ok_or_else(|| field("request", "set", "nothing"))?;
    if request.persist.is_some() {
        return Err(field("request.persist", "unset", "set"));
    }
    if let Some(epoch) = request.since_epoch {
        return Err(field("request.since_epoch", "unset, as buckets have rows of before too", epoch.to_string()));
    }
    let max = limits.downsample_buckets_max;
    let buckets_max = match buckets_max {
        0 => max.min(BUCKETS as usize),
        1 => return Err(field("buckets_max", "0 or at least 2", "1")),
        asked if asked as usize > max => {
            let (max, needed) = (max as u64, u64::from(asked));
            let hint = Some("ask for fewer buckets");
            return Err(app::Error::TooMuch { limit: "downsample_buckets_max", max, needed, hint }.into());
        }
        asked => asked as usize,
    };
    let bar: &[&str] = if with_bars { &BAR } else { &[] };
    let question = question_with(request, bar, compute).map_err(|error| error.inside("request"))?;
    Ok(DownsampleAsked { question, buckets_max, bar_columns: bar.len() })
}

/// A downsampled answer.
pub(in crate::rpc) fn downsampled(
    answer: Downsampled,
    compiled: &CompiledQuery,
    with_bars: bool,
) -> DownsampleResponse {
    let Downsampled { bucket_rows, rows, times, mut columns, facts, epoch, derived_from, as_of, adjustments } = answer;
    let bars = columns.split_off(if with_bars { columns.len() - BAR.len() } else { columns.len() });
    let names = &compiled.columns()[..columns.len()];
    let columns = names.iter().zip(columns).map(|((label, _), buckets)| column(label, buckets, bucket_rows > 1));
    DownsampleResponse {
        bucket_rows: bucket_rows as u64,
        first_row: rows.start as u64,
        rows: rows.len() as u64,
        bars: with_bars.then(|| merged(&times, &bars)),
        times,
        columns: columns.collect(),
        infos: infos(names, &facts),
        epoch,
        resampled_from: text(derived_from),
        as_of,
        adjustments: adjustments_to_wire(&adjustments),
    }
}

/// A bucket of one value has no other aggregates than the value.
fn column(label: &str, buckets: Buckets, is_merged: bool) -> DownsampledColumn {
    let Buckets { first, min, max, last, sum: _ } = buckets;
    let label = label.to_owned();
    match is_merged {
        true => DownsampledColumn { label, last, first, min, max },
        false => DownsampledColumn { label, last, ..DownsampledColumn::default() },
    }
}

/// The bars of the buckets, merged as resampling does.
fn merged(times: &[i64], columns: &[Buckets]) -> Bars {
    let of = |values: Option<&Vec<f64>>| values.map(|values| Packed::of(values)).unwrap_or_default();
    Bars {
        times: Packed::of(times),
        open: of(columns.first().map(|column| &column.first)),
        high: of(columns.get(1).map(|column| &column.max)),
        low: of(columns.get(2).map(|column| &column.min)),
        close: of(columns.get(3).map(|column| &column.last)),
        volume: of(columns.get(4).map(|column| &column.sum)),
        extra: Vec::new(),
    }
}
