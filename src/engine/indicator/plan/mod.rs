//! From a graph of kernels to values: the graph, its compilation with buffer allocation, runs and checkpoints.
//!
//! Knows kernels and ports; knows no indicators and no text.

pub(crate) mod buffer_allocation;
pub(crate) mod chains;
pub(crate) mod checkpoint;
pub(crate) mod compiled;
pub(crate) mod fusion;
pub(crate) mod graph;
pub(crate) mod graph_ops;
pub(crate) mod reader;
pub(crate) mod run;

#[cfg(test)]
mod fuzz;
