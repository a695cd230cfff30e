//! Statistics over windows.

mod alpha;
mod autocorr;
mod avgdev;
mod beta;
mod cointegration;
mod correl;
mod covariance;
mod cv;
mod entropy;
mod fractal_dimension;
mod half_life;
mod hedge_ratio;
mod hurst;
mod iqr;
mod jarque_bera;
mod kalman_hedge;
mod kendall;
mod kurtosis;
mod lead_lag;
mod linearreg;
mod linearreg_angle;
mod linearreg_intercept;
mod linearreg_slope;
mod linreg_channel;
mod linreg_stderr;
mod mad;
mod max;
mod maxindex;
mod median;
mod min;
mod minindex;
mod minmax;
mod minmaxindex;
mod mode;
mod momersion;
mod percentile;
mod percentile_linear;
mod percentrank;
mod prs;
mod range;
mod ratio_zscore;
mod rci;
mod rsmk;
mod rsquared;
mod skew;
mod spearman;
mod spread_zscore;
mod stddev;
mod sum;
mod tracking_error;
mod tsf;
mod var;
mod variance_ratio;
mod zscore;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &alpha::ALPHA,
    &autocorr::AUTOCORR,
    &avgdev::AVGDEV,
    &beta::BETA,
    &cointegration::COINTEGRATION,
    &correl::CORREL,
    &covariance::COVARIANCE,
    &cv::CV,
    &entropy::ENTROPY,
    &fractal_dimension::FRACTAL_DIMENSION,
    &half_life::HALF_LIFE,
    &hedge_ratio::HEDGE_RATIO,
    &hurst::HURST,
    &iqr::IQR,
    &jarque_bera::JARQUE_BERA,
    &kalman_hedge::KALMAN_HEDGE,
    &kendall::KENDALL,
    &kurtosis::KURTOSIS,
    &lead_lag::LEAD_LAG,
    &linearreg::LINEARREG,
    &linearreg_angle::LINEARREG_ANGLE,
    &linearreg_intercept::LINEARREG_INTERCEPT,
    &linearreg_slope::LINEARREG_SLOPE,
    &linreg_channel::LINREG_CHANNEL,
    &linreg_stderr::LINREG_STDERR,
    &mad::MAD,
    &max::MAX,
    &maxindex::MAXINDEX,
    &median::MEDIAN,
    &min::MIN,
    &minindex::MININDEX,
    &minmax::MINMAX,
    &minmaxindex::MINMAXINDEX,
    &mode::MODE,
    &momersion::MOMERSION,
    &percentile::PERCENTILE,
    &percentile_linear::PERCENTILE_LINEAR,
    &percentrank::PERCENTRANK,
    &prs::PRS,
    &range::RANGE,
    &ratio_zscore::RATIO_ZSCORE,
    &rci::RCI,
    &rsmk::RSMK,
    &rsquared::RSQUARED,
    &skew::SKEW,
    &spearman::SPEARMAN,
    &spread_zscore::SPREAD_ZSCORE,
    &stddev::STDDEV,
    &sum::SUM,
    &tracking_error::TRACKING_ERROR,
    &tsf::TSF,
    &var::VAR,
    &variance_ratio::VARIANCE_RATIO,
    &zscore::ZSCORE,
];
