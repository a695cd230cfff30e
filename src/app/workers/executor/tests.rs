//! Tests of the executor: its lanes, cancellation, and what it refuses.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::app::workers::call_context::Caller;

/// A cost for the compute lane: ten milliseconds.
const LONG: u64 = 10_000_000;

fn executor(threads: usize) -> Arc<Executor> {
    Arc::new(Executor::new(threads, &Limits::default()))
}

fn until(deadline: Option<Instant>) -> CallContext {
    deadline.into()
}

fn of(group: u64) -> CallContext {
    CallContext { caller: Caller { group, connection: 0, share: 1 }, ..CallContext::default() }
}

#[tokio::test]
async fn a_panic_fails_one_task_and_the_lanes_go_on() {
    let executor = executor(1);
    for cost in [0, INLINE_COST_MAX + 1, LONG] {
        let failed = executor.run(&until(None), cost, |_| -> Result<(), Error> { panic!("on purpose") }).await;
        assert!(matches!(failed, Err(Error::Panicked(message)) if message == "on purpose"));
        assert_eq!(executor.run(&until(None), cost, |_| Ok(7)).await.expect("the lane goes on"), 7);
    }
    assert_eq!(executor.queries().0, 0);
}

/// Endless work that signals its start and its stop.
fn endless() -> (impl FnOnce(&Cancellation) -> Result<(), Error> + Send + 'static, oneshot::Receiver<()>, Receiver<()>)
{
    let (start, started) = oneshot::channel();
    let (stop, stopped) = std::sync::mpsc::channel();
    let work = move |cancellation: &Cancellation| {
        start.send(()).expect("the test listens");
        while cancellation.is_active() {
            std::thread::sleep(Duration::from_millis(1));
        }
        stop.send(()).expect("the test listens");
        Err(Error::Late)
    };
    (work, started, stopped)
}

#[tokio::test]
async fn work_stops_at_its_deadline() {
    let (work, _started, stopped) = endless();
    let context = until(Some(Instant::now() + Duration::from_secs(1)));
    assert!(matches!(executor(1).run(&context, LONG, work).await, Err(Error::Late)));
    stopped.recv_timeout(Duration::from_secs(10)).expect("stopped by its deadline");
}

#[tokio::test]
async fn work_stops_when_nobody_waits() {
    let (work, started, stopped) = endless();
    let (executor, context) = (executor(1), until(None));
    tokio::select! {
        _ = executor.run(&context, LONG, work) => unreachable!("it has no end"),
        _ = started => {}
    }
    stopped.recv_timeout(Duration::from_secs(10)).expect("stopped by cancellation");
}

#[tokio::test]
async fn work_whose_time_is_over_is_not_begun() {
    let context = until(Some(Instant::now()));
    for cost in [INLINE_COST_MAX + 1, LONG] {
        let never = |_: &Cancellation| -> Result<(), Error> { panic!("begun") };
        assert!(matches!(executor(1).run(&context, cost, never).await, Err(Error::Late)));
    }
}

/// Keeps the compute thread until the sender is dropped.
async fn occupy(executor: &Arc<Executor>) -> std::sync::mpsc::Sender<()> {
    let (free, occupied) = std::sync::mpsc::channel::<()>();
    let (start, started) = oneshot::channel();
    let executor = Arc::clone(executor);
    tokio::spawn(async move {
        let hold = move |_: &Cancellation| {
            let _ = start.send(());
            let _ = occupied.recv();
            Ok(())
        };
        executor.run(&of(0), LONG, hold).await
    });
    started.await.expect("begun");
    free
}

#[tokio::test]
async fn short_work_and_other_callers_do_not_wait_for_long_work() {
    let executor = executor(1);
    let free = occupy(&executor).await;
    assert_eq!(executor.run(&of(1), INLINE_COST_MAX + 1, |_| Ok(1)).await.expect("in the quick lane"), 1);
    assert_eq!(executor.read(&of(1), LONG, |_| Ok(2)).await.expect("in the quick lane"), 2);
    let (sender, order) = std::sync::mpsc::channel();
    let mut queued = Vec::new();
    for group in [1, 1, 1, 1, 2] {
        let (executor, sender) = (Arc::clone(&executor), sender.clone());
        queued.push(tokio::spawn(async move {
            let work = move |_: &Cancellation| {
                sender.send(group).expect("the test listens");
                Ok(())
            };
            executor.run(&of(group), LONG, work).await
        }));
        tokio::task::yield_now().await;
    }
    drop((free, sender));
    for queued in queued {
        queued.await.expect("no panic").expect("done");
    }
    assert_eq!(order.iter().collect::<Vec<_>>(), [1, 2, 1, 1, 1]);
}

#[tokio::test]
async fn a_deadline_before_the_end_of_the_queue_is_told_at_once() {
    let executor = executor(1);
    let free = occupy(&executor).await;
    let context = of(1);
    let waiting = executor.run(&context, 3_000_000_000, |_| Ok(()));
    let mut waiting = Box::pin(waiting);
    assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    let soon = CallContext { deadline: Some(Instant::now() + Duration::from_secs(1)), ..of(1) };
    // Shorter work goes before it, but not after it on the same connection and at the same length.
    let refused = executor.run(&soon, 3_000_000_000, |_| Ok(())).await;
    let Err(Error::Overloaded { wait, own, retry_after, .. }) = refused else { panic!("{refused:?}") };
    let three = Duration::from_secs(3);
    assert!(wait >= three && own == three && retry_after >= three, "{wait:?}, {own:?}, {retry_after:?}");
    // Another caller does not wait behind the first.
    let other = CallContext { caller: of(2).caller, ..soon.clone() };
    let mut other = Box::pin(executor.run(&other, LONG, |_| Ok(())));
    assert!(futures_util::poll!(other.as_mut()).is_pending());
    // Who leaves takes the work along.
    drop((waiting, other));
    assert_eq!(executor.queries(), (0, 1));
    drop(free);
}

#[tokio::test]
async fn waiting_work_is_limited() {
    let limits = Limits { queued_work_max_ms: 1000, ..Limits::default() };
    let executor = Arc::new(Executor::new(1, &limits));
    let free = occupy(&executor).await;
    let context = of(1);
    let mut waiting = Box::pin(executor.run(&context, 1_500_000_000, |_| Ok(())));
    assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    let refused = executor.run(&of(1), LONG, |_| Ok(())).await;
    assert!(matches!(refused, Err(Error::Full { limit: "queued_work_max_ms", max: 1000, .. })), "{refused:?}");
    // The rest of a call waits, however much does.
    let rest = executor.run(&context, LONG, |_| Ok(()));
    drop(free);
    rest.await.expect("done");
}

/// Work of steps that take a millisecond each.
fn in_steps(steps: u64) -> impl FnMut(&Cancellation) -> Result<Progress<Instant>, Error> + Send + 'static {
    let mut left = steps;
    move |_| {
        std::thread::sleep(Duration::from_millis(1));
        left -= 1;
        Ok(if left == 0 { Progress::Done(Instant::now()) } else { Progress::More(left * 1_000_000) })
    }
}

