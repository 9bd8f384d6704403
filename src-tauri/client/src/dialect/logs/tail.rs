//! Follows the end of the log by reading it repeatedly: backwards from the newest line to known ones.
//!
//! The server has no cursor, and its lines are in the order of their times, not of their ids; simultaneous lines
//! may become visible in any order. Lines already seen are therefore kept as a set, and a line that turns up late is
//! still passed on.

use std::collections::BTreeSet;

use netraven_api::logs::{LogEntry, StreamFilter};
use netraven_api::page::MAX_SIZE;
use netraven_api::{LogId, Problem};

use super::entry;
use super::filter::Filter;
use crate::Client;
use crate::dialect::Context;
use crate::dialect::lists::{Server, rows_of};
use crate::dialect::row::Row;

/// Most pages read backwards at once: twenty thousand lines are more than a window holds.
const MOST_PAGES: i64 = 200;
/// Most pages read backwards to learn which lines existed at the beginning.
const FIRST_PAGES: i64 = 20;
/// Most ids kept; below the lowest of them every line counts as seen.
const MOST_SEEN: usize = 40_000;

/// How far below its first line late lines are still expected.
const LATE: i64 = 1_000;

/// The lines that were passed on.
pub(crate) struct Tail {
    filter: Filter,
    /// Every line up to here counts as seen.
    floor: LogId,
    seen: BTreeSet<LogId>,
}

impl Tail {
    /// Begins after a line, or after the newest of all.
    pub async fn begin(client: &Client, server: &Server, stream: &StreamFilter) -> Result<Tail, Problem> {
        let context = Context { client, server };
        let floor = match stream.after {
            Some(after) => after,
            None => {
                let newest = context.page("/logs/", &[("order", "desc".to_owned())], 1, MAX_SIZE).await?;
                rows_of(&newest).iter().map(|row| Row(row).id::<LogId>()).max().unwrap_or_default()
            }
        };
        let mut tail = Tail { filter: Filter::of_stream(context, &stream.filter).await?, floor, seen: BTreeSet::new() };
        tail.look_back(context).await?;
        Ok(tail)
    }

    /// Learns which lines existed before the starting position: later additions among them are new.
    async fn look_back(&mut self, context: Context<'_>) -> Result<(), Problem> {
        let begins = self.floor;
        for params in &self.filter.requests {
            let mut page = 1;
            loop {
                let page_rows = rows_of(&context.page("/logs/", params, page, MAX_SIZE).await?);
                let ids = page_rows.iter().map(|row| Row(row).id::<LogId>());
                self.seen.extend(ids.filter(|id| *id <= begins));
                let is_end = i64::try_from(page_rows.len()).unwrap_or(i64::MAX) < MAX_SIZE;
                if is_end || page_rows.last().is_some_and(|row| Row(row).id::<LogId>() <= begins) {
                    break;
                }
                if page == FIRST_PAGES {
                    // Too far away to be distinguished.
                    return Ok(());
                }
                page += 1;
            }
        }
        self.floor = LogId::new(begins.get() - LATE);
        Ok(())
    }

    /// Reads new lines, by id, and the maximum number of lines left out before them.
    pub async fn read(&mut self, client: &Client, server: &Server) -> Result<(Vec<LogEntry>, u64), Problem> {
        let context = Context { client, server };
        let mut rows = Vec::new();
        let mut found = BTreeSet::new();
        let mut skipped = 0;
        for params in &self.filter.requests {
            for page in 1..=MOST_PAGES {
                let page_rows = rows_of(&context.page("/logs/", params, page, MAX_SIZE).await?);
                let is_end = i64::try_from(page_rows.len()).unwrap_or(i64::MAX) < MAX_SIZE;
                let oldest = page_rows.last().map(|row| Row(row).id::<LogId>());
                let reaches_seen = page_rows.last().is_none_or(|row| self.knows(Row(row).id::<LogId>()));
                rows.extend(page_rows.into_iter().filter(|row| {
                    let id = Row(row).id::<LogId>();
                    !self.knows(id) && found.insert(id)
                }));
                if is_end || reaches_seen {
                    break;
                }
                if page == MOST_PAGES {
                    skipped += oldest.map_or(0, |oldest| self.unknown_below(oldest));
                    tracing::warn!(skipped, "more was logged than a window can hold; the oldest lines are left out");
                }
            }
        }
        self.seen.extend(found);
        self.forget();
        let names = if rows.is_empty() { std::sync::Arc::default() } else { context.names().await };
        let mut lines: Vec<LogEntry> = rows.iter().map(|row| entry(Row(row), &names)).collect();
        lines.retain(|line| self.filter.fits(line));
        lines.iter_mut().for_each(|line| line.run_id = self.filter.run_id);
        lines.sort_by_key(|line| line.id);
        Ok((lines, skipped))
    }

    /// How many lines there can be between an id and the last one below it that was seen.
    fn unknown_below(&self, id: LogId) -> u64 {
        let known = self.seen.range(..id).next_back().copied().unwrap_or(self.floor);
        u64::try_from(id.get() - known.get() - 1).unwrap_or_default()
    }

    fn knows(&self, id: LogId) -> bool {
        id <= self.floor || self.seen.contains(&id)
    }

    fn forget(&mut self) {
        while self.seen.len() > MOST_SEEN {
            self.floor = self.floor.max(self.seen.pop_first().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_all_between_the_oldest_read_and_the_last_seen_below_it() {
        let mut tail = Tail { filter: Filter::default(), floor: 8_000.into(), seen: BTreeSet::new() };
        assert_eq!(tail.unknown_below(8_101.into()), 100);
        tail.seen.extend([8_050, 9_000].map(LogId::new));
        assert_eq!((tail.unknown_below(8_101.into()), tail.unknown_below(8_051.into())), (50, 0));
    }
}
