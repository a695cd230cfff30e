//! Buffer allocation: fuses nodes into steps and assigns a buffer to each output.
//!
//! Linear scan over the topological order, as in register allocation (Poletto and Sarkar 1999): the live range of a value ends
//! at its last reader, which frees its buffer. Few buffers fit the first-level cache; one per node would not.
//! Outputs of the plan are written in place where they are adjacent, which saves a copy. Graph colouring was not needed: in
//! straight-line code live ranges are intervals, and first fit is good enough.

use std::any::{Any, TypeId};
use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::graph::Node;
use crate::indicator::Port;
use crate::kernel::Kernel;
use crate::series::Column;

/// The maximum number of inputs of a kernel.
pub(crate) const PORTS_MAX: usize = 8;

/// The most nodes that are fused where outputs are folded: what a step has computed is folded next, while it is in cache.
const FOLDED_MAX: usize = 16;

/// A kernel, possibly fused from several nodes, and where it reads and writes.
pub(crate) struct Step {
    pub(crate) kernel: Arc<dyn Kernel>,
    pub(crate) inputs: Vec<Slot>,
    pub(crate) outputs: Destination,
    /// The number of nodes.
    pub(crate) nodes: usize,
    /// Whether another step reads what it writes.
    pub(crate) is_read: bool,
    /// Whether NaN must be canonicalised in place: it writes outputs of the plan directly, and its kernel does not.
    pub(crate) canonicalizes: bool,
    /// The outputs of a plan that is folded which this step computes: each buffer, and the index of the output.
    pub(crate) folds: Vec<(usize, usize)>,
}

/// The location of a block of values while a plan runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Slot {
    /// An index into the plan's columns, those of other series after its own.
    Column(usize),
    /// The times, which come after the columns.
    Time,
    /// An index into the run's buffers.
    Buffer(usize),
    /// An index into the outputs of the plan.
    Output(usize),
}

/// Where a kernel writes.
pub(crate) enum Destination {
    /// Buffers of the run.
    Buffers(Range<usize>),
    /// Outputs of the plan.
    Output(Range<usize>),
}

impl Destination {
    /// The number of outputs.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Buffers(range) | Self::Output(range) => range.len(),
        }
    }
}

/// What becomes of the outputs of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// They are written.
    Written,
    /// Each block of them is folded as soon as it is computed, while it is in cache, and not kept.
    Folded,
}

/// Allocates a slot for every live port, and frees it after its last reader.
pub(crate) struct BufferAllocator<'a> {
    nodes: &'a [Node],
    outputs: &'a [Port],
    written: bool,
    /// The nodes whose slots are free after each node.
    ends: Vec<Vec<usize>>,
    /// The ports that live nodes read.
    read: HashSet<Port>,
    /// The live nodes by the type of their kernel and their inputs: candidates for fusing.
    alike: HashMap<(TypeId, &'a [Port]), Vec<usize>>,
    /// The indices of the outputs that each port is.
    places: HashMap<Port, Vec<usize>>,
    /// The last reader of each node; `usize::MAX` for outputs, `None` for dead nodes, which are eliminated.
    last_use: Vec<Option<usize>>,
    pub(crate) columns: Vec<Column>,
    /// Columns of other series.
    pub(crate) joined: Vec<(usize, Column)>,
    pub(crate) reads_time: bool,
    slots: Vec<Vec<Slot>>,
    /// Whether each buffer is free.
    free: Vec<bool>,
}

impl<'a> BufferAllocator<'a> {
    pub(crate) fn new(nodes: &'a [Node], outputs: &'a [Port], used: Use) -> Self {
        let written = used == Use::Written;
        let last_use = last_uses(nodes, outputs, written);
        let live = || (0..nodes.len()).filter(|&node| last_use[node].is_some());
        let (mut alike, mut ends) = (HashMap::<_, Vec<_>>::with_capacity(nodes.len()), vec![vec![]; nodes.len()]);
        for node in live() {
            alike.entry((kind(&nodes[node]), &nodes[node].inputs[..])).or_default().push(node);
            if let Some(end) = last_use[node].and_then(|end| ends.get_mut(end)) {
                end.push(node);
            }
        }
        let read = live().flat_map(|node| nodes[node].inputs.iter().copied()).collect();
        let mut places = HashMap::<_, Vec<_>>::with_capacity(outputs.len());
        outputs.iter().enumerate().for_each(|(index, &port)| places.entry(port).or_default().push(index));
        let slots = vec![vec![]; nodes.len()];
        let (columns, joined, free, reads_time) = (vec![], vec![], vec![], false);
        let mut allocator = Self {
            nodes,
            outputs,
            written,
            ends,
            read,
            alike,
            places,
            last_use,
            columns,
            joined,
            reads_time,
            slots,
            free,
        };
        allocator.collect_columns();
        allocator
    }

