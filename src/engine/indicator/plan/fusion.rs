//! Fuses the difference or the ratio of two recurrences with them, where nothing else reads these.
//!
//! A peephole over the nodes: the reader takes the inputs of what it read, which is then dead and eliminated by buffer
//! allocation. Where another node reads a recurrence too, it is computed once and shared; the bits are the same.

use super::graph::Node;
use crate::indicator::Port;
use crate::kernel;

/// Fuses nodes with those they read.
pub(crate) fn fuse_scans(nodes: &mut [Node], outputs: &[Port]) {
    let mut readers = vec![0_usize; nodes.len()];
    for port in nodes.iter().flat_map(|node| &node.inputs).chain(outputs) {
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
