//! Tests of shapes, over the real request types.

use netraven_api::devices::{DeviceInput, ListDevices};
use netraven_api::jobs::JobInput;
use netraven_api::logs::ListLogs;
use netraven_api::users::UserInput;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Shape;
use crate::server::fault::FieldFault;

fn refused<T: ToSchema + 'static>(mut body: Value, needed: &[&str]) -> Vec<(String, &'static str)> {
    let place = |fault: &FieldFault| fault.location.iter().map(Value::to_string).collect::<Vec<_>>().join(".");
    let faults = Shape::of::<T>().check(&mut body, needed);
    faults.iter().map(|fault| (place(fault).replace('"', ""), fault.kind)).collect()
}

#[test]
fn a_body_is_refused_by_field_with_the_words_of_fastapi() {
    let fault = |place: &str, kind: &'static str| (place.to_owned(), kind);
    let body = json!({"hostname": "-x", "ip_address": 7, "port": 70_000, "source": "dreamt", "tags": [1, "2", 1.5]});
    assert_eq!(
        refused::<DeviceInput>(body, &["hostname", "ip_address", "device_type"]),
        [
            fault("body.hostname", "string_pattern_mismatch"),
            fault("body.ip_address", "string_type"),
            fault("body.device_type", "missing"),
            fault("body.port", "less_than_equal"),
            fault("body.source", "string_pattern_mismatch"),
            fault("body.tags.1", "int_type"),
            fault("body.tags.2", "int_from_float"),
        ]
    );
    assert_eq!(refused::<DeviceInput>(json!([1]), &[]), [fault("body", "model_attributes_type")]);
    assert_eq!(refused::<DeviceInput>(Value::Null, &[]), [fault("body", "missing")]);
    assert_eq!(refused::<DeviceInput>(json!({"notes": "a\u{0}b"}), &[]), [fault("body.notes", "value_error")]);
    assert_eq!(
        refused::<DeviceInput>(json!({"hostname": null}), &["hostname"]),
        [fault("body.hostname", "string_type")]
    );
    assert_eq!(refused::<DeviceInput>(json!({"port": 22.0, "notes": null, "unknown": 1}), &[]), []);
}

#[test]
fn a_secret_is_never_repeated() {
    let mut body = json!({"password": "hunter2", "email": "nobody"});
    let faults = Shape::of::<UserInput>().check(&mut body, &["username", "password"]);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(!format!("{faults:?}").contains("hunter2"), "{faults:?}");
    assert_eq!(faults[0].input, json!({"email": "nobody"}), "a missing field shows what else was given");
}

#[test]
fn a_query_is_written_in_one_form() {
    let pairs = |text: &str| -> Vec<(String, String)> { serde_html_form::from_str(text).unwrap() };
    let read = |text: &str| {
        let pairs = Shape::of::<ListLogs>().pairs(&pairs(text), "query").map_err(|faults| format!("{faults:?}"))?;
        serde_html_form::to_string(pairs).map_err(|error| error.to_string())
    };
    assert_eq!(
        read("page=1&page=2&level=error&level=INFO&search=&colour=red").unwrap(),
        "page=2&level=error&level=INFO"
    );
    for given in
        ["2026-11-21T00:00:00Z", "2026-11-21", "2026-11-21T00:00:00", "1795219200", "2026-11-21T01:00:00%2B01:00"]
    {
        assert_eq!(read(&format!("start_time={given}")).unwrap(), "start_time=2026-11-21T00%3A00%3A00Z", "{given}");
    }
    for refused in [
        "page=0",
        "size=101",
        "size=x",
        "size=",
        "order=ASC",
        "sort=message",
        "job_id=99999999999999999999",
        "start_time=yesterday",
        "start_time=2026-11-21T00:00:00+01:00",
        "search=a%00b",
    ] {
        assert!(read(refused).is_err(), "{refused}");
    }
    let sources = Shape::of::<ListDevices>().pairs(&pairs("source=LOCAL"), "query").unwrap();
    assert_eq!(sources, [("source".to_owned(), "local".to_owned())], "words are read in any case");
}

#[test]
fn a_start_without_a_zone_is_utc() {
    let mut body = json!({"scheduled_for": "2026-11-24T19:35:00"});
    assert!(Shape::of::<JobInput>().check(&mut body, &[]).is_empty());
    assert_eq!(body["scheduled_for"], "2026-11-24T19:35:00Z");
}
