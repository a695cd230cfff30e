//! Fuses the difference or the ratio of two recurrences with them, where nothing else reads these.
//!
//! A peephole over the nodes: the reader takes the inputs of what it read, which is then dead and eliminated by buffer
//! allocation. Where another node reads a recurrence too, it is computed once and shared; the bits are the same.

use std::any::Any;
use std::sync::Arc;

use super::buffer_allocation::PORTS_MAX;
use super::chains::live;
use super::graph::Node;
use crate::indicator::Port;
use crate::kernel::{self, FirstOrder, Hold, Holding, Kernel, Masked, WarmUp};

/// Fuses nodes with those they read.
pub(crate) fn fuse_scans(nodes: &mut [Node], outputs: &[Port]) {
    let mut readers = vec![0_usize; nodes.len()];
    let live = live(nodes, outputs);
    let live = nodes.iter().zip(live).filter_map(|(node, live)| live.then_some(node));
    for port in live.flat_map(|node| &node.inputs).chain(outputs) {
        if let Port::Node { node, .. } = port {
            readers[*node] += 1;
        }
    }
    for at in 0..nodes.len() {
        let alone = |port: &Port| match *port {
            Port::Node { node, output: 0 } if readers[node] == 1 => Some(node),
            _ => None,
        };
        let own = nodes[at].inputs.clone();
        // What holds a value reads it first, and then the inputs of the scans.
        let read: Option<Vec<usize>> = match own[..] {
            [value, one, two] => alone(&value).filter(|&node| nodes[node].inputs == [one, two]).map(|node| vec![node]),
            [_, _] => own.iter().map(alone).collect(),
            _ => None,
        };
        let Some(read) = read else { continue };
        let kernels: Vec<_> = read.iter().map(|&node| &*nodes[node].kernel).collect();
        let Some(fused) = kernel::fuse_scans(&*nodes[at].kernel, &kernels) else { continue };
        let inputs: Vec<Port> = read.iter().flat_map(|&node| nodes[node].inputs.clone()).collect();
        for port in &inputs {
            if let Port::Node { node, .. } = port {
                readers[*node] += 1;
            }
        }
        let kernels = read.iter().map(|&node| nodes[node].kernels).sum::<usize>();
        (nodes[at].kernel, nodes[at].inputs) = (fused, inputs);
        nodes[at].kernels += kernels;
    }
}

/// Fuses a warm-up with what it masks, and a hold with what it holds, where nothing else reads that. Recurrences by
/// themselves are left to their banks.
pub(super) fn fuse_masks(nodes: &mut [Node], outputs: &[Port]) {
    let live = live(nodes, outputs);
    let mut readers = vec![0_usize; nodes.len()];
    let inputs = nodes.iter().zip(&live).filter(|(_, live)| **live).flat_map(|(node, _)| &node.inputs);
    for port in inputs.chain(outputs) {
        if let Port::Node { node, .. } = port {
            readers[*node] += 1;
        }
    }
    for at in (0..nodes.len()).filter(|&at| live[at]) {
        let own: &dyn Any = &*nodes[at].kernel;
        if !own.is::<WarmUp>() && !own.is::<Hold>() {
            continue;
        }
        let Port::Node { node, output: 0 } = nodes[at].inputs[0] else { continue };
        let inner = &nodes[node];
        if readers[node] > 1 || inner.kernel.outputs() > 1 || (&*inner.kernel as &dyn Any).is::<FirstOrder>() {
            continue;
        }
        let (kernel, inputs) = (inner.kernel.clone(), inner.inputs.len());
        let fused: Arc<dyn Kernel> = match own.downcast_ref() {
            Some(&WarmUp { bars }) => Arc::new(Masked { kernel, bars }),
            None => Arc::new(Holding { kernel, inputs, hold: own.downcast_ref::<Hold>().expect("it is one").clone() }),
        };
        let (inputs, kernels) = ([&inner.inputs, &nodes[at].inputs[1..]].concat(), inner.kernels);
        if inputs.len() > PORTS_MAX {
            continue;
        }
        (nodes[at].kernel, nodes[at].inputs) = (fused, inputs);
        nodes[at].kernels += kernels;
    }
}
