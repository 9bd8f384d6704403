//! Names of runs on a server that gives them no ids.
//!
//! A run in the log is named after its job and the moment it began, so that its name outlives the log lines; one that
//! waits, after the moment it was put on the queue. A run with only results left is named after its first result.
//! After starting a job, its newest run is requested by the job; the answer has the lasting name.

use jiff::Timestamp;
use netraven_api::{JobId, ResultId, RunId};

/// From here on: the newest run of a job. Ids of results are 32 bits long and never come this far.
const NEWEST: i64 = 1_000_000_000_000;
/// From here on: the run of a job that began at a time.
const BEGAN: i64 = 1_000_000_000_000_000;
/// From here on: the run of a job that was put on the queue at a time. The highest still fits a number of JavaScript.
const ASKED: i64 = 5_000_000_000_000_000;
/// Jobs in one tenth of a second.
const JOBS: i64 = 100_000;

/// A name of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The run of a result.
    Result(ResultId),
    /// The newest run of a job.
    Newest(JobId),
    /// The run of a job that began at a time, to a tenth of a second.
    Began(JobId, Timestamp),
    /// The run of a job that was asked for at a time.
    Asked(JobId, Timestamp),
}

impl Name {
    /// What an id stands for.
    pub fn of(id: RunId) -> Name {
        let id = id.get();
        let moment = |rest: i64| {
            let at = Timestamp::from_millisecond(rest / JOBS * 100).unwrap_or_default();
            (JobId::new(rest % JOBS), at)
        };
        if id >= ASKED {
            let (job, at) = moment(id - ASKED + BEGAN);
            Name::Asked(job, at)
        } else if id >= BEGAN {
            let (job, at) = moment(id);
            Name::Began(job, at)
        } else if id > NEWEST {
            Name::Newest(JobId::new(id - NEWEST))
        } else {
            Name::Result(ResultId::new(id))
        }
    }

    /// The id.
    pub fn id(self) -> RunId {
        let moment = |job: JobId, at: Timestamp| at.as_millisecond().div_euclid(100) * JOBS + job.get();
        RunId::new(match self {
            Name::Result(id) => id.get(),
            Name::Newest(job) => NEWEST + job.get(),
            // Beyond that many jobs only the newest run has a name.
            Name::Began(job, _) | Name::Asked(job, _) if job.get() >= JOBS => NEWEST + job.get(),
            Name::Began(job, at) => moment(job, at),
            Name::Asked(job, at) => moment(job, at) - BEGAN + ASKED,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_from_its_id() {
        let at: Timestamp = "2026-11-22T20:03:14.3Z".parse().unwrap();
        for name in [
            Name::Result(504.into()),
            Name::Newest(31.into()),
            Name::Began(31.into(), at),
            Name::Asked(99_999.into(), at),
        ] {
            assert_eq!(Name::of(name.id()), name);
        }
        let late: Timestamp = "2099-12-31T00:00:00Z".parse().unwrap();
        assert!(Name::Asked(99_999.into(), late).id().get() < 1 << 53);
        assert!(Name::Began(1.into(), late).id().get() < ASKED);
    }
}
