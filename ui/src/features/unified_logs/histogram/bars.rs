//! The bars of the histogram: what the server counted and what came since, and where a stretch of time lies among them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use netraven_api::logs::{Level, LogHistogram};

use crate::format;
use crate::state::span::Span;
use crate::state::tally::{Levels, Tally, place};

/// Bars added at most while the next answer is on its way.
const SPARE: i64 = 60;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// When it begins.
    pub start: Timestamp,
    /// Lines by level.
    pub lines: Levels,
}

impl Bar {
    /// Lines in all.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.lines.iter().sum()
    }
}

/// Bars of one width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// The bars, the oldest first.
    pub bars: Vec<Bar>,
    /// Width of a bar.
    pub width_s: i64,
}

impl Bars {
    /// What was counted, and on top of it what came since.
    #[must_use]
    pub fn of(counted: &LogHistogram, tally: &Tally) -> Bars {
        let mut bars = Bars { bars: Vec::new(), width_s: counted.bucket_s.max(1) };
        for bucket in &counted.buckets {
            let mut lines = Levels::default();
            for (level, count) in &bucket.by_level {
                lines[place(*level)] += count;
            }
            bars.bars.push(Bar { start: bucket.start, lines });
        }
        let Some(first_s) = bars.bars.first().map(|bar| bar.start.as_second()) else { return bars };
        let most = i64::try_from(bars.bars.len()).unwrap_or_default() + SPARE;
        for (second, lines) in tally.behind(counted.newest_id) {
            let place = (second - first_s).div_euclid(bars.width_s);
            if !(0..most).contains(&place) {
                continue;
            }
            let place = usize::try_from(place).unwrap_or_default();
            while bars.bars.len() <= place {
                bars.bars.push(Bar { start: bars.start(bars.bars.len()), lines: Levels::default() });
            }
            for (sum, count) in bars.bars[place].lines.iter_mut().zip(lines) {
                *sum += count;
            }
        }
        bars
    }

    /// When a bar begins; the one behind the last is the end.
    #[must_use]
    pub fn start(&self, place: usize) -> Timestamp {
        let first = self.bars.first().map_or(0, |bar| bar.start.as_second());
        let second = first.saturating_add(i64::try_from(place).unwrap_or(i64::MAX).saturating_mul(self.width_s));
        Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
    }

    /// The time of the bars from one to another, in either order, both included.
    #[must_use]
    pub fn span(&self, one: usize, other: usize) -> Span {
        Span { from: self.start(one.min(other)), until: self.start(one.max(other) + 1) }
    }

    /// Lines of the highest bar.
    #[must_use]
    pub fn highest(&self) -> i64 {
        self.bars.iter().map(Bar::total).max().unwrap_or_default()
    }

    /// Where a stretch of time lies, in bars from the left edge: place and width.
    #[must_use]
    pub fn place_of(&self, span: Span) -> (f64, f64) {
        let count = u32::try_from(self.bars.len()).map_or(f64::MAX, f64::from);
        let begin = self.start(0);
        #[expect(clippy::cast_precision_loss, reason = "a place on screen")]
        let bars = |at: Timestamp| {
            let place = (at.as_millisecond() - begin.as_millisecond()) as f64 / 1000.0 / self.width_s as f64;
            place.clamp(0.0, count)
        };
        (bars(span.from), bars(span.until) - bars(span.from))
    }

    /// What the chart shows, for who does not see it.
    #[must_use]
    pub fn words(&self, zone: &TimeZone) -> String {
        let total: i64 = self.bars.iter().map(Bar::total).sum();
        let whole = Span { from: self.start(0), until: self.start(self.bars.len()) };
        let mut words = format!("{} in {}", format::count(total, "line"), format::span(whole, zone));
        for level in Level::ALL.into_iter().rev().take(3) {
            let lines: i64 = self.bars.iter().map(|bar| bar.lines[place(level)]).sum();
            if lines > 0 {
                words.push_str(&format!(", {} {}", format::number(lines), level));
            }
        }
        if let Some(highest) = self.bars.iter().max_by_key(|bar| bar.total()).filter(|bar| bar.total() > 0) {
            let at = format::date_time(highest.start, zone);
            words.push_str(&format!("; most at {at}, {}", format::number(highest.total())));
        }
        words.push('.');
        words
    }

    /// One bar in words.
    #[must_use]
    pub fn bar_words(&self, one: usize, other: usize, zone: &TimeZone) -> String {
        let (first, last) = (one.min(other), one.max(other));
        let lines = |from: usize| -> i64 {
            let bars = self.bars.iter().skip(first).take(last + 1 - first);
            bars.map(|bar| bar.lines[from..].iter().sum::<i64>()).sum()
        };
        let mut words = format!("{}: {}", format::span(self.span(one, other), zone), format::count(lines(0), "line"));
        let errors = lines(place(Level::Error));
        if errors > 0 {
            words.push_str(&format!(", {}", format::count_of(errors, "error", "errors")));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use netraven_api::logs::{LogBucket, LogEntry};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn counted() -> LogHistogram {
        let bucket = |start, lines: &[(Level, i64)]| LogBucket {
            start: at(start),
            by_level: lines.iter().copied().collect::<BTreeMap<_, _>>(),
        };
        LogHistogram {
            bucket_s: 60,
            buckets: vec![bucket(600, &[(Level::Info, 7), (Level::Error, 1)]), bucket(660, &[])],
            newest_id: 100.into(),
            is_partial: false,
            counted_since: at(600),
        }
    }

    fn line(id: i64, second: i64, level: &str) -> LogEntry {
        let line =
            serde_json::json!({ "id": id, "timestamp": at(second), "log_type": "job", "level": level, "message": "" });
        serde_json::from_value(line).unwrap()
    }

    #[test]
    fn what_came_since_is_added_once_and_in_its_bar() {
        let mut tally = Tally::default();
        tally.take(&[line(99, 661, "INFO"), line(100, 661, "INFO"), line(101, 661, "INFO")]);
        tally.take(&[line(102, 662, "ERROR"), line(103, 719, "INFO"), line(104, 725, "WARNING"), line(105, 1, "INFO")]);
        let bars = Bars::of(&counted(), &tally);
        let totals: Vec<i64> = bars.bars.iter().map(Bar::total).collect();
        assert_eq!(totals, [8, 3, 1]);
        assert_eq!(bars.bars[1].lines, [0, 2, 0, 1, 0]);
        assert_eq!((bars.highest(), bars.start(3)), (8, at(780)));
    }

    #[test]
    fn a_stretch_lies_where_its_times_are() {
        let bars = Bars::of(&counted(), &Tally::default());
        assert_eq!(bars.span(1, 0), Span { from: at(600), until: at(720) });
        assert_eq!(bars.place_of(Span { from: at(630), until: at(660) }), (0.5, 0.5));
        assert_eq!(bars.place_of(Span { from: at(0), until: at(9_000) }), (0.0, 2.0));
        let words = bars.words(&TimeZone::UTC);
        assert_eq!(words, "8 lines in 1970-01-01 00:10–00:12, 1 ERROR; most at 1970-01-01 00:10:00, 8.");
        assert_eq!(bars.bar_words(0, 0, &TimeZone::UTC), "1970-01-01 00:10–00:11: 8 lines, 1 error");
    }
}
