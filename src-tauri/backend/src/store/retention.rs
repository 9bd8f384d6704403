//! How long log lines are kept: a month's partition is dropped whole once its last day is old enough.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};

use super::{Result, Store};

/// Setting that holds when retention looked last, and how far the clock is trusted.
const LOOKED: &str = "log_retention";
/// Looks after a leap of the clock before anything is removed again.
const DOUBT: u32 = 24;
/// A gap between two looks that may as well be a clock that is wrong.
const LEAP: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);
/// Most lines of the partition for all other months that are removed with one statement.
const BATCH: i64 = 5_000;

/// A month of the log that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedMonth {
    /// Its first day.
    pub month: Date,
    /// Lines it held.
    pub lines: i64,
}

/// What is remembered from one look to the next.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Looked {
    at: Timestamp,
    /// Looks still to come before the clock is trusted.
    doubt: u32,
}

impl Store {
    /// Removes the months of the log that ended more than `days` before `now`; answers what went. A look: called once an
    /// hour and at each start. After the clock has leapt, and at first, nothing is removed for [`DOUBT`] looks, because a
    /// computer whose clock is a year ahead must not lose its log.
    pub async fn remove_old_logs(&self, days: u32, now: Timestamp) -> Result<Vec<RemovedMonth>> {
        let before: Option<Looked> = self.setting(LOOKED).await?;
        let doubt = match before {
            Some(before) if now.duration_since(before.at).abs() <= LEAP => before.doubt.saturating_sub(1),
            _ => DOUBT,
        };
        self.set_setting(LOOKED, &Looked { at: now, doubt }).await?;
        if doubt > 0 {
            return Ok(Vec::new());
        }
        let Ok(limit) = now.checked_sub(jiff::SignedDuration::from_hours(i64::from(days) * 24)) else {
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

    /// Drops a month's partition and its kept counts. Gives up after two seconds, because whoever wants to read the log
    /// waits behind it; the next look tries again.
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

    #[test]
    fn a_month_is_known_by_the_name_of_its_partition() {
        assert_eq!(month_of("logs_2026_03"), Some(jiff::civil::date(2026, 3, 1)));
        assert_eq!(month_of("logs_default"), None);
        assert_eq!(month_of("logs_2026_13"), None);
    }
}
