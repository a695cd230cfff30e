//! Graphs: kernels and what feeds them. Equal kernels with equal inputs are one node, so that work which several
//! indicators share is done once.

use std::any::type_name;
use std::collections::HashMap;
use std::sync::Arc;

use crate::kernel::{Kernel, Memory};
use crate::series::Column;

/// One series of values in a graph: a column of the bars, or an output of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Port {
    /// A column as it is kept.
    Column(Column),
    /// An output of a node.
    Node {
        /// Which node, in the order of making.
        node: usize,
        /// Which of its outputs.
        output: usize,
    },
}

/// A kernel and what feeds it.
pub(super) struct Node {
    pub(super) kernel: Arc<dyn Kernel>,
    pub(super) inputs: Vec<Port>,
    /// Bars from the start of the series without a value.
    lookback: usize,
    memory: Memory,
}

/// Kernels that feed each other. Inputs of a node are made before it.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<Node>,
    known: HashMap<(&'static str, String, Vec<Port>), usize>,
}

impl Graph {
    /// A graph of columns only.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first output of `kernel` over `inputs`.
    pub fn add<K: Kernel>(&mut self, kernel: K, inputs: &[Port]) -> Port {
        Port::Node { node: self.node(kernel, inputs), output: 0 }
    }

    /// All `N` outputs of `kernel` over `inputs`.
    ///
    /// # Panics
    /// When the kernel has another number of outputs.
    pub fn add_all<K: Kernel, const N: usize>(&mut self, kernel: K, inputs: &[Port]) -> [Port; N] {
        assert_eq!(kernel.outputs(), N, "an indicator knows how many outputs its kernels have");
        let node = self.node(kernel, inputs);
        std::array::from_fn(|output| Port::Node { node, output })
    }

    fn node<K: Kernel>(&mut self, kernel: K, inputs: &[Port]) -> usize {
        let key = (type_name::<K>(), format!("{kernel:?}"), inputs.to_vec());
        if let Some(&node) = self.known.get(&key) {
            return node;
        }
        let lookback = inputs.iter().map(|&port| self.lookback(port)).max().unwrap_or(0) + kernel.lookback();
        let before = inputs.iter().map(|&port| self.memory(port)).fold(Memory::Bars(0), Memory::or);
        let memory = kernel.memory().after(before);
        self.nodes.push(Node { kernel: Arc::new(kernel), inputs: inputs.to_vec(), lookback, memory });
        self.known.insert(key, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The bars from the start of a series without a value at `port`.
    pub fn lookback(&self, port: Port) -> usize {
        match port {
            Port::Column(_) => 0,
            Port::Node { node, .. } => self.nodes[node].lookback,
        }
    }

    /// How many bars back the values at `port` depend on.
    pub fn memory(&self, port: Port) -> Memory {
        match port {
            Port::Column(_) => Memory::Bars(0),
            Port::Node { node, .. } => self.nodes[node].memory,
        }
    }

    pub(super) fn into_nodes(self) -> Vec<Node> {
        self.nodes
    }
}
