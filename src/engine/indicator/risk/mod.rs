//! Risk measures: drawdowns, tail losses and risk-adjusted returns.

mod calmar;
mod common_sense_ratio;
mod downside_capture;
mod downside_deviation;
mod drawdown;
mod drawdown_bars;
mod expected_shortfall;
mod gain_loss_ratio;
mod information_ratio;
mod kelly;
mod m2;
mod max_drawdown;
mod omega;
mod pain_index;
mod pain_ratio;
mod profit_factor;
mod sharpe;
mod sortino;
mod tail_ratio;
mod treynor;
mod ulcer;
mod ulcer_performance;
mod upside_capture;
mod value_at_risk;
mod win_rate;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &calmar::CALMAR,
    &common_sense_ratio::COMMON_SENSE_RATIO,
    &downside_capture::DOWNSIDE_CAPTURE,
    &downside_deviation::DOWNSIDE_DEVIATION,
    &drawdown::DRAWDOWN,
    &drawdown_bars::DRAWDOWN_BARS,
    &expected_shortfall::EXPECTED_SHORTFALL,
    &gain_loss_ratio::GAIN_LOSS_RATIO,
    &information_ratio::INFORMATION_RATIO,
    &kelly::KELLY,
    &m2::M2,
    &max_drawdown::MAX_DRAWDOWN,
    &omega::OMEGA,
    &pain_index::PAIN_INDEX,
    &pain_ratio::PAIN_RATIO,
    &profit_factor::PROFIT_FACTOR,
    &sharpe::SHARPE,
    &sortino::SORTINO,
    &tail_ratio::TAIL_RATIO,
    &treynor::TREYNOR,
    &ulcer::ULCER,
    &ulcer_performance::ULCER_PERFORMANCE,
    &upside_capture::UPSIDE_CAPTURE,
    &value_at_risk::VALUE_AT_RISK,
    &win_rate::WIN_RATE,
];
