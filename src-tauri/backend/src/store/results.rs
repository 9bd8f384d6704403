//! Results, one for each device of a run.

use jiff_sqlx::ToSqlx as _;
use netraven_api::Page;
use netraven_api::results::{JobResult, ListResults};
use sqlx::types::Json;

use super::{Result, Store, StoreError, exact, window};

const RESULT: &str = "select json_build_object(
    'id', r.id, 'job_id', r.job_id, 'device_id', r.device_id, 'job_type', r.job_type, 'status', r.status,
    'result_time', r.result_time, 'created_at', r.created_at, 'details', r.details, 'job_name', j.name,
    'device_name', d.hostname, 'run_id', r.run_id)
    from job_results r join jobs j on j.id = r.job_id join devices d on d.id = r.device_id ";

const FILTER: &str = "where ($1::bigint is null or r.device_id = $1) and ($2::bigint is null or r.job_id = $2)
    and ($3::bigint is null or r.run_id = $3)
    and ($4::bigint is null or exists (select 1 from device_tags dt where dt.device_id = r.device_id and dt.tag_id = $4))
    and ($5::text is null or r.job_type = $5) and ($6::text is null or r.status = lower($6))
    and ($7::timestamptz is null or r.result_time >= $7) and ($8::timestamptz is null or r.result_time <= $8) ";

impl Store {
    /// One page of results, the newest first.
    pub async fn list_results(&self, query: &ListResults) -> Result<Page<JobResult>> {
        let (page, size, offset) = window(query.page, query.size);
        let rows = format!("{RESULT}{FILTER}order by r.result_time desc, r.id desc limit $9 offset $10");
        let items: Vec<Json<JobResult>> = sqlx::query_scalar(sqlx::AssertSqlSafe(rows))
            .bind(query.device_id)
            .bind(query.job_id)
            .bind(query.run_id)
            .bind(query.tag_id)
            .bind(exact(&query.job_type))
            .bind(exact(&query.status))
            .bind(query.start_time.map(|at| at.to_sqlx()))
            .bind(query.end_time.map(|at| at.to_sqlx()))
            .bind(size)
            .bind(offset)
            .fetch_all(self.pool())
            .await?;
        let total = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from job_results r {FILTER}")))
            .bind(query.device_id)
            .bind(query.job_id)
            .bind(query.run_id)
            .bind(query.tag_id)
            .bind(exact(&query.job_type))
            .bind(exact(&query.status))
            .bind(query.start_time.map(|at| at.to_sqlx()))
            .bind(query.end_time.map(|at| at.to_sqlx()))
            .fetch_one(self.pool())
            .await?;
        Ok(Page::new(items.into_iter().map(|row| row.0).collect(), total, page, size))
    }

    /// One result.
    pub async fn result(&self, id: i64) -> Result<JobResult> {
        let row: Option<Json<JobResult>> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("{RESULT}where r.id = $1")))
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Job Result"))
    }
}
