//! Where each run of a timeline is drawn, and which mark a key leads to.

use dioxus::prelude::Key;
use jiff::Timestamp;
use netraven_api::runs::{RunTimeline, TimelineRun};

use super::lanes::{Lanes, Stretch, deepest};
use super::scale::share;
use crate::state::span::Span;

/// Lanes drawn.
pub const LANES: usize = 6;
/// Narrowest mark, as a share of the axis: wide enough to be seen and pressed.
const LEAST: f64 = 0.007;
/// Space between two marks of a lane.
const GAP: f64 = 0.0015;
/// Marks a page key moves by.
const LEAP: usize = 10;

/// What a mark stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// One run.
    Run(TimelineRun),
    /// Runs that found no lane: how many, and from when until when.
    Crowd(usize, Span),
}

/// A mark on the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// What it stands for.
    pub what: What,
    /// From where to where.
    pub stretch: Stretch,
    /// Its lane; [`LANES`] is the strip below them.
    pub lane: usize,
}

impl Placed {
    /// Its id on the page.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.what {
            What::Run(run) => format!("timeline-run-{}", run.id),
            What::Crowd(_, span) => format!("timeline-more-{}", span.from.as_second()),
        }
    }
}

/// A drawn timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// From when until when.
    pub span: Span,
    /// Its marks: the runs in the order of their beginnings, then what found no lane.
    pub marks: Vec<Placed>,
    /// Runs in all, drawn or not.
    pub total: i64,
    /// Whether that is a guess.
    pub about: bool,
    /// Runs that found no lane.
    pub left_out: usize,
    /// Older runs that were not even read, and up to where on the axis they would be.
    pub unread: Option<(i64, f64)>,
    /// How many went on at once at most.
    pub deepest: usize,
    /// What to know about how the runs were found.
    pub note: Option<String>,
}

impl Layout {
    /// Draws runs from a moment until another; without `until` up to the end of the last of them, which is now for one that
    /// has not ended.
    #[must_use]
    pub fn of(timeline: &RunTimeline, from: Timestamp, until: Option<Timestamp>, now: Timestamp) -> Layout {
        // What was read for another time is not drawn while this one is being read.
        let is_within = |run: &&TimelineRun| ended(run, now) >= from && until.is_none_or(|until| run.queued_at < until);
        let mut runs: Vec<&TimelineRun> = timeline.runs.iter().filter(is_within).collect();
        runs.sort_by_key(|run| (began(run), run.id));
        let last = runs.iter().map(|run| ended(run, now)).max().unwrap_or(now);
        let span = Span { from, until: until.unwrap_or(last.max(now)) };
        let stretches: Vec<Stretch> = runs
            .iter()
            .map(|run| Stretch::seen(share(span, began(run)), share(span, ended(run, now)), LEAST))
            .collect();
        let lanes = Lanes::pack(&stretches, LANES, GAP);
        let marks = runs.iter().zip(&stretches).zip(&lanes.lane).filter_map(|((run, stretch), lane)| {
            Some(Placed { what: What::Run((*run).clone()), stretch: *stretch, lane: (*lane)? })
        });
        let crowds = lanes.crowds.iter().map(|crowd| Placed {
            what: What::Crowd(crowd.count, around(at(span, crowd.stretch.from), at(span, crowd.stretch.until))),
            stretch: crowd.stretch,
            lane: LANES,
        });
        let read = i64::try_from(timeline.runs.len()).unwrap_or(i64::MAX);
        let unread = (timeline.total > read).then(|| {
            let oldest = runs.iter().map(|run| run.queued_at).min();
            (timeline.total - read, oldest.map_or(1.0, |oldest| share(span, oldest)))
        });
        let times: Vec<(i64, i64)> =
            runs.iter().map(|run| (began(run).as_second(), ended(run, now).as_second())).collect();
        Layout {
            span,
            marks: marks.chain(crowds).collect(),
            total: timeline.total,
            about: timeline.total_is_estimate,
            left_out: lanes.left_out(),
            unread,
            deepest: deepest(&times),
            note: timeline.note.clone(),
        }
    }

    /// The mark a key leads to from another: left and right in the order of time, up and down to the nearest in another lane.
    #[must_use]
    pub fn beside(&self, here: usize, key: &Key) -> Option<usize> {
        let last = self.marks.len().checked_sub(1)?;
        let here = here.min(last);
        match key {
            Key::ArrowLeft => Some(here.saturating_sub(1)),
            Key::ArrowRight => Some((here + 1).min(last)),
            Key::PageUp => Some(here.saturating_sub(LEAP)),
            Key::PageDown => Some((here + LEAP).min(last)),
            Key::Home => Some(0),
            Key::End => Some(last),
            Key::ArrowUp => Some(self.across(here, |lane, from| lane < from)),
            Key::ArrowDown => Some(self.across(here, |lane, from| lane > from)),
            _ => None,
        }
    }

    fn across(&self, here: usize, is_beyond: impl Fn(usize, usize) -> bool) -> usize {
        let from = &self.marks[here];
        let middle = |mark: &Placed| (mark.stretch.from + mark.stretch.until) / 2.0;
        let beyond = self.marks.iter().enumerate().filter(|(_, mark)| is_beyond(mark.lane, from.lane));
        let nearest = beyond.min_by(|(_, one), (_, other)| {
            let far = |mark: &Placed| (mark.lane.abs_diff(from.lane), (middle(mark) - middle(from)).abs());
            far(one).partial_cmp(&far(other)).unwrap_or(std::cmp::Ordering::Equal)
        });
        nearest.map_or(here, |(place, _)| place)
    }
}

