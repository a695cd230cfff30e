//! Answers that are drawn: as an HTML file that opens anywhere, and as text in the terminal. Both hold the whole answer.

use std::io::{self, Write};

use atrad::indicator::registry::INDICATORS;
use atrad::rpc::wire::ComputeResponse;
use serde_json::json;

use super::plot;
use crate::cli::times::{self, SECOND};

/// The page around the values, built from `ui/`; `@DATA@` is their place.
const PAGE: &str = include_str!("../../../../ui/dist/report.html");

/// The columns of bars, which follow those of the expressions in an answer that is drawn with candles: labels of their own, as
/// the close may be asked for, too.
pub(super) const BAR: [&str; 5] =
    ["bar_open = open", "bar_high = high", "bar_low = low", "bar_close = close", "bar_volume = volume"];

/// How an answer is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Html,
    Plot,
}

/// An answer to be drawn.
pub(crate) struct Drawing {
    kind: Kind,
    title: String,
    labels: Vec<String>,
    /// Whether a column has the scale of prices.
    over: Vec<bool>,
    times: Vec<i64>,
    columns: Vec<Vec<f64>>,
    output: Box<dyn Write + Send>,
}

impl Drawing {
    pub(super) fn new(kind: Kind, title: &str, first: &ComputeResponse, output: Box<dyn Write + Send>) -> Self {
        let labels: Vec<_> = first.columns.iter().map(|column| column.label.clone()).collect();
        let over = first.infos.iter().map(|info| has_scale_of_prices(&info.expression)).collect();
        let (times, columns) = (Vec::new(), vec![Vec::new(); labels.len()]);
        Self { kind, title: title.into(), labels, over, times, columns, output }
    }

    pub(super) fn add(&mut self, times: Vec<i64>, columns: Vec<Vec<f64>>) {
        self.times.extend(times);
        for (all, more) in self.columns.iter_mut().zip(columns) {
            all.extend(more);
        }
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        match self.kind {
            Kind::Html => self.write_html()?,
            Kind::Plot => self.write_plot()?,
        }
        self.output.flush()
    }

    /// Writes the page with the values as JSON. No text in it can end the element that holds them.
    fn write_html(&mut self) -> io::Result<()> {
        let (head, tail) = PAGE.split_once("@DATA@").expect("the page has a place for values");
        let output = &mut self.output;
        output.write_all(head.as_bytes())?;
        let of_bars = BAR.map(|column| column.split(' ').next().unwrap_or_default().to_owned());
        let has_bars = self.labels.ends_with(&of_bars);
        let gaps = self.times.windows(2).map(|pair| pair[1] - pair[0]);
        let bar_seconds = gaps.min().unwrap_or(60 * SECOND) as f64 / SECOND as f64;
        let title = plain(&self.title);
        write!(output, "{{\"title\":{title},\"barSeconds\":{bar_seconds},\"hasBars\":{has_bars},\"times\":[")?;
        write_list(output, self.times.iter().map(|time| *time as f64 / SECOND as f64))?;
        output.write_all(b"],\"columns\":[")?;
        for (at, (label, values)) in self.labels.iter().zip(&self.columns).enumerate() {
            let (comma, over) = (if at == 0 { "" } else { "," }, self.over.get(at).is_some_and(|over| *over));
            write!(output, "{comma}{{\"label\":{},\"isOver\":{over},\"values\":[", plain(label))?;
            write_list(output, values.iter().copied())?;
            output.write_all(b"]}")?;
        }
        output.write_all(b"]}")?;
        output.write_all(tail.as_bytes())
    }

    fn write_plot(&mut self) -> io::Result<()> {
        let (rows, output) = (self.times.len(), &mut self.output);
        let span = match (self.times.first(), self.times.last()) {
            (Some(first), Some(last)) => format!(", {} to {}", times::write(*first), times::write(*last)),
            _ => String::new(),
        };
        writeln!(output, "{}: {rows} bars{span}", self.title)?;
        let width = plot::width();
        for (label, values) in self.labels.iter().zip(&self.columns) {
            writeln!(output, "\n{label}")?;
            for line in plot::lines(values, width) {
                writeln!(output, "{line}")?;
            }
        }
        Ok(())
    }
}

/// Whether an expression has the scale of prices: all indicators that it names are averages or prices of some kind, and nothing
/// is compared or computed with them.
fn has_scale_of_prices(canonical: &str) -> bool {
    if has_operator(canonical) {
        return false;
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = canonical.split(|c: char| !is_word(c)).filter(|word| !word.is_empty());
    words.into_iter().all(|word| match INDICATORS.iter().find(|indicator| indicator.name == word) {
        Some(indicator) => matches!(indicator.group.name(), "overlap" | "price"),
        None => !matches!(word, "volume" | "returns" | "time" | "and" | "or" | "not"),
    })
}

/// Whether an operator stands in an expression: a minus sign only after an operand, as numbers have signs too.
fn has_operator(canonical: &str) -> bool {
    let minus = canonical.match_indices('-').any(|(at, _)| {
        let before = canonical[..at].trim_end();
        before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == ')')
    });
    minus || canonical.contains("==") || canonical.contains(['<', '>', '!', '+', '*', '/', '%', '^', '&', '|'])
}

/// A text as JSON in which no markup can begin.
fn plain(text: &str) -> String {
    json!(text).to_string().replace('<', "\\u003c").replace('>', "\\u003e")
}

/// Numbers of JSON, in which NaN and infinities are null.
fn write_list(output: &mut impl Write, values: impl Iterator<Item = f64>) -> io::Result<()> {
    for (at, value) in values.enumerate() {
        let comma = if at == 0 { "" } else { "," };
        match value.is_finite() {
            true => write!(output, "{comma}{value}")?,
            false => write!(output, "{comma}null")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_element_of_the_values() {
        assert_eq!(plain("</script><b>\"x\""), r#""\u003c/script\u003e\u003cb\u003e\"x\"""#);
        let read: String = serde_json::from_str(&plain("close < 3")).expect("JSON");
        assert_eq!(read, "close < 3");
    }

    #[test]
    fn averages_are_drawn_over_prices() {
        for (canonical, over) in [
            ("ema(close, 20, seed=sma)", true),
            ("close", true),
            ("rsi(close, 14, method=wilder)", false),
            ("ema(rsi(close, 14, method=wilder), 9, seed=sma)", false),
            ("volume", false),
            ("close < 3", false),
            ("not(close)", false),
            ("ema(close, 20, seed=sma) - ema(close, 50, seed=sma)", false),
            ("shift(close, -1)", true),
        ] {
            assert_eq!(has_scale_of_prices(canonical), over, "{canonical}");
        }
    }

    #[test]
    fn what_json_has_no_number_for_is_null() {
        let mut text = Vec::new();
        write_list(&mut text, [1.5, f64::NAN, -0.25, f64::INFINITY, 1e21].into_iter()).expect("written");
        let text = String::from_utf8(text).expect("text");
        assert_eq!(text, "1.5,null,-0.25,null,1000000000000000000000");
    }

    #[test]
    fn the_page_has_one_place_for_values() {
        assert_eq!(PAGE.matches("@DATA@").count(), 1);
        assert!(PAGE.contains("default-src 'none'") && !PAGE.contains("://"), "it loads nothing");
    }
}
