//! The board: named values that agents post, read and watch, in namespaces. It lives in memory, as long as the server.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::watch;

use crate::app::workers::call_context::CallContext;
use crate::app::workers::outbox::{Outbox, streamed};
use crate::app::{Error, Limits, SharingError};
use crate::series::Symbol;
use crate::shared_memory::{BoardValue, Home, NewValue, Region, RegionLimits};

/// The maximum length of a name, of a content type and of the label of a column, in bytes.
const TEXT_BYTES_MAX: usize = 128;

/// The maximum number of columns of a value.
const COLUMNS_MAX: usize = 1024;

/// How often readers are told that the server is alive; they look closer after four times of it.
const BEAT: Duration = Duration::from_millis(500);

/// A value to be posted.
#[derive(Debug, Clone)]
pub struct BoardPost {
    /// What the bytes are, as in `application/json`.
    pub content_type: String,
    /// The content.
    pub content: PostContent,
    /// The version that the value must have, 0 if there must be none; `None` replaces any.
    pub expected_version: Option<u64>,
}

/// The content of a value.
#[derive(Debug, Clone)]
pub enum PostContent {
    /// Bytes.
    Bytes(Bytes),
    /// Columns of little-endian numbers of 8 bytes.
    Columns {
        /// int64 nanoseconds since the Unix epoch; empty if there are none.
        times: Bytes,
        /// Labels and float64.
        columns: Vec<(String, Bytes)>,
    },
}

/// What a watch tells.
#[derive(Debug, Clone)]
pub enum BoardEvent {
    /// The value of a name, as it is or as it was posted.
    Posted(String, BoardValue, Bytes),
    /// A name has no value any more.
    Deleted(String),
}

/// The boards of all namespaces.
pub struct Board {
    /// `None` if no memory is shared.
    home: Option<Arc<Home>>,
    limits: Arc<Limits>,
    used: Arc<AtomicU64>,
    namespaces: Mutex<HashMap<Box<str>, Arc<Namespace>>>,
    is_beating: AtomicBool,
}

struct Namespace {
    region: Mutex<Region>,
    /// The number of changes.
    changes: watch::Sender<u64>,
}

impl Namespace {
    fn region(&self) -> MutexGuard<'_, Region> {
        // A post that panics leaves the value before it.
        self.region.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    pub(crate) fn new(home: Option<Arc<Home>>, limits: Arc<Limits>) -> Self {
        let (used, namespaces) = (Arc::default(), Mutex::default());
        Self { home, limits, used, namespaces, is_beating: AtomicBool::new(false) }
    }

    /// Posts a value, and returns its version.
    pub fn post(self: &Arc<Self>, namespace: &str, name: &str, post: &BoardPost) -> Result<u64, Error> {
        check_text("name", name, 1)?;
        check_text("content_type", &post.content_type, 0)?;
        let new = self.checked(post)?;
        let board = self.namespace(namespace)?;
        let mut region = board.region();
        let found = region.value(name).map_or(0, |value| value.version);
        check_version(namespace, name, found, post.expected_version)?;
        let version = region.post(name, new)?;
        board.changes.send_replace(region.changes());
        Ok(version)
    }

    /// The value of a name and its content.
    pub fn read(&self, namespace: &str, name: &str) -> Result<(BoardValue, Bytes), Error> {
        let missing = || SharingError::NoValue { namespace: namespace.into(), name: name.into() };
        let board = self.existing(namespace)?.ok_or_else(missing)?;
        let region = board.region();
        let value = region.value(name).cloned().ok_or_else(missing)?;
        let content = region.content(name).ok_or_else(missing)?;
        Ok((value, content.into()))
    }

    /// The values whose name begins with `prefix` and comes after `after`, by name, at most `max`; and whether there are more.
    pub fn list(
        &self,
        namespace: &str,
        prefix: &str,
        after: &str,
        max: usize,
    ) -> Result<(Vec<(String, BoardValue)>, bool), Error> {
        let Some(board) = self.existing(namespace)? else { return Ok((Vec::new(), false)) };
        let region = board.region();
        let mut values = region.values(prefix).filter(|(name, _)| *name > after);
        let page = values.by_ref().take(max).map(|(name, value)| (name.to_owned(), value.clone())).collect();
        Ok((page, values.next().is_some()))
    }

