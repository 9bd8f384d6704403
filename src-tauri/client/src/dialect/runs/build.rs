//! Runs in our shape: state, counts, and what is unknown about each.

use std::collections::BTreeMap;

use jiff::Timestamp;
use netraven_api::RunId;
use netraven_api::jobs::Job;
use netraven_api::outcome::Cause;
use netraven_api::results::{JobResult, ResultStatus};
use netraven_api::runs::{CauseCount, Run, RunStatus, Trigger};

use super::bind::Seen;
use super::cluster::GAP;
use super::life::{State, Waiting};
use super::name::Name;
use crate::dialect::words;

/// A job with its status word in the server's spelling.
pub type Known = (Job, String);

/// The context of a run.
#[derive(Clone, Copy, Default)]
pub struct Around<'a> {
    /// Its job.
    pub job: Option<&'a Known>,
    /// The interpretation of the job's word, if it is about this run: the job's newest, and not ended by the log.
    pub state: Option<&'a State>,
    /// Devices the job works on now.
    pub devices_now: Option<i64>,
}

/// How a run ended, and the message about that.
struct End {
    status: RunStatus,
    at: Option<Timestamp>,
    message: Option<String>,
}

/// A run with log lines or results left.
pub fn of_seen(seen: &Seen, around: Around, trigger: Trigger) -> Run {
    let failed = seen.results.iter().filter(|result| result.status == ResultStatus::Failure).count();
    let kept = number(seen.results.len());
    let (mut succeeded, mut failed) = (kept - number(failed), number(failed));
    let mut devices = kept;
    if let Some(logged) = &seen.logged {
        devices = logged.devices().unwrap_or_default().max(kept);
        // The server's count at the end includes devices whose results it lost.
        (succeeded, failed) = logged.said.counts.unwrap_or((succeeded, failed));
    }
    let End { status, at, message } = match &seen.logged {
        Some(logged) => by_log(seen, logged, around, failed),
        None => by_results(seen, around, succeeded, failed),
    };
    if status.is_active() {
        devices = devices.max(around.devices_now.unwrap_or_default());
    }
    let missing = devices - kept;
    let lost = (missing > 0 && at.is_some() && status != RunStatus::Unknown).then(|| lost(kept, devices));
    let first = seen.results.first();
    let job = around.job.map(|(job, _)| job);
    let of_job = job.map(|job| (&job.name, &job.job_type));
    let (job_name, job_type) = first
        .map(|result| (&result.job_name, of_job.map_or(&result.job_type, |(_, kind)| kind)))
        .or(of_job)
        .map(|(name, kind)| (name.clone(), kind.clone()))
        .unwrap_or_default();
    Run {
        id: seen.name().id(),
        job_id: seen.job_id,
        job_name,
        job_type,
        trigger,
        triggered_by: None,
        status,
        queued_at: seen.began(),
        // Without the log, the first result arrived some time after the beginning.
        started_at: seen.logged.as_ref().filter(|logged| logged.is_whole).map(|logged| logged.began),
        finished_at: at,
        devices,
        succeeded,
        failed,
        running: 0,
        changed: number(seen.results.iter().filter(|result| super::device::changed(result) == Some(true)).count()),
        message: joined(message, lost),
        commit: None,
        cancel_requested: false,
        causes: causes(&seen.results),
        usual_seconds: None,
        repeats: None,
    }
}

/// The end by the log, or by the job itself where the log has none.
fn by_log(seen: &Seen, logged: &super::journal::LoggedRun, around: Around, failed: i64) -> End {
    let job = around.job;
    let by_job = || {
        let (job, word) = job?;
        let ended = job.completed_at?;
        // The job gives the end of its newest run to the second.
        let is_its = ended >= logged.began.checked_sub(jiff::SignedDuration::from_secs(1)).ok()?
            && seen.after.is_none_or(|after| ended < after);
        let status = words::run_status(word).filter(|status| !status.is_active())?;
        is_its.then_some((status, word.as_str(), ended))
    };
    let (status, word, at) = match (logged.said.word, by_job()) {
        (Some(word), _) => (words::run_status(word).unwrap_or(RunStatus::Unknown), word, logged.last),
        (None, Some(by_job)) => by_job,
        (None, None) => return unended(seen, around),
    };
    let message = words::run_message(word, logged.said.reason.as_deref(), logged.said.returned);
    let left_out = logged.said.targets.zip(logged.said.handed).map_or(0, |(targets, handed)| (targets - handed).max(0));
    let without = (left_out > 0).then(|| match left_out {
        1 => "One device was left out because it has no matching credential.".to_owned(),
        many => format!("{many} devices were left out because they have no matching credential."),
    });
    let status = match status {
        // The server calls a run a success even if it left devices out.
        RunStatus::Succeeded if left_out > 0 || failed > 0 => RunStatus::PartlyFailed,
        status => status,
    };
    End { status, at: Some(at), message: joined(message, without) }
}

/// A run whose end was never logged.
fn unended(seen: &Seen, around: Around) -> End {
    match around.state {
        Some(state) if state.lives && seen.after.is_none() => {
            End { status: RunStatus::Running, at: None, message: None }
        }
        state => {
            let last_line =
                state.and_then(|state| state.last_line).filter(|_| seen.after.is_none()).map(|last_line| last_line.at);
            End { status: RunStatus::Unknown, at: None, message: Some(silent(last_line.max(Some(seen.last())))) }
        }
    }
}

