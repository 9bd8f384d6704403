//! When schedules fire next, remembered: working out cron fields takes longer than reading the job, and the answer stays
//! right until that moment has come.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use jiff::Timestamp;

use crate::scheduler::schedule_of;

/// Most schedules remembered; beyond that all are forgotten.
const REMEMBERED: usize = 10_000;

/// What a schedule is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// `interval`, `cron` or `onetime`.
    pub kind: Option<String>,
    /// For `interval`.
    pub interval_seconds: Option<i64>,
    /// For `cron`.
    pub cron_string: Option<String>,
    /// For `cron`; UTC if absent.
    pub time_zone: Option<String>,
    /// For `onetime`.
    pub scheduled_for: Option<Timestamp>,
    /// What an interval is counted from; now if absent.
    pub anchor: Option<Timestamp>,
}

static NEXT: LazyLock<Mutex<HashMap<Plan, Option<Timestamp>>>> = LazyLock::new(Mutex::default);

/// When a schedule fires next; none for a job run by hand, and for what has fired for the last time.
pub fn next(plan: Plan, now: Timestamp) -> Option<Timestamp> {
    // Counted from now it is another moment each time.
    if plan.kind.is_none() || plan.kind.as_deref() == Some("interval") && plan.anchor.is_none() {
        return work_out(&plan, now);
    }
    let remembered = NEXT.lock().expect("no holder of this lock panics").get(&plan).copied();
    match remembered {
        Some(next) if next.is_none_or(|at| at > now) => next,
        _ => {
            let next = work_out(&plan, now);
            let mut remembered = NEXT.lock().expect("no holder of this lock panics");
            if remembered.len() >= REMEMBERED {
                remembered.clear();
            }
            remembered.insert(plan, next);
            next
        }
    }
}

fn work_out(plan: &Plan, now: Timestamp) -> Option<Timestamp> {
    let schedule = schedule_of(
        plan.kind.as_deref(),
        plan.interval_seconds,
        plan.cron_string.as_deref(),
        plan.time_zone.as_deref(),
        plan.scheduled_for,
        plan.anchor.unwrap_or(now),
    );
    schedule.ok().flatten()?.next_after(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_would_be_worked_out() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let plan = Plan {
            kind: Some("cron".into()),
            interval_seconds: None,
            cron_string: Some("30 * * * *".into()),
            time_zone: None,
            scheduled_for: None,
            anchor: None,
        };
        for (now, expected) in [
            ("2026-01-01T10:00:00Z", "2026-01-01T10:30:00Z"),
            ("2026-01-01T10:29:59Z", "2026-01-01T10:30:00Z"),
            ("2026-01-01T10:30:00Z", "2026-01-01T11:30:00Z"),
            ("2026-01-01T11:15:00Z", "2026-01-01T11:30:00Z"),
        ] {
            assert_eq!(next(plan.clone(), at(now)), Some(at(expected)), "{now}");
        }
    }
}
