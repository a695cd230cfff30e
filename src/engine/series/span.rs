//! Spans: a selection of bars by time and count.

use std::ops::Range;

use super::Error;

/// Selects the bars that pass every bound that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    from: Option<i64>,
    to: Option<i64>,
    last: Option<u64>,
    as_of: Option<i64>,
}

impl Span {
    /// Every bar.
    pub const ALL: Self = Self { from: None, to: None, last: None, as_of: None };

    /// The bars that open in `from..to`, and of those only the newest `last`.
    pub fn new(from: Option<i64>, to: Option<i64>, last: Option<u64>) -> Result<Self, Error> {
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            return Err(Error::SpanOrder { from, to });
        }
        if last == Some(0) {
            return Err(Error::SpanLast);
        }
        Ok(Self { from, to, last, as_of: None })
    }

    /// Of these, only the bars that were closed at `time`, if one is given. Which those are depends on the timeframe and on
    /// the stored bars, so [`Self::rows`] does not know; see [`Self::until`].
    #[must_use]
    pub fn as_of(self, time: Option<i64>) -> Self {
        Self { as_of: time, ..self }
    }

    /// The time at which the bars were closed; `None` is now.
    pub fn as_of_time(&self) -> Option<i64> {
        self.as_of
    }

    /// Of these, only the bars that open before `time`, if one is given.
    #[must_use]
    pub fn until(self, time: Option<i64>) -> Self {
        let earlier = |to: i64| time.map_or(to, |time| time.min(to));
        Self { to: self.to.map(earlier).or(time), ..self }
    }

    /// The rows of this span in a series of `rows` bars; `first_at(time)` is the first row at `time` or later.
    pub fn rows(&self, rows: usize, mut first_at: impl FnMut(i64) -> usize) -> Range<usize> {
        let end = self.to.map_or(rows, &mut first_at);
        let start = self.from.map_or(0, first_at).min(end);
        let last = self.last.map_or(usize::MAX, |last| usize::try_from(last).unwrap_or(usize::MAX));
        start.max(end.saturating_sub(last))..end
    }

    /// The bounds as given: from (inclusive), to (exclusive), last.
    pub fn bounds(&self) -> (Option<i64>, Option<i64>, Option<u64>) {
        (self.from, self.to, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_combined() {
        let times = [10, 20, 30, 40];
        let rows = |from, to, last| {
            let span = Span::new(from, to, last).expect("valid");
            span.rows(times.len(), |time| times.partition_point(|&t| t < time))
        };
        assert_eq!(rows(None, None, None), 0..4);
        assert_eq!(rows(Some(20), Some(40), None), 1..3);
        assert_eq!(rows(Some(11), None, Some(2)), 2..4);
        assert_eq!(rows(None, Some(30), Some(1)), 1..2);
        assert!(rows(Some(50), None, None).is_empty());
        assert!(rows(Some(12), Some(13), None).is_empty());
        assert_eq!(rows(None, None, Some(u64::MAX)), 0..4);
    }

    #[test]
    fn an_end_is_only_moved_back() {
        let rows = |span: Span| span.rows(4, |time| [10, 20, 30, 40].partition_point(|&t| t < time));
        let span = Span::new(Some(20), Some(40), None).expect("valid");
        assert_eq!(rows(span.until(None)), 1..3);
        assert_eq!(rows(span.until(Some(50))), 1..3);
        assert_eq!(rows(span.until(Some(30))), 1..2);
        assert!(rows(span.until(Some(5))).is_empty());
        assert_eq!(rows(Span::ALL.until(Some(21))), 0..2);
    }

    #[test]
    fn invalid_spans_are_rejected() {
        assert_eq!(Span::new(Some(2), Some(2), None), Err(Error::SpanOrder { from: 2, to: 2 }));
        assert_eq!(Span::new(None, None, Some(0)), Err(Error::SpanLast));
    }
}
