//! Runs as charts draw them: counted over time, side by side, and how they usually end.

use jiff::{Span, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use netraven_api::runs::{GetRunOutcomes, GetRunTimeline, RunFilter, RunOutcomes, RunStatus, TIMELINE_RUNS};

use super::super::listing::{Paging, Sql, any_of};
use super::super::run_filter::narrow;
use super::super::{Result, Store};
use super::{AROUND, COLUMNS, FROM, LIST};

/// How far back "usually" looks.
const USUAL_DAYS: i64 = 28;
/// Most runs it looks at, so that a busy month costs no more than a quiet one.
const USUAL_RUNS: i64 = 5_000;

const ROW: &str = concat!(
    "json_build_object('id', r.id, 'job_id', r.job_id, 'job_name', r.job_name, 'job_type', r.job_type,
    'status', r.status, 'queued_at', wire_time(r.queued_at), 'started_at', wire_time(r.started_at),
    'finished_at', wire_time(r.finished_at), 'devices', r.devices, 'succeeded', coalesce(r.succeeded, c.succeeded), 'failed', coalesce(r.failed, c.failed),
    'usual_seconds', case when r.status in ('queued', 'running') then ",
    usual_seconds!(),
    " end)"
);

/// Writes a table `usual` into a statement: the runs that ended before the period a filter begins with.
pub(super) fn usual(sql: &mut Sql, filter: &RunFilter) {
    sql.push("), usual as (select count(*) as ended, count(*) filter (where status = 'succeeded') as succeeded from (");
    sql.push(format!("select r.status from {FROM} where r.status not in ('queued', 'running')"));
    match filter.start_time {
        Some(start) => {
            let from = start.checked_sub(Span::new().hours(24 * USUAL_DAYS)).unwrap_or(Timestamp::MIN);
            narrow(sql, &RunFilter { start_time: Some(from), end_time: None, ..filter.clone() });
            sql.push(" and r.queued_at < ").push_bind(start.to_sqlx());
        }
        None => {
            sql.push(" and false");
        }
    }
    sql.push(format!(" order by r.queued_at desc, r.id desc limit {USUAL_RUNS}) before"));
}

impl Store {
    /// Runs over time by state, between the query's edges, of which there are at least two in ascending order.
    pub async fn run_outcomes(&self, query: &GetRunOutcomes) -> Result<RunOutcomes> {
        let (Some(first), Some(last)) = (query.edge.first(), query.edge.last()) else {
            return Ok(RunOutcomes::default());
        };
        let edges: Vec<SqlTimestamp> = query.edge.iter().map(|edge| edge.to_sqlx()).collect();
        let mut sql = Sql::new("select width_bucket(r.queued_at, ");
        sql.push_bind(edges).push(format!(") - 1, r.status, count(*) from {FROM} where r.queued_at >= "));
        sql.push_bind(first.to_sqlx()).push(" and r.queued_at < ").push_bind(last.to_sqlx());
        narrow(&mut sql, &query.filter);
        sql.push(" group by 1, 2");
        let counts: Vec<(i32, String, i64)> = sql.build_query_as().fetch_all(self.pool()).await?;
        let known = counts
            .into_iter()
            .filter_map(|(place, status, runs)| Some((usize::try_from(place).ok()?, RunStatus::parse(&status)?, runs)));
        Ok(RunOutcomes::between(&query.edge, known))
    }

    /// The newest runs, briefly, as the JSON text they are sent as.
    pub async fn run_timeline(&self, query: &GetRunTimeline) -> Result<String> {
        let limit = query.limit.unwrap_or(TIMELINE_RUNS).clamp(1, TIMELINE_RUNS);
        let narrowed = |sql: &mut Sql| {
            narrow(sql, &query.filter);
            any_of(sql, "r.status", &query.status);
        };
        let mut sql = Sql::new(format!(
            "select coalesce(string_agg(({ROW})::text, ',' order by r.place), ''), count(*)
             from (select *, row_number() over () as place from (select {COLUMNS} from {FROM} where true"
        ));
        narrowed(&mut sql);
        sql.push(format!(" order by r.queued_at desc, r.id desc limit {limit}) sorted) r{AROUND}"));
        let (runs, rows): (String, i64) = sql.build_query_as().fetch_one(self.pool()).await?;
        let (total, is_estimate) = if rows < limit {
            (rows, false)
        } else {
            let total = self.count(&LIST, &Paging::default(), narrowed).await?;
            (total.rows, total.is_estimate)
        };
        Ok(format!("{{\"runs\":[{runs}],\"total\":{total},\"total_is_estimate\":{is_estimate}}}"))
    }
}
