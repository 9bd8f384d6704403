//! The devices of a run: those with a result, and those the log names without one.

use std::collections::HashMap;

use netraven_api::Problem;
use netraven_api::devices::Device;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::results::JobResult;
use netraven_api::runs::{DeviceState, Run, RunDevice};
use serde_json::Value;

use super::bind::Seen;
use crate::dialect::row::Row;
use crate::dialect::{Talk, words};

/// Lines of errors looked at for a run.
const MOST_LINES: usize = 500;

/// The devices of a run, failed ones first, then those without a result, then by hostname.
pub fn devices(seen: &Seen, run: &Run, known: &[Device], said: &Errors) -> Vec<RunDevice> {
    let mut all: Vec<RunDevice> =
        seen.results.iter().map(|result| device(result, known.iter().find(|it| it.id == result.device_id))).collect();
    let names = seen.told.iter().flat_map(|told| &told.said.names);
    let missing: Vec<&String> = names.filter(|name| seen.results.iter().all(|it| it.device_name != **name)).collect();
    for (place, name) in missing.into_iter().enumerate() {
        let known = known.iter().find(|device| device.hostname == *name);
        // A device that is gone has no id any more.
        let id = known.map_or(-1 - i64::try_from(place).unwrap_or_default(), |device| device.id);
        if all.iter().any(|device| device.device_id == id) {
            continue;
        }
        let why = match said.by_device.get(&id) {
            _ if run.status.is_active() => "No result yet.".to_owned(),
            Some(text) => format!("No result. Its log says: {text}"),
            None => "No result. The server kept none for this device.".to_owned(),
        };
        all.push(RunDevice {
            device_id: id,
            hostname: name.clone(),
            address: known.map(address).unwrap_or_default(),
            device_type: known.map(|device| device.device_type.clone()).unwrap_or_default(),
            state: DeviceState::NoResult,
            stage: None,
            cause: None,
            message: Some(why),
            attempt: 1,
            worker: None,
            started_at: None,
            finished_at: None,
            result_id: None,
            details: None,
            changed: None,
            snapshot_id: None,
        });
    }
    let rank = |device: &RunDevice| match device.state {
        DeviceState::Success => 2,
        DeviceState::NoResult => 1,
        _ => 0,
    };
    all.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.hostname.cmp(&b.hostname)));
    all
}

fn device(result: &JobResult, known: Option<&Device>) -> RunDevice {
    let failed = result.status == "failure";
    let detail = |name: &str| result.details.as_ref().and_then(|details| details.get(name));
    RunDevice {
        device_id: result.device_id,
        hostname: result.device_name.clone(),
        address: known.map(address).unwrap_or_default(),
        device_type: known.map(|device| device.device_type.clone()).unwrap_or_default(),
        state: if failed { DeviceState::Failure } else { DeviceState::Success },
        stage: detail("stage").and_then(Value::as_str).filter(|_| failed).and_then(Stage::parse),
        cause: cause(result),
        message: detail("message").and_then(Value::as_str).map(str::to_owned).filter(|_| failed),
        attempt: detail("retries").and_then(Value::as_i64).unwrap_or_default() + 1,
        worker: None,
        started_at: None,
        finished_at: Some(result.result_time),
        result_id: Some(result.id),
        details: result.details.clone(),
        changed: changed(result),
        snapshot_id: detail("db_snapshot_id").and_then(Value::as_i64),
    }
}

fn address(device: &Device) -> String {
    match device.port {
        Some(port) if port != 22 => format!("{}:{port}", device.ip_address),
        _ => device.ip_address.clone(),
    }
}

/// Whether a configuration differed from the one before; nothing for results that read none.
pub fn changed(result: &JobResult) -> Option<bool> {
    let details = result.details.as_ref()?;
    if details.get("db_snapshot_id").is_some_and(Value::is_number) {
        return Some(true);
    }
    details.get("deduplicated").and_then(Value::as_bool).map(|same| !same)
}

/// Why a result failed; nothing for one that did not.
pub fn cause(result: &JobResult) -> Option<Cause> {
    let word = result.details.as_ref().and_then(|details| details.get("cause")).and_then(Value::as_str);
    (result.status == "failure").then(|| word.and_then(Cause::parse).unwrap_or(Cause::Internal))
}

/// What the log says went wrong in a run.
#[derive(Debug, Default)]
pub struct Errors {
    /// The first error of each device.
    by_device: HashMap<i64, String>,
    /// The error told most often.
    pub most: Option<String>,
}

/// Reads the errors of a run in the log: the reasons that lost results would have told.
pub async fn errors(talk: Talk<'_>, seen: &Seen) -> Result<Errors, Problem> {
    let slack = jiff::SignedDuration::from_secs(2);
    let from = seen.began().checked_sub(slack).unwrap_or(seen.began());
    let until = seen.told.as_ref().and_then(|told| told.ended()).and_then(|ended| ended.checked_add(slack).ok());
    let mut params = vec![
        ("job_id", seen.job_id.to_string()),
        ("level", "ERROR".to_owned()),
        ("order", "asc".to_owned()),
        ("start_time", from.to_string()),
    ];
    params.extend(until.or(seen.after).map(|until| ("end_time", until.to_string())));
    let mut errors = Errors::default();
    let mut counts: Vec<(String, usize)> = Vec::new();
    for level in ["ERROR", "CRITICAL", "WARNING"] {
        if level == "WARNING" && !counts.is_empty() {
            break;
        }
        params[1].1 = level.to_owned();
        let loaded = talk.all("/logs/", &params, MOST_LINES).await?;
        for row in loaded.rows.iter().map(Row) {
            // The runner's own lines tell that it failed, not why.
            if row.word("source") == super::journal::SOURCE {
                continue;
            }
            let text = words::sentence(super::line::bare(&row.word("message")));
            if let Some(device) = row.number("device_id") {
                errors.by_device.entry(device).or_insert_with(|| text.clone());
            }
            match counts.iter_mut().find(|(known, _)| *known == text) {
                Some((_, count)) => *count += 1,
                None => counts.push((text, 1)),
            }
        }
    }
    // Of those told equally often, the first.
    errors.most = counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(text, _)| text);
    Ok(errors)
}
