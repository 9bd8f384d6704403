//! How a job stands: what NetRaven says of its newest run.

use crate::runs::RunStatus;
use crate::words::words;

words! {
    /// NetRaven's status word of a job.
    pub enum JobStatus {
        /// It never ran.
        Pending = "pending",
        /// Its newest run waits.
        Queued = "queued",
        /// Its newest run goes on.
        Running = "RUNNING",
        /// Every device succeeded.
        Succeeded = "COMPLETED_SUCCESS",
        /// Some devices failed, some succeeded.
        PartlyFailed = "COMPLETED_PARTIAL_FAILURE",
        /// Every device failed.
        Failed = "COMPLETED_FAILURE",
        /// There was no device to work on.
        NoDevices = "COMPLETED_NO_DEVICES",
        /// A person cancelled it before its end.
        Cancelled = "CANCELLED",
        /// How it ended is not known.
        Unknown = "UNKNOWN",
    }
}

impl JobStatus {
    /// The status of the run it speaks of; none if the job never ran.
    #[must_use]
    pub fn run(self) -> Option<RunStatus> {
        match self {
            JobStatus::Pending => None,
            JobStatus::Queued => Some(RunStatus::Queued),
            JobStatus::Running => Some(RunStatus::Running),
            JobStatus::Succeeded => Some(RunStatus::Succeeded),
            JobStatus::PartlyFailed => Some(RunStatus::PartlyFailed),
            JobStatus::Failed | JobStatus::NoDevices => Some(RunStatus::Failed),
            JobStatus::Cancelled => Some(RunStatus::Cancelled),
            JobStatus::Unknown => Some(RunStatus::Unknown),
        }
    }
}

impl From<RunStatus> for JobStatus {
    /// The status of a job whose newest run has this one.
    fn from(status: RunStatus) -> JobStatus {
        match status {
            RunStatus::Queued => JobStatus::Queued,
            RunStatus::Running => JobStatus::Running,
            RunStatus::Succeeded => JobStatus::Succeeded,
            RunStatus::PartlyFailed => JobStatus::PartlyFailed,
            RunStatus::Failed => JobStatus::Failed,
            RunStatus::Cancelled => JobStatus::Cancelled,
            RunStatus::Unknown => JobStatus::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_job_tells_that_of_its_newest_run() {
        for status in RunStatus::ALL {
            assert_eq!(JobStatus::from(status).run(), Some(status));
        }
        assert_eq!((JobStatus::Pending.run(), JobStatus::NoDevices.run()), (None, Some(RunStatus::Failed)));
    }
}
