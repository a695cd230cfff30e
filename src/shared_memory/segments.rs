//! Segments: files that are written once and then mapped by the client they are for.
//!
//! The name of a segment is a lease: it is removed when the client has removed it (which is what a client does once it has
//! opened the file), when the connection of the client ends, or after a few seconds. What has no name any more is memory
//! of whoever still maps it. It counts until nobody does: a file lease (`F_SETLEASE`) of the kernel tells, so that a client
//! that hoards mappings exhausts its own share only, and one that dies gives everything back. Its file then waits a moment for
//! the next segment of the caller, within the same limit.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use memmap2::MmapMut;

use super::Error;
use super::home::Home;
use super::map::Use;
use super::segment_file::{Owner, SegmentFile, SpareFiles, remove};

/// The name of the limit, as in errors.
const LIMIT: &str = "shared_memory_bytes_max";

/// How long a client has to open a segment.
const LEASE: Duration = Duration::from_secs(5);

/// How often it is looked which segments are given back.
const SWEEP: Duration = Duration::from_millis(100);

/// A segment counts as this part of the limit at least: each is an open file, of which a process has few.
const PARTS: u64 = 256;

/// The part of the limit that one caller may have.
const CALLER_PART: u64 = 4;

/// The segments of a server.
#[derive(Debug)]
pub struct Segments {
    home: Arc<Home>,
    max: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The published ones, by number.
    segments: HashMap<u64, Segment>,
    next: u64,
    used: u64,
    used_by: HashMap<u64, u64>,
    /// Not counted as used: they make room for what is.
    spare: SpareFiles,
    is_swept: bool,
}

#[derive(Debug)]
struct Segment {
    file: SegmentFile,
    /// `None` when its name is removed.
    path: Option<PathBuf>,
    charge: u64,
    owner: Owner,
    expires: Instant,
}

/// A segment that is being written. Nothing is left of it on drop.
#[derive(Debug)]
pub struct Draft {
    file: Option<SegmentFile>,
    map: Option<MmapMut>,
    charge: u64,
    owner: Owner,
    home: Arc<Segments>,
}

/// A segment that its client may open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The file, which is there until the client has removed it, or the lease ends.
    pub path: PathBuf,
    /// The lease.
    pub lease: Duration,
}

/// The segments of a connection, whose leases end on drop.
#[derive(Debug)]
pub struct SegmentsOf {
    connection: u64,
    segments: Arc<Segments>,
}

impl Segments {
    /// Segments in this folder, of `max` bytes in all.
    pub fn new(home: Arc<Home>, max: u64) -> Self {
        Self { home, max, state: Mutex::default() }
    }

    /// The bytes of segments that are written, or that a client may open or maps.
    pub fn used(&self) -> u64 {
        self.lock().used
    }

    /// A segment of `bytes` bytes to write, whose memory is allocated.
    pub fn draft(self: &Arc<Self>, bytes: usize, owner: Owner) -> Result<Draft, Error> {
        self.permit(owner.user)?;
        let (bytes, parts) = (bytes as u64, self.max / PARTS);
        let charge = bytes.max(parts).max(1);
        let spare = self.reserve(charge, bytes, owner)?;
        let mut draft = Draft { file: None, map: None, charge, owner, home: Arc::clone(self) };
        let new = || SegmentFile::new(&self.home, bytes, owner.user);
        let file = match spare {
            Some(file) => file,
            None => match new() {
                // Files that wait may be what fills the file system.
                Err(Error::NoSpace { .. }) if self.lock().spare.drop_all() => new()?,
                made => made?,
            },
        };
        draft.map = file.map()?;
        draft.file = Some(file);
        Ok(draft)
    }

    /// An error if a file cannot be given to a user. A process of the superuser can give it to everybody, and open that of
    /// everybody.
    pub fn permit(&self, user: u32) -> Result<(), Error> {
        let owner = self.home.user();
        if user == owner || user == 0 || owner == 0 { Ok(()) } else { Err(Error::Foreign { user, owner }) }
    }

    /// The segments of a connection.
    pub fn of(self: &Arc<Self>, connection: u64) -> SegmentsOf {
        SegmentsOf { connection, segments: Arc::clone(self) }
    }

