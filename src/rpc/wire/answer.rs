//! Kept answers between wire and domain.

use super::indicator::labelled;
use super::series::text;
use crate::app::{About, Answer, AnswerInfo};
use crate::rpc::proto::{self, ReadAnswerResponse};

const MILLISECOND: i64 = 1_000_000;

impl From<AnswerInfo> for proto::AnswerInfo {
    fn from(AnswerInfo { key, about, bytes, created_ms, expires_ms }: AnswerInfo) -> Self {
        let About { series, span, framing, epoch, rows, derived_from, columns } = about;
        let (labels, expressions) = columns.into_iter().unzip();
        Self {
            key,
            series: Some((&series).into()),
            range: Some(span.into()),
            framing: Some(framing.into()),
            derived_from: text(derived_from),
            labels,
            expressions,
            epoch,
            rows,
            bytes,
            created_time: created_ms.saturating_mul(MILLISECOND),
            expires_time: expires_ms.map(|expires_ms| expires_ms.saturating_mul(MILLISECOND)),
        }
    }
}

/// A kept answer in chunks of at most so many bytes.
pub(in crate::rpc) fn chunks(
    info: AnswerInfo,
    answer: Answer,
    bytes_max: usize,
) -> impl Iterator<Item = ReadAnswerResponse> {
    let columns = info.about.columns.clone();
    let mut info = Some(info.into());
    answer.chunks(bytes_max).map(move |chunk| {
        let info = info.take();
        let names = columns.iter().map(|(label, expression)| (&**label, expression));
        ReadAnswerResponse { chunk: Some(labelled(chunk, names, info.is_some())), info }
    })
}
