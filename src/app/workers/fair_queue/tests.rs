//! Tests of the queue: shares, preemption and estimates.

use proptest::prelude::*;

use super::level::IDLE_FLOWS_MAX;
use super::*;

/// A step that no work of these tests exceeds.
const WHOLE: u64 = u64::MAX;

fn caller(group: u64, connection: u64) -> Caller {
    Caller { group, connection, share: 1 }
}

fn push(queue: &mut FairQueue<char>, count: usize, caller: Caller, cost: u64, work: char) {
    for _ in 0..count {
        queue.push(caller, cost, WHOLE, work);
    }
}

/// Does the next step of the next work, and its cost.
fn step(queue: &mut FairQueue<char>) -> Option<(u64, char)> {
    let (turn, work) = queue.pop()?;
    match turn.left - turn.step {
        0 => queue.end(&turn),
        left => queue.again(&turn, left, turn.step, work),
    }
    Some((turn.step, work))
}

/// The callers in the order of service.
fn order(queue: &mut FairQueue<char>) -> String {
    std::iter::from_fn(|| step(queue).map(|(_, work)| work)).collect()
}

#[test]
fn a_caller_with_little_work_is_served_before_the_rest_of_one_with_much() {
    let mut queue = FairQueue::default();
    push(&mut queue, 5, caller(1, 0), 100, 'a');
    assert_eq!(step(&mut queue), Some((100, 'a')));
    push(&mut queue, 2, caller(2, 0), 10, 'b');
    assert_eq!((queue.prospect(caller(3, 0), 5).before, queue.prospect(caller(2, 0), 10).before), (0, 20));
    assert_eq!(order(&mut queue), "bbaaaa");
}

#[test]
fn the_share_does_not_depend_on_the_number_of_requests_or_connections() {
    let mut queue = FairQueue::default();
    push(&mut queue, 30, caller(1, 0), 100, 'a');
    for connection in 0..10 {
        push(&mut queue, 10, caller(2, connection), 300, 'b');
    }
    let served: String = order(&mut queue).chars().take(40).collect();
    let second = served.chars().filter(|&name| name == 'b').count();
    assert_eq!(second, 10, "a third as often, at three times the cost: {served}");
    assert_eq!((queue.len(), queue.cost()), (0, 0));
}

#[test]
fn a_group_with_a_larger_share_is_served_more() {
    let mut queue = FairQueue::default();
    for (group, share, name) in [(1, 3, 'a'), (2, 1, 'b'), (3, 0, 'c')] {
        push(&mut queue, 60, Caller { group, connection: 0, share }, 100, name);
    }
    let served: String = order(&mut queue).chars().take(50).collect();
    let count = |name| served.chars().filter(|&other| other == name).count();
    assert_eq!([count('a'), count('b'), count('c')], [30, 10, 10], "{served}");
    // Its newcomer stands before more of the work of others.
    push(&mut queue, 9, caller(1, 0), 100, 'a');
    let before = |share| queue.prospect(Caller { group: 2, connection: 0, share }, 300).before;
    assert!(before(3) < before(1), "{} {}", before(3), before(1));
}

#[test]
fn connections_of_a_group_share_its_part() {
    let mut queue = FairQueue::default();
    push(&mut queue, 6, caller(1, 0), 100, 'a');
    push(&mut queue, 2, caller(1, 1), 100, 'b');
    push(&mut queue, 4, caller(2, 0), 100, 'c');
    assert_eq!(order(&mut queue), "acbcacbcaaaa");
}

#[test]
fn idle_time_is_not_saved_up_and_removed_work_is_gone() {
    let mut queue = FairQueue::default();
    push(&mut queue, 10, caller(1, 0), 100, 'a');
    for _ in 0..9 {
        step(&mut queue);
    }
    // The second caller was idle until now: it does not get nine turns in a row.
    let gone = queue.push(caller(2, 0), 100, WHOLE, 'x');
    push(&mut queue, 3, caller(2, 0), 100, 'b');
    push(&mut queue, 3, caller(1, 0), 100, 'a');
    assert_eq!((queue.remove(gone), queue.remove(gone)), (Some('x'), None));
    assert_eq!(order(&mut queue), "abbabaa");
    for group in 0..1000 {
        push(&mut queue, 1, caller(group, 0), 100, 'c');
        step(&mut queue);
    }
    assert!(queue.level.flows.len() <= 2 * IDLE_FLOWS_MAX && queue.groups.is_empty());
}

#[test]
fn equal_work_is_done_one_after_the_other_and_shorter_work_in_between() {
    for callers in [[caller(1, 0), caller(2, 0), caller(3, 0)], [caller(1, 0), caller(1, 1), caller(1, 2)]] {
        // From another caller, or on the connection of the long work, which counts against its share.
        for (third, rest) in [(callers[2], "aabbb"), (callers[0], "bbbaa")] {
            let mut queue = FairQueue::default();
            queue.push(callers[0], 300, 100, 'a');
            queue.push(callers[1], 300, 100, 'b');
            assert_eq!(step(&mut queue), Some((100, 'a')));
            queue.push(third, 40, 100, 'c');
            assert_eq!(step(&mut queue), Some((40, 'c')), "{third:?}");
            assert_eq!(order(&mut queue), rest, "{third:?}");
        }
    }
}

