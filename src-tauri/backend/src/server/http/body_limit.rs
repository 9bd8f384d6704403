//! How large a body may be, by route, how many large ones are accepted at once, and how the others are refused: the refusal has to
//! reach the client while it is still sending.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use netraven_api::Endpoint as _;
use netraven_api::auth::TOKEN_PATH;
use netraven_api::bulk::BULK_IMPORT_PATH;
use netraven_api::devices::{CheckImport, CheckSshConfig, ImportDevices, ImportSshConfig};
use netraven_api::platforms::SavePlatform;

use super::error::ApiError;
use super::path::canonical;
use crate::server::AppState;

/// Most bytes of a file of devices.
const FILE: usize = 16 * MIB;
/// Most bytes of a platform with its recordings.
const PLATFORM: usize = 8 * MIB;
/// Most bytes of any other body.
const BODY: usize = MIB;
/// Most bytes of a login, which anybody may send.
const LOGIN: usize = 8 * 1024;
const MIB: usize = 1024 * 1024;

/// Files of devices accepted at once, from the first byte of the body to the answer: each may hold its whole file in memory.
pub const FILES: usize = 3;

/// Most bytes read and thrown away; a client that sends more is cut off.
const THROWN_AWAY: usize = 64 * MIB;
/// Longest time spent on that.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most bytes a body of this route may have.
pub fn limit_of(path: &str) -> usize {
    let path = canonical(path);
    if path == canonical(TOKEN_PATH) {
        LOGIN
    } else if takes_file(path) {
        FILE
    } else if path == canonical(SavePlatform::PATH) {
        PLATFORM
    } else {
        BODY
    }
}

/// Whether this route takes files of devices.
pub fn takes_file(path: &str) -> bool {
    let files = [BULK_IMPORT_PATH, ImportDevices::PATH, CheckImport::PATH, ImportSshConfig::PATH, CheckSshConfig::PATH];
    files.map(canonical).contains(&canonical(path))
}

/// Accepts a file of devices only while few others are in progress. Checked once the sender is known, and before any of it is read.
pub async fn one_of_few(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Ok(_place) = state.files.try_acquire() else {
        throw_away(request).await;
        let sentence = format!("{FILES} files of devices are being read at the moment. Try again in a few seconds.");
        return ApiError::detail(StatusCode::SERVICE_UNAVAILABLE, sentence).into_response();
    };
    next.run(request).await
}

/// Refuses a request whose declared length is too large.
pub async fn check(request: Request, next: Next) -> Response {
    let limit = limit_of(request.uri().path());
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_none_or(|length| length <= limit) {
        return next.run(request).await;
    }
    throw_away(request).await;
    refusal(limit).into_response()
}

/// Reads a body to discard it. A connection that is closed while the other end still writes loses the answer with it; only
/// a client that waits for permission to send needs no such care.
async fn throw_away(request: Request) {
    if request.headers().contains_key(EXPECT) {
        return;
    }
    let mut body = request.into_body().into_data_stream();
    let read = async {
        let mut thrown = 0;
        while let Some(Ok(part)) = body.next().await {
            thrown += part.len();
            if thrown > THROWN_AWAY {
                break;
            }
        }
    };
    // However it ends, the answer is the same.
    let _ = tokio::time::timeout(PATIENCE, read).await;
}

/// Why a body of more than this many bytes is not read.
pub fn refusal(limit: usize) -> ApiError {
    let size = if limit < MIB { format!("{} KiB", limit / 1024) } else { format!("{} MiB", limit / MIB) };
    let advice = if limit == LOGIN { "send only user name and password." } else { "send it in parts." };
    ApiError::detail(StatusCode::PAYLOAD_TOO_LARGE, format!("The body is larger than {size}: {advice}"))
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
        assert_eq!(limit_of("/devices/import/ssh-config/check"), FILE);
        assert_eq!((limit_of("/jobs/"), limit_of("/platforms/saved")), (BODY, PLATFORM));
    }
}
