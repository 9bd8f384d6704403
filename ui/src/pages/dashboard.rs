//! The Job Status Dashboard: cards, runs and logs of a period.

use dioxus::prelude::*;
use jiff::Timestamp;
use netraven_api::native::ExportWhat;

use crate::address::use_address;
use crate::components::{Button, ButtonKind, Glyph, LayoutMenu, PageHeader, Panel, TabBar, TabItem, UpdatedAgo};
use crate::data::{use_list_in_time, use_query_in_time, use_settled};
use crate::features::lab::LabBand;
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::charts::Charts;
use crate::state::kept::use_kept;
use crate::state::moment::use_moment;

mod address;
mod charts;
mod chips;
mod export;
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

use charts::{ChartsToggle, RunCharts, are_read};
use chips::FilterChips;
use export::ExportButton;
use filters_bar::JobFiltersBar;
use logs_panel::LogsPanel;
use period_choice::PeriodChoice;
use run_chooser::RunChooser;
use runs_columns::RUNS;
use runs_panel::RunsPanel;
use state::{
    DashboardState, DashboardStateStoreExt, DashboardTab, DashboardVerbs, Period, RunChoiceStoreExt, ScopeStoreExt,
};
use summary_cards::JobSummaryCards;
use views_menu::ViewsMenu;

/// A time that stands still.
const STILL: Timestamp = Timestamp::UNIX_EPOCH;

/// The dashboard. `view` is its state as the page's address has it.
#[component]
pub fn JobDashboard(view: ReadSignal<String>) -> Element {
    let moment = use_moment();
    let mut state = use_store(|| address::read(&view.peek()));
    use_address(state, view, |view| Route::JobDashboard { view });
    let mut choosing = use_signal(|| false);
    // The requests follow the minute, not the second.
    let minute = use_memo(move || Period::Hour.began(moment.now()));
    let search = use_settled(move || state.runs().search().cloned());
    // The query does not change with the minute: it is identified by the same request at a fixed time.
    let runs = use_list_in_time(
        move || state.read().list(&search.read(), STILL),
        move || {
            let _ = minute.read();
            Some(state.read().list(&search.read(), moment.glance()))
        },
    );
    let summary = use_list_in_time(
        move || state.read().summary(&search.read(), STILL),
        move || {
            let _ = minute.read();
            Some(state.read().summary(&search.read(), moment.glance()))
        },
    );
    let charts = use_kept::<Charts>();
    let on_runs = move || *state.tab().read() == DashboardTab::Runs;
    let bars = use_memo(move || {
        let _ = minute.read();
        state.read().bars(moment.glance(), &moment.zone())
    });
    let outcomes = use_query_in_time(
        move || {
            let (bars, since) = state.read().bars(STILL, &moment.zone());
            state.read().outcomes(&search.read(), &bars, since)
        },
        move || {
            let (bars, since) = &*bars.read();
            on_runs().then(|| state.read().outcomes(&search.read(), bars, *since))
        },
    );
    let timeline = use_query_in_time(
        move || state.read().timeline(&search.read(), STILL),
        move || {
            let _ = minute.read();
            let drawn = on_runs() && charts.get() == Charts::Shown;
            drawn.then(|| state.read().timeline(&search.read(), moment.glance()))
        },
    );
    let under_way = use_query_in_time(
        move || state.read().under_way(&search.read(), STILL),
        move || {
            let _ = minute.read();
            let some = on_runs() && summary.value().is_some_and(|sums| sums.running > 0);
            some.then(|| state.read().under_way(&search.read(), moment.glance()))
        },
    );
    let tab = *state.tab().read();
    // The numbers of another period are no numbers of this one: not for a moment, however slow the server is.
    let reading = runs.is_of_before() || summary.is_of_before();
    let total = runs.value().filter(|_| !runs.is_of_before()).map(|page| format::number(page.total));
    let any_rows = runs.value().is_some_and(|page| !page.items.is_empty());
    let mut log_refresh = use_signal(|| 0_u64);
    let refresh = move |_| {
        runs.refresh();
        summary.refresh();
        outcomes.refresh();
        timeline.refresh();
        under_way.refresh();
        log_refresh += 1;
    };
    rsx! {
        LabBand {}
        PageHeader {
            title: "Job Status Dashboard",
            crumbs: Section::JobStatus.crumbs(),
            UpdatedAgo { at: runs.at(), loading: runs.loading(), of_before: reading }
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
            outcomes,
            under_way,
            span: state.scope().span().cloned(),
            chosen: state.runs().statuses().cloned(),
            slim: tab == DashboardTab::Logs,
            onchoose: move |statuses| state.toggle_statuses(statuses),
        }
        Panel { reading,
            match tab {
                DashboardTab::Runs => rsx! {
                    Tabs { state, total,
                        ChartsToggle {}
                        LayoutMenu { table: &RUNS }
                        ExportButton {
                            noun: "run",
                            what: move |()| ExportWhat::Runs { query: state.peek().list(&search.peek(), moment.glance()) },
                        }
                    }
                    JobFiltersBar { state }
                    FilterChips { state }
                    if charts.get() == Charts::Shown {
                        RunCharts { state, unit: bars.read().0.unit.clone(), rows: any_rows, outcomes, timeline }
                    }
                    RunsPanel { state, search, runs, charts_are_read: charts.get() == Charts::Shown && are_read(outcomes, timeline) }
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
fn Tabs(mut state: Store<DashboardState>, total: Option<String>, children: Element) -> Element {
    let tab = *state.tab().read();
    rsx! {
        TabBar {
            label: "Content",
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
