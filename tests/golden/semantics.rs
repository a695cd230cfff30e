//! Outputs that amplify rounding (signs, squeezes, phases): compared from where both agree, at the usual tolerance.

use atrad::indicator::Value;
use atrad::series::Column;
use ta_lib::Core;

use crate::common::{Question, Series, columns, plan, talib};
use crate::complaint;
use crate::tolerance::Tolerance;

/// How near a band is to the edge of a channel, as a share of the price, where rounding says on which side of it.
const TOUCHES: f64 = 1e-9;

fn value(question: &Question, param: &str) -> Value {
    let index = question.indicator.params.iter().position(|known| known.name == param).expect("it is declared");
    question.values[index]
}

fn real(question: &Question, param: &str) -> f64 {
    match value(question, param) {
        Value::Real(value) => value,
        _ => panic!("{param} is real"),
    }
}

/// Whether an output is the average of an index by a method that asks which way it moves.
///
/// Where the index is at the end of its range bar after bar, ours is exactly so, and theirs moves by rounding.
pub(crate) fn averages_which_way(question: &Question, output: usize) -> bool {
    let asks = ["kama", "mama", "vidya"].map(Value::Choice).iter().any(|kind| question.values.contains(kind));
    question.indicator.name == "stochrsi" && question.indicator.outputs[output].name == "d" && asks
}

/// What is wrong with the average of a stochastic index. By TA-Lib's definition it is `ma(k, fastd)`: our average of their
/// `k` is theirs, and our average of our `k` is ours to the bit. The two `k` are compared as all outputs are.
pub(crate) fn average_complaint(
    core: &Core,
    question: &Question,
    series: &Series,
    ours: &[f64],
    theirs: &[f64],
    what: &str,
) -> Option<String> {
    let (period, kind) = (value(question, "fastd"), value(question, "ma"));
    let index_of = |param: &str| question.indicator.params.iter().position(|known| known.name == param);
    let all_k = question.with(index_of("fastd").expect("declared"), Value::Integer(1));
    let all_k = all_k.with(index_of("ma").expect("declared"), Value::Choice("sma"));

    let k = talib::answer(core, &all_k, &series.bars).expect("TA-Lib answers").swap_remove(0);
    let start = k.iter().position(|value| !value.is_nan()).expect("it has values");
    let mut average = vec![f64::NAN; k.len()];
    let plan_of_average = plan(&[format!("ma(close, {period}, {kind})")]);
    plan_of_average.start().feed(&[&k[start..]], &mut [&mut average[start..]]);
    let what_of_theirs = format!("{what} by their k");
    let wrong = match kind {
        Value::Choice("kama") => complaint(&average, theirs, Tolerance::of(question, 1), &what_of_theirs),
        _ => after_rests(&k, &average, theirs, Tolerance::of(question, 1), &what_of_theirs),
    };

    let nested = columns(&[format!("ma({}.k, {period}, {kind})", all_k.text())], &series.bars).swap_remove(0);
    let same = ours.iter().zip(&nested).all(|(one, two)| one.to_bits() == two.to_bits());
    wrong.or_else(|| (!same).then(|| format!("{what} is not the average of our k")))
}

/// An index that moved by less than this, of a range of 100, rested.
const RESTS: f64 = 1e-9;

/// What is wrong with two averages of an index beside those bars at which they may differ.
///
/// While the input rests, MAMA's phase and VIDYA's momentum are quotients of what rounding left in the sums of TA-Lib.
/// Both averages forget that: they may part only within 20 bars of a rest, must meet again within 150, and may be apart
/// at a tenth of all bars.
fn after_rests(k: &[f64], ours: &[f64], theirs: &[f64], tolerance: Tolerance, what: &str) -> Option<String> {
    let (mut rested, mut since_rest, mut apart, mut apart_in_all) = (0, usize::MAX, 0, 0);
    for at in 1..k.len() {
        rested = if (k[at] - k[at - 1]).abs() < RESTS { rested + 1 } else { 0 };
        since_rest = if rested >= 2 { 0 } else { since_rest.saturating_add(1) };
        if ours[at].is_nan() && theirs[at].is_nan() {
            continue;
        }
        let is_apart = !tolerance.admits((ours[at] - theirs[at]).abs() / 100.0);
        apart = if is_apart { apart + 1 } else { 0 };
        apart_in_all += usize::from(is_apart);
        if (apart == 1 && since_rest > 20) || apart > 150 || (ours[at] - theirs[at]).is_nan() {
            return Some(format!(
                "{what}: apart at bar {at} for no rest of the index: {} and {}",
                ours[at], theirs[at]
            ));
        }
    }
    (apart_in_all * 10 > k.len()).then(|| format!("{what}: apart at {apart_in_all} bars of {}", k.len()))
}

