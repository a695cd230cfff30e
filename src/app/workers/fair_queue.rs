//! Start-time fair queueing (Goyal, Vin and Cheng 1996), in two levels: groups share the CPU alike, and the connections of a
//! group share its part, whatever each asks.
//!
//! A flow that waits has a start tag, the later of the virtual time and the end of its work before. The smallest goes first
//! and becomes the virtual time; its end is its start plus the cost of what is served. So a flow with much work moves into
//! the future, one that comes with little is served next, and idle time is not saved up. Costs are estimates; round robin by
//! number was rejected, as costs differ by a factor of a million.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::call_context::Caller;

/// The flows of a level, in the order of service.
#[derive(Debug, Default)]
struct Shares {
    /// The waiting flows by start tag; equal ones first come, first served.
    waiting: BTreeMap<(u64, u64), u64>,
    flows: HashMap<u64, Flow>,
    now: u64,
    number: u64,
}

#[derive(Debug, Default)]
struct Flow {
    /// The end of its last work.
    end: u64,
    /// Its place among those that wait.
    place: Option<(u64, u64)>,
}

/// Flows that are done are forgotten once there are this many more than waiting ones.
const IDLE_FLOWS_MAX: usize = 64;

impl Shares {
    /// A flow has work that waits.
    fn wait(&mut self, flow: u64) {
        let entry = self.flows.entry(flow).or_default();
        if entry.place.is_none() {
            self.number += 1;
            let place = (entry.end.max(self.now), self.number);
            entry.place = Some(place);
            self.waiting.insert(place, flow);
        }
    }

    /// The flow whose turn it is.
    fn next(&self) -> Option<u64> {
        self.waiting.first_key_value().map(|(_, &flow)| flow)
    }

    /// A flow was served.
    fn serve(&mut self, flow: u64, cost: u64) {
        let Some((start, _)) = self.leave(flow) else { return };
        self.now = self.now.max(start);
        self.flows.entry(flow).or_default().end = start.saturating_add(cost);
        if self.flows.len() > 2 * self.waiting.len() + IDLE_FLOWS_MAX {
            let now = self.now;
            self.flows.retain(|_, flow| flow.place.is_some() || flow.end > now);
        }
    }

    /// Forgets what was served once nobody waits: all begin alike.
    fn rest(&mut self) {
        if self.waiting.is_empty() {
            self.now = self.flows.values().map(|flow| flow.end).fold(self.now, u64::max);
            self.flows.clear();
        }
    }

    /// A flow waits no more.
    fn leave(&mut self, flow: u64) -> Option<(u64, u64)> {
        let place = self.flows.get_mut(&flow)?.place.take()?;
        self.waiting.remove(&place);
        Some(place)
    }
}

/// Work that waits.
#[derive(Debug)]
struct Waiting<T> {
    number: u64,
    cost: u64,
    work: T,
}

/// The work of a group, by connection.
#[derive(Debug)]
struct Group<T> {
    shares: Shares,
    connections: HashMap<u64, VecDeque<Waiting<T>>>,
}

/// The place of work in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    caller: Caller,
    number: u64,
}

/// Work that waits, in fair order.
#[derive(Debug)]
pub(crate) struct FairQueue<T> {
    shares: Shares,
    groups: HashMap<u64, Group<T>>,
    number: u64,
    len: usize,
    cost: u64,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        Self { shares: Shares::default(), groups: HashMap::new(), number: 0, len: 0, cost: 0 }
    }
}

impl<T> FairQueue<T> {
    /// Adds work of some cost, in nanoseconds.
    pub(crate) fn push(&mut self, caller: Caller, cost: u64, work: T) -> Place {
        self.number += 1;
        let number = self.number;
        let new = || Group { shares: Shares::default(), connections: HashMap::new() };
        let group = self.groups.entry(caller.group).or_insert_with(new);
        group.connections.entry(caller.connection).or_default().push_back(Waiting { number, cost, work });
        group.shares.wait(caller.connection);
        self.shares.wait(caller.group);
        self.len += 1;
        self.cost += cost;
        Place { caller, number }
    }

    /// The next work, and its cost.
    pub(crate) fn pop(&mut self) -> Option<(u64, T)> {
        let group = self.shares.next()?;
        let connection = self.groups.get(&group)?.shares.next()?;
        self.take(Caller { group, connection }, true, |_| Some(0))
    }

    /// Removes work that nobody waits for any more, if it is still there.
    pub(crate) fn remove(&mut self, Place { caller, number }: Place) -> Option<T> {
        let found = self.take(caller, false, |work| work.iter().position(|waiting| waiting.number == number));
        found.map(|(_, work)| work)
    }

