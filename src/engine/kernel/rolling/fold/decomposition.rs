//! The sparse table of a window: its rows, and the entries that cover the window.

/// The maximum number of segments combined in one pass: as many as fit the vector registers.
pub(crate) const SEGMENTS_MAX: usize = 5;

/// The longest segment that is lifted from the bars.
pub(crate) const LIFTED_MAX: usize = 7;

/// Windows shorter than this are lifted from the bars in registers, without a table.
pub(crate) const SHORT: usize = 8;

/// An entry of the table that covers part of a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    /// The index of its row.
    pub(crate) row: usize,
    /// Its number of bars.
    pub(crate) bars: usize,
    /// The lag of its newest bar.
    pub(crate) lag: usize,
}

/// A row of the table: how segments of one length are aggregated.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The number of bars of a segment.
    pub(crate) bars: usize,
    /// The shorter segments it combines, newest first; empty if it is lifted from the bars.
    pub(crate) segments: Vec<Segment>,
}

/// How segments cover a window.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cover {
    /// Every bar once.
    Disjoint,
    /// Bars may be covered twice (idempotent aggregates).
    Overlapping,
}

/// The rows for a window of `window` bars, each combined from earlier rows; the last is the window itself.
pub(crate) fn sparse_table(window: usize, cover: Cover) -> Vec<Row> {
    if window < SHORT {
        return vec![Row { bars: window, segments: vec![] }];
    }
    // The shortest row is lifted from the bars; each next one combines `parts` of the one before.
    let (shortest, parts, segments) = match cover {
        Cover::Disjoint => by_leaves(window),
        Cover::Overlapping => (4, 4, overlapping(window)),
    };
    let largest = segments[0].0;
    let mut sizes: Vec<usize> =
        powers(parts).map(|power| power * shortest).take_while(|bars| *bars <= largest).collect();
    // The bars beyond a multiple of the shortest row, the last segment.
    let rest = segments.last().map_or(shortest, |segment| segment.0);
    if rest < sizes[0] {
        sizes.insert(0, rest);
    }
    let segment = |(bars, lag)| Segment { row: sizes.partition_point(|size| *size < bars), bars, lag };
    let parts = |bars: usize| (0..parts).map(|part| segment((bars / parts, bars / parts * part))).collect();
    let row = |&bars: &usize| Row { bars, segments: if bars > shortest { parts(bars) } else { vec![] } };
    let mut rows: Vec<Row> = sizes.iter().map(row).collect();
    let mut segments: Vec<Segment> = segments.into_iter().map(segment).collect();
    while segments.len() > SEGMENTS_MAX {
        let newer: Vec<Segment> = segments.drain(..SEGMENTS_MAX).collect();
        let bars = newer.iter().map(|segment| segment.bars).sum();
        segments.insert(0, Segment { row: rows.len(), bars, lag: 0 });
        rows.push(Row { bars, segments: newer });
    }
    rows.push(Row { bars: window, segments });
    rows
}

fn powers(base: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(1), move |power| Some(power * base))
}

/// Bars and lags of disjoint segments, longest first, so that most lags are multiples of a cache line. The longest
/// segment is half of the largest that fits: a longer row would be read once per window and cost an extra pass.
pub(super) fn disjoint(window: usize) -> Vec<(usize, usize)> {
    let largest = powers(2).take_while(|bars| *bars <= window).last().expect("a window has a bar");
    let (mut segments, mut bars, mut lag) = (vec![], (largest / 2).max(1), 0);
    while lag < window {
        if lag + bars <= window {
            segments.push((bars, lag));
            lag += bars;
        } else {
            bars /= 2;
        }
    }
    segments
}

/// The length of the shortest segments but the last, of how many parts the longer ones are, and bars and lags of disjoint
/// segments: multiples of that length, longest first, and the rest of the window. A lifted segment of five bars costs about as much as two combinations, so a window of 30
/// is three of ten, each two of five, and not 8 + 8 + 8 + 4 + 2.
fn by_leaves(window: usize) -> (usize, usize, Vec<(usize, usize)>) {
    let cover = |leaf: usize| -> Vec<(usize, usize)> {
        let whole = window / leaf * leaf;
        let mut segments: Vec<_> =
            disjoint(window / leaf).iter().map(|(bars, lag)| (bars * leaf, lag * leaf)).collect();
        segments.extend((whole < window).then_some((window - whole, whole)));
        segments
    };
    // In combinations: those of the rows and of the window, the lifted rows, and half of one for each pass over the block.
    let cost = |leaf: usize| {
        let segments = cover(leaf);
        let rows = (segments[0].0 / leaf).ilog2() as usize;
        let rest = window % leaf;
        6 * rows + 4 * (segments.len() - 1) + 2 * (leaf + rest) + if rest > 0 { 2 } else { 0 }
    };
    let leaf = (4..=LIFTED_MAX).min_by_key(|leaf| cost(*leaf)).expect("there are lengths");
    (leaf, 2, cover(leaf))
}

/// Splits the segment of two bars into single bars if the count allows: that saves a row.
pub(super) fn split_pair(mut segments: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    if let Some(two) = segments.iter().position(|segment| segment.0 == 2)
        && segments.len() < SEGMENTS_MAX
    {
        let lag = segments[two].1;
        segments.splice(two..=two, [(1, lag), (1, lag + 1)]);
    }
    segments
}

/// Bars and lags of segments of equal length, the last two overlapping. Each row takes four of the one before: as many loads as
/// two rows of pairs, and half of the stores.
fn overlapping(window: usize) -> Vec<(usize, usize)> {
    let bars = powers(4).find(|bars| window.div_ceil(*bars) <= SEGMENTS_MAX).expect("powers have no end");
    (0..window.div_ceil(bars)).map(|segment| (bars, (segment * bars).min(window - bars))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_is_covered_by_few_segments_of_earlier_rows() {
        let covers = [Cover::Disjoint, Cover::Overlapping];
        for (window, cover) in (1..=1000).flat_map(|window| covers.map(|cover| (window, cover))) {
            let rows = sparse_table(window, cover);
            let overlaps = matches!(cover, Cover::Overlapping);
            assert_eq!(rows.last().map(|row| row.bars), Some(window));
            for (index, row) in rows.iter().enumerate() {
                assert!(row.segments.len() <= SEGMENTS_MAX && (row.bars < SHORT || !row.segments.is_empty()));
                let mut covered = vec![0; row.bars];
                for segment in &row.segments {
                    assert!(segment.row < index && rows[segment.row].bars == segment.bars);
                    covered[segment.lag..][..segment.bars].iter_mut().for_each(|times| *times += 1);
                }
                assert!(
                    row.segments.is_empty() || covered.iter().all(|times| *times == 1 || (overlaps && *times == 2))
                );
            }
        }
    }
}
