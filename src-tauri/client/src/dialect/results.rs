//! Results: one device's outcome, its details flattened from two levels to one.

use netraven_api::evidence::Evidence;
use netraven_api::results::{JobResult, ResultStatus};
use netraven_api::{Method, Problem, ResultId};
use serde_json::{Map, Value, json};

use super::lists::{place, rows_of};
use super::parsed_request::{ParsedRequest, id};
use super::row::{Row, reply};
use super::{Context, runs, words};

/// Filters the server knows, each with one value.
const FILTERS: [&str; 6] = ["device_id", "job_id", "tag_id", "job_type", "start_time", "end_time"];

/// Answers requests for results.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    match (request.method, rest) {
        (Method::Get, []) => list(context, request).await,
        (Method::Get, [text]) => Ok(reply(&get(context, id(text)?).await?)),
        _ => context.plain(request).await,
    }
}

/// One result.
pub async fn get(context: Context<'_>, id: ResultId) -> Result<JobResult, Problem> {
    Ok(result(Row(&context.get(&format!("/job-results/{id}"), &[]).await?)))
}

/// A result of the server.
pub fn result(row: Row) -> JobResult {
    let time = row.time("result_time").or_else(|| row.time("created_at")).unwrap_or_default();
    let status = words::result_status(&row.word("status"));
    JobResult {
        id: row.id(),
        job_id: row.id_of("job_id").unwrap_or_default(),
        device_id: row.id_of("device_id").unwrap_or_default(),
        job_type: words::job_type(&row.word("job_type")),
        details: evidence(row.value("details"), status == ResultStatus::Failure).map(Box::new),
        status,
        result_time: time,
        created_at: row.time("created_at").unwrap_or(time),
        job_name: row.word("job_name"),
        device_name: row.word("device_name"),
        run_id: None,
    }
}

async fn list(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let mut filter = request.given(&FILTERS);
    let mut statuses = request.many("status");
    statuses.iter_mut().for_each(|status| *status = status.to_lowercase());
    statuses.dedup();
    // There are two words, so both together are no filter.
    if let [status] = statuses.as_slice() {
        filter.push(("status", status.clone()));
    }
    if let Some(run) = request.id("run_id")? {
        return runs::results(context, request, run, &statuses).await;
    }
    let (page, size) = place(request)?;
    let mut found = context.page("/job-results/", &filter, page, size).await?;
    let items: Vec<JobResult> = rows_of(&found).iter().map(|row| result(Row(row))).collect();
    found["items"] = reply(&items);
    Ok(found)
}

/// Details on one level. A failure gets our own parts: what was said, and the cause and stage derived from it.
fn evidence(details: Option<Value>, failed: bool) -> Option<Evidence> {
    let mut outer = match details? {
        Value::Object(outer) => outer,
        other => return Some(json!({"message": other}).into()),
    };
    let inner = match outer.remove("details") {
        Some(Value::Object(inner)) => inner,
        Some(Value::Null) | None => Map::new(),
        Some(other) => Map::from_iter([("message".to_owned(), other)]),
    };
    outer.extend(inner);
    let said = failed.then(|| said(&outer));
    let mut evidence = Evidence::from(Value::Object(outer));
    if let Some((text, is_check)) = said {
        let (cause, stage) = if is_check { words::cause_of_check(&text) } else { words::cause(&text) };
        evidence.message.get_or_insert_with(|| words::sentence(&text));
        evidence.cause.get_or_insert(cause.into());
        evidence.stage = evidence.stage.or(stage.map(Into::into));
    }
    Some(evidence)
}

/// A failure's own account: its error, or those of the failed checks, and whether it is the latter.
fn said(details: &Map<String, Value>) -> (String, bool) {
    if let Some(text) = details.get("error").and_then(Value::as_str) {
        return (text.to_owned(), false);
    }
    let checks = [("tcp_22", "TCP port 22"), ("icmp_ping", "Ping"), ("tcp_443", "TCP port 443")];
    let failed = checks.iter().filter_map(|(name, title)| {
        let text = details.get(*name)?.get("error")?.as_str()?;
        Some(format!("{title}: {}", text.trim_end_matches('.')))
    });
    let failed: Vec<String> = failed.collect();
    if failed.is_empty() { ("The server does not report why.".to_owned(), false) } else { (failed.join("; "), true) }
}

#[cfg(test)]
mod tests {
    use netraven_api::outcome::{Cause, Stage};

    use super::*;

    #[test]
    fn details_come_to_one_level_and_a_failure_names_its_cause() {
        let row = json!({"id": 5, "status": "failure", "result_time": "2026-11-16T21:12:16.7Z", "details": {
            "details": {"error": "Authentication to device failed.\n\nCommon causes"}, "retries": 2, "success": false}});
        let found = result(Row(&row));
        assert_eq!(
            json!(found.details.unwrap()),
            json!({"error": "Authentication to device failed.\n\nCommon causes", "retries": 2, "success": false,
                "message": "Authentication to device failed.", "cause": "auth-failed", "stage": "sign_in"})
        );
        assert_eq!(result(Row(&json!({"status": "success", "details": null}))).details, None);
    }

    #[test]
    fn a_failed_check_tells_which_parts_failed() {
        let found = evidence(
            Some(json!({"details": {"tcp_22": {"error": "timed out", "success": false}, "icmp_ping": {"error": "Ping failed",
                "success": false}, "tcp_443": {"success": true}}})),
            true,
        )
        .unwrap();
        assert_eq!(found.message.as_deref(), Some("TCP port 22: timed out; Ping: Ping failed."));
        assert_eq!((found.cause, found.stage), (Some(Cause::TimeoutConnect.into()), Some(Stage::Reach.into())));
    }
}
