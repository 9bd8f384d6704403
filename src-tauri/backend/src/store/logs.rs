//! The unified log: written in batches, read by time or by id.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use netraven_api::Page;
use netraven_api::logs::{ListLogs, LogEntry, LogStats, StreamFilter};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

use super::{Result, Store, StoreError, contains, exact, window};

/// Key of the advisory lock under which ids are handed out, so that a reader that has seen an id never misses a smaller one.
const APPEND_LOCK: i64 = 0x6e72_6c6f_6773;

const ENTRY: &str = "select json_build_object('id', l.id, 'timestamp', l.timestamp, 'log_type', l.log_type,
    'level', l.level, 'job_id', l.job_id, 'device_id', l.device_id, 'run_id', l.run_id, 'source', l.source,
    'message', l.message, 'meta', l.meta, 'device_name', d.hostname)
    from logs l left join devices d on d.id = l.device_id where true";

/// A log line before it has an id.
#[derive(Clone, Debug)]
pub struct NewLog {
    /// When it was said.
    pub timestamp: Timestamp,
    /// `job`, `connection`, `session` or `system`.
    pub log_type: &'static str,
    /// `DEBUG` to `CRITICAL`.
    pub level: &'static str,
    /// Job.
    pub job_id: Option<i64>,
    /// Device.
    pub device_id: Option<i64>,
    /// Run.
    pub run_id: Option<i64>,
    /// Part of the program.
    pub source: &'static str,
    /// The line, secrets hidden.
    pub message: String,
    /// More about it, secrets hidden.
    pub meta: Value,
}

impl Store {
    /// Writes lines in one statement; answers the greatest id.
    pub async fn append_logs(&self, lines: &[NewLog]) -> Result<i64> {
        let mut tx = self.pool().begin().await?;
        sqlx::query("select pg_advisory_xact_lock($1)").bind(APPEND_LOCK).execute(&mut *tx).await?;
        let newest: Option<i64> = sqlx::query_scalar(
            "with written as (insert into logs (timestamp, log_type, level, job_id, device_id, run_id, source, message, meta)
                 select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
                     $7::text[], $8::text[], $9::jsonb[]) returning id)
             select max(id) from written",
        )
        .bind(lines.iter().map(|line| line.timestamp.to_sqlx()).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.log_type).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.level).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.job_id).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.device_id).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.run_id).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.source).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.message.replace('\0', "")).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| Json(without_nul(&line.meta))).collect::<Vec<_>>())
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(newest.unwrap_or_default())
    }

    /// One page of lines.
    pub async fn list_logs(&self, query: &ListLogs) -> Result<Page<LogEntry>> {
        let (page, size, offset) = window(query.page, query.size);
        let mut rows = QueryBuilder::<Postgres>::new(ENTRY);
        filter(&mut rows, query);
        let order = if query.order.as_deref() == Some("asc") { "asc" } else { "desc" };
        // Reading on by id is in the order of ids; everything else in that of time.
        if query.after.is_some() || query.before.is_some() {
            rows.push(format!(" order by l.id {order}"));
        } else {
            rows.push(format!(" order by l.timestamp {order}, l.id {order}"));
        }
        rows.push(" limit ").push_bind(size).push(" offset ").push_bind(offset);
        let items: Vec<Json<LogEntry>> = rows.build_query_scalar().fetch_all(self.pool()).await?;
        let mut count = QueryBuilder::<Postgres>::new("select count(*) from logs l where true");
        filter(&mut count, query);
        let total: i64 = count.build_query_scalar().fetch_one(self.pool()).await?;
        Ok(Page::new(items.into_iter().map(|row| row.0).collect(), total, page, size))
    }

    /// One line.
    pub async fn log(&self, id: i64) -> Result<LogEntry> {
        let row: Option<Json<LogEntry>> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("{ENTRY} and l.id = $1")))
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Log entry"))
    }

    /// The lines behind an id that pass a filter, in the order of their ids.
    pub async fn logs_after(&self, after: i64, query: &StreamFilter, limit: i64) -> Result<Vec<LogEntry>> {
        let query = ListLogs {
            job_id: query.job_id,
            device_id: query.device_id,
            run_id: query.run_id,
            level: query.level.clone(),
            log_type: query.log_type.clone(),
            after: Some(after),
            ..Default::default()
        };
        let mut rows = QueryBuilder::<Postgres>::new(ENTRY);
        filter(&mut rows, &query);
        rows.push(" order by l.id limit ").push_bind(limit);
        let items: Vec<Json<LogEntry>> = rows.build_query_scalar().fetch_all(self.pool()).await?;
        Ok(items.into_iter().map(|row| row.0).collect())
    }

    /// The greatest id that readers can see.
    pub async fn newest_log_id(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("select coalesce(max(id), 0) from logs").fetch_one(self.pool()).await?)
    }

    /// Counts by type and level.
    pub async fn log_stats(&self) -> Result<LogStats> {
        let row: Json<LogStats> = sqlx::query_scalar(
            "with counts as (select log_type, level, count(*) as n from logs group by log_type, level)
             select json_build_object('total', coalesce((select sum(n) from counts), 0),
                 'by_type', coalesce((select json_object_agg(log_type, n) from
                     (select log_type, sum(n) as n from counts group by log_type) t), '{}'),
                 'by_level', coalesce((select json_object_agg(level, n) from
                     (select level, sum(n) as n from counts group by level) t), '{}'),
                 'last_log_time', (select timestamp from logs order by timestamp desc, id desc limit 1))",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(row.0)
    }

    /// Makes the partitions of this month and the two after it.
    pub async fn ensure_log_partitions(&self) -> Result<()> {
        let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        for ahead in 0..3 {
            let month = |by: i64| -> Date { now.first_of_month().saturating_add(jiff::Span::new().months(by)) };
            let (from, to) = (month(ahead), month(ahead + 1));
            // Lines of a month without a partition are in the default one; then the month stays there. Another server that
            // starts at this moment may make it first.
            let sql = format!(
                "do $$ begin
                     create table if not exists logs_{0:04}_{1:02} partition of logs for values from ('{from} 00:00:00+00') to ('{to} 00:00:00+00');
                 exception when check_violation or duplicate_table or unique_violation then null; end $$",
                from.year(),
                from.month()
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(self.pool()).await?;
        }
        Ok(())
    }
}

/// Postgres takes no NUL in a JSON text.
fn without_nul(meta: &Value) -> Value {
    match meta {
        Value::String(text) => Value::String(text.replace('\0', "")),
        Value::Array(items) => items.iter().map(without_nul).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.replace('\0', ""), without_nul(value))).collect()
        }
        other => other.clone(),
    }
}

