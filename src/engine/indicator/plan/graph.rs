//! The dataflow graph: kernels as nodes, values as ports.
//!
//! Nodes are hash-consed (common subexpression elimination): a kernel with an equal [`KernelKey`] and equal inputs is the same
//! node, so that work which several indicators share is done once. Invariant: inputs of a node have smaller indices, so the
//! order of creation is a topological order, and no cycle can be expressed.
//!
//! A sweep plans thousands of variants, and the hashes of std (SipHash) were a quarter of that. Callers choose the keys, but
//! few of them: the number of kernels is limited, and the seed differs from process to process.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use crate::kernel::{Fields, Kernel, KernelKey, Memory, State, parameters};
use crate::series::{Column, Symbol};

/// One series of values in a graph: a column of the bars, or an output of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Port {
    /// A stored column.
    Column(Column),
    /// A column of another series, joined on opening time.
    Joined {
        /// The index of the series.
        series: usize,
        /// Its column.
        column: Column,
    },
    /// The opening time of each bar, in seconds.
    Time,
    /// An output of a node.
    Node {
        /// The index of the node.
        node: usize,
        /// The index of its output.
        output: usize,
    },
}

/// Static properties of the values at a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The number of bars without a value from the start of a series.
    pub lookback: usize,
    /// The number of bars from the start of a series after which values no longer depend on where it starts, to 8 digits;
    /// `None` if they always do, as cumulative sums.
    pub stable_from: Option<usize>,
    /// The display shift: the number of bars by which values are drawn later than they are known.
    pub display_shift: i32,
}

/// A kernel and its inputs.
pub(crate) struct Node {
    pub(crate) kernel: Arc<dyn Kernel>,
    pub(crate) inputs: Vec<Port>,
    /// The number of kernels that it stands for, more than 1 once others are fused into it.
    pub(crate) kernels: usize,
    /// The number of bars without a value from the start of the series.
    pub(crate) lookback: usize,
    memory: Memory,
    /// The number of bars until values no longer depend on where the series starts.
    stable_from: Option<usize>,
    display_shift: i32,
}

