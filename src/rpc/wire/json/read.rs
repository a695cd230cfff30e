//! From JSON to the bytes of a message.
//!
//! serde_json walks the text and calls back here, where each value goes straight to its place in the message. The path to
//! the current value is kept for errors.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt::{self, Write};

use prost::encoding::{WireType, encode_key, encode_varint};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::number::Scalar;
use super::schema::{Field, Kind, Schema, schema};
use crate::app;
use crate::rpc::Error;

/// Why a JSON text is not a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rpc) enum JsonError {
    /// The text is not JSON.
    Syntax(String),
    /// A value is wrong.
    Value {
        /// The path of the field; empty for the message itself.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The message would have more bytes than these.
    TooLarge(usize),
}

impl From<JsonError> for Error {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Syntax(problem) => {
                Self::Malformed { field: None, problem: format!("the message is not JSON: {problem}") }
            }
            JsonError::Value { field, problem } if field.is_empty() => {
                Self::Malformed { field: None, problem: format!("the message {problem}") }
            }
            JsonError::Value { field, problem } => {
                Self::Malformed { problem: format!("{field} {problem}"), field: Some(field) }
            }
            JsonError::TooLarge(max) => {
                let (max, needed) = (max as u64, max as u64 + 1);
                let hint = Some("send smaller messages");
                app::Error::TooMuch { limit: "message_bytes_max", max, needed, hint }.into()
            }
        }
    }
}

/// The bytes of a message that `text` describes, at most `bytes_max`.
pub(in crate::rpc) fn read(message: usize, text: &[u8], bytes_max: usize) -> Result<Vec<u8>, JsonError> {
    let reader = Reader { schema: schema(), bytes_max, path: RefCell::default(), is_too_large: Cell::new(false) };
    let mut out = Vec::with_capacity((text.len() / 2).min(bytes_max));
    let mut json = serde_json::Deserializer::from_slice(text);
    let read = json.deserialize_any(Value { reader: &reader, kind: Kind::Message(message), out: &mut out });
    let read = read.and_then(|is_set| {
        json.end()?;
        if is_set { Ok(()) } else { Err(serde_json::Error::custom("must be an object, got null")) }
    });
    match read {
        Ok(()) if out.len() <= bytes_max => Ok(out),
        Ok(()) => Err(JsonError::TooLarge(bytes_max)),
        Err(error) => Err(reader.explain(&error)),
    }
}

/// What the visitors of one text share.
struct Reader {
    schema: &'static Schema,
    bytes_max: usize,
    /// The way to the current value; after an error, to the wrong one.
    path: RefCell<Vec<Step>>,
    is_too_large: Cell<bool>,
}

#[derive(Debug)]
enum Step {
    Field(String),
    Index(usize),
}

impl Reader {
    fn explain(&self, error: &serde_json::Error) -> JsonError {
        if self.is_too_large.get() {
            return JsonError::TooLarge(self.bytes_max);
        }
        let (place, field) = (format!(" at line {} column {}", error.line(), error.column()), self.path());
        let text = error.to_string();
        let problem = text.strip_suffix(&*place).unwrap_or(&text).to_owned();
        // A number such as 1e400 is wrong in its field, whatever serde_json calls it.
        if error.is_data() || problem == "number out of range" {
            return JsonError::Value { field, problem };
        }
        let inside = if field.is_empty() { String::new() } else { format!(", in {field}") };
        JsonError::Syntax(format!("{problem}{place}{inside}"))
    }

    fn path(&self) -> String {
        let mut text = String::new();
        for step in &*self.path.borrow() {
            let dot = if text.is_empty() { "" } else { "." };
            let written = match step {
                Step::Field(name) => write!(text, "{dot}{name}"),
                Step::Index(index) => write!(text, "[{index}]"),
            };
            written.expect("strings take everything");
        }
        text
    }

    fn enter(&self, step: Step) {
        self.path.borrow_mut().push(step);
    }

    fn leave(&self) {
        self.path.borrow_mut().pop();
    }

    fn set_index(&self, index: usize) {
        if let Some(step) = self.path.borrow_mut().last_mut() {
            *step = Step::Index(index);
        }
    }

    /// Stops at a message that gets too large, before it takes the memory.
    fn check_size<E: serde::de::Error>(&self, bytes: usize) -> Result<(), E> {
        if bytes > self.bytes_max {
            self.is_too_large.set(true);
            return Err(E::custom("too large"));
        }
        Ok(())
    }
}

/// One value of a kind: appends its bytes without a key, and says whether it is set.
struct Value<'a> {
    reader: &'a Reader,
    kind: Kind,
    out: &'a mut Vec<u8>,
}

