//! Assigns results to the runs in the log. Results that no logged run claims are grouped by [`super::cluster`].

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use netraven_api::results::JobResult;
use netraven_api::{DeviceId, JobId};

use super::cluster::clusters;
use super::journal::LoggedRun;
use super::name::Name;

/// Results and log lines are dated by different parts of the server.
const INEXACT: SignedDuration = SignedDuration::from_secs(2);
/// A result may become visible, and be dated, this long after its run ended.
const AFTER: SignedDuration = SignedDuration::from_secs(30);

/// A run as far as any trace of it is left.
#[derive(Clone, Debug)]
pub struct Seen {
    pub job_id: JobId,
    /// The run in the log, if it is still there.
    pub logged: Option<LoggedRun>,
    /// Its results, in the order of their times.
    pub results: Vec<JobResult>,
    /// When the job's previous run began, and its next one.
    pub before: Option<Timestamp>,
    pub after: Option<Timestamp>,
}

impl Seen {
    /// When it began; without the log, when its first result arrived.
    pub fn began(&self) -> Timestamp {
        let first = || self.results.first().map(|result| result.result_time);
        self.logged.as_ref().map(|logged| logged.began).or_else(first).unwrap_or_default()
    }

    /// The last known time.
    pub fn last(&self) -> Timestamp {
        let newest = self.results.last().map(|result| result.result_time);
        self.logged.as_ref().map(|logged| logged.last).max(newest).unwrap_or_default()
    }

    /// Its name.
    pub fn name(&self) -> Name {
        match (&self.logged, self.results.first()) {
            (None, Some(first)) => Name::Result(first.id),
            _ => Name::Began(self.job_id, self.began()),
        }
    }

    /// Whether it worked on a device.
    pub fn holds(&self, is: impl Fn(DeviceId, &str) -> bool, named: impl Fn(&str) -> bool) -> bool {
        self.results.iter().any(|result| is(result.device_id, &result.device_name))
            || self.logged.iter().flat_map(|logged| &logged.said.names).any(|name| named(name))
    }

    fn names(&self, result: &JobResult) -> bool {
        self.logged
            .as_ref()
            .is_none_or(|logged| logged.said.names.is_empty() || logged.said.names.contains(&result.device_name))
    }

    fn lacks(&self, result: &JobResult) -> bool {
        self.results.iter().all(|known| known.device_id != result.device_id)
    }
}

/// Runs, the newest first.
pub fn bind(logged: Vec<LoggedRun>, mut results: Vec<JobResult>) -> Vec<Seen> {
    results.sort_by_key(|result| (result.result_time, result.id));
    let mut jobs: BTreeMap<JobId, Vec<Seen>> = BTreeMap::new();
    for logged in logged {
        let seen = Seen { job_id: logged.job_id, logged: Some(logged), results: Vec::new(), before: None, after: None };
        jobs.entry(seen.job_id).or_default().push(seen);
    }
    let mut left = Vec::new();
    for result in results {
        let runs = jobs.get_mut(&result.job_id).map(Vec::as_mut_slice).unwrap_or_default();
        match place(runs, &result) {
            Some(place) => runs[place].results.push(result),
            None => left.push(result),
        }
    }
    for cluster in clusters(left) {
        let (job_id, results) = (cluster.first().job_id, cluster.results().to_vec());
        jobs.entry(job_id).or_default().push(Seen { job_id, logged: None, results, before: None, after: None });
    }
    for runs in jobs.values_mut() {
        runs.sort_by_key(Seen::began);
        let begins: Vec<Timestamp> = runs.iter().map(Seen::began).collect();
        for (place, run) in runs.iter_mut().enumerate() {
            run.before = place.checked_sub(1).map(|before| begins[before]);
            run.after = begins.get(place + 1).copied();
        }
    }
    let mut all: Vec<Seen> = jobs.into_values().flatten().collect();
    all.sort_by_key(|seen| std::cmp::Reverse((seen.began(), seen.name().id())));
    all
}