/// Whether an output says how bands lie within channels.
pub(crate) fn is_squeeze(question: &Question, output: usize) -> bool {
    question.indicator.name == "sqzmom" && question.indicator.outputs[output].name == "squeeze"
}

/// What is wrong with a squeeze: it may differ only where a band touches the edge of a channel, which hardly happens.
pub(crate) fn squeeze_complaint(
    question: &Question,
    series: &Series,
    ours: &[f64],
    theirs: &[f64],
    what: &str,
) -> Option<String> {
    let (bb, kc) = (value(question, "bb"), value(question, "kc"));
    let texts = [format!("sma({bb})"), format!("stddev({bb})"), format!("sma({kc})"), format!("sma(trange, {kc})")];
    let [basis, deviation, center, range] =
        <[Vec<f64>; 4]>::try_from(columns(&texts, &series.bars)).expect("four outputs");
    let widths = ["wide", "normal", "narrow"].map(|width| real(question, width));
    let nbdev = real(question, "nbdev");
    let touches = |at: usize| {
        let near = |band: f64, edge: f64| (band - edge).abs() <= TOUCHES * center[at].abs();
        let half = nbdev * deviation[at];
        widths
            .iter()
            .map(|width| width * range[at])
            .any(|reach| near(basis[at] + half, center[at] + reach) || near(basis[at] - half, center[at] - reach))
    };
    let differs = |at: &usize| ours[*at] != theirs[*at] && !(ours[*at].is_nan() && theirs[*at].is_nan());
    let different: Vec<usize> = (0..ours.len()).filter(differs).collect();
    let wrong = different.iter().find(|at| !touches(**at));
    let wrong = wrong.map(|&at| format!("{what}: {} and {} at bar {at}, off all edges", ours[at], theirs[at]));
    // Rounding decides now and then, not as a rule; bands of prices that hardly move touch for a while.
    let often = different.len() * 100 > ours.len() && ours.len() > 1000;
    wrong.or_else(|| often.then(|| format!("{what}: differs at {} bars of {}", different.len(), ours.len())))
}

/// Whether an output is made of the phase of the cycle.
pub(crate) fn has_phase(question: &Question) -> bool {
    ["ht_dcphase", "ht_sine", "ht_trendmode"].contains(&question.indicator.name)
}

/// The shortest cycle and the bars of the smoothing before it: prices that stood still for so long have no phase.
const NO_PHASE: usize = 6 + 3;

/// The number of bars for which the mode remembers a phase: half the longest cycle.
const REMEMBERED: usize = 25;

/// What is wrong beside the bars at which prices stood still over a cycle: there the sums whose angle the phase is are what
/// rounding left of zero. The mode remembers that for a while.
pub(crate) fn phase_complaint(
    question: &Question,
    series: &Series,
    ours: &[f64],
    theirs: &[f64],
    tolerance: Tolerance,
    what: &str,
) -> Option<String> {
    let close = series.bars.column(Column::Close);
    let remembered = if question.indicator.name == "ht_trendmode" { REMEMBERED } else { 0 };
    let (mut still, mut since) = (0, usize::MAX);
    let mut rests = vec![false; close.len()];
    for at in 1..close.len() {
        still = if close[at] == close[at - 1] { still + 1 } else { 0 };
        since = if still + 1 >= NO_PHASE { 0 } else { since.saturating_add(1) };
        rests[at] = since <= remembered;
    }
    let moving = |column: &[f64]| -> Vec<f64> {
        column.iter().zip(&rests).map(|(value, rests)| if *rests { f64::NAN } else { *value }).collect()
    };
    complaint(&moving(ours), &moving(theirs), tolerance, what)
}
