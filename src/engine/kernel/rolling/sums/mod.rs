//! Rolling sums and means, and what is made of several of them in one pass.

pub(crate) mod differences;
pub(crate) mod efficiency;
pub(crate) mod mean;
pub(crate) mod momentum;
pub(crate) mod ratios;
