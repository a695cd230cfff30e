//! Indicators against naive references in exact arithmetic, written as the definitions are: a test per indicator.

mod common;

#[path = "exact/arithmetic.rs"]
mod arithmetic;
#[path = "exact/classic.rs"]
mod classic;
#[path = "exact/differences.rs"]
mod differences;
#[path = "exact/filters.rs"]
mod filters;
#[path = "exact/oscillators.rs"]
mod oscillators;
#[path = "exact/pairs.rs"]
mod pairs;
#[path = "exact/reference.rs"]
mod reference;
#[path = "exact/risk/mod.rs"]
mod risk;
#[path = "exact/sessions/mod.rs"]
mod sessions;
#[path = "exact/suites/mod.rs"]
mod suites;
#[path = "exact/sums.rs"]
mod sums;
#[path = "exact/variants.rs"]
mod variants;

use std::process::ExitCode;

use atrad::indicator::{Indicator, registry};

/// The largest error, as `common::worst` measures it.
const TOLERANCE: f64 = 1e-12;

fn main() -> ExitCode {
    let mut trials = common::trials::Trials::of("exact");
    // Those that take longest begin first.
    risk::add(&mut trials);
    sessions::add(&mut trials);
    oscillators::add(&mut trials);
    pairs::add(&mut trials);
    filters::add(&mut trials);
    differences::add(&mut trials);
    suites::add(&mut trials);
    classic::add(&mut trials);
    sums::add(&mut trials);
    variants::add(&mut trials);
    // Those of TA-Lib are compared in `golden`.
    let is_ours = |indicator: &&Indicator| !indicator.source.starts_with("TA-Lib");
    trials.all_have_one(registry::INDICATORS.iter().copied().filter(is_ours));
    trials.run()
}
