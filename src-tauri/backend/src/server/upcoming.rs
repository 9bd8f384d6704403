//! When schedules fire next, remembered: working out cron fields takes longer than reading the job, and the answer stays
//! right until that moment has come.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use jiff::Timestamp;
use netraven_api::jobs::{Schedule, ScheduleKind};

use crate::scheduler::next::Timing;

/// Most schedules remembered; beyond that all are forgotten.
const REMEMBERED: usize = 10_000;

/// A schedule, and what its interval is counted from; now if absent.
type Key = (Schedule, Option<Timestamp>);

static NEXT: LazyLock<Mutex<HashMap<Key, Option<Timestamp>>>> = LazyLock::new(Mutex::default);

/// When a schedule fires next; none for a job run by hand, and for what has fired for the last time. An interval is counted from
/// `anchor`, or from now.
pub fn next(schedule: &Schedule, anchor: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let work_out = || Timing::of(schedule, anchor.unwrap_or(now)).ok().flatten()?.next_after(now);
    // Counted from now it is another moment each time.
    if schedule.kind.is_none() || schedule.known() == Some(ScheduleKind::Interval) && anchor.is_none() {
        return work_out();
    }
    let key = (schedule.clone(), anchor);
    let remembered = NEXT.lock().expect("no holder of this lock panics").get(&key).copied();
    match remembered {
        Some(next) if next.is_none_or(|at| at > now) => next,
        _ => {
            let next = work_out();
            let mut remembered = NEXT.lock().expect("no holder of this lock panics");
            if remembered.len() >= REMEMBERED {
                remembered.clear();
            }
            remembered.insert(key, next);
            next
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_would_be_worked_out() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let schedule = Schedule {
            kind: Some(ScheduleKind::Cron.into()),
            cron_string: Some("30 * * * *".into()),
            ..Schedule::default()
        };
        for (now, expected) in [
            ("2026-01-01T10:00:00Z", "2026-01-01T10:30:00Z"),
            ("2026-01-01T10:29:59Z", "2026-01-01T10:30:00Z"),
            ("2026-01-01T10:30:00Z", "2026-01-01T11:30:00Z"),
            ("2026-01-01T11:15:00Z", "2026-01-01T11:30:00Z"),
        ] {
            assert_eq!(next(&schedule, None, at(now)), Some(at(expected)), "{now}");
        }
    }
}
