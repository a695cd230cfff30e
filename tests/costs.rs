//! What kernels declare to cost, beside what was measured: the scheduler relies on it.
//!
//! The table is written by `cargo bench --bench costs -- avx2 --write tests/data/costs.tsv`.

mod common;

use std::collections::BTreeMap;

use atrad::indicator::registry;
use common::{Question, kernel_name, plan};

/// Kernels that cost less than this count alike: moving a bar costs as much. In nanoseconds per bar.
const LEAST: f64 = 10.0;

/// The numbers of bars of the windows that are measured, besides the defaults.
const WINDOWS: [usize; 3] = [50, 400, 2000];

#[test]
fn every_kernel_costs_what_it_declares_within_a_factor_of_two() {
    let table = include_str!("data/costs.tsv");
    let measured: BTreeMap<&str, f64> = table
        .lines()
        .map(|line| line.split_once('\t').expect("nanoseconds and a kernel"))
        .map(|(nanoseconds, kernel)| (kernel, nanoseconds.parse().expect("a number")))
        .collect();
    let mut wrong = Vec::new();
    for indicator in registry::INDICATORS.iter() {
        let default = Question::default(indicator);
        let questions = WINDOWS.map(|bars| default.with_bars(bars));
        for question in std::iter::once(&default).chain(&questions) {
            for (kernel, _) in plan(&[question.text()]).steps() {
                let (name, declared) = (kernel_name(kernel), kernel.cost());
                let Some(&measured) = measured.get(&*name) else {
                    wrong.push(format!("{}: {name} is not in the table; run the bench", indicator.name));
                    continue;
                };
                let ratio = declared.max(LEAST) / measured.max(LEAST);
                if !(0.5..=2.0).contains(&ratio) {
                    wrong.push(format!("{}: {name} declares {declared:.1} ns, measured {measured:.1}", indicator.name));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} kernels:\n{}", wrong.len(), wrong.join("\n"));
}
