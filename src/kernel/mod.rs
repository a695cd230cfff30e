//! Floor 1, sums: everything that computes, as small state machines over slices of `f64` and the CPU.
//!
//! A [`Kernel`] is a plain value that says what to compute; [`Kernel::start`] gives a [`State`] that is fed blocks of
//! bars. Batch, stream and live are the same state fed in different portions, and any portions give the same bits.
//! There are no errors here, no time and no names: who calls has checked, and NaN is an answer.

mod absolute;
mod adaptive;
mod before;
mod candle;
mod cointegration;
mod compare;
mod concordance;
mod convolution;
mod correlations;
mod element;
mod extreme;
mod feed;
mod fields;
mod filled;
mod flows;
mod fold;
mod groups;
mod growing;
mod growth;
mod history;
mod joining;
mod kalman;
mod lag;
mod lanes;
#[cfg(test)]
mod laws;
pub(crate) mod level;
mod look;
mod mean;
mod moments;
mod pieces;
mod position;
mod profile;
mod quantile;
mod range;
mod rank;
mod resonance;
mod rule;
mod scan;
mod seam;
mod settle;
mod shape;
mod share;
mod skip;
mod sorted;
mod spread;
mod stream;
mod supertrend;
mod total;
mod trend;
mod walk;
mod weighing;
mod whole;
mod window;

pub use absolute::MeanAbsoluteDeviation;
pub use adaptive::Adaptive;
pub use before::{BarsBefore, Before};
pub use candle::{Condition, Measure, Pattern, Quantity, Term};
pub use cointegration::Cointegration;
pub use compare::{Both, Choose, Compare, CompareConstant, Comparison, Either};
pub use concordance::RankCorrelation;
pub(crate) use convolution::Convolution;
pub use correlations::{Correlated, Correlations, ranks};
pub use element::{
    Absolute, Affine, Aligned, Average, Binary, Clamp, Combine, CombineConstant, Negative, Positive, Ratio, SquareRoot,
};
pub(crate) use element::{larger, smaller};
pub use extreme::{LargestFall, Max, Min, SinceMax, SinceMin};
pub use feed::{BLOCK, Kernel, Memory, State};
pub use fields::{Field, Fields};
pub use filled::Filled;
pub use flows::{Flows, Located};
pub use growing::Growing;
pub use growth::{Growth, Moves};
pub use kalman::KalmanHedge;
pub use lag::{Change, Lag, Rate};
pub use level::Level;
pub(crate) use look::{Look, Looking, by_look};
pub use mean::{Centered, Mean, Sum};
pub use moments::{Correlation, Covariance, Deviation, MeanAndDeviation, Slope, Variance};
pub use position::{Channels, InRange};
pub use profile::Profile;
pub use quantile::{Commonest, MedianDistance, QuantileRange, Quantiles, SmallestMean};
pub use range::{Directional, Signed, TrueRange};
pub use rank::{Ranked, SmallerBefore};
pub use resonance::Resonance;
pub(crate) use rule::{Rule, Ruled, by_rule};
pub(crate) use scan::exists;
pub use scan::{Adjusted, Scan, Seed};
pub use settle::{settle, settle_here};
pub use shape::{Kurtosis, Skewness};
pub use share::{Balance, Blend, Imbalance, Percent, Share};
pub use skip::Skip;
pub use spread::SpreadScore;
pub use stream::stream;
pub use supertrend::Supertrend;
pub(crate) use total::Exact;
pub use total::Total;
pub use trend::{LineDistance, LineSlope, LineValue, Weighted};
pub(crate) use walk::{Walk, Walking, by_walk};
pub use weighing::Weighing;
pub(crate) use whole::{Whole, Wholes, by_window};
