//! Runs, devices, jobs and lines for the tests.

use jiff::Timestamp;
use netraven_api::evidence::Evidence;
use netraven_api::jobs::Job;
use netraven_api::logs::{Level, LogBucket, LogEntry, LogHistogram};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::{
    CauseCount, DeviceState, OutcomeBucket, Run, RunDevice, RunOutcomes, RunStatus, RunSummary, RunTimeline,
    TimelineRun, Trigger,
};
use netraven_api::system::{SystemDetails, SystemStatus};
use netraven_api::{Page, Transport};
use serde_json::{Value, json};

use crate::support::at;

/// A run that succeeded an hour ago.
pub fn run(id: i64, job_name: &str) -> Run {
    Run {
        id: id.into(),
        job_id: 1.into(),
        job_name: job_name.into(),
        job_type: netraven_api::jobs::JobKind::ConfigBackup.into(),
        trigger: Trigger::Schedule,
        triggered_by: None,
        status: RunStatus::Succeeded,
        queued_at: at(-3600),
        started_at: Some(at(-3600)),
        finished_at: Some(at(-3500)),
        devices: 312,
        succeeded: 312,
        failed: 0,
        running: 0,
        changed: 3,
        message: None,
        commit: None,
        cancel_requested: false,
        causes: Vec::new(),
        usual_seconds: Some(98.0),
        repeats: None,
    }
}

/// A run under way, one that failed in part, and one that succeeded.
pub fn runs() -> Vec<Run> {
    let running = Run {
        status: RunStatus::Running,
        queued_at: at(-41),
        started_at: Some(at(-41)),
        finished_at: None,
        devices: 640,
        succeeded: 402,
        failed: 1,
        running: 50,
        usual_seconds: Some(105.0),
        ..run(4190, "Nightly core backup")
    };
    vec![running, partly_failed(), run(4182, "Edge routers backup")]
}

/// A run with three causes.
pub fn partly_failed() -> Run {
    let causes = [(Cause::AuthFailed, 9), (Cause::TimeoutConnect, 4), (Cause::HostKeyChanged, 1)];
    Run {
        status: RunStatus::PartlyFailed,
        trigger: Trigger::Manual,
        triggered_by: Some("j.weber".into()),
        finished_at: Some(at(-3488)),
        succeeded: 298,
        failed: 14,
        causes: causes.map(|(cause, devices)| CauseCount { cause, devices }).to_vec(),
        ..run(4188, "Edge routers backup")
    }
}

/// The totals of [`runs`]' period.
pub fn summary() -> RunSummary {
    RunSummary {
        total: 186,
        running: 1,
        succeeded: 171,
        failed: 13,
        cancelled: 1,
        device_results: 14_208,
        active_done: 403,
        active_devices: 640,
        failure_causes: 4,
        failing_devices: 7,
        usual_ended: 1_240,
        usual_succeeded: 1_181,
        note: None,
    }
}

/// How runs ended in the last four hours of the clock.
pub fn outcomes() -> RunOutcomes {
    let bucket = |hour: i64, runs: &[(RunStatus, i64)]| OutcomeBucket {
        start: at(hour * 3_600 - 300),
        end: at((hour + 1) * 3_600 - 300),
        by_status: runs.iter().copied().collect(),
    };
    RunOutcomes {
        buckets: vec![
            bucket(-3, &[(RunStatus::Succeeded, 9)]),
            bucket(-2, &[]),
            bucket(-1, &[(RunStatus::Succeeded, 7), (RunStatus::PartlyFailed, 1), (RunStatus::Failed, 2)]),
            bucket(0, &[(RunStatus::Running, 1), (RunStatus::Cancelled, 1)]),
        ],
        note: None,
    }
}

/// A run as a timeline has it.
pub fn on_timeline(run: &Run) -> TimelineRun {
    TimelineRun {
        id: run.id,
        job_id: run.job_id,
        job_name: run.job_name.clone(),
        job_type: run.job_type.clone(),
        status: run.status,
        queued_at: run.queued_at,
        started_at: run.started_at,
        finished_at: run.finished_at,
        devices: run.devices,
        succeeded: run.succeeded,
        failed: run.failed,
        usual_seconds: run.usual_seconds.filter(|_| run.status.is_active()),
    }
}

