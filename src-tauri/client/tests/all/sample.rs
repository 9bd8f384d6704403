//! The sample lab's entries against a server of plain collections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use netraven_api::Secret;
use netraven_client::Client;
use netraven_client::sample::{self, Enrolled, SampleDevice};
use serde_json::{Value, json};

use crate::support::serve;

/// Rows by collection and id.
type Rows = Arc<Mutex<BTreeMap<(String, i64), Value>>>;

async fn list(State(rows): State<Rows>, Path(kind): Path<String>) -> Json<Value> {
    let rows = rows.lock().unwrap();
    let items: Vec<&Value> = rows.iter().filter(|((of, _), _)| *of == kind).map(|(_, row)| row).collect();
    Json(json!({"items": items, "total": items.len(), "page": 1, "size": 100, "pages": 1}))
}

async fn create(State(rows): State<Rows>, Path(kind): Path<String>, Json(mut row): Json<Value>) -> impl IntoResponse {
    let defaults = json!({
        "type": null, "description": null, "is_system": false, "serial_number": null, "model": null, "source": "local",
        "notes": null, "created_at": null, "last_seen": null, "matching_credentials_count": 0, "last_updated": null,
        "updated_by": null, "schedule_type": null, "interval_seconds": null, "cron_string": null, "scheduled_for": null,
        "status": "pending", "started_at": null, "completed_at": null, "device_id": null, "is_system_job": false, "tags": [],
    });
    let mut rows = rows.lock().unwrap();
    let id = rows.len() as i64 + 1;
    for (key, value) in defaults.as_object().unwrap() {
        row.as_object_mut().unwrap().entry(key.clone()).or_insert(value.clone());
    }
    row["id"] = json!(id);
    let tags = row["tags"].as_array().unwrap().clone();
    row["tags"] = tags.iter().map(|id| json!({"id": id, "name": "t", "type": null, "description": null})).collect();
    rows.insert((kind, id), row.clone());
    (StatusCode::CREATED, Json(row))
}

async fn update(State(rows): State<Rows>, Path((kind, id)): Path<(String, i64)>) -> Json<Value> {
    Json(rows.lock().unwrap()[&(kind, id)].clone())
}

async fn remove(State(rows): State<Rows>, Path((kind, id)): Path<(String, i64)>) -> StatusCode {
    // The row stays, empty, so that no id is given twice.
    rows.lock().unwrap().insert((String::new(), id), Value::Null);
    rows.lock().unwrap().remove(&(kind, id)).map_or(StatusCode::NOT_FOUND, |_| StatusCode::NO_CONTENT)
}

async fn server() -> (Client, Rows) {
    let rows = Rows::default();
    let run = |Path(id): Path<i64>| async move {
        Json(json!({"message": "started", "job_id": id, "job_name": "x", "queue_job_id": "9", "run_id": 9}))
    };
    let router = Router::new()
        .route("/jobs/run/{id}", post(run))
        .route("/{kind}/", get(list).post(create))
        .route("/{kind}/{id}", get(update).delete(remove))
        .route(
            "/credentials/{id}/",
            put(|rows, Path(id): Path<i64>| update(rows, Path(("credentials".to_owned(), id)))),
        )
        .with_state(rows.clone());
    (Client::new(&serve(router).await).unwrap(), rows)
}

fn device(number: u16, port: u16) -> SampleDevice {
    SampleDevice {
        hostname: format!("sim-{number}"),
        address: "127.0.0.1".to_owned(),
        port,
        platform: "cisco_ios".to_owned(),
        transport: netraven_api::Transport::Ssh,
    }
}

fn count(rows: &Rows, kind: &str) -> usize {
    rows.lock().unwrap().keys().filter(|(of, _)| of == kind).count()
}

fn counts(rows: &Rows) -> [usize; 4] {
    ["tags", "credentials", "devices", "jobs"].map(|kind| count(rows, kind))
}

#[tokio::test]
async fn enrolling_twice_makes_everything_once_and_removing_leaves_nothing() {
    let (client, rows) = server().await;
    let devices: Vec<SampleDevice> = (1..=12).map(|number| device(number, 4000 + number)).collect();
    let password = Secret::new("lab");
    let first = sample::enrol(&client, &devices, "lab", &password).await.unwrap();
    let second = sample::enrol(&client, &devices, "lab", &password).await.unwrap();
    assert_eq!((first, second.job_id), (Enrolled { job_id: first.job_id, run_id: Some(9.into()) }, first.job_id));
    assert_eq!(counts(&rows), [1, 1, 12, 1]);
    sample::remove(&client).await.unwrap();
    assert_eq!(counts(&rows), [0, 0, 0, 0]);
    sample::remove(&client).await.unwrap();
}

#[tokio::test]
async fn a_device_that_moved_is_replaced_and_one_too_many_goes() {
    let (client, rows) = server().await;
    let password = Secret::new("lab");
    sample::enrol(&client, &[device(1, 4001), device(2, 4002), device(3, 4003)], "lab", &password).await.unwrap();
    sample::enrol(&client, &[device(1, 4001), device(2, 4003)], "lab", &password).await.unwrap();
    let mut there: Vec<(String, i64)> = Vec::new();
    for ((kind, _), row) in rows.lock().unwrap().iter() {
        if kind == "devices" {
            there.push((row["hostname"].as_str().unwrap().to_owned(), row["port"].as_i64().unwrap()));
        }
    }
    there.sort();
    assert_eq!(there, [("sim-1".to_owned(), 4001), ("sim-2".to_owned(), 4003)]);
}

#[tokio::test]
async fn a_real_device_with_the_labs_tag_stays() {
    let (client, rows) = server().await;
    let password = Secret::new("lab");
    sample::enrol(&client, &[device(1, 4001)], "lab", &password).await.unwrap();
    let real = json!({"id": 99, "hostname": "core1", "ip_address": "10.0.0.1", "device_type": "cisco_ios", "port": 22,
        "source": "local", "tags": [], "matching_credentials_count": 0});
    rows.lock().unwrap().insert(("devices".to_owned(), 99), real);
    sample::remove(&client).await.unwrap();
    assert_eq!(counts(&rows), [0, 0, 1, 0]);
}
