//! Candlestick patterns against TA-Lib: the same answer at every bar, of real series and of one in which every pattern
//! gives every answer it can.

use std::sync::{Arc, LazyLock};

use atrad::indicator::{Group, Indicator, Kind, Value, registry};
use atrad::kernel::{BLOCK, Level};
use atrad::series::{Bar, Bars, Columns};
use ta_lib::{CandleSetting, CandleSettingType, Core, RangeType};

use crate::REAL;
use crate::common::series::Random;
use crate::common::trials::Trials;
use crate::common::{Question, columns, plan, talib};
use crate::starts::WINDOWS;

/// Our name of a setting, TA-Lib's, and what it averages.
const SETTINGS: [(&str, CandleSettingType, RangeType); 10] = [
    ("long", CandleSettingType::BodyLong, RangeType::RealBody),
    ("short", CandleSettingType::BodyShort, RangeType::RealBody),
    ("doji", CandleSettingType::BodyDoji, RangeType::HighLow),
    ("shadow_long", CandleSettingType::ShadowLong, RangeType::RealBody),
    ("shadow_very_long", CandleSettingType::ShadowVeryLong, RangeType::RealBody),
    ("shadow_short", CandleSettingType::ShadowShort, RangeType::Shadows),
    ("shadow_very_short", CandleSettingType::ShadowVeryShort, RangeType::HighLow),
    ("near", CandleSettingType::Near, RangeType::HighLow),
    ("far", CandleSettingType::Far, RangeType::HighLow),
    ("equal", CandleSettingType::Equal, RangeType::HighLow),
];

/// Bars in which every pattern gives every answer.
static SOUPS: LazyLock<Vec<Arc<Bars>>> = LazyLock::new(|| (1..=4).map(|seed| soup(seed, 500_000)).collect());

pub(crate) fn add(trials: &mut Trials) {
    trials.single("patterns::all_are_there", || assert_eq!(patterns().len(), 61));
    let mut each = |law: &str, test| trials.each_of(&format!("patterns::{law}"), patterns(), test);
    each("real", real_series_are_answered_as_by_talib);
    each("starts", every_window_is_answered_as_by_talib);
    each("answers", every_answer_is_given_as_talib_does);
    each("settings", other_settings_are_those_of_talib);
    each("hole", a_bar_without_a_price_is_forgotten_after_the_lookback);
    each("together", together_is_as_alone_however_it_is_cut);
}

fn patterns() -> Vec<&'static Indicator> {
    registry::INDICATORS.iter().copied().filter(|indicator| indicator.group == Group::Pattern).collect()
}

fn value(question: &Question, name: &str) -> Option<Value> {
    let at = question.indicator.params.iter().position(|param| param.name == name)?;
    Some(question.values[at])
}

/// TA-Lib with the settings of a question.
fn core(question: &Question) -> Core {
    let mut builder = Core::builder();
    for (name, kind, range_type) in SETTINGS {
        let period = value(question, &format!("{name}_period"));
        let factor = value(question, &format!("{name}_factor"));
        if let (Some(Value::Integer(period)), Some(Value::Real(factor))) = (period, factor) {
            let avg_period = i32::try_from(period).expect("small");
            builder = builder.candle_setting(kind, CandleSetting { range_type, avg_period, factor });
        }
    }
    builder.build().expect("legal settings")
}

/// The bars at which the two differ.
fn differences(question: &Question, ours: &[f64], bars: &Bars) -> Vec<usize> {
    let theirs = &talib::answer(&core(question), question, bars).expect("TA-Lib answers")[0];
    let mut different = Vec::new();
    for (bar, (one, two)) in ours.iter().zip(theirs).enumerate() {
        if one != two && !(one.is_nan() && two.is_nan()) {
            different.push(bar);
        }
    }
    different
}

/// The default, other penetrations, and other settings.
fn questions(indicator: &'static Indicator) -> Vec<Question> {
    let default = Question::default(indicator);
    let with = |period: usize, factor: f64| {
        let value = |kind: Kind| match kind {
            Kind::Real { default, .. } => Value::Real(default * factor),
            _ => Value::Integer(period),
        };
        Question { indicator, values: indicator.params.iter().map(|param| value(param.kind)).collect() }
    };
    let mut questions = vec![default.clone(), with(1, 1.0), with(0, 0.75), with(37, 0.5), with(7, 2.0)];
    if let Some(index) = indicator.params.iter().position(|param| param.name == "penetration") {
        questions.extend([0.0, 0.25, 0.7, 1.5].map(|part| default.with(index, Value::Real(part))));
    }
    questions
}

