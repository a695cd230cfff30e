//! Candlestick patterns against TA-Lib: the same answer at every bar.

mod common;

use atrad::indicator::{Group, Indicator, Value, registry};
use std::sync::Arc;

use atrad::series::Bars;
use common::{Question, columns, real, talib};
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
    let theirs = &talib::answer(&core(question), question, bars)[0];
    (0..bars.len()).filter(|&bar| ours[bar] != theirs[bar] && !(ours[bar].is_nan() && theirs[bar].is_nan())).collect()
}

#[test]
fn defaults_are_those_of_talib() {
    let questions: Vec<Question> = patterns().into_iter().map(Question::default).collect();
    assert_eq!(questions.len(), 61);
    let texts: Vec<String> = questions.iter().map(Question::text).collect();
    let mut wrong = Vec::new();
    for series in real() {
        for (question, ours) in questions.iter().zip(columns(&texts, &series.bars)) {
            for bar in differences(question, &ours, &series.bars) {
                wrong.push(format!("{} of {} at {bar}: {}", question.indicator.name, series.name, ours[bar]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
