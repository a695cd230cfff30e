//! Statistics over windows.

mod avgdev;
mod beta;
mod correl;
mod linearreg;
mod linearreg_angle;
mod linearreg_intercept;
mod linearreg_slope;
mod max;
mod min;
mod stddev;
mod sum;
mod tsf;
mod var;

pub(super) use avgdev::AVGDEV;
pub(super) use beta::BETA;
pub(super) use correl::CORREL;
pub(super) use linearreg::{LINEARREG, regression};
pub(super) use linearreg_angle::LINEARREG_ANGLE;
pub(super) use linearreg_intercept::LINEARREG_INTERCEPT;
pub(super) use linearreg_slope::LINEARREG_SLOPE;
pub(super) use max::MAX;
pub(super) use min::MIN;
pub(super) use stddev::{DDOF, STDDEV};
pub(super) use sum::SUM;
pub(super) use tsf::TSF;
pub(super) use var::{VAR, existing};
