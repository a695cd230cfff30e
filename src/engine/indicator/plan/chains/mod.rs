//! Fuses recurrences and the arithmetic between them into one [`Chain`], where nothing else reads what lies between.
//!
//! Pattern matching on trees (instruction selection by maximal munch, Cattell 1980): nodes are visited from the last, so
//! that the largest pattern that ends at a node is found before its parts. The nodes in between are dead then, and are
//! eliminated by buffer allocation. A node that another reads too is left alone: what is shared is computed once.

mod averages;
mod bars;
#[cfg(test)]
mod tests;

use std::any::Any;

use super::graph::Node;
use crate::indicator::Port;
use crate::kernel::{Arithmetic, Binary, Chain, FirstOrder, Kernel, Previous, Shape, TrueRange};

/// The nodes and how often each is read.
pub(super) struct Matcher<'a> {
    nodes: &'a [Node],
    /// The nodes that read each; `usize::MAX` for an output of the plan.
    readers: &'a [Vec<usize>],
}

/// A pattern that was found.
pub(super) struct Found {
    shape: Shape,
    /// The recurrences, as the shape numbers them.
    scans: Vec<usize>,
    numbers: [f64; 4],
    mask: usize,
    inputs: Vec<Port>,
    /// The nodes that are replaced by outputs of the chain, in order.
    outputs: Vec<usize>,
    /// All nodes it stands for but the outputs.
    inner: Vec<usize>,
}

/// Fuses chains.
pub(super) fn fuse_chains(nodes: &mut [Node], outputs: &mut [Port]) {
    let mut readers = vec![vec![]; nodes.len()];
    let live = live(nodes, outputs);
    let inputs =
        (0..nodes.len()).filter(|&at| live[at]).flat_map(|at| nodes[at].inputs.iter().map(move |port| (at, port)));
    for (reader, port) in inputs.chain(outputs.iter().map(|port| (usize::MAX, port))) {
        if let Port::Node { node, .. } = port {
            readers[*node].push(reader);
        }
    }
    let mut is_fused = vec![false; nodes.len()];
    for at in (0..nodes.len()).rev() {
        if !live[at] || is_fused[at] {
            continue;
        }
        let Some(found) = (Matcher { nodes, readers: &readers }).find(at) else { continue };
        let all = found.inner.iter().chain(&found.outputs);
        if all.clone().any(|&node| is_fused[node]) {
            continue;
        }
        let all: Vec<usize> = all.copied().collect();
        if replace(nodes, outputs, found) {
            all.into_iter().for_each(|node| is_fused[node] = true);
        }
    }
}

/// Which nodes are outputs, or are read by one that is.
pub(super) fn live(nodes: &[Node], outputs: &[Port]) -> Vec<bool> {
    let mut live = vec![false; nodes.len()];
    let mark = |live: &mut [bool], port: &Port| {
        if let Port::Node { node, .. } = port {
            live[*node] = true;
        }
    };
    outputs.iter().for_each(|port| mark(&mut live, port));
    for at in (0..nodes.len()).rev() {
        if live[at] {
            nodes[at].inputs.iter().for_each(|port| mark(&mut live, port));
        }
    }
    live
}

/// Puts a chain in the place of its first output; whether that is possible.
fn replace(nodes: &mut [Node], outputs: &mut [Port], found: Found) -> bool {
    let Found { shape, scans, numbers, mask, inputs, outputs: own, inner } = found;
    let place = own.iter().copied().min().expect("a chain has an output");
    let lookback = nodes[place].lookback;
    let comes_later = |port: &Port| matches!(port, Port::Node { node, .. } if *node >= place);
    if inputs.iter().any(comes_later) || own.iter().any(|&node| nodes[node].lookback != lookback) {
        return false;
    }
    let of_port = |port: Port| match port {
        Port::Node { node, .. } => nodes[node].lookback,
        Port::Column(_) | Port::Joined { .. } | Port::Time => 0,
    };
    let scan = |&node: &usize| (nodes[node].kernel.as_ref() as &dyn Any).downcast_ref::<FirstOrder>().cloned();
    let places = scans.iter().map(|&node| of_port(nodes[node].inputs[0])).collect();
    let Some(scans) = scans.iter().map(scan).collect() else { return false };
    let chain = Chain { shape, scans, places, numbers, mask, lookback };
    if !chain.is_valid() {
        return false;
    }
    let kernels = inner.iter().chain(&own).map(|&node| nodes[node].kernels).sum();
    let renamed = |port: &mut Port| {
        if let Port::Node { node, output: 0 } = *port
            && let Some(output) = own.iter().rposition(|&own| own == node)
        {
            *port = Port::Node { node: place, output };
        }
    };
    nodes.iter_mut().flat_map(|node| &mut node.inputs).chain(outputs).for_each(renamed);
    (nodes[place].kernel, nodes[place].inputs, nodes[place].kernels) = (std::sync::Arc::new(chain), inputs, kernels);
    true
}

