//! Tickets and descriptors as questions.
//!
//! | bytes | question |
//! |---|---|
//! | JSON with `expressions` | `ComputeRequest`; `ComputeBatchRequest` if `series` is an array |
//! | JSON without `expressions` | `ReadBarsRequest` |
//! | `google.protobuf.Any` | the message that it names |
//! | other protobuf | `ComputeRequest` with `expressions`, `ReadBarsRequest` without |

use arrow_flight::FlightDescriptor;
use arrow_flight::flight_descriptor::DescriptorType;
use bytes::Bytes;
use prost::Message;
use prost::encoding::{DecodeContext, decode_key, skip_field};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::rpc::Error;
use crate::rpc::proto::{ComputeBatchRequest, ComputeRequest, ReadBarsRequest, SeriesId};
use crate::rpc::wire::json;

/// The number of `expressions` in a `ComputeRequest`. A `ReadBarsRequest` has no field of this number.
const EXPRESSIONS: u32 = 4;

/// What may be asked by a ticket.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Query {
    /// Expressions over one series.
    Compute(Box<ComputeRequest>),
    /// The same expressions over many series.
    Batch(ComputeBatchRequest),
    /// Bars.
    Bars(ReadBarsRequest),
}

/// What decides which request a JSON text is.
#[derive(Deserialize)]
struct Outline {
    expressions: Option<IgnoredAny>,
    series: Option<Shape>,
}

/// One series, or an array of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Shape {
    Many(#[allow(dead_code, reason = "only its shape counts")] Vec<IgnoredAny>),
    One(IgnoredAny),
}

impl Query {
    /// The question of a ticket.
    pub(super) fn of_ticket(ticket: &Bytes, bytes_max: usize) -> Result<Self, Error> {
        match ticket.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => Self::of_json(ticket, bytes_max),
            Some(_) => Self::of_protobuf(ticket),
            None => {
                Err(wrong("the ticket is empty; it must be a question, as in {\"series\": ..., \"expressions\": ...}"))
            }
        }
    }

    /// The question of a descriptor, and the ticket that asks it.
    pub(super) fn of_descriptor(descriptor: &FlightDescriptor, bytes_max: usize) -> Result<(Self, Bytes), Error> {
        if descriptor.r#type() == DescriptorType::Cmd {
            return Ok((Self::of_ticket(&descriptor.cmd, bytes_max)?, descriptor.cmd.clone()));
        }
        let request = ReadBarsRequest { series: Some(series(descriptor)?), ..ReadBarsRequest::default() };
        let ticket = ticket(&request);
        Ok((Self::Bars(request), ticket))
    }

    fn of_json(text: &Bytes, bytes_max: usize) -> Result<Self, Error> {
        // A text that is not JSON is refused when it is read.
        let outline = serde_json::from_slice(text).unwrap_or(Outline { expressions: Some(IgnoredAny), series: None });
        match outline {
            Outline { expressions: None, .. } => read("ReadBarsRequest", text, bytes_max).map(Self::Bars),
            Outline { series: Some(Shape::Many(_)), .. } => {
                read("ComputeBatchRequest", text, bytes_max).map(Self::Batch)
            }
            Outline { .. } => read("ComputeRequest", text, bytes_max).map(Box::new).map(Self::Compute),
        }
    }

    fn of_protobuf(bytes: &Bytes) -> Result<Self, Error> {
        if let Ok(any) = prost_types::Any::decode(bytes.clone())
            && let Some(name) = any.type_url.strip_prefix("type.googleapis.com/")
        {
            return match name {
                "atrad.v1.ComputeRequest" => decode(any.value.as_slice()).map(Box::new).map(Self::Compute),
                "atrad.v1.ComputeBatchRequest" => decode(any.value.as_slice()).map(Self::Batch),
                "atrad.v1.ReadBarsRequest" => decode(any.value.as_slice()).map(Self::Bars),
                other => {
                    let other: String = other.chars().take(80).collect();
                    Err(wrong(&format!(
                        "the ticket must be a ComputeRequest, ComputeBatchRequest or ReadBarsRequest, got {other}"
                    )))
                }
            };
        }
        if has_expressions(bytes) {
            return decode(bytes.clone()).map(Box::new).map(Self::Compute);
        }
        decode(bytes.clone()).map(Self::Bars)
    }
}

/// The series that a descriptor names by its path.
pub(super) fn series(descriptor: &FlightDescriptor) -> Result<SeriesId, Error> {
    match &descriptor.path[..] {
        [symbol, timeframe] => Ok(SeriesId { symbol: symbol.clone(), timeframe: timeframe.clone() }),
        other => {
            let problem = format!("the path of the descriptor must be [symbol, timeframe], got {} parts", other.len());
            Err(wrong(&problem))
        }
    }
}

