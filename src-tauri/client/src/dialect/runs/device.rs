//! The devices of a run: those with a result, and those in the log without one.

use std::collections::{HashMap, HashSet};

use netraven_api::devices::Device;
use netraven_api::outcome::Cause;
use netraven_api::problem::Code;
use netraven_api::results::{JobResult, ResultStatus};
use netraven_api::runs::{DeviceState, ListRunDevices, Run, RunDevice};
use netraven_api::{DeviceId, Problem, RunId, SnapshotId, Transport};
use serde_json::Value;

use super::bind::Seen;
use super::find::find;
use crate::dialect::parsed_request::ParsedRequest;
use crate::dialect::row::{Row, reply};
use crate::dialect::{Context, words};

/// Lines of errors read for a run.
const MOST_LINES: usize = 500;
/// From here on: deleted devices without an id, by their place in the log. Ids of devices are 32 bits long.
const GONE: i64 = 1_000_000_000_000;

/// A run and its devices.
pub async fn with_run(context: Context<'_>, run: RunId) -> Result<(Run, Vec<RunDevice>), Problem> {
    let mut found = find(context, run).await?;
    let mut all = Vec::new();
    if let Some(seen) = &found.seen {
        let missing = found.run.devices > i64::try_from(seen.results.len()).unwrap_or(i64::MAX);
        let said = if missing && !found.run.status.is_active() {
            errors(context, seen).await.unwrap_or_default()
        } else {
            Errors::default()
        };
        if let Some(most) = &said.most {
            let message = found.run.message.take().map(|message| format!("{message} ")).unwrap_or_default();
            found.run.message = Some(format!("{message}The log says: {most}"));
        }
        let known = context.known_devices().await.unwrap_or_default();
        all = devices(seen, &found.run, &known, &said);
    }
    Ok((found.run, all))
}

/// A page of a run's devices. All of them were read for it: this server keeps no list of a run's devices.
pub async fn list(context: Context<'_>, request: &ParsedRequest, run: RunId) -> Result<Value, Problem> {
    let words = |name: &str| request.many(name).into_iter().map(|word| word.to_lowercase());
    let wanted = ListRunDevices {
        run_id: run,
        page: request.number("page")?,
        size: request.number("size")?,
        device_id: request.many("device_id").iter().filter_map(|id| id.parse().ok()).collect(),
        state: words("state").filter_map(|word| DeviceState::parse(&word)).collect(),
        cause: words("cause").filter_map(|word| Cause::parse(&word)).collect(),
        search: request.one("search"),
        sort: request.word("sort"),
        order: request.word("order"),
    };
    let (_, all) = with_run(context, run).await?;
    Ok(reply(&wanted.page_of(all, context.now())))
}

/// One device of a run.
pub async fn one(context: Context<'_>, run: RunId, device_id: DeviceId) -> Result<Value, Problem> {
    let (_, all) = with_run(context, run).await?;
    let found = all.into_iter().find(|device| device.device_id == device_id);
    let found = found.ok_or_else(|| Problem::new(Code::NotFound, "This device is not part of this run."))?;
    Ok(reply(&found))
}

/// The devices of a run with remaining traces.
fn devices(seen: &Seen, run: &Run, known: &[Device], said: &Errors) -> Vec<RunDevice> {
    let by_id: HashMap<DeviceId, &Device> = known.iter().map(|device| (device.id, device)).collect();
    let by_name: HashMap<&str, &Device> = known.iter().map(|device| (device.hostname.as_str(), device)).collect();
    let mut all: Vec<RunDevice> =
        seen.results.iter().map(|result| device(result, by_id.get(&result.device_id).copied())).collect();
    let mut ids: HashSet<DeviceId> = all.iter().map(|device| device.device_id).collect();
    let with_result: HashSet<&str> = seen.results.iter().map(|result| result.device_name.as_str()).collect();
    let names = seen.logged.iter().flat_map(|logged| &logged.said.names).enumerate();
    for (place, name) in names.filter(|(_, name)| !with_result.contains(name.as_str())) {
        let known = by_name.get(name.as_str()).copied();
        let gone = || DeviceId::new(GONE + i64::try_from(place).unwrap_or_default());
        let id = known.map_or_else(gone, |device| device.id);
        if !ids.insert(id) {
            continue;
        }
        let why = match said.by_device.get(&id) {
            _ if run.status.is_active() => "No result yet.".to_owned(),
            Some(text) => format!("No result. Its log says: {text}"),
            None => "No result. The server has none for this device.".to_owned(),
        };
        all.push(RunDevice {
            device_id: id,
            hostname: name.clone(),
            address: known.map(address).unwrap_or_default(),
            device_type: known.map(|device| device.device_type.clone()).unwrap_or_default(),
            transport: Transport::Ssh,
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
            waits_for: None,
        });
    }
    all
}

