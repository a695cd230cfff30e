//! Returns, rates of change and drawdowns.

use crate::indicator::{Graph, Param, Port};
use crate::kernel::{
    Affine, ElementwiseMap, Lag, Max, NegativePart, PositivePart, RateOfChange, ScaledRatio, SimpleReturn, Sum,
    elementwise_map, parameters,
};

/// The change of `x` over a number of bars, in percent.
pub(in crate::indicator) fn roc(graph: &mut Graph, x: Port, bars: usize) -> Port {
    graph.add(RateOfChange { bars, scale: 100.0 }, &[x])
}

/// The change of `x` over a number of bars, as a fraction of the earlier value.
pub(in crate::indicator) fn rocp(graph: &mut Graph, x: Port, bars: usize) -> Port {
    graph.add(RateOfChange { bars, scale: 1.0 }, &[x])
}

/// The ratio of `x` to its earlier value, times `scale`.
pub(in crate::indicator) fn rocr(graph: &mut Graph, x: Port, bars: usize, scale: f64) -> Port {
    let before = graph.add(Lag { bars }, &[x]);
    graph.add(ScaledRatio { scale, flat: 0.0 }, &[x, before])
}

/// The one-bar return of `x` as a fraction; NaN where the previous value is 0.
pub(in crate::indicator) fn returns(graph: &mut Graph, x: Port) -> Port {
    graph.add(SimpleReturn { bars: 1 }, &[x])
}

/// The excess of the returns of `x` over `target`, else 0, and their shortfall below it, else 0.
pub(in crate::indicator) fn excess_and_shortfall(graph: &mut Graph, x: Port, target: f64) -> [Port; 2] {
    let returns = returns(graph, x);
    let excess = if target == 0.0 { returns } else { graph.add(Affine { scale: 1.0, offset: -target }, &[returns]) };
    [graph.add(PositivePart, &[excess]), graph.add(NegativePart, &[excess])]
}

/// The drawdown of `x` from the rolling maximum, in percent.
pub(in crate::indicator) fn drawdown_percent(graph: &mut Graph, x: Port, window: usize) -> Port {
    let highest = graph.add(Max { window }, &[x]);
    let below = graph.minus([highest, x]);
    graph.add(ScaledRatio { scale: 100.0, flat: 0.0 }, &[below, highest])
}

/// The confidence level in percent.
pub(in crate::indicator) const CONFIDENCE: Param =
    Param::real("confidence", 95.0, 50.0, 100.0, "the confidence level in percent");

/// The first returns where those of the market have a sign, in percent of these over the newest `window` bars.
pub(in crate::indicator) fn capture(graph: &mut Graph, pair: [Port; 2], window: usize, sign: f64) -> Port {
    let returns = pair.map(|x| returns(graph, x));
    let parts: [Port; 2] = graph.add_all(WhereMarket { sign }, &returns);
    let sums = parts.map(|part| graph.add(Sum { window }, &[part]));
    graph.percent(sums, 100.0, f64::NAN)
}

/// Both inputs where the second has the sign, else 0.
#[derive(Debug, Clone)]
struct WhereMarket {
    sign: f64,
}

parameters!(WhereMarket { sign });

impl ElementwiseMap<2, 2> for WhereMarket {
    #[inline(always)]
    fn values(&self, inputs: [f64; 2]) -> [f64; 2] {
        let holds = self.sign * inputs[1] > 0.0;
        let missing = (inputs[0] + inputs[1]).is_nan();
        inputs.map(|value| {
            if missing {
                f64::NAN
            } else if holds {
                value
            } else {
                0.0
            }
        })
    }
}

elementwise_map!(WhereMarket: 2 => 2);
