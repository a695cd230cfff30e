//! Moving averages, bands and stops on the price scale.

mod accbands;
mod alligator;
mod alma;
mod atr_bands;
mod atr_trailing_stop;
mod bbands;
mod chandelier;
mod cksp;
mod cpr;
mod decycler;
mod dema;
mod donchian;
mod dsma;
mod ehma;
mod ema;
mod envelope;
mod evwma;
mod frama;
mod fwma;
mod hann;
mod hma;
mod ht_trendline;
mod hwma;
mod ichimoku;
mod itrend;
mod jma;
mod kalman;
mod kama;
mod kc;
mod keltner;
mod laguerre;
mod ma;
mod mama;
mod mavp;
mod mcgd;
mod midpoint;
mod midprice;
mod opening_range;
mod parabolic;
mod percent_stop;
mod pivot_points;
mod pivothigh;
mod pivotlow;
mod projection_bands;
mod pwma;
mod ratchet;
mod rma;
mod rolling_pivots;
mod sar;
mod sarext;
mod sinwma;
mod sma;
mod starc;
mod super_smoother;
mod supertrend;
mod swak_butter;
mod swak_gauss;
mod swings;
mod swma;
mod t3;
mod tema;
mod thma;
mod trima;
mod vidya;
mod volatility_stop;
mod vwema;
mod vwma;
mod wma;
mod zigzag;
mod zlema;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &accbands::ACCBANDS,
    &alligator::ALLIGATOR,
    &alma::ALMA,
    &atr_bands::ATR_BANDS,
    &atr_trailing_stop::ATR_TRAILING_STOP,
    &bbands::BBANDS,
    &chandelier::CHANDELIER,
    &cksp::CKSP,
    &cpr::CPR,
    &decycler::DECYCLER,
    &dema::DEMA,
    &donchian::DONCHIAN,
    &dsma::DSMA,
    &ehma::EHMA,
    &ema::EMA,
    &envelope::ENVELOPE,
    &evwma::EVWMA,
    &frama::FRAMA,
    &fwma::FWMA,
    &hann::HANN,
    &hma::HMA,
    &ht_trendline::HT_TRENDLINE,
    &hwma::HWMA,
    &ichimoku::ICHIMOKU,
    &itrend::ITREND,
    &jma::JMA,
    &kalman::KALMAN,
    &kama::KAMA,
    &kc::KC,
    &keltner::KELTNER,
    &laguerre::LAGUERRE,
    &ma::MA,
    &mama::MAMA,
    &mavp::MAVP,
    &mcgd::MCGD,
    &midpoint::MIDPOINT,
    &midprice::MIDPRICE,
    &opening_range::OPENING_RANGE,
    &percent_stop::PERCENT_STOP,
    &pivot_points::PIVOT_POINTS,
    &pivothigh::PIVOTHIGH,
    &pivotlow::PIVOTLOW,
    &projection_bands::PROJECTION_BANDS,
    &pwma::PWMA,
    &rma::RMA,
    &rolling_pivots::ROLLING_PIVOTS,
    &sar::SAR,
    &sarext::SAREXT,
    &sinwma::SINWMA,
    &sma::SMA,
    &starc::STARC,
    &super_smoother::SUPER_SMOOTHER,
    &supertrend::SUPERTREND,
    &swak_butter::SWAK_BUTTER,
    &swak_gauss::SWAK_GAUSS,
    &swings::SWINGS,
    &swma::SWMA,
    &t3::T3,
    &tema::TEMA,
    &thma::THMA,
    &trima::TRIMA,
    &vidya::VIDYA,
    &volatility_stop::VOLATILITY_STOP,
    &vwema::VWEMA,
    &vwma::VWMA,
    &wma::WMA,
    &zigzag::ZIGZAG,
    &zlema::ZLEMA,
];
