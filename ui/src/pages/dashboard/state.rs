//! What the person has chosen on the dashboard, and the verbs that change it.

use dioxus::prelude::*;
use jiff::{Timestamp, Unit};
use netraven_api::logs::GetLogHistogram;
use netraven_api::runs::{ListRuns, RunStatus, SummarizeRuns};

use crate::state::logs::LogFilter;
use crate::state::pick::Pick;
use crate::state::span::Span;

/// Bars of the histogram at most.
const BARS: i64 = 120;
/// Runs on one page.
pub const PAGE_SIZE: i64 = 50;

/// The dashboard's tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DashboardTab {
    /// One row for each run.
    #[default]
    Runs,
    /// One row for each log line.
    Logs,
}

impl DashboardTab {
    /// The tab's id.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DashboardTab::Runs => "runs",
            DashboardTab::Logs => "logs",
        }
    }
}

/// How far back the dashboard looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// One hour.
    Hour,
    /// One day.
    #[default]
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
}

impl Period {
    /// Every period, the shortest first.
    pub const ALL: [Period; 4] = [Period::Hour, Period::Day, Period::Week, Period::Month];

    /// The period on its button.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Period::Hour => "1 h",
            Period::Day => "24 h",
            Period::Week => "7 d",
            Period::Month => "30 d",
        }
    }

    /// The period in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Period::Hour => "the last hour",
            Period::Day => "the last 24 hours",
            Period::Week => "the last 7 days",
            Period::Month => "the last 30 days",
        }
    }

    fn hours(self) -> i64 {
        match self {
            Period::Hour => 1,
            Period::Day => 24,
            Period::Week => 7 * 24,
            Period::Month => 30 * 24,
        }
    }

    /// When the period began, to the minute: a request stays the same for as long, and its answer can be kept.
    #[must_use]
    pub fn began(self, now: Timestamp) -> Timestamp {
        let minute = now.round((Unit::Minute, 1)).unwrap_or(now);
        minute.checked_sub(jiff::Span::new().hours(self.hours())).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// What the person has chosen.
#[derive(Clone, Debug, PartialEq, Store)]
pub struct DashboardState {
    /// Tab on screen.
    pub tab: DashboardTab,
    /// How far back.
    pub period: Period,
    /// Runs of these states, all if empty.
    pub statuses: Vec<RunStatus>,
    /// Runs of this job.
    pub job_id: Option<i64>,
    /// Runs of this kind.
    pub kind: Option<String>,
    /// Part of a job's or device's name.
    pub search: String,
    /// Page of the runs.
    pub page: i64,
    /// The run opened in place.
    pub open: Option<i64>,
    /// Lines of these levels, all if empty.
    pub levels: Vec<String>,
    /// Lines of these types, all if empty.
    pub types: Vec<String>,
    /// Lines of these sources, all if empty.
    pub sources: Vec<String>,
    /// Lines of this device.
    pub device_id: Option<i64>,
    /// Lines of this run.
    pub run_id: Option<i64>,
    /// Part of a line.
    pub log_search: String,
    /// Lines of this time instead of the period's.
    pub span: Option<Span>,
}

impl Default for DashboardState {
    fn default() -> DashboardState {
        DashboardState {
            tab: DashboardTab::default(),
            period: Period::default(),
            statuses: Vec::new(),
            job_id: None,
            kind: None,
            search: String::new(),
            page: 1,
            open: None,
            levels: Vec::new(),
            types: Vec::new(),
            sources: Vec::new(),
            device_id: None,
            run_id: None,
            log_search: String::new(),
            span: None,
        }
    }
}

impl DashboardState {
    /// The request for the runs; the search text is handed in because it settles later than it is typed.
    #[must_use]
    pub fn runs(&self, search: &str, now: Timestamp) -> ListRuns {
        let search = search.trim();
        ListRuns {
            page: Some(self.page),
            size: Some(PAGE_SIZE),
            job_id: self.job_id,
            job_type: self.kind.iter().cloned().collect(),
            status: self.statuses.clone(),
            start_time: Some(self.period.began(now)),
            search: (!search.is_empty()).then(|| search.to_owned()),
            ..ListRuns::default()
        }
    }

    /// The request for the cards.
    #[must_use]
    pub fn summary(&self, now: Timestamp) -> SummarizeRuns {
        SummarizeRuns { start_time: Some(self.period.began(now)), ..SummarizeRuns::default() }
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
            since: Some(self.span.map_or(self.period.began(now), |span| span.from)),
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

    /// Whether the runs are narrowed beyond the period.
    #[must_use]
    pub fn narrows_runs(&self) -> bool {
        !self.statuses.is_empty() || self.job_id.is_some() || self.kind.is_some() || !self.search.trim().is_empty()
    }

    /// Whether the lines are narrowed beyond the period.
    #[must_use]
    pub fn narrows_log(&self) -> bool {
        !self.levels.is_empty()
            || !self.types.is_empty()
            || !self.sources.is_empty()
            || self.run_id.is_some()
            || self.job_id.is_some()
            || self.device_id.is_some()
            || self.span.is_some()
            || !self.log_search.trim().is_empty()
    }
}

/// What a person does on the dashboard.
#[store(pub name = DashboardVerbs)]
impl<Lens> Store<DashboardState, Lens> {
    fn show(&mut self, tab: DashboardTab) {
        self.tab().set(tab);
    }

    fn look_back(&mut self, period: Period) {
        self.period().set(period);
        self.span().set(None);
        self.first_page();
    }

    /// A card was pressed: shows the runs of these states, or all again if they were shown already.
    fn toggle_statuses(&mut self, statuses: &[RunStatus]) {
        let same = *self.statuses().read() == statuses;
        self.statuses().set(if same { Vec::new() } else { statuses.to_vec() });
        self.first_page();
        self.tab().set(DashboardTab::Runs);
    }

    fn choose_statuses(&mut self, statuses: Vec<RunStatus>) {
        self.statuses().set(statuses);
        self.first_page();
    }

    fn choose_job(&mut self, job_id: Option<i64>) {
        self.job_id().set(job_id);
        self.first_page();
    }

    fn choose_kind(&mut self, kind: Option<String>) {
        self.kind().set(kind);
        self.first_page();
    }

    fn search_runs(&mut self, text: String) {
        self.search().set(text);
        self.first_page();
    }

    fn turn_to(&mut self, page: i64) {
        self.page().set(page);
        self.open().set(None);
    }

    fn first_page(&mut self) {
        self.turn_to(1);
    }

    /// Opens a run in place, or closes it.
    fn toggle_open(&mut self, run_id: i64) {
        let open = *self.open().read();
        self.open().set((open != Some(run_id)).then_some(run_id));
    }

    /// Takes every filter away but the period.
    fn clear_runs(&mut self) {
        self.statuses().set(Vec::new());
        self.job_id().set(None);
        self.kind().set(None);
        self.search().set(String::new());
        self.first_page();
    }

    /// Narrows the log to a value of one of its lines.
    fn narrow_log(&mut self, pick: Pick) {
        match pick {
            Pick::Level(level) => self.levels().set(vec![level]),
            Pick::Type(log_type) => self.types().set(vec![log_type]),
            Pick::Source(source) => self.sources().set(vec![source]),
            Pick::Job(id) => self.choose_job(Some(id)),
            Pick::Device(id) => self.device_id().set(Some(id)),
            Pick::Run(id) => self.run_id().set(Some(id)),
        }
    }

    /// Takes every filter of the log away but the period.
    fn clear_log(&mut self) {
        self.levels().set(Vec::new());
        self.types().set(Vec::new());
        self.sources().set(Vec::new());
        self.run_id().set(None);
        self.job_id().set(None);
        self.device_id().set(None);
        self.log_search().set(String::new());
        self.span().set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_on_a_whole_minute() {
        let now: Timestamp = "2026-11-23T14:05:11Z".parse().unwrap();
        assert_eq!(Period::Day.began(now).to_string(), "2026-11-22T14:05:00Z");
    }
}
