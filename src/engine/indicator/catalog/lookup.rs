//! Lookup of indicators and presets by name, with TA-Lib spellings, and suggestions by edit distance.

use std::sync::LazyLock;

use foldhash::HashMap;

use crate::indicator::expression::parser::WORDS;
use crate::indicator::registry::INDICATORS;
use crate::indicator::{FUNCTIONS, Indicator, Input};

/// A name for several expressions.
#[derive(Debug, PartialEq)]
pub struct Preset {
    /// Its name, an expression on its own.
    pub name: &'static str,
    /// What it is for, one sentence.
    pub summary: &'static str,
    /// The expressions it stands for.
    pub expressions: &'static [&'static str],
}

/// Every preset.
pub static PRESETS: &[Preset] = &[Preset {
    name: "atra",
    summary: "the frame of the atra agents: two averages, the strength of returns, relative volume and volatility",
    expressions: &["ema(7)", "ema(25)", "return_strength(14)", "volume_ratio(20)", "volatility(20)"],
}];

/// The indicator of this name, ignoring case and `_`: `CDLENGULFING` is `cdl_engulfing`.
pub fn indicator(name: &str) -> Option<&'static Indicator> {
    // Sweeps look up names for each variant.
    static BY_LETTERS: LazyLock<HashMap<Vec<u8>, &'static Indicator>> = LazyLock::new(|| {
        INDICATORS.iter().rev().map(|&indicator| (letters(indicator.name).collect(), indicator)).collect()
    });
    BY_LETTERS.get(&letters(name).collect::<Vec<u8>>()).copied()
}

/// The significant letters of a name.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|letter| *letter != b'_').map(|letter| letter.to_ascii_lowercase())
}

/// The preset of this name, in any case.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name.eq_ignore_ascii_case(name))
}

/// Common spellings of numbers that expressions do not have.
const NO_NUMBERS: [&str; 3] = ["nan", "inf", "infinity"];

/// Whether the name is unused in expressions, so that an extra column may have it.
pub fn is_free(name: &str) -> bool {
    let used = Input::by_name(name).is_some() || indicator(name).is_some() || preset(name).is_some();
    let is_function = FUNCTIONS.iter().any(|function| function.name.eq_ignore_ascii_case(name));
    let is_plain = !name.starts_with(|first: char| first.is_ascii_digit());
    is_plain && !used && !is_function && !WORDS.contains(&name) && !NO_NUMBERS.contains(&name)
}

/// The most similar name of an indicator, preset, column or function, if any is similar enough.
pub fn similar(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let indicators = INDICATORS.iter().map(|indicator| indicator.name);
    let names = indicators.chain(PRESETS.iter().map(|preset| preset.name)).chain(Input::ALL.map(Input::name));
    let names = names.chain(FUNCTIONS.iter().map(|function| function.name));
    nearest(&name, names)
}

/// The most similar of some names, in any case, if one is similar enough. A long name is similar to none: it would take time
/// in proportion to its length, and a caller chooses that.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LENGTH_MAX: usize = 64;
    if name.len() > LENGTH_MAX {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let near = names.into_iter().map(|known| (distance(&name, &known.to_ascii_lowercase()), known)).min()?;
    // A name of one letter is similar to all others of one letter.
    (near.0 <= 1 + name.len() / 4 && near.0 < name.len()).then_some(near.1)
}

/// As [`nearest`], of a short list, where a name that begins as another does is similar too: `histogram` and `hist`.
pub fn nearest_of_few<'a>(name: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    const BEGINNING: usize = 3;
    let begins = |known: &&str| {
        let shared = name.len().min(known.len());
        let same = |shared| name.as_bytes()[..shared].eq_ignore_ascii_case(&known.as_bytes()[..shared]);
        shared >= BEGINNING && same(shared)
    };
    nearest(name, names.clone()).or_else(|| names.into_iter().find(begins))
}

/// The edit distance of two names, where two letters in the wrong order are one edit (optimal string alignment, Damerau
/// 1964).
fn distance(one: &str, two: &str) -> usize {
    let (one, two) = (one.as_bytes(), two.as_bytes());
    let mut rows: [Vec<usize>; 3] = [vec![], vec![], (0..=two.len()).collect()];
    for i in 0..one.len() {
        rows.rotate_left(1);
        let mut row = vec![i + 1];
        for j in 0..two.len() {
            let [_, before, ..] = &rows;
            let changed = before[j] + usize::from(one[i] != two[j]);
            let mut best = changed.min(before[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i] == two[j - 1] && one[i - 1] == two[j] {
                best = best.min(rows[0][j - 1] + 1);
            }
            row.push(best);
        }
        rows[2] = row;
    }
    rows[2][two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{Expression, Limits};

    #[test]
    fn names_are_unique_sorted_and_plain() {
        let keys: Vec<_> = INDICATORS.iter().map(|i| (i.group, i.name)).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "in the order of group, then name: {keys:?}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        for indicator in INDICATORS.iter() {
            assert!(indicator.name.chars().all(plain), "{}", indicator.name);
            assert!(preset(indicator.name).is_none() && Input::by_name(indicator.name).is_none());
            assert_eq!(INDICATORS.iter().filter(|other| letters(other.name).eq(letters(indicator.name))).count(), 1);
        }
    }

    #[test]
    fn declarations_are_sound() {
        for indicator in INDICATORS.iter() {
            for text in [indicator.title, indicator.summary, indicator.formula, indicator.source] {
                assert!(!text.is_empty() && text.is_ascii(), "{}: {text}", indicator.name);
            }
            assert!(!indicator.outputs.is_empty() && !indicator.inputs.is_empty(), "{}", indicator.name);
            assert!(indicator.lookback() < 1000, "{}", indicator.name);
        }
    }

    #[test]
    fn spellings_of_talib_are_understood() {
        for name in ["CDLENGULFING", "CdlEngulfing", "cdl_engulfing", "CDL_ENGULFING"] {
            assert_eq!(indicator(name).map(|found| found.name), Some("cdl_engulfing"));
        }
        assert_eq!(indicator("CDLENGULFIN"), None);
    }

    #[test]
    fn presets_are_expressions() {
        for preset in PRESETS {
            for text in preset.expressions {
                Expression::parse(text, &Limits::default()).expect(text);
            }
        }
    }

    #[test]
    fn a_slip_of_the_hand_is_understood() {
        assert_eq!(similar("smaa"), Some("sma"));
        assert_eq!(similar("colse"), Some("close"));
        assert_eq!(similar("ris"), Some("rsi"));
        assert_eq!((similar("zzzzzz"), similar("q")), (None, None));
        let outputs = ["macd", "signal", "hist"];
        assert_eq!(nearest_of_few("Histogram", outputs), Some("hist"));
        assert_eq!((nearest_of_few("sig", outputs), nearest_of_few("si", outputs)), (Some("signal"), None));
    }

    #[test]
    fn distances_are_the_fewest_edits() {
        for (one, two, edits) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("rsi", "ris", 1), ("kitten", "sitting", 3), ("ca", "abc", 3)]
        {
            assert_eq!((distance(one, two), distance(two, one)), (edits, edits), "{one} and {two}");
        }
    }
}
