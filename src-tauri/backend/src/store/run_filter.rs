//! Which runs are meant: the filters that the list of runs and every sum over them share.

use jiff::Timestamp;
use netraven_api::Open;
use netraven_api::jobs::JobKind;
use netraven_api::runs::{GetRunOutcomes, GetRunTimeline, ListRuns, RunStatus, SummarizeRuns, Trigger};

use super::contains;
use super::listing::{Sql, any_of, is, within};

/// Filters of runs; an absent filter lets every run through.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunFilter<'a> {
    /// Runs of the job with this id.
    pub job_id: Option<i64>,
    /// Any of these kinds.
    pub kinds: &'a [Open<JobKind>],
    /// Any of these states.
    pub statuses: &'a [RunStatus],
    /// Any of these triggers.
    pub triggers: &'a [Trigger],
    /// A device that was in it.
    pub device_id: Option<i64>,
    /// Tags, one of which a device in it carries now.
    pub tags: &'a [i64],
    /// Queued at or after.
    pub start: Option<Timestamp>,
    /// Queued at or before.
    pub end: Option<Timestamp>,
    /// Part of the job's name or of a hostname in it.
    pub search: Option<&'a str>,
}

/// Reads the filters of a request. All requests have the same ones, except that a sum by state is not narrowed by state.
macro_rules! filters {
    ($($request:ty, |$query:ident| $statuses:expr;)*) => {
        $(impl<'a> From<&'a $request> for RunFilter<'a> {
            fn from($query: &'a $request) -> RunFilter<'a> {
                RunFilter {
                    job_id: $query.job_id,
                    kinds: &$query.job_type,
                    statuses: $statuses,
                    triggers: &$query.trigger,
                    device_id: $query.device_id,
                    tags: &$query.tag_id,
                    start: $query.start_time,
                    end: $query.end_time,
                    search: $query.search.as_deref(),
                }
            }
        })*
    };
}

filters! {
    ListRuns, |query| &query.status;
    SummarizeRuns, |query| &[];
    GetRunOutcomes, |query| &[];
    GetRunTimeline, |query| &query.status;
}

impl RunFilter<'_> {
    /// Adds the conditions to a statement over `job_runs r join jobs j`.
    pub fn narrow(&self, sql: &mut Sql) {
        is(sql, "r.job_id", self.job_id);
        any_of(sql, "j.job_type", self.kinds);
        any_of(sql, "r.status", self.statuses);
        any_of(sql, "r.trigger", self.triggers);
        within(sql, "r.queued_at", self.start, self.end);
        if let Some(device_id) = self.device_id {
            sql.push(" and exists (select 1 from run_devices d where d.run_id = r.id and d.device_id = ");
            sql.push_bind(device_id).push(")");
        }
        if !self.tags.is_empty() {
            sql.push(" and exists (select 1 from run_devices d join device_tags x on x.device_id = d.device_id");
            sql.push(" where d.run_id = r.id and x.tag_id = any(").push_bind(self.tags.to_vec()).push("))");
        }
        if let Some(pattern) = contains(&self.search.map(str::to_owned)) {
            sql.push(" and (j.name ilike ").push_bind(pattern.clone());
            sql.push(" or exists (select 1 from run_devices d where d.run_id = r.id and d.hostname ilike ");
            sql.push_bind(pattern).push("))");
        }
    }
}
