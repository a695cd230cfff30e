//! Scalar values between JSON and their bytes on the wire.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use prost::encoding::{WireType, decode_varint, encode_varint};

use super::schema::{Kind, Schema};

/// A scalar of JSON.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scalar<'a> {
    Bool(bool),
    Integer(i128),
    Real(f64),
    Text(&'a str),
}

impl Kind {
    /// The wire type of one value.
    pub(super) fn wire_type(self) -> WireType {
        match self {
            Self::Double | Self::Fixed64 | Self::Sfixed64 => WireType::SixtyFourBit,
            Self::Float | Self::Fixed32 | Self::Sfixed32 => WireType::ThirtyTwoBit,
            Self::String | Self::Bytes | Self::Message(_) => WireType::LengthDelimited,
            _ => WireType::Varint,
        }
    }

    /// A repeated field of it is packed.
    pub(super) fn is_packed(self) -> bool {
        self.wire_type() != WireType::LengthDelimited
    }

    /// What a value must be, for errors.
    pub(super) fn expected(self, schema: &Schema) -> String {
        match self {
            Self::Double | Self::Float => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"".into(),
            Self::Bool => "true or false".into(),
            Self::String => "a string".into(),
            Self::Bytes => "a string in base64".into(),
            Self::Message(at) if schema.message(at).is_duration() => "seconds as a string, as in \"1.5s\"".into(),
            Self::Message(_) => "an object".into(),
            Self::Enum(at) => {
                let names: Vec<_> = schema.values(at).iter().map(|(name, _)| &**name).collect();
                format!("one of {}", names.join(", "))
            }
            _ => {
                let (min, max) = self.bounds().expect("only integers are left");
                format!("an integer from {min} to {max}")
            }
        }
    }

    /// The smallest and the largest integer.
    fn bounds(self) -> Option<(i128, i128)> {
        Some(match self {
            Self::Int32 | Self::Sint32 | Self::Sfixed32 | Self::Enum(_) => (i32::MIN.into(), i32::MAX.into()),
            Self::Uint32 | Self::Fixed32 => (0, u32::MAX.into()),
            Self::Int64 | Self::Sint64 | Self::Sfixed64 => (i64::MIN.into(), i64::MAX.into()),
            Self::Uint64 | Self::Fixed64 => (0, u64::MAX.into()),
            _ => return None,
        })
    }

    /// Appends a value; `None` if it is not one of this kind.
    pub(super) fn encode(self, scalar: Scalar<'_>, schema: &Schema, out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Double => out.extend_from_slice(&real(scalar)?.to_le_bytes()),
            Self::Float => {
                let value = real(scalar)?;
                let narrow = value as f32;
                // 1e300 is no float, while infinity is one.
                (narrow.is_finite() == value.is_finite()).then_some(())?;
                out.extend_from_slice(&narrow.to_le_bytes());
            }
            Self::Bool => match scalar {
                Scalar::Bool(value) => out.push(value.into()),
                _ => return None,
            },
            Self::String => match scalar {
                Scalar::Text(text) => length_delimited(text.as_bytes(), out),
                _ => return None,
            },
            Self::Bytes => match scalar {
                Scalar::Text(text) => length_delimited(&base64(text)?, out),
                _ => return None,
            },
            Self::Enum(at) => {
                let number = match scalar {
                    Scalar::Text(name) => schema.values(at).iter().find(|(known, _)| known == name)?.1,
                    _ => i32::try_from(self.integer(scalar)?).ok()?,
                };
                encode_varint(i64::from(number).cast_unsigned(), out);
            }
            Self::Message(_) => return None,
            _ => self.encode_integer(self.integer(scalar)?, out),
        }
        Some(())
    }

    fn integer(self, scalar: Scalar<'_>) -> Option<i128> {
        let value = match scalar {
            Scalar::Integer(value) => value,
            // 1e3 and 5.0 are integers in ProtoJSON, too.
            Scalar::Real(value) if value.fract() == 0.0 => value as i128,
            Scalar::Text(text) => text.parse().ok()?,
            _ => return None,
        };
        let (min, max) = self.bounds()?;
        (min..=max).contains(&value).then_some(value)
    }

    /// Appends an integer that is within the bounds.
    fn encode_integer(self, value: i128, out: &mut Vec<u8>) {
        match self {
            Self::Fixed32 | Self::Sfixed32 => out.extend_from_slice(&(value as u32).to_le_bytes()),
            Self::Fixed64 | Self::Sfixed64 => out.extend_from_slice(&(value as u64).to_le_bytes()),
            Self::Sint32 | Self::Sint64 => {
                let value = value as i64;
                encode_varint(((value << 1) ^ (value >> 63)).cast_unsigned(), out);
            }
            _ => encode_varint(value as u64, out),
        }
    }

    /// Reads an integer, an enum or a bool and moves past it.
    pub(super) fn decode_integer(self, bytes: &mut &[u8]) -> Option<i128> {
        Some(match self {
            Self::Fixed32 => u32::from_le_bytes(*take(bytes)?).into(),
            Self::Sfixed32 => i32::from_le_bytes(*take(bytes)?).into(),
            Self::Fixed64 => u64::from_le_bytes(*take(bytes)?).into(),
            Self::Sfixed64 => i64::from_le_bytes(*take(bytes)?).into(),
            _ => {
                let value = decode_varint(bytes).ok()?;
                match self {
                    Self::Uint64 => value.into(),
                    Self::Uint32 => (value as u32).into(),
                    Self::Int64 => value.cast_signed().into(),
                    Self::Sint32 | Self::Sint64 => ((value >> 1).cast_signed() ^ -((value & 1).cast_signed())).into(),
                    _ => (value as i32).into(),
                }
            }
        })
    }
}

/// The first bytes, moving past them.
pub(super) fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (head, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(head)
}

fn length_delimited(bytes: &[u8], out: &mut Vec<u8>) {
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn real(scalar: Scalar<'_>) -> Option<f64> {
    Some(match scalar {
        Scalar::Integer(value) => value as f64,
        Scalar::Real(value) => value,
        Scalar::Text("NaN") => f64::NAN,
        Scalar::Text("Infinity") => f64::INFINITY,
        Scalar::Text("-Infinity") => f64::NEG_INFINITY,
        // ProtoJSON reads numbers in quotes; Rust also would read names of infinity that JSON does not have.
        Scalar::Text(text) if text.bytes().all(|byte| b"+-.eE0123456789".contains(&byte)) => {
            text.parse().ok().filter(|value: &f64| value.is_finite())?
        }
        Scalar::Text(_) | Scalar::Bool(_) => return None,
    })
}

/// Reads both alphabets of base64, with or without padding.
pub(in crate::rpc) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.bytes().any(|byte| matches!(byte, b'-' | b'_')) {
        return BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    }
    base64::prelude::BASE64_STANDARD_NO_PAD.decode(text).ok()
}

/// Appends bytes in base64 with padding.
pub(super) fn encode_base64(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(BASE64_STANDARD.encode(bytes).as_bytes());
}
