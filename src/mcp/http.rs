//! `/mcp`: streamable HTTP on the port of the server. Each request stands alone, as revision 2026-07-28 wants it; clients of
//! earlier revisions are served without sessions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tonic::body::Body;

use super::{Agent, Clients, LLMS_TXT, Options};
use crate::rpc::{Calls, EXTENSION_BYTES_MAX, Extension};

/// Where agents call.
const PATH: &str = "/mcp";

/// Where the guide is.
const GUIDE: &str = "/llms.txt";

/// Tools and resources for agents that call over HTTP.
pub struct Http {
    service: StreamableHttpService<Agent, NeverSessionManager>,
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
        Self { service: StreamableHttpService::new(move || Ok(agent.clone()), sessions, config) }
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

    fn serve(&self, mut request: Request<Body>, calls: Calls) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        let service = self.service.clone();
        Box::pin(async move {
            request.extensions_mut().insert(Clients::new(calls));
            service.handle(request).await.map(Body::new)
        })
    }
}
