//! Moving averages, and their choice by name.

pub(super) mod adaptive;
pub(super) mod exponential;
pub(super) mod smoothing;
pub(super) mod weighted;
