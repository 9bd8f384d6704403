//! How large a body may be, by route, and what becomes of larger ones: the refusal has to reach whoever is still sending.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use netraven_api::Endpoint as _;
use netraven_api::auth::TOKEN_PATH;
use netraven_api::bulk::BULK_IMPORT_PATH;
use netraven_api::devices::{CheckImport, ImportDevices};

use super::canonical;
use super::fault::Fault;

/// Most bytes of a file of devices.
const FILE: usize = 16 * MIB;
/// Most bytes of any other body.
const BODY: usize = MIB;
/// Most bytes of a login, which anybody may send.
const LOGIN: usize = 8 * 1024;
const MIB: usize = 1024 * 1024;

/// Most bytes that are read and thrown away; whoever sends more is cut off.
const THROWN_AWAY: usize = 64 * MIB;
/// Longest that is done.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most bytes a body of this route may have.
pub fn limit_of(path: &str) -> usize {
    let path = canonical(path);
    if path == canonical(TOKEN_PATH) {
        LOGIN
    } else if [BULK_IMPORT_PATH, ImportDevices::PATH, CheckImport::PATH].map(canonical).contains(&path) {
        FILE
    } else {
        BODY
    }
}

/// Refuses a request whose length says that it is too large. A connection that is closed while the other end still writes loses
/// the answer with it, so the body is read first and thrown away, unless the sender waits to be told to send it.
pub async fn check(request: Request, next: Next) -> Response {
    let limit = limit_of(request.uri().path());
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_none_or(|length| length <= limit) {
        return next.run(request).await;
    }
    let waits = request.headers().contains_key(EXPECT);
    let mut body = request.into_body().into_data_stream();
    let throw_away = async {
        let mut thrown = 0;
        while let Some(Ok(part)) = body.next().await {
            thrown += part.len();
            if thrown > THROWN_AWAY {
                break;
            }
        }
    };
    if !waits {
        // However it ends, the answer is the same.
        let _ = tokio::time::timeout(PATIENCE, throw_away).await;
    }
    refusal(limit).into_response()
}

/// Why a body of more than this many bytes is not read.
pub fn refusal(limit: usize) -> Fault {
    let size = if limit < MIB { format!("{} KiB", limit / 1024) } else { format!("{} MiB", limit / MIB) };
    let advice = if limit == LOGIN { "send user name and password alone." } else { "send it in parts." };
    Fault::detail(StatusCode::PAYLOAD_TOO_LARGE, format!("The body is larger than {size}: {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_as_large_as_its_route_needs() {
        for path in [TOKEN_PATH, "/auth/token/", "/api/auth/token"] {
            assert_eq!(limit_of(path), LOGIN, "{path}");
        }
        assert_eq!((limit_of("/devices/import"), limit_of("/devices/import/check/")), (FILE, FILE));
        assert_eq!(limit_of("/jobs/"), BODY);
    }
}