/// The run during which a result arrived. Of overlapping runs, one that works on the device and has no result of it.
fn place(runs: &[Seen], result: &JobResult) -> Option<usize> {
    let at = result.result_time;
    let span = |place: usize, slack: SignedDuration| {
        let logged = runs[place].logged.as_ref()?;
        let next = || runs.get(place + 1).and_then(|next| next.logged.as_ref()).map(|next| next.began);
        // Only the end of a run bounds it, though one whose end was never logged is over when the next begins.
        let until = logged.ended().and_then(|ended| ended.checked_add(slack).ok()).or_else(next);
        let from = logged.began.checked_sub(INEXACT).ok()?;
        Some(at >= from && until.is_none_or(|until| at <= until))
    };
    let within = |slack: SignedDuration| (0..runs.len()).filter(move |place| span(*place, slack) == Some(true));
    let fits = |place: &usize| runs[*place].lacks(result) && runs[*place].names(result);
    within(INEXACT)
        .find(fits)
        .or_else(|| within(AFTER).rev().find(fits))
        // The log has the device's name at that time.
        .or_else(|| within(INEXACT).find(|place| runs[*place].lacks(result)))
}

#[cfg(test)]
mod tests {
    use netraven_api::jobs::JobKind;

    use super::*;
    use crate::dialect::runs::journal::{Line, logged_runs};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn result(id: i64, device: i64, second: i64) -> JobResult {
        JobResult {
            id: id.into(),
            job_id: 7.into(),
            device_id: device.into(),
            job_type: JobKind::ConfigBackup.into(),
            status: netraven_api::results::ResultStatus::Success,
            result_time: at(second),
            created_at: at(second),
            details: None,
            job_name: "nightly".into(),
            device_name: format!("r{device}"),
            run_id: None,
        }
    }

    fn lines(rows: &[(i64, &str)]) -> Vec<Line> {
        let line = |(second, message): &(i64, &str)| Line {
            id: (*second).into(),
            at: at(*second),
            job_id: 7.into(),
            message: (*message).to_owned(),
        };
        rows.iter().map(line).collect()
    }

    #[test]
    fn a_result_belongs_to_the_run_in_whose_time_it_came() {
        let runs = logged_runs(lines(&[
            (1000, "Job 7 started."),
            (1001, "[Job: 7] Loaded 2 devices: ['r1', 'r2']"),
            (1020, "Job completed with status 'COMPLETED_PARTIAL_FAILURE' in 20.00s"),
            (1021, "Job 7 started."),
            (1022, "[Job: 7] Loaded 2 devices: ['r1', 'r2']"),
            (1040, "Job completed with status 'COMPLETED_SUCCESS' in 19.00s"),
        ]));
        // The first run lost a result; judging by devices only, one of the second would have been assigned to it.
        let results = vec![result(1, 1, 1010), result(2, 2, 1030), result(3, 1, 1031), result(4, 1, 700)];
        let shape: Vec<(i64, Vec<i64>, bool)> = bind(runs, results)
            .iter()
            .map(|seen| {
                (seen.began().as_second(), seen.results.iter().map(|it| it.id.get()).collect(), seen.logged.is_some())
            })
            .collect();
        assert_eq!(shape, [(1021, vec![2, 3], true), (1000, vec![1], true), (700, vec![4], false)]);
    }

    #[test]
    fn runs_that_overlap_share_the_results_by_their_devices() {
        let runs = logged_runs(lines(&[
            (1000, "Job 7 started."),
            (1001, "[Job: 7] Loaded 1 devices: ['r1']"),
            (1005, "Job 7 started."),
            (1006, "[Job: 7] Loaded 2 devices: ['r1', 'r2']"),
            (1030, "Job completed with status 'COMPLETED_SUCCESS' in 30.00s"),
            (1040, "Job completed with status 'COMPLETED_SUCCESS' in 35.00s"),
        ]));
        let results = vec![result(1, 1, 1010), result(2, 2, 1011), result(3, 1, 1012)];
        let shape: Vec<Vec<i64>> =
            bind(runs, results).iter().map(|seen| seen.results.iter().map(|it| it.id.get()).collect()).collect();
        assert_eq!(shape, [vec![2, 3], vec![1]]);
    }
}
