//! The API's own description: `/openapi.json` for programs and `/docs` for people, both open.

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use axum::routing::get;
use netraven_api::routes::Route;
use netraven_api::{Access, Method};
use serde_json::{Value, json};

use super::AppState;
use super::http::describe::{Description, Operation, page};
use super::http::mount::Mount;

const OPENAPI: Route = Route { method: Method::Get, path: "/openapi.json", access: Access::Open };
const DOCS: Route = Route { method: Method::Get, path: "/docs", access: Access::Open };

/// Describes the two; all other routes are described by now.
pub fn mount(mount: Mount) -> (Router<AppState>, Value) {
    let (routes, mut description): (_, Description) = mount.finish();
    let answer = |kind: &str| json!({ "description": "Done.", "content": { kind: { "schema": {} } } });
    let summary = "This description, as OpenAPI 3.1.";
    description.add(&OPENAPI, Operation::new(summary).answers(200, answer("application/json")));
    let summary = "This description as a page.";
    description.add(&DOCS, Operation::new(summary).answers(200, answer("text/html")));
    (routes, description.document())
}

/// Serves both. Neither changes while the program runs, so both are built once.
pub fn serve(routes: Router<AppState>, document: Value) -> Router<AppState> {
    let html: axum::body::Bytes = page::html(&document).into();
    let text: axum::body::Bytes = document.to_string().into();
    let openapi = get(move || async move { ([(CONTENT_TYPE, "application/json")], text).into_response() });
    let docs = get(move || async move {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
        let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy)];
        (headers, html).into_response()
    });
    routes.route(OPENAPI.path, openapi).route(DOCS.path, docs)
}
