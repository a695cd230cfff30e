//! `/mcp`: streamable HTTP on the port of the server. Each request stands alone, as revision 2026-07-28 wants it; clients of
//! earlier revisions are served without sessions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tonic::body::Body;

use super::clients::Places;
use super::{Agent, Clients, LLMS_TXT, Options};
use crate::rpc::{Calls, EXTENSION_BYTES_MAX, Extension};

/// Where agents call.
const PATH: &str = "/mcp";

/// Where the guide is.
const GUIDE: &str = "/llms.txt";

/// Tools and resources for agents that call over HTTP.
pub struct Http {
    service: StreamableHttpService<Agent, NeverSessionManager>,
    places: Places,
}

impl Http {
    /// The tools with these options for all callers.
    pub fn new(options: Options) -> Self {
        let agent = Agent::of_requests(options);
        // Origins and names of hosts are checked by the server before.
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(EXTENSION_BYTES_MAX)
            .disable_allowed_hosts();
        let sessions = Arc::new(NeverSessionManager::default());
        let service = StreamableHttpService::new(move || Ok(agent.clone()), sessions, config);
        Self { service, places: Places::default() }
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Http")
    }
}

impl Extension for Http {
    fn page(&self, path: &str) -> Option<(&'static str, &'static str)> {
        (path == GUIDE).then_some(("text/plain; charset=utf-8", LLMS_TXT))
    }

    fn serves(&self, path: &str) -> bool {
        path == PATH
    }

    fn serve(
        &self,
        mut request: Request<Body>,
        caller: u64,
        calls: Calls,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        let (service, clients) = (self.service.clone(), Clients::new(calls).within(self.places.of(caller)));
        Box::pin(async move {
            request.extensions_mut().insert(clients);
            service.handle(request).await.map(Body::new)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::time::Duration;

    use super::super::clients::RUNNING_MAX;
    use super::*;

    /// Calls that never end, and how many there are.
    fn endless(seen: &Arc<AtomicUsize>) -> Calls {
        let seen = Arc::clone(seen);
        Calls::new(tower::service_fn(move |_| {
            seen.fetch_add(1, Relaxed);
            std::future::pending::<Result<Response<Body>, Infallible>>()
        }))
    }

    fn tool() -> Request<Body> {
        let text = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_series","arguments":{}}}"#;
        let request = Request::post(PATH).header("content-type", "application/json").header("host", "localhost");
        let request = request.header("accept", "application/json, text/event-stream");
        let body = Body::new(http_body_util::Full::new(bytes::Bytes::from(text)));
        request.header("mcp-protocol-version", "2025-11-25").body(body).expect("valid")
    }

    #[tokio::test]
    async fn the_tools_of_one_caller_hold_up_nobody_else() {
        let served = Arc::new(Http::new(Options::default()));
        let mut tasks = tokio::task::JoinSet::new();
        let mut ask = |caller: u64, seen: &Arc<AtomicUsize>| tasks.spawn(served.serve(tool(), caller, endless(seen)));
        let until = async |seen: &Arc<AtomicUsize>, calls: usize| {
            let reached = async {
                while seen.load(Relaxed) < calls {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            let waited = tokio::time::timeout(Duration::from_secs(10), reached).await;
            assert!(waited.is_ok(), "{} of {calls} calls", seen.load(Relaxed));
        };
        let (first, second) = (Arc::default(), Arc::default());
        let asked: Vec<_> = (0..RUNNING_MAX + 9).map(|_| ask(1, &first)).collect();
        until(&first, RUNNING_MAX).await;
        ask(2, &second);
        until(&second, 1).await;
        assert_eq!(first.load(Relaxed), RUNNING_MAX, "the others wait");
        // One that is given up makes room for one that waits.
        asked[0].abort();
        until(&first, RUNNING_MAX + 1).await;
        assert_eq!(served.places.of(3).available_permits(), RUNNING_MAX);
    }
}
