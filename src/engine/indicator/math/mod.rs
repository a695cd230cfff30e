//! Elementary functions and arithmetic operators.

mod acos;
mod add;
mod asin;
mod atan;
mod ceil;
mod cos;
mod cosh;
mod cumsum;
mod decay;
mod div;
mod edecay;
mod exp;
mod floor;
mod ln;
mod log10;
mod mult;
mod sin;
mod sinh;
mod sqrt;
mod sub;
mod tan;
mod tanh;

use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &acos::ACOS,
    &add::ADD,
    &asin::ASIN,
    &atan::ATAN,
    &ceil::CEIL,
    &cos::COS,
    &cosh::COSH,
    &cumsum::CUMSUM,
    &decay::DECAY,
    &div::DIV,
    &edecay::EDECAY,
    &exp::EXP,
    &floor::FLOOR,
    &ln::LN,
    &log10::LOG10,
    &mult::MULT,
    &sin::SIN,
    &sinh::SINH,
    &sqrt::SQRT,
    &sub::SUB,
    &tan::TAN,
    &tanh::TANH,
];
