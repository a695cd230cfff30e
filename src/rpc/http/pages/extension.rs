//! Paths that the floors above add to the port of the server.
//!
//! An extension makes calls like any client: over [`Calls`], which pass the middleware with the token and the connection of
//! whoever sent the request. So it can do nothing that its caller could not do, and counts against the limits of its caller.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use http::{Request, Response};
use tonic::body::Body;
use tower::util::BoxCloneSyncService;

/// Calls on behalf of the caller of a request: a transport for the clients of the API.
pub type Calls = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// The largest request body of an extension, in bytes: its memory is held while the request is served.
pub const EXTENSION_BYTES_MAX: usize = 256 << 10;

/// Paths of the server's port beside those of its methods.
pub trait Extension: fmt::Debug + Send + Sync {
    /// A page that everybody may read with a GET: its content type and its text.
    fn page(&self, path: &str) -> Option<(&'static str, &'static str)>;

    /// Whether requests to this path are the extension's.
    fn serves(&self, path: &str) -> bool;

    /// Answers a request to such a path, whose caller may read. Its body is not read yet, and may be of any size. The number names the
    /// caller: a token, or else a host or a user of this machine.
    fn serve(
        &self,
        request: Request<Body>,
        caller: u64,
        calls: Calls,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>>;
}
