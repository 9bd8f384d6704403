//! Finding the API: where it is, what it is, and what is there instead.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use axum::{Json, Router};
use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_client::Client;
use serde_json::{Value, json};

use crate::replay::Replay;
use crate::support::serve;

const ROUTES: [&str; 6] = ["/auth/token", "/jobs/", "/devices/", "/tags/", "/job-results/", "/logs/"];

fn openapi(title: &str, routes: &[&str]) -> Value {
    let paths: serde_json::Map<String, Value> =
        routes.iter().map(|path| ((*path).to_owned(), json!({"get": {}}))).collect();
    json!({"info": {"title": title, "version": "2.0"}, "paths": paths})
}

fn server(openapi: Value) -> Router {
    Router::new()
        .route("/health", get(|| async { Json(json!({"status": "healthy"})) }))
        .route("/openapi.json", get(move || async move { Json(openapi) }))
        .fallback(|| async { (StatusCode::NOT_FOUND, Json(json!({"detail": "Not Found"}))) })
}

async fn refused(router: Router) -> String {
    let problem = Client::discover(&serve(router).await).await.unwrap_err();
    assert_eq!(problem.code, Code::NotUnderstood, "{}", problem.message);
    problem.message
}

#[tokio::test]
async fn the_api_is_found_wherever_the_address_points() {
    let whole = openapi("NetRaven API", &ROUTES);
    let root = serve(server(whole.clone())).await;
    let below = serve(Router::new().nest("/tools/api", server(whole)).fallback(|| async { Html("<p>app") })).await;
    for (entered, found) in [
        (root.clone(), root.clone()),
        (format!("{root}/"), root.clone()),
        (format!("{root}/api"), root.clone()),
        (format!("{root}/api/"), root.clone()),
        (format!("{below}/tools"), format!("{below}/tools/api")),
        (format!("{below}/tools/api"), format!("{below}/tools/api")),
    ] {
        let client = Client::discover(&entered).await.unwrap();
        assert_eq!((client.base_url(), client.server()), (found.as_str(), "NetRaven API 2.0"), "{entered}");
    }
}

#[tokio::test]
async fn a_server_of_ours_offers_everything_and_the_other_tells_what_it_does_not() {
    let own = [&ROUTES[..], &["/runs/"]].concat();
    let client = Client::discover(&serve(server(openapi("NetRaven Desktop", &own))).await).await.unwrap();
    assert_eq!((client.server(), client.missing().len()), ("NetRaven Desktop 2.0", 0));
    let client = Replay::start().await.client().await;
    assert_eq!(client.server(), "NetRaven API 1.0.0");
    let missing: Vec<Feature> = client.missing().into_iter().map(|missing| missing.feature).collect();
    for feature in [
        Feature::CancelRun,
        Feature::RunSome,
        Feature::CancelDevice,
        Feature::RunHistory,
        Feature::HostKeys,
        Feature::ExportConfig,
        Feature::EnablePassword,
        Feature::PrivateKey,
        Feature::SshAgent,
        Feature::QuestionAnswers,
        Feature::CronTimeZone,
        Feature::Platforms,
        Feature::PlatformFiles,
        Feature::SavedPlatforms,
        Feature::LogHistogram,
        Feature::NewestResults,
        Feature::RunRecords,
        Feature::OwnPassword,
        Feature::SignOutEverywhere,
        Feature::Approvals,
        Feature::AllowedNetworks,
        Feature::CryptoReport,
        Feature::Transports,
        Feature::Recognition,
        Feature::JumpHosts,
        Feature::SessionPolicies,
        Feature::Startup,
        Feature::KeptFiles,
        Feature::Trials,
    ] {
        assert!(missing.contains(&feature), "{feature:?}");
    }
}

#[tokio::test]
async fn a_description_kept_from_the_outside_is_made_up_for_by_one_list() {
    let hidden = Router::new().route("/health", get(|| async { Json(json!({"status": "healthy"})) }));
    let python = hidden.clone().fallback(|| async { (StatusCode::NOT_FOUND, Json(json!({"detail": "Not Found"}))) });
    assert!(!Client::discover(&serve(python).await).await.unwrap().missing().is_empty());
    let refusal = || async { (StatusCode::UNAUTHORIZED, Json(json!({"detail": "Not authenticated"}))) };
    assert!(Client::discover(&serve(hidden.fallback(refusal)).await).await.unwrap().missing().is_empty());
}

#[tokio::test]
async fn what_is_there_instead_is_told() {
    let page = || async { Html("<!doctype html><title>Sign in to Example</title>") };
    assert!(refused(Router::new().fallback(page)).await.contains("a web page, \"Sign in to Example\""));

    let elsewhere = || async { Redirect::temporary("https://sso.example.com/login?next=x") };
    assert!(
        refused(Router::new().fallback(elsewhere)).await.contains("https://sso.example.com, which is another server")
    );

    let basic = || async { (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=x")]).into_response() };
    assert!(refused(Router::new().fallback(basic)).await.contains("requires its own sign-in (401)"));

    let other = || async { Json(json!({"status": 1, "uptime": 3})) };
    assert!(
        refused(Router::new().route("/health", get(other))).await.contains("not a NetRaven server: its /health has")
    );

    assert!(refused(server(openapi("Petstore", &["/pets"]))).await.contains("identifies itself as Petstore 2.0"));
    assert!(refused(server(openapi("NetRaven API", &ROUTES[..4]))).await.contains("too old: it has no /job-results/"));
    assert!(refused(Router::new()).await.contains("no NetRaven API at this address"));

    let starting = || async { StatusCode::SERVICE_UNAVAILABLE };
    let problem = Client::discover(&serve(Router::new().fallback(starting)).await).await.unwrap_err();
    assert_eq!(problem.code, Code::Unavailable, "{}", problem.message);
}