#[track_caller]
fn assert_all_same(questions: &[Question], bars: &Arc<Bars>, what: &str) {
    let texts: Vec<String> = questions.iter().map(Question::text).collect();
    for (question, ours) in questions.iter().zip(columns(&texts, bars)) {
        let wrong = differences(question, &ours, bars);
        assert!(wrong.is_empty(), "{} of {what} differs at {wrong:?}", question.text());
    }
}

fn real_series_are_answered_as_by_talib(pattern: &'static Indicator) {
    for series in &*REAL {
        assert_all_same(&questions(pattern), &series.bars, &series.name);
    }
}

fn every_window_is_answered_as_by_talib(pattern: &'static Indicator) {
    for series in &*WINDOWS {
        assert_all_same(&[Question::default(pattern)], &series.bars, &series.name);
    }
}

/// What each pattern can answer beside 0.
fn answers(name: &str) -> &'static [f64] {
    match name {
        "engulfing" | "harami" | "haramicross" => &[100.0, 80.0, -80.0, -100.0],
        "hikkake" | "hikkakemod" => &[200.0, 100.0, -100.0, -200.0],
        "3starsinsouth" | "3whitesoldiers" | "concealbabyswall" | "doji" | "dragonflydoji" | "gravestonedoji"
        | "hammer" | "homingpigeon" | "invertedhammer" | "ladderbottom" | "longleggeddoji" | "matchinglow"
        | "mathold" | "morningdojistar" | "morningstar" | "piercing" | "rickshawman" | "sticksandwich" | "takuri"
        | "unique3river" => &[100.0],
        "2crows" | "3blackcrows" | "advanceblock" | "darkcloudcover" | "eveningdojistar" | "eveningstar"
        | "hangingman" | "identical3crows" | "inneck" | "onneck" | "shootingstar" | "stalledpattern" | "thrusting"
        | "upsidegap2crows" => &[-100.0],
        _ => &[100.0, -100.0],
    }
}

/// Bars of all kinds of candles on a grid of quarters, where sums and means of prices are exact: long and short bodies,
/// dojis, with and without shadows, beside each other and with gaps.
fn soup(seed: u64, rows: usize) -> Arc<Bars> {
    let mut random = Random(seed);
    let mut columns = Columns::with_capacity(rows);
    let (mut last, mut before) = ((400.0, 400.0), 400.0);
    for row in 0..rows {
        let mut pick = |from: &[f64]| from[random.below(from.len())];
        let body = pick(&[0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 12.0, 16.0, 24.0]) * pick(&[1.0, -1.0]);
        let start = pick(&[last.0, last.1, last.1, (last.0 + last.1) / 2.0, before]);
        let open = (start + pick(&[0.0, 0.0, 1.0, -1.0, 2.0, -2.0, 6.0, -6.0])).floor().clamp(200.0, 600.0);
        let close = open + body;
        let high = open.max(close) + pick(&[0.0, 0.0, 0.0, 1.0, 2.0, 6.0, 30.0]);
        let low = open.min(close) - pick(&[0.0, 0.0, 0.0, 1.0, 2.0, 6.0, 30.0]);
        (before, last) = (last.1, (open, close));
        let [open, high, low, close] = [open, high, low, close].map(|quarters| quarters / 4.0);
        columns.push(Bar { time: row as i64, open, high, low, close, volume: 1.0 });
    }
    Arc::new(Bars::new(columns).expect("good bars"))
}

fn every_answer_is_given_as_talib_does(pattern: &'static Indicator) {
    let (question, name) = (Question::default(pattern), pattern.name);
    let possible = answers(name.trim_start_matches("cdl_"));
    let mut missing = possible.to_vec();
    for (soup, bars) in SOUPS.iter().enumerate() {
        let ours = columns(&[question.text()], bars).swap_remove(0);
        let wrong = differences(&question, &ours, bars);
        assert!(wrong.is_empty(), "{name} of soup {soup} differs at {:?}", &wrong[..wrong.len().min(9)]);
        for &answer in &ours {
            if answer != 0.0 && !answer.is_nan() {
                assert!(possible.contains(&answer), "{name} answers {answer}");
                missing.retain(|missing| *missing != answer);
            }
        }
    }
    assert!(missing.is_empty(), "{name} never answers {missing:?}");
}

