//! Results, one for each device of a run.

use netraven_api::results::{JobResult, ListResults};
use netraven_api::sorting::ResultColumn;
use netraven_api::{Order, ResultId};
use sqlx::types::Json;

use super::listing::{List, Paging, RawPage, SortKey, any_of, is, tagged, within};
use super::{Result, Store, StoreError};

const ROW: &str = "json_build_object(
    'id', r.id, 'job_id', r.job_id, 'device_id', r.device_id, 'job_type', r.job_type, 'status', r.status,
    'result_time', wire_time(r.result_time), 'created_at', wire_time(r.created_at), 'details', r.details,
    'job_name', r.job_name, 'device_name', r.device_name, 'run_id', r.run_id)";
const FROM: &str = "job_results r join jobs j on j.id = r.job_id join devices d on d.id = r.device_id";
const COLUMNS: &str = "r.*, j.name as job_name, d.hostname as device_name";

const LIST: List = List {
    from: FROM,
    // Each result has a job and a device.
    counted: "job_results r",
    columns: COLUMNS,
    name: "r",
    around: "",
    row: ROW,
    then: &[],
    id: "r.id",
    order: Order::Descending,
    pages_of_none: 0,
};

/// The database's expression for a column.
fn key(column: ResultColumn) -> SortKey {
    match column {
        ResultColumn::Id => SortKey::of("r.id"),
        ResultColumn::Time => SortKey::of("r.result_time"),
        ResultColumn::Job => SortKey::of("r.job_id"),
        ResultColumn::Device => SortKey::of("r.device_id"),
        ResultColumn::Kind => SortKey::of("r.job_type"),
        ResultColumn::Status => SortKey::of("r.status"),
        ResultColumn::JobName => SortKey::of("lower(j.name)"),
        ResultColumn::DeviceName => SortKey::of("lower(d.hostname)"),
    }
}

impl Store {
    /// One page of results.
    pub async fn list_results(&self, query: &ListResults) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size)
            .sorted(key(query.sort.unwrap_or_default()), query.order)
            .between(query.after, query.before);
        self.page(&LIST, &paging, |sql| {
            is(sql, "r.device_id", query.device_id);
            is(sql, "r.job_id", query.job_id);
            is(sql, "r.run_id", query.run_id);
            tagged(sql, "device_tags", "device_id", "r.device_id", &query.tag_id);
            any_of(sql, "r.job_type", &query.job_type);
            any_of(sql, "r.status", &query.status);
            within(sql, "r.result_time", query.start_time, query.end_time);
        })
        .await
    }

    /// One result.
    pub async fn result(&self, id: ResultId) -> Result<JobResult> {
        let sql = format!("select {ROW} from (select {COLUMNS} from {FROM} where r.id = $1) r");
        let row: Option<Json<JobResult>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("JobResult"))
    }
}
