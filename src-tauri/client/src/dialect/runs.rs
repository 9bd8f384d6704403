//! Runs, which the server does not keep: put together from its results and jobs. The rule is in [`cluster`].
//!
//! Ids: a run is called after its first result. The newest run of a job can also be asked for by the job, as
//! [`NEWEST`] plus the job's id; that is how a run is called before its first result, and where a start leads to.

mod build;
mod charts;
mod cluster;
mod summary;
mod wanted;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use netraven_api::jobs::Job;
use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::results::JobResult;
use netraven_api::runs::{Run, RunDetail};
use netraven_api::{Method, Problem};
use serde_json::Value;

use super::asked::{Asked, id};
use super::lists::{Loaded, finish};
use super::results::{get as get_result, result};
use super::row::{Row, reply};
use super::{Talk, devices, jobs, offered};
use build::Known;
use cluster::{Cluster, GAP, clusters};
use wanted::Wanted;

/// Ids from here on name the newest run of a job; ids of results are 32 bits long and never come this far.
const NEWEST: i64 = 1_000_000_000_000;
/// Results looked at for a list of runs.
const WINDOW: usize = 2_000;
/// Results before a period that are read to find where a run at its edge began.
const EDGE: SignedDuration = SignedDuration::from_hours(1);

/// Id of the newest run of a job.
pub fn newest_of(job_id: i64) -> i64 {
    NEWEST + job_id
}

/// Answers what is asked of runs.
pub async fn answer(talk: Talk<'_>, asked: &Asked, rest: &[&str]) -> Result<Value, Problem> {
    match (asked.method, rest) {
        (Method::Get, []) => list(talk, asked).await,
        (Method::Get, ["summary"]) => summary::summary(talk, asked).await,
        (Method::Get, ["outcomes"]) => charts::outcomes(talk, asked).await,
        (Method::Get, ["timeline"]) => charts::timeline(talk, asked).await,
        (Method::Get, [text]) => get(talk, id(text)?).await,
        (Method::Post, [_, "again"]) => Err(offered::refusal(Feature::RunSome)),
        (Method::Post, [_, "devices", _, "cancel"]) => Err(offered::refusal(Feature::CancelDevice)),
        (Method::Post, [_, "cancel"]) => Err(offered::refusal(Feature::CancelRun)),
        _ => talk.plain(asked).await,
    }
}

/// The results of a run, of one status if just one is wanted.
pub async fn results(talk: Talk<'_>, asked: &Asked, run: i64, statuses: &[String]) -> Result<Value, Problem> {
    let found = find(talk, run).await?;
    let mut all: Vec<JobResult> = found.cluster.map(|cluster| cluster.results().to_vec()).unwrap_or_default();
    all.retain(|result| statuses.is_empty() || statuses.contains(&result.status));
    all.reverse();
    all.iter_mut().for_each(|result| result.run_id = Some(run));
    finish(&all, asked, None)
}

/// The job of a run and the time in which it wrote its log lines.
pub async fn span(talk: Talk<'_>, run: i64) -> Result<(i64, Timestamp, Option<Timestamp>), Problem> {
    let found = find(talk, run).await?;
    let Some(cluster) = found.cluster else { return Ok((found.job_id, Timestamp::now(), None)) };
    // A run writes before its first result comes in, though not before the run before it ended.
    let earliest = cluster.began().saturating_sub(GAP).unwrap_or(cluster.began());
    let began = found.before.map_or(earliest, |before| earliest.max(before));
    Ok((found.job_id, began, found.is_over.then(|| cluster.ended().saturating_add(GAP / 6).unwrap_or(cluster.ended()))))
}

/// Runs of a period, newest first, and what was read for them.
struct Window {
    runs: Vec<(Run, Option<Cluster>)>,
    loaded: Arc<Loaded>,
    is_cut: bool,
}

async fn window(talk: Talk<'_>, asked: &Asked) -> Result<Window, Problem> {
    let now = Timestamp::now();
    let (from, until) = (asked.time("start_time")?, asked.time("end_time")?);
    let mut filter = asked.given(&["job_id"]);
    if let Some(from) = from {
        filter.push(("start_time", from.saturating_sub(EDGE).unwrap_or(from).to_string()));
    }
    if let Some(until) = until {
        filter.push(("end_time", until.to_string()));
    }
    let loaded = talk.all("/job-results/", &filter, WINDOW).await?;
    let results: Vec<JobResult> = loaded.rows.iter().map(|row| result(Row(row))).collect();
    let oldest = results.iter().map(|result| result.result_time).min();
    let mut found = clusters(results);
    // Of a run at the end of what was read the beginning may be missing, and with it the id.
    if loaded.is_cut()
        && let Some(whole) = oldest.and_then(|oldest| oldest.checked_add(GAP).ok())
    {
        found.retain(|cluster| cluster.began() > whole);
    }
    let job_id = asked.number("job_id")?;
    let mut jobs = jobs::all(talk).await?;
    jobs.retain(|(job, _)| job_id.is_none_or(|id| id == job.id));
    let mut runs: Vec<(Run, Option<Cluster>)> = Vec::new();
    if until.is_none_or(|until| until >= now) {
        let newest = |job| found.iter().find(|cluster| cluster.first().job_id == job);
        runs.extend(jobs.iter().filter_map(|known| Some((build::of_job(known, newest(known.0.id), now)?, None))));
    }
    let mut seen = Vec::new();
    for cluster in found {
        let job = cluster.first().job_id;
        let is_newest = !seen.contains(&job);
        seen.push(job);
        let known = jobs.iter().find(|(known, _)| known.id == job);
        runs.push((build::of_results(&cluster, known, is_newest, now), Some(cluster)));
    }
    for (run, _) in &mut runs {
        let known = jobs.iter().find(|(job, _)| job.id == run.job_id);
        if let Some((job, _)) = known.filter(|_| run.status.is_active()) {
            run.devices = run.devices.max(targets(talk, job).await?);
        }
    }
    runs.retain(|(run, _)| from.is_none_or(|from| run.queued_at >= from));
    runs.sort_by_key(|(run, _)| std::cmp::Reverse((run.queued_at, run.id)));
    Ok(Window { runs, is_cut: loaded.is_cut(), loaded })
}

