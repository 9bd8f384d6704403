//! Requests: addresses, sign-in, refusals, redirects and dead connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use futures::future::BoxFuture;
use netraven_api::jobs::{DeleteJob, ListJobs, RunJob};
use netraven_api::problem::Code;
use netraven_api::system::{Condition, GetHealth};
use netraven_api::{Endpoint, Method, Request, Secret};
use netraven_client::{Client, Tokens};
use serde_json::{Value, json};

use crate::support::{answer_json, read_head, serve, serve_raw};

fn health() -> Router {
    Router::new().route("/health", get(|| async { Json(json!({"status": "healthy"})) }))
}

#[tokio::test]
async fn a_base_url_works_with_path_and_slash() {
    let url = serve(Router::new().nest("/tools/api", health())).await;
    for tail in ["/tools/api", "/tools/api/"] {
        let client = Client::new(&format!("{url}{tail}")).unwrap();
        assert!(client.send(&GetHealth).await.unwrap().status.is(Condition::Healthy));
        assert_eq!(client.base_url(), format!("{url}/tools/api"));
    }
}

#[tokio::test]
async fn the_api_is_found_below_a_web_page() {
    let page = || async { ([(header::CONTENT_TYPE, "text/html")], "<html>app</html>") };
    let url = serve(Router::new().nest("/api", health()).fallback(page)).await;
    assert_eq!(Client::discover(&url).await.unwrap().base_url(), format!("{url}/api"));
    let elsewhere = serve(Router::new().fallback(page)).await;
    assert_eq!(Client::discover(&elsewhere).await.unwrap_err().code, Code::NotUnderstood);
}

#[tokio::test]
async fn the_login_is_a_form_and_its_refusal_is_told_plainly() {
    let login = |headers: HeaderMap, body: Bytes| async move {
        let shown = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        assert!(shown.is_none_or(|shown| shown == "Bearer one.of.before"));
        assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
        if &body[..] == b"username=ann&password=p%26+w" {
            Json(json!({"access_token": "a.b.c", "token_type": "bearer"})).into_response()
        } else {
            (StatusCode::UNAUTHORIZED, Json(json!({"detail": "Incorrect username or password"}))).into_response()
        }
    };
    let client = Client::new(&serve(Router::new().route("/auth/token", post(login))).await).unwrap();
    let earlier = Secret::new("one.of.before");
    for earlier in [None, Some(&earlier)] {
        let token = client.login("ann", &Secret::new("p& w"), earlier).await.unwrap();
        assert_eq!(token.access_token.expose(), "a.b.c");
    }
    let problem = client.login("ann", &Secret::new("wrong"), None).await.unwrap_err();
    assert_eq!((problem.code, problem.message.as_str()), (Code::Unauthenticated, "Incorrect user name or password."));
}

#[tokio::test]
async fn the_token_goes_with_each_request_and_a_source_is_asked_each_time() {
    let echo = |headers: HeaderMap| async move { Json(json!({"status": headers["authorization"].to_str().unwrap()})) };
    let client = Client::new(&serve(Router::new().route("/health", get(echo))).await).unwrap();
    let fixed = client.clone().with_token(Secret::new("one"));
    assert_eq!(fixed.send(&GetHealth).await.unwrap().status.as_str(), "Bearer one");
    let count = AtomicUsize::new(0);
    let source = client.with_token_source(move || Secret::new(format!("t{}", count.fetch_add(1, Ordering::SeqCst))));
    assert_eq!(source.send(&GetHealth).await.unwrap().status.as_str(), "Bearer t0");
    assert_eq!(source.send(&GetHealth).await.unwrap().status.as_str(), "Bearer t1");
    assert!(!format!("{source:?}{fixed:?}").contains("one"));
}

