//! Retention: how much of a series is stored.

/// Bars are retained if they pass both bounds. The default retains everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// The maximum number of bars, newest first; 0 is unlimited.
    pub rows_max: u64,
    /// The maximum age relative to the newest bar, in milliseconds; 0 is unlimited.
    pub age_max_ms: u64,
}

impl Retention {
    /// The earliest retained time if the newest bar opens at `newest`.
    pub fn from(&self, newest: i64) -> i64 {
        match self.age_max_ms {
            0 => i64::MIN,
            age => newest.saturating_sub_unsigned(age.saturating_mul(1_000_000)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_counts_from_the_newest_bar() {
        let from = |age_max_ms, newest| Retention { rows_max: 0, age_max_ms }.from(newest);
        assert_eq!(from(0, 5), i64::MIN);
        assert_eq!(from(2, 5_000_000), 3_000_000);
        assert_eq!([from(u64::MAX, 0), from(1, i64::MIN)], [i64::MIN; 2]);
    }
}
