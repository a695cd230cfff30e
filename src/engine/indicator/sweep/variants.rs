//! The variants of a sweep, in tiles that share what they can.
//!
//! A variant is a point of the grid of all parameters. Variants that are computed together share their sub-expressions, and
//! these depend on few parameters each: `crossover(ema(a), ema(b))` has as many averages as a tile has values of `a` and of
//! `b`. So a tile is a box whose sides are about equal, not a row of the grid (loop tiling, as in matrix products).

use std::ops::Range;
use std::sync::Arc;

use super::condition::Condition;
use crate::indicator::{Error, Limits, SweptExpression};

/// The variants of an expression that a condition allows.
#[derive(Debug, Clone)]
pub struct Variants {
    /// The number of values of each parameter.
    counts: Vec<u64>,
    /// A bit for each variant, if there is a condition.
    allowed: Option<Vec<u64>>,
    tried: u64,
}

/// Variants that are computed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Tiles of one band cover a range of the first parameter. Their variants are numbered before those of the next.
    pub band: u64,
    /// The numbers of the variants, ascending.
    pub variants: Vec<u64>,
}

impl Variants {
    /// The variants that pass `condition`; all if there is none. They are held as one bit each: the caller limits their
    /// number.
    pub fn new(swept: &SweptExpression, condition: Option<&str>, limits: &Limits) -> Result<Self, Error> {
        let counts: Vec<u64> = swept.parameters().iter().map(|parameter| parameter.values.count()).collect();
        let all = swept.variants();
        let mut variants = Self { counts, allowed: None, tried: all };
        let Some(text) = condition else { return Ok(variants) };
        let condition = Condition::parse(text, swept.parameters(), limits)?;
        let mut allowed = vec![0_u64; all.div_ceil(64) as usize];
        for number in 0..all {
            if condition.holds(&swept.values(&variants.indices(number))) {
                allowed[(number / 64) as usize] |= 1 << (number % 64);
            }
        }
        variants.tried = allowed.iter().map(|bits| u64::from(bits.count_ones())).sum();
        variants.allowed = Some(allowed);
        Ok(variants)
    }

    /// The number of variants that are allowed.
    pub fn tried(&self) -> u64 {
        self.tried
    }

    /// The index of the value of each parameter. The last parameter changes fastest.
    pub fn indices(&self, number: u64) -> Vec<u64> {
        let mut indices = vec![0; self.counts.len()];
        let mut rest = number;
        for (index, count) in indices.iter_mut().zip(&self.counts).rev() {
            (*index, rest) = (rest % count, rest / count);
        }
        indices
    }

    /// The tiles of at most `size` variants, 1 or more, that cover all allowed variants once, band by band.
    pub fn tiles(self: &Arc<Self>, size: u64) -> impl Iterator<Item = Tile> + Send + use<> {
        let own = Arc::clone(self);
        let sides = self.sides(size);
        let tiles: Vec<u64> = self.counts.iter().zip(&sides).map(|(count, side)| count.div_ceil(*side)).collect();
        (0..tiles.iter().product()).map(move |number| {
            let mut place = vec![0; tiles.len()];
            let mut rest = number;
            for (index, count) in place.iter_mut().zip(&tiles).rev() {
                (*index, rest) = (rest % count, rest / count);
            }
            let ranges: Vec<_> = (place.iter().zip(&sides).zip(&own.counts))
                .map(|((place, side), count)| place * side..(*count).min((place + 1) * side))
                .collect();
            let variants = own.numbers(&ranges);
            Tile { band: place.first().copied().unwrap_or(0), variants }
        })
    }

    /// The sides of a tile: doubled in turn, the shortest first, as long as there is room.
    fn sides(&self, size: u64) -> Vec<u64> {
        let mut sides = vec![1; self.counts.len()];
        loop {
            let room = size / sides.iter().product::<u64>();
            let grows = |&at: &usize| sides[at] < self.counts[at];
            let Some(at) = (0..sides.len()).rev().filter(grows).min_by_key(|&at| sides[at]).filter(|_| room >= 2)
            else {
                return sides;
            };
            sides[at] = (2 * sides[at]).min(self.counts[at]);
        }
    }

    /// The allowed variants of a box, ascending.
    fn numbers(&self, ranges: &[Range<u64>]) -> Vec<u64> {
        let mut numbers = vec![0];
        for (range, count) in ranges.iter().zip(&self.counts) {
            numbers =
                numbers.iter().flat_map(|number| range.clone().map(move |index| number * count + index)).collect();
        }
        if let Some(allowed) = &self.allowed {
            numbers.retain(|number| allowed[(number / 64) as usize] >> (number % 64) & 1 == 1);
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variants(text: &str, condition: Option<&str>) -> Arc<Variants> {
        let limits = Limits::default();
        let swept = SweptExpression::parse(text, &limits).expect("valid");
        Arc::new(Variants::new(&swept, condition, &limits).expect("valid"))
    }

    #[test]
    fn tiles_cover_every_variant_once() {
        for (text, condition) in [
            ("rsi", None),
            ("ema(5..200)", None),
            ("ema(5..200)", Some("period > 7 and period < 100")),
            ("macd(5..20, 21..60 step 3, 9)", None),
            ("macd(5..20, 15..60 step 3, 2..9)", Some("fast < slow")),
        ] {
            let variants = variants(text, condition);
            for size in [1, 2, 7, 64, 10_000] {
                let tiles: Vec<_> = variants.tiles(size).collect();
                assert!(tiles.iter().all(|tile| tile.variants.len() as u64 <= size));
                assert!(tiles.windows(2).all(|pair| pair[0].band <= pair[1].band));
                // The numbers of a band come before those of the next.
                let mut ends = std::collections::BTreeMap::<u64, (u64, u64)>::new();
                for tile in &tiles {
                    for &number in &tile.variants {
                        let (least, most) = ends.entry(tile.band).or_insert((number, number));
                        (*least, *most) = ((*least).min(number), (*most).max(number));
                    }
                }
                let ends: Vec<_> = ends.into_values().collect();
                assert!(ends.windows(2).all(|pair| pair[0].1 < pair[1].0), "{text} by {size}");
                let mut all: Vec<u64> = tiles.into_iter().flat_map(|tile| tile.variants).collect();
                all.sort_unstable();
                assert_eq!(all.len() as u64, variants.tried());
                assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }

    #[test]
    fn conditions_choose() {
        let allowed = variants("macd(5..7, 6..7, 9)", Some("fast < slow"));
        assert_eq!(allowed.tried(), 3);
        let numbers: Vec<u64> = allowed.tiles(100).flat_map(|tile| tile.variants).collect();
        assert_eq!(numbers.iter().map(|&number| allowed.indices(number)).collect::<Vec<_>>(), [[0, 0], [0, 1], [1, 1]]);
        assert_eq!(variants("ema(5..7)", Some("period < 0")).tried(), 0);
    }

    #[test]
    fn tiles_of_two_parameters_are_about_square() {
        let variants = variants("macd(5..104, 105..304 step 2, 9)", None);
        assert_eq!(variants.sides(256), [16, 16]);
        assert_eq!(variants.sides(64), [8, 8]);
        assert_eq!(variants.sides(1), [1, 1]);
        assert_eq!(self::variants("macd(5..6, 105..304 step 2, 9)", None).sides(256), [2, 100]);
    }
}
