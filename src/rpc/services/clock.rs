//! `ClockService`.

use std::sync::Arc;

use tonic::Request;

use crate::app::App;
use crate::rpc::call::{Call, Reply};
use crate::rpc::proto::clock_service_server::ClockService;
use crate::rpc::proto::{AdvanceClockRequest, AdvanceClockResponse, GetClockRequest, GetClockResponse};

/// The clocks of tokens.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl ClockService for Service {
    async fn get_clock(&self, request: Request<GetClockRequest>) -> Reply<GetClockResponse> {
        let (call, GetClockRequest {}) = Call::open(request);
        let time = self.app.clocks.get(&call.context);
        call.reply(time.map(|time| GetClockResponse { time }).map_err(Into::into))
    }

    async fn advance_clock(&self, request: Request<AdvanceClockRequest>) -> Reply<AdvanceClockResponse> {
        let (call, AdvanceClockRequest { time }) = Call::open(request);
        let moved = async {
            let time = time.ok_or_else(|| crate::rpc::error::field("time", "set", "nothing"))?;
            Ok(AdvanceClockResponse { time: self.app.clocks.advance(time, &call.context).await? })
        };
        call.reply(moved.await)
    }
}