    /// Takes work of a connection out of the queue. Served work counts against the shares of its caller.
    fn take(
        &mut self,
        caller: Caller,
        served: bool,
        find: impl FnOnce(&VecDeque<Waiting<T>>) -> Option<usize>,
    ) -> Option<(u64, T)> {
        let group = self.groups.get_mut(&caller.group)?;
        let queue = group.connections.get_mut(&caller.connection)?;
        let Waiting { cost, work, .. } = find(queue).and_then(|at| queue.remove(at))?;
        let is_empty = queue.is_empty();
        update(&mut group.shares, caller.connection, served.then_some(cost), is_empty);
        if is_empty {
            group.connections.remove(&caller.connection);
        }
        let is_empty = group.connections.is_empty();
        update(&mut self.shares, caller.group, served.then_some(cost), is_empty);
        if is_empty {
            self.groups.remove(&caller.group);
        }
        self.len -= 1;
        self.cost -= cost;
        Some((cost, work))
    }

    /// The waiting work.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The cost of all waiting work.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    /// The cost of the work that is done before new work of a caller: its own, and as much of every other.
    pub(crate) fn cost_before(&self, caller: Caller) -> u64 {
        let group = self.groups.get(&caller.group);
        let own = group.and_then(|group| group.connections.get(&caller.connection));
        let own: u64 = own.map_or(0, |work| work.iter().map(|waiting| waiting.cost).sum());
        let siblings = group.map_or(1, |group| group.connections.len().max(1));
        let groups = self.groups.len().max(1);
        own.saturating_mul((siblings * groups) as u64).min(self.cost)
    }
}

fn update(shares: &mut Shares, flow: u64, served: Option<u64>, is_empty: bool) {
    if let Some(cost) = served {
        shares.serve(flow, cost);
    }
    if is_empty {
        shares.leave(flow);
        shares.rest();
    } else {
        shares.wait(flow);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(group: u64, connection: u64) -> Caller {
        Caller { group, connection }
    }

    fn push(queue: &mut FairQueue<char>, count: usize, caller: Caller, cost: u64, work: char) {
        for _ in 0..count {
            queue.push(caller, cost, work);
        }
    }

    /// The callers in the order of service.
    fn order(queue: &mut FairQueue<char>) -> String {
        std::iter::from_fn(|| queue.pop().map(|(_, work)| work)).collect()
    }

    #[test]
    fn a_caller_with_little_work_is_served_before_the_rest_of_one_with_much() {
        let mut queue = FairQueue::default();
        push(&mut queue, 5, caller(1, 0), 100, 'a');
        assert_eq!(queue.pop(), Some((100, 'a')));
        push(&mut queue, 2, caller(2, 0), 10, 'b');
        assert_eq!((queue.cost_before(caller(3, 0)), queue.cost_before(caller(2, 0))), (0, 40));
        assert_eq!(order(&mut queue), "bbaaaa");
    }

    #[test]
    fn the_share_does_not_depend_on_the_number_of_requests_or_connections() {
        let mut queue = FairQueue::default();
        push(&mut queue, 30, caller(1, 0), 1, 'a');
        for connection in 0..10 {
            push(&mut queue, 10, caller(2, connection), 3, 'b');
        }
        let served: String = order(&mut queue).chars().take(40).collect();
        let second = served.chars().filter(|&name| name == 'b').count();
        assert_eq!(second, 10, "a third as often, at three times the cost: {served}");
        assert_eq!((queue.len(), queue.cost()), (0, 0));
    }

    #[test]
    fn connections_of_a_group_share_its_part() {
        let mut queue = FairQueue::default();
        push(&mut queue, 6, caller(1, 0), 1, 'a');
        push(&mut queue, 2, caller(1, 1), 1, 'b');
        push(&mut queue, 4, caller(2, 0), 1, 'c');
        assert_eq!(order(&mut queue), "acbcacbcaaaa");
    }

    #[test]
    fn idle_time_is_not_saved_up_and_removed_work_is_gone() {
        let mut queue = FairQueue::default();
        push(&mut queue, 10, caller(1, 0), 10, 'a');
        for _ in 0..9 {
            queue.pop();
        }
        // The second caller was idle until now: it does not get nine turns in a row.
        let gone = queue.push(caller(2, 0), 10, 'x');
        push(&mut queue, 3, caller(2, 0), 10, 'b');
        push(&mut queue, 3, caller(1, 0), 10, 'a');
        assert_eq!((queue.remove(gone), queue.remove(gone)), (Some('x'), None));
        assert_eq!(order(&mut queue), "bababaa");
        for group in 0..1000 {
            push(&mut queue, 1, caller(group, 0), 1, 'c');
            queue.pop();
        }
        assert!(queue.shares.flows.len() <= 2 * IDLE_FLOWS_MAX && queue.groups.is_empty());
    }
}
