//! Risk measures: drawdowns, tail losses and risk-adjusted returns.

mod calmar;
mod drawdown;
mod drawdown_bars;
mod expected_shortfall;
mod gain_loss_ratio;
mod max_drawdown;
mod omega;
mod pain_index;
mod profit_factor;
mod sharpe;
mod sortino;
mod tail_ratio;
mod ulcer;
mod value_at_risk;
mod win_rate;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &calmar::CALMAR,
    &drawdown::DRAWDOWN,
    &drawdown_bars::DRAWDOWN_BARS,
    &expected_shortfall::EXPECTED_SHORTFALL,
    &gain_loss_ratio::GAIN_LOSS_RATIO,
    &max_drawdown::MAX_DRAWDOWN,
    &omega::OMEGA,
    &pain_index::PAIN_INDEX,
    &profit_factor::PROFIT_FACTOR,
    &sharpe::SHARPE,
    &sortino::SORTINO,
    &tail_ratio::TAIL_RATIO,
    &ulcer::ULCER,
    &value_at_risk::VALUE_AT_RISK,
    &win_rate::WIN_RATE,
];
