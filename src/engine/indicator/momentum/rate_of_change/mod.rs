//! Rates of change: prices relative to earlier ones.

pub(crate) mod coppock;
pub(crate) mod kst;
pub(crate) mod kstext;
pub(crate) mod mom;
pub(crate) mod pmo;
pub(crate) mod return_strength;
pub(crate) mod roc;
pub(crate) mod roc_bands;
pub(crate) mod rocp;
pub(crate) mod rocr;
pub(crate) mod rocr100;
pub(crate) mod special_k;
pub(crate) mod trix;
