//! Hierarchical fair queueing with preemption: groups share the CPU by their shares, the connections of a group share its
//! part alike, and the calls of a connection share that of the connection, whatever each asks.
//!
//! Each level is fair queueing by virtual ends (WFQ, Demers, Keshav and Shenker 1989), with weights for groups. A flow has a
//! start tag, the virtual time at which it has had its share until now: the service it got, or the virtual time of its
//! level if it comes later, where service counts for less the larger the share of the flow is. Virtual time grows by the
//! service divided by the sum of the shares. The flow whose next call
//! would end first goes first: its start tag plus what is left of the call.
//!
//! Long calls are done in steps and come back in between. A step moves the start tag by what it takes from the rest, so a
//! call keeps its place among equals: they are done one after the other, each as soon as possible, instead of all at the
//! end. A shorter call, or one of a flow that had less, goes before the next step. Round robin by steps was rejected, as
//! eight equal calls would end together, all of them late.
//!
//! The last of several long calls is far behind its share when its turn comes, and would be done as a whole before
//! anything new. So every other step goes to the shortest call of all if that is much shorter: it waits for about as long as
//! it takes itself, and the fair order has half of the steps at least.

mod level;

use std::collections::{BTreeMap, HashMap};

use self::level::{Key, Level};
use super::call_context::Caller;

/// The maximum number of shorter calls that an estimate looks at.
const SHORTER_MAX: usize = 256;

/// Work that waits.
#[derive(Debug)]
struct Waiting<T> {
    left: u64,
    step: u64,
    work: T,
}

/// The calls of a connection.
#[derive(Debug)]
struct Connection<T> {
    waiting: BTreeMap<Key, Waiting<T>>,
    /// The service it had: the virtual time of its calls.
    served: u64,
    /// The cost of what waits.
    cost: u64,
}

/// The connections of a group.
#[derive(Debug)]
struct Group<T> {
    level: Level,
    connections: HashMap<u64, Connection<T>>,
    cost: u64,
}

impl<T> Group<T> {
    /// The next call: what is left of it, and its number.
    fn next(&self) -> Option<(u64, u64)> {
        self.connections.get(&self.level.first()?)?.next()
    }
}

impl<T> Connection<T> {
    fn next(&self) -> Option<(u64, u64)> {
        self.waiting.first_key_value().map(|(&(_, number), work)| (work.left, number))
    }
}

/// The place of work in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    caller: Caller,
    number: u64,
}

/// The virtual end of a call, at each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End {
    group: u64,
    connection: u64,
    call: u64,
}

/// The turn of work that runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    place: Place,
    end: End,
    /// The estimated cost of what is left, including this step.
    pub(crate) left: u64,
    /// The estimated cost of this step.
    pub(crate) step: u64,
}

impl Turn {
    /// Whether this is a turn of the same work.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

/// Where new work would stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prospect {
    caller: Caller,
    end: End,
    /// Whether it goes before long work out of order.
    is_short: bool,
    /// The cost of the waiting work that is done before it.
    pub(crate) before: u64,
}

impl Prospect {
    /// How much of work that runs is done before: all of it, or only its step.
    pub(crate) fn waits_for(&self, turn: &Turn) -> u64 {
        let (own, other) = (self.caller, turn.place.caller);
        let is_before = if self.is_short {
            false
        } else if own.group != other.group {
            turn.end.group <= self.end.group
        } else if own.connection != other.connection {
            turn.end.connection <= self.end.connection
        } else {
            turn.end.call <= self.end.call
        };
        if is_before { turn.left } else { turn.step }
    }
}

/// Work that waits, in fair order. Costs are in nanoseconds.
#[derive(Debug)]
pub(crate) struct FairQueue<T> {
    level: Level,
    groups: HashMap<u64, Group<T>>,
    /// The waiting calls, shortest first: what is left, and the number; with the virtual end.
    shortest: BTreeMap<(u64, u64), (Caller, u64)>,
    /// Whether the last step went to the shortest, out of order.
    was_shortest: bool,
    number: u64,
    cost: u64,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        let (level, groups, shortest) = Default::default();
        Self { level, groups, shortest, was_shortest: false, number: 0, cost: 0 }
    }
}

impl<T> FairQueue<T> {
    /// Adds work of some cost, done in steps of at most `step`.
    pub(crate) fn push(&mut self, caller: Caller, cost: u64, step: u64, work: T) -> Place {
        self.number += 1;
        let place = Place { caller, number: self.number };
        let new = || Group { level: Level::default(), connections: HashMap::new(), cost: 0 };
        let group = self.groups.entry(caller.group).or_insert_with(new);
        let new = || Connection { waiting: BTreeMap::new(), served: 0, cost: 0 };
        let served = group.connections.entry(caller.connection).or_insert_with(new).served;
        group.level.enter(caller.connection, 1);
        self.level.enter(caller.group, caller.share);
        self.insert(place, served.saturating_add(cost), Waiting { left: cost, step, work });
        place
    }

    /// The next work; call `again` or `end` after its step.
    pub(crate) fn pop(&mut self) -> Option<(Turn, T)> {
        let (caller, key) = self.next()?;
        let Caller { group, connection, .. } = caller;
        let Waiting { left, step, work } = self.take(caller, key)?;
        let step = step.min(left);
        let entry = self.groups.get_mut(&group)?;
        let end = End {
            group: self.level.end(caller.group, caller.share, left),
            connection: entry.level.end(connection, 1, left),
            call: key.0,
        };
        self.level.serve(group, step);
        entry.level.serve(connection, step);
        if let Some(connection) = entry.connections.get_mut(&connection) {
            connection.served = connection.served.saturating_add(step);
        }
        self.refresh(caller);
        Some((Turn { place: Place { caller, number: key.1 }, end, left, step }, work))
    }

