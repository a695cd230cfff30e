//! Builders: parts of a graph that several indicators share, such as averages, the gains and losses of RSI, or channels.
//!
//! Indicators import from here and never from each other; `tests/floors/rooms.rs` checks that. Knows graphs and kernels;
//! declares no indicator and has no name in the catalog.

mod averages;
mod channels;
mod cycle;
mod directional;
mod functions;
mod levels;
mod oscillators;
mod relative_strength;
mod returns;
mod statistics;
mod volatility;
mod volume;

pub(super) use averages::adaptive::{kama, kama_between, mama, net_and_total_change, vidya};
pub(super) use averages::exponential::{
    NESTED_SEED, alligator, coral, dema, dema_seeded, ema, ema_adjusted, ema_after, ema_from_first, ema_of_changes,
    ema_seeded, rma, rma_after, rma_of_changes, t3, t3_seeded, tema, tema_seeded, vwema, zlema,
};
pub(super) use averages::smoothing::{EMA_FIRST, POSITIVE_RMA_FIRST, RMA_FIRST, SMA_FIRST, Smoothing, runs};
pub(super) use averages::weighted::{
    WeightShape, alma, alma_between, hma, power_mean, rainbow, shaped_mean, sma, swma, trima, wma,
};
pub(super) use channels::{KC_OUTPUTS, channel_bands, midrange, projection, with_atr};
pub(super) use cycle::filters::{
    Pair, Pole, band_pass, cyber_cycle, high_pass, laguerre_differences, previous_or_self, super_smooth,
    ultimate_smooth,
};
pub(super) use cycle::phase::{PHASE_FIRST, PHASE_SHOWN, phase, sines, trendline};
pub(super) use cycle::rotation::Rotation;
pub(super) use cycle::wave::wave_products;
pub(super) use directional::{
    ADX_SMOOTHING, ADX_START, adx, adx_by, choppiness, directional_indicator, directional_movement, dx,
};
pub(super) use functions::elementary::{atan, exp, ln, ln_ratio, log10, sin};
pub(super) use functions::log_ratio::{LogRatio, log_returns};
pub(super) use functions::transform::{Function, Transform, round};
pub(super) use levels::pivots::{
    PIVOT_LEVELS, PIVOT_METHOD, Pivot, SWING_LEFT, SWING_RIGHT, last_swings, pivot_levels, swing_high, swing_low,
    swings,
};
pub(super) use levels::trailing::TrailingStop;
pub(super) use oscillators::{
    CenteredPosition, ao, know_sure_thing, macd, macd_from_first, mcclellan, price_oscillator, raw_stochastic,
    swing_index,
};
pub(super) use relative_strength::{RSI_RATIO, Streak, gain_loss, rsi, true_strength};
pub(super) use returns::{CONFIDENCE, capture, drawdown_percent, excess_and_shortfall, returns, roc, rocp, rocr};
pub(super) use statistics::{
    DDOF, Extreme, INDEX_TIES, TIES, bars_since, extreme_index, percentrank, regression_line, regression_slope,
    root_mean_square,
};
pub(super) use volatility::{ANNUALIZATION, atr, rvi, rvi_by};
pub(super) use volume::{NBDEV, ThresholdedVolume, VWAP_BANDS, ad, body_flow, deviation_bands, money_flow};