#[test]
fn a_newcomer_with_little_work_never_waits_for_long_work() {
    let mut queue = FairQueue::default();
    for connection in 0..6 {
        queue.push(caller(1, connection), 130_000, 5000, 'a');
    }
    for number in 0..400 {
        queue.push(caller(1, 100 + number), 2000, 5000, 'b');
        let before = (0..9).take_while(|_| step(&mut queue).is_some_and(|(_, work)| work == 'a')).count();
        assert!(before <= 1, "{before} steps of long work before newcomer {number}");
        // Who is done comes again.
        for connection in 0..6 {
            if !queue.groups[&1].connections.contains_key(&connection) {
                queue.push(caller(1, connection), 130_000, 5000, 'a');
            }
        }
        step(&mut queue);
    }
}

#[test]
fn long_work_has_its_turn_however_much_short_work_comes() {
    for group in [1, 2] {
        let mut queue = FairQueue::default();
        queue.push(caller(1, 0), 10_000, 100, 'a');
        let (mut long, mut short) = (0, 0);
        for number in 0..1000 {
            queue.push(caller(group + number, number), 100, 100, 'b');
            match step(&mut queue) {
                Some((_, 'a')) => long += 1,
                Some(_) => short += 1,
                None => break,
            }
        }
        assert_eq!(long, 100, "after {short} short ones");
    }
}

#[test]
fn the_prospect_is_what_happens() {
    let mut queue = FairQueue::default();
    for connection in 0..8 {
        queue.push(caller(1, connection), 1300, 50, 'a');
        // All of these, as they are not longer and came before.
        let prospect = queue.prospect(caller(1, 99), 1300);
        assert_eq!(prospect.before, 1300 * (connection + 1));
        assert_eq!(queue.prospect(caller(1, 99), 1299).before, 0);
    }
    let (turn, work) = queue.pop().expect("eight wait");
    assert_eq!(queue.prospect(caller(1, 99), 1300).waits_for(&turn), 1300);
    assert_eq!(queue.prospect(caller(1, 99), 1200).waits_for(&turn), 50, "it is done after the step");
    // A short one goes before all, every other step.
    assert_eq!(
        (queue.prospect(caller(1, 99), 100).before, queue.prospect(caller(1, 99), 100).waits_for(&turn)),
        (0, 50)
    );
    queue.again(&turn, 1250, 50, work);
    for _ in 0..260 {
        step(&mut queue);
    }
    let short = queue.prospect(caller(1, 98), 200);
    assert!(short.before <= 300, "{short:?}");
    (0..300).for_each(|_| _ = queue.push(caller(3, 0), 300, 50, 'b'));
    assert!(queue.prospect(caller(4, 0), 200).before <= 800, "the others have their own shares");
    let mut queue = FairQueue::default();
    queue.push(caller(1, 0), 1300, 50, 'a');
    assert_eq!(queue.prospect(caller(2, 0), 1300).before, 1300, "as it came before");
}

proptest! {
    /// Whatever comes, leaves and is done: all work is served, counts are right, and nothing is left.
    #[test]
    fn nothing_is_lost_or_counted_twice(
        events in prop::collection::vec((0u64..4, 0u64..3, 1u64..1000, 1u64..300, 0u8..4), 0..200)
    ) {
        let mut queue = FairQueue::default();
        let (mut places, mut running, mut cost) = (Vec::new(), Vec::new(), 0);
        for (group, connection, work_cost, work_step, event) in events {
            match event {
                0 | 1 => {
                    places.push((queue.push(caller(group, connection), work_cost, work_step, work_cost), work_cost));
                    cost += work_cost;
                }
                2 => if let Some((turn, work)) = queue.pop() {
                    cost -= turn.left;
                    running.push((turn, work));
                },
                _ => if let Some((turn, work)) = running.pop() {
                    if turn.left > turn.step {
                        queue.again(&turn, turn.left - turn.step, work_step, work);
                        cost += turn.left - turn.step;
                    } else {
                        queue.end(&turn);
                    }
                } else if let Some((place, _)) = places.pop() {
                    let before = queue.cost();
                    queue.remove(place);
                    cost -= before - queue.cost();
                },
            }
            prop_assert_eq!(queue.cost(), cost);
        }
        running.iter().for_each(|(turn, _)| queue.end(turn));
        while let Some((turn, _)) = queue.pop() {
            queue.end(&turn);
        }
        prop_assert_eq!((queue.len(), queue.cost(), queue.groups.len(), queue.level.active), (0, 0, 0, 0));
        prop_assert!(queue.level.waiting.is_empty());
    }
}
