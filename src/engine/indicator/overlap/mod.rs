//! Moving averages, bands and stops on the price scale.

mod aberration;
mod accbands;
mod alligator;
mod alma;
mod alphatrend;
mod apz;
mod atr_bands;
mod atr_trailing_stop;
mod bbands;
mod bbi;
mod chandelier;
mod cksp;
mod coral;
mod cpr;
mod decycler;
mod dema;
mod devstop;
mod donchian;
mod dsma;
mod ecema;
mod edcf;
mod ehma;
mod ema;
mod envelope;
mod evwma;
mod exp_deviation_bands;
mod fcb;
mod fib_extension;
mod fib_retracement;
mod frama;
mod fwma;
mod gann_hilo;
mod gaussian;
mod guppy;
mod halftrend;
mod hann;
mod hma;
mod ht_trendline;
mod hwma;
mod ichimoku;
mod itrend;
mod jma;
mod jsa;
mod kalman;
mod kama;
mod kaufman_stop;
mod kc;
mod keltner;
mod laguerre;
mod ma;
mod maaq;
mod mab;
mod mama;
mod mavp;
mod mcgd;
mod midpoint;
mod midprice;
mod nadaraya_watson;
mod nma;
mod opening_range;
mod ott;
mod parabolic;
mod percent_stop;
mod pivot_points;
mod pivothigh;
mod pivotlow;
mod pma;
mod pmax;
mod projection_bands;
mod pwma;
mod rainbow;
mod range_filter;
mod ratchet;
mod rma;
mod rolling_pivots;
mod safezone;
mod sar;
mod sarext;
mod savgol;
mod sinwma;
mod sma;
mod standard_error_bands;
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
mod ultimate_bands;
mod ultimate_channel;
mod ultimate_smoother;
mod vidya;
mod vlma;
mod volatility_stop;
mod vpwma;
mod vwema;
mod vwma;
mod wma;
mod zigzag;
mod zlema;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &aberration::ABERRATION,
    &accbands::ACCBANDS,
    &alligator::ALLIGATOR,
    &alma::ALMA,
    &alphatrend::ALPHATREND,
    &apz::APZ,
    &atr_bands::ATR_BANDS,
    &atr_trailing_stop::ATR_TRAILING_STOP,
    &bbands::BBANDS,
    &bbi::BBI,
    &chandelier::CHANDELIER,
    &cksp::CKSP,
    &coral::CORAL,
    &cpr::CPR,
    &decycler::DECYCLER,
    &dema::DEMA,
    &devstop::DEVSTOP,
    &donchian::DONCHIAN,
    &dsma::DSMA,
    &ecema::ECEMA,
    &edcf::EDCF,
    &ehma::EHMA,
    &ema::EMA,
    &envelope::ENVELOPE,
    &evwma::EVWMA,
    &exp_deviation_bands::EXP_DEVIATION_BANDS,
    &fcb::FCB,
    &fib_extension::FIB_EXTENSION,
    &fib_retracement::FIB_RETRACEMENT,
    &frama::FRAMA,
    &fwma::FWMA,
    &gann_hilo::GANN_HILO,
    &gaussian::GAUSSIAN,
    &guppy::GUPPY,
    &halftrend::HALFTREND,
    &hann::HANN,
    &hma::HMA,
    &ht_trendline::HT_TRENDLINE,
    &hwma::HWMA,
    &ichimoku::ICHIMOKU,
    &itrend::ITREND,
    &jma::JMA,
    &jsa::JSA,
    &kalman::KALMAN,
    &kama::KAMA,
    &kaufman_stop::KAUFMAN_STOP,
    &kc::KC,
    &keltner::KELTNER,
    &laguerre::LAGUERRE,
    &ma::MA,
    &maaq::MAAQ,
    &mab::MAB,
    &mama::MAMA,
    &mavp::MAVP,
    &mcgd::MCGD,
    &midpoint::MIDPOINT,
    &midprice::MIDPRICE,
    &nadaraya_watson::NADARAYA_WATSON,
    &nma::NMA,
    &opening_range::OPENING_RANGE,
    &ott::OTT,
    &percent_stop::PERCENT_STOP,
    &pivot_points::PIVOT_POINTS,
    &pivothigh::PIVOTHIGH,
    &pivotlow::PIVOTLOW,
    &pma::PMA,
    &pmax::PMAX,
    &projection_bands::PROJECTION_BANDS,
    &pwma::PWMA,
    &rainbow::RAINBOW,
    &range_filter::RANGE_FILTER,
    &rma::RMA,
    &rolling_pivots::ROLLING_PIVOTS,
    &safezone::SAFEZONE,
    &sar::SAR,
    &sarext::SAREXT,
    &savgol::SAVGOL,
    &sinwma::SINWMA,
    &sma::SMA,
    &standard_error_bands::STANDARD_ERROR_BANDS,
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
    &ultimate_bands::ULTIMATE_BANDS,
    &ultimate_channel::ULTIMATE_CHANNEL,
    &ultimate_smoother::ULTIMATE_SMOOTHER,
    &vidya::VIDYA,
    &vlma::VLMA,
    &volatility_stop::VOLATILITY_STOP,
    &vpwma::VPWMA,
    &vwema::VWEMA,
    &vwma::VWMA,
    &wma::WMA,
    &zigzag::ZIGZAG,
    &zlema::ZLEMA,
];