#[tokio::test]
async fn refusals_come_as_problems() {
    let router = Router::new()
        .route("/jobs/run/1", post(|| async { (StatusCode::CONFLICT, Json(json!({"detail": "A run is active"}))) }))
        .route("/jobs/run/2", post(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error") }))
        .route("/jobs/", get(|| async { (StatusCode::UNAUTHORIZED, Json(json!({"detail": "Not authenticated"}))) }));
    let client = Client::new(&serve(router).await).unwrap();
    assert_eq!(client.send(&RunJob(1.into())).await.unwrap_err().message, "A run is active.");
    assert_eq!(client.send(&RunJob(2.into())).await.unwrap_err().code, Code::Internal);
    assert_eq!(client.send(&ListJobs::default()).await.unwrap_err().code, Code::Unauthenticated);
    assert_eq!(client.send(&GetHealth).await.unwrap_err().code, Code::NotUnderstood);
}

#[tokio::test]
async fn an_empty_answer_is_null_and_a_wrong_one_is_not_understood() {
    let router = Router::new()
        .route("/jobs/3", delete(|| async { StatusCode::NO_CONTENT }))
        .route("/health", get(|| async { Json(json!({"state": 1})) }));
    let client = Client::new(&serve(router).await).unwrap();
    client.send(&DeleteJob(3.into())).await.unwrap();
    assert_eq!(client.forward(DeleteJob(3.into()).request()).await.unwrap(), Value::Null);
    let problem = client.send(&GetHealth).await.unwrap_err();
    assert_eq!(problem.code, Code::NotUnderstood);
    assert!(problem.message.contains("GET /health could not be read (missing field `status`"), "{}", problem.message);
}

#[tokio::test]
async fn a_redirect_within_the_server_is_followed_and_one_elsewhere_is_refused() {
    let reached = Arc::new(AtomicUsize::new(0));
    let counter = reached.clone();
    let elsewhere = serve(Router::new().fallback(move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        Json(json!({"status": "stolen"}))
    }))
    .await;
    let target = elsewhere.clone();
    let router = health()
        .route("/jobs", get(|| async { Redirect::temporary("/health") }))
        .route("/jobs/", get(move || async move { Redirect::temporary(&format!("{target}/x")) }));
    let client = Client::new(&serve(router).await).unwrap().with_token(Secret::new("kept"));
    let request = |path: &str| Request { method: Method::Get, path: path.into(), body: None };
    assert_eq!(client.forward(request("/jobs")).await.unwrap()["status"], "healthy");
    let problem = client.forward(request("/jobs/")).await.unwrap_err();
    assert_eq!(problem.code, Code::NotUnderstood);
    assert!(problem.message.contains(&elsewhere), "{}", problem.message);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_get_on_a_dead_kept_connection_is_sent_once_more_and_a_post_is_not() {
    let posts = Arc::new(AtomicUsize::new(0));
    let counter = posts.clone();
    // Each connection answers one request, reads the next one, and closes without an answer.
    let url = serve_raw(move |_, mut stream| {
        let posts = counter.clone();
        async move {
            for _ in 0..2 {
                let head = read_head(&mut stream).await;
                posts.fetch_add(usize::from(head.starts_with("POST")), Ordering::SeqCst);
                if head.starts_with("GET") && !head.contains("x-last") {
                    answer_json(&mut stream, r#"{"status":"healthy"}"#).await;
                    read_head(&mut stream).await.starts_with("POST").then(|| posts.fetch_add(1, Ordering::SeqCst));
                    return;
                }
            }
        }
    })
    .await;
    let client = Client::new(&url).unwrap();
    for _ in 0..4 {
        assert!(client.send(&GetHealth).await.unwrap().status.is(Condition::Healthy));
    }
    let problem = client.send(&RunJob(1.into())).await.unwrap_err();
    assert_eq!(problem.code, Code::Unreachable);
    assert_eq!(posts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_precisely() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let plain = serve(health()).await.replace("http://", "https://");
    for (url, part) in [
        (format!("http://{closed}"), "nothing is listening there"),
        ("http://no-such-host.invalid".to_owned(), "name of no-such-host.invalid could not be resolved"),
        (plain, "No secure connection"),
    ] {
        let problem = Client::new(&url).unwrap().send(&GetHealth).await.unwrap_err();
        assert_eq!(problem.code, Code::Unreachable, "{url}");
        assert!(problem.message.contains(part), "{}", problem.message);
    }
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    // The health of the other tests, packed with gzip.
    const PACKED: [u8; 40] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 46, 73, 44, 41, 45, 86, 178, 82, 202, 72, 77, 204, 41, 201, 168,
        84, 170, 5, 0, 153, 228, 58, 158, 20, 0, 0, 0,
    ];
    let packed = |headers: HeaderMap| async move {
        assert!(headers["accept-encoding"].to_str().unwrap().contains("gzip"));
        ([(header::CONTENT_ENCODING, "gzip"), (header::CONTENT_TYPE, "application/json")], PACKED.to_vec())
    };
    let client = Client::new(&serve(Router::new().route("/health", get(packed))).await).unwrap();
    assert!(client.send(&GetHealth).await.unwrap().status.is(Condition::Healthy));
}

/// Tokens that become others when they are refused.
struct Renewing(AtomicUsize);

impl Tokens for Renewing {
    fn token(&self) -> Secret {
        Secret::new(format!("token-{}", self.0.load(Ordering::SeqCst)))
    }

    fn renewed<'a>(&'a self, refused: &'a Secret) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            assert_eq!(*refused, self.token());
            self.0.fetch_add(1, Ordering::SeqCst) < 2
        })
    }
}

#[tokio::test]
async fn a_refused_request_is_sent_once_more_with_another_token() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    let run = move |headers: HeaderMap| async move {
        counter.fetch_add(1, Ordering::SeqCst);
        if headers["authorization"] == "Bearer token-1" {
            let started = json!({"message": "x", "job_id": 1, "job_name": "x", "queue_job_id": "x"});
            return Json(started).into_response();
        }
        (StatusCode::UNAUTHORIZED, Json(json!({"detail": "Could not validate credentials"}))).into_response()
    };
    let client = Client::new(&serve(Router::new().route("/jobs/run/1", post(run))).await).unwrap();
    let client = client.with_tokens(Arc::new(Renewing(AtomicUsize::new(0))));
    client.send(&RunJob(1.into())).await.unwrap();
    assert_eq!(sent.load(Ordering::SeqCst), 2);
    // The second time neither this token nor the next one is good, and that is the end of it.
    let other = client.with_tokens(Arc::new(Renewing(AtomicUsize::new(1))));
    other.send(&RunJob(1.into())).await.unwrap();
    let hopeless = other.with_tokens(Arc::new(Renewing(AtomicUsize::new(5))));
    assert_eq!(hopeless.send(&RunJob(1.into())).await.unwrap_err().code, Code::Unauthenticated);
    assert_eq!(sent.load(Ordering::SeqCst), 4);
}
