//! Candlestick patterns against TA-Lib: equal at every bar of real series, and of a series in which every pattern has every
//! possible answer.

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use atrad::indicator::{Group, Indicator, Kind, Value, registry};
use atrad::kernel::{BLOCK, Level};
use atrad::series::{Bar, Bars, Columns};
use common::series::Random;
use common::{Question, columns, plan, real, talib};
use ta_lib::{CandleSetting, CandleSettingType, Core, RangeType};

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
    (0..bars.len()).filter(|&bar| ours[bar] != theirs[bar] && !(ours[bar].is_nan() && theirs[bar].is_nan())).collect()
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

#[test]
fn patterns_of_real_series_equal_talib() {
    assert_eq!(patterns().len(), 61);
    let questions: Vec<Question> = patterns().into_iter().flat_map(questions).collect();
    for series in real() {
        for some in questions.chunks(50) {
            assert_all_same(some, &series.bars, &series.name);
        }
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

#[test]
fn every_answer_of_every_pattern_equals_talib() {
    let questions: Vec<Question> = patterns().into_iter().map(Question::default).collect();
    let texts: Vec<String> = questions.iter().map(Question::text).collect();
    let mut missing: BTreeSet<(&str, i64)> = BTreeSet::new();
    for question in &questions {
        let name = question.indicator.name.trim_start_matches("cdl_");
        missing.extend(answers(name).iter().map(|answer| (question.indicator.name, *answer as i64)));
    }
    let possible = missing.clone();
    for seed in 1..=4 {
        let bars = soup(seed, 500_000);
        for (question, ours) in questions.iter().zip(columns(&texts, &bars)) {
            let name = question.indicator.name;
            let wrong = differences(question, &ours, &bars);
            assert!(wrong.is_empty(), "{name} of soup {seed} differs at {:?}", &wrong[..wrong.len().min(9)]);
            for answer in ours.iter().filter(|answer| !answer.is_nan() && **answer != 0.0) {
                assert!(possible.contains(&(name, *answer as i64)), "{name} answers {answer}");
                missing.remove(&(name, *answer as i64));
            }
        }
    }
    assert!(missing.is_empty(), "never answered: {missing:?}");
}

#[test]
fn other_settings_are_those_of_talib() {
    let bars = soup(9, 50_000);
    for indicator in patterns() {
        assert_all_same(&questions(indicator), &bars, "the soup");
    }
}

#[test]
fn a_missing_price_masks_the_lookback_only() {
    let whole = soup(5, 3000);
    let questions: Vec<Question> = patterns().into_iter().map(Question::default).collect();
    let texts: Vec<String> = questions.iter().map(Question::text).collect();
    for hole in [0, 5, 63, 64, 100, 1023, 1024, 2000] {
        let mut gapped = Columns::default();
        let mut rest = Columns::default();
        for row in 0..whole.len() {
            let bar = whole.bar(row);
            gapped.push(if row == hole { Bar { high: f64::NAN, ..bar } } else { bar });
            if row > hole {
                rest.push(bar);
            }
        }
        let gapped = Arc::new(Bars::with_gaps(gapped).expect("good but for a gap"));
        let rest = Bars::new(rest).expect("good bars");
        let uncut = columns(&texts, &whole);
        for ((question, ours), uncut) in questions.iter().zip(columns(&texts, &gapped)).zip(uncut) {
            let theirs = &talib::answer(&core(question), question, &rest).expect("TA-Lib answers")[0];
            let same = |one: f64, two: f64| one == two || (one.is_nan() && two.is_nan());
            assert!((0..hole).all(|row| same(ours[row], uncut[row])), "{} before {hole}", question.text());
            assert!(ours[hole].is_nan(), "{} at {hole}", question.text());
            let after = (hole + 1..whole.len()).find(|&row| !same(ours[row], theirs[row - hole - 1]));
            assert_eq!(after, None, "{} after {hole}", question.text());
        }
    }
}

#[test]
fn fused_patterns_equal_single_ones_for_any_block_size() {
    let bars = soup(6, 5000);
    let questions: Vec<Question> = patterns().into_iter().flat_map(questions).step_by(3).collect();
    let mut texts: Vec<String> = questions.iter().map(Question::text).collect();
    // Between others, twice, and as the input of another.
    texts.insert(7, "sma(5)".into());
    texts.insert(20, texts[3].clone());
    texts.push("sum(cdl_doji(), 10)".into());
    texts.push("cdl_doji(open, close, low, high)".into());
    let alone: Vec<Vec<f64>> = texts.iter().map(|text| columns(&[text], &bars).remove(0)).collect();
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
