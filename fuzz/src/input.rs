//! Inputs: a choice of a valid file and a list of edits, written as bytes, so that every engine can make, mutate, shrink
//! and print them. Every string of bytes is an input.

use std::fmt;

/// Bytes of one edit.
const EDIT_BYTES: usize = 8;
/// The most edits of one input; further ones are ignored.
const EDITS_MAX: usize = 64;
/// No edit makes a file longer than this.
const FILE_BYTES_MAX: usize = 1 << 17;

/// Numbers at which lengths and counts go wrong.
const EDGES: [u64; 12] =
    [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, i32::MAX as u64, u32::MAX as u64, 1 << 40, i64::MAX as u64, 1 << 63, u64::MAX];

/// An input of a fuzz target.
#[derive(Clone, PartialEq, Eq)]
pub struct Input {
    /// Which of the valid files is edited, modulo their number.
    pub file: u8,
    /// Free for the target: whether checksums are made right again, for instance.
    pub choice: u8,
    edits: Vec<[u8; EDIT_BYTES]>,
}

/// One edit, taken apart.
struct Edit {
    kind: u8,
    len: usize,
    at: usize,
    from: usize,
    word: u16,
}

impl Input {
    /// The input that these bytes stand for.
    pub fn read(bytes: &[u8]) -> Self {
        let (head, rest) = bytes.split_at(bytes.len().min(2));
        let edits = rest.as_chunks().0.iter().take(EDITS_MAX).copied().collect();
        Self { file: head.first().copied().unwrap_or(0), choice: head.get(1).copied().unwrap_or(0), edits }
    }

    /// An input of these edits.
    pub fn new(file: u8, choice: u8, edits: Vec<[u8; EDIT_BYTES]>) -> Self {
        Self { file, choice, edits }
    }

    /// Its bytes in hexadecimal, as `ATRAD_FUZZ_INPUT` takes them.
    pub fn to_hex(&self) -> String {
        self.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Its bytes.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        [self.file, self.choice].into_iter().chain(self.edits.iter().flatten().copied())
    }

    /// The input of `to_hex`; `None` if the text is not hexadecimal.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.trim().as_bytes().chunks(2).map(std::str::from_utf8);
        let bytes: Option<Vec<u8>> = digits.map(|pair| u8::from_str_radix(pair.ok()?, 16).ok()).collect();
        bytes.map(|bytes| Self::read(&bytes))
    }

    /// The chosen one of `files`, after the edits. `tokens` are what its grammar knows; they may be empty.
    pub fn edit<T: AsRef<[u8]>>(&self, files: &[Vec<u8>], tokens: &[T]) -> Vec<u8> {
        let mut bytes = files[usize::from(self.file) % files.len()].clone();
        for edit in &self.edits {
            let other = &files[usize::from(edit[7]) % files.len()];
            Edit::of(edit, bytes.len(), other.len()).apply(&mut bytes, other, tokens);
            bytes.truncate(FILE_BYTES_MAX);
        }
        bytes
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ATRAD_FUZZ_INPUT={}", self.to_hex())
    }
}

impl Edit {
    /// Places are taken modulo the lengths, so that all of a longer file is reached.
    fn of(&[kind, len, a, b, c, d, e, f]: &[u8; EDIT_BYTES], bytes: usize, other: usize) -> Self {
        // Half of all places are within the first or last bytes, where heads and footers are.
        let place = u32::from_le_bytes([a, b, c, 0]) as usize;
        let at = match kind >> 6 {
            0 => place % (bytes.min(256) + 1),
            1 => bytes - place % (bytes.min(256) + 1),
            _ => place % (bytes + 1),
        };
        let from = usize::from(u16::from_le_bytes([d, e])) % (other + 1);
        Self { kind: kind & 0x3f, len: usize::from(len), at, from, word: u16::from_le_bytes([e, f]) }
    }

