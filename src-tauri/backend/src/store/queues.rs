//! The waiting tasks, as Postgres has them: the queue itself holds only numbers.

use netraven_api::jobs::QueueJobDetail;
use sqlx::types::Json;

use super::{Result, Store};

impl Store {
    /// The devices that wait for a worker, the oldest first; of runs started by a person, or of scheduled ones.
    pub async fn waiting(&self, by_person: bool, limit: i64) -> Result<Vec<QueueJobDetail>> {
        let rows: Vec<Json<QueueJobDetail>> = sqlx::query_scalar(
            "select json_build_object('job_id', d.run_id || ':' || d.device_id, 'enqueued_at', wire_time(r.queued_at),
             'func_name', j.job_type, 'args', json_build_array(d.run_id, d.device_id),
             'meta', json_build_object('db_job_id', j.id, 'job_name', j.name, 'hostname', d.hostname))
             from run_devices d join job_runs r on r.id = d.run_id join jobs j on j.id = r.job_id
             where d.state = 'queued' and (r.trigger = 'manual') = $1 order by r.queued_at, d.run_id, d.device_id limit $2",
        )
        .bind(by_person)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}
