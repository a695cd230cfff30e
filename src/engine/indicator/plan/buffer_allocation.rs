//! Buffer allocation: which nodes are fused into one step, and which buffer each step writes.
//!
//! Linear scan over the topological order, as in register allocation (Poletto and Sarkar 1999): the live range of a value ends
//! at its last reader, and its buffer is free from then on. Few buffers stay in the first-level cache, one per node would not.
//! Outputs of the plan are written in place where they are adjacent, which saves a copy. Graph colouring was not needed: in
//! straight-line code live ranges are intervals, and first fit is good enough.

use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

use super::graph::Node;
use crate::indicator::Port;
use crate::kernel::Kernel;
use crate::series::Column;

/// The most inputs of one kernel.
pub(crate) const PORTS_MAX: usize = 8;

/// A kernel, perhaps one for several nodes, and where it reads and writes.
pub(crate) struct Step {
    pub(crate) kernel: Arc<dyn Kernel>,
    pub(crate) inputs: Vec<Slot>,
    pub(crate) outputs: Destination,
    /// The number of nodes.
    pub(crate) nodes: usize,
    /// Whether another step reads what it writes.
    pub(crate) is_read: bool,
    /// Whether it writes outputs of the plan directly and leaves NaN to be canonicalised.
    pub(crate) canonicalizes: bool,
}

/// Where a block of values is while a plan runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Slot {
    /// An index into the plan's columns, those of other series after its own.
    Column(usize),
    /// The times, which come after the columns.
    Time,
    /// An index into the run's buffers.
    Buffer(usize),
    /// The output of the plan of this index.
    Given(usize),
}

/// Where a kernel writes.
pub(crate) enum Destination {
    /// These of the run's buffers.
    Buffers(Range<usize>),
    /// These outputs of the plan.
    Given(Range<usize>),
}

impl Destination {
    /// The number of outputs.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Buffers(range) | Self::Given(range) => range.len(),
        }
    }
}

/// Allocates a slot for every port that is used, and frees it after its last reader.
pub(crate) struct BufferAllocator<'a> {
    nodes: &'a [Node],
    outputs: &'a [Port],
    /// The last reader of each node; `usize::MAX` for outputs, `None` for dead nodes, which are eliminated.
    last_use: Vec<Option<usize>>,
    pub(crate) columns: Vec<Column>,
    /// Columns of other series.
    pub(crate) joined: Vec<(usize, Column)>,
    pub(crate) reads_time: bool,
    places: Vec<Vec<Slot>>,
    /// Whether each buffer is free.
    free: Vec<bool>,
}

impl<'a> BufferAllocator<'a> {
    pub(crate) fn new(nodes: &'a [Node], outputs: &'a [Port]) -> Self {
        let mut last_use = vec![None; nodes.len()];
        let mark = |last_use: &mut Vec<Option<usize>>, port: Port, user: usize| {
            if let Port::Node { node, .. } = port {
                last_use[node] = last_use[node].max(Some(user));
            }
        };
        outputs.iter().for_each(|&port| mark(&mut last_use, port, usize::MAX));
        for (user, node) in nodes.iter().enumerate().rev() {
            if last_use[user].is_some() {
                node.inputs.iter().for_each(|&port| mark(&mut last_use, port, user));
            }
        }
        let places = vec![vec![]; nodes.len()];
        let (columns, joined, free) = (vec![], vec![], vec![]);
        let mut allocator = Self { nodes, outputs, last_use, columns, joined, reads_time: false, places, free };
        allocator.note_columns();
        allocator
    }

    /// Every column is known before the first is placed, those of other series after the others.
    fn note_columns(&mut self) {
        let used = self.nodes.iter().zip(&self.last_use).filter(|(_, last_use)| last_use.is_some());
        for &port in self.outputs.iter().chain(used.flat_map(|(node, _)| &node.inputs)) {
            match port {
                Port::Column(column) if !self.columns.contains(&column) => self.columns.push(column),
                Port::Joined { series, column } if !self.joined.contains(&(series, column)) => {
                    self.joined.push((series, column));
                }
                Port::Time => self.reads_time = true,
                Port::Column(_) | Port::Joined { .. } | Port::Node { .. } => {}
            }
        }
    }

