//! The Job Status Dashboard: cards, runs and logs of a period.

use dioxus::prelude::*;
use netraven_api::native::ExportWhat;

use crate::components::{Button, ButtonKind, Crumb, Glyph, LayoutMenu, PageHeader, TabBar, TabItem, UpdatedAgo};
use crate::data::{use_query, use_settled};
use crate::format;
use crate::pages::export::ExportButton;
use crate::pages::lab::LabBand;
use crate::route::Route;
use crate::state::moment::use_moment;

mod address;
mod chips;
mod device_field;
mod filters_bar;
mod logs_panel;
mod period_choice;
mod run_chooser;
mod runs_columns;
mod runs_panel;
mod runs_table;
mod span_dialog;
pub mod state;
mod summary_cards;
mod views_menu;
mod words;

use chips::FilterChips;
use filters_bar::JobFiltersBar;
use logs_panel::LogsPanel;
use period_choice::PeriodChoice;
use run_chooser::RunChooser;
use runs_columns::RUNS;
use runs_panel::RunsPanel;
use state::{DashboardState, DashboardStateStoreExt, DashboardTab, DashboardVerbs, Period};
use summary_cards::JobSummaryCards;
use views_menu::ViewsMenu;

/// The dashboard. `view` is its state as the page's address has it.
#[component]
pub fn JobDashboard(view: ReadSignal<String>) -> Element {
    let moment = use_moment();
    let mut state = use_store(|| address::read(&view.peek()));
    use_address(state, view);
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
        state.read().summary(&search.read(), moment.glance())
    });
    let tab = *state.tab().read();
    let total = runs.value().map(|page| format::number(page.total));
    let mut log_refresh = use_signal(|| 0_u64);
    let refresh = move |_| {
        runs.refresh();
        summary.refresh();
        log_refresh += 1;
    };
    rsx! {
        LabBand {}
        PageHeader {
            title: "Job Status Dashboard",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("Dashboard"), Crumb::here("Job Status")],
            UpdatedAgo { at: runs.at(), loading: runs.loading() }
            PeriodChoice { state }
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
                        LayoutMenu { table: &RUNS }
                        ExportButton {
                            noun: "run",
                            what: move |()| ExportWhat::Runs { query: state.peek().runs(&search.peek(), moment.glance()) },
                        }
                    }
                    JobFiltersBar { state }
                    FilterChips { state }
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

/// Keeps state and address the same: back, forward and links change the state, what a person chooses changes the address.
fn use_address(mut state: Store<DashboardState>, view: ReadSignal<String>) {
    let go = navigator();
    // The newest address written here. It comes back as `view` a little later, when the state may be further already.
    let mut written = use_signal(|| view.peek().clone());
    use_effect(move || {
        let address = view();
        if address != *written.peek() {
            written.set(address.clone());
            state.set(address::read(&address));
        }
    });
    use_effect(move || {
        let address = address::write(&state.read());
        let here = written.peek().clone();
        if address == here || address::read(&here) == *state.peek() {
            return;
        }
        written.set(address.clone());
        let to = Route::JobDashboard { view: address.clone() };
        if address::is_a_step(&here, &address) {
            go.push(to);
        } else {
            go.replace(to);
        }
    });
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
            ViewsMenu { state }
        }
    }
}
