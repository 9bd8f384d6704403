//! The Job Status Dashboard: cards, runs and logs of a period.

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::native::ExportWhat;
use netraven_api::runs::Run;

use crate::components::{
    Button, ButtonKind, Crumb, Empty, ErrorState, Glyph, PageHeader, Pager, Segments, SkeletonRows, StaleNote, TabBar,
    TabItem, TimesSwitch, UpdatedAgo,
};
use crate::data::{Query, use_lab, use_query, use_settled};
use crate::format;
use crate::pages::export::ExportButton;
use crate::pages::lab::{LabBand, LabButton};
use crate::route::Route;
use crate::state::moment::use_moment;

mod device_field;
mod filters_bar;
mod log_chips;
mod logs_panel;
mod run_chooser;
mod runs_table;
mod span_dialog;
pub mod state;
mod summary_cards;

use filters_bar::JobFiltersBar;
use logs_panel::LogsPanel;
use run_chooser::RunChooser;
use runs_table::JobRunsTable;
use state::{DashboardState, DashboardStateStoreExt, DashboardTab, DashboardVerbs, PAGE_SIZE, Period};
use summary_cards::JobSummaryCards;

/// The dashboard.
#[component]
pub fn JobDashboard() -> Element {
    let moment = use_moment();
    let mut state = use_store(DashboardState::default);
    let mut choosing = use_signal(|| false);
    // The requests follow the minute, not the second.
    let minute = use_memo(move || Period::Hour.began(moment.now()));
    let search = use_settled(move || state.search().cloned());
    let runs = use_query(move || {
        let _ = minute.read();
        state.read().runs(&search.read(), moment.glance())
    });
    let summary = use_query(move || {
        let _ = minute.read();
        let period = *state.period().read();
        DashboardState { period, ..DashboardState::default() }.summary(moment.glance())
    });
    let tab = *state.tab().read();
    let total = runs.value().map(|page| format::number(page.total));
    let mut log_refresh = use_signal(|| 0_u64);
    let refresh = move |_| {
        runs.refresh();
        summary.refresh();
        log_refresh += 1;
    };
    let period = *state.period().read();
    rsx! {
        LabBand {}
        PageHeader {
            title: "Job Status Dashboard",
            crumbs: vec![Crumb::link("Home", Route::JobDashboard {}), Crumb::here("Dashboard"), Crumb::here("Job Status")],
            UpdatedAgo { at: runs.at(), loading: runs.loading() }
            Segments {
                label: "Period",
                options: Period::ALL.map(|period| (period.title().to_owned(), period.title().to_owned())).to_vec(),
                selected: period.title(),
                onselect: move |chosen: String| {
                    if let Some(period) = Period::ALL.into_iter().find(|period| period.title() == chosen) {
                        state.look_back(period);
                    }
                },
            }
            Button { label: "Refresh", glyph: Glyph::Refresh, onclick: refresh }
            // On an empty dashboard the main action is another: the sample lab.
            Button {
                label: "Run a job",
                kind: if total.as_deref() == Some("0") { ButtonKind::Outline } else { ButtonKind::Primary },
                glyph: Glyph::Play,
                onclick: move |_| choosing.set(true),
            }
        }
        JobSummaryCards {
            summary,
            chosen: state.statuses().cloned(),
            slim: tab == DashboardTab::Logs,
            onchoose: move |statuses| state.toggle_statuses(statuses),
        }
        section { class: "panel bg-card",
            match tab {
                DashboardTab::Runs => rsx! {
                    Tabs { state, total,
                        ExportButton {
                            noun: "run",
                            what: move |()| ExportWhat::Runs { query: state.peek().runs(&search.peek(), moment.glance()) },
                        }
                    }
                    JobFiltersBar { state }
                    RunsPanel { state, runs }
                },
                DashboardTab::Logs => rsx! {
                    LogsPanel { state, total, refresh: log_refresh }
                },
            }
        }
        if choosing() {
            RunChooser { onclose: move |()| choosing.set(false) }
        }
    }
}

#[component]
fn Tabs(state: Store<DashboardState>, total: Option<String>, children: Element) -> Element {
    let mut state = state;
    let tab = *state.tab().read();
    rsx! {
        TabBar {
            label: "What is shown",
            tabs: vec![
                TabItem::new("runs", "Job Runs").count(total),
                TabItem::new("logs", "Unified Logs").live(true),
            ],
            selected: tab.as_str(),
            onselect: move |chosen: String| {
                state.show(if chosen == "logs" { DashboardTab::Logs } else { DashboardTab::Runs });
            },
            {children}
        }
    }
}

#[component]
fn RunsPanel(state: Store<DashboardState>, runs: Query<Page<Run>>) -> Element {
    let mut state = state;
    let (open, page_number) = (*state.open().read(), *state.page().read());
    let retry = move |()| runs.refresh();
    let body = match (runs.value(), runs.error()) {
        (Some(page), stale) => rsx! {
            if let Some(problem) = stale {
                StaleNote { problem, at: runs.at(), onretry: retry }
            }
            if page.items.is_empty() {
                NoRuns { state }
            } else {
                JobRunsTable { page: (*page).clone(), open, ontoggle: move |run_id| state.toggle_open(run_id) }
            }
            Pager {
                noun: "run",
                total: page.total,
                page: page_number,
                size: PAGE_SIZE,
                onpage: move |page| state.turn_to(page),
                TimesSwitch {}
            }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The runs could not be read", problem, onretry: retry }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 10, label: "Reading the runs" }
        },
    };
    rsx! {
        div { class: "panel-body", id: "panel-runs", role: "tabpanel", aria_labelledby: "tab-runs", {body} }
    }
}

#[component]
fn NoRuns(state: Store<DashboardState>) -> Element {
    let simulated = use_lab().offered();
    let mut state = state;
    if state.read().narrows_runs() {
        return rsx! {
            Empty { title: "No run matches", text: "None of the runs of this period has what the filters ask for.", glyph: Glyph::Search,
                Button { label: "Clear the filters", onclick: move |_| state.clear_runs() }
            }
        };
    }
    let period = *state.period().read();
    rsx! {
        Empty {
            title: "Nothing ran in {period.words()}",
            text: if simulated {
                "Add your devices, give a credential one of their tags, and run a backup; or look around with simulated devices first."
            } else {
                "Add your devices, give a credential one of their tags, and run a backup."
            },
            glyph: Glyph::Dashboard,
            LabButton { kind: ButtonKind::Primary }
            Link { class: "btn btn-outline", to: Route::DevicesPage {}, "Add devices" }
            if period != Period::Month {
                Button { label: "Look back 30 days", kind: ButtonKind::Text, onclick: move |_| state.look_back(Period::Month) }
            }
        }
    }
}
