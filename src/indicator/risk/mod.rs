//! What returns cost in risk: drawdowns, tails, and the ratios of what was gained to what was risked.

mod calmar;
mod drawdown;
mod drawdown_bars;
mod expected_shortfall;
mod gain_loss_ratio;
mod max_drawdown;
mod omega;
mod pain_index;
mod profit_factor;
mod returns;
mod sharpe;
mod sortino;
mod tail_ratio;
mod ulcer;
mod value_at_risk;
mod win_rate;

pub(super) use calmar::CALMAR;
pub(super) use drawdown::DRAWDOWN;
pub(super) use drawdown_bars::DRAWDOWN_BARS;
pub(super) use expected_shortfall::EXPECTED_SHORTFALL;
pub(super) use gain_loss_ratio::GAIN_LOSS_RATIO;
pub(super) use max_drawdown::MAX_DRAWDOWN;
pub(super) use omega::OMEGA;
pub(super) use pain_index::{PAIN_INDEX, below_highest};
pub(super) use profit_factor::PROFIT_FACTOR;
pub(super) use returns::{gains_and_losses, returns};
pub(super) use sharpe::SHARPE;
pub(super) use sortino::SORTINO;
pub(super) use tail_ratio::TAIL_RATIO;
pub(super) use ulcer::ULCER;
pub(super) use value_at_risk::{CONFIDENCE, VALUE_AT_RISK};
pub(super) use win_rate::WIN_RATE;
