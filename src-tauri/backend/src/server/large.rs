//! Bodies larger than what is read of them: the refusal has to reach whoever is still sending.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;

use super::BODY_LIMIT;
use super::input::body_fault;

/// Most bytes that are read and thrown away; whoever sends more is cut off.
const THROWN_AWAY: usize = 4 * BODY_LIMIT;
/// Longest that is done.
const PATIENCE: Duration = Duration::from_secs(10);

/// Refuses a request whose length says that it is too large. A connection that is closed while the other end still writes loses
/// the answer with it, so the body is read first and thrown away, unless the sender waits to be told to send it.
pub async fn check(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_none_or(|length| length <= BODY_LIMIT) {
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
    body_fault(StatusCode::PAYLOAD_TOO_LARGE).into_response()
}
