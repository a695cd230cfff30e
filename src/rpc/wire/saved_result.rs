//! Saved results between wire and domain.

use super::indicator::labelled;
use super::series::text;
use crate::app::{Answer, ResultDescription, SavedResultInfo};
use crate::rpc::proto::{self, ReadSavedResultResponse};

/// A millisecond in nanoseconds.
pub(super) const MILLISECOND: i64 = 1_000_000;

impl From<SavedResultInfo> for proto::SavedResult {
    fn from(SavedResultInfo { key, about, bytes, created_ms, expires_ms }: SavedResultInfo) -> Self {
        let ResultDescription { series, span, resampling, epoch, rows, derived_from, columns } = about;
        let (labels, expressions) = columns.into_iter().unzip();
        Self {
            key,
            series: Some((&series).into()),
            range: Some(span.into()),
            resampling: Some(resampling.into()),
            resampled_from: text(derived_from),
            labels,
            expressions,
            epoch,
            rows,
            bytes,
            create_time: created_ms.saturating_mul(MILLISECOND),
            expire_time: expires_ms.map(|expires_ms| expires_ms.saturating_mul(MILLISECOND)),
        }
    }
}

/// A saved result in chunks of at most `bytes_max` bytes.
pub(in crate::rpc) fn chunks(
    info: SavedResultInfo,
    answer: Answer,
    bytes_max: usize,
) -> impl Iterator<Item = ReadSavedResultResponse> {
    let columns = info.about.columns.clone();
    let mut saved_result = Some(info.into());
    answer.chunks(bytes_max).map(move |chunk| {
        let saved_result = saved_result.take();
        ReadSavedResultResponse { chunk: Some(labelled(chunk, &columns, saved_result.is_some())), saved_result }
    })
}
