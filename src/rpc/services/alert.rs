//! `AlertService`. Alerts run without the token of who stored them, and the log is of all: a token that is bound to symbols or to
//! a time has no alerts.

use std::sync::Arc;

use tonic::Request;

use crate::app::{AlertName, App};
use crate::rpc::Error;
use crate::rpc::call::{Call, Reply};
use crate::rpc::proto::alert_service_server::AlertService;
use crate::rpc::proto::{
    AcknowledgeFiringsRequest, AcknowledgeFiringsResponse, DeleteAlertRequest, DeleteAlertResponse, ListAlertsRequest,
    ListAlertsResponse, ListFiringsRequest, ListFiringsResponse, PutAlertRequest, PutAlertResponse,
};
use crate::rpc::wire::{self, page_size};

/// Stores alerts, and lists and acknowledges their firings.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn firings(&self, request: ListFiringsRequest, call: &Call) -> Result<ListFiringsResponse, Error> {
        call.context.permit_all()?;
        let ListFiringsRequest { alert, after, unacknowledged, page_size: size } = request;
        let alert = if alert.is_empty() { None } else { Some(AlertName::new(&alert)?) };
        let found = self.app.alerts.firings(alert, after, unacknowledged, page_size(size)?, &call.context).await?;
        Ok(ListFiringsResponse { firings: found.into_iter().map(Into::into).collect() })
    }
}

#[tonic::async_trait]
impl AlertService for Service {
    async fn put_alert(&self, request: Request<PutAlertRequest>) -> Reply<PutAlertResponse> {
        let (call, request) = Call::open(request);
        let stored = async {
            call.context.permit_all()?;
            let (name, alert) = wire::alert(request, &self.app.compute)?;
            call.acts_on(|| format!("alert {}", name.as_str()));
            Ok(PutAlertResponse { alert: Some(self.app.alerts.put(name, alert).await?.into()) })
        };
        call.reply(stored.await)
    }

    async fn list_alerts(&self, request: Request<ListAlertsRequest>) -> Reply<ListAlertsResponse> {
        let (call, ListAlertsRequest {}) = Call::open(request);
        let listed = || {
            call.context.permit_all()?;
            Ok(ListAlertsResponse { alerts: self.app.alerts.list().into_iter().map(Into::into).collect() })
        };
        call.reply(listed())
    }

    async fn delete_alert(&self, request: Request<DeleteAlertRequest>) -> Reply<DeleteAlertResponse> {
        let (call, DeleteAlertRequest { name }) = Call::open(request);
        let deleted = async {
            call.context.permit_all()?;
            let name = AlertName::new(&name)?;
            call.acts_on(|| format!("alert {}", name.as_str()));
            Ok(self.app.alerts.delete(name).await?)
        };
        call.reply(deleted.await.map(|()| DeleteAlertResponse {}))
    }

    async fn list_firings(&self, request: Request<ListFiringsRequest>) -> Reply<ListFiringsResponse> {
        let (call, request) = Call::open(request);
        call.reply(self.firings(request, &call).await)
    }

    async fn acknowledge_firings(
        &self,
        request: Request<AcknowledgeFiringsRequest>,
    ) -> Reply<AcknowledgeFiringsResponse> {
        let (call, AcknowledgeFiringsRequest { alert, through }) = Call::open(request);
        let done = async {
            call.context.permit_all()?;
            let name = AlertName::new(&alert).map_err(|error| Error::from(error).inside("alert"))?;
            call.acts_on(|| format!("alert {}", name.as_str()));
            Ok(self.app.alerts.acknowledge(&name, through).await?)
        };
        call.reply(done.await.map(|()| AcknowledgeFiringsResponse {}))
    }
}
