//! Packed columns: `repeated double`, `repeated sfixed64` and `repeated float` as their bytes on the wire.
//!
//! A packed field is its little-endian values one after the other, which is what memory holds too. So columns are encoded
//! by one copy and decoded by none. What protobuf allows beyond that (values one by one, a field in several pieces) is
//! read as well. Nothing here knows what a column means.

use std::fmt;

use bytemuck::{AnyBitPattern, NoUninit};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::DecodeError;
use prost::encoding::{WireType, decode_varint, encode_key, encode_varint, encoded_len_varint, key_len};

/// The bytes of a double or a time.
const VALUE_BYTES: usize = 8;

/// A column of little-endian values of one size: 8 bytes, or 4 where it says float32.
#[derive(Clone)]
pub struct Packed(Pieces);

#[derive(Clone)]
enum Pieces {
    /// As it came, without a copy.
    One(Bytes),
    /// Put together from several pieces; grows without copying what is there each time.
    Many(BytesMut),
}

impl Packed {
    /// The values of a slice.
    pub fn of<T: NoUninit>(values: &[T]) -> Self {
        const { assert!(is_value::<T>()) };
        Bytes::copy_from_slice(bytemuck::cast_slice(values)).into()
    }

    /// The bytes of the values.
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Pieces::One(bytes) => bytes,
            Pieces::Many(bytes) => bytes,
        }
    }

    /// The bytes, without a copy.
    pub fn into_bytes(self) -> Bytes {
        match self.0 {
            Pieces::One(bytes) => bytes,
            Pieces::Many(bytes) => bytes.freeze(),
        }
    }

    /// The number of values of 8 bytes.
    pub fn len(&self) -> usize {
        self.bytes().len() / VALUE_BYTES
    }

    /// There are no values.
    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// The values as numbers of a type of their size. They are copied, because nothing says that they are aligned.
    pub fn values<T: AnyBitPattern + NoUninit>(&self) -> Vec<T> {
        const { assert!(is_value::<T>()) };
        bytemuck::pod_collect_to_vec(self.bytes())
    }

    /// Doubles rounded to float32, given and taken as bytes.
    pub(super) fn rounded(&self) -> Self {
        let (doubles, _) = self.bytes().as_chunks();
        let singles: Vec<f32> = doubles.iter().map(|&double| f64::from_le_bytes(double) as f32).collect();
        Self::of(&singles)
    }

    /// Adds what one occurrence of the field holds.
    pub(super) fn merge(&mut self, wire: WireType, buf: &mut impl Buf) -> Result<(), DecodeError> {
        self.merge_values(VALUE_BYTES, wire, buf)
    }

    /// Adds what one occurrence of a field of float32 holds.
    pub(super) fn merge_float32(&mut self, wire: WireType, buf: &mut impl Buf) -> Result<(), DecodeError> {
        self.merge_values(size_of::<f32>(), wire, buf)
    }

    fn merge_values(&mut self, value_bytes: usize, wire: WireType, buf: &mut impl Buf) -> Result<(), DecodeError> {
        let bytes = match wire {
            WireType::SixtyFourBit if value_bytes == 8 => 8,
            WireType::ThirtyTwoBit if value_bytes == 4 => 4,
            WireType::LengthDelimited => usize::try_from(decode_varint(buf)?).unwrap_or(usize::MAX),
            other => return Err(refused(format!("a packed field has wire type {other:?}"))),
        };
        if bytes > buf.remaining() {
            return Err(refused(format!("a packed field of {bytes} bytes ends after {}", buf.remaining())));
        }
        if bytes % value_bytes != 0 {
            return Err(refused(format!("the {bytes} bytes of a packed field are not a multiple of {value_bytes}")));
        }
        self.append(buf, bytes);
        Ok(())
    }

    fn append(&mut self, buf: &mut impl Buf, bytes: usize) {
        match &mut self.0 {
            Pieces::One(first) if first.is_empty() => *first = buf.copy_to_bytes(bytes),
            Pieces::One(first) => {
                let mut all = BytesMut::with_capacity((first.len() + bytes).next_power_of_two());
                all.extend_from_slice(first);
                all.put(buf.take(bytes));
                self.0 = Pieces::Many(all);
            }
            Pieces::Many(all) => all.put(buf.take(bytes)),
        }
    }

    /// Writes the field, in one piece; nothing when it is empty.
    pub(super) fn encode(&self, tag: u32, buf: &mut impl BufMut) {
        if !self.is_empty() {
            encode_key(tag, WireType::LengthDelimited, buf);
            encode_varint(self.bytes().len() as u64, buf);
            buf.put_slice(self.bytes());
        }
    }

    /// The bytes that `encode` writes.
    pub(super) fn encoded_len(&self, tag: u32) -> usize {
        match self.bytes().len() {
            0 => 0,
            bytes => key_len(tag) + encoded_len_varint(bytes as u64) + bytes,
        }
    }
}

/// Whether values of this type lie in memory as they do on the wire.
const fn is_value<T>() -> bool {
    matches!(size_of::<T>(), 4 | VALUE_BYTES) && cfg!(target_endian = "little")
}

impl From<Bytes> for Packed {
    fn from(bytes: Bytes) -> Self {
        Self(Pieces::One(bytes))
    }
}

impl Default for Packed {
    fn default() -> Self {
        Bytes::new().into()
    }
}

impl PartialEq for Packed {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} values]", self.len())
    }
}

#[expect(deprecated, reason = "prost has no other way to refuse bytes in a message written by hand")]
fn refused(why: String) -> DecodeError {
    DecodeError::new(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_in_and_out() {
        let values = [1.5, -0.0, f64::INFINITY];
        assert_eq!(Packed::of(&values).values::<f64>(), values);
        // One byte into a buffer no f64 is aligned.
        let shifted = Bytes::from([&[0], Packed::of(&[7_i64, i64::MIN]).bytes()].concat()).slice(1..);
        assert_eq!(Packed::from(shifted).values::<i64>(), [7, i64::MIN]);
    }

    #[test]
    fn a_million_single_values_do_not_copy_each_other() {
        let mut packed = Packed::default();
        for value in 0..1_000_000_i64 {
            packed.merge(WireType::SixtyFourBit, &mut &value.to_le_bytes()[..]).expect("legal");
        }
        assert_eq!(packed.len(), 1_000_000);
        assert_eq!(packed.values::<i64>()[999_999], 999_999);
    }
}