    /// Takes a part of the limits, and a file that waits, if there is one.
    fn reserve(&self, charge: u64, bytes: u64, owner: Owner) -> Result<Option<SegmentFile>, Error> {
        let (max, caller_max, caller) = (self.max, self.max / CALLER_PART, owner.caller);
        if charge > caller_max {
            return Err(Error::TooLarge { limit: LIMIT, max: caller_max, needed: charge });
        }
        let mut state = self.lock();
        for attempt in 0..2 {
            let own = state.used_by.get(&caller).copied().unwrap_or(0);
            if own + charge <= caller_max && state.used + charge <= max {
                state.used += charge;
                *state.used_by.entry(caller).or_default() += charge;
                let spare = state.spare.take(bytes, owner);
                state.make_room(max);
                return Ok(spare);
            }
            if attempt == 0 {
                state.sweep(max, Instant::now());
            }
        }
        Err(Error::Exhausted { limit: LIMIT, max, hint: "unmap what was read" })
    }

    /// Removes the names of what is due, and forgets what nobody maps; whether something is left.
    fn sweep(&self) -> bool {
        let mut state = self.lock();
        state.sweep(self.max, Instant::now());
        state.is_swept = !(state.segments.is_empty() && state.spare.is_empty());
        state.is_swept
    }

    fn sweep_from_now_on(self: &Arc<Self>, state: &mut State) {
        if std::mem::replace(&mut state.is_swept, true) {
            return;
        }
        let segments: Weak<Self> = Arc::downgrade(self);
        let sweeping = move || {
            loop {
                thread::sleep(SWEEP);
                if !segments.upgrade().is_some_and(|segments| segments.sweep()) {
                    return;
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("segments".into()).spawn(sweeping) {
            // The next segment tries again, and one that finds no room sweeps by itself.
            tracing::warn!(%error, "cannot start the thread that gives shared memory back");
            state.is_swept = false;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn sweep(&mut self, max: u64, now: Instant) {
        let Self { segments, used, used_by, spare, .. } = self;
        spare.drop_expired(now);
        let done = |_: &u64, segment: &mut Segment| {
            segment.end_lease(now);
            segment.path.is_none() && segment.file.usage() != Use::Shared
        };
        for (_, segment) in segments.extract_if(done) {
            give_back(used, used_by, segment.charge, segment.owner.caller);
            // With a second name somebody could open it while it is written, and cut it: a crash.
            if segment.file.usage() == (Use::Sole { names: 1 }) {
                spare.add(segment.file, segment.charge, segment.owner);
            }
        }
        self.make_room(max);
    }

    /// Gives files that wait back to the system until what is used and they fit in the limit.
    fn make_room(&mut self, max: u64) {
        while self.used + self.spare.charge() > max && self.spare.drop_oldest() {}
    }
}

fn give_back(used: &mut u64, used_by: &mut HashMap<u64, u64>, charge: u64, caller: u64) {
    *used -= charge;
    if let Some(own) = used_by.get_mut(&caller) {
        *own -= charge;
        if *own == 0 {
            used_by.remove(&caller);
        }
    }
}

impl Segment {
    /// Removes the name if the lease has ended, or notes that the client has removed it.
    fn end_lease(&mut self, now: Instant) {
        let Some(path) = &self.path else { return };
        let is_removed = self.file.is_private();
        if is_removed || now >= self.expires {
            if !is_removed {
                remove(path);
            }
            self.path = None;
        }
    }
}

impl Draft {
    /// The bytes of the file.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.map.as_deref_mut().unwrap_or_default()
    }

    /// Gives the segment to its client.
    pub fn publish(mut self) -> Result<Published, Error> {
        // Unmapped first: the mapping would count as that of a reader, and nothing is written any more.
        self.map = None;
        let path = self.home.home.new_path()?;
        if let Some(file) = self.file.take() {
            file.publish(&path)?;
            let (charge, owner, expires) = (std::mem::take(&mut self.charge), self.owner, Instant::now() + LEASE);
            let mut state = self.home.lock();
            let number = state.next;
            state.next += 1;
            state.segments.insert(number, Segment { file, path: Some(path.clone()), charge, owner, expires });
            self.home.sweep_from_now_on(&mut state);
        }
        Ok(Published { path, lease: LEASE })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.charge > 0 {
            let mut state = self.home.lock();
            let State { used, used_by, .. } = &mut *state;
            give_back(used, used_by, self.charge, self.owner.caller);
        }
    }
}

impl Drop for SegmentsOf {
    fn drop(&mut self) {
        let mut state = self.segments.lock();
        let own = state.segments.values_mut().filter(|segment| segment.owner.connection == self.connection);
        own.for_each(|segment| segment.expires = Instant::now());
        state.sweep(self.segments.max, Instant::now());
    }
}
