//! Tests of shapes, over the real request types.

use netraven_api::credentials::CredentialInput;
use netraven_api::devices::{DeviceInput, ListDevices};
use netraven_api::jobs::JobInput;
use netraven_api::logs::ListLogs;
use netraven_api::results::ListResults;
use netraven_api::runs::{ListRuns, RunFilter, RunStatus, Trigger};
use netraven_api::sheet::{Cells, Column, Entry, Place, Row, check};
use netraven_api::tags::{ListTags, TagInput};
use netraven_api::users::UserInput;
use proptest::prelude::*;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Shape, schema_of};
use crate::server::http::error::RefusedField;

fn refused<T: ToSchema + 'static>(mut body: Value, needed: &[&str]) -> Vec<(String, &'static str)> {
    let place = |field: &RefusedField| field.location.iter().map(Value::to_string).collect::<Vec<_>>().join(".");
    let refused_fields = Shape::of::<T>().check(&mut body, needed);
    refused_fields.iter().map(|field| (place(field).replace('"', ""), field.kind)).collect()
}

#[test]
fn a_body_is_refused_by_field_with_the_words_of_fastapi() {
    let field = |place: &str, kind: &'static str| (place.to_owned(), kind);
    let body = json!({"hostname": "-x", "ip_address": 7, "port": 70_000, "source": "dreamt", "tags": [1, "2", 1.5]});
    assert_eq!(
        refused::<DeviceInput>(body, &["hostname", "ip_address", "device_type"]),
        [
            field("body.hostname", "string_pattern_mismatch"),
            field("body.ip_address", "string_type"),
            field("body.device_type", "missing"),
            field("body.port", "less_than_equal"),
            field("body.source", "string_pattern_mismatch"),
            field("body.tags.1", "int_type"),
            field("body.tags.2", "int_from_float"),
        ]
    );
    assert_eq!(refused::<DeviceInput>(json!([1]), &[]), [field("body", "model_attributes_type")]);
    assert_eq!(refused::<DeviceInput>(Value::Null, &[]), [field("body", "missing")]);
    assert_eq!(refused::<DeviceInput>(json!({"notes": "a\u{0}b"}), &[]), [field("body.notes", "value_error")]);
    assert_eq!(
        refused::<DeviceInput>(json!({"hostname": null}), &["hostname"]),
        [field("body.hostname", "string_type")]
    );
    assert_eq!(refused::<DeviceInput>(json!({"port": 22.0, "notes": null, "unknown": 1}), &[]), []);
}

#[test]
fn a_secret_is_never_repeated() {
    let mut body = json!({"password": "hunter2", "email": "nobody"});
    let refused_fields = Shape::of::<UserInput>().check(&mut body, &["username", "password"]);
    assert_eq!(refused_fields.len(), 3, "{refused_fields:?}");
    assert!(!format!("{refused_fields:?}").contains("hunter2"), "{refused_fields:?}");
    assert_eq!(refused_fields[0].input, json!({"email": "nobody"}), "a missing field shows what else was given");
}

#[test]
fn a_list_that_holds_secrets_is_not_repeated_either() {
    for answers in [json!([{"pattern": "pin", "answer": "hunter2"}]), json!("hunter2")] {
        let mut body = json!({"answers": answers, "priority": 0});
        let refused_fields = Shape::of::<CredentialInput>().check(&mut body, &["username"]);
        assert!(refused_fields.len() >= 2, "{refused_fields:?}");
        assert!(!format!("{refused_fields:?}").contains("hunter2"), "{refused_fields:?}");
    }
}