/// Number of devices a job works on.
async fn targets(talk: Talk<'_>, job: &Job) -> Result<i64, Problem> {
    if job.device_id.is_some() {
        return Ok(1);
    }
    let tags: Vec<(&str, String)> = job.tags.iter().map(|tag| ("tag_id", tag.id.to_string())).collect();
    if tags.is_empty() { Ok(0) } else { talk.count("/devices/", &tags).await }
}

async fn list(talk: Talk<'_>, asked: &Asked) -> Result<Value, Problem> {
    let Window { runs, loaded, is_cut } = window(talk, asked).await?;
    let wanted = Wanted::read(talk, asked).await?;
    let now = Timestamp::now();
    let runs: Vec<Value> = runs
        .into_iter()
        .filter(|(run, cluster)| wanted.fits(run, cluster.as_ref()))
        .map(|(run, _)| with_duration(&run, now))
        .collect();
    let note = is_cut.then(|| {
        format!(
            "This server keeps no runs. They are put together from its newest {} results; it has {} in this period.",
            loaded.rows.len(),
            loaded.total
        )
    });
    finish(&runs, asked, note)
}

/// A row with what it can be sorted by beside what it has.
fn with_duration(run: &Run, now: Timestamp) -> Value {
    let took = run.started_at.map(|started| run.finished_at.unwrap_or(now).duration_since(started).as_secs_f64());
    let mut row = reply(run);
    row["duration"] = Value::from(took);
    row
}

async fn get(talk: Talk<'_>, run: i64) -> Result<Value, Problem> {
    let found = find(talk, run).await?;
    let known = devices::all(talk).await.unwrap_or_default();
    let results = found.cluster.as_ref().map(|cluster| build::devices(cluster, &known)).unwrap_or_default();
    // The run is told by the name it was asked for, so that a page about a run just started stays that page.
    Ok(reply(&RunDetail { run: Run { id: run, ..found.run }, results }))
}

/// A run and what is known around it.
struct Found {
    job_id: i64,
    run: Run,
    cluster: Option<Cluster>,
    /// When the run before it ended.
    before: Option<Timestamp>,
    is_over: bool,
}

async fn find(talk: Talk<'_>, run: i64) -> Result<Found, Problem> {
    let now = Timestamp::now();
    let gone = || Problem::new(Code::NotFound, format!("There is no run {run}; its results are no longer there."));
    let (job_id, around) = if run > NEWEST {
        (run - NEWEST, None)
    } else {
        let first = get_result(talk, run)
            .await
            .map_err(|problem| if problem.code == Code::NotFound { gone() } else { problem })?;
        (first.job_id, Some(first.result_time))
    };
    let mut filter = vec![("job_id", job_id.to_string())];
    if let Some(time) = around {
        filter.push(("start_time", time.saturating_sub(EDGE).unwrap_or(time).to_string()));
    }
    // The newest results come first, so that a run of long ago needs an end to be among those that are read.
    if let Some(end) = around.and_then(|time| time.checked_add(EDGE).ok()).filter(|end| *end < now) {
        filter.push(("end_time", end.to_string()));
    }
    let loaded = talk.all("/job-results/", &filter, WINDOW).await?;
    let all = clusters(loaded.rows.iter().map(|row| result(Row(row))).collect());
    let known: Option<Known> = jobs::all(talk).await?.into_iter().find(|(job, _)| job.id == job_id);
    let waiting = known.as_ref().filter(|_| around.is_none()).and_then(|known| build::of_job(known, all.first(), now));
    if let Some(mut waiting) = waiting {
        if let Some((job, _)) = known.as_ref().filter(|_| waiting.status.is_active()) {
            waiting.devices = targets(talk, job).await?;
        }
        let is_over = waiting.finished_at.is_some();
        return Ok(Found { job_id, run: waiting, cluster: None, before: all.first().map(Cluster::ended), is_over });
    }
    let place = match around {
        None => 0,
        Some(_) => all.iter().position(|it| it.results().iter().any(|result| result.id == run)).ok_or_else(gone)?,
    };
    let cluster = all.get(place).cloned().ok_or_else(gone)?;
    let is_newest = place == 0 && around.is_none_or(|time| now.duration_since(time) <= EDGE);
    let mut found = build::of_results(&cluster, known.as_ref(), is_newest, now);
    if let Some((job, _)) = known.as_ref().filter(|_| found.status.is_active()) {
        found.devices = found.devices.max(targets(talk, job).await?);
    }
    let is_over = found.finished_at.is_some();
    Ok(Found { job_id, run: found, before: all.get(place + 1).map(Cluster::ended), cluster: Some(cluster), is_over })
}