/// The ticket for the bars of a request.
pub(super) fn ticket(request: &ReadBarsRequest) -> Bytes {
    to_json("ReadBarsRequest", &request.encode_to_vec())
}

/// A message of this package as JSON.
pub(super) fn to_json(name: &str, bytes: &[u8]) -> Bytes {
    let mut text = Vec::new();
    json::write(index(name), bytes, json::NanForm::Null, &mut text).expect("the bytes are those of a message");
    text.into()
}

/// A message of this package from JSON.
pub(super) fn read<M: Message + Default>(name: &str, text: &[u8], bytes_max: usize) -> Result<M, Error> {
    decode(&*json::read(index(name), text, bytes_max)?)
}

fn index(name: &str) -> usize {
    json::schema().index(&format!("atrad.v1.{name}")).expect("the protos have this message")
}

fn decode<M: Message + Default>(bytes: impl bytes::Buf) -> Result<M, Error> {
    M::decode(bytes).map_err(|error| wrong(&format!("the ticket is not a question: {error}")))
}

fn has_expressions(mut bytes: &[u8]) -> bool {
    while let Ok((number, wire)) = decode_key(&mut bytes) {
        if number == EXPRESSIONS {
            return true;
        }
        if skip_field(wire, number, &mut bytes, DecodeContext::default()).is_err() {
            return false;
        }
    }
    false
}

/// What is no question.
pub(super) fn wrong(problem: &str) -> Error {
    Error::Malformed { field: None, problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::proto::compute_request::Source;

    fn of(ticket: impl Into<Bytes>) -> Result<Query, String> {
        Query::of_ticket(&ticket.into(), 1 << 20).map_err(|error| error.to_string())
    }

    fn id() -> SeriesId {
        SeriesId { symbol: "A".into(), timeframe: "1m".into() }
    }

    #[test]
    fn a_ticket_is_told_from_others() {
        let compute = ComputeRequest {
            source: Some(Source::Series(id())),
            expressions: vec!["close".into()],
            ..ComputeRequest::default()
        };
        let bars = ReadBarsRequest { series: Some(id()), ..ReadBarsRequest::default() };
        let batch = ComputeBatchRequest {
            series: vec![id()],
            expressions: vec!["close".into()],
            ..ComputeBatchRequest::default()
        };
        let any = |name: &str, value: Vec<u8>| {
            prost_types::Any { type_url: format!("type.googleapis.com/{name}"), value }.encode_to_vec()
        };
        let series = r#"{"symbol":"A","timeframe":"1m"}"#;
        for (ticket, query) in [
            (
                format!("{{\"series\":{series},\"expressions\":[\"close\"]}}").into_bytes(),
                Query::Compute(compute.clone().into()),
            ),
            (compute.encode_to_vec(), Query::Compute(compute.clone().into())),
            (any("atrad.v1.ComputeRequest", compute.encode_to_vec()), Query::Compute(compute.into())),
            (format!(" {{\"series\":{series}}}").into_bytes(), Query::Bars(bars.clone())),
            (bars.encode_to_vec(), Query::Bars(bars.clone())),
            (any("atrad.v1.ReadBarsRequest", bars.encode_to_vec()), Query::Bars(bars)),
            (
                format!("{{\"expressions\":[\"close\"],\"series\":[{series}]}}").into_bytes(),
                Query::Batch(batch.clone()),
            ),
            (any("atrad.v1.ComputeBatchRequest", batch.encode_to_vec()), Query::Batch(batch)),
        ] {
            assert_eq!(of(ticket), Ok(query));
        }
    }

    #[test]
    fn a_ticket_that_is_no_question_is_refused() {
        for (ticket, part) in [
            ("".into(), "the ticket is empty"),
            ("  ".into(), "the ticket is empty"),
            ("{\"series\"".into(), "the message is not JSON"),
            ("{\"serie\":{}}".into(), "serie is not a field of atrad.v1.ReadBarsRequest"),
            ("{\"expressions\":5}".into(), "expressions invalid type"),
            ("BTCUSDT".into(), "the ticket is not a question"),
            (prost_types::Any { type_url: "type.googleapis.com/x.Y".into(), value: vec![] }.encode_to_vec(), "got x.Y"),
        ] as [(Vec<u8>, &str); 7]
        {
            let problem = of(ticket.clone()).expect_err("refused");
            assert!(problem.contains(part), "{ticket:?}: {problem}");
        }
    }

    #[test]
    fn a_path_is_a_series() {
        let descriptor = FlightDescriptor::new_path(vec!["A".into(), "1m".into()]);
        let (query, ticket) = Query::of_descriptor(&descriptor, 1 << 20).expect("good");
        assert_eq!(of(ticket), Ok(query));
        let problem = Query::of_descriptor(&FlightDescriptor::new_path(vec!["A".into()]), 100).expect_err("refused");
        assert!(problem.to_string().ends_with("must be [symbol, timeframe], got 1 parts"), "{problem}");
    }
}