/// [`runs`] as a timeline has them.
pub fn timeline() -> RunTimeline {
    let runs: Vec<TimelineRun> = runs().iter().map(on_timeline).collect();
    RunTimeline { total: 3, runs, total_is_estimate: false, note: None }
}

/// Servers of which all are well.
pub fn system() -> SystemStatus {
    SystemStatus {
        api: "healthy".into(),
        postgres: "healthy".into(),
        redis: "healthy".into(),
        worker: "healthy".into(),
        scheduler: "healthy".into(),
        system_time: at(0),
        notes: Vec::new(),
        workers: 1,
        details: SystemDetails {
            version: Some("0.1.0".into()),
            postgres_version: Some("15.18".into()),
            redis_version: Some("7.0.15".into()),
            database_bytes: Some(1_284_000_000),
            disk_free_bytes: Some(182_000_000_000),
            disk_bytes: Some(512_000_000_000),
            waiting: Some(312),
            leased: Some(50),
            waiting_since: Some(at(-130)),
            oldest_log: Some(at(-864_000)),
            keep_logs_days: Some(365),
        },
    }
}

/// A first page of 50.
pub fn page<T>(items: Vec<T>, total: i64) -> Page<T> {
    Page::new(items, total, 1, 50)
}

/// A job.
pub fn job(id: i64, name: &str) -> Job {
    serde_json::from_value(json!({
        "id": id, "name": name, "description": null, "is_enabled": true, "schedule_type": null, "interval_seconds": null,
        "cron_string": null, "scheduled_for": null, "job_type": "config_backup", "status": "COMPLETED_SUCCESS",
        "started_at": null, "completed_at": null, "device_id": null, "is_system_job": false,
        "tags": [{"id": 2, "name": "edge", "type": "site", "description": null}]
    }))
    .unwrap()
}

/// How long each stage took, as a worker that needed no privileged mode records it.
pub fn timings(of: &[(Stage, i64)]) -> Value {
    of.iter().map(|(stage, ms)| json!({"stage": stage, "ms": ms})).collect()
}

/// The details of a result that hold this.
pub fn evidence(details: Value) -> Option<Box<Evidence>> {
    Some(Box::new(details.into()))
}

/// Those of a session up to the prompt.
const SIGNED_IN: [(Stage, i64); 5] =
    [(Stage::Reach, 41), (Stage::KeyExchange, 112), (Stage::HostKey, 1), (Stage::SignIn, 388), (Stage::Prompt, 204)];
/// And those after it.
const READ: [(Stage, i64); 3] = [(Stage::PagingOff, 61), (Stage::Read, 2_410), (Stage::ProveComplete, 73)];

/// A device of a run that succeeded.
pub fn device(device_id: i64, hostname: &str) -> RunDevice {
    RunDevice {
        device_id: device_id.into(),
        hostname: hostname.into(),
        address: format!("10.20.0.{device_id}"),
        device_type: "cisco_ios".into(),
        transport: Transport::Ssh,
        state: DeviceState::Success,
        stage: Some(Stage::Record),
        cause: None,
        message: None,
        attempt: 1,
        worker: Some("w1".into()),
        started_at: Some(at(-3600)),
        finished_at: Some(at(-3597)),
        result_id: Some((9000 + device_id).into()),
        details: evidence(json!({
            "changed": true, "snapshot_id": 512, "bytes": 61204, "lines": 2210, "secrets_hidden": 7, "prompt": "edge#",
            "timings": timings(&[&SIGNED_IN[..], &READ].concat())
        })),
        changed: Some(true),
        snapshot_id: Some(512.into()),
        waits_for: None,
    }
}

fn failed(device_id: i64, hostname: &str, stage: Stage, cause: Cause, message: &str) -> RunDevice {
    RunDevice {
        state: DeviceState::Failure,
        stage: Some(stage),
        cause: Some(cause),
        message: Some(message.into()),
        changed: None,
        snapshot_id: None,
        details: None,
        ..device(device_id, hostname)
    }
}

