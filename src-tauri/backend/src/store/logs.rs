//! The unified log: written in batches, read by time or by id.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use netraven_api::jobs::JobDeviceLine;
use netraven_api::logs::{Level, ListLogs, LiveFilter, LogEntry, LogFilter, LogStats, LogType};
use netraven_api::sorting::LogColumn;
use netraven_api::{DeviceId, JobId, LogId, Open, Order, RunId, Word};
use serde_json::Value;
use sqlx::types::Json;

use super::listing::{List, Paging, RawPage, SortKey, Sql, Total, all_rows, any_of, is, like, within};
use super::{Result, Store, StoreError, without_nul};

mod histogram;

/// A line of a page. Written by hand because pages are read often and have many lines.
const LISTED: &str = "'{\"id\":' || l.id || ',\"timestamp\":\"' || wire_time(l.timestamp) || '\",\"log_type\":' || to_json(l.log_type)
    || ',\"level\":' || to_json(l.level) || ',\"job_id\":' || coalesce(l.job_id::text, 'null')
    || ',\"device_id\":' || coalesce(l.device_id::text, 'null') || ',\"run_id\":' || coalesce(l.run_id::text, 'null')
    || ',\"source\":' || coalesce(to_json(l.source)::text, 'null') || ',\"message\":' || to_json(l.message)
    || ',\"meta\":' || coalesce(l.meta::text, 'null') || ',\"device_name\":' || coalesce(to_json(d.hostname)::text, 'null') || '}'";
const ROW: &str = "json_build_object('id', l.id, 'timestamp', wire_time(l.timestamp), 'log_type', l.log_type,
    'level', l.level, 'job_id', l.job_id, 'device_id', l.device_id, 'run_id', l.run_id, 'source', l.source,
    'message', l.message, 'meta', l.meta, 'device_name', d.hostname)";
const AROUND: &str = " left join devices d on d.id = l.device_id ";

const LIST: List = List {
    from: "logs l",
    counted: "logs l",
    columns: "l.*",
    name: "l",
    around: AROUND,
    row: LISTED,
    then: &[],
    id: "l.id",
    order: Order::Descending,
    pages_of_none: 1,
};

/// The database's expression for a column.
fn key(column: LogColumn) -> SortKey {
    match column {
        LogColumn::Timestamp => SortKey::of("l.timestamp"),
        LogColumn::Id => SortKey::of("l.id"),
    }
}

/// A log line before it has an id.
#[derive(Clone, Debug)]
pub struct NewLog {
    /// When it was logged.
    pub timestamp: Timestamp,
    /// Its subject.
    pub log_type: LogType,
    /// Its severity.
    pub level: Level,
    /// Id of the job.
    pub job_id: Option<JobId>,
    /// Id of the device.
    pub device_id: Option<DeviceId>,
    /// Id of the run.
    pub run_id: Option<RunId>,
    /// Part of the program.
    pub source: &'static str,
    /// The line, secrets hidden.
    pub message: String,
    /// More about it, secrets hidden.
    pub meta: Value,
}

