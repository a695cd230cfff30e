//! Snapshots: the fields of a state as bytes, by one visitor that both writes and reads them.
//!
//! One visit serves both directions, so that they cannot disagree. Every field is a word of eight bytes, little-endian.
//! The bytes do not say which kernel they belong to: the owner stores that next to them and verifies a checksum.

use crate::kernel::{Kernel, State};

/// No count of bars comes near this, and none that is below overflows when bars are added.
const COUNT_MAX: usize = 1 << 48;

/// One pass over fields, either way.
pub struct Fields<'a>(Way<'a>);

enum Way<'a> {
    Out(&'a mut Vec<u8>),
    Back { left: &'a [u8], sound: bool },
}

/// What a field of a state can be.
pub trait Field {
    /// Writes the field down, or puts it back.
    fn visit(&mut self, fields: &mut Fields<'_>);
}

impl<'a> Fields<'a> {
    /// Writes states down at the end of `bytes`.
    pub fn save(bytes: &mut Vec<u8>, states: &[Box<dyn State>]) {
        // A pass may change what it passes, so it is made over clones.
        states.iter().for_each(|state| state.clone().visit(&mut Fields(Way::Out(bytes))));
    }

    /// The states of `kernels` as they were written down; `None` if `bytes` do not hold just those.
    pub fn restore<'k>(bytes: &[u8], kernels: impl Iterator<Item = &'k dyn Kernel>) -> Option<Vec<Box<dyn State>>> {
        let mut fields = Fields(Way::Back { left: bytes, sound: true });
        let restore = |kernel: &dyn Kernel| {
            let mut state = kernel.start();
            state.visit(&mut fields);
            state
        };
        let states = kernels.map(restore).collect();
        matches!(fields.0, Way::Back { left: [], sound: true }).then_some(states)
    }

    /// Passes over some fields in turn.
    pub fn visit(&mut self, fields: &mut [&mut dyn Field]) {
        fields.iter_mut().for_each(|field| field.visit(self));
    }

    /// Passes over a number that must be below `limit`.
    pub fn below(&mut self, number: &mut usize, limit: usize) {
        let found = self.word(*number as u64);
        if found < limit as u64 { *number = found as usize } else { self.refuse() }
    }

    /// Passes over a list whose length changes, of at most `len_max` items.
    pub fn list<F: Field + Clone + Default>(&mut self, list: &mut Vec<F>, len_max: usize) {
        let mut len = list.len();
        self.below(&mut len, len_max.min(self.items_max()).saturating_add(1));
        list.resize(len, F::default());
        list.as_mut_slice().visit(self);
    }

    /// What was written cannot be.
    pub fn refuse(&mut self) {
        if let Way::Back { left, sound } = &mut self.0 {
            (*left, *sound) = (&[], false);
        }
    }

    fn word(&mut self, word: u64) -> u64 {
        match &mut self.0 {
            Way::Out(bytes) => bytes.extend(word.to_le_bytes()),
            Way::Back { left, .. } => match left.split_first_chunk() {
                Some((found, rest)) => {
                    *left = rest;
                    return u64::from_le_bytes(*found);
                }
                None => self.refuse(),
            },
        }
        word
    }

    /// The most items that can still come.
    fn items_max(&self) -> usize {
        match &self.0 {
            Way::Out(_) => usize::MAX,
            Way::Back { left, .. } => left.len() / 8,
        }
    }
}

impl Field for f64 {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        *self = Self::from_bits(fields.word(self.to_bits()));
    }
}

impl Field for u64 {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        *self = fields.word(*self);
    }
}

impl Field for usize {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.below(self, COUNT_MAX);
    }
}

impl Field for bool {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        let mut number = usize::from(*self);
        fields.below(&mut number, 2);
        *self = number == 1;
    }
}

impl<F: Field> Field for [F] {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.iter_mut().for_each(|item| item.visit(fields));
    }
}

impl<F: Field, const N: usize> Field for [F; N] {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.as_mut_slice().visit(fields);
    }
}

impl<F: Field + Default> Field for Option<F> {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        let mut is_there = self.is_some();
        is_there.visit(fields);
        *self = is_there.then(|| self.take().unwrap_or_default());
        if let Some(field) = self {
            field.visit(fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, Default, PartialEq)]
    struct All {
        number: f64,
        count: usize,
        flag: bool,
        pair: [f64; 2],
        list: Vec<f64>,
        perhaps: Option<f64>,
    }

    impl All {
        fn visit(&mut self, fields: &mut Fields<'_>) {
            fields.below(&mut self.count, 10);
            fields.visit(&mut [&mut self.number, &mut self.flag, &mut self.pair, &mut self.perhaps]);
            fields.list(&mut self.list, 7);
        }
    }

    fn restored(bytes: &[u8]) -> Option<All> {
        let mut all = All { list: vec![9.0; 7], perhaps: Some(3.0), ..All::default() };
        let mut fields = Fields(Way::Back { left: bytes, sound: true });
        all.visit(&mut fields);
        matches!(fields.0, Way::Back { left: [], sound: true }).then_some(all)
    }

    #[test]
    fn a_snapshot_restores_the_state() {
        let full = All { number: -0.5, count: 9, flag: true, pair: [1.0, 2.0], list: vec![4.0; 3], perhaps: Some(5.0) };
        for all in [full, All::default()] {
            let mut bytes = Vec::new();
            all.clone().visit(&mut Fields(Way::Out(&mut bytes)));
            assert_eq!(restored(&bytes), Some(all));
            for len in 0..bytes.len() {
                assert_eq!(restored(&bytes[..len]), None, "{len} bytes");
            }
            assert_eq!(restored(&[&*bytes, &[0; 8]].concat()), None);
            bytes[0] = 10;
            assert_eq!(restored(&bytes), None);
        }
    }

    #[test]
    fn a_list_that_is_too_long_is_refused() {
        let mut bytes = Vec::new();
        All { list: vec![4.0; 8], ..All::default() }.visit(&mut Fields(Way::Out(&mut bytes)));
        assert_eq!(restored(&bytes), None);
    }

    #[test]
    fn a_count_that_would_overflow_is_refused() {
        let bytes = u64::MAX.to_le_bytes();
        let (mut count, mut fields) = (3_usize, Fields(Way::Back { left: &bytes, sound: true }));
        count.visit(&mut fields);
        assert!(count == 3 && matches!(fields.0, Way::Back { sound: false, .. }));
    }

    #[test]
    fn an_absurd_length_takes_no_memory() {
        let mut list: Vec<f64> = vec![];
        let mut fields = Fields(Way::Back { left: &[255, 255, 255, 255, 255, 0, 0, 0], sound: true });
        fields.list(&mut list, usize::MAX);
        assert!(list.is_empty() && matches!(fields.0, Way::Back { sound: false, .. }));
    }
}
