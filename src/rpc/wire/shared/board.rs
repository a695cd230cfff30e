//! Values of the board between wire and domain.

use bytes::Bytes;

use crate::app::{BoardPost, PostContent};
use crate::rpc::Error;
use crate::rpc::error::field;
use crate::rpc::proto::post_value_request::Content;
use crate::rpc::proto::read_value_response::Content as Read;
use crate::rpc::proto::{self, BoardColumns, PostValueRequest, ReadValueResponse};
use crate::rpc::wire::{Column, Packed};
use crate::shared_memory::BoardValue;

/// The namespace, the name and the value of a request.
pub(in crate::rpc) fn posted(request: PostValueRequest) -> Result<(String, String, BoardPost), Error> {
    let PostValueRequest { namespace, name, content, content_type, expected_version } = request;
    let content = match content {
        Some(Content::Data(bytes)) => PostContent::Bytes(bytes),
        Some(Content::Columns(_)) if !content_type.is_empty() => {
            return Err(field("content_type", "empty with columns", content_type));
        }
        Some(Content::Columns(BoardColumns { times, columns })) => {
            if let Some(index) = columns.iter().position(|column| !column.float32_values.is_empty()) {
                let error = field("float32_values", "empty, as the board has doubles", "values");
                return Err(error.inside(format!("columns.columns[{index}]")));
            }
            PostContent::Columns {
                times: Packed::of(&times).into_bytes(),
                columns: columns.into_iter().map(|column| (column.label, column.values.into_bytes())).collect(),
            }
        }
        None => return Err(field("content", "data or columns", "neither")),
    };
    Ok((namespace, name, BoardPost { content_type, content, expected_version }))
}

/// A value without its content.
pub(in crate::rpc) fn board_values((name, value): (String, BoardValue)) -> proto::BoardValue {
    let BoardValue { version, time, bytes, content_type, labels, rows, has_times: _ } = value;
    let (bytes, rows) = (bytes as u64, rows as u64);
    proto::BoardValue { name, version, post_time: time, bytes, content_type, rows, labels }
}

/// A value with its content.
pub(in crate::rpc) fn board_value(name: String, value: BoardValue, content: Bytes) -> ReadValueResponse {
    let content = if value.columns() == 0 {
        Read::Data(content)
    } else {
        let column = |index: usize| content.slice(index * value.stride()..index * value.stride() + 8 * value.rows);
        let first = usize::from(value.has_times);
        let times = if value.has_times { Packed::from(column(0)).values() } else { Vec::new() };
        let columns = value
            .labels
            .iter()
            .enumerate()
            .map(|(index, label)| Column::new(label.clone(), Packed::from(column(first + index))));
        Read::Columns(BoardColumns { times, columns: columns.collect() })
    };
    ReadValueResponse { value: Some(board_values((name, value))), content: Some(content) }
}
