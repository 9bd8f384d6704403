//! Lines over time: from kept counts if only time, level and type are asked for, otherwise counted from the newest backwards
//! for as long as a person would wait.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use netraven_api::logs::{
    DEFAULT_BUCKETS, Frame, GetLogHistogram, Level, LogBucket, LogFilter, LogHistogram, MAX_BUCKETS, MIN_BUCKETS,
};
use sqlx::{Postgres, Transaction};

use super::super::listing::Sql;
use super::super::{Result, Store, StoreError};
use super::{by_kind, by_kind_only, filter};

mod stretches;

use stretches::{Stretch, grouped, stretches};

/// Longest time spent on counting.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Parts that are counted one after the other, the newest first.
const PARTS: i64 = 16;
/// Shortest period served from the kept counts; shorter ones are counted, which shows more detail.
const KEPT_FROM_S: i64 = 20 * 60;
/// How far back an empty log is shown.
const OF_NONE_S: i64 = 3_600;
/// SQLSTATE of a statement that ran out of time.
const CANCELED: &str = "57014";

/// Lines of a level in a bucket.
type Count = (i64, String, i64);

impl Store {
    /// Lines over time by level.
    pub async fn log_histogram(&self, query: &GetLogHistogram) -> Result<LogHistogram> {
        let mut tx = self.pool().begin().await?;
        // One snapshot for all statements: exactly the lines up to the newest id are counted.
        sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
        let newest_id: i64 = sqlx::query_scalar("select coalesce(max(id), 0) from logs").fetch_one(&mut *tx).await?;
        let until = query.filter.end_time.unwrap_or_else(Timestamp::now).as_second();
        let from = match query.filter.start_time {
            Some(at) => at.as_second(),
            None => oldest(&mut tx).await?.map_or(until - OF_NONE_S, |at| at.as_second().min(until)),
        };
        // The times are those of the buckets.
        let lines = LogFilter { start_time: None, end_time: None, ..query.filter.clone() };
        let keeps = by_kind_only(&lines) && until - from >= KEPT_FROM_S;
        let buckets = query.buckets.unwrap_or(DEFAULT_BUCKETS).clamp(MIN_BUCKETS, MAX_BUCKETS);
        let frame = Frame::of(from, until, buckets, if keeps { 60 } else { 1 });
        let begin = query.filter.start_time.unwrap_or(frame.start(0));
        let end = query.filter.end_time.unwrap_or(Timestamp::MAX);
        let (counts, counted_since) = if keeps {
            (kept(&mut tx, &frame, &lines, begin, end).await?, None)
        } else {
            counted(&mut tx, &frame, &lines, begin, end).await?
        };
        Ok(LogHistogram {
            bucket_s: frame.width_s,
            buckets: fill(&frame, counts),
            newest_id: newest_id.into(),
            is_partial: counted_since.is_some(),
            counted_since: counted_since.unwrap_or(begin),
        })
    }
}

async fn oldest(tx: &mut Transaction<'_, Postgres>) -> Result<Option<Timestamp>> {
    let at: Option<SqlTimestamp> = sqlx::query_scalar("select timestamp from logs order by timestamp, id limit 1")
        .fetch_optional(&mut **tx)
        .await?;
    Ok(at.map(SqlTimestamp::to_jiff))
}

/// Sums the kept counts: whole hours and minutes, and the lines themselves at both ends.
async fn kept(
    tx: &mut Transaction<'_, Postgres>,
    frame: &Frame,
    lines: &LogFilter,
    begin: Timestamp,
    end: Timestamp,
) -> Result<Vec<Count>> {
    let mut sql = grouped(frame);
    for (index, stretch) in stretches(frame, begin, end).into_iter().enumerate() {
        if index > 0 {
            sql.push(" union all ");
        }
        match stretch {
            Stretch::Kept { step_s, from, until } => {
                sql.push("select l.at, l.level, l.lines from log_times l where l.step_s = ").push_bind(step_s);
                sql.push(" and l.at >= ").push_bind(from.to_sqlx());
                sql.push(" and l.at < ").push_bind(until.to_sqlx());
                by_kind(&mut sql, &lines.live);
            }
            Stretch::Lines { from, until } => push_lines(&mut sql, lines, from, until, None),
        }
    }
    sql.push(") t group by 1, 2");
    Ok(sql.build_query_as().fetch_all(&mut **tx).await?)
}

/// Counts the lines themselves, the newest first, until time is up; then says since when they are counted.
async fn counted(
    tx: &mut Transaction<'_, Postgres>,
    frame: &Frame,
    lines: &LogFilter,
    begin: Timestamp,
    end: Timestamp,
) -> Result<(Vec<Count>, Option<Timestamp>)> {
    let began = Instant::now();
    let part = (frame.count + PARTS - 1) / PARTS;
    let mut counts = Vec::new();
    let mut behind = frame.count;
    while behind > 0 {
        let first = (behind - part).max(0);
        let left = PATIENCE.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Ok((counts, Some(frame.start(behind))));
        }
        sqlx::query("select set_config('statement_timeout', $1, true)")
            .bind(left.as_millis().max(1).to_string())
            .execute(&mut **tx)
            .await?;
        let mut sql = grouped(frame);
        let from = begin.max(frame.start(first));
        // The last part ends with the time asked for, which is included; the others end where the next one begins.
        let last = (behind == frame.count).then_some(end);
        push_lines(&mut sql, lines, from, frame.start(behind), last);
        sql.push(") t group by 1, 2");
        match sql.build_query_as::<Count>().fetch_all(&mut **tx).await {
            Ok(found) => counts.extend(found),
            Err(error) if is_canceled(&error) => return Ok((counts, Some(frame.start(behind)))),
            Err(error) => return Err(StoreError::Database(error)),
        }
        behind = first;
    }
    Ok((counts, None))
}

fn push_lines(sql: &mut Sql, lines: &LogFilter, from: Timestamp, until: Timestamp, end: Option<Timestamp>) {
    sql.push("select l.timestamp as at, l.level, 1::bigint as lines from logs l where l.timestamp >= ");
    sql.push_bind(from.to_sqlx()).push(" and l.timestamp < ").push_bind(until.to_sqlx());
    if let Some(end) = end.filter(|end| *end < until) {
        sql.push(" and l.timestamp <= ").push_bind(end.to_sqlx());
    }
    filter(sql, lines);
}

fn is_canceled(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == CANCELED)
}

fn fill(frame: &Frame, counts: Vec<Count>) -> Vec<LogBucket> {
    let empty = |place| LogBucket { start: frame.start(place), by_level: BTreeMap::new() };
    let mut buckets: Vec<LogBucket> = (0..frame.count).map(empty).collect();
    for (place, level, lines) in counts {
        if let Some(bucket) = usize::try_from(place).ok().and_then(|place| buckets.get_mut(place))
            && let Some(level) = Level::parse(&level)
            && lines > 0
        {
            *bucket.by_level.entry(level).or_default() += lines;
        }
    }
    buckets
}
