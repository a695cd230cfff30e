//! The server of the protocol: tools and resources for one agent.

use std::io;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, ServerInitializeError};
use rmcp::{RoleServer, ServerHandler, ServiceExt};

use super::error::Error;
use super::reply::budget;
use super::tools::{self, Session};
use super::{Clients, Options, resources};

/// What an agent is told when it connects.
const INSTRUCTIONS: &str = "Technical indicators over stored price series. Begin with list_series and find_indicators; \
    compute answers in short, and its `full` is a resource with every value. Times are UTC, those of bars are when they open. \
    A value depends only on bars up to its own.";

/// The answers of a server that are the same for a while: its tools and its guide.
const FRESH_MS: u64 = 3_600_000;

/// The tools and resources of an agent.
#[derive(Debug, Clone)]
pub struct Agent {
    /// None where they come with each request.
    clients: Option<Clients>,
    options: Arc<Options>,
}

impl Agent {
    /// Tools that call over these clients.
    pub fn new(clients: Clients, options: Options) -> Self {
        Self { clients: Some(clients), ..Self::of_requests(options) }
    }

    /// Tools that call over the clients of each HTTP request, which stand in its extensions.
    pub(super) fn of_requests(options: Options) -> Self {
        Self { clients: None, options: Arc::new(options) }
    }

    /// Serves the program that started this one, over standard input and output, until it closes them.
    ///
    /// Errors: what was said first is not the protocol.
    pub async fn serve_stdio(self) -> io::Result<()> {
        match self.serve(rmcp::transport::io::stdio_pipes()).await {
            Ok(running) => running.waiting().await.map(drop).map_err(io::Error::other),
            Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn session(&self, context: &RequestContext<RoleServer>) -> Result<Session<'_>, ErrorData> {
        let of_request = || context.extensions.get::<http::request::Parts>()?.extensions.get::<Clients>().cloned();
        let clients = self.clients.clone().or_else(of_request);
        let clients = clients.ok_or_else(|| ErrorData::internal_error("the request has no caller", None))?;
        Ok(Session { clients, options: &self.options })
    }

    /// Does the work in a place of the caller unless the request is cancelled, which ends its calls too.
    async fn run<T>(
        session: &Session<'_>,
        context: &RequestContext<RoleServer>,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<Result<T, Error>, ErrorData> {
        let placed = async {
            let _place = session.clients.places().acquire().await;
            work.await
        };
        tokio::select! {
            outcome = placed => Ok(outcome),
            () = context.ct.cancelled() => Err(ErrorData::internal_error("the request was cancelled", None)),
        }
    }
}

impl ServerHandler for Agent {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().build();
        let server = Implementation::new("atrad", env!("CARGO_PKG_VERSION")).with_title("Technical indicators");
        ServerConfig::new(capabilities).with_server_info(server).with_instructions(INSTRUCTIONS)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::find(name, &self.options)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut all = ListToolsResult::with_all_items(tools::list(&self.options));
        all.ttl_ms = Some(FRESH_MS);
        Ok(all)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.get_tool(&request.name) else {
            let message = format!("unknown tool {}; there are {}", budget::cut(&request.name, 60), tools::names());
            return Err(ErrorData::invalid_params(message, None));
        };
        let session = self.session(&context)?;
        let arguments = request.arguments.unwrap_or_default();
        let outcome = Self::run(&session, &context, tools::run(&session, &tool, arguments)).await?;
        let result = match outcome {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            // For the agent to read and do better, not a fault of the protocol.
            Err(error) => {
                let text = budget::cut(&error.to_string(), self.options.budget_bytes);
                CallToolResult::error(vec![ContentBlock::text(text)])
            }
        };
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::list()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let session = self.session(&context)?;
        match Self::run(&session, &context, resources::read(&session, &request.uri)).await? {
            Ok(contents) => Ok(ReadResourceResult::new(vec![contents]).into()),
            Err(error) => Err(error.into()),
        }
    }
}
