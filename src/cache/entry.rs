//! Entries that users write, and what comparing and setting them returns.

use bytes::Bytes;

/// What an entry holds besides its key and its value, in bytes: nodes of the map, of the order of use and of the timers.
pub(super) const ENTRY_BYTES: usize = 512;

/// The name of an entry of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryKey {
    namespace: String,
    key: String,
}

impl EntryKey {
    /// A key of a namespace. The namespace must not contain braces, and neither is empty.
    pub fn new(namespace: impl Into<String>, key: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), key: key.into() }
    }

    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// What its namespace counts for it, in bytes: key, value, and about what an entry costs besides.
    pub(super) fn counted_bytes(&self, value: &[u8]) -> u64 {
        (ENTRY_BYTES + self.key.len() + value.len()) as u64
    }

    /// The name of the entry. The braces tell namespace and key apart, and are a hash tag: a cluster stores a namespace on
    /// one node, so that a script can write an entry and count it in one step.
    pub(super) fn name(&self) -> String {
        format!("entry:{{{}}}:{}", self.namespace, self.key)
    }

    /// The names of the entry, of the sizes and of the ends of the entries of its namespace.
    pub(super) fn names(&self) -> [String; 3] {
        let of_namespace = |what: &str| format!("{what}:{{{}}}", self.namespace);
        [self.name(), of_namespace("sizes"), of_namespace("ends")]
    }
}

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    /// The entry held what was expected, and holds the new value.
    Stored,
    /// The entry holds something else: this value, or none.
    Mismatch(Option<Bytes>),
}
