//! The clocks of tokens, for back-tests: a caller sees what was known at the time of its clock, and moves it forward only.
//!
//! A clock begins at the `as_of` of its token. Where it stands is in the ledger, so that a restart does not set it back, and
//! in memory, where each call reads it once: a call sees one time from its beginning to its end.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::{Mutex, oneshot};

use super::Identity;
use crate::app::Error;
use crate::app::workers::call_context::CallContext;
use crate::app::write::command::Command;
use crate::app::write::queue::WriteQueue;
use crate::ledger::Change;

/// The clocks that were moved, by name.
pub struct Clocks {
    times: RwLock<HashMap<Box<str>, i64>>,
    queue: Arc<WriteQueue>,
    /// One move at a time, so that none is lost.
    moving: Mutex<()>,
}

impl Clocks {
    pub(crate) fn new(times: Vec<(String, i64)>, queue: &Arc<WriteQueue>) -> Self {
        let times = times.into_iter().map(|(clock, time)| (clock.into(), time)).collect();
        Self { times: RwLock::new(times), queue: Arc::clone(queue), moving: Mutex::default() }
    }

    /// The time that a caller sees at most, in nanoseconds since the Unix epoch; `None` is now.
    pub fn now(&self, identity: &Identity) -> Option<i64> {
        let begin = identity.as_of?;
        let Some(clock) = &identity.clock else { return Some(begin) };
        let times = self.times.read().unwrap_or_else(PoisonError::into_inner);
        Some(times.get(clock).map_or(begin, |&time| time.max(begin)))
    }

    /// The time of the clock of a caller.
    pub fn get(&self, context: &CallContext) -> Result<i64, Error> {
        let identity = context.identity.as_ref().ok_or(Error::NoClock)?;
        identity.permit_clock()?;
        self.now(identity).ok_or(Error::NoClock)
    }

    /// Moves the clock of a caller to a later time, durably.
    pub async fn advance(self: &Arc<Self>, time: i64, context: &CallContext) -> Result<i64, Error> {
        let (clocks, context) = (Arc::clone(self), context.clone());
        // A task of its own: a call that is cancelled cannot leave a clock that is moved in the ledger alone.
        tokio::spawn(async move { clocks.moved(time, &context).await }).await.map_err(|_| Error::Stopping)?
    }

    async fn moved(&self, time: i64, context: &CallContext) -> Result<i64, Error> {
        let _moving = self.moving.lock().await;
        let (now, identity) = (self.get(context)?, context.identity.as_ref().ok_or(Error::NoClock)?);
        let clock = identity.clock.as_ref().ok_or(Error::NoClock)?;
        if time < now {
            return Err(Error::ClockBack { token: identity.name.clone(), now, requested: time });
        }
        let present = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i64);
        if time > present.max(now) {
            // It could never be set back.
            let (expected, given) = (format!("at most {present}, the present"), time.to_string());
            return Err(Error::Field { field: "time", expected, given });
        }
        if time > now {
            let (reply, done) = oneshot::channel();
            let changes = vec![Change::MoveClock { clock: clock.to_string(), time }];
            self.queue.ask(Command::Change { changes, reply }, done).await?;
            // Safe after poisoning: each change is a single step.
            self.times.write().unwrap_or_else(PoisonError::into_inner).insert(clock.clone(), time);
        }
        Ok(time)
    }
}
