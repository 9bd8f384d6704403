//! What the person has chosen, as requests to the API: each filter is a parameter.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use netraven_api::Order;
use netraven_api::logs::{GetLogHistogram, LiveFilter, LogFilter};
use netraven_api::runs::{GetRunOutcomes, GetRunTimeline, ListRuns, RunFilter, RunStatus, SummarizeRuns};
use netraven_api::sorting::RunColumn;

use super::super::charts::Frame;
use super::{DashboardState, LogChoice, Scope};
use crate::state::span::Span;

/// Bars of the histogram at most.
const BARS: i64 = 120;

impl DashboardState {
    /// Which runs are meant, whatever their state; the search text is handed in because it settles later than it is typed.
    fn filter(&self, search: &str, now: Timestamp) -> RunFilter {
        RunFilter {
            job_id: self.scope.job_id,
            job_type: self.runs.kind.iter().cloned().collect(),
            trigger: self.runs.trigger.into_iter().collect(),
            device_id: self.scope.device_id,
            tag_id: self.runs.tags.clone(),
            start_time: Some(self.scope.since(now)),
            end_time: self.scope.span.map(|span| span.last()),
            search: given(search),
        }
    }

    /// The request for the runs.
    #[must_use]
    pub fn list(&self, search: &str, now: Timestamp) -> ListRuns {
        // The order every server has when nobody says otherwise.
        let as_usual = self.runs.sort == RunColumn::default() && self.runs.order == Order::Descending;
        ListRuns {
            page: Some(self.runs.page),
            size: Some(self.runs.size),
            filter: self.filter(search, now),
            status: self.runs.statuses.clone(),
            sort: (!as_usual).then_some(self.runs.sort),
            order: (!as_usual).then_some(self.runs.order),
            ..ListRuns::default()
        }
    }

    /// The request for the cards: whatever the state, which is what the cards themselves are.
    #[must_use]
    pub fn summary(&self, search: &str, now: Timestamp) -> SummarizeRuns {
        SummarizeRuns { filter: self.filter(search, now) }
    }

    /// The bars of the outcomes and since when runs are counted in them: those of the whole period, in which a chosen time
    /// can be seen; those of the chosen time where that lies elsewhere.
    #[must_use]
    pub fn bars(&self, now: Timestamp, zone: &TimeZone) -> (Frame, Timestamp) {
        let began = self.scope.period.began(now);
        let period = Frame::of(Span { from: began, until: now }, zone);
        let whole = period.whole();
        match self.scope.span {
            None => (period, began),
            Some(span) if span.from >= whole.from && span.until <= whole.until => (period, began.min(span.from)),
            Some(span) => (Frame::of(span, zone), span.from),
        }
    }

    /// The request for the outcomes in bars that begin with `since`, of the runs of the cards.
    #[must_use]
    pub fn outcomes(&self, search: &str, bars: &Frame, since: Timestamp) -> GetRunOutcomes {
        let filter = RunFilter { start_time: Some(since), end_time: None, ..self.filter(search, since) };
        GetRunOutcomes { edge: bars.edges.clone(), filter }
    }

    /// The request for the timeline: the runs that the table lists.
    #[must_use]
    pub fn timeline(&self, search: &str, now: Timestamp) -> GetRunTimeline {
        GetRunTimeline { limit: None, filter: self.filter(search, now), status: self.runs.statuses.clone() }
    }

    /// The request for what the Running card counts.
    #[must_use]
    pub fn under_way(&self, search: &str, now: Timestamp) -> GetRunTimeline {
        GetRunTimeline { status: vec![RunStatus::Queued, RunStatus::Running], ..self.timeline(search, now) }
    }
}

impl LogChoice {
    /// The lines of the log, of any time and text: neither a letter being typed nor the line that is chosen changes it.
    #[must_use]
    pub fn lines(&self, scope: &Scope) -> LogFilter {
        let live = LiveFilter {
            job_id: scope.job_id,
            device_id: scope.device_id,
            run_id: self.run_id,
            level: self.levels.clone(),
            log_type: self.types.clone(),
        };
        LogFilter { source: self.sources.clone(), meta: self.meta.clone(), ..LogFilter::from(live) }
    }
}

impl Scope {
    /// These lines, in the time that is chosen.
    #[must_use]
    pub fn log(&self, lines: &LogFilter, search: &str, now: Timestamp) -> LogFilter {
        LogFilter {
            start_time: Some(self.since(now)),
            end_time: self.span.map(|span| span.last()),
            search: given(search),
            ..lines.clone()
        }
    }

    /// These lines over time: those of the whole period, in which a chosen time can be seen.
    #[must_use]
    pub fn histogram(&self, lines: &LogFilter, search: &str, now: Timestamp) -> GetLogHistogram {
        let began = self.period.began(now);
        let start_time = Some(self.span.map_or(began, |span| span.from.min(began)));
        let filter = LogFilter { start_time, end_time: None, search: given(search), ..lines.clone() };
        GetLogHistogram { filter, buckets: Some(BARS) }
    }

    fn since(&self, now: Timestamp) -> Timestamp {
        self.span.map_or_else(|| self.period.began(now), |span| span.from)
    }
}

/// A text that is looked for, if there is any.
fn given(search: &str) -> Option<String> {
    Some(search.trim().to_owned()).filter(|search| !search.is_empty())
}