#[tokio::test]
async fn short_work_goes_between_the_steps_of_long_work() {
    let executor = executor(1);
    let long = tokio::spawn({
        let executor = Arc::clone(&executor);
        async move { executor.run_steps(&of(0), 500_000_000, in_steps(500)).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    for caller in [of(1), of(0)] {
        let begun = Instant::now();
        let done = executor.run_steps(&caller, LONG, in_steps(10)).await.expect("done");
        assert!(!long.is_finished() && done - begun < Duration::from_millis(250), "{:?}", done - begun);
    }
    long.await.expect("no panic").expect("done");
    // The thread gives the answer before it leaves the work.
    while executor.queries() != (0, 0) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(executor.cost(), 0);
}

#[tokio::test]
async fn what_cannot_be_done_in_time_is_refused_and_the_rest_is_done() {
    let executor = executor(2);
    // Each takes 100 ms on one of two threads: four and a half pairs fit into half a second.
    let deadline = Some(Instant::now() + Duration::from_millis(500));
    let mut calls = Vec::new();
    for group in 0..20 {
        let (executor, context) = (Arc::clone(&executor), CallContext { deadline, ..of(group) });
        let step = in_steps(100);
        calls.push(tokio::spawn(async move { executor.run_steps(&context, 100_000_000, step).await }));
        tokio::task::yield_now().await;
    }
    let (mut done, mut refused, mut late) = (0, 0, 0);
    for call in calls {
        match call.await.expect("no panic") {
            Ok(_) => done += 1,
            Err(Error::Overloaded { .. }) => refused += 1,
            Err(Error::Late) => late += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(refused >= 12 && done >= 4 && late <= 2, "{done} done, {refused} refused, {late} late");
}

#[tokio::test]
async fn what_takes_longer_than_its_deadline_is_not_begun() {
    let soon = || until(Some(Instant::now() + Duration::from_secs(1)));
    let never = |_: &Cancellation| -> Result<(), Error> { panic!("begun") };
    let refused = executor(1).run(&soon(), 3_000_000_000, never).await;
    assert!(matches!(refused, Err(Error::TooLong { .. })), "{refused:?}");
    // Estimates may be wrong by a factor of two.
    executor(1).run(&soon(), 1_500_000_000, |_| Ok(())).await.expect("begun");
}

#[tokio::test]
async fn work_that_turns_out_to_be_too_slow_is_given_up() {
    let begun = Instant::now();
    // It should take half a second, and would take five.
    let mut left = 5000_u64;
    let step = move |_: &Cancellation| -> Result<Progress<()>, Error> {
        std::thread::sleep(Duration::from_millis(1));
        left -= 1;
        Ok(Progress::More(left * 100_000))
    };
    let context = until(Some(begun + Duration::from_secs(2)));
    let given_up = executor(1).run_steps(&context, 500_000_000, step).await;
    assert!(matches!(given_up, Err(Error::Overloaded { wait: Duration::ZERO, .. })), "{given_up:?}");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}
