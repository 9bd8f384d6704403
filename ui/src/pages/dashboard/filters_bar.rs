//! The filters of both tabs, each mapped to a parameter of the API.

use dioxus::prelude::*;
use netraven_api::jobs::{CONFIG_BACKUP, ListJobs, REACHABILITY};
use netraven_api::logs::{LEVELS, TYPES};
use netraven_api::runs::RunStatus;

use super::state::{DashboardState, DashboardStateStoreExt, DashboardTab, DashboardVerbs};
use crate::components::{Button, ButtonKind, Chip, Choice, Glyph, Picker, SearchField};
use crate::data::use_query;
use crate::format;
use crate::state::moment::use_moment;

/// The filters of the tab on screen.
#[component]
pub fn JobFiltersBar(state: Store<DashboardState>) -> Element {
    let jobs = use_query(|| ListJobs { size: Some(100), ..ListJobs::default() });
    let mut state = state;
    let jobs: Vec<Choice> = jobs
        .value()
        .map(|page| page.items.iter().map(|job| Choice::new(job.id.to_string(), job.name.clone())).collect())
        .unwrap_or_default();
    let chosen_job: Vec<String> = state.job_id().read().iter().map(i64::to_string).collect();
    let (moment, on_logs) = (use_moment(), *state.tab().read() == DashboardTab::Logs);
    let narrowed = match *state.tab().read() {
        DashboardTab::Runs => state.read().narrows_runs(),
        DashboardTab::Logs => state.read().narrows_log(),
    };
    rsx! {
        div { class: "filters", role: "search", aria_label: "Filters",
            match *state.tab().read() {
                DashboardTab::Runs => rsx! { RunFilters { state } },
                DashboardTab::Logs => rsx! { LogFilters { state } },
            }
            Picker {
                id: "filter-job",
                label: "Job",
                none: "all",
                choices: jobs,
                selected: chosen_job,
                onchange: move |chosen: Vec<String>| state.choose_job(chosen.first().and_then(|id| id.parse().ok())),
            }
            if let Some(span) = state.span().cloned().filter(|_| on_logs) {
                Chip {
                    text: format::span(span, moment.glance(), &moment.zone()),
                    onremove: move |()| state.span().set(None),
                }
            }
            if narrowed {
                Button {
                    label: "Clear",
                    kind: ButtonKind::Text,
                    small: true,
                    glyph: Glyph::Cross,
                    onclick: move |_| {
                        let tab = *state.tab().peek();
                        match tab {
                            DashboardTab::Runs => state.clear_runs(),
                            DashboardTab::Logs => state.clear_log(),
                        }
                    },
                }
            }
        }
    }
}

#[component]
fn RunFilters(state: Store<DashboardState>) -> Element {
    let mut state = state;
    let statuses = RunStatus::ALL.map(|status| Choice::new(status.as_str(), status_word(status))).to_vec();
    let chosen = state.statuses().read().iter().map(|status| status.as_str().to_owned()).collect::<Vec<_>>();
    let kinds = vec![Choice::new(CONFIG_BACKUP, "backup"), Choice::new(REACHABILITY, "reachability")];
    rsx! {
        SearchField {
            id: "filter-runs",
            label: "Find job or device",
            value: state.search().cloned(),
            oninput: move |text| state.search_runs(text),
        }
        Picker {
            id: "filter-status",
            label: "Status",
            none: "any",
            choices: statuses,
            selected: chosen,
            several: true,
            onchange: move |chosen: Vec<String>| {
                state.choose_statuses(chosen.iter().filter_map(|word| RunStatus::parse(word)).collect());
            },
        }
        Picker {
            id: "filter-kind",
            label: "Kind",
            none: "all",
            choices: kinds,
            selected: state.kind().read().iter().cloned().collect::<Vec<_>>(),
            onchange: move |chosen: Vec<String>| state.choose_kind(chosen.into_iter().next()),
        }
    }
}

#[component]
fn LogFilters(state: Store<DashboardState>) -> Element {
    let levels = LEVELS.map(|level| Choice::new(level, level.to_lowercase())).to_vec();
    let types = TYPES.map(|log_type| Choice::new(log_type, log_type)).to_vec();
    rsx! {
        SearchField {
            id: "filter-lines",
            label: "Find in messages",
            value: state.log_search().cloned(),
            oninput: move |text| state.log_search().set(text),
        }
        Picker {
            id: "filter-level",
            label: "Level",
            none: "any",
            choices: levels,
            selected: state.levels().cloned(),
            several: true,
            onchange: move |chosen| state.levels().set(chosen),
        }
        Picker {
            id: "filter-type",
            label: "Type",
            none: "all",
            choices: types,
            selected: state.types().cloned(),
            several: true,
            onchange: move |chosen| state.types().set(chosen),
        }
        if let Some(device_id) = state.device_id().cloned() {
            Button {
                label: "Device {device_id}",
                small: true,
                glyph: Glyph::Cross,
                onclick: move |_| state.device_id().set(None),
            }
        }
    }
}

fn status_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Queued => "queued",
        RunStatus::Running => "running",
        RunStatus::Succeeded => "succeeded",
        RunStatus::PartlyFailed => "partly failed",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "cancelled",
    }
}