fn filter(sql: &mut QueryBuilder<Postgres>, query: &ListLogs) {
    if let Some(id) = query.after {
        sql.push(" and l.id > ").push_bind(id);
    }
    if let Some(id) = query.before {
        sql.push(" and l.id < ").push_bind(id);
    }
    if let Some(id) = query.run_id {
        sql.push(" and l.run_id = ").push_bind(id);
    }
    if let Some(id) = query.job_id {
        sql.push(" and l.job_id = ").push_bind(id);
    }
    if let Some(id) = query.device_id {
        sql.push(" and l.device_id = ").push_bind(id);
    }
    if !query.level.is_empty() {
        let levels: Vec<String> = query.level.iter().map(|level| level.to_uppercase()).collect();
        sql.push(" and l.level = any(").push_bind(levels).push(")");
    }
    if !query.log_type.is_empty() {
        let types: Vec<String> = query.log_type.iter().map(|kind| kind.to_lowercase()).collect();
        sql.push(" and l.log_type = any(").push_bind(types).push(")");
    }
    if let Some(source) = exact(&query.source) {
        sql.push(" and l.source = ").push_bind(source.to_owned());
    }
    if let Some(at) = query.start_time {
        sql.push(" and l.timestamp >= ").push_bind(at.to_sqlx());
    }
    if let Some(at) = query.end_time {
        sql.push(" and l.timestamp <= ").push_bind(at.to_sqlx());
    }
    if let Some(pattern) = contains(&query.search) {
        sql.push(" and l.message ilike ").push_bind(pattern);
    }
    if let Some(kind) = exact(&query.job_type) {
        sql.push(" and l.job_id in (select id from jobs where job_type = ").push_bind(kind.to_owned()).push(")");
    }
}
