//! Splits text into blocks of complete lines, so that blocks parse independently. A line is a row: price files
//! have no line breaks within quotes, so an unclosed quote invalidates one row only.

use std::io::{self, Read};

/// The size of a read.
const BLOCK_BYTES: usize = 1 << 20;

/// The maximum length of a line, in bytes.
const LINE_BYTES_MAX: usize = 1 << 20;

/// A text, read block by block.
pub(super) struct Blocks<R> {
    input: R,
    /// The incomplete last line.
    rest: Vec<u8>,
    /// Following: complete lines are returned at once; an unterminated last line is not.
    follow: bool,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R, follow: bool) -> Self {
        Self { input, rest: Vec::new(), follow, ended: false }
    }

    /// The next lines; the last line of the text may lack its terminator. `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut block = std::mem::take(&mut self.rest);
        while !self.ended {
            let (before, most) = (block.len(), if self.follow { 1 << 16 } else { BLOCK_BYTES });
            if self.follow {
                // Return what is available; at the end of a growing file the input blocks.
                block.resize(before + most, 0);
                let read = self.input.read(&mut block[before..])?;
                block.truncate(before + read);
            } else {
                // One byte more, as the end is found by reading on.
                block.reserve(most + 1);
                self.input.by_ref().take(most as u64).read_to_end(&mut block)?;
            }
            self.ended = block.len() == before;
            let end = before + block[before..].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            let end = if end == before { 0 } else { end };
            if block.len() - end > LINE_BYTES_MAX {
                let why = format!("a line has more than {LINE_BYTES_MAX} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
            if end > 0 {
                self.rest = block[end..].to_vec();
                block.truncate(end);
                return Ok(Some(block));
            }
        }
        Ok((!block.is_empty() && !self.follow).then_some(block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a text in pieces, as a growing file would.
    struct Pieces(Vec<&'static str>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0).as_bytes();
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    fn all<R: Read>(mut blocks: Blocks<R>) -> Vec<String> {
        let next = move || Some(String::from_utf8(blocks.next().expect("read")?).expect("text"));
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn every_line_is_given_whole() {
        let text: String = (0..400_000).map(|number| format!("{number}\n")).collect::<String>() + "end";
        let blocks = all(Blocks::new(text.as_bytes(), false));
        assert!(blocks.len() > 2 && blocks.concat() == text);
        assert!(blocks[..blocks.len() - 1].iter().all(|block| block.ends_with('\n')));
        assert_eq!(all(Blocks::new(&b""[..], false)), [""; 0]);
    }

    #[test]
    fn a_line_of_a_growing_file_is_waited_for() {
        let pieces = ["a\nb", "c", "d\ne\n", "f"];
        assert_eq!(all(Blocks::new(Pieces(pieces.to_vec()), true)), ["a\n", "bcd\ne\n"]);
    }

    #[test]
    fn a_line_without_an_end_is_refused_early() {
        let mut blocks = Blocks::new(io::repeat(b'1'), false);
        assert!(blocks.next().expect_err("refused").to_string().contains("1048576"));
    }
}
