//! What the person has chosen, as requests to the API: each filter is a parameter.

use jiff::Timestamp;
use netraven_api::logs::GetLogHistogram;
use netraven_api::runs::{ListRuns, SummarizeRuns};

use super::{DashboardState, SORTS};
use crate::state::logs::LogFilter;

/// Bars of the histogram at most.
const BARS: i64 = 120;

impl DashboardState {
    /// The request for the runs; the search text is handed in because it settles later than it is typed.
    #[must_use]
    pub fn runs(&self, search: &str, now: Timestamp) -> ListRuns {
        let sums = self.summary(search, now);
        // The order every server has when nobody says otherwise.
        let as_usual = self.sort == SORTS[0] && self.descending;
        ListRuns {
            page: Some(self.page),
            size: Some(self.size),
            job_id: sums.job_id,
            job_type: sums.job_type,
            status: self.statuses.clone(),
            trigger: sums.trigger,
            device_id: sums.device_id,
            tag_id: sums.tag_id,
            start_time: sums.start_time,
            end_time: sums.end_time,
            search: sums.search,
            sort: (!as_usual).then(|| self.sort.to_owned()),
            order: (!as_usual).then(|| if self.descending { "desc" } else { "asc" }.to_owned()),
            ..ListRuns::default()
        }
    }

    /// The request for the cards: every filter but the states, which the cards themselves are.
    #[must_use]
    pub fn summary(&self, search: &str, now: Timestamp) -> SummarizeRuns {
        let search = search.trim();
        SummarizeRuns {
            start_time: Some(self.since(now)),
            end_time: self.span.map(|span| span.last()),
            job_id: self.job_id,
            job_type: self.kind.iter().cloned().collect(),
            trigger: self.trigger.into_iter().collect(),
            device_id: self.device_id,
            tag_id: self.tags.clone(),
            search: (!search.is_empty()).then(|| search.to_owned()),
        }
    }

    /// The lines of the log.
    #[must_use]
    pub fn log(&self, search: &str, now: Timestamp) -> LogFilter {
        LogFilter {
            levels: self.levels.clone(),
            types: self.types.clone(),
            sources: self.sources.clone(),
            job_id: self.job_id,
            device_id: self.device_id,
            run_id: self.run_id,
            since: Some(self.since(now)),
            until: self.span.map(|span| span.last()),
            search: search.to_owned(),
        }
    }

    /// The lines over time: those of the whole period, in which a chosen time can be seen.
    #[must_use]
    pub fn histogram(&self, search: &str, now: Timestamp) -> GetLogHistogram {
        let lines = DashboardState { span: None, ..self.clone() }.log(search, now).history(None);
        GetLogHistogram {
            log_type: lines.log_type,
            level: lines.level,
            job_id: lines.job_id,
            device_id: lines.device_id,
            run_id: lines.run_id,
            source: lines.source,
            start_time: lines.start_time.map(|began| self.span.map_or(began, |span| span.from.min(began))),
            end_time: None,
            search: lines.search,
            buckets: Some(BARS),
        }
    }

    fn since(&self, now: Timestamp) -> Timestamp {
        self.span.map_or_else(|| self.period.began(now), |span| span.from)
    }
}
