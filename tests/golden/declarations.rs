//! Declarations against TA-Lib's own description of its functions: that of the crate, and that which `tests/data` keeps
//! with the lookbacks.

use std::sync::LazyLock;

use atrad::indicator::{Indicator, Kind, registry};
use serde_json::Value as Json;
use ta_lib::abstract_api::{self, OptInputType};

use crate::common::talib;
use crate::common::trials::Trials;
use crate::is_ours;

/// Defaults other than those of the crate. TA-Lib's Python wheel has 30; the crate 0.8.3 has 100, to which it was raised
/// after the wheel was built.
const DEFAULTS: &[(&str, &str, usize)] = &[("percentile", "period", 30)];

/// The default to expect of a parameter whose default in TA-Lib is `theirs`.
fn expected_default(indicator: &Indicator, param: &str, theirs: f64) -> f64 {
    let departs = |(name, of, _): &&(&str, &str, usize)| *name == indicator.name && *of == param;
    DEFAULTS.iter().find(departs).map_or(theirs, |(_, _, ours)| *ours as f64)
}

/// The functions of TA-Lib 0.8.3, each with its parameters and its lookback at the defaults.
static PUBLISHED: LazyLock<Vec<Json>> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/talib_0.8.3.json"));
    serde_json::from_str(text).expect("a list of functions")
});

pub(crate) fn add(trials: &mut Trials) {
    trials.each("compared", what_talib_has_is_compared);
    let theirs = registry::INDICATORS.iter().copied().filter(|indicator| !is_ours(indicator));
    trials.each_of("declaration", theirs, the_declaration_is_that_of_talib);
    let theirs = registry::INDICATORS.iter().copied().filter(|indicator| !is_ours(indicator));
    trials.each_of("published", theirs, the_declaration_is_the_published_one);
    trials.single("all_of_talib_is_there", all_of_talib_is_there);
}

fn the_declaration_is_the_published_one(indicator: &'static Indicator) {
    let name = talib::function(indicator).expect("TA-Lib has it").info().name;
    let published = PUBLISHED.iter().find(|function| function["name"] == name).expect(name);
    let mut lookback = published["lookback"].as_u64().expect("a number") as usize;
    for theirs in published["params"].as_array().expect("a list") {
        let theirs_name = theirs["name"].as_str().expect("a name");
        let Some(index) = talib::param_index(indicator, theirs_name) else {
            assert_eq!((indicator.name, theirs_name), ("var", "optInNbDev"));
            continue;
        };
        let param = &indicator.params[index];
        let what = format!("{} of {}", param.name, indicator.name);
        let number = |field: &str| theirs[field].as_f64().expect(field);
        let expected = |field| expected_default(indicator, param.name, number(field));
        match param.kind {
            Kind::Choice { words } => {
                assert_eq!(words[0], theirs["default"].as_str().expect("a word").to_ascii_lowercase(), "{what}");
            }
            Kind::Integer { default, min, max } => {
                let ours = [default, min, max].map(|value| value as f64);
                assert_eq!(ours, [expected("default"), number("min"), number("max")], "{what}");
                // Lookbacks of those that depart are a window's.
                lookback = (lookback + default) - number("default") as usize;
            }
            Kind::Real { default, min, max } => {
                let theirs = [expected("default"), number("min"), number("max")];
                // The parser of JSON may be off by an ulp.
                let same = |(ours, theirs): (f64, f64)| (ours - theirs).abs() <= 1e-15 * theirs.abs();
                assert!([default, min, max].into_iter().zip(theirs).all(same), "{what}: {theirs:?}");
            }
        }
    }
    assert_eq!(indicator.lookback(), lookback, "lookback of {}", indicator.name);
}

fn all_of_talib_is_there() {
    let all = abstract_api::funcs().map(|info| info.name).filter(|name| !name.starts_with("CDL"));
    let missing: Vec<_> = all.clone().filter(|name| registry::indicator(name).is_none()).collect();
    assert!(missing.is_empty() && all.count() == 237 - 61, "{missing:?}");
}

fn what_talib_has_is_compared(indicator: &'static Indicator) {
    assert_eq!(talib::function(indicator).is_none(), is_ours(indicator), "{}", indicator.name);
}

fn the_declaration_is_that_of_talib(indicator: &'static Indicator) {
    let info = talib::function(indicator).expect("TA-Lib has it").info();
    assert_eq!(info.outputs.len(), indicator.outputs.len(), "{}", indicator.name);
    for theirs in info.opt_inputs {
        // TA-Lib's VAR takes a factor and leaves it out.
        let Some(index) = talib::param_index(indicator, theirs.param_name) else {
            assert_eq!((indicator.name, theirs.param_name), ("var", "optInNbDev"));
            continue;
        };
        let what = format!("{} of {}", indicator.params[index].name, indicator.name);
        match (indicator.params[index].kind, theirs.kind) {
            (Kind::Integer { default, min, max }, OptInputType::IntegerRange { default: d, min: l, max: h, .. }) => {
                let d = expected_default(indicator, indicator.params[index].name, f64::from(d)) as i32;
                assert_eq!([default, min, max].map(|v| v as i32), [d, l, h], "{what}");
            }
            (Kind::Real { default, min, max }, OptInputType::RealRange { default: d, min: l, max: h, .. }) => {
                assert_eq!([default, min, max], [d, l, h], "{what}");
            }
            (Kind::Choice { words }, OptInputType::IntegerList { values, default }) => {
                let word = values.iter().find(|(code, _)| *code == default).expect("a default").1;
                assert_eq!(words[0], word.to_ascii_lowercase(), "{what}");
            }
            _ => panic!("{what} is of another kind"),
        }
    }
}