fn other_settings_are_those_of_talib(pattern: &'static Indicator) {
    static SOUP: LazyLock<Arc<Bars>> = LazyLock::new(|| soup(9, 50_000));
    assert_all_same(&questions(pattern), &SOUP, "the soup");
}

/// Bars of which one has no high, and those after it.
struct Hole {
    row: usize,
    gapped: Arc<Bars>,
    rest: Bars,
}

impl Hole {
    fn of(whole: &Bars, hole: usize) -> Self {
        let (mut gapped, mut rest) = (Columns::default(), Columns::default());
        for row in 0..whole.len() {
            let bar = whole.bar(row);
            gapped.push(if row == hole { Bar { high: f64::NAN, ..bar } } else { bar });
            if row > hole {
                rest.push(bar);
            }
        }
        let gapped = Arc::new(Bars::with_gaps(gapped).expect("good but for a gap"));
        Self { row: hole, gapped, rest: Bars::new(rest).expect("good bars") }
    }
}

fn a_bar_without_a_price_is_forgotten_after_the_lookback(pattern: &'static Indicator) {
    static WHOLE: LazyLock<Arc<Bars>> = LazyLock::new(|| soup(5, 3000));
    static HOLES: LazyLock<[Hole; 8]> =
        LazyLock::new(|| [0, 5, 63, 64, 100, 1023, 1024, 2000].map(|row| Hole::of(&WHOLE, row)));
    let question = Question::default(pattern);
    let text = question.text();
    let uncut = columns(&[&text], &WHOLE).swap_remove(0);
    for Hole { row: hole, gapped, rest } in &*HOLES {
        let ours = columns(&[&text], gapped).swap_remove(0);
        let theirs = &talib::answer(&core(&question), &question, rest).expect("TA-Lib answers")[0];
        let same = |one: f64, two: f64| one == two || (one.is_nan() && two.is_nan());
        assert!((0..*hole).all(|row| same(ours[row], uncut[row])), "{text} before {hole}");
        assert!(ours[*hole].is_nan(), "{text} at {hole}");
        let after = (hole + 1..WHOLE.len()).find(|&row| !same(ours[row], theirs[row - hole - 1]));
        assert_eq!(after, None, "{text} after {hole}");
    }
}

/// A pattern between those after it, others, twice, and as the input of another.
fn together_is_as_alone_however_it_is_cut(pattern: &'static Indicator) {
    static SOUP: LazyLock<Arc<Bars>> = LazyLock::new(|| soup(6, 2500));
    let bars: &Arc<Bars> = &SOUP;
    let own = questions(pattern).into_iter().step_by(3).map(|question| question.text());
    let at = patterns().iter().position(|other| other.name == pattern.name).expect("it is a pattern");
    let after = patterns().into_iter().cycle().skip(at + 1).take(7).map(|other| Question::default(other).text());
    let own: Vec<String> = own.chain([format!("sum({}(), 10)", pattern.name)]).collect();
    let alone: Vec<Vec<f64>> = own.iter().map(|text| columns(&[text], bars).remove(0)).collect();
    let others = ["sma(5)".into(), own[0].clone(), format!("{}(open, close, low, high)", pattern.name)];
    let texts: Vec<String> = own.iter().cloned().chain(after).chain(others).collect();
    let plan = plan(&texts);
    for (level, cut) in Level::available().into_iter().flat_map(|level| [1, 7, 64, 100, BLOCK].map(|cut| (level, cut)))
    {
        let mut run = plan.start();
        for start in (0..bars.len()).step_by(cut) {
            let rows = start..bars.len().min(start + cut);
            let inputs: Vec<&[f64]> = plan.columns().iter().map(|&column| &bars.column(column)[rows.clone()]).collect();
            let mut found = vec![vec![7.0; rows.len()]; texts.len()];
            let mut outputs: Vec<&mut [f64]> = found.iter_mut().map(Vec::as_mut_slice).collect();
            level.run(|| run.feed(&inputs, &mut outputs));
            for ((text, alone), found) in texts.iter().zip(&alone).zip(&found) {
                let same = alone[rows.clone()].iter().zip(found).all(|(one, two)| one.to_bits() == two.to_bits());
                assert!(same, "{text} in {rows:?} at {}", level.name());
            }
        }
    }
}
