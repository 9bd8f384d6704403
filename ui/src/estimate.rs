//! How long a run under way will still take: by what is done of it, or by how long it usually takes.

use jiff::Timestamp;
use netraven_api::runs::{Run, TimelineRun};

use crate::format::{count_of, number, seconds_between};

/// Share of the devices, in percent, that must be done before the run's own pace is a better guide than the usual duration.
const TELLING_PERCENT: i64 = 20;

/// Fewer seconds than this are not promised: such estimates were wrong most of the time.
const TELLABLE_S: i64 = 5;

/// What can be said of the rest of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// About this many seconds.
    Seconds(i64),
    /// It is already taking longer than usual, by this many seconds.
    Over(i64),
    /// This many devices, with no estimate for them: the last ones are often the slow ones.
    Devices(i64),
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
        Left::Seconds(seconds) => (2, *seconds),
        Left::Devices(devices) => (1, *devices),
        Left::Over(seconds) => (0, *seconds),
    })
}

fn rest(devices: i64, done: i64, usual_seconds: Option<f64>, gone: i64) -> Option<Left> {
    let done = done.min(devices);
    let to_go = devices - done;
    if devices > 0 && to_go == 0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a run")]
    let usual = usual_seconds.map(|seconds| seconds.round() as i64);
    let of_usual = usual.map(|usual| usual - gone);
    if done > 0 && done * 100 >= devices * TELLING_PERCENT {
        // The pace knows nothing of the device that hangs; how long it usually takes does.
        let pace = gone.max(0) * to_go / done;
        let seconds = of_usual.map_or(pace, |left| left.max(pace));
        return Some(if seconds >= TELLABLE_S { Left::Seconds(seconds) } else { Left::Devices(to_go) });
    }
    match of_usual? {
        TELLABLE_S.. => of_usual.map(Left::Seconds),
        0.. => (to_go > 0).then_some(Left::Devices(to_go)),
        over => Some(Left::Over(-over)),
    }
}

impl Left {
    /// For people: `about 40 s left`, `2 devices to go`, `12 s longer than usual`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Left::Seconds(_) => format!("about {}", self.brief()),
            Left::Devices(devices) => format!("{} to go", count_of(devices, "device", "devices")),
            Left::Over(seconds) => format!("{} longer than usual", rough(seconds)),
        }
    }

    /// The same where there is little room: `40 s left`, `2 to go`, `12 s over`.
    #[must_use]
    pub fn brief(self) -> String {
        match self {
            Left::Seconds(seconds) => format!("{} left", rough(seconds)),
            Left::Devices(devices) => format!("{} to go", number(devices)),
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
    use netraven_api::jobs::JobKind;
    use netraven_api::runs::{RunStatus, Trigger};

    use super::*;

    fn run(devices: i64, succeeded: i64, usual_seconds: Option<f64>) -> Run {
        Run {
            id: 1.into(),
            job_id: 1.into(),
            job_name: "core".into(),
            job_type: JobKind::ConfigBackup.into(),
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
            repeats: None,
        }
    }

    #[test]
    fn the_pace_of_the_run_tells_more_than_the_usual_once_a_part_is_done() {
        assert_eq!(left(&run(640, 403, None), 41), Some(Left::Seconds(24)));
        assert_eq!(left(&run(640, 403, Some(100.0)), 41), Some(Left::Seconds(59)), "it usually ends later");
        assert_eq!(left(&run(640, 403, Some(50.0)), 41), Some(Left::Seconds(24)), "it is slower this time");
        assert_eq!(left(&run(640, 4, Some(100.0)), 41), Some(Left::Seconds(59)));
        assert_eq!(left(&run(640, 4, Some(100.0)), 112), Some(Left::Over(12)));
        assert_eq!(left(&run(640, 4, None), 41), None);
        assert_eq!(left(&run(0, 0, None), 3), None, "a run without devices");
        assert_eq!(left(&run(2, 2, None), 9), None, "nothing is left but the end");
    }

    #[test]
    fn a_run_that_waits_for_its_last_device_is_not_said_to_be_nearly_done() {
        // Six of seven answer within two seconds, the last one takes seventeen.
        let said: Vec<String> = (2..17).filter_map(|gone| left(&run(7, 6, None), gone)).map(Left::words).collect();
        assert_eq!(said, vec!["1 device to go"; 15]);
        let usual: Vec<String> = [2, 12, 13, 16]
            .map(|gone| left(&run(7, 6, Some(17.0)), gone).map(Left::words).unwrap_or_default())
            .to_vec();
        assert_eq!(usual, ["about 15 s left", "about 5 s left", "1 device to go", "1 device to go"]);
        assert_eq!(left(&run(7, 0, Some(17.0)), 14), Some(Left::Devices(7)));
    }

    #[test]
    fn of_runs_side_by_side_the_longest_counts() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let run = |began, devices, succeeded, usual_seconds| TimelineRun {
            id: 1.into(),
            job_id: 1.into(),
            job_name: "core".into(),
            job_type: JobKind::ConfigBackup.into(),
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
        let words = [12, 44, 100, 9_000].map(|seconds| Left::Seconds(seconds).words());
        assert_eq!(words, ["about 12 s left", "about 40 s left", "about 2 min left", "about 3 hours left"]);
        assert_eq!(Left::Over(12).words(), "12 s longer than usual");
        assert_eq!((Left::Seconds(44).brief(), Left::Devices(3).brief()), ("40 s left".into(), "3 to go".into()));
        assert_eq!(
            (Left::Over(12).brief(), Left::Over(12).words()),
            ("12 s over".into(), "12 s longer than usual".into())
        );
    }
}
