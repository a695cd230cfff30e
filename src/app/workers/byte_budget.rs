//! Budgets of bytes: how much memory the answers of a connection, of a peer and of all may hold until they are sent.
//!
//! A semaphore each, in units of [`UNIT`]; whoever waits is served first come, first served, so that a large answer is not
//! starved by small ones. The innermost budget is asked first: a caller that has used up its own must not hold a part of
//! the common one while it waits.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Semaphores count in 32 bits: units of 1 KiB reach half a TiB.
const UNIT: usize = 1024;

/// A budget of bytes, possibly a part of a larger one.
#[derive(Debug)]
pub struct ByteBudget {
    units: u32,
    free: Arc<Semaphore>,
    whole: Option<Arc<Self>>,
}

/// Bytes in use; given back on drop.
#[derive(Debug, Default)]
pub struct BytesHeld(Vec<OwnedSemaphorePermit>);

impl ByteBudget {
    /// A budget of `bytes` bytes.
    pub fn new(bytes: usize) -> Self {
        let units = units(bytes);
        Self { units, free: Arc::new(Semaphore::new(units as usize)), whole: None }
    }

    /// A budget of `bytes` bytes, which also count in this one.
    pub fn part(self: &Arc<Self>, bytes: usize) -> Self {
        Self { whole: Some(Arc::clone(self)), ..Self::new(bytes) }
    }

    /// The bytes in use.
    pub fn used(&self) -> u64 {
        (self.units as usize - self.free.available_permits()) as u64 * UNIT as u64
    }

    /// Waits until `bytes` bytes are free. More than the whole budget counts as the whole.
    pub async fn hold(&self, bytes: usize) -> BytesHeld {
        let (mut held, units) = (BytesHeld::default(), units(bytes).min(self.units));
        for budget in self.chain() {
            let permit = Arc::clone(&budget.free).acquire_many_owned(units.min(budget.units)).await;
            held.0.push(permit.expect("the semaphore is never closed"));
        }
        held
    }

    /// As `hold`, if they are free now.
    pub fn try_hold(&self, bytes: usize) -> Option<BytesHeld> {
        let (mut held, units) = (BytesHeld::default(), units(bytes).min(self.units));
        for budget in self.chain() {
            held.0.push(Arc::clone(&budget.free).try_acquire_many_owned(units.min(budget.units)).ok()?);
        }
        Some(held)
    }

    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |budget| budget.whole.as_deref())
    }
}

impl BytesHeld {
    /// Splits off up to `bytes` bytes.
    fn split(&mut self, bytes: usize) -> Self {
        let split = |permit: &mut OwnedSemaphorePermit| permit.split(permit.num_permits().min(units(bytes) as usize));
        Self(self.0.iter_mut().filter_map(split).collect())
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|permit| permit.num_permits() == 0)
    }

    fn add(&mut self, other: Self) {
        if self.0.is_empty() {
            *self = other;
        } else {
            self.0.iter_mut().zip(other.0).for_each(|(own, other)| own.merge(other));
        }
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(u32::MAX >> 3)
}

/// Answers of up to this many bytes are not counted: a connection has few enough calls.
pub const UNCOUNTED_BYTES_MAX: usize = 16 << 10;

/// The memory of one call: of its request until it is answered, and of its answers. What produces an answer reserves its
/// bytes first and attaches them when it hands the answer on; each frame of the response takes its bytes along until it is
/// sent.
#[derive(Debug, Default)]
pub struct CallMemory {
    /// `None` for calls from this process.
    budget: Option<Arc<ByteBudget>>,
    attached: std::sync::Mutex<BytesHeld>,
    /// Of a request that was read and is not answered yet, in the budget of requests.
    request: std::sync::Mutex<BytesHeld>,
}

impl CallMemory {
    /// The memory of a call within this budget.
    pub fn new(budget: Arc<ByteBudget>) -> Self {
        Self { budget: Some(budget), ..Self::default() }
    }

    /// Waits for the memory of an answer.
    pub(crate) async fn reserve(&self, bytes: usize) -> BytesHeld {
        match &self.budget {
            Some(budget) if bytes > UNCOUNTED_BYTES_MAX => budget.hold(bytes).await,
            _ => BytesHeld::default(),
        }
    }

    /// Attaches the memory of an answer that is handed on.
    pub(crate) fn attach(&self, held: BytesHeld) {
        lock(&self.attached).add(held);
    }

    /// Keeps the memory of a request until [`end_request`](Self::end_request): its message waits for its turn.
    pub fn keep_request(&self, held: BytesHeld) {
        *lock(&self.request) = held;
    }

    /// Gives back the memory of the request, whose answer begins.
    pub fn end_request(&self) {
        drop(std::mem::take(&mut *lock(&self.request)));
    }

    /// The memory of a frame: of the answers attached, or else free memory. `None` if there is none.
    pub fn frame(&self, bytes: usize) -> Option<BytesHeld> {
        let Some(budget) = self.budget.as_ref().filter(|_| bytes > UNCOUNTED_BYTES_MAX) else {
            return Some(BytesHeld::default());
        };
        let mut attached = lock(&self.attached);
        if attached.is_empty() { budget.try_hold(bytes) } else { Some(attached.split(bytes)) }
    }
}

fn lock(held: &std::sync::Mutex<BytesHeld>) -> std::sync::MutexGuard<'_, BytesHeld> {
    held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_part_waits_for_its_own_bytes_and_those_of_the_whole() {
        let all = Arc::new(ByteBudget::new(10 * UNIT));
        let [one, two] = [6, 6].map(|units| all.part(units * UNIT));
        let held = one.hold(4 * UNIT).await;
        assert!(one.hold(3 * UNIT).now_or_never().is_none() && one.try_hold(3 * UNIT).is_none());
        assert_eq!(all.used(), 4 * UNIT as u64, "who waits holds nothing of the others");
        let other = two.hold(usize::MAX).await;
        assert!(one.try_hold(UNIT).is_none(), "the whole is used up");
        drop(other);
        let rest = one.try_hold(2 * UNIT).expect("free again");
        drop((held, rest));
        assert_eq!((all.used(), one.used()), (0, 0));
    }

    #[tokio::test]
    async fn frames_take_the_memory_of_the_answers_along() {
        let all = Arc::new(ByteBudget::new(1 << 20));
        let memory = CallMemory::new(Arc::new(all.part(1 << 19)));
        let held = memory.reserve(300_000).await;
        let reserved = all.used();
        memory.attach(held);
        let frames: Vec<_> = (0..3).map(|_| memory.frame(100_000).expect("attached")).collect();
        assert_eq!(all.used(), reserved);
        drop(frames);
        assert!(all.used() <= UNIT as u64 * 2, "{}", all.used());
        // Nothing attached: what is free, until nothing is.
        let all: Vec<_> = std::iter::from_fn(|| memory.frame(100_000)).take(100).collect();
        assert_eq!(all.len(), 5);
        assert!(memory.frame(1000).is_some(), "small frames are not counted");
        assert!(CallMemory::default().frame(usize::MAX).is_some(), "no limit within the process");
    }
}
