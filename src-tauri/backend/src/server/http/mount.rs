//! Mounting: an endpoint's method, path, access and status come from its type, so that they are written once, and each
//! route is described as it is mounted, so that none is forgotten.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use netraven_api::routes::Route;
use netraven_api::{Access, Endpoint, Method};
use utoipa::ToSchema;

use super::describe::{Describes, Description, Operation};
use super::error::ApiError;
use super::path::canonical;
use super::{auth, body_limit};
use crate::server::AppState;

/// Longest a request may take; streams are exempt.
const REQUEST_LIMIT: Duration = Duration::from_secs(90);

/// Collects the routes.
pub struct Mount {
    state: AppState,
    router: Router<AppState>,
    description: Description,
}

impl Mount {
    /// Nothing mounted yet.
    pub fn new(state: AppState) -> Mount {
        Mount { state, router: Router::new(), description: Description::default() }
    }

    /// Mounts an endpoint; only callers it admits reach the handler. The handler's parameters are described.
    pub fn add<E, T>(&mut self, handler: impl Handler<T, AppState>)
    where
        E: Endpoint<Reply: ToSchema + 'static> + ToSchema,
        T: Describes + 'static,
    {
        let mut operation = Operation::of::<E>();
        T::describe(&mut operation);
        let filter = match E::METHOD {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Delete => MethodFilter::DELETE,
        };
        let status = StatusCode::from_u16(E::STATUS).expect("an endpoint's status is one of HTTP's");
        let answer = move |response: Response| async move { with_status(response, status) };
        let methods = on(filter, handler).layer(map_response(answer)).layer(from_fn(limit));
        self.route(Route::of::<E>(), operation, methods);
    }

    /// Mounts routes without an [`Endpoint`]: the login, the import of a file, the live stream.
    pub fn route(&mut self, route: Route, operation: Operation, methods: MethodRouter<AppState>) {
        self.description.add(&route, operation);
        let methods = methods.layer(DefaultBodyLimit::max(body_limit::limit_of(route.path)));
        let methods = if body_limit::takes_file(route.path) {
            methods.layer(from_fn_with_state(self.state.clone(), body_limit::one_of_few))
        } else {
            methods
        };
        let guarded = match route.access {
            Access::Open => methods,
            access => methods.layer(from_fn_with_state((self.state.clone(), access), auth::require)),
        };
        let router = std::mem::take(&mut self.router);
        self.router = router.route(canonical(route.path), guarded);
    }

    /// Everything mounted, with its description.
    pub fn finish(self) -> (Router<AppState>, Description) {
        (self.router, self.description)
    }
}

/// A success has its endpoint's status.
fn with_status(response: Response, status: StatusCode) -> Response {
    match (response.status(), status) {
        (StatusCode::OK, StatusCode::OK) => response,
        (StatusCode::OK, StatusCode::NO_CONTENT) => StatusCode::NO_CONTENT.into_response(),
        (StatusCode::OK, status) => (status, response).into_response(),
        _ => response,
    }
}

/// Cuts off a request that takes too long.
pub async fn limit(request: Request, next: Next) -> Result<Response, ApiError> {
    let sentence = "The request took too long and was aborted: try again, or request less.";
    let answer = tokio::time::timeout(REQUEST_LIMIT, next.run(request)).await;
    answer.map_err(|_| ApiError::detail(StatusCode::SERVICE_UNAVAILABLE, sentence))
}
