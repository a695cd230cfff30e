//! A line of values as text: Braille patterns, eight dots a letter.
//!
//! Each column of dots is drawn from the smallest to the largest of its values, joined to the one before (M4, Jugel et al. 2014),
//! so no extreme is lost however many values there are.

use std::ops::RangeInclusive;

use crate::cli::output::number;

/// The letters of a line without a terminal that says how many it has.
const WIDTH: usize = 100;

/// The lines of a plot.
const HEIGHT: usize = 8;

/// The letters before the plot: the largest and the smallest value.
const LABEL: usize = 14;

/// The dots of a Braille letter: its column, then its row from the top. U+2800 is the empty one.
const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// The letters of a line of the terminal.
pub(super) fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0.into()).clamp(40, 400)
}

/// The plot of values, in lines of at most `width` letters.
pub(super) fn lines(values: &[f64], width: usize) -> Vec<String> {
    let known = || values.iter().copied().filter(|value| value.is_finite());
    let (min, max) =
        known().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| (min.min(value), max.max(value)));
    if min > max {
        return vec!["no values".into()];
    }
    let letters = width.saturating_sub(LABEL + 2).max(1);
    let mut canvas = Canvas { letters, cells: vec![0; letters * HEIGHT] };
    let top = 4 * HEIGHT - 1;
    let scale = if max > min { top as f64 / (max - min) } else { 0.0 };
    let row = |value: f64| if max > min { top - ((value - min) * scale).round() as usize } else { top / 2 };
    let mut before = None;
    for (column, bucket) in buckets(values.len(), 2 * letters) {
        let mut dots = values[bucket].iter().copied().filter(|value| value.is_finite()).map(row);
        let joined = dots.clone().next().and(before).into_iter().chain(dots.clone());
        if let (Some(high), Some(low)) = (joined.clone().min(), joined.max()) {
            canvas.line(column, high..=low);
        }
        before = dots.next_back();
    }
    let label = |line: usize| match line {
        0 => short(max),
        line if line == HEIGHT - 1 => short(min),
        _ => String::new(),
    };
    let shown = (0..HEIGHT).map(|line| format!("{:>LABEL$} {}", label(line), canvas.text(line)));
    let last = values.last().filter(|value| value.is_finite());
    shown.chain(last.map(|last| format!("{:>LABEL$} last", short(*last)))).collect()
}

/// The values of each column of dots; fewer values than columns are spread over them.
fn buckets(values: usize, columns: usize) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> {
    let used = values.min(columns);
    (0..used).map(move |at| (at * columns / used, at * values / used..(at + 1) * values / used))
}

/// A number in at most as many letters as there are for it.
fn short(value: f64) -> String {
    let whole = number(value);
    if whole.len() < LABEL { whole } else { format!("{value:.*e}", LABEL - 9) }
}

struct Canvas {
    letters: usize,
    cells: Vec<u32>,
}

impl Canvas {
    /// Sets the dots of a column between two rows.
    fn line(&mut self, column: usize, rows: RangeInclusive<usize>) {
        for row in rows {
            self.cells[row / 4 * self.letters + column / 2] |= DOTS[column % 2][row % 4];
        }
    }

    fn text(&self, line: usize) -> String {
        let cells = &self.cells[line * self.letters..(line + 1) * self.letters];
        let text: String = cells.iter().filter_map(|dots| char::from_u32(0x2800 + dots)).collect();
        text.trim_end_matches('\u{2800}').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dots of a plot: those of each column, from the top.
    fn dots(lines: &[String], columns: usize) -> Vec<Vec<usize>> {
        let mut found = vec![Vec::new(); columns];
        for (line, text) in lines.iter().take(HEIGHT).enumerate() {
            for (letter, c) in text.chars().skip(LABEL + 1).enumerate() {
                for (column, rows) in DOTS.iter().enumerate() {
                    let set = rows.iter().enumerate().filter(|(_, bit)| (c as u32 - 0x2800) & **bit != 0);
                    found[2 * letter + column].extend(set.map(|(row, _)| 4 * line + row));
                }
            }
        }
        found
    }

    #[test]
    fn a_spike_among_a_million_values_is_seen() {
        let mut values = vec![1.0; 1_000_000];
        values[500_123] = 9.0;
        let lines = lines(&values, 60);
        let found = dots(&lines, 2 * 44);
        assert_eq!(found.iter().filter(|rows| rows.contains(&0)).count(), 1, "{lines:#?}");
        assert!(found.iter().all(|rows| rows.contains(&31)), "{lines:#?}");
        assert!(
            lines[0].trim_start().starts_with('9') && lines[HEIGHT - 1].trim_start().starts_with('1'),
            "{lines:#?}"
        );
    }

    #[test]
    fn gaps_and_flat_lines_are_drawn() {
        assert_eq!(lines(&[f64::NAN; 3], 60), ["no values"]);
        assert_eq!(lines(&[], 60), ["no values"]);
        let flat = dots(&lines(&[2.0, 2.0], 60), 88);
        assert_eq!(flat.iter().filter(|rows| !rows.is_empty()).count(), 2);
        let gap = dots(&lines(&[1.0, f64::NAN, 3.0], 60), 88);
        assert_eq!(gap.iter().filter(|rows| !rows.is_empty()).collect::<Vec<_>>(), [&vec![31], &vec![0]]);
    }

    #[test]
    fn long_numbers_are_shortened() {
        for value in [1.0 / 3.0, -1.0 / 3.0, 123_456_789_012_345.0, 5.0, -1e-300] {
            assert!(short(value).len() <= LABEL, "{}", short(value));
        }
    }
}