/// A dataflow graph of kernels, in topological order.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// The joined series.
    series: Vec<Symbol>,
    known: HashMap<(KernelKey, Vec<Port>), usize>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty graph with room for some nodes.
    pub fn with_capacity(nodes: usize) -> Self {
        Self { nodes: Vec::with_capacity(nodes), series: vec![], known: HashMap::with_capacity(nodes) }
    }

    /// A column of the series of another symbol.
    pub fn joined(&mut self, symbol: &Symbol, column: Column) -> Port {
        let known = self.series.iter().position(|known| known == symbol);
        let series = known.unwrap_or_else(|| {
            self.series.push(symbol.clone());
            self.series.len() - 1
        });
        Port::Joined { series, column }
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
        let key = kernel.key();
        self.node_of(key, Arc::new(kernel), inputs)
    }

    /// As `node`, compiled once for all kernels.
    fn node_of(&mut self, key: KernelKey, kernel: Arc<dyn Kernel>, inputs: &[Port]) -> usize {
        let key = (key, inputs.to_vec());
        if let Some(&node) = self.known.get(&key) {
            return node;
        }
        let lookbacks: Vec<_> = inputs.iter().map(|&port| self.lookback(port)).collect();
        let lookback = kernel.lookback_after(&lookbacks);
        let before = inputs.iter().map(|&port| self.memory(port)).fold(Memory::Bars(0), Memory::or);
        let memory = kernel.memory().after(before);
        let before = inputs.iter().map(|&port| self.stable_from(port)).try_fold(0, |most, bars| Some(bars?.max(most)));
        let stable_from = before.zip(kernel.stable_after()).map(|(before, own)| before + own);
        let inputs = inputs.to_vec();
        self.nodes.push(Node { kernel, inputs, kernels: 1, lookback, memory, stable_from, display_shift: 0 });
        self.known.insert(key, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Static properties of the values at `port`.
    pub fn facts(&self, port: Port) -> Facts {
        Facts {
            lookback: self.lookback(port),
            stable_from: self.stable_from(port),
            display_shift: self.display_shift(port),
        }
    }

    /// The number of bars without a value at `port` from the start of a series.
    pub fn lookback(&self, port: Port) -> usize {
        match port {
            Port::Column(_) | Port::Joined { .. } | Port::Time => 0,
            Port::Node { node, .. } => self.nodes[node].lookback,
        }
    }

    /// The number of bars from the start of a series after which values at `port` no longer depend on where it starts, to 8
    /// digits; `None` if they always do, as cumulative sums.
    pub fn stable_from(&self, port: Port) -> Option<usize> {
        match port {
            Port::Column(_) | Port::Joined { .. } | Port::Time => Some(0),
            Port::Node { node, .. } => self.nodes[node].stable_from,
        }
    }

    /// The same values with a display shift: drawn `bars` bars later than they are known, or earlier if negative.
    pub fn displayed(&mut self, port: Port, bars: i32) -> Port {
        let node = self.node(Displayed { bars }, &[port]);
        self.nodes[node].display_shift = bars;
        Port::Node { node, output: 0 }
    }

    /// The display shift of the values at `port`, in bars.
    pub fn display_shift(&self, port: Port) -> i32 {
        match port {
            Port::Column(_) | Port::Joined { .. } | Port::Time => 0,
            Port::Node { node, .. } => self.nodes[node].display_shift,
        }
    }

    /// How far back the values at `port` depend on the columns.
    pub fn memory(&self, port: Port) -> Memory {
        match port {
            Port::Column(_) | Port::Joined { .. } | Port::Time => Memory::Bars(0),
            Port::Node { node, .. } => self.nodes[node].memory,
        }
    }

    pub(crate) fn into_parts(self) -> (Vec<Node>, Vec<Symbol>) {
        (self.nodes, self.series)
    }
}

/// The identity, as a separate node: the shift must not apply to other readers of the input.
#[derive(Debug, Clone)]
struct Displayed {
    /// The shift in bars: part of the key only, as the values do not move.
    bars: i32,
}

parameters!(Displayed { bars });

impl Kernel for Displayed {
    fn lookback(&self) -> usize {
        0
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl State for Displayed {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        outputs[0].copy_from_slice(inputs[0]);
    }

    fn visit(&mut self, _: &mut Fields<'_>) {}

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{Expression, Limits};
    use crate::kernel::{Lag, parameters};

    /// A kernel whose `Debug` text says nothing of its parameters.
    #[derive(Clone)]
    struct Terse {
        factor: f64,
        is_late: bool,
    }

    parameters!(Terse { factor, is_late });

    impl std::fmt::Debug for Terse {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Terse")
        }
    }

    impl Kernel for Terse {
        fn lookback(&self) -> usize {
            0
        }

        fn start(&self) -> Box<dyn State> {
            Box::new(Displayed { bars: 0 })
        }
    }

    #[test]
    fn kernels_of_equal_debug_text_are_not_merged() {
        let mut graph = Graph::new();
        let close = [Port::Column(Column::Close)];
        let kernels = [(2.0, false), (3.0, false), (2.0, true), (0.0, false), (-0.0, false)];
        let kernels = kernels.map(|(factor, is_late)| Terse { factor, is_late });
        let ports = kernels.clone().map(|kernel| graph.add(kernel, &close));
        for (i, one) in ports.iter().enumerate() {
            assert!(ports[..i].iter().all(|other| other != one), "{i}");
            assert_eq!(format!("{:?}", kernels[i]), "Terse");
        }
        assert_eq!(kernels.map(|kernel| graph.add(kernel, &close)), ports, "equal kernels are one node");
        let volume = graph.add(Terse { factor: 2.0, is_late: false }, &[Port::Column(Column::Volume)]);
        assert!(!ports.contains(&volume), "other inputs");
    }

    fn stable_from(text: &str) -> Option<usize> {
        let mut graph = Graph::new();
        let port = Expression::parse(text, &Limits::default()).expect(text)[0].port(&mut graph);
        graph.stable_from(port)
    }

    #[test]
    fn recurrences_decay_windows_end_and_cumulative_sums_never_forget() {
        assert_eq!(stable_from("close"), Some(0));
        assert_eq!(stable_from("sma(20)"), Some(19));
        // TA-Lib has ceil(19 n / 2) for an average of n bars, which counts some bars too many.
        let ema = stable_from("ema(20)").expect("settles");
        assert!((ema - 19).abs_diff(190) < 10, "{ema}");
        assert_eq!(stable_from("rma(20)"), Some(19 + 360));
        assert_eq!(stable_from("sma(ema(20), 5)"), Some(ema + 4));
        assert_eq!(stable_from("ema(20) + shift(sma(9), 3)"), Some(ema));
        assert_eq!(stable_from("obv"), None);
        assert_eq!(stable_from("obv - close"), None);
    }

    #[test]
    fn a_display_shift_has_a_node_of_its_own() {
        let mut graph = Graph::new();
        let lag = graph.add(Lag { bars: 3 }, &[Port::Column(Column::Close)]);
        let [later, earlier] = [26, -26].map(|bars| graph.displayed(lag, bars));
        assert_eq!([lag, later, earlier].map(|port| graph.display_shift(port)), [0, 26, -26]);
        assert_eq!([later, earlier].map(|port| graph.lookback(port)), [3, 3]);
        assert_eq!(graph.displayed(lag, 26), later);
    }
}
