//! From the bytes of a message to JSON.
//!
//! One pass over the fields as they stand on the wire. Our encoders write the values of a repeated field next to each
//! other, which is what an array needs.

use std::io::Write;

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::number::{encode_base64, take};
use super::schema::{Field, Kind, MessageType, Schema, schema};

/// What NaN in a repeated field becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rpc) enum NanForm {
    /// `null`, as programs that read JSON alone expect.
    Null,
    /// `"NaN"`, as ProtoJSON has it: generated clients refuse `null` in an array.
    Text,
}

/// Appends a message as JSON. `None` if the bytes are not a message of this type.
pub(in crate::rpc) fn write(message: usize, bytes: &[u8], nan: NanForm, out: &mut Vec<u8>) -> Option<()> {
    Writer { schema: schema(), nan, out }.message(message, bytes)
}

struct Writer<'a> {
    schema: &'static Schema,
    nan: NanForm,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn message(&mut self, index: usize, mut bytes: &[u8]) -> Option<()> {
        let message = self.schema.message(index);
        if message.is_duration() {
            return self.duration(message, bytes);
        }
        self.out.push(b'{');
        // The repeated field whose array is open.
        let mut open = None;
        while !bytes.is_empty() {
            let (number, wire) = decode_key(&mut bytes).ok()?;
            let Some(field) = message.numbered(number) else {
                skip_field(wire, number, &mut bytes, DecodeContext::default()).ok()?;
                continue;
            };
            if open != Some(number) {
                if open.take().is_some() {
                    self.out.push(b']');
                }
                self.comma(b'{');
                self.out.push(b'"');
                self.out.extend_from_slice(field.json_name.as_bytes());
                self.out.extend_from_slice(b"\":");
                if field.is_repeated {
                    self.out.push(b'[');
                    open = Some(number);
                }
            }
            self.field(field, wire, &mut bytes)?;
        }
        if open.is_some() {
            self.out.push(b']');
        }
        self.out.push(b'}');
        Some(())
    }

    /// A comma, unless this is the first after `opening`.
    fn comma(&mut self, opening: u8) {
        if self.out.last() != Some(&opening) {
            self.out.push(b',');
        }
    }

    fn field(&mut self, field: &Field, wire: WireType, bytes: &mut &[u8]) -> Option<()> {
        let is_packed = field.is_repeated && field.kind.is_packed() && wire == WireType::LengthDelimited;
        if is_packed {
            let mut values = delimited(bytes)?;
            return match field.kind {
                Kind::Double => self.doubles(values),
                kind => {
                    while !values.is_empty() {
                        self.comma(b'[');
                        self.value(kind, true, &mut values)?;
                    }
                    Some(())
                }
            };
        }
        (wire == field.kind.wire_type()).then_some(())?;
        if field.is_repeated {
            self.comma(b'[');
        }
        self.value(field.kind, field.is_repeated, bytes)
    }

    /// The long columns of answers.
    fn doubles(&mut self, values: &[u8]) -> Option<()> {
        let (values, rest) = values.as_chunks();
        for value in values {
            self.comma(b'[');
            self.real(f64::from_le_bytes(*value), true);
        }
        rest.is_empty().then_some(())
    }

    fn value(&mut self, kind: Kind, is_repeated: bool, bytes: &mut &[u8]) -> Option<()> {
        match kind {
            Kind::Double => self.real(f64::from_le_bytes(*take(bytes)?), is_repeated),
            Kind::Float => match f32::from_le_bytes(*take(bytes)?) {
                // Its own digits, not those of the double next to it.
                value if value.is_finite() => serde_json::to_writer(&mut *self.out, &value).ok()?,
                value => self.real(value.into(), is_repeated),
            },
            Kind::Message(index) => {
                let inner = delimited(bytes)?;
                return self.message(index, inner);
            }
            Kind::String => serde_json::to_writer(&mut *self.out, str::from_utf8(delimited(bytes)?).ok()?).ok()?,
            Kind::Bytes => {
                self.out.push(b'"');
                encode_base64(delimited(bytes)?, self.out);
                self.out.push(b'"');
            }
            Kind::Bool => {
                let text: &[u8] = if kind.decode_integer(bytes)? == 0 { b"false" } else { b"true" };
                self.out.extend_from_slice(text);
            }
            Kind::Enum(at) => {
                let number = kind.decode_integer(bytes)?;
                match self.schema.values(at).iter().find(|(_, known)| i128::from(*known) == number) {
                    Some((name, _)) => write!(self.out, "\"{name}\"").ok()?,
                    None => write!(self.out, "{number}").ok()?,
                }
            }
            Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => {
                // Numbers of JavaScript end at 53 bits.
                self.out.push(b'"');
                serde_json::to_writer(&mut *self.out, &kind.decode_integer(bytes)?).ok()?;
                self.out.push(b'"');
            }
            _ => serde_json::to_writer(&mut *self.out, &kind.decode_integer(bytes)?).ok()?,
        }
        Some(())
    }

    fn real(&mut self, value: f64, is_repeated: bool) {
        let text: &[u8] = match value {
            f64::INFINITY => b"\"Infinity\"",
            f64::NEG_INFINITY => b"\"-Infinity\"",
            value if value.is_nan() && is_repeated && self.nan == NanForm::Null => b"null",
            value if value.is_nan() => b"\"NaN\"",
            value => {
                serde_json::to_writer(&mut *self.out, &value).expect("memory takes everything");
                return;
            }
        };
        self.out.extend_from_slice(text);
    }

    /// `google.protobuf.Duration` as `"1.5s"`.
    fn duration(&mut self, message: &MessageType, mut bytes: &[u8]) -> Option<()> {
        let (mut seconds, mut nanos) = (0, 0);
        while !bytes.is_empty() {
            let (number, _) = decode_key(&mut bytes).ok()?;
            let value = message.numbered(number)?.kind.decode_integer(&mut bytes)?;
            *(if number == 1 { &mut seconds } else { &mut nanos }) = value;
        }
        let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:09}", seconds.abs(), nanos.abs());
        let text = text.trim_end_matches('0').trim_end_matches('.');
        write!(self.out, "\"{text}s\"").ok()
    }
}

/// The bytes of a length-delimited value, moving past them.
fn delimited<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(decode_varint(bytes).ok()?).ok()?;
    let (value, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(value)
}
