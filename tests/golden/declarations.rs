//! Declarations against TA-Lib's own description of its functions.

use atrad::indicator::{Indicator, Kind, registry};
use ta_lib::abstract_api::{self, OptInputType};

use crate::common::talib;
use crate::common::trials::Trials;
use crate::is_ours;

pub(crate) fn add(trials: &mut Trials) {
    trials.each("compared", what_talib_has_is_compared);
    let theirs = registry::INDICATORS.iter().copied().filter(|indicator| !is_ours(indicator));
    trials.each_of("declaration", theirs, the_declaration_is_that_of_talib);
    trials.single("all_of_talib_is_there", all_of_talib_is_there);
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
