//! How long a run under way will still take: by what is done of it, or by how long it usually takes.

use jiff::Timestamp;
use netraven_api::runs::{Run, TimelineRun};

use crate::format::{count_of, seconds_between};

/// Share of the devices, in percent, that has to be done before the run's own pace tells more than the usual duration.
const TELLING_PERCENT: i64 = 20;

/// What can be said of the rest of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// About so many seconds.
    Seconds(i64),
    /// It takes longer than usual already, by so many seconds.
    Over(i64),
}

/// The rest of a run that has been going on for `gone` seconds; none where nothing is known of it.
#[must_use]
pub fn left(run: &Run, gone: i64) -> Option<Left> {
    rest(run.devices, run.succeeded + run.failed, run.usual_seconds, gone)
}

/// The rest of the runs that go on side by side, which is that of the longest; none if one of them cannot be estimated.
#[must_use]
pub fn left_of_all(runs: &[TimelineRun], now: Timestamp) -> Option<Left> {
    let left = |run: &TimelineRun| {
        let gone = run.started_at.map_or(0, |started| seconds_between(started, now));
        rest(run.devices, run.succeeded + run.failed, run.usual_seconds, gone)
    };
    let all: Option<Vec<Left>> = runs.iter().filter(|run| run.status.is_active()).map(left).collect();
    all?.into_iter().max_by_key(|left| match left {
        Left::Seconds(seconds) => (true, *seconds),
        Left::Over(seconds) => (false, *seconds),
    })
}

fn rest(devices: i64, done: i64, usual_seconds: Option<f64>, gone: i64) -> Option<Left> {
    let done = done.min(devices);
    if done > 0 && done * 100 >= devices * TELLING_PERCENT {
        return Some(Left::Seconds(gone.max(0) * (devices - done) / done));
    }
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a run")]
    let usual = usual_seconds?.round() as i64;
    Some(if gone <= usual { Left::Seconds(usual - gone) } else { Left::Over(gone - usual) })
}

impl Left {
    /// For people: `about 40 s left`, `12 s longer than usual`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Left::Seconds(5..) => format!("about {}", self.brief()),
            Left::Seconds(_) => self.brief(),
            Left::Over(seconds) => format!("{} longer than usual", rough(seconds)),
        }
    }

    /// The same where there is little room: `40 s left`, `12 s over`.
    #[must_use]
    pub fn brief(self) -> String {
        match self {
            Left::Seconds(seconds @ 5..) => format!("{} left", rough(seconds)),
            Left::Seconds(_) => "nearly done".to_owned(),
            Left::Over(seconds) => format!("{} over", rough(seconds)),
        }
    }
}

/// A duration no more exact than it is known.
fn rough(seconds: i64) -> String {
    match seconds {
        ..20 => format!("{seconds} s"),
        20..90 => format!("{} s", (seconds + 5) / 10 * 10),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        _ => count_of((seconds + 1_800) / 3_600, "hour", "hours"),
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::runs::{RunStatus, Trigger};

    use super::*;

    fn run(devices: i64, succeeded: i64, usual_seconds: Option<f64>) -> Run {
        Run {
            id: 1,
            job_id: 1,
            job_name: "core".into(),
            job_type: "config_backup".into(),
            trigger: Trigger::Manual,
            triggered_by: None,
            status: RunStatus::Running,
            queued_at: jiff::Timestamp::UNIX_EPOCH,
            started_at: Some(jiff::Timestamp::UNIX_EPOCH),
            finished_at: None,
            devices,
            succeeded,
            failed: 0,
            running: 1,
            changed: 0,
            message: None,
            commit: None,
            cancel_requested: false,
            causes: Vec::new(),
            usual_seconds,
        }
    }

    #[test]
    fn the_pace_of_the_run_tells_more_than_the_usual_once_a_part_is_done() {
        assert_eq!(left(&run(640, 403, Some(100.0)), 41), Some(Left::Seconds(24)));
        assert_eq!(left(&run(640, 4, Some(100.0)), 41), Some(Left::Seconds(59)));
        assert_eq!(left(&run(640, 4, Some(100.0)), 112), Some(Left::Over(12)));
        assert_eq!(left(&run(640, 4, None), 41), None);
        assert_eq!(left(&run(0, 0, None), 3), None, "a run without devices");
        assert_eq!(left(&run(2, 2, None), 9), Some(Left::Seconds(0)));
    }

    #[test]
    fn of_runs_side_by_side_the_longest_counts() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let run = |began, devices, succeeded, usual_seconds| TimelineRun {
            id: 1,
            job_id: 1,
            job_name: "core".into(),
            job_type: "config_backup".into(),
            status: RunStatus::Running,
            queued_at: at(0),
            started_at: began,
            finished_at: None,
            devices,
            succeeded,
            failed: 0,
            usual_seconds,
        };
        let (quick, late) = (run(Some(at(60)), 640, 403, None), run(Some(at(1)), 10, 0, Some(88.0)));
        assert_eq!(left_of_all(&[quick.clone(), late.clone()], at(101)), Some(Left::Seconds(24)));
        assert_eq!(left_of_all(std::slice::from_ref(&late), at(101)), Some(Left::Over(12)));
        let waiting = run(None, 10, 0, Some(300.0));
        assert_eq!(left_of_all(&[quick.clone(), waiting], at(101)), Some(Left::Seconds(300)));
        assert_eq!(left_of_all(&[quick, run(Some(at(1)), 10, 0, None)], at(101)), None, "one is not known");
        assert_eq!(left_of_all(&[], at(101)), None);
    }

    #[test]
    fn nothing_is_said_more_exactly_than_it_is_known() {
        let words = [3, 12, 44, 100, 9_000].map(|seconds| Left::Seconds(seconds).words());
        assert_eq!(
            words,
            ["nearly done", "about 12 s left", "about 40 s left", "about 2 min left", "about 3 hours left"]
        );
        assert_eq!(Left::Over(12).words(), "12 s longer than usual");
        assert_eq!([3, 44].map(|seconds| Left::Seconds(seconds).brief()), ["nearly done", "40 s left"]);
        assert_eq!(
            (Left::Over(12).brief(), Left::Over(12).words()),
            ("12 s over".into(), "12 s longer than usual".into())
        );
    }
}
