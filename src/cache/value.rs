//! What computed values need to be cached.

use bytes::Bytes;

/// A value that Redis holds as bytes, and memory as it is.
pub trait Value: Clone + Send + Sync + 'static {
    /// The bytes that it occupies.
    fn size(&self) -> usize;
    /// It as bytes.
    fn encode(&self) -> Bytes;
    /// The value that was encoded; `None` for anything else.
    fn decode(bytes: &Bytes) -> Option<Self>;
}