impl Store {
    /// Writes lines; returns the greatest id. One statement without a transaction of ours around it: the lock under which ids
    /// are assigned begins and ends inside the database, so that a process that stops half way cannot keep it.
    pub async fn append_logs(&self, lines: &[NewLog]) -> Result<LogId> {
        let newest: Option<i64> = sqlx::query_scalar("select append_logs($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(lines.iter().map(|line| line.timestamp.to_sqlx()).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.log_type.as_str()).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.level.as_str()).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.job_id.map(JobId::get)).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.device_id.map(DeviceId::get)).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.run_id.map(RunId::get)).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.source).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.message.replace('\0', "")).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| Json(without_nul(&line.meta))).collect::<Vec<_>>())
            .fetch_one(self.pool())
            .await?;
        Ok(LogId::new(newest.unwrap_or_default()))
    }

    /// One page of lines. The number of lines per type and level is kept, so that the most common lists are
    /// never counted.
    pub async fn list_logs(&self, query: &ListLogs) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size)
            .sorted(key(query.sort.unwrap_or_default()), query.order)
            .between(query.after, query.before);
        let narrow = |sql: &mut Sql| {
            filter(sql, &query.filter);
            if !query.job_type.is_empty() {
                sql.push(" and l.job_id in (select id from jobs where job_type = any(")
                    .push_bind(query.job_type.iter().map(ToString::to_string).collect::<Vec<_>>())
                    .push("))");
            }
        };
        let is_counted =
            by_kind_only(&query.filter) && query.job_type.is_empty() && query.after.is_none() && query.before.is_none();
        let (items, rows) = self.items(&LIST, &paging, narrow).await?;
        let total = match all_rows(rows, &paging) {
            Some(rows) => Total { rows, is_estimate: false },
            None if is_counted => Total { rows: self.kept_count(&query.filter.live).await?, is_estimate: false },
            None => self.count_if_cheap(&LIST, &paging, narrow).await?,
        };
        Ok(LIST.page(&items, total, &paging))
    }

    async fn kept_count(&self, filter: &LiveFilter) -> Result<i64> {
        let mut sql = Sql::new("select coalesce(sum(l.lines), 0)::bigint from log_counts l where true");
        by_kind(&mut sql, filter);
        Ok(sql.build_query_scalar().fetch_one(self.pool()).await?)
    }

    /// One line.
    pub async fn log(&self, id: LogId) -> Result<LogEntry> {
        let sql = format!("select {ROW} from logs l{AROUND}where l.id = $1");
        let row: Option<Json<LogEntry>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Log entry"))
    }

    /// The lines after an id that pass a filter, in the order of their ids.
    pub async fn logs_after(&self, after: LogId, filter: &LiveFilter, limit: i64) -> Result<Vec<LogEntry>> {
        let mut sql = Sql::new(format!("select {ROW} from logs l{AROUND}where l.id > "));
        sql.push_bind(after.get());
        live(&mut sql, filter);
        sql.push(" order by l.id limit ").push_bind(limit);
        let items: Vec<Json<LogEntry>> = sql.build_query_scalar().fetch_all(self.pool()).await?;
        Ok(items.into_iter().map(|row| row.0).collect())
    }

    /// The lines of a job about its devices, the newest first.
    pub async fn device_lines(&self, job_id: JobId, limit: i64) -> Result<Vec<JobDeviceLine>> {
        let sql = format!(
            "select json_build_object('device_id', d.id, 'device_name', d.hostname, 'device_ip', d.ip_address, 'log', {ROW})
             from logs l join devices d on d.id = l.device_id where l.job_id = $1 and l.log_type = 'job'
             order by l.timestamp desc, l.id desc limit $2"
        );
        let rows: Vec<Json<JobDeviceLine>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(job_id.get()).bind(limit).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// The greatest id visible to readers.
    pub async fn newest_log_id(&self) -> Result<LogId> {
        let id: i64 = sqlx::query_scalar("select coalesce(max(id), 0) from logs").fetch_one(self.pool()).await?;
        Ok(id.into())
    }

    /// Counts by type and level.
    pub async fn log_stats(&self) -> Result<LogStats> {
        let row: Json<LogStats> = sqlx::query_scalar(
            "select json_build_object('total', coalesce((select sum(lines) from log_counts), 0),
                 'by_type', coalesce((select json_object_agg(log_type, n) from
                     (select log_type, sum(lines) as n from log_counts group by log_type having sum(lines) > 0) t), '{}'),
                 'by_level', coalesce((select json_object_agg(level, n) from
                     (select level, sum(lines) as n from log_counts group by level having sum(lines) > 0) t), '{}'),
                 'last_log_time', (select wire_time(timestamp) from logs order by timestamp desc, id desc limit 1))",
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
            // Lines of a month without a partition are in the default one; then the month stays there. Another server starting at
            // the same moment may create it first.
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

fn filter(sql: &mut Sql, filter: &LogFilter) {
    live(sql, &filter.live);
    any_of(sql, "l.source", &filter.source);
    within(sql, "l.timestamp", filter.start_time, filter.end_time);
    like(sql, "l.message", &filter.search);
    for wanted in &filter.meta {
        sql.push(" and l.meta #>> ").push_bind(wanted.path.clone());
        match &wanted.value {
            Some(value) => sql.push(" = ").push_bind(value.clone()),
            None => sql.push(" is null and l.meta #> ").push_bind(wanted.path.clone()).push(" = 'null'"),
        };
    }
}

fn live(sql: &mut Sql, filter: &LiveFilter) {
    is(sql, "l.run_id", filter.run_id);
    is(sql, "l.job_id", filter.job_id);
    is(sql, "l.device_id", filter.device_id);
    by_kind(sql, filter);
}

fn by_kind(sql: &mut Sql, filter: &LiveFilter) {
    words(sql, "l.level", &filter.level);
    words(sql, "l.log_type", &filter.log_type);
}

/// A single word of a closed list is written out, so that the plan suits that word: some are common, some are rare.
fn words<W: Word>(sql: &mut Sql, column: &str, given: &[Open<W>]) {
    match given {
        [Open::Known(word)] => {
            sql.push(format!(" and {column} = '{}'", word.as_str()));
        }
        words => any_of(sql, column, words),
    }
}

/// Whether type and level are the only filters.
fn by_kind_only(filter: &LogFilter) -> bool {
    let LiveFilter { level, log_type, .. } = filter.live.clone();
    *filter == LogFilter::from(LiveFilter { level, log_type, ..LiveFilter::default() })
}
