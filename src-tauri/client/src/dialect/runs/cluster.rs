//! Groups results into runs, for a server that does not keep runs.
//!
//! The rule: among the results of one job in the order of their times, a new run begins with a result that comes later than
//! [`GAP`] after the previous one, or whose device already has a result in the run, since a run works on a device once.
//! The server ends a run after 180 seconds by default, so two results of one run are never further apart. A run is
//! named after its first result: results only ever join at its end, so the name stays.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use netraven_api::results::JobResult;
use netraven_api::{JobId, ResultId};

/// Longest time between two results of one run.
pub const GAP: SignedDuration = SignedDuration::from_secs(180);

/// The results of one run, in the order of their times; there is at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    results: Vec<JobResult>,
}

impl Cluster {
    /// The run's id.
    pub fn id(&self) -> ResultId {
        self.first().id
    }

    /// The first result.
    pub fn first(&self) -> &JobResult {
        &self.results[0]
    }

    /// Time of the first result.
    pub fn began(&self) -> Timestamp {
        self.first().result_time
    }

    /// Time of the last result.
    pub fn ended(&self) -> Timestamp {
        self.results.last().map_or_else(|| self.began(), |result| result.result_time)
    }

    /// The results.
    pub fn results(&self) -> &[JobResult] {
        &self.results
    }
}

/// Groups results; the newest run comes first.
pub fn clusters(results: Vec<JobResult>) -> Vec<Cluster> {
    let mut jobs: BTreeMap<JobId, Vec<JobResult>> = BTreeMap::new();
    for result in results {
        jobs.entry(result.job_id).or_default().push(result);
    }
    let mut all: Vec<Cluster> = jobs.into_values().flat_map(of_one_job).collect();
    all.sort_by_key(|cluster| std::cmp::Reverse((cluster.began(), cluster.id())));
    all
}

fn of_one_job(mut results: Vec<JobResult>) -> Vec<Cluster> {
    results.sort_by_key(|result| (result.result_time, result.id));
    let mut all: Vec<Cluster> = Vec::new();
    let mut devices = BTreeSet::new();
    for result in results {
        match all.last_mut() {
            Some(last)
                if result.result_time.duration_since(last.ended()) <= GAP && devices.insert(result.device_id) =>
            {
                last.results.push(result);
            }
            _ => {
                devices = BTreeSet::from([result.device_id]);
                all.push(Cluster { results: vec![result] });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use netraven_api::jobs::JobKind;
    use proptest::prelude::*;

    use super::*;

    fn result(id: i64, job: i64, device: i64, second: i64) -> JobResult {
        let time = Timestamp::from_second(second).unwrap();
        JobResult {
            id: id.into(),
            job_id: job.into(),
            device_id: device.into(),
            job_type: JobKind::ConfigBackup.into(),
            status: netraven_api::results::ResultStatus::Success,
            result_time: time,
            created_at: time,
            details: None,
            job_name: "nightly".into(),
            device_name: format!("r{device}"),
            run_id: None,
        }
    }

    fn shape(results: Vec<JobResult>) -> Vec<(i64, usize)> {
        clusters(results).iter().map(|cluster| (cluster.id().get(), cluster.results().len())).collect()
    }

    #[test]
    fn a_run_ends_with_a_long_silence_or_with_a_device_it_had() {
        let rows = vec![
            result(1, 7, 1, 1000),
            result(2, 7, 2, 1179),
            result(3, 7, 3, 1359),
            result(4, 7, 4, 1540),
            result(5, 7, 4, 1541),
            result(6, 7, 1, 1542),
            result(7, 8, 1, 1001),
        ];
        assert_eq!(shape(rows), [(5, 2), (4, 1), (7, 1), (1, 3)]);
    }

    #[test]
    fn a_runs_id_stays_while_results_join_it_and_in_whatever_order_they_are_read() {
        let mut rows = vec![result(9, 7, 1, 1000)];
        assert_eq!(shape(rows.clone()), [(9, 1)]);
        rows.insert(0, result(4, 7, 2, 1100));
        rows.insert(0, result(12, 7, 3, 1200));
        assert_eq!(shape(rows), [(9, 3)]);
    }

    proptest! {
        #[test]
        fn every_result_is_in_one_run_and_no_run_changes_its_name(
            steps in prop::collection::vec((0i64..400, 1i64..5, 1i64..3), 1..40), read in 1usize..40
        ) {
            let mut second = 0;
            let rows: Vec<JobResult> = steps
                .iter()
                .enumerate()
                .map(|(index, (pause, device, job))| {
                    second += pause;
                    result(i64::try_from(index).unwrap() + 1, *job, *device, second)
                })
                .collect();
            let names = |rows: &[JobResult]| clusters(rows.to_vec()).iter().map(Cluster::id).collect::<BTreeSet<_>>();
            let all = clusters(rows.clone());
            let mut ids: Vec<i64> = all.iter().flat_map(Cluster::results).map(|result| result.id.get()).collect();
            ids.sort_unstable();
            prop_assert_eq!(ids, (1..=i64::try_from(rows.len()).unwrap()).collect::<Vec<_>>());
            // Runs keep their names when more is read later.
            prop_assert!(names(&rows[..read.min(rows.len())]).is_subset(&names(&rows)));
        }
    }
}