    /// Collects every column before the first slot is assigned; those of other series come last.
    fn collect_columns(&mut self) {
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

    /// The step that computes a node, unless the node is dead or fused into an earlier step.
    pub(crate) fn step(&mut self, node: usize) -> Option<Step> {
        self.last_use[node]?;
        let step = self.slots[node].is_empty().then(|| self.allocate(node));
        for &other in &self.ends[node] {
            for slot in &self.slots[other] {
                if let Slot::Buffer(buffer) = *slot {
                    self.free[buffer] = true;
                }
            }
        }
        step
    }

    fn allocate(&mut self, node: usize) -> Step {
        let Self { nodes, .. } = *self;
        let (kernel, fused) = self.fuse(node);
        let ports = fused
            .iter()
            .flat_map(|&node| (0..nodes[node].kernel.outputs()).map(move |output| Port::Node { node, output }));
        let ports: Vec<Port> = ports.collect();
        assert!(
            nodes[node].inputs.len() <= PORTS_MAX && kernel.outputs() == ports.len(),
            "kernels have the ports they declare"
        );
        let outputs = match self.adjacent_outputs(&ports) {
            Some(range) => Destination::Output(range),
            None => Destination::Buffers(self.take(ports.len())),
        };
        for (index, port) in ports.iter().enumerate() {
            let Port::Node { node, .. } = *port else { unreachable!("they were just made") };
            self.slots[node].push(match &outputs {
                Destination::Output(range) => Slot::Output(range.start + index),
                Destination::Buffers(range) => Slot::Buffer(range.start + index),
            });
        }
        let inputs = nodes[node].inputs.iter().map(|&port| self.slot(port)).collect();
        let is_read = ports.iter().any(|port| self.read.contains(port));
        let folds = if self.written { vec![] } else { self.folds(&ports) };
        let canonicalizes = matches!(outputs, Destination::Output(_)) && !kernel.is_canonical();
        let nodes = fused.iter().map(|&node| self.nodes[node].kernels).sum();
        Step { kernel, inputs, outputs, nodes, is_read, canonicalizes, folds }
    }

    /// The buffers of these ports that are outputs, each with the index of the output.
    fn folds(&self, ports: &[Port]) -> Vec<(usize, usize)> {
        let fold = |port: &Port| match self.slot(*port) {
            Slot::Buffer(buffer) => {
                self.places.get(port).into_iter().flatten().map(|&place| (buffer, place)).collect::<Vec<_>>()
            }
            _ => vec![],
        };
        ports.iter().flat_map(fold).collect()
    }

    /// The number of bars without a value at a port.
    fn lookback(&self, port: Port) -> usize {
        match port {
            Port::Column(_) | Port::Joined { .. } | Port::Time => 0,
            Port::Node { node, .. } => self.nodes[node].lookback,
        }
    }

    /// The kernel of a node, fused with the others of its type that read the same inputs, where it supports that.
    fn fuse(&self, node: usize) -> (Arc<dyn Kernel>, Vec<usize>) {
        let own = &self.nodes[node];
        let alike = self.alike.get(&(kind(own), &own.inputs[..])).map(Vec::as_slice).unwrap_or_default();
        let later = &alike[alike.partition_point(|&other| other <= node)..];
        let most = if self.written { usize::MAX } else { FOLDED_MAX };
        let others = later.iter().copied().filter(|&other| self.slots[other].is_empty());
        let others: Vec<usize> = others.take(most - 1).collect();
        let kernels: Vec<&dyn Kernel> = others.iter().map(|&other| &*self.nodes[other].kernel).collect();
        let lookbacks: Vec<usize> = self.nodes[node].inputs.iter().map(|&port| self.lookback(port)).collect();
        let kernel = &self.nodes[node].kernel;
        match (kernel.fuse(&kernels, &lookbacks), kernel.fuse(&[], &lookbacks)) {
            (Some(all), _) => (all, std::iter::once(node).chain(others).collect()),
            (None, alone) => (alone.unwrap_or_else(|| kernel.clone()), vec![node]),
        }
    }

    /// The outputs that these ports are, if they are adjacent outputs and occur once each.
    fn adjacent_outputs(&self, ports: &[Port]) -> Option<Range<usize>> {
        let start = *self.places.get(&ports[0]).filter(|_| self.written)?.first()?;
        let range = start..start + ports.len();
        let once = |port: &Port| self.places[port].len() == 1;
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

    /// The slot of a port.
    pub(crate) fn slot(&self, port: Port) -> Slot {
        let collected = |index: Option<usize>| index.expect("columns are collected before slots are assigned");
        match port {
            Port::Column(column) => Slot::Column(collected(self.columns.iter().position(|&known| known == column))),
            Port::Joined { series, column } => {
                let index = collected(self.joined.iter().position(|&known| known == (series, column)));
                Slot::Column(self.columns.len() + index)
            }
            Port::Time => Slot::Time,
            Port::Node { node, output } => self.slots[node][output],
        }
    }
}

/// The type of the kernel of a node.
fn kind(node: &Node) -> TypeId {
    (&*node.kernel as &dyn Any).type_id()
}

/// The last reader of each live node; `usize::MAX` for an output that is written, itself for one that is folded.
fn last_uses(nodes: &[Node], outputs: &[Port], written: bool) -> Vec<Option<usize>> {
    let mut last_use = vec![None; nodes.len()];
    let mark = |last_use: &mut Vec<Option<usize>>, port: Port, user: Option<usize>| {
        if let Port::Node { node, .. } = port {
            last_use[node] = last_use[node].max(Some(user.unwrap_or(node)));
        }
    };
    outputs.iter().for_each(|&port| mark(&mut last_use, port, written.then_some(usize::MAX)));
    for (user, node) in nodes.iter().enumerate().rev() {
        if last_use[user].is_some() {
            node.inputs.iter().for_each(|&port| mark(&mut last_use, port, Some(user)));
        }
    }
    last_use
}
