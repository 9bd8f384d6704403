//! A job's devices against its last runs. Only the devices of one page are looked up in each run; to know which devices there
//! are, only the keys of those runs are read.

use netraven_api::matrix::{GetJobMatrix, JobMatrix, MATRIX_MOST_RUNS, MATRIX_RUNS, MatrixRow, MatrixRun};
use netraven_api::page::{DEFAULT_SIZE, MAX_SIZE, Page};
use sqlx::types::Json;

use super::{Result, Store};

impl Store {
    /// A page of a job's matrix.
    pub async fn job_matrix(&self, query: &GetJobMatrix) -> Result<JobMatrix> {
        self.job(query.job_id).await?;
        let (page, size) = (query.page.unwrap_or(1).max(1), query.size.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE));
        let runs: Vec<Json<MatrixRun>> = sqlx::query_scalar(
            "select json_build_object('id', id, 'status', status, 'queued_at', wire_time(queued_at))
             from (select id, status, queued_at from job_runs where job_id = $1 order by id desc limit $2) r order by id",
        )
        .bind(query.job_id.get())
        .bind(query.runs.unwrap_or(MATRIX_RUNS).clamp(1, MATRIX_MOST_RUNS))
        .fetch_all(self.pool())
        .await?;
        let runs: Vec<MatrixRun> = runs.into_iter().map(|run| run.0).collect();
        let (total, rows): (i64, Json<Vec<MatrixRow>>) = sqlx::query_as(
            "with present as materialized (select device_id, max(run_id) as run_id from run_devices
                 where run_id = any($1) group by device_id),
             shown as (select device_id, n.hostname from present join run_devices n using (run_id, device_id)
                 order by lower(n.hostname), device_id limit $2 offset $3)
             select (select count(*) from present),
             coalesce((select json_agg(json_build_object('device_id', s.device_id, 'hostname', s.hostname, 'cells',
                 (select json_agg(case when d.state is not null
                      then json_build_object('state', d.state, 'cause', d.cause) end order by r.place)
                  from unnest($1) with ordinality r (id, place)
                  left join run_devices d on d.run_id = r.id and d.device_id = s.device_id))
                 order by lower(s.hostname), s.device_id) from shown s), '[]')",
        )
        .bind(runs.iter().map(|run| run.id.get()).collect::<Vec<_>>())
        .bind(size)
        .bind((page - 1).saturating_mul(size))
        .fetch_one(self.pool())
        .await?;
        Ok(JobMatrix { runs, devices: Page::new(rows.0, total, page, size) })
    }
}
