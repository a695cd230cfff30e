//! `CacheService`.

use std::sync::Arc;

use tonic::Request;

use crate::app::App;
use crate::cache::Swap;
use crate::rpc::call::{Call, Reply};
use crate::rpc::proto::cache_service_server::CacheService;
use crate::rpc::proto::{
    CompareAndSetRequest, CompareAndSetResponse, DeleteRequest, DeleteResponse, GetManyRequest, GetManyResponse,
    GetRequest, GetResponse, GetStatsRequest, GetStatsResponse, PutManyRequest, PutManyResponse, PutRequest,
    PutResponse,
};
use crate::rpc::wire::ttl;

/// Caches bytes.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl CacheService for Service {
    async fn get(&self, request: Request<GetRequest>) -> Reply<GetResponse> {
        let (call, GetRequest { namespace, key }) = Call::open(request);
        let value = async {
            call.context.permit_namespace(&namespace)?;
            Ok(GetResponse { value: self.app.user_cache.get(&namespace, &key).await? })
        };
        call.reply(value.await)
    }

    async fn put(&self, request: Request<PutRequest>) -> Reply<PutResponse> {
        let (call, PutRequest { namespace, key, value, ttl_ms }) = Call::open(request);
        let done = async {
            call.context.permit_namespace(&namespace)?;
            self.app.user_cache.put(&namespace, &key, value, ttl(ttl_ms)).await?;
            Ok(PutResponse {})
        };
        call.reply(done.await)
    }

    async fn compare_and_set(&self, request: Request<CompareAndSetRequest>) -> Reply<CompareAndSetResponse> {
        let (call, CompareAndSetRequest { namespace, key, expected, value, ttl_ms }) = Call::open(request);
        let swapped = async {
            call.context.permit_namespace(&namespace)?;
            let cache = &self.app.user_cache;
            Ok(match cache.compare_and_set(&namespace, &key, expected, value, ttl(ttl_ms)).await? {
                Swap::Stored => CompareAndSetResponse { stored: true, current: None },
                Swap::Mismatch(current) => CompareAndSetResponse { stored: false, current },
            })
        };
        call.reply(swapped.await)
    }

    async fn get_many(&self, request: Request<GetManyRequest>) -> Reply<GetManyResponse> {
        let (call, GetManyRequest { namespace, keys }) = Call::open(request);
        let found = async {
            call.context.permit_namespace(&namespace)?;
            let found = self.app.user_cache.get_many(&namespace, &keys).await?;
            Ok(GetManyResponse { entries: found.into_iter().map(Into::into).collect() })
        };
        call.reply(found.await)
    }

    async fn put_many(&self, request: Request<PutManyRequest>) -> Reply<PutManyResponse> {
        let (call, PutManyRequest { namespace, entries, ttl_ms }) = Call::open(request);
        let entries = entries.into_iter().map(Into::into).collect();
        let done = async {
            call.context.permit_namespace(&namespace)?;
            self.app.user_cache.put_many(&namespace, entries, ttl(ttl_ms)).await?;
            Ok(PutManyResponse {})
        };
        call.reply(done.await)
    }

    async fn delete(&self, request: Request<DeleteRequest>) -> Reply<DeleteResponse> {
        let (call, DeleteRequest { namespace, key }) = Call::open(request);
        let done = async {
            call.context.permit_namespace(&namespace)?;
            self.app.user_cache.delete(&namespace, &key).await?;
            Ok(DeleteResponse {})
        };
        call.reply(done.await)
    }

    async fn get_stats(&self, request: Request<GetStatsRequest>) -> Reply<GetStatsResponse> {
        let (call, GetStatsRequest {}) = Call::open(request);
        let tiers = self.app.user_cache.stats().into_iter().map(Into::into).collect();
        call.reply(Ok(GetStatsResponse { tiers }))
    }
}