    /// Whose turn it is: the next in fair order, or the shortest if that is much shorter and did not go before it just now.
    fn next(&mut self) -> Option<(Caller, Key)> {
        let entry = self.groups.get(&self.level.first()?)?;
        let (&key, fair) = entry.connections.get(&entry.level.first()?)?.waiting.first_key_value()?;
        let &(next, _) = self.shortest.get(&(fair.left, key.1))?;
        let (&(left, number), &(caller, end)) = self.shortest.first_key_value()?;
        self.was_shortest = !self.was_shortest && left <= fair.left / 2;
        Some(if self.was_shortest { (caller, (end, number)) } else { (next, key) })
    }

    /// Puts work back after a step, with the estimated cost of the rest. What the step did is counted, not its estimate.
    pub(crate) fn again(&mut self, turn: &Turn, left: u64, step: u64, work: T) {
        let (Caller { group, connection, .. }, done) = (turn.place.caller, turn.left.saturating_sub(left));
        let counted = |tag: &mut u64| *tag = tag.saturating_add(done).saturating_sub(turn.step);
        self.level.correct(group, done, turn.step);
        if let Some(group) = self.groups.get_mut(&group) {
            group.level.correct(connection, done, turn.step);
            group.connections.entry(connection).and_modify(|connection| counted(&mut connection.served));
        }
        self.insert(turn.place, turn.end.call, Waiting { left, step, work });
    }

    /// Work that ran has ended.
    pub(crate) fn end(&mut self, turn: &Turn) {
        self.leave(turn.place.caller);
    }

    /// Removes work that nobody waits for any more, if it is still there.
    pub(crate) fn remove(&mut self, Place { caller, number }: Place) -> Option<T> {
        let connection = self.groups.get(&caller.group)?.connections.get(&caller.connection)?;
        let key = *connection.waiting.keys().find(|key| key.1 == number)?;
        let found = self.take(caller, key)?;
        self.refresh(caller);
        self.leave(caller);
        Some(found.work)
    }

    fn insert(&mut self, place: Place, end: u64, waiting: Waiting<T>) {
        let (caller, left) = (place.caller, waiting.left);
        let Some(group) = self.groups.get_mut(&caller.group) else { return };
        let Some(connection) = group.connections.get_mut(&caller.connection) else { return };
        connection.waiting.insert((end, place.number), waiting);
        connection.cost += left;
        group.cost += left;
        self.cost += left;
        self.shortest.insert((left, place.number), (caller, end));
        self.refresh(caller);
    }

    fn take(&mut self, caller: Caller, key: Key) -> Option<Waiting<T>> {
        let group = self.groups.get_mut(&caller.group)?;
        let connection = group.connections.get_mut(&caller.connection)?;
        let taken = connection.waiting.remove(&key)?;
        connection.cost -= taken.left;
        group.cost -= taken.left;
        self.cost -= taken.left;
        self.shortest.remove(&(taken.left, key.1));
        Some(taken)
    }

    /// Updates the places of a caller after a change of its work.
    fn refresh(&mut self, Caller { group, connection, .. }: Caller) {
        let Some(entry) = self.groups.get_mut(&group) else { return };
        let next = entry.connections.get(&connection).and_then(Connection::next);
        entry.level.place(connection, next);
        let next = entry.next();
        self.level.place(group, next);
    }

    fn leave(&mut self, caller: Caller) {
        let Some(group) = self.groups.get_mut(&caller.group) else { return };
        if group.level.leave(caller.connection) {
            group.connections.remove(&caller.connection);
        }
        if self.level.leave(caller.group) {
            self.groups.remove(&caller.group);
        }
    }

    /// The waiting work.
    pub(crate) fn len(&self) -> usize {
        self.shortest.len()
    }

    /// The cost of all waiting work.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    /// Where new work would stand if it came now. An estimate: later work may go before it.
    pub(crate) fn prospect(&self, caller: Caller, cost: u64) -> Prospect {
        let group = self.groups.get(&caller.group);
        let own = group.and_then(|group| group.connections.get(&caller.connection));
        let call = own.map_or(0, |own| own.served).saturating_add(cost);
        let own = own.map_or(0, |own| {
            own.waiting.range(..=(call, u64::MAX)).map(|(_, waiting)| waiting.left).fold(0, u64::saturating_add)
        });
        let start = group.map_or(0, |group| group.level.start(caller.connection));
        let connection = start.saturating_add(own).saturating_add(cost);
        let siblings = group.map_or(0, |group| {
            let cost = |flow| group.connections.get(&flow).map_or(0, |connection| connection.cost);
            group.level.before(caller.connection, connection, cost)
        });
        let inside = own.saturating_add(siblings);
        let end = self.level.end(caller.group, caller.share, inside.saturating_add(cost));
        let others = self.level.before(caller.group, end, |flow| self.groups.get(&flow).map_or(0, |group| group.cost));
        let fair = inside.saturating_add(others);
        let short = self.before_short(cost).filter(|short| *short < fair);
        let end = End { group: end, connection, call };
        Prospect { caller, end, is_short: short.is_some(), before: short.unwrap_or(fair) }
    }

    /// The cost of what is done before a call if it goes before longer ones: as every other step is theirs, as much as it
    /// takes itself, and twice the shorter calls. `None` if these are many.
    fn before_short(&self, cost: u64) -> Option<u64> {
        let mut shorter = self.shortest.range(..=(cost.saturating_mul(2), u64::MAX)).map(|(&(left, _), _)| left);
        let sum = shorter.by_ref().take(SHORTER_MAX).fold(cost, |sum, left| sum.saturating_add(2 * left));
        shorter.next().is_none().then_some(sum)
    }
}

#[cfg(test)]
mod tests;
