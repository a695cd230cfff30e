//! Patterns of averages of averages.

use super::{Found, Matcher, found};
use crate::indicator::Port;
use crate::kernel::{
    Absolute, Aligned, Change, FirstOrder, Hold, LinearCombination, RateOfChange, ScaledRatio, Shape, WarmUp,
    WeightedSum,
};

impl Matcher<'_> {
    pub(super) fn convergence(&self, hist: usize) -> Option<Found> {
        let [line, Port::Node { node: signal, output: 0 }] = self.difference(hist)? else { return None };
        let Port::Node { node, output: 0 } = line else { return None };
        self.kernel::<FirstOrder>(signal).filter(|_| self.nodes[signal].inputs == [line])?;
        // What is given out as the line: itself, or where there is a signal.
        let mut others = self.readers[node].iter().copied().filter(|reader| ![hist, signal].contains(reader));
        let shown = others.next();
        if others.any(|other| Some(other) != shown) {
            return None;
        }
        let first = match shown {
            // Nobody reads it; the histogram is named last too.
            None => hist,
            Some(usize::MAX) => (self.nodes[signal].lookback == self.nodes[node].lookback).then_some(node)?,
            Some(shown) => {
                let is_late = |warm: &WarmUp| self.nodes[signal].lookback == self.nodes[node].lookback + warm.bars;
                let is_aligned = self.kernel::<Aligned>(shown).is_some()
                    && self.nodes[shown].inputs == [line, Port::Node { node: signal, output: 0 }];
                (is_aligned || self.kernel::<WarmUp>(shown).is_some_and(is_late)).then_some(shown)?
            }
        };
        let pair = self.difference(node)?;
        let ((fast, x), (slow, other)) = (self.scan(pair[0], &[node])?, self.scan(pair[1], &[node])?);
        let inner = [fast, slow].into_iter().chain((first != node).then_some(node)).collect();
        (x == other).then_some(Found {
            shape: Shape::Convergence,
            scans: vec![fast, slow, signal],
            numbers: [0.0; 4],
            mask: 0,
            inputs: vec![x],
            outputs: vec![first, signal, hist],
            inner,
        })
    }

    pub(super) fn combined(&self, at: usize) -> Option<Found> {
        let &LinearCombination { first, second } = self.kernel(at)?;
        let [one, two] = self.inputs(at)?;
        let numbers = [first, second, 0.0, 0.0];
        if let Some((twice, below)) = self.scan(two, &[at]).filter(|(_, below)| *below == one) {
            let (once, x) = self.scan(below, &[at, twice])?;
            return Some(found(Shape::Twice, vec![once, twice], numbers, vec![x], at, vec![]));
        }
        let lag = self.read_by(one, &[at])?;
        let [one, second] = self.difference(lag)?;
        let (thrice, below) = self.scan(two, &[at]).filter(|(_, below)| *below == second)?;
        let (twice, below) = self.scan(below, &[lag, thrice]).filter(|(_, below)| *below == one)?;
        let (once, x) = self.scan(below, &[lag, twice])?;
        Some(found(Shape::Thrice, vec![once, twice, thrice], numbers, vec![x], at, vec![lag]))
    }

    pub(super) fn sixfold(&self, at: usize) -> Option<Found> {
        let &WeightedSum { weights } = self.kernel(at)?;
        let [three, four, five, six] = self.inputs(at)?;
        let (sixth, below) = self.scan(six, &[at]).filter(|(_, below)| *below == five)?;
        let (fifth, below) = self.scan(below, &[at, sixth]).filter(|(_, below)| *below == four)?;
        let (fourth, below) = self.scan(below, &[at, fifth]).filter(|(_, below)| *below == three)?;
        let (third, below) = self.scan(below, &[at, fourth])?;
        let (second, below) = self.scan(below, &[third])?;
        let (first, x) = self.scan(below, &[second])?;
        let scans = vec![first, second, third, fourth, fifth, sixth];
        Some(found(Shape::Sixfold, scans, weights, vec![x], at, vec![]))
    }

    /// The distances of two values from an average that nothing else reads.
    pub(super) fn distances(&self, at: usize) -> Option<Found> {
        let [second, average] = self.difference(at)?;
        let Port::Node { node, output: 0 } = average else { return None };
        let &other = self.readers[node].iter().find(|&&reader| reader < at)?;
        let (scan, x) = self.scan(average, &[other, at])?;
        let [first, _] = self.difference(other).filter(|[first, second]| *second == average && *first != average)?;
        let inputs = vec![first, second, x];
        let (outputs, inner) = (vec![other, at], vec![scan]);
        (second != average).then_some(Found {
            shape: Shape::Distances,
            scans: vec![scan],
            numbers: [0.0; 4],
            mask: 0,
            inputs,
            outputs,
            inner,
        })
    }

    pub(super) fn thrice_rate(&self, at: usize) -> Option<Found> {
        let &RateOfChange { bars: 1, scale } = self.kernel(at)? else { return None };
        let (third, below) = self.scan(self.nodes[at].inputs[0], &[at])?;
        let (second, below) = self.scan(below, &[third])?;
        let (first, x) = self.scan(below, &[second])?;
        let numbers = [scale, 0.0, 0.0, 0.0];
        Some(found(Shape::ThriceRate, vec![first, second, third], numbers, vec![x], at, vec![]))
    }

    pub(super) fn strength(&self, at: usize) -> Option<Found> {
        let &Hold { drifts: true, after: 0 } = self.kernel(at)? else { return None };
        let [strength, change, size] = self.inputs(at)?;
        let ratio = self.read_by(strength, &[at])?;
        let &ScaledRatio { scale, flat } = self.kernel(ratio)?;
        let [one, two] = self.inputs(ratio)?;
        let (twice, below) = self.scan(one, &[ratio])?;
        let (once, _) = self.scan(below, &[twice]).filter(|(_, below)| *below == change)?;
        let (twice_size, below) = self.scan(two, &[ratio])?;
        let (once_size, _) = self.scan(below, &[twice_size]).filter(|(_, below)| *below == size)?;
        let size = self.read_by(size, &[at, once_size])?;
        self.kernel::<Absolute>(size).filter(|_| self.nodes[size].inputs == [change])?;
        let change = self.read_by(change, &[at, once, size])?;
        let &Change { bars: 1 } = self.kernel(change)? else { return None };
        let scans = vec![once, twice, once_size, twice_size];
        let x = self.nodes[change].inputs[0];
        Some(found(Shape::Strength, scans, [scale, flat, 0.0, 0.0], vec![x], at, vec![ratio, size, change]))
    }
}
