//! Mounting: an endpoint's method, path and access come from its type, so that they are spelled once.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use netraven_api::{Access, Endpoint, Method};

use super::fault::Fault;
use super::{REQUEST_LIMIT, Shared, auth};

/// Collects the routes.
pub struct Mount {
    shared: Shared,
    router: Router<Shared>,
}

impl Mount {
    /// Nothing mounted yet.
    pub fn new(shared: Shared) -> Mount {
        Mount { shared, router: Router::new() }
    }

    /// Mounts an endpoint; only those it lets in reach the handler.
    pub fn add<E: Endpoint, T: 'static>(&mut self, handler: impl Handler<T, Shared>) {
        let filter = match E::METHOD {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Delete => MethodFilter::DELETE,
        };
        self.route(E::PATH, E::ACCESS, on(filter, handler).layer(from_fn(limit)));
    }

    /// Mounts what is no [`Endpoint`]: the login and the live stream.
    pub fn route(&mut self, path: &str, access: Access, methods: MethodRouter<Shared>) {
        let guarded = match access {
            Access::Open => methods,
            _ => methods.layer(from_fn_with_state((self.shared.clone(), access), auth::require)),
        };
        let router = std::mem::take(&mut self.router);
        self.router = router.route(path.trim_end_matches('/'), guarded);
    }

    /// Everything mounted.
    pub fn into_router(self) -> Router<Shared> {
        self.router
    }
}

async fn limit(request: Request, next: Next) -> Result<Response, Fault> {
    let sentence = "The request took too long and was given up: try again, or ask for less.";
    let answer = tokio::time::timeout(REQUEST_LIMIT, next.run(request)).await;
    answer.map_err(|_| Fault::detail(StatusCode::SERVICE_UNAVAILABLE, sentence))
}