fn device(result: &JobResult, known: Option<&Device>) -> RunDevice {
    let failed = result.status == ResultStatus::Failure;
    let evidence = result.details.as_deref();
    let number = |name: &str| evidence.and_then(|evidence| evidence.other.get(name)).and_then(Value::as_i64);
    RunDevice {
        device_id: result.device_id,
        hostname: result.device_name.clone(),
        address: known.map(address).unwrap_or_default(),
        device_type: known.map(|device| device.device_type.clone()).unwrap_or_default(),
        transport: Transport::Ssh,
        state: if failed { DeviceState::Failure } else { DeviceState::Success },
        stage: evidence.filter(|_| failed).and_then(|evidence| evidence.stage.as_ref()?.known()),
        cause: cause(result),
        message: evidence.filter(|_| failed).and_then(|evidence| evidence.message.clone()),
        attempt: number("retries").unwrap_or_default() + 1,
        worker: None,
        started_at: None,
        finished_at: Some(result.result_time),
        result_id: Some(result.id),
        details: result.details.clone(),
        changed: changed(result),
        snapshot_id: number("db_snapshot_id").map(SnapshotId::new),
        waits_for: None,
    }
}

fn address(device: &Device) -> String {
    match device.port {
        Some(port) if port != 22 => format!("{}:{port}", device.ip_address),
        _ => device.ip_address.clone(),
    }
}

/// Whether a configuration differed from the previous one; none for results without one.
pub fn changed(result: &JobResult) -> Option<bool> {
    let evidence = result.details.as_ref()?;
    if evidence.other.get("db_snapshot_id").is_some_and(Value::is_number) {
        return Some(true);
    }
    evidence.deduplicated.map(|same| !same)
}

/// Why a result failed; none for a success.
pub fn cause(result: &JobResult) -> Option<Cause> {
    (result.status == ResultStatus::Failure).then(|| result.cause().unwrap_or(Cause::Internal))
}

/// The errors of a run in the log.
#[derive(Debug, Default)]
pub struct Errors {
    /// The first error of each device.
    by_device: HashMap<DeviceId, String>,
    /// The most frequent error.
    pub most: Option<String>,
}

/// Reads the errors of a run in the log: the reasons that lost results would have given.
pub async fn errors(context: Context<'_>, seen: &Seen) -> Result<Errors, Problem> {
    let slack = jiff::SignedDuration::from_secs(2);
    let from = seen.began().checked_sub(slack).unwrap_or(seen.began());
    let until = seen.logged.as_ref().and_then(|logged| logged.ended()).and_then(|ended| ended.checked_add(slack).ok());
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
        let loaded = context.all("/logs/", &params, MOST_LINES).await?;
        for row in loaded.rows.iter().map(Row) {
            // The runner's own lines say that it failed, not why.
            if row.word("source") == super::journal::SOURCE {
                continue;
            }
            let text = words::sentence(super::line::bare(&row.word("message")));
            if let Some(device) = row.id_of("device_id") {
                errors.by_device.entry(device).or_insert_with(|| text.clone());
            }
            match counts.iter_mut().find(|(known, _)| *known == text) {
                Some((_, count)) => *count += 1,
                None => counts.push((text, 1)),
            }
        }
    }
    // Of equally frequent ones, the first.
    errors.most = counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(text, _)| text);
    Ok(errors)
}
