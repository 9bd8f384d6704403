//! How long log lines are kept: a month's partition is dropped whole once its last day is old enough.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};

use super::{Result, Store};

/// Setting with the times of the last looks.
const LOOKED: &str = "log_retention";
/// This many looks have to agree before anything is removed: the earliest of their times counts.
const LOOKS: usize = 24;
/// Most lines of the default partition removed with one statement.
const BATCH: i64 = 5_000;

/// A month of the log that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedMonth {
    /// Its first day.
    pub month: Date,
    /// Lines it held.
    pub lines: i64,
}

/// The last looks, the newest last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Looked {
    looks: Vec<Timestamp>,
}

impl Looked {
    /// Records a look; returns the time that has certainly passed, if one is known. A clock that is ahead is only believed when
    /// it made all the looks; a computer that is seldom on merely removes its lines later.
    fn note(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.looks.push(now);
        self.looks.drain(..self.looks.len().saturating_sub(LOOKS));
        self.looks.iter().min().copied().filter(|_| self.looks.len() == LOOKS)
    }
}

impl Store {
    /// Removes the months of the log that ended more than `days` before the earliest of the last [`LOOKS`] looks, of which this
    /// is one; returns the removed months. Called once an hour and at each start. A computer whose clock is a year ahead must not lose
    /// its log, and the gap between two looks is the same for a computer that was off.
    pub async fn remove_old_logs(&self, days: u32, now: Timestamp) -> Result<Vec<RemovedMonth>> {
        let mut looked: Looked = self.setting(LOOKED).await?.unwrap_or_default();
        let over = looked.note(now);
        self.set_setting(LOOKED, &looked).await?;
        let kept = jiff::SignedDuration::from_hours(i64::from(days) * 24);
        let Some(limit) = over.and_then(|over| over.checked_sub(kept).ok()) else {
            return Ok(Vec::new());
        };
        let limit_month = limit.to_zoned(TimeZone::UTC).date().first_of_month();
        let mut removed = Vec::new();
        for month in self.log_months().await? {
            if month < limit_month {
                removed.push(self.drop_log_month(month).await?);
            }
        }
        self.remove_stray_logs(limit).await?;
        Ok(removed)
    }

    /// First days of the months that have a partition, the oldest first.
    pub async fn log_months(&self) -> Result<Vec<Date>> {
        let names: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where i.inhparent = 'logs'::regclass order by 1",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(names.iter().filter_map(|name| month_of(name)).collect())
    }

    /// Drops a month's partition and its kept counts. Gives up after two seconds, because readers of the log wait
    /// behind it; the next look tries again.
    async fn drop_log_month(&self, month: Date) -> Result<RemovedMonth> {
        let next = month.saturating_add(jiff::Span::new().months(1));
        let mut tx = self.pool().begin().await?;
        sqlx::query("set local lock_timeout = '2s'").execute(&mut *tx).await?;
        let drop = format!("drop table logs_{:04}_{:02}", month.year(), month.month());
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut *tx).await?;
        let lines: i64 = sqlx::query_scalar(
            "with gone as (delete from log_counts where month = $1::text::date returning lines),
             times as (delete from log_times where at >= ($1 || ' 00:00:00+00')::timestamptz
                 and at < ($2 || ' 00:00:00+00')::timestamptz)
             select coalesce(sum(lines), 0)::bigint from gone",
        )
        .bind(month.to_string())
        .bind(next.to_string())
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(RemovedMonth { month, lines })
    }

    /// Removes old lines of months that never had a partition; the triggers keep the counts right.
    async fn remove_stray_logs(&self, limit: Timestamp) -> Result<()> {
        loop {
            let gone = sqlx::query(
                "delete from logs where (timestamp, id) in
                     (select timestamp, id from logs_default where timestamp < $1 limit $2)",
            )
            .bind(limit.to_sqlx())
            .bind(BATCH)
            .execute(self.pool())
            .await?;
            if gone.rows_affected() < BATCH.unsigned_abs() {
                return Ok(());
            }
        }
    }
}

/// The month of a partition, by its name.
fn month_of(name: &str) -> Option<Date> {
    let (year, month) = name.strip_prefix("logs_")?.split_once('_')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: i64) -> Timestamp {
        Timestamp::from_second(1_000_000_000 + hours * 3600).unwrap()
    }

    #[test]
    fn a_clock_that_is_ahead_is_not_believed_and_forgotten_once_it_is_right() {
        let mut looked = Looked::default();
        for hour in 0..23 {
            assert_eq!(looked.note(hours(hour)), None, "the first day");
        }
        assert_eq!(looked.note(hours(23)), Some(hours(0)));
        let year = 365 * 24;
        for hour in 24..24 + 23 {
            let over = looked.note(hours(year + hour));
            assert!(over.is_some_and(|over| over <= hours(23)), "{over:?}");
        }
        for hour in 47..100 {
            assert!(looked.note(hours(hour)).is_some_and(|over| over <= hours(hour)));
        }
    }

    #[test]
    fn a_computer_that_is_on_for_an_hour_every_eight_days_removes_what_is_old_all_the_same() {
        let mut looked = Looked::default();
        let looks = (0..100).flat_map(|time| [hours(time * 8 * 24), hours(time * 8 * 24 + 1)]);
        let over: Vec<Timestamp> = looks.filter_map(|now| looked.note(now)).collect();
        assert_eq!(over.len(), 200 - 23);
        assert_eq!(over.last(), Some(&hours(88 * 8 * 24)), "a few months later than one that is always on");
    }

    #[test]
    fn a_month_is_known_by_the_name_of_its_partition() {
        assert_eq!(month_of("logs_2026_03"), Some(jiff::civil::date(2026, 3, 1)));
        assert_eq!(month_of("logs_default"), None);
        assert_eq!(month_of("logs_2026_13"), None);
    }
}
