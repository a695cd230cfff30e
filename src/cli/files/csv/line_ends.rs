//! Texts whose lines end with a carriage return alone, as those of old Macs and of some spreadsheets.

use std::io::{self, Chain, Cursor, Read};

/// The bytes in which the end of a line is looked for.
const START_BYTES: u64 = 64 << 10;

/// A text whose lines end with a line feed.
pub(super) struct Unified<R> {
    input: Chain<Cursor<Vec<u8>>, R>,
    /// Carriage returns are the ends of lines.
    returns: bool,
}

/// The text with line feeds at the ends of lines.
pub(super) fn unified<R: Read>(mut input: R) -> io::Result<Unified<R>> {
    let mut start = Vec::new();
    input.by_ref().take(START_BYTES).read_to_end(&mut start)?;
    let returns = start.contains(&b'\r') && !start.contains(&b'\n');
    Ok(Unified { input: Cursor::new(start).chain(input), returns })
}

impl<R: Read> Read for Unified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        if self.returns {
            buffer[..read].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        Ok(read)
    }
}
