//! Snapshots: the fields of a state as bytes, by one visitor that both writes and reads them.
//!
//! One visit serves both directions, so that they cannot disagree. Every field is a word of eight bytes, little-endian.
//! The bytes do not say which kernel they belong to: the owner stores that next to them and verifies a checksum.

/// A visitor of fields that saves or restores them.
pub struct Fields<'a>(Direction<'a>);

/// A bound on counts of bars: none comes near it, and adding bars to one below it does not overflow.
const COUNT_MAX: usize = 1 << 48;

enum Direction<'a> {
    Save(&'a mut Vec<u8>),
    Restore { left: &'a [u8], valid: bool },
}

/// A field of a state.
pub trait Field {
    /// Saves or restores the field.
    fn visit(&mut self, fields: &mut Fields<'_>);
}

impl<'a> Fields<'a> {
    /// Fields that are appended to `bytes`.
    pub(crate) fn save(bytes: &'a mut Vec<u8>) -> Self {
        Self(Direction::Save(bytes))
    }

    /// Fields that are read from `bytes`.
    pub(crate) fn restore(bytes: &'a [u8]) -> Self {
        Self(Direction::Restore { left: bytes, valid: true })
    }

    /// Whether all bytes were read, and all of them were valid.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self.0, Direction::Restore { left: [], valid: true })
    }

    /// Visits fields in order.
    pub fn visit(&mut self, fields: &mut [&mut dyn Field]) {
        fields.iter_mut().for_each(|field| field.visit(self));
    }

    /// Visits a number that must be below `limit`.
    pub fn below(&mut self, number: &mut usize, limit: usize) {
        let found = self.word(*number as u64);
        if found < limit as u64 { *number = found as usize } else { self.invalidate() }
    }

    /// Visits a list of variable length, of at most `len_max` items.
    pub fn list<F: Field + Clone + Default>(&mut self, list: &mut Vec<F>, len_max: usize) {
        let mut len = list.len();
        self.below(&mut len, len_max.min(self.items_max()).saturating_add(1));
        list.resize(len, F::default());
        list.as_mut_slice().visit(self);
    }

    /// Marks the bytes as invalid: no state saves them.
    pub fn invalidate(&mut self) {
        if let Direction::Restore { left, valid } = &mut self.0 {
            (*left, *valid) = (&[], false);
        }
    }

    fn word(&mut self, word: u64) -> u64 {
        match &mut self.0 {
            Direction::Save(bytes) => bytes.extend(word.to_le_bytes()),
            Direction::Restore { left, .. } => match left.split_first_chunk() {
                Some((found, rest)) => {
                    *left = rest;
                    return u64::from_le_bytes(*found);
                }
                None => self.invalidate(),
            },
        }
        word
    }

    /// The maximum number of items the remaining bytes can hold.
    fn items_max(&self) -> usize {
        match &self.0 {
            Direction::Save(_) => usize::MAX,
            Direction::Restore { left, .. } => left.len() / 8,
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
        let mut is_some = self.is_some();
        is_some.visit(fields);
        *self = is_some.then(|| self.take().unwrap_or_default());
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
        let mut fields = Fields::restore(bytes);
        all.visit(&mut fields);
        fields.is_complete().then_some(all)
    }

    #[test]
    fn a_snapshot_restores_the_state() {
        let full = All { number: -0.5, count: 9, flag: true, pair: [1.0, 2.0], list: vec![4.0; 3], perhaps: Some(5.0) };
        for all in [full, All::default()] {
            let mut bytes = Vec::new();
            all.clone().visit(&mut Fields::save(&mut bytes));
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
        All { list: vec![4.0; 8], ..All::default() }.visit(&mut Fields(Direction::Save(&mut bytes)));
        assert_eq!(restored(&bytes), None);
    }

    #[test]
    fn a_count_that_would_overflow_is_refused() {
        let bytes = u64::MAX.to_le_bytes();
        let (mut count, mut fields) = (3_usize, Fields(Direction::Restore { left: &bytes, valid: true }));
        count.visit(&mut fields);
        assert!(count == 3 && matches!(fields.0, Direction::Restore { valid: false, .. }));
    }

    #[test]
    fn an_absurd_length_takes_no_memory() {
        let mut list: Vec<f64> = vec![];
        let mut fields = Fields(Direction::Restore { left: &[255, 255, 255, 255, 255, 0, 0, 0], valid: true });
        fields.list(&mut list, usize::MAX);
        assert!(list.is_empty() && matches!(fields.0, Direction::Restore { valid: false, .. }));
    }
}
