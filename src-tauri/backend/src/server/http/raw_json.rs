//! JSON that Postgres has already written, passed on unchanged.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::store::listing::RawPage;

/// A JSON text.
pub struct RawJson(pub String);

impl From<RawPage> for RawJson {
    fn from(page: RawPage) -> RawJson {
        RawJson(page.0)
    }
}

impl IntoResponse for RawJson {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}