/// When a run began; for one that waits, when it was queued.
#[must_use]
pub fn began(run: &TimelineRun) -> Timestamp {
    run.started_at.unwrap_or(run.queued_at)
}

/// When it ended; now if it has not.
#[must_use]
pub fn ended(run: &TimelineRun, now: Timestamp) -> Timestamp {
    let end = run.finished_at.unwrap_or(if run.status.is_active() { now } else { began(run) });
    end.max(began(run))
}

/// The whole minutes around a stretch of time, both ends in them.
#[must_use]
pub fn around(from: Timestamp, until: Timestamp) -> Span {
    let minute = |at: Timestamp, more: i64| {
        let second = (at.as_second().div_euclid(60) + more) * 60;
        Timestamp::from_second(second).unwrap_or(at)
    };
    Span { from: minute(from, 0), until: minute(until, 1) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a moment under the mouse")]
fn at(span: Span, share: f64) -> Timestamp {
    let length = (span.until.as_millisecond() - span.from.as_millisecond()) as f64;
    Timestamp::from_millisecond(span.from.as_millisecond() + (length * share) as i64).unwrap_or(span.until)
}

#[cfg(test)]
mod tests {
    use netraven_api::jobs::JobKind;
    use netraven_api::runs::RunStatus;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn run(id: i64, from: i64, until: Option<i64>) -> TimelineRun {
        TimelineRun {
            id: id.into(),
            job_id: 1.into(),
            job_name: "core".into(),
            job_type: JobKind::ConfigBackup.into(),
            status: if until.is_some() { RunStatus::Succeeded } else { RunStatus::Running },
            queued_at: at(from),
            started_at: Some(at(from)),
            finished_at: until.map(at),
            devices: 1,
            succeeded: 1,
            failed: 0,
            usual_seconds: None,
        }
    }

    fn timeline(runs: Vec<TimelineRun>) -> RunTimeline {
        let total = i64::try_from(runs.len()).unwrap();
        RunTimeline { runs, total, total_is_estimate: false, note: None }
    }

    #[test]
    fn runs_lie_where_their_times_are_and_one_under_way_reaches_until_now() {
        let runs = timeline(vec![run(3, 60, None), run(2, 20, Some(40)), run(1, 10, Some(50))]);
        let layout = Layout::of(&runs, at(0), None, at(100));
        let drawn: Vec<(String, usize, f64, f64)> =
            layout.marks.iter().map(|mark| (mark.id(), mark.lane, mark.stretch.from, mark.stretch.until)).collect();
        assert_eq!(
            drawn,
            [
                ("timeline-run-1".to_owned(), 0, 0.1, 0.5),
                ("timeline-run-2".to_owned(), 1, 0.2, 0.4),
                ("timeline-run-3".to_owned(), 0, 0.6, 1.0)
            ]
        );
        assert_eq!((layout.span.until, layout.deepest, layout.left_out, layout.unread), (at(100), 2, 0, None));
        let half: Vec<(String, f64)> = Layout::of(&runs, at(0), Some(at(40)), at(100))
            .marks
            .iter()
            .map(|mark| (mark.id(), mark.stretch.until))
            .collect();
        assert_eq!(half, [("timeline-run-1".to_owned(), 1.0), ("timeline-run-2".to_owned(), 1.0)], "cut at the end");
        assert_eq!(Layout::of(&RunTimeline::default(), at(0), None, at(9)).marks, []);
    }

    #[test]
    fn too_many_at_once_are_counted_and_older_ones_not_read_are_told() {
        let runs: Vec<TimelineRun> = (0..500).map(|id| run(id, 1_000 + id % 3, Some(2_000))).collect();
        let layout = Layout::of(&RunTimeline { total: 12_408, ..timeline(runs) }, at(0), None, at(4_000));
        assert_eq!((layout.marks.len(), layout.left_out, layout.deepest), (LANES + 1, 494, 500));
        assert_eq!(layout.unread, Some((11_908, 0.25)));
        let more = layout.marks.last().unwrap();
        assert_eq!((more.lane, &more.what), (LANES, &What::Crowd(494, Span { from: at(960), until: at(2_040) })));
    }

    #[test]
    fn the_keys_walk_in_time_and_across_the_lanes() {
        let runs = timeline(vec![
            run(1, 0, Some(90)),
            run(2, 10, Some(20)),
            run(3, 30, Some(60)),
            run(4, 40, Some(50)),
            run(5, 95, Some(99)),
        ]);
        let layout = Layout::of(&runs, at(0), Some(at(100)), at(100));
        assert_eq!(layout.marks.iter().map(|mark| mark.lane).collect::<Vec<_>>(), [0, 1, 1, 2, 0]);
        let walk = |here: usize, key: Key| layout.beside(here, &key);
        assert_eq!(
            (walk(0, Key::ArrowLeft), walk(0, Key::ArrowRight), walk(4, Key::ArrowRight)),
            (Some(0), Some(1), Some(4))
        );
        assert_eq!(
            (walk(0, Key::ArrowDown), walk(3, Key::ArrowUp), walk(3, Key::ArrowDown)),
            (Some(2), Some(2), Some(3))
        );
        assert_eq!((walk(9, Key::Home), walk(0, Key::End), walk(0, Key::Enter)), (Some(0), Some(4), None));
        assert_eq!(Layout::of(&RunTimeline::default(), at(0), None, at(9)).beside(0, &Key::Home), None);
    }

    #[test]
    fn a_run_pressed_is_in_the_minutes_around_it() {
        let span = Span { from: at(60), until: at(180) };
        assert_eq!((around(at(61), at(120)), around(at(60), at(179))), (span, span));
    }
}