impl Matcher<'_> {
    pub(super) fn kernel<K: Kernel>(&self, node: usize) -> Option<&K> {
        (&*self.nodes[node].kernel as &dyn Any).downcast_ref()
    }

    pub(super) fn inputs<const N: usize>(&self, node: usize) -> Option<[Port; N]> {
        self.nodes[node].inputs[..].try_into().ok()
    }

    /// The node of a port that exactly these nodes read, and nothing else.
    pub(super) fn read_by(&self, port: Port, readers: &[usize]) -> Option<usize> {
        let Port::Node { node, output: 0 } = port else { return None };
        let found = &self.readers[node];
        let is_exact =
            found.iter().all(|reader| readers.contains(reader)) && readers.iter().all(|one| found.contains(one));
        is_exact.then_some(node)
    }

    /// The recurrence at a port, and its input.
    pub(super) fn scan(&self, port: Port, readers: &[usize]) -> Option<(usize, Port)> {
        let node = self.read_by(port, readers)?;
        self.kernel::<FirstOrder>(node)?;
        Some((node, self.nodes[node].inputs[0]))
    }

    /// The inputs of a difference.
    pub(super) fn difference(&self, node: usize) -> Option<[Port; 2]> {
        matches!(self.kernel(node), Some(Arithmetic { op: Binary::Subtract })).then(|| self.inputs(node))?
    }

    /// High, low and close of a true range that one node reads.
    pub(super) fn true_range(&self, port: Port, reader: usize) -> Option<(usize, [Port; 3])> {
        let node = self.read_by(port, &[reader])?;
        matches!(self.kernel(node), Some(TrueRange { first: false })).then_some((node, self.inputs(node)?))
    }

    /// The value before a port, which it and one node read.
    pub(super) fn previous(&self, port: Port, x: Port, reader: usize) -> Option<usize> {
        let node = self.read_by(port, &[reader])?;
        self.kernel::<Previous>(node).filter(|_| self.nodes[node].inputs == [x, x])?;
        Some(node)
    }

    /// The largest pattern that ends at a node.
    fn find(&self, at: usize) -> Option<Found> {
        self.convergence(at)
            .or_else(|| self.combined(at))
            .or_else(|| self.sixfold(at))
            .or_else(|| self.thrice_rate(at))
            .or_else(|| self.strength(at))
            .or_else(|| self.ratio(at))
            .or_else(|| self.relative(at))
            .or_else(|| self.directional(at))
            .or_else(|| self.smoothed_twice(at))
            .or_else(|| self.change_twice(at))
            .or_else(|| self.flow(at))
            .or_else(|| self.flow_difference(at))
            .or_else(|| self.weighted_mean(at))
            .or_else(|| self.averaged_bars(at))
            .or_else(|| self.volume_force(at))
            .or_else(|| self.of_range(at))
            .or_else(|| self.distances(at))
    }
}

/// A pattern with one output. `others` are the nodes that are no recurrence.
fn found(
    shape: Shape,
    scans: Vec<usize>,
    numbers: [f64; 4],
    inputs: Vec<Port>,
    output: usize,
    others: Vec<usize>,
) -> Found {
    let inner = scans.iter().copied().filter(|&scan| scan != output).chain(others).collect();
    Found { shape, scans, numbers, mask: 0, inputs, outputs: vec![output], inner }
}