impl Value<'_> {
    fn scalar<E: serde::de::Error>(self, scalar: Scalar<'_>) -> Result<bool, E> {
        if let (Kind::Message(at), Scalar::Text(text)) = (self.kind, scalar)
            && self.reader.schema.message(at).is_duration()
        {
            return duration(text, self.out).map(|()| true).ok_or_else(|| self.wrong(&scalar));
        }
        let encoded = self.kind.encode(scalar, self.reader.schema, self.out);
        encoded.map(|()| true).ok_or_else(|| self.wrong(&scalar))
    }

    fn wrong<E: serde::de::Error>(&self, given: &impl fmt::Display) -> E {
        E::custom(format_args!("must be {}, got {given}", self.kind.expected(self.reader.schema)))
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.expected(self.reader.schema))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<bool, E> {
        self.scalar(Scalar::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<bool, E> {
        self.scalar(Scalar::Integer(value.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<bool, E> {
        self.scalar(Scalar::Integer(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<bool, E> {
        self.scalar(Scalar::Real(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<bool, E> {
        self.scalar(Scalar::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<bool, A::Error> {
        Err(self.wrong(&"an array"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Kind::Message(at) = self.kind else { return Err(self.wrong(&"an object")) };
        let (reader, message) = (self.reader, self.reader.schema.message(at));
        let (mut seen, mut oneofs) = (HashSet::new(), HashSet::new());
        while let Some(name) = map.next_key::<String>()? {
            reader.enter(Step::Field(shown(&name)));
            let Some(field) = message.named(&name) else {
                let known: Vec<_> = message.fields.iter().map(|field| &*field.json_name).collect();
                return Err(A::Error::custom(format_args!(
                    "is not a field of {}, which has {}",
                    message.name,
                    if known.is_empty() { "none".into() } else { known.join(", ") }
                )));
            };
            if !seen.insert(field.number) {
                return Err(A::Error::custom("is set twice"));
            }
            let is_set = map.next_value_seed(FieldValue { reader, field, out: self.out })?;
            if let Some(oneof) = field.oneof.filter(|_| is_set)
                && !oneofs.insert(oneof)
            {
                let members = message.fields.iter().filter(|other| other.oneof == Some(oneof));
                let members: Vec<_> = members.map(|field| &*field.json_name).collect();
                return Err(A::Error::custom(format_args!("only one of {} may be set", members.join(", "))));
            }
            reader.check_size(self.out.len())?;
            reader.leave();
        }
        Ok(true)
    }
}

/// The value of a field: appends it with its key, and says whether it is set.
struct FieldValue<'a> {
    reader: &'a Reader,
    field: &'a Field,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for FieldValue<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        if self.field.is_repeated {
            return deserializer.deserialize_any(Repeated(self));
        }
        let Self { reader, field, out } = self;
        let start = out.len();
        encode_key(field.number, field.kind.wire_type(), out);
        let is_set = one(reader, field.kind, out, deserializer)?;
        if !is_set {
            out.truncate(start);
        }
        Ok(is_set)
    }
}

/// One value after its key; a message with its length before it.
fn one<'de, D>(reader: &Reader, kind: Kind, out: &mut Vec<u8>, deserializer: D) -> Result<bool, D::Error>
where
    D: Deserializer<'de>,
{
    if !matches!(kind, Kind::Message(_)) {
        return deserializer.deserialize_any(Value { reader, kind, out });
    }
    let mut inner = Vec::new();
    let is_set = deserializer.deserialize_any(Value { reader, kind, out: &mut inner })?;
    encode_varint(inner.len() as u64, out);
    out.extend_from_slice(&inner);
    Ok(is_set)
}

/// An array, or `null` for an empty one.
struct Repeated<'a>(FieldValue<'a>);

impl<'de> Visitor<'de> for Repeated<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<bool, A::Error> {
        let FieldValue { reader, field, out } = self.0;
        reader.enter(Step::Index(0));
        let mut packed = Vec::new();
        for index in 0.. {
            reader.set_index(index);
            let element = Element { reader, field, out: if field.kind.is_packed() { &mut packed } else { out } };
            let Some(is_set) = array.next_element_seed(element)? else { break };
            if !is_set {
                let expected = field.kind.expected(reader.schema);
                return Err(A::Error::custom(format_args!("must be {expected}, got null")));
            }
            reader.check_size(packed.len().max(out.len()))?;
        }
        reader.leave();
        if !packed.is_empty() {
            encode_key(field.number, WireType::LengthDelimited, out);
            encode_varint(packed.len() as u64, out);
            out.extend_from_slice(&packed);
        }
        Ok(true)
    }
}

/// A value of an array. NaN is `null` in a column.
struct Element<'a> {
    reader: &'a Reader,
    field: &'a Field,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        let Self { reader, field, out } = self;
        if !field.kind.is_packed() {
            encode_key(field.number, WireType::LengthDelimited, out);
        }
        let is_set = one(reader, field.kind, out, deserializer)?;
        if !is_set && field.kind == Kind::Double {
            out.extend_from_slice(&f64::NAN.to_le_bytes());
            return Ok(true);
        }
        Ok(is_set)
    }
}

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Real(value) => write!(f, "{value:?}"),
            Self::Text(text) => write!(f, "{:?}", shown(text)),
        }
    }
}

/// The beginning of a text from a caller.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Appends `"1.5s"` as a `google.protobuf.Duration`.
fn duration(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let (sign, digits) = match text.strip_suffix('s')?.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_suffix('s')?),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() && is_number(whole) && is_number(part) && part.len() <= 9).then_some(())?;
    let seconds: i64 = whole.parse().ok().filter(|&seconds| seconds <= 315_576_000_000)?;
    let nanos: i32 = format!("{part:0<9}").parse().ok()?;
    if seconds != 0 {
        prost::encoding::int64::encode(1, &(sign * seconds), out);
    }
    if nanos != 0 {
        prost::encoding::int32::encode(2, &(sign as i32 * nanos), out);
    }
    Some(())
}
