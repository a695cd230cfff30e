//! What a caller holds, over all its connections: the memory of its calls, and their number. A caller is a token, or else a
//! host or a user of this machine.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::app::{self, ByteBudget, Caller, Identity};
use crate::rpc::settings::Settings;

/// When a caller with too many calls may come back: one of them has ended by then, or not.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// The accounts of all callers that hold something.
#[derive(Debug)]
pub(in crate::rpc) struct Accounts {
    responses: Arc<ByteBudget>,
    requests: Arc<ByteBudget>,
    /// The bytes of a caller and of a connection: of responses, and of requests.
    bytes: [[usize; 2]; 2],
    calls_max: usize,
    /// By the group of the caller.
    open: Mutex<HashMap<u64, Weak<Account>>>,
}

/// The account of a caller.
#[derive(Debug)]
struct Account {
    group: u64,
    responses: Arc<ByteBudget>,
    requests: Arc<ByteBudget>,
    calls: AtomicUsize,
    home: Arc<Accounts>,
}

/// What the calls of a caller over one connection may hold.
#[derive(Debug)]
pub(in crate::rpc) struct Allowance {
    /// Who calls.
    pub(in crate::rpc) caller: Caller,
    /// Whom the token stands for, if there is one.
    pub(in crate::rpc) identity: Option<Arc<Identity>>,
    /// The memory of its answers.
    pub(in crate::rpc) responses: Arc<ByteBudget>,
    /// The memory of its requests.
    pub(in crate::rpc) requests: Arc<ByteBudget>,
    account: Arc<Account>,
    calls_max: usize,
}

/// A call that counts until it is dropped.
#[derive(Debug)]
pub(in crate::rpc) struct CountedCall(Arc<Allowance>);

impl Accounts {
    pub(in crate::rpc) fn new(settings: &Settings, largest_answer: usize) -> Self {
        let (responses, requests) = (settings.response_bytes_max, settings.request_bytes_max);
        let parts = |all: usize, largest: usize| [(all / 4).max(largest), (all / 16).max(largest)];
        Self {
            responses: Arc::new(ByteBudget::new(responses)),
            requests: Arc::new(ByteBudget::new(requests)),
            bytes: [parts(responses, largest_answer), parts(requests, settings.message_bytes_max)],
            calls_max: settings.calls_per_caller_max,
            open: Mutex::default(),
        }
    }

    /// The bytes of responses in use, of all callers.
    #[cfg(test)]
    pub(in crate::rpc) fn response_bytes(&self) -> u64 {
        self.responses.used()
    }

    /// What a caller may hold over a connection that is new to it.
    pub(in crate::rpc) fn allow(self: &Arc<Self>, caller: Caller, identity: Option<Arc<Identity>>) -> Arc<Allowance> {
        let account = self.account(caller.group);
        let [[_, responses], [_, requests]] = self.bytes;
        let own_max = identity.as_ref().and_then(|identity| identity.calls_max);
        Arc::new(Allowance {
            caller,
            identity,
            responses: Arc::new(account.responses.part(responses)),
            requests: Arc::new(account.requests.part(requests)),
            account,
            calls_max: own_max.map_or(self.calls_max, |max| max as usize),
        })
    }

    fn account(self: &Arc<Self>, group: u64) -> Arc<Account> {
        let mut open = self.lock();
        if let Some(account) = open.get(&group).and_then(Weak::upgrade) {
            return account;
        }
        let [[responses, _], [requests, _]] = self.bytes;
        let account = Arc::new(Account {
            group,
            responses: Arc::new(self.responses.part(responses)),
            requests: Arc::new(self.requests.part(requests)),
            calls: AtomicUsize::new(0),
            home: Arc::clone(self),
        });
        open.insert(group, Arc::downgrade(&account));
        account
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Weak<Account>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let mut open = self.home.lock();
        // Another may have been opened since its last holder went.
        if open.get(&self.group).is_some_and(|account| account.strong_count() == 0) {
            open.remove(&self.group);
        }
    }
}

impl Allowance {
    /// Counts a call; an error if the caller has too many.
    pub(in crate::rpc) fn begin(self: &Arc<Self>) -> Result<CountedCall, app::Error> {
        let max = self.calls_max;
        // Counted first: the guard takes it back.
        let before = self.account.calls.fetch_add(1, Relaxed);
        let call = CountedCall(Arc::clone(self));
        if before >= max {
            return Err(app::Error::Full { limit: "calls_per_caller_max", max: max as u64, retry_after: RETRY_AFTER });
        }
        Ok(call)
    }

    /// The name of the token; `None` without one.
    pub(in crate::rpc) fn name(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| &*identity.name)
    }
}

impl Drop for CountedCall {
    fn drop(&mut self) {
        self.0.account.calls.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(calls_per_caller_max: usize) -> Arc<Accounts> {
        Arc::new(Accounts::new(&Settings { calls_per_caller_max, ..Settings::default() }, 1000))
    }

    #[test]
    fn the_calls_of_a_caller_count_over_its_connections() {
        let accounts = accounts(2);
        let caller = |group, connection| Caller { group, connection, ..Caller::default() };
        let [one, two, other] = [(1, 1), (1, 2), (2, 3)].map(|(group, at)| accounts.allow(caller(group, at), None));
        let calls = [one.begin().expect("the first"), two.begin().expect("the second")];
        let error = one.begin().expect_err("the third").to_string();
        assert_eq!(error, "calls_per_caller_max of 2 is exhausted; retry after 50 ms");
        other.begin().expect("of another");
        drop(calls);
        one.begin().expect("again");
        let own = Identity { calls_max: Some(1), ..Identity::new("few", []) };
        let own = accounts.allow(caller(3, 4), Some(Arc::new(own)));
        let _call = own.begin().expect("the first");
        assert!(own.begin().is_err());
    }

    #[test]
    fn the_memory_of_a_token_is_one_over_its_connections() {
        let accounts = accounts(2);
        let identity = Arc::new(Identity::new("desk", []));
        let of = |connection| accounts.allow(Caller::token("desk", 1, connection), Some(Arc::clone(&identity)));
        let connections: Vec<_> = (0..10).map(of).collect();
        // A sixteenth of 1 GiB each, and a quarter for all of them.
        let held: Vec<_> = connections.iter().filter_map(|one| one.responses.try_hold(64 << 20)).collect();
        assert_eq!((held.len(), accounts.response_bytes()), (4, 256 << 20));
        assert!(connections[0].requests.try_hold(64 << 20).is_some());
        let other = accounts.allow(Caller::token("other", 1, 0), None);
        assert!(other.responses.try_hold(64 << 20).is_some());
    }

    #[test]
    fn accounts_end_with_their_last_holder() {
        let accounts = accounts(2);
        let caller = |connection| Caller { group: 1, connection, ..Caller::default() };
        let one = accounts.allow(caller(1), None);
        let two = accounts.allow(caller(2), None);
        drop(one);
        let call = two.begin().expect("below the limit");
        drop(two);
        assert_eq!(accounts.lock().len(), 1, "a call holds it");
        drop(call);
        assert!(accounts.lock().is_empty());
    }
}
