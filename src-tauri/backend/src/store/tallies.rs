//! Tallies: the counts of active runs so far. The database adds to them as devices change; here they are compacted.

use super::{Result, Store};

/// Number of rows of a run at which they are merged.
const MANY: i64 = 100;

impl Store {
    /// Merges the tallies of each run, and drops those of runs that have ended or are gone.
    pub async fn tend_tallies(&self) -> Result<()> {
        sqlx::query(
            "delete from run_tallies t where not exists
                 (select 1 from job_runs r where r.id = t.run_id and r.status in ('queued', 'running'))",
        )
        .execute(self.pool())
        .await?;
        sqlx::query(
            "with taken as (delete from run_tallies where run_id in
                     (select run_id from run_tallies group by run_id having count(*) > $1)
                 returning run_id, state, cause, changed, devices)
             insert into run_tallies (run_id, state, cause, changed, devices)
             select run_id, state, cause, changed, sum(devices) from taken group by 1, 2, 3, 4 having sum(devices) <> 0",
        )
        .bind(MANY)
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
