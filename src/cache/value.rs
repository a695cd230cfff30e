//! What computed values need to be cached.

use bytes::Bytes;

/// A computed value. Memory holds it as it is, Redis its encoding.
pub trait Value: Clone + Send + Sync + 'static {
    /// Its size in memory, in bytes.
    fn size(&self) -> usize;
    /// Its encoding.
    fn encode(&self) -> Bytes;
    /// Decodes a value; `None` if the bytes are not an encoding.
    fn decode(bytes: &Bytes) -> Option<Self>;
}
