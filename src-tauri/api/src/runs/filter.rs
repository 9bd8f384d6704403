//! Which runs are meant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Trigger;
use crate::ids::{DeviceId, JobId, TagId};
use crate::jobs::JobKind;
use crate::words::Open;

/// The filter of runs, a part of each request about several. What is absent lets every run through.
///
/// The states are no part of it: what counts runs by state would not be narrowed by them. Requests for the runs themselves have
/// them beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RunFilter {
    /// Runs of the job with this id.
    pub job_id: Option<JobId>,
    /// Any of these kinds.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub job_type: Vec<Open<JobKind>>,
    /// Started by any of these.
    pub trigger: Vec<Trigger>,
    /// Runs this device was in.
    pub device_id: Option<DeviceId>,
    /// Runs with a device that carries one of these tags now.
    pub tag_id: Vec<TagId>,
    /// Runs queued at or after this time.
    pub start_time: Option<Timestamp>,
    /// Runs queued at or before this time.
    pub end_time: Option<Timestamp>,
    /// Part of the job's name, or of a device's hostname in it.
    pub search: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint as _;
    use crate::runs::{ListRuns, RunStatus};

    #[test]
    fn the_parts_of_a_request_are_one_query() {
        let filter = RunFilter { job_id: Some(31.into()), tag_id: vec![1.into(), 2.into()], ..RunFilter::default() };
        let request = ListRuns { page: Some(2), status: vec![RunStatus::Failed], ..ListRuns::from(filter) };
        assert_eq!(request.request().path, "/runs/?page=2&job_id=31&tag_id=1&tag_id=2&status=failed");
    }
}