    fn apply<T: AsRef<[u8]>>(&self, bytes: &mut Vec<u8>, other: &[u8], tokens: &[T]) {
        let &Self { at, len, from, .. } = self;
        let end = (at + len).min(bytes.len());
        let there = &other[from..(from + len).min(other.len())];
        let token = || tokens.get(usize::from(self.word) % tokens.len().max(1)).map_or(&[][..], |token| token.as_ref());
        match self.kind % 12 {
            0 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (len % 8)),
            1 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = len as u8),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => drop(bytes.splice(at..at, there.iter().copied())),
            5 => drop(bytes.splice(at..(at + there.len()).min(bytes.len()), there.iter().copied())),
            6 => {
                let number = self.edge(bytes.len());
                self.number(bytes, number);
            }
            7 => self.add(bytes),
            8 => drop(bytes.splice(at..at, token().iter().copied())),
            9 => drop(bytes.splice(at..end, token().iter().copied())),
            10 => {
                let piece = bytes[at..(at + len % 32).min(bytes.len())].repeat(usize::from(self.word) % 512);
                drop(bytes.splice(at..at, piece));
            }
            _ => {
                let (low, high) = (from.min(bytes.len()), at);
                bytes[low.min(high)..low.max(high)].reverse();
            }
        }
    }

    /// A number at the edge of a width, or at the length of the file.
    fn edge(&self, len: usize) -> u64 {
        let delta = u64::from(self.word >> 8) % 3;
        match usize::from(self.word & 15) {
            edge if edge < EDGES.len() => EDGES[edge].wrapping_add(delta).wrapping_sub(1),
            12 => (len as u64).wrapping_add(delta).wrapping_sub(1),
            13 => (len - self.at) as u64,
            _ => u64::from(self.word),
        }
    }

    /// The bytes of a number of 1, 2, 4 or 8 bytes in the file, as far as they are there.
    fn field<'a>(&self, bytes: &'a mut [u8]) -> &'a mut [u8] {
        let end = (self.at + (1 << (self.len % 4))).min(bytes.len());
        &mut bytes[self.at..end]
    }

    fn number(&self, bytes: &mut [u8], number: u64) {
        let field = self.field(bytes);
        field.iter_mut().zip(number.to_le_bytes()).for_each(|(byte, new)| *byte = new);
        if self.len & 4 != 0 {
            field.reverse();
        }
    }

    /// Adds a small number to one in the file.
    fn add(&self, bytes: &mut [u8]) {
        let mut word = [0; 8];
        let field = self.field(bytes);
        word[..field.len()].copy_from_slice(field);
        let number = u64::from_le_bytes(word).wrapping_add_signed(i64::from(self.word as i8));
        field.iter_mut().zip(number.to_le_bytes()).for_each(|(byte, new)| *byte = new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_comes_back_from_its_text() {
        for len in 0..40_u8 {
            let bytes: Vec<u8> = (0..len).collect();
            let input = Input::read(&bytes);
            assert_eq!(Input::from_hex(&input.to_hex()), Some(input));
        }
        assert_eq!(Input::from_hex("0x"), None);
    }

    #[test]
    fn every_kind_of_edit_edits() {
        let files = [(0..200).collect::<Vec<u8>>(), b"other".to_vec()];
        for kind in 0..12 {
            let edits = [[kind, 3, 17, 0, 0, 1, 2, 1], [kind | 0x80, 9, 99, 1, 0, 40, 7, 0]];
            let edited = Input::new(0, 0, edits.to_vec()).edit(&files, &["token"]);
            assert_ne!(edited, files[0], "{kind}");
        }
        assert_eq!(Input::read(&[1]).edit(&files, &[""; 0]), files[1]);
    }

    #[test]
    fn no_edit_panics_and_none_makes_a_file_grow_without_bound() {
        let files = [vec![], b"a".to_vec(), vec![7; 300]];
        let mut word = 1_u64;
        for round in 0..20_000_u32 {
            let edits = (0..12).map(|_| {
                word = word.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                word.rotate_left(31).to_le_bytes()
            });
            let edited = Input::new(round as u8, 0, edits.collect()).edit(&files, &["x", ""]);
            assert!(edited.len() <= FILE_BYTES_MAX);
        }
    }
}
