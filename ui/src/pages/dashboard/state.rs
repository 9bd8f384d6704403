//! What the person has chosen on the dashboard, and the verbs that change it.

use dioxus::prelude::*;
use netraven_api::jobs::JobKind;
use netraven_api::logs::{Level, LogType, MetaMatch};
use netraven_api::runs::{RunStatus, Trigger};
use netraven_api::sorting::RunColumn;
use netraven_api::{DeviceId, JobId, LogId, Open, Order, RunId, TagId};

use crate::state::pick::Pick;
use crate::state::span::Span;

mod period;
mod requests;

pub use period::Period;

/// Rows a page of runs can have.
pub const PAGE_SIZES: [i64; 3] = [25, 50, 100];
/// Columns runs can be sorted by.
pub const SORTS: [RunColumn; 7] = [
    RunColumn::QueuedAt,
    RunColumn::JobName,
    RunColumn::Kind,
    RunColumn::Status,
    RunColumn::Trigger,
    RunColumn::Devices,
    RunColumn::Duration,
];

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

/// What the person has chosen. The whole of it is in the page's address, see `address.rs`.
#[derive(Clone, Debug, Default, PartialEq, Store)]
pub struct DashboardState {
    /// Tab on screen.
    pub tab: DashboardTab,
    /// What both tabs are about.
    pub scope: Scope,
    /// What is chosen of the runs.
    pub runs: RunChoice,
    /// What is chosen of the log.
    pub log: LogChoice,
}

/// The time, the job and the device that runs and log are shown of.
#[derive(Clone, Debug, Default, PartialEq, Store)]
pub struct Scope {
    /// How far back.
    pub period: Period,
    /// This time instead of the period.
    pub span: Option<Span>,
    /// Runs and lines of this job.
    pub job_id: Option<JobId>,
    /// Runs and lines of this device.
    pub device_id: Option<DeviceId>,
}

/// Which runs are listed, and how.
#[derive(Clone, Debug, PartialEq, Store)]
pub struct RunChoice {
    /// Runs of these states, all if empty.
    pub statuses: Vec<RunStatus>,
    /// Runs of this kind.
    pub kind: Option<Open<JobKind>>,
    /// Runs started so.
    pub trigger: Option<Trigger>,
    /// Runs with a device that carries one of these tags.
    pub tags: Vec<TagId>,
    /// Part of a job's or device's name.
    pub search: String,
    /// Column the runs are sorted by.
    pub sort: RunColumn,
    /// The direction.
    pub order: Order,
    /// Page of the runs.
    pub page: i64,
    /// Rows of a page, one of [`PAGE_SIZES`].
    pub size: i64,
    /// The run opened in place.
    pub open: Option<RunId>,
}

/// Which lines of the log are shown.
#[derive(Clone, Debug, Default, PartialEq, Store)]
pub struct LogChoice {
    /// Lines of these levels, all if empty.
    pub levels: Vec<Open<Level>>,
    /// Lines of these types, all if empty.
    pub types: Vec<Open<LogType>>,
    /// Lines of these sources, all if empty.
    pub sources: Vec<String>,
    /// Lines whose `meta` has these values, all of them.
    pub meta: Vec<MetaMatch>,
    /// Lines of this run.
    pub run_id: Option<RunId>,
    /// Part of a line.
    pub search: String,
    /// The line that is chosen: opened beside the list, or shown with those around it if the list does not hold it.
    pub line: Option<LogId>,
}

impl Default for RunChoice {
    fn default() -> RunChoice {
        RunChoice {
            statuses: Vec::new(),
            kind: None,
            trigger: None,
            tags: Vec::new(),
            search: String::new(),
            sort: RunColumn::default(),
            order: Order::Descending,
            page: 1,
            size: 50,
            open: None,
        }
    }
}

impl DashboardState {
    /// Whether the runs are narrowed beyond the period.
    #[must_use]
    pub fn narrows_runs(&self) -> bool {
        self.scope.narrows() || self.runs.narrows(&self.runs.search)
    }

    /// Whether the lines are narrowed beyond the period.
    #[must_use]
    pub fn narrows_log(&self) -> bool {
        self.scope.narrows() || self.log.narrows()
    }
}

impl Scope {
    /// Whether it is narrower than the period.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.job_id.is_some() || self.device_id.is_some() || self.span.is_some()
    }
}

impl RunChoice {
    /// Whether not all runs are listed; the search text is handed in because it settles later than it is typed.
    #[must_use]
    pub fn narrows(&self, search: &str) -> bool {
        !self.statuses.is_empty()
            || self.kind.is_some()
            || self.trigger.is_some()
            || !self.tags.is_empty()
            || !search.trim().is_empty()
    }
}

impl LogChoice {
    /// Whether not all lines are shown.
    #[must_use]
    pub fn narrows(&self) -> bool {
        !self.levels.is_empty()
            || !self.types.is_empty()
            || !self.sources.is_empty()
            || !self.meta.is_empty()
            || self.run_id.is_some()
            || !self.search.trim().is_empty()
    }
}

