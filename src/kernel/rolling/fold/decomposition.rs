//! Of which pieces windows are put together.

/// The most pieces that are joined at once.
pub(crate) const PIECES_MAX: usize = 5;

/// The largest number of bars whose fold is made from the bars themselves.
pub(crate) const FROM_BARS: usize = 4;

/// Windows of fewer bars have no parts.
pub(crate) const FEW: usize = 8;

/// Where a piece is found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The index of its part.
    pub(crate) part: usize,
    /// The number of bars of it.
    pub(crate) bars: usize,
    /// How many bars ago its newest bar was.
    pub(crate) lag: usize,
}

/// What a window, or a part of it, is made of.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The number of its bars.
    pub(crate) bars: usize,
    /// Its pieces, newest first; none where it is made from the bars themselves.
    pub(crate) places: Vec<Place>,
}

/// How pieces may be chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Choice {
    /// They cover each bar once.
    Disjoint,
    /// The same, and a piece of one bar costs nothing to make.
    Plain,
    /// They may overlap.
    Overlapping,
}

/// The parts of a window of so many bars, each made of those before it; the last is the window itself.
pub(crate) fn parts(window: usize, choice: Choice) -> Vec<Part> {
    if window < FEW {
        return vec![Part { bars: window, places: vec![] }];
    }
    let pieces = match choice {
        Choice::Disjoint => disjoint(window),
        Choice::Plain => split(disjoint(window)),
        Choice::Overlapping => overlapping(window),
    };
    let largest = pieces[0].0;
    let is_used = |bars: &usize| *bars >= FROM_BARS || pieces.iter().any(|piece| piece.0 == *bars);
    let sizes: Vec<usize> = powers().take_while(|bars| *bars <= largest).filter(is_used).collect();
    let place = |(bars, lag)| Place { part: sizes.partition_point(|size| *size < bars), bars, lag };
    let halves = |bars: usize| [(bars / 2, 0), (bars / 2, bars / 2)].map(place).to_vec();
    let part = |&bars: &usize| Part { bars, places: if bars > FROM_BARS { halves(bars) } else { vec![] } };
    let mut parts: Vec<Part> = sizes.iter().map(part).collect();
    let mut places: Vec<Place> = pieces.into_iter().map(place).collect();
    while places.len() > PIECES_MAX {
        let newer: Vec<Place> = places.drain(..PIECES_MAX).collect();
        let bars = newer.iter().map(|place| place.bars).sum();
        places.insert(0, Place { part: parts.len(), bars, lag: 0 });
        parts.push(Part { bars, places: newer });
    }
    parts.push(Part { bars: window, places });
    parts
}

fn powers() -> impl Iterator<Item = usize> {
    std::iter::successors(Some(1), |bars| Some(bars * 2))
}

/// Bars and lags of pieces that cover the window, largest first, so that most lags are whole cache lines. The largest
/// are of half as many bars as could be, for those could be read but once.
fn disjoint(window: usize) -> Vec<(usize, usize)> {
    let largest = powers().take_while(|bars| *bars <= window).last().expect("a window has a bar");
    let (mut pieces, mut bars, mut lag) = (vec![], largest / 2, 0);
    while lag < window {
        if lag + bars <= window {
            pieces.push((bars, lag));
            lag += bars;
        } else {
            bars /= 2;
        }
    }
    pieces
}

/// The pieces, with two of one bar instead of one of two bars where there is room: so no part of two bars is made.
fn split(mut pieces: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    if let Some(two) = pieces.iter().position(|piece| piece.0 == 2)
        && pieces.len() < PIECES_MAX
    {
        let lag = pieces[two].1;
        pieces.splice(two..=two, [(1, lag), (1, lag + 1)]);
    }
    pieces
}

/// Bars and lags of a few pieces of one size that cover the window, the last two overlapping.
fn overlapping(window: usize) -> Vec<(usize, usize)> {
    let bars = powers().find(|bars| window.div_ceil(*bars) < PIECES_MAX).expect("powers of two have no end");
    (0..window.div_ceil(bars)).map(|piece| (bars, (piece * bars).min(window - bars))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_is_covered_by_few_pieces_of_parts_before() {
        let choices = [Choice::Disjoint, Choice::Plain, Choice::Overlapping];
        for (window, choice) in (1..=1000).flat_map(|window| choices.map(|choice| (window, choice))) {
            let parts = parts(window, choice);
            let overlaps = matches!(choice, Choice::Overlapping);
            assert_eq!(parts.last().map(|part| part.bars), Some(window));
            for (index, part) in parts.iter().enumerate() {
                assert!(part.places.len() <= PIECES_MAX && (part.bars < FEW || !part.places.is_empty()));
                let mut covered = vec![0; part.bars];
                for place in &part.places {
                    assert!(place.part < index && parts[place.part].bars == place.bars);
                    covered[place.lag..][..place.bars].iter_mut().for_each(|times| *times += 1);
                }
                assert!(part.places.is_empty() || covered.iter().all(|times| *times == 1 || (overlaps && *times == 2)));
            }
        }
    }
}