#[test]
fn a_query_is_written_in_one_form() {
    let pairs = |text: &str| -> Vec<(String, String)> { serde_html_form::from_str(text).unwrap() };
    let read = |text: &str| {
        let pairs = Shape::of::<ListLogs>()
            .pairs(&pairs(text), "query")
            .map_err(|refused_fields| format!("{refused_fields:?}"))?;
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
fn the_parts_of_a_request_are_read_from_one_query() {
    let shape = Shape::of::<ListRuns>();
    let read = |text: &str| -> Result<ListRuns, usize> {
        let given: Vec<(String, String)> = serde_html_form::from_str(text).unwrap();
        let pairs = shape.pairs(&given, "query").map_err(|refused_fields| refused_fields.len())?;
        Ok(serde_json::from_value(shape.typed(&pairs)).unwrap())
    };
    let filter = RunFilter {
        job_id: Some(31.into()),
        trigger: vec![Trigger::Manual],
        tag_id: vec![1.into(), 2.into()],
        start_time: "2026-11-21T00:00:00Z".parse().ok(),
        search: Some("7".to_owned()),
        ..RunFilter::default()
    };
    let given = "page=2&job_id=31&tag_id=1&tag_id=2&trigger=MANUAL&start_time=2026-11-21&search=7&status=failed";
    let expected = ListRuns { page: Some(2), status: vec![RunStatus::Failed], ..ListRuns::from(filter) };
    assert_eq!(read(given), Ok(expected));
    assert_eq!(read(""), Ok(ListRuns::default()));
    assert_eq!(read("page=0&job_id=x&status=lost&trigger=timer"), Err(4), "the faults of all parts are told at once");
}

#[test]
fn a_closed_list_is_described_where_it_stands_with_what_its_field_says() {
    let (schema, parts) = schema_of::<ListTags>();
    let sort = &schema["properties"]["sort"];
    assert_eq!(sort["type"], json!(["string", "null"]));
    assert_eq!(sort["pattern"], "^(id|name|type|devices|description)$");
    assert_eq!(sort["default"], "name");
    assert!(
        sort["description"].as_str().is_some_and(|text| text.starts_with("Column the rows are sorted by")),
        "{sort}"
    );
    assert!(!parts.contains_key("TagColumn"));
}

#[test]
fn an_id_is_described_as_a_number_where_it_stands() {
    let (schema, parts) = schema_of::<ListResults>();
    let run = &schema["properties"]["run_id"];
    assert_eq!((&run["type"], &run["format"]), (&json!(["integer", "null"]), &json!("int64")), "{run}");
    assert_eq!(run["description"], "Results of the run with this id.");
    assert!(!parts.contains_key("RunId"));
}

#[test]
fn the_fields_of_a_flattened_type_stand_among_the_others() {
    let (schema, parts) = schema_of::<JobInput>();
    let fields = schema["properties"].as_object().unwrap();
    assert!(fields.contains_key("name") && !fields.contains_key("schedule"), "{schema}");
    assert_eq!(fields["schedule_type"]["pattern"], "^(interval|cron|onetime)$");
    assert_eq!(fields["interval_seconds"]["minimum"].as_f64(), Some(60.0));
    assert_eq!(schema["type"], "object");
    assert!(schema.get("allOf").is_none() && !parts.contains_key("Schedule"), "{schema} {parts:?}");
    let field = |place: &str, kind: &'static str| (place.to_owned(), kind);
    let body = json!({"name": "", "schedule_type": "sometimes", "interval_seconds": 59, "scheduled_for": "tomorrow", "tags": 3});
    assert_eq!(
        refused::<JobInput>(body, &[]),
        [
            field("body.name", "string_too_short"),
            field("body.tags", "list_type"),
            field("body.schedule_type", "string_pattern_mismatch"),
            field("body.interval_seconds", "greater_than_equal"),
            field("body.scheduled_for", "datetime_parsing"),
        ]
    );
}

#[test]
fn an_order_is_refused_in_the_words_of_a_pattern() {
    let given = [("sort".to_owned(), "password".to_owned()), ("order".to_owned(), "DESC".to_owned())];
    let refused_fields = Shape::of::<ListTags>().pairs(&given, "query").unwrap_err();
    let messages: Vec<(&str, &str)> = refused_fields.iter().map(|field| (field.kind, field.message.as_str())).collect();
    assert_eq!(
        messages,
        [
            ("string_pattern_mismatch", "String should match pattern '^(id|name|type|devices|description)$'"),
            ("string_pattern_mismatch", "String should match pattern '^(asc|desc)$'"),
        ]
    );
}

#[test]
fn a_start_without_a_zone_is_utc() {
    let mut body = json!({"scheduled_for": "2026-11-24T19:35:00"});
    assert!(Shape::of::<JobInput>().check(&mut body, &[]).is_empty());
    assert_eq!(body["scheduled_for"], "2026-11-24T19:35:00Z");
}

/// The device of a row with one cell that is another than usual.
fn row(column: Column, text: String) -> Option<Entry> {
    let mut cells = Cells::default();
    for (column, text) in [
        (Column::Hostname, "r1"),
        (Column::Address, "10.0.0.1"),
        (Column::Platform, "linux"),
        (Column::Source, "local"),
    ] {
        cells.set(column, text.to_owned());
    }
    cells.set(column, text);
    check(Row { place: Place::Line(2), number: 1, cells, fault: None }, None).ok()
}

fn refused_of(entry: &Entry) -> Vec<(String, &'static str)> {
    let mut refused_fields = refused::<DeviceInput>(serde_json::to_value(&entry.input).unwrap(), &["hostname"]);
    for tag in &entry.tags {
        refused_fields.extend(refused::<TagInput>(json!({ "name": tag }), &["name"]));
    }
    refused_fields
}

#[test]
fn a_row_of_a_file_may_hold_as_many_letters_as_a_body() {
    for (column, most) in [
        (Column::Hostname, 255),
        (Column::Description, 500),
        (Column::SerialNumber, 128),
        (Column::Model, 128),
        (Column::Notes, 100_000),
        (Column::Tags, 50),
    ] {
        let fits = row(column, "x".repeat(most)).unwrap();
        assert_eq!(refused_of(&fits), [], "{column:?}");
        assert!(row(column, "x".repeat(most + 1)).is_none(), "{column:?}");
        let name = if column == Column::Tags { "name" } else { column.name() };
        let body = json!({ name: "x".repeat(most + 1) });
        let refused =
            if column == Column::Tags { refused::<TagInput>(body, &[]) } else { refused::<DeviceInput>(body, &[]) };
        assert_eq!(refused, [(format!("body.{name}"), "string_too_long")]);
    }
}

proptest! {
    #[test]
    fn what_is_taken_from_a_file_is_what_a_body_may_hold(text in "[ -~äß²٣é\u{301}\u{0}]{1,8}", word in "[a-z0-9][a-z0-9._-]{0,8}") {
        for column in Column::ALL {
            if let Some(entry) = row(column, text.clone()) {
                let given = entry.input.device_type.clone();
                // Which platforms there are is asked besides.
                if column != Column::Platform {
                    prop_assert_eq!(refused_of(&entry), vec![], "{:?} {:?} {:?}", column, text, given);
                }
            }
        }
        prop_assert!(row(Column::Hostname, word).is_some());
    }
}