/// The end, as far as results alone show it. What the log no longer has is reported as such, not taken for a success.
fn by_results(seen: &Seen, around: Around, succeeded: i64, failed: i64) -> End {
    let last = seen.last();
    if let Some(state) = around.state
        && state.status == Some(RunStatus::Running)
        && state.lives
    {
        return End { status: RunStatus::Running, at: None, message: None };
    }
    let by_job = around.job.filter(|_| seen.after.is_none()).and_then(|(job, word)| {
        let ended = job.completed_at?;
        let status = words::run_status(word).filter(|status| !status.is_active())?;
        let is_its = ended.duration_since(last).abs() <= GAP;
        is_its.then(|| (status, words::run_message(word, None, None), ended))
    });
    if let Some((status, message, ended)) = by_job {
        let status = if status == RunStatus::Succeeded && failed > 0 { RunStatus::PartlyFailed } else { status };
        return End { status, at: Some(ended), message };
    }
    // The job's current number of devices does not show how many it had then. Results of both kinds are "partly", however
    // many are missing.
    let status = if succeeded > 0 && failed > 0 { RunStatus::PartlyFailed } else { RunStatus::Unknown };
    let message = "This server's log no longer covers this run. It is not known how many devices it had, nor whether \
                   each has a result.";
    End { status, at: Some(last), message: Some(message.to_owned()) }
}

/// An entry of the queue.
pub fn of_waiting(entry: &Waiting, known: &Known, devices: i64) -> Run {
    let id = Name::Asked(entry.job_id, entry.at).id();
    Run { devices, trigger: entry.trigger, ..bare(id, known, RunStatus::Queued, entry.at) }
}

/// What the job itself says about its newest run, if neither its log nor a result nor the queue does.
pub fn of_job(known: &Known, state: &State, newest: Option<&Seen>, devices: i64) -> Option<Run> {
    let (job, word) = known;
    let alias = Name::Newest(job.id).id();
    let last_known = newest.map(Seen::last).max(job.completed_at);
    match state.status? {
        RunStatus::Queued if state.waiting.is_empty() => {
            Some(Run { devices, ..bare(alias, known, RunStatus::Queued, state.seen_at) })
        }
        RunStatus::Queued => None,
        RunStatus::Running => {
            let is_told = newest
                .is_some_and(|newest| newest.logged.as_ref().map_or(state.lives, |logged| logged.said.word.is_none()));
            (!is_told).then(|| Run { devices, ..bare(alias, known, RunStatus::Running, state.seen_at) })
        }
        RunStatus::Unknown => {
            let was_queued = words::run_status(word) == Some(RunStatus::Queued);
            let is_told =
                newest.and_then(|newest| newest.logged.as_ref()).is_some_and(|logged| logged.said.word.is_none());
            if is_told && !was_queued {
                return None;
            }
            let last_line = state.last_line.map(|last_line| last_line.at).max(last_known);
            let message = if was_queued { NOWHERE.to_owned() } else { silent(last_line) };
            let at = last_line.unwrap_or(state.seen_at);
            Some(Run { devices, message: Some(message), ..bare(alias, known, RunStatus::Unknown, at) })
        }
        status => {
            let ended = job.completed_at?;
            // The server only gives the end of the newest run.
            let earliest = ended.checked_sub(GAP).unwrap_or(ended);
            if newest.is_some_and(|newest| newest.last() >= earliest) {
                return None;
            }
            let message = words::run_message(word, None, None);
            let lost = (devices > 0).then(|| "The server has no result for it.".to_owned());
            let run = bare(Name::Began(job.id, ended).id(), known, status, ended);
            Some(Run { finished_at: Some(ended), message: joined(message, lost), ..run })
        }
    }
}

/// The message about a job that waits in no queue.
const NOWHERE: &str = "The server lists this job as queued, but it is in no queue and no worker has it. It will not \
                       start by itself: run it again.";

fn bare(id: RunId, (job, _): &Known, status: RunStatus, at: Timestamp) -> Run {
    Run {
        id,
        job_id: job.id,
        job_name: job.name.clone(),
        job_type: job.job_type.clone(),
        trigger: Trigger::Unknown,
        triggered_by: None,
        status,
        queued_at: at,
        started_at: None,
        finished_at: None,
        devices: 0,
        succeeded: 0,
        failed: 0,
        running: 0,
        changed: 0,
        message: None,
        commit: None,
        cancel_requested: false,
        causes: Vec::new(),
        usual_seconds: None,
        repeats: None,
    }
}

fn silent(since: Option<Timestamp>) -> String {
    let since = since.map(|at| format!(" since {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default();
    format!("No sign of life{since}. The server never reported the end of this run, so its outcome is not known.")
}

fn lost(kept: i64, devices: i64) -> String {
    match (kept, devices) {
        (0, 1) => "The server has no result for its device.".to_owned(),
        (0, _) => format!("The server has no results for its {devices} devices."),
        (1, _) => format!("The server has results for only 1 of the {devices} devices."),
        _ => format!("The server has results for only {kept} of the {devices} devices."),
    }
}

fn joined(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first} {second}")),
        (first, second) => first.or(second),
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn causes(results: &[JobResult]) -> Vec<CauseCount> {
    let mut counts: BTreeMap<Cause, i64> = BTreeMap::new();
    for cause in results.iter().filter_map(super::device::cause) {
        *counts.entry(cause).or_default() += 1;
    }
    let mut counts: Vec<CauseCount> =
        counts.into_iter().map(|(cause, devices)| CauseCount { cause, devices }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.devices));
    counts
}
