//! Relative strength: gains against losses.

pub(crate) mod cmo;
pub(crate) mod cmou;
pub(crate) mod crsi;
pub(crate) mod dosc;
pub(crate) mod dti;
pub(crate) mod dymi;
pub(crate) mod imi;
pub(crate) mod inverse_fisher_rsi;
pub(crate) mod laguerre_rsi;
pub(crate) mod mfi;
pub(crate) mod net;
pub(crate) mod qqe;
pub(crate) mod rmi;
pub(crate) mod rocket_rsi;
pub(crate) mod rsi;
pub(crate) mod rsih;
pub(crate) mod rsx;
pub(crate) mod smi_ergodic;
pub(crate) mod tii;
pub(crate) mod traders_dynamic_index;
pub(crate) mod tsi;
