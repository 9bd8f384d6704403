//! One run, found by any of its names.

use jiff::{SignedDuration, Timestamp};
use netraven_api::problem::Code;
use netraven_api::runs::Run;
use netraven_api::{JobId, Problem, RunId};

use super::bind::{Seen, bind};
use super::build::Known;
use super::cluster::GAP;
use super::journal::{self, Line, logged_runs};
use super::name::Name;
use super::{EDGE, LINES, WINDOW, of_job, of_seen};
use crate::dialect::lists::rows_of;
use crate::dialect::results::{get as get_result, result};
use crate::dialect::row::Row;
use crate::dialect::{Context, jobs};

/// A name and the beginning it stands for differ by less; a beginning derived from a duration is less exact.
const INEXACT: SignedDuration = SignedDuration::from_secs(3);

/// A run and what is left of it.
pub struct Found {
    pub run: Run,
    pub seen: Option<Seen>,
    /// The last known time of the previous run.
    pub before_ended: Option<Timestamp>,
}

/// Finds a run.
pub async fn find(context: Context<'_>, id: RunId) -> Result<Found, Problem> {
    let gone = || Problem::new(Code::NotFound, "No such run; the server no longer has any record of it.");
    match Name::of(id) {
        Name::Result(result) => {
            let first = get_result(context, result)
                .await
                .map_err(|problem| if problem.code == Code::NotFound { gone() } else { problem })?;
            let at = first.result_time;
            let runs = around(context, first.job_id, Some(at)).await?;
            let place = runs.seen.iter().position(|seen| seen.results.iter().any(|it| it.id == result));
            runs.found(context, place.ok_or_else(gone)?).await
        }
        Name::Newest(job) => {
            let runs = around(context, job, None).await?;
            newest(context, runs).await?.ok_or_else(gone)
        }
        Name::Began(job, at) => {
            let runs = around(context, job, Some(at)).await?;
            match runs.place_at(at) {
                Some(place) => runs.found(context, place).await,
                None => runs.by_job(context, id).await.ok_or_else(gone),
            }
        }
        Name::Asked(job, at) => {
            let waiting = around(context, job, None).await?;
            if let Some(found) = waiting.by_job(context, id).await {
                return Ok(found);
            }
            // A run queued at that time is the first run that began after it.
            let runs = match first_after(context, job, at).await? {
                Some(began) => around(context, job, Some(began)).await?,
                None => waiting,
            };
            let place = runs.seen.iter().rposition(|seen| seen.began() >= earlier(at, INEXACT));
            match place {
                Some(place) => runs.found(context, place).await,
                None => Ok(Found {
                    run: Run { id, ..newest(context, runs).await?.ok_or_else(gone)?.run },
                    seen: None,
                    before_ended: None,
                }),
            }
        }
    }
}

/// Runs of a job near a time, or its newest.
struct Near {
    known: Option<Known>,
    seen: Vec<Seen>,
    /// Whether its newest run is among them.
    is_now: bool,
}

impl Near {
    /// The run that began at a time, or has a result from about then.
    fn place_at(&self, at: Timestamp) -> Option<usize> {
        let off = |seen: &Seen| seen.began().duration_since(at).abs();
        let of_log = (0..self.seen.len())
            .filter(|place| self.seen[*place].logged.is_some() && off(&self.seen[*place]) <= INEXACT)
            .min_by_key(|place| off(&self.seen[*place]));
        of_log.or_else(|| {
            let is_near = |seen: &Seen| {
                seen.logged.is_none() && seen.began() >= at && seen.began() <= at.checked_add(GAP).unwrap_or(at)
            };
            self.seen.iter().rposition(is_near)
        })
    }

    async fn found(mut self, context: Context<'_>, place: usize) -> Result<Found, Problem> {
        let before_ended = self.seen.get(place + 1).map(Seen::last);
        let seen = self.seen.swap_remove(place);
        let run = of_seen(context, &seen, self.known.as_ref(), self.is_now).await;
        Ok(Found { run, seen: Some(seen), before_ended })
    }

    /// A run with this id that only the job reports.
    async fn by_job(&self, context: Context<'_>, id: RunId) -> Option<Found> {
        let known = self.known.as_ref()?;
        let runs = of_job(context, known, self.seen.first().filter(|_| self.is_now)).await;
        let run = runs.into_iter().find(|run| run.id == id)?;
        Some(Found { run, seen: None, before_ended: None })
    }
}

/// The newest run of a job: one that waits, one in its log or results, or one that only the job itself reports.
async fn newest(context: Context<'_>, runs: Near) -> Result<Option<Found>, Problem> {
    if let Some(known) = &runs.known {
        let own = of_job(context, known, runs.seen.first()).await;
        if let Some(run) = own.into_iter().max_by_key(|run| (run.status.is_active(), run.queued_at)) {
            let is_newest =
                runs.seen.first().is_none_or(|seen| run.status.is_active() || run.queued_at >= seen.began());
            if is_newest {
                return Ok(Some(Found { run, seen: None, before_ended: runs.seen.first().map(Seen::last) }));
            }
        }
    }
    if runs.seen.is_empty() { Ok(None) } else { runs.found(context, 0).await.map(Some) }
}

async fn around(context: Context<'_>, job_id: JobId, at: Option<Timestamp>) -> Result<Near, Problem> {
    let known = jobs::all(context).await?.into_iter().find(|(job, _)| job.id == job_id);
    let of_job = ("job_id", job_id.to_string());
    let runner = [of_job.clone(), ("source", journal::SOURCE.to_owned())];
    let now = context.now();
    let (lines, from, until) = match at {
        Some(at) => {
            let until = at.checked_add(EDGE * 2).ok().filter(|until| *until < now);
            let mut period = vec![("start_time", earlier(at, EDGE).to_string())];
            period.extend(until.map(|until| ("end_time", until.to_string())));
            let loaded = context.all("/logs/", &[&runner[..], &period].concat(), LINES).await?;
            (loaded.rows.clone(), Some(earlier(at, EDGE)), until)
        }
        None => {
            let newest = [&runner[..], &[("order", "desc".to_owned())]].concat();
            (rows_of(&context.page("/logs/", &newest, 1, 100).await?), None, None)
        }
    };
    let logged = logged_runs(lines.iter().filter_map(|row| Line::of(Row(row))));
    // The results of the newest two runs are enough to find the newest; the older ones may have lost their first lines.
    let since = || logged.iter().rev().nth(1).or(logged.last()).map(|logged| earlier(logged.began, GAP));
    let mut filter = vec![of_job];
    filter.extend(from.or_else(since).map(|from| ("start_time", from.to_string())));
    filter.extend(until.map(|until| ("end_time", until.to_string())));
    let results = context.all("/job-results/", &filter, WINDOW).await?;
    let seen = bind(logged, results.rows.iter().map(|row| result(Row(row))).collect());
    Ok(Near { known, seen, is_now: until.is_none() })
}

/// When the first run in its log after a given time began.
async fn first_after(context: Context<'_>, job_id: JobId, at: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let params = [
        ("job_id", job_id.to_string()),
        ("source", journal::SOURCE.to_owned()),
        ("order", "asc".to_owned()),
        ("start_time", earlier(at, INEXACT).to_string()),
    ];
    let page = context.page("/logs/", &params, 1, 100).await?;
    let runs = logged_runs(rows_of(&page).iter().filter_map(|row| Line::of(Row(row))));
    // Lines at the edge may be the last of the previous run.
    Ok(runs.iter().find(|logged| logged.is_whole && logged.began >= earlier(at, INEXACT)).map(|logged| logged.began))
}

fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(at)
}
