//! Routes: from the path of a call to the service that serves it.
//!
//! One hash lookup finds the name of the method, for metrics, and its service. The router of tonic (axum) matches
//! patterns and clones its services per call, which a fixed set of paths does not need.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use tonic::body::Body;
use tonic::server::NamedService;
use tower::Service;

use super::access;
use crate::app::Scope;

/// The response of a service.
pub(in crate::rpc) type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

type Serve = Arc<dyn Fn(Request<Body>) -> Answer + Send + Sync>;

/// A method and its service.
#[derive(Clone)]
pub(super) struct Route {
    /// The path.
    pub(super) method: Arc<str>,
    /// What its callers need; `None` for calls that everybody may make.
    pub(super) scope: Option<Scope>,
    serve: Serve,
}

impl Route {
    /// Serves a call of the method.
    pub(super) fn serve(&self, request: Request<Body>) -> Answer {
        (self.serve)(request)
    }
}

/// The methods of all services.
pub(in crate::rpc) struct Routes {
    paths: HashSet<Arc<str>>,
    routes: HashMap<Arc<str>, Route>,
}

impl Routes {
    /// Routes to the services that will be added, for these methods.
    pub(in crate::rpc) fn new(paths: HashSet<Arc<str>>) -> Self {
        Self { paths, routes: HashMap::new() }
    }

    /// Adds a service.
    pub(in crate::rpc) fn add<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future = Answer>,
        S: NamedService + Clone + Send + Sync + 'static,
    {
        let serve: Serve = Arc::new(move |request| service.clone().call(request));
        let prefix = format!("/{}/", S::NAME);
        for method in self.paths.iter().filter(|path| path.starts_with(&prefix)) {
            self.routes.insert(
                method.clone(),
                Route { method: method.clone(), scope: access::scope(method), serve: serve.clone() },
            );
        }
        self
    }

    pub(super) fn find(&self, path: &str) -> Option<&Route> {
        self.routes.get(path)
    }
}
