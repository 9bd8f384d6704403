//! Repairs the traces of a clock that was wrong for a while. The clock that counts is the database's.

use netraven_api::JobId;

use super::{Result, Store};

impl Store {
    /// Forgets starts that were recorded for the future by a clock that was ahead, and resets schedules that would only begin
    /// then; returns the jobs (id, name) whose schedules stood still and continue now.
    pub async fn forget_the_future(&self) -> Result<Vec<(JobId, String)>> {
        // An interval's first start is one interval after its creation.
        let jobs: Vec<(i64, String)> = sqlx::query_as(
            "with fired as (update job_runs set fire_at = null where fire_at > now() + interval '1 minute' returning job_id),
             begun as (update jobs set schedule_since = now() + coalesce(interval_seconds, 0) * interval '1 second'
                 where schedule_since > now() + interval '1 minute' + coalesce(interval_seconds, 0) * interval '1 second'
                 returning id)
             select j.id, j.name from jobs j
             where j.schedule_type is not null and j.is_enabled
                 and (j.id in (select job_id from fired) or j.id in (select id from begun)) order by j.id",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(jobs.into_iter().map(|(id, name)| (id.into(), name)).collect())
    }
}
