//! Runs in our shape, of their results and of what their job says of its newest one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use netraven_api::devices::Device;
use netraven_api::jobs::Job;
use netraven_api::outcome::Cause;
use netraven_api::results::JobResult;
use netraven_api::runs::{CauseCount, DeviceState, Run, RunDevice, RunStatus, Trigger};
use serde_json::Value;

use super::cluster::{Cluster, GAP};
use super::newest_of;
use crate::dialect::words;

/// A job with its status word as the server spells it.
pub type Known = (Job, String);

/// A run of its results. What a job says of itself, it says of its newest run.
pub fn of_results(cluster: &Cluster, known: Option<&Known>, is_newest: bool, now: Timestamp) -> Run {
    let results = cluster.results();
    let failed = results.iter().filter(|result| result.status == "failure").count();
    let ended = match failed {
        0 => RunStatus::Succeeded,
        _ if failed == results.len() => RunStatus::Failed,
        _ => RunStatus::PartlyFailed,
    };
    let word = known.filter(|_| is_newest).map(|(_, word)| word.as_str()).unwrap_or_default();
    let is_going = words::run_status(word) == Some(RunStatus::Running) && now.duration_since(cluster.ended()) <= GAP;
    let first = cluster.first();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Run {
        id: cluster.id(),
        job_id: first.job_id,
        job_name: first.job_name.clone(),
        job_type: first.job_type.clone(),
        trigger: known.map_or(Trigger::Schedule, |(job, _)| trigger(job)),
        triggered_by: None,
        status: if is_going { RunStatus::Running } else { ended },
        queued_at: cluster.began(),
        started_at: Some(cluster.began()),
        finished_at: (!is_going).then(|| cluster.ended()),
        devices: number(results.len()),
        succeeded: number(results.len() - failed),
        failed: number(failed),
        running: 0,
        changed: number(results.iter().filter(|result| changed(result) == Some(true)).count()),
        message: words::run_message(word).map(str::to_owned),
        commit: None,
        cancel_requested: false,
        causes: causes(results),
        usual_seconds: None,
    }
}

/// The newest run of a job as the job itself tells it, when no result does: one that waits, one that has just begun, or
/// one that ended without a device. `newest` is the newest run that has results.
pub fn of_job(known: &Known, newest: Option<&Cluster>, now: Timestamp) -> Option<Run> {
    let (job, word) = known;
    let status = words::run_status(word)?;
    let finished_at = match status {
        RunStatus::Queued => None,
        // Results that come in now are those of this run.
        RunStatus::Running if newest.is_some_and(|cluster| now.duration_since(cluster.ended()) <= GAP) => return None,
        RunStatus::Running => None,
        RunStatus::Succeeded | RunStatus::PartlyFailed => return None,
        RunStatus::Failed | RunStatus::Cancelled => {
            let ended = job.completed_at?;
            // The server tells the end of the newest run alone; results shortly before it are this run's.
            if newest.is_some_and(|cluster| cluster.ended() >= ended.saturating_sub(GAP).unwrap_or(ended)) {
                return None;
            }
            Some(ended)
        }
    };
    let at = finished_at.unwrap_or(now);
    Some(Run {
        id: newest_of(job.id),
        job_id: job.id,
        job_name: job.name.clone(),
        job_type: job.job_type.clone(),
        trigger: trigger(job),
        triggered_by: None,
        status,
        queued_at: at,
        // The server tells the start of the first run alone.
        started_at: None,
        finished_at,
        devices: 0,
        succeeded: 0,
        failed: 0,
        running: 0,
        changed: 0,
        message: words::run_message(word).map(str::to_owned),
        commit: None,
        cancel_requested: false,
        causes: Vec::new(),
        usual_seconds: None,
    })
}

/// The devices of a run, failed ones first, then by hostname.
pub fn devices(cluster: &Cluster, known: &[Device]) -> Vec<RunDevice> {
    let mut all: Vec<RunDevice> = cluster
        .results()
        .iter()
        .map(|result| device(result, known.iter().find(|device| device.id == result.device_id)))
        .collect();
    all.sort_by(|a, b| {
        let good = |device: &RunDevice| device.state == DeviceState::Success;
        good(a).cmp(&good(b)).then_with(|| a.hostname.cmp(&b.hostname))
    });
    all
}

fn device(result: &JobResult, known: Option<&Device>) -> RunDevice {
    let failed = result.status == "failure";
    let detail = |name: &str| result.details.as_ref().and_then(|details| details.get(name));
    let cause = cause(result);
    RunDevice {
        device_id: result.device_id,
        hostname: result.device_name.clone(),
        address: known.map(address).unwrap_or_default(),
        device_type: known.map(|device| device.device_type.clone()).unwrap_or_default(),
        state: if failed { DeviceState::Failure } else { DeviceState::Success },
        stage: cause.map(words::stage),
        cause,
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
fn changed(result: &JobResult) -> Option<bool> {
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

fn causes(results: &[JobResult]) -> Vec<CauseCount> {
    let mut counts: BTreeMap<Cause, i64> = BTreeMap::new();
    for cause in results.iter().filter_map(cause) {
        *counts.entry(cause).or_default() += 1;
    }
    let mut counts: Vec<CauseCount> =
        counts.into_iter().map(|(cause, devices)| CauseCount { cause, devices }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.devices));
    counts
}

/// The server does not say what started a run: a job with a schedule most likely followed it.
fn trigger(job: &Job) -> Trigger {
    if job.schedule_type.is_some() && job.is_enabled { Trigger::Schedule } else { Trigger::Manual }
}
