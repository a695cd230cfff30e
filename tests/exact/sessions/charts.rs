//! Charts without time.

use super::*;

fn renko(bars: &Bars, brick: f64, output: usize) -> Values {
    let start = bars.bar(0).close;
    let (mut bottom, mut top, mut direction) = (0i64, 0i64, 0.0);
    let mut values = Vec::new();
    for row in 0..bars.len() {
        let place = ((e(bars.bar(row).close) - e(start)) / e(brick)).value();
        let mut bricks = 0.0;
        while place >= (top + 1) as f64 {
            (bottom, top, direction, bricks) = (top, top + 1, 1.0, bricks + 1.0);
        }
        while place <= (bottom - 1) as f64 {
            (bottom, top, direction, bricks) = (bottom - 1, bottom, -1.0, bricks - 1.0);
        }
        let end = if direction < 0.0 { bottom } else { top };
        values.push([e(start) + e(end as f64) * e(brick), e(direction), e(bricks)][output]);
    }
    values
}

/// The points at which a Kagi line turns, the last of which is its end.
fn kagi(bars: &Bars, share: f64, output: usize) -> Values {
    let mut points = vec![bars.bar(0).close];
    let mut thickness = 0.0;
    let mut values = Vec::new();
    for row in 0..bars.len() {
        let (close, end) = (bars.bar(row).close, points[points.len() - 1]);
        let direction = points.len().checked_sub(2).map_or(0.0, |before| sign_of(end - points[before], 0.0));
        let reverses = (close - end).abs() >= share * end && close != end;
        if direction != 0.0 && sign_of(close - end, 0.0) == direction {
            *points.last_mut().expect("an end") = close;
        } else if reverses {
            points.push(close);
        }
        let end = points[points.len() - 1];
        let direction = points.len().checked_sub(2).map_or(0.0, |before| sign_of(end - points[before], 0.0));
        // The newest turn of the same side: two before the end; the first point is none.
        if let Some(turn) = points.len().checked_sub(3).filter(|&turn| turn > 0) {
            thickness = if direction * end > direction * points[turn] { direction } else { thickness };
        }
        values.push([end, direction, thickness][output]);
    }
    plain(values)
}

fn linebreak(bars: &Bars, count: usize, output: usize) -> Values {
    let mut lines: Vec<[f64; 2]> = vec![];
    let first = bars.bar(0).close;
    let mut values = Vec::new();
    for row in 0..bars.len() {
        let close = bars.bar(row).close;
        match lines.last().copied() {
            None if close != first => lines.push([first, close]),
            None => {}
            Some([begin, end]) => {
                let ends: Vec<f64> = lines.iter().rev().take(count).flatten().copied().collect();
                let up = end > begin;
                let (top, bottom) = (largest(&ends), smallest(&ends));
                if (up && close > end) || (!up && close < end) {
                    lines.push([end, close]);
                } else if (up && close < bottom) || (!up && close > top) {
                    lines.push([begin, close]);
                }
            }
        }
        let [begin, end] = lines.last().copied().unwrap_or([first, first]);
        values.push([end, sign_of(end - begin, 0.0)][output]);
    }
    plain(values)
}

pub(super) const CHARTS: &[Reference] = &[
    ("renko(0.5).level", |bars, _| renko(bars, 0.5, 0)),
    ("renko(0.5).direction", |bars, _| renko(bars, 0.5, 1)),
    ("renko(0.5).bricks", |bars, _| renko(bars, 0.5, 2)),
    ("kagi(0.5).line", |bars, _| kagi(bars, 0.005, 0)),
    ("kagi(0.5).direction", |bars, _| kagi(bars, 0.005, 1)),
    ("kagi(0.5).thickness", |bars, _| kagi(bars, 0.005, 2)),
    ("linebreak.line", |bars, _| linebreak(bars, 3, 0)),
    ("linebreak(5).line", |bars, _| linebreak(bars, 5, 0)),
    ("linebreak(2).direction", |bars, _| linebreak(bars, 2, 1)),
];