    /// Deletes the value of a name.
    pub fn delete(&self, namespace: &str, name: &str, expected_version: Option<u64>) -> Result<(), Error> {
        let missing = || SharingError::NoValue { namespace: namespace.into(), name: name.into() };
        let board = self.existing(namespace)?.ok_or_else(missing)?;
        let mut region = board.region();
        let found = region.value(name).ok_or_else(missing)?.version;
        check_version(namespace, name, found, expected_version)?;
        region.delete(name);
        board.changes.send_replace(region.changes());
        Ok(())
    }

    /// The file of the board of a namespace, for a process of a user of this machine, and its generation.
    pub fn map(self: &Arc<Self>, namespace: &str, user: u32) -> Result<(PathBuf, u64), Error> {
        let home = self.home.as_ref().ok_or(SharingError::Off)?;
        // One file for all readers has one owner. The superuser reads every file.
        if user != home.user() && user != 0 {
            return Err(crate::shared_memory::Error::Foreign { user, owner: home.user() }.into());
        }
        let board = self.namespace(namespace)?;
        let region = board.region();
        let path = region.path().ok_or(SharingError::Off)?.to_owned();
        Ok((path, region.generation()))
    }

    /// The values whose name begins with `prefix`, then each change. A reader that is slow gets the newest value of a name only.
    pub fn watch(
        self: &Arc<Self>,
        namespace: &str,
        prefix: String,
        context: CallContext,
    ) -> Result<impl Stream<Item = Result<BoardEvent, Error>> + Send + use<>, Error> {
        let board = self.namespace(namespace)?;
        Ok(streamed(context, move |outbox| async move { board.tell(&prefix, &outbox).await }))
    }

    /// The memory of all boards in bytes.
    pub fn used(&self) -> u64 {
        self.used.load(Relaxed)
    }

