//! The best of many results, in bounded memory.

use std::cmp::Ordering;

use super::question::Order;

/// A result, with what ranks it.
struct Ranked<T> {
    value: f64,
    /// Of equal values, the smaller number goes first.
    number: u64,
    result: T,
}

/// The best results so far.
pub(super) struct Best<T> {
    order: Order,
    kept: Vec<Ranked<T>>,
}

/// The fewest results between two sortings.
const SPARE_MIN: usize = 1024;

impl<T> Best<T> {
    pub(super) fn new(order: Order) -> Self {
        Self { order, kept: vec![] }
    }

    /// Adds a result. At most twice as many as asked for are held.
    pub(super) fn add(&mut self, number: u64, value: f64, result: T) {
        self.kept.push(Ranked { value, number, result });
        if self.kept.len() >= self.order.top.saturating_mul(2).max(SPARE_MIN) {
            self.cut();
        }
    }

    /// The results, best first.
    pub(super) fn finish(mut self) -> impl Iterator<Item = (u64, T)> {
        self.cut();
        self.kept.into_iter().map(|ranked| (ranked.number, ranked.result))
    }

    fn cut(&mut self) {
        let order = self.order;
        self.kept.sort_unstable_by(|one, two| compared(order, one, two));
        self.kept.truncate(order.top);
    }
}

/// Which goes first. NaN goes last, whatever the order.
fn compared<T>(order: Order, one: &Ranked<T>, two: &Ranked<T>) -> Ordering {
    let values = match (one.value.is_nan(), two.value.is_nan()) {
        // Zeros are equal, whatever their sign.
        (false, false) if order.ascending => (one.value + 0.0).total_cmp(&(two.value + 0.0)),
        (false, false) => (two.value + 0.0).total_cmp(&(one.value + 0.0)),
        (one, two) => one.cmp(&two),
    };
    values.then(one.number.cmp(&two.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(values: &[f64], top: usize, ascending: bool) -> Vec<u64> {
        let mut best = Best::new(Order { top, ascending });
        values.iter().enumerate().for_each(|(number, &value)| best.add(number as u64, value, ()));
        best.finish().map(|(number, ())| number).collect()
    }

    #[test]
    fn the_best_are_those_of_a_full_sort() {
        let values: Vec<f64> = (0..5000).map(|i| f64::from(i * 7919 % 1013)).collect();
        for (top, ascending) in [(1, false), (10, true), (700, false), (usize::MAX, true)] {
            let mut all: Vec<u64> = (0..5000).collect();
            let value = |number: &u64| if ascending { values[*number as usize] } else { -values[*number as usize] };
            all.sort_by(|one, two| value(one).total_cmp(&value(two)));
            all.truncate(top);
            assert_eq!(best(&values, top, ascending), all, "{top}");
        }
    }

    #[test]
    fn missing_values_go_last_and_ties_keep_their_order() {
        let values = [f64::NAN, 1.0, -f64::NAN, 1.0, 0.0, -0.0];
        assert_eq!(best(&values, 9, false), [1, 3, 4, 5, 0, 2]);
        assert_eq!(best(&values, 9, true), [4, 5, 1, 3, 0, 2]);
    }
}
