//! A cache of when schedules fire next: evaluating cron fields takes longer than reading the job, and the answer stays
//! right until that moment.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::Timestamp;
use netraven_api::jobs::{Schedule, ScheduleKind};

use crate::scheduler::next::Timing;

/// Most schedules cached; beyond that all are forgotten.
const REMEMBERED: usize = 10_000;

/// A schedule, and what its interval is counted from; now if absent.
type Key = (Schedule, Option<Timestamp>);

/// The cached answers.
#[derive(Default)]
pub struct NextRuns {
    known: Mutex<HashMap<Key, Option<Timestamp>>>,
}

impl NextRuns {
    /// When a schedule fires next; none for a job run by hand, and for a schedule that has fired for the last time. An interval
    /// is counted from `anchor`, or from now.
    pub fn next(&self, schedule: &Schedule, anchor: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let work_out = || Timing::of(schedule, anchor.unwrap_or(now)).ok().flatten()?.next_after(now);
        // Counted from now, it is a different moment each time.
        if schedule.kind.is_none() || schedule.known() == Some(ScheduleKind::Interval) && anchor.is_none() {
            return work_out();
        }
        let key = (schedule.clone(), anchor);
        let remembered = self.known.lock().expect("no holder of this lock panics").get(&key).copied();
        if let Some(next) = remembered.filter(|next| next.is_none_or(|at| at > now)) {
            return next;
        }
        let next = work_out();
        let mut known = self.known.lock().expect("no holder of this lock panics");
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, next);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_would_be_worked_out() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (next_runs, schedule) = (NextRuns::default(), Schedule::cron("30 * * * *"));
        for (now, expected) in [
            ("2026-01-01T10:00:00Z", "2026-01-01T10:30:00Z"),
            ("2026-01-01T10:29:59Z", "2026-01-01T10:30:00Z"),
            ("2026-01-01T10:30:00Z", "2026-01-01T11:30:00Z"),
            ("2026-01-01T11:15:00Z", "2026-01-01T11:30:00Z"),
        ] {
            assert_eq!(next_runs.next(&schedule, None, at(now)), Some(at(expected)), "{now}");
        }
    }
}