    fn checked<'a>(&self, post: &'a BoardPost) -> Result<NewValue<'a>, Error> {
        let new = match &post.content {
            PostContent::Bytes(bytes) => {
                NewValue { content_type: &post.content_type, parts: vec![bytes], ..NewValue::default() }
            }
            PostContent::Columns { times, columns } => columns_of(times, columns)?,
        };
        let (max, needed) =
            (self.limits.board_value_bytes_max as u64, new.parts.iter().map(|part| part.len() as u64).sum());
        if needed > max {
            return Err(Error::TooMuch { limit: "board_value_bytes_max", max, needed, hint: None });
        }
        Ok(new)
    }

    fn existing(&self, namespace: &str) -> Result<Option<Arc<Namespace>>, Error> {
        check_namespace(namespace)?;
        Ok(self.lock().get(namespace).cloned())
    }

    /// The board of a namespace, which is made if there is none. An empty one that nobody uses gives way to it.
    fn namespace(self: &Arc<Self>, namespace: &str) -> Result<Arc<Namespace>, Error> {
        check_namespace(namespace)?;
        let mut namespaces = self.lock();
        if let Some(found) = namespaces.get(namespace) {
            return Ok(Arc::clone(found));
        }
        let max = self.limits.board_namespaces_max;
        if namespaces.len() >= max {
            let is_unused = |found: &Arc<Namespace>| Arc::strong_count(found) == 1 && found.region().is_empty();
            let unused = namespaces.iter().find(|(_, found)| is_unused(found)).map(|(name, _)| name.clone());
            let Some(unused) = unused else {
                let hint = Some("delete the values of another namespace");
                return Err(Error::TooMuch {
                    limit: "board_namespaces_max",
                    max: max as u64,
                    needed: max as u64 + 1,
                    hint,
                });
            };
            namespaces.remove(&unused);
        }
        let limits = RegionLimits {
            names_max: self.limits.board_names_max,
            bytes_max: self.limits.board_namespace_bytes_max,
            all_bytes_max: self.limits.board_bytes_max,
            all_bytes: Arc::clone(&self.used),
        };
        let region = Region::new(self.home.as_deref(), limits)?;
        let board = Arc::new(Namespace { region: Mutex::new(region), changes: watch::Sender::new(0) });
        namespaces.insert(namespace.into(), Arc::clone(&board));
        drop(namespaces);
        self.beat();
        Ok(board)
    }

    /// Tells readers from now on that the server is alive.
    fn beat(self: &Arc<Self>) {
        if self.home.is_none() || self.is_beating.swap(true, Relaxed) {
            return;
        }
        let board = Arc::downgrade(self);
        let beating = move || {
            loop {
                thread::sleep(BEAT);
                let Some(board) = board.upgrade() else { return };
                board.lock().values().for_each(|namespace| namespace.region().beat());
            }
        };
        if let Err(error) = thread::Builder::new().name("board".into()).spawn(beating) {
            // Readers look for the lock of the server then, which takes them longer.
            tracing::warn!(%error, "cannot start the thread of the board");
            self.is_beating.store(false, Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Namespace>>> {
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Namespace {
    async fn tell(&self, prefix: &str, outbox: &Outbox<BoardEvent>) -> Result<(), Error> {
        let mut changes = self.changes.subscribe();
        let mut sent: HashMap<String, u64> = HashMap::new();
        loop {
            changes.borrow_and_update();
            let now: HashMap<String, u64> =
                self.region().values(prefix).map(|(name, value)| (name.to_owned(), value.version)).collect();
            for name in sent.keys().filter(|name| !now.contains_key(*name)) {
                outbox.send(BoardEvent::Deleted(name.clone()), name.len()).await?;
            }
            let mut news: Vec<_> = now.iter().filter(|(name, version)| sent.get(*name) != Some(version)).collect();
            news.sort_by_key(|(_, version)| **version);
            let mut seen = HashMap::with_capacity(now.len());
            for (name, _) in news {
                let Some(bytes) = self.region().value(name).map(|value| value.bytes) else { continue };
                let held = outbox.context().reserve(bytes).await?;
                let found = {
                    let region = self.region();
                    region.value(name).cloned().zip(region.content(name))
                };
                // Deleted meanwhile: the next round tells.
                let Some((value, content)) = found else { continue };
                seen.insert(name.clone(), value.version);
                outbox.send_held(BoardEvent::Posted(name.clone(), value, content.into()), held).await?;
            }
            sent.retain(|name, _| now.contains_key(name));
            sent.extend(seen);
            if changes.changed().await.is_err() {
                return Ok(());
            }
        }
    }
}

/// The value of columns of one length.
fn columns_of<'a>(times: &'a Bytes, columns: &'a [(String, Bytes)]) -> Result<NewValue<'a>, Error> {
    let refused = |field, expected: &str, given: String| Err(Error::Field { field, expected: expected.into(), given });
    if columns.is_empty() || columns.len() > COLUMNS_MAX {
        return refused("columns.columns", &format!("1 to {COLUMNS_MAX} columns"), columns.len().to_string());
    }
    let bytes = columns[0].1.len();
    for (label, values) in columns {
        check_text("columns.columns.label", label, 1)?;
        if values.len() != bytes {
            let given = format!("{} of {label}", values.len() / 8);
            return refused("columns.columns.values", &format!("{} values, as of the first column", bytes / 8), given);
        }
    }
    if !times.is_empty() && times.len() != bytes {
        return refused(
            "columns.times",
            &format!("empty or one per row, {}", bytes / 8),
            (times.len() / 8).to_string(),
        );
    }
    let has_times = !times.is_empty();
    let parts = has_times.then_some(&**times).into_iter().chain(columns.iter().map(|(_, values)| &**values)).collect();
    let labels = columns.iter().map(|(label, _)| label.clone()).collect();
    Ok(NewValue { content_type: "", labels, has_times, parts })
}

fn check_version(namespace: &str, name: &str, found: u64, expected: Option<u64>) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != found => {
            Err(SharingError::Version { namespace: namespace.into(), name: name.into(), found, expected }.into())
        }
        _ => Ok(()),
    }
}

fn check_namespace(namespace: &str) -> Result<(), Error> {
    // A namespace has the characters of a symbol, as that of a cache entry.
    if namespace.parse::<Symbol>().is_err() {
        let expected = format!("1 to {} of {}", Symbol::BYTES_MAX, Symbol::CHARACTERS);
        return Err(Error::Field { field: "namespace", expected, given: shown(namespace) });
    }
    Ok(())
}

fn check_text(field: &'static str, text: &str, least: usize) -> Result<(), Error> {
    if text.len() < least || text.len() > TEXT_BYTES_MAX || text.chars().any(char::is_control) {
        let expected = format!("{least} to {TEXT_BYTES_MAX} bytes without control characters");
        return Err(Error::Field { field, expected, given: format!("{} bytes, {}", text.len(), shown(text)) });
    }
    Ok(())
}

/// Shortens a text for an error message.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(80).collect::<String>())
}
