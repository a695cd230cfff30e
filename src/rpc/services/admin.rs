//! `AdminService`.

use std::sync::Arc;

use tonic::Request;

use crate::app::App;
use crate::rpc::Observer;
use crate::rpc::call::{Call, Reply};
use crate::rpc::proto::admin_service_server::AdminService;
use crate::rpc::proto::{
    AdviseRequest, AdviseResponse, BackupRequest, BackupResponse, CheckRequest, CheckResponse, GetMetricsRequest,
    GetMetricsResponse, GetProfileRequest, GetProfileResponse,
};

/// Serves operators: profile, index advice, integrity checks and backups.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
    observer: Arc<dyn Observer>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>, observer: Arc<dyn Observer>) -> Self {
        Self { app, observer }
    }
}

#[tonic::async_trait]
impl AdminService for Service {
    async fn get_profile(&self, request: Request<GetProfileRequest>) -> Reply<GetProfileResponse> {
        let (call, GetProfileRequest {}) = Call::open(request);
        let statements = self.app.maintenance.statements().into_iter().map(Into::into).collect();
        let slow_statements = self.app.maintenance.slow_runs().into_iter().map(Into::into).collect();
        call.reply(Ok(GetProfileResponse { statements, slow_statements }))
    }

    async fn get_metrics(&self, request: Request<GetMetricsRequest>) -> Reply<GetMetricsResponse> {
        let (call, GetMetricsRequest {}) = Call::open(request);
        call.reply(Ok(GetMetricsResponse { text: self.observer.metrics() }))
    }

    async fn advise(&self, request: Request<AdviseRequest>) -> Reply<AdviseResponse> {
        let (call, AdviseRequest { apply }) = Call::open(request);
        call.acts_on(|| format!("apply {apply}"));
        let advice = self.app.maintenance.advise(apply).await;
        call.reply(advice.map_err(Into::into).map(|advice| AdviseResponse {
            applied: apply && !advice.is_empty(),
            advice: advice.into_iter().map(Into::into).collect(),
        }))
    }

    async fn check(&self, request: Request<CheckRequest>) -> Reply<CheckResponse> {
        let (call, CheckRequest {}) = Call::open(request);
        let found = self.app.maintenance.check().await;
        call.reply(found.map(Into::into).map_err(Into::into))
    }

    async fn backup(&self, request: Request<BackupRequest>) -> Reply<BackupResponse> {
        let (call, BackupRequest { name }) = Call::open(request);
        call.acts_on(|| format!("backup {:?}", name.chars().take(80).collect::<String>()));
        let made = self.app.maintenance.backup(&name).await;
        call.reply(made.map(Into::into).map_err(Into::into))
    }
}