    /// The step that computes a node, unless it is not read or an earlier step computes it.
    pub(crate) fn step(&mut self, node: usize) -> Option<Step> {
        self.last_use[node]?;
        let step = self.places[node].is_empty().then(|| self.place(node));
        for other in 0..=node {
            if self.last_use[other] == Some(node) {
                for slot in &self.places[other] {
                    if let Slot::Buffer(buffer) = *slot {
                        self.free[buffer] = true;
                    }
                }
            }
        }
        step
    }

    fn place(&mut self, node: usize) -> Step {
        let Self { nodes, .. } = *self;
        let (kernel, together) = self.fuse(node);
        let ports = together
            .iter()
            .flat_map(|&node| (0..nodes[node].kernel.outputs()).map(move |output| Port::Node { node, output }));
        let ports: Vec<Port> = ports.collect();
        assert!(nodes[node].inputs.len() <= PORTS_MAX && kernel.outputs() == ports.len(), "kernels are as they say");
        let outputs = match self.given(&ports) {
            Some(range) => Destination::Given(range),
            None => Destination::Buffers(self.take(ports.len())),
        };
        for (index, port) in ports.iter().enumerate() {
            let Port::Node { node, .. } = *port else { unreachable!("they were just made") };
            self.places[node].push(match &outputs {
                Destination::Given(range) => Slot::Given(range.start + index),
                Destination::Buffers(range) => Slot::Buffer(range.start + index),
            });
        }
        let inputs = nodes[node].inputs.iter().map(|&port| self.slot(port)).collect();
        let is_read = ports.iter().any(|&port| self.is_read(port));
        let canonicalizes = matches!(outputs, Destination::Given(_)) && !kernel.is_canonical();
        Step { kernel, inputs, outputs, nodes: together.len(), is_read, canonicalizes }
    }

    /// Whether a node that is used reads a port.
    fn is_read(&self, port: Port) -> bool {
        let mut used = self.nodes.iter().zip(&self.last_use).filter(|(_, used)| used.is_some());
        used.any(|(node, _)| node.inputs.contains(&port))
    }

    /// The kernel of a node, fused with the others of its type that read the same inputs, where it supports that.
    fn fuse(&self, node: usize) -> (Arc<dyn Kernel>, Vec<usize>) {
        let kind = |node: usize| (&*self.nodes[node].kernel as &dyn Any).type_id();
        let alike = |&other: &usize| {
            let open = self.last_use[other].is_some() && self.places[other].is_empty();
            open && kind(other) == kind(node) && self.nodes[other].inputs == self.nodes[node].inputs
        };
        let others: Vec<usize> = (node + 1..self.nodes.len()).filter(alike).collect();
        let kernels: Vec<&dyn Kernel> = others.iter().map(|&other| &*self.nodes[other].kernel).collect();
        match self.nodes[node].kernel.fuse(&kernels) {
            Some(kernel) => (kernel, std::iter::once(node).chain(others).collect()),
            None => (self.nodes[node].kernel.clone(), vec![node]),
        }
    }

    /// The outputs that these ports are, if they are so one after the other, each once.
    fn given(&self, ports: &[Port]) -> Option<Range<usize>> {
        let start = self.outputs.iter().position(|port| *port == ports[0])?;
        let range = start..start + ports.len();
        let once = |port: &Port| self.outputs.iter().filter(|output| *output == port).count() == 1;
        (self.outputs.get(range.clone()) == Some(ports) && ports.iter().all(once)).then_some(range)
    }

    /// Adjacent buffers, first fit.
    fn take(&mut self, count: usize) -> Range<usize> {
        let free = self.free.windows(count).position(|buffers| buffers.iter().all(|&free| free));
        let start = free.unwrap_or_else(|| {
            let start = self.free.iter().rposition(|&free| !free).map_or(0, |last| last + 1);
            self.free.resize(start + count, true);
            start
        });
        self.free[start..start + count].fill(false);
        start..start + count
    }

    /// The number of buffers.
    pub(crate) fn buffers(&self) -> usize {
        self.free.len()
    }

    /// Where the values of a port lie.
    pub(crate) fn slot(&self, port: Port) -> Slot {
        let noted = |index: Option<usize>| index.expect("columns are noted before they are placed");
        match port {
            Port::Column(column) => Slot::Column(noted(self.columns.iter().position(|&known| known == column))),
            Port::Joined { series, column } => {
                let index = noted(self.joined.iter().position(|&known| known == (series, column)));
                Slot::Column(self.columns.len() + index)
            }
            Port::Time => Slot::Time,
            Port::Node { node, output } => self.places[node][output],
        }
    }
}