/// A run and its devices.
#[derive(Clone)]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// Its devices.
    pub results: Vec<RunDevice>,
}

/// [`partly_failed`] with a device of each kind of failure.
pub fn detail() -> RunDetail {
    let truncated = RunDevice {
        attempt: 2,
        details: evidence(json!({
            "cause": "truncated", "stage": "prove_complete", "expected": "end", "bytes_read": 41212, "host_keys": null, "said": null,
            "last_seen": "enable secret 9 ‹secret 7c1e›\n neighbor 10.255.3.14 desc",
            "advice": "Run it again. If it repeats, a session limit on the device or a firewall cuts long sessions.",
            "timings": timings(&[&SIGNED_IN[..], &[(Stage::Privilege, 157)], &READ].concat())
        })),
        ..failed(9, "edge-fra-09", Stage::ProveComplete, Cause::Truncated, "The end was not seen after 41,212 bytes.")
    };
    let host_key = RunDevice {
        details: evidence(json!({
            "cause": "host-key-changed",
            "host_keys": {
                "stored": {"key_type": "ssh-ed25519", "sha256": "SHA256:Vw2cStored"},
                "offered": {"key_type": "ssh-rsa", "sha256": "SHA256:4n0bOffered"}
            },
            "timings": timings(&SIGNED_IN[..3])
        })),
        ..failed(31, "fw-berlin-02", Stage::HostKey, Cause::HostKeyChanged, "The device offers another host key.")
    };
    let refused = RunDevice {
        details: evidence(json!({
            "cause": "auth-failed", "refused_logins": ["netbackup", "admin"], "timings": timings(&SIGNED_IN[..4])
        })),
        ..failed(46, "edge-dus-07", Stage::SignIn, Cause::AuthFailed, "The device refused netbackup, then admin.")
    };
    RunDetail { run: partly_failed(), results: vec![refused, truncated, host_key, device(111, "edge-ber-11")] }
}

/// A log line.
pub fn line(id: i64, level: &str, message: &str) -> LogEntry {
    LogEntry {
        id: id.into(),
        timestamp: Timestamp::from_millisecond(at(-60).as_millisecond() + id).unwrap(),
        log_type: "job".into(),
        level: Level::parse(level).unwrap(),
        job_id: Some(1.into()),
        device_id: Some(9.into()),
        run_id: Some(4188.into()),
        source: Some("worker.backup".into()),
        message: message.into(),
        meta: None,
        device_name: Some("edge-fra-09".into()),
    }
}

/// Three minutes of log before [`line`]'s.
pub fn histogram() -> LogHistogram {
    let bucket = |seconds, lines: &[(&str, i64)]| LogBucket {
        start: at(seconds),
        by_level: lines.iter().map(|(level, count)| (Level::parse(level).unwrap(), *count)).collect(),
    };
    LogHistogram {
        bucket_s: 60,
        buckets: vec![
            bucket(-180, &[("DEBUG", 2), ("INFO", 40), ("WARNING", 3)]),
            bucket(-120, &[("INFO", 1_200), ("ERROR", 7), ("CRITICAL", 1)]),
            bucket(-60, &[("INFO", 1), ("DEBUG", 1)]),
        ],
        newest_id: 12.into(),
        is_partial: false,
        counted_since: at(-180),
    }
}

/// A device as the list of devices has it.
pub fn device_row(id: i64, hostname: &str) -> Value {
    json!({
        "id": id, "hostname": hostname, "ip_address": format!("10.20.0.{id}"), "device_type": "cisco_ios", "description": null,
        "port": 22, "serial_number": null, "model": null, "source": "local", "notes": null, "created_at": null,
        "last_seen": null, "matching_credentials_count": 2, "last_updated": null, "updated_by": null, "tags": []
    })
}

/// A tag.
pub fn tag(id: i64, name: &str) -> netraven_api::tags::Tag {
    netraven_api::tags::Tag {
        id: id.into(),
        name: name.into(),
        kind: None,
        description: None,
        devices: None,
        jump_host_id: None,
    }
}
