//! Patterns of averages and sums of what bars do: ranges, movements, flows.

use super::{Found, Matcher, found};
use crate::indicator::Port;
use crate::kernel::{
    Aligned, Arithmetic, Average, Binary, CumulativeSum, DirectionalMovement, FirstOrder, GainLoss, Hold,
    MoneyFlowVolume, Previous, Ratio, RatioToSum, ReturnFlow, ScaledRatio, Shape, TrueRange, VolumeForce, WarmUp,
};

impl Matcher<'_> {
    /// The inputs of the money flow that is summed at a node, and its node.
    fn money_flow(&self, sum: usize) -> Option<(Vec<Port>, usize)> {
        self.kernel::<CumulativeSum>(sum)?;
        let flow = self.read_by(self.nodes[sum].inputs[0], &[sum])?;
        self.kernel::<MoneyFlowVolume>(flow)?;
        Some((self.nodes[flow].inputs.clone(), flow))
    }

    pub(super) fn flow(&self, at: usize) -> Option<Found> {
        if let Some((inputs, flow)) = self.money_flow(at) {
            return Some(found(Shape::MoneyFlow, vec![], [0.0; 4], inputs, at, vec![flow]));
        }
        self.kernel::<CumulativeSum>(at)?;
        let flow = self.read_by(self.nodes[at].inputs[0], &[at])?;
        self.kernel::<ReturnFlow>(flow)?;
        let [close, before, volume] = self.inputs(flow)?;
        let before = self.previous(before, close, flow)?;
        Some(found(Shape::ReturnFlow, vec![], [0.0; 4], vec![close, volume], at, vec![flow, before]))
    }

    pub(super) fn flow_difference(&self, at: usize) -> Option<Found> {
        let [fast, slow] = self.difference(at)?;
        let ((fast, x), (slow, other)) = (self.scan(fast, &[at])?, self.scan(slow, &[at])?);
        let sum = self.read_by(x, &[fast, slow]).filter(|_| x == other)?;
        let (inputs, flow) = self.money_flow(sum)?;
        Some(found(Shape::MoneyFlowDifference, vec![fast, slow], [0.0; 4], inputs, at, vec![sum, flow]))
    }

    /// The inputs of the larger or the smaller of two.
    fn extreme(&self, node: usize, is_max: bool) -> Option<[Port; 2]> {
        let &Arithmetic { op } = self.kernel(node)?;
        (op == if is_max { Binary::Max } else { Binary::Min }).then(|| self.inputs(node))?
    }

    pub(super) fn averaged_bars(&self, at: usize) -> Option<Found> {
        let [lowest, mean] = self.extreme(at, false)?;
        let lowest = self.read_by(lowest, &[at])?;
        let [low, opened] = self.extreme(lowest, false)?;
        let (Port::Node { node: scan, output: 0 }, Port::Node { node: mean_node, .. }) = (opened, mean) else {
            return None;
        };
        self.kernel::<FirstOrder>(scan)?;
        let before = self.read_by(self.nodes[scan].inputs[0], &[scan])?;
        let [_, first] = self.kernel::<Previous>(before).and(self.inputs(before)).filter(|[x, _]| *x == mean)?;
        let first = self.read_by(first, &[before])?;
        let &Average { inputs: 2 } = self.kernel(first)? else { return None };
        let &Average { inputs: 4 } = self.kernel(mean_node)? else { return None };
        let bars: [Port; 4] = self.inputs(mean_node)?;
        let is_highest = |node: &&usize| self.extreme(**node, true) == Some([bars[1], opened]);
        let highest = *self.readers[scan].iter().filter(|&&node| node != usize::MAX).find(is_highest)?;
        let &top = self.readers[highest].first().filter(|&&node| node != usize::MAX)?;
        let port = Port::Node { node: highest, output: 0 };
        let is_alone = self.read_by(port, &[top]).is_some() && self.extreme(top, true) == Some([port, mean]);
        let is_same = low == bars[2] && self.nodes[first].inputs == [bars[0], bars[3]];
        (is_alone && is_same).then(|| Found {
            shape: Shape::AveragedBars,
            scans: vec![scan],
            numbers: [0.0; 4],
            mask: 0,
            inputs: bars.to_vec(),
            outputs: vec![scan, top, at, mean_node],
            inner: vec![lowest, before, first, highest],
        })
    }

    pub(super) fn volume_force(&self, at: usize) -> Option<Found> {
        let &WarmUp { bars } = self.kernel(at)?;
        let (signal, below) = self.scan(self.nodes[at].inputs[0], &[at])?;
        let Port::Node { node: line, output: 0 } = below else { return None };
        let is_shown =
            |node: &&usize| **node != usize::MAX && self.kernel::<WarmUp>(**node).is_some_and(|own| own.bars == bars);
        let shown = *self.readers[line].iter().find(is_shown)?;
        self.read_by(below, &[signal, shown])?;
        let [fast, slow] = self.difference(line)?;
        let ((fast, x), (slow, other)) = (self.scan(fast, &[line])?, self.scan(slow, &[line])?);
        let force = self.read_by(x, &[fast, slow]).filter(|_| x == other)?;
        let &VolumeForce { offset } = self.kernel(force)?;
        Some(Found {
            shape: Shape::VolumeForce,
            scans: vec![fast, slow, signal],
            numbers: [offset, 0.0, 0.0, 0.0],
            mask: bars,
            inputs: self.nodes[force].inputs.clone(),
            outputs: vec![shown, at],
            inner: vec![fast, slow, signal, line, force],
        })
    }

    pub(super) fn weighted_mean(&self, at: usize) -> Option<Found> {
        let &Ratio { flat } = self.kernel(at)?;
        let sums: [Port; 2] = self.inputs(at)?;
        let [one, two] = [self.read_by(sums[0], &[at])?, self.read_by(sums[1], &[at])?];
        self.kernel::<CumulativeSum>(one).and(self.kernel::<CumulativeSum>(two))?;
        let traded = self.read_by(self.nodes[two].inputs[0], &[two])?;
        let money = self.read_by(self.nodes[one].inputs[0], &[one, traded])?;
        let &Arithmetic { op: Binary::Multiply } = self.kernel(money)? else { return None };
        let [x, volume] = self.inputs(money)?;
        let aligned = [volume, self.nodes[one].inputs[0]];
        self.kernel::<Aligned>(traded).filter(|_| self.nodes[traded].inputs == aligned)?;
        let mean = self.read_by(x, &[money])?;
        let &Average { inputs: 3 } = self.kernel(mean)? else { return None };
        let inputs = self.nodes[mean].inputs.iter().copied().chain([volume]).collect();
        Some(found(Shape::WeightedMean, vec![], [0.0, flat, 0.0, 0.0], inputs, at, vec![one, two, traded, money, mean]))
    }

    /// What the mean of a value and the previous one is of, and its nodes but the mean.
    fn smoothed(&self, mean: usize) -> Option<(Port, usize)> {
        let &Average { inputs: 2 } = self.kernel(mean)? else { return None };
        let [x, before] = self.inputs(mean)?;
        Some((x, self.previous(before, x, mean)?))
    }

    pub(super) fn smoothed_twice(&self, at: usize) -> Option<Found> {
        self.kernel::<FirstOrder>(at)?;
        let (once, below) = self.scan(self.nodes[at].inputs[0], &[at])?;
        let second = self.read_by(below, &[once])?;
        let (mean, second_before) = self.smoothed(second)?;
        let first = self.read_by(mean, &[second, second_before])?;
        let (x, before) = self.smoothed(first)?;
        let others = vec![second, second_before, first, before];
        Some(found(Shape::SmoothedTwice, vec![once, at], [0.0; 4], vec![x], at, others))
    }

    /// What the difference from the previous value is of, and that value.
    fn change(&self, difference: usize) -> Option<(Port, usize)> {
        let [x, before] = self.difference(difference)?;
        Some((x, self.previous(before, x, difference)?))
    }

    pub(super) fn change_twice(&self, at: usize) -> Option<Found> {
        self.kernel::<FirstOrder>(at)?;
        let second = self.read_by(self.nodes[at].inputs[0], &[at])?;
        let (average, second_before) = self.change(second)?;
        let (once, below) = self.scan(average, &[second, second_before])?;
        let first = self.read_by(below, &[once])?;
        let (x, before) = self.change(first)?;
        let others = vec![second, second_before, first, before];
        Some(found(Shape::ChangeTwice, vec![once, at], [0.0; 4], vec![x], at, others))
    }

    /// A value that is held, the two scans it is computed from, and the moves.
    fn held(&self, at: usize) -> Option<(usize, [usize; 2], [Port; 2])> {
        let &Hold { drifts: false, after: 0 } = self.kernel(at)? else { return None };
        let [value, one, two] = self.inputs(at)?;
        let value = self.read_by(value, &[at])?;
        let [a, b] = self.inputs(value)?;
        let (a, _) = self.scan(a, &[value]).filter(|(_, below)| *below == one)?;
        let (b, _) = self.scan(b, &[value]).filter(|(_, below)| *below == two)?;
        Some((value, [a, b], [one, two]))
    }

    pub(super) fn relative(&self, at: usize) -> Option<Found> {
        let (value, [a, b], moves) = self.held(at)?;
        let &RatioToSum { scale, flat } = self.kernel(value)?;
        let Port::Node { node, .. } = moves[0] else { return None };
        let parts = [0, 1].map(|output| Port::Node { node, output });
        self.kernel::<GainLoss>(node).filter(|_| moves == parts)?;
        let is_alone = self.readers[node].iter().all(|reader| [at, a, b].contains(reader));
        let x = self.nodes[node].inputs[0];
        is_alone.then(|| found(Shape::Relative, vec![a, b], [scale, flat, 0.0, 0.0], vec![x], at, vec![value, node]))
    }

    pub(super) fn directional(&self, at: usize) -> Option<Found> {
        let (value, [a, b], moves) = self.held(at)?;
        let &ScaledRatio { scale, flat } = self.kernel(value)?;
        let Port::Node { node, output } = moves[0] else { return None };
        self.kernel::<DirectionalMovement>(node)?;
        let Port::Node { node: range, output: 0 } = moves[1] else { return None };
        let &TrueRange { first: false } = self.kernel(range)? else { return None };
        let are_alone =
            [node, range].iter().all(|&node| self.readers[node].iter().all(|reader| [at, a, b].contains(reader)));
        let bars = self.inputs::<3>(range).filter(|bars| are_alone && self.nodes[node].inputs == bars[..2])?;
        let shape = if output == 0 { Shape::Upward } else { Shape::Downward };
        Some(found(shape, vec![a, b], [scale, flat, 0.0, 0.0], bars.to_vec(), at, vec![value, node, range]))
    }

    pub(super) fn of_range(&self, at: usize) -> Option<Found> {
        self.kernel::<FirstOrder>(at)?;
        let below = self.nodes[at].inputs[0];
        if let Some((range, bars)) = self.true_range(below, at) {
            return Some(found(Shape::TrueRange, vec![at], [0.0; 4], bars.to_vec(), at, vec![range]));
        }
        let range = self.read_by(below, &[at])?;
        let inputs = self.difference(range)?.to_vec();
        Some(found(Shape::Range, vec![at], [0.0; 4], inputs, at, vec![range]))
    }

    pub(super) fn ratio(&self, at: usize) -> Option<Found> {
        let [one, two] = self.inputs(at)?;
        if let Some(&Ratio { flat }) = self.kernel(at) {
            let (twice, below) = self.scan(two, &[at]).filter(|(_, below)| *below == one)?;
            let (once, below) = self.scan(below, &[at, twice])?;
            let range = self.read_by(below, &[once])?;
            let inputs = self.difference(range)?.to_vec();
            return Some(found(Shape::RangeRatio, vec![once, twice], [1.0, flat, 0.0, 0.0], inputs, at, vec![range]));
        }
        let &ScaledRatio { scale, flat } = self.kernel(at)?;
        let numbers = [scale, flat, 0.0, 0.0];
        if let Some((average, below)) = self.scan(one, &[at]) {
            let (range, bars) = self.true_range(below, average).filter(|(_, bars)| bars[2] == two)?;
            return Some(found(Shape::TrueRangeRatio, vec![average], numbers, bars.to_vec(), at, vec![range]));
        }
        let difference = self.read_by(one, &[at])?;
        let [fast, slow] = self.difference(difference)?;
        let (slow, x) = self.scan(slow, &[at, difference]).filter(|_| slow == two)?;
        let (fast, _) = self.scan(fast, &[difference]).filter(|(_, other)| *other == x)?;
        Some(found(Shape::RelativeDifference, vec![fast, slow], numbers, vec![x], at, vec![difference]))
    }
}
