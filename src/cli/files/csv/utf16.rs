//! Texts in UTF-16, as spreadsheets write "Unicode text" and MetaTrader its files: read as UTF-8.

use std::io::{self, Cursor, Read};

/// The bytes by which an encoding is recognised.
const START_BYTES: u64 = 4;

/// The bytes that are decoded at once.
const PART_BYTES: usize = 64 << 10;

/// A text in UTF-8, whatever it is stored in.
pub(super) struct Utf8<R> {
    input: io::Chain<Cursor<Vec<u8>>, R>,
    encoding: Encoding,
    /// Bytes of the input that are not decoded yet: a half of a character.
    pending: Vec<u8>,
    /// What is decoded and not read yet, from the cursor on.
    decoded: Cursor<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    LittleEndian,
    BigEndian,
}

/// The text in UTF-8. What has no mark is UTF-16 if every other one of its first bytes is zero.
pub(super) fn utf8<R: Read>(mut input: R) -> io::Result<Utf8<R>> {
    let mut start = Vec::new();
    input.by_ref().take(START_BYTES).read_to_end(&mut start)?;
    let (encoding, mark) = match *start {
        [0xff, 0xfe, 0, 0] | [0, 0, 0xfe, 0xff] => {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the text is UTF-32; save it as UTF-8"));
        }
        [0xff, 0xfe, ..] => (Encoding::LittleEndian, 2),
        [0xfe, 0xff, ..] => (Encoding::BigEndian, 2),
        [1..=255, 0, 1..=255, 0] => (Encoding::LittleEndian, 0),
        [0, 1..=255, 0, 1..=255] => (Encoding::BigEndian, 0),
        _ => (Encoding::Utf8, 0),
    };
    start.drain(..mark);
    let (pending, decoded) = (Vec::new(), Cursor::default());
    Ok(Utf8 { input: Cursor::new(start).chain(input), encoding, pending, decoded })
}

impl<R: Read> Utf8<R> {
    /// Decodes the next part of the input; whether there was one. Half a character at the end, or half of a surrogate pair,
    /// is the replacement character, which no number contains.
    fn decode(&mut self) -> io::Result<bool> {
        let mut bytes = std::mem::take(&mut self.pending);
        let before = bytes.len();
        bytes.resize(before + PART_BYTES, 0);
        let read = self.input.read(&mut bytes[before..])?;
        bytes.truncate(before + read);
        if bytes.is_empty() {
            return Ok(false);
        }
        let unit = |pair: &[u8; 2]| match self.encoding {
            Encoding::BigEndian => u16::from_be_bytes(*pair),
            _ => u16::from_le_bytes(*pair),
        };
        let (pairs, half) = bytes.as_chunks();
        let mut units: Vec<u16> = pairs.iter().map(unit).collect();
        let mut kept = half.len();
        if read == 0 {
            // The end of the text.
            units.extend((kept > 0).then_some(0xfffd));
            kept = 0;
        } else if units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
            kept += 2;
        }
        self.pending = bytes[bytes.len() - kept..].to_vec();
        let text: String =
            char::decode_utf16(units).map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.decoded = Cursor::new(text.into_bytes());
        Ok(true)
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.encoding == Encoding::Utf8 {
            return self.input.read(buffer);
        }
        loop {
            let read = self.decoded.read(buffer)?;
            if read > 0 || buffer.is_empty() || !self.decode()? {
                return Ok(read);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let few = buffer.len().min(self.1);
            self.0.read(&mut buffer[..few])
        }
    }

    fn read(bytes: &[u8], few: usize) -> String {
        let mut text = String::new();
        utf8(Drops(bytes, few)).expect("read").read_to_string(&mut text).expect("text");
        text
    }

    #[test]
    fn both_byte_orders_are_read_with_and_without_a_mark() {
        let text = "time,open\r\n60,1.5,\u{e4}\u{1f4c8}\n".repeat(50);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [&little[..], &big, &[&[0xff, 0xfe], &*little].concat(), &[&[0xfe, 0xff], &*big].concat()] {
            for few in [1, 2, 3, 7, usize::MAX] {
                assert_eq!(read(bytes, few), text, "{few} bytes at a time");
            }
        }
        assert_eq!(read(text.as_bytes(), 3), text);
        assert_eq!((read(b"", 1), read(b"a", 1), read(b"\xff\xfe", 1)), ("".into(), "a".into(), "".into()));
    }

    #[test]
    fn what_is_cut_is_replaced_and_other_encodings_are_refused() {
        assert_eq!(read(b"\xff\xfea\0b", 2), "a\u{fffd}");
        assert_eq!(read(b"\xff\xfea\0\x3d\xd8", 1), "a\u{fffd}");
        let error = utf8(&b"\xff\xfe\0\0a\0\0\0"[..]).err().expect("refused");
        assert!(error.to_string().contains("UTF-32"));
    }
}