/// What a person does on the dashboard.
#[store(pub name = DashboardVerbs)]
impl<Lens> Store<DashboardState, Lens> {
    fn show(&mut self, tab: DashboardTab) {
        self.tab().set(tab);
        self.log().line().set(None);
    }

    fn look_back(&mut self, period: Period) {
        self.scope().period().set(period);
        self.choose_span(None);
    }

    /// An exact time instead of the period, or the period again.
    fn choose_span(&mut self, span: Option<Span>) {
        self.scope().span().set(span);
        self.first_page();
    }

    /// A part of a bar was pressed: shows the runs of that time and of these states.
    fn choose_outcome(&mut self, span: Option<Span>, statuses: Vec<RunStatus>) {
        self.runs().statuses().set(statuses);
        self.choose_span(span);
    }

    /// A run was pressed on the timeline: shows its job's runs of its time, opened if it has something to say.
    fn see_run(&mut self, job_id: JobId, span: Span, open: Option<RunId>) {
        self.scope().job_id().set(Some(job_id));
        self.choose_span(Some(span));
        self.runs().open().set(open);
    }

    /// A card was pressed: shows the runs of these states, or all again if they were shown already.
    fn toggle_statuses(&mut self, statuses: &[RunStatus]) {
        let same = *self.runs().statuses().read() == statuses;
        self.runs().statuses().set(if same { Vec::new() } else { statuses.to_vec() });
        self.first_page();
        self.show(DashboardTab::Runs);
    }

    fn choose_statuses(&mut self, statuses: Vec<RunStatus>) {
        self.runs().statuses().set(statuses);
        self.first_page();
    }

    fn choose_job(&mut self, job_id: Option<JobId>) {
        self.scope().job_id().set(job_id);
        self.first_page();
    }

    fn choose_device(&mut self, device_id: Option<DeviceId>) {
        self.scope().device_id().set(device_id);
        self.first_page();
    }

    fn choose_kind(&mut self, kind: Option<Open<JobKind>>) {
        self.runs().kind().set(kind);
        self.first_page();
    }

    fn choose_trigger(&mut self, trigger: Option<Trigger>) {
        self.runs().trigger().set(trigger);
        self.first_page();
    }

    fn choose_tags(&mut self, tags: Vec<TagId>) {
        self.runs().tags().set(tags);
        self.first_page();
    }

    fn search_runs(&mut self, text: String) {
        self.runs().search().set(text);
        self.first_page();
    }

    /// A column's head was pressed: sorts by it, the other way round if it is sorted by already.
    fn sort_by(&mut self, column: RunColumn) {
        let order = match column {
            _ if *self.runs().sort().read() == column => self.runs().order().read().turned(),
            // The newest, the largest and the longest are looked for.
            RunColumn::QueuedAt | RunColumn::Devices | RunColumn::Duration => Order::Descending,
            _ => Order::Ascending,
        };
        self.runs().sort().set(column);
        self.runs().order().set(order);
        self.first_page();
    }

    fn turn_to(&mut self, page: i64) {
        self.runs().page().set(page);
        self.runs().open().set(None);
    }

    fn choose_size(&mut self, size: i64) {
        self.runs().size().set(size);
        self.first_page();
    }

    fn first_page(&mut self) {
        self.turn_to(1);
    }

    /// Opens a run in place, or closes it.
    fn toggle_open(&mut self, run_id: RunId) {
        let open = *self.runs().open().read();
        self.runs().open().set((open != Some(run_id)).then_some(run_id));
    }

    /// Takes every filter of the runs away but the period.
    fn clear_runs(&mut self) {
        let RunChoice { sort, order, size, .. } = self.runs().cloned();
        self.runs().set(RunChoice { sort, order, size, ..RunChoice::default() });
        self.clear_scope();
    }

    /// Narrows the log to a value of one of its lines.
    fn narrow_log(&mut self, pick: Pick) {
        match pick {
            Pick::Level(level) => self.log().levels().set(vec![level.into()]),
            Pick::Type(log_type) => self.log().types().set(vec![log_type]),
            Pick::Source(source) => self.log().sources().set(vec![source]),
            Pick::Job(id) => self.choose_job(Some(id)),
            Pick::Device(id) => self.choose_device(Some(id)),
            Pick::Run(id) => self.log().run_id().set(Some(id)),
            // One more value narrows further; another value at the same place takes the place of the one before.
            Pick::Meta(wanted) => {
                let mut all = self.log().meta().cloned();
                all.retain(|other| other.path != wanted.path);
                all.push(wanted);
                self.log().meta().set(all);
            }
        }
    }

    fn search_log(&mut self, text: String) {
        self.log().search().set(text);
    }

    /// Another line is chosen, or none.
    fn keep_line(&mut self, line: Option<LogId>) {
        self.log().line().set(line);
    }

    /// Takes every filter of the log away but the period.
    fn clear_log(&mut self) {
        self.log().set(LogChoice::default());
        self.clear_scope();
    }

    fn clear_scope(&mut self) {
        let period = *self.scope().period().read();
        self.scope().set(Scope { period, ..Scope::default() });
        self.first_page();
    }
}
