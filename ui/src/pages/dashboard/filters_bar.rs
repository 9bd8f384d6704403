//! The filters of both tabs, each mapped to a parameter of the API.

use dioxus::prelude::*;
use netraven_api::jobs::{CONFIG_BACKUP, ListJobs, REACHABILITY};
use netraven_api::logs::{LEVELS, TYPES};
use netraven_api::runs::RunStatus;

use super::device_field::DeviceField;
use super::span_dialog::SpanDialog;
use super::state::{DashboardState, DashboardStateStoreExt, DashboardTab, DashboardVerbs};
use crate::components::{Button, ButtonKind, Choice, Glyph, Picker, SearchField};
use crate::data::use_query;
use crate::state::moment::use_moment;
use crate::state::span::Span;

/// The filters of the tab on screen.
#[component]
pub fn JobFiltersBar(state: Store<DashboardState>, #[props(default)] sources: Vec<String>) -> Element {
    let jobs = use_query(|| ListJobs { size: Some(100), ..ListJobs::default() });
    let mut state = state;
    let jobs: Vec<Choice> = jobs
        .value()
        .map(|page| page.items.iter().map(|job| Choice::new(job.id.to_string(), job.name.clone())).collect())
        .unwrap_or_default();
    let chosen_job: Vec<String> = state.job_id().read().iter().map(i64::to_string).collect();
    let narrowed = match *state.tab().read() {
        DashboardTab::Runs => state.read().narrows_runs(),
        DashboardTab::Logs => state.read().narrows_log(),
    };
    rsx! {
        div { class: "filters", role: "search", aria_label: "Filters",
            match *state.tab().read() {
                DashboardTab::Runs => rsx! { RunFilters { state } },
                DashboardTab::Logs => rsx! { LogFilters { state, sources } },
            }
            Picker {
                id: "filter-job",
                label: "Job",
                none: "all",
                choices: jobs,
                selected: chosen_job,
                onchange: move |chosen: Vec<String>| state.choose_job(chosen.first().and_then(|id| id.parse().ok())),
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
fn LogFilters(state: Store<DashboardState>, sources: Vec<String>) -> Element {
    let moment = use_moment();
    let mut asking = use_signal(|| false);
    let levels = LEVELS.map(|level| Choice::new(level, level.to_lowercase())).to_vec();
    let mut sources = sources;
    // What is chosen stays to be seen, though no line on screen has it.
    sources.extend(state.sources().cloned());
    sources.sort();
    sources.dedup();
    let sources = sources.into_iter().map(|source| Choice::new(source.clone(), source)).collect::<Vec<_>>();
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
        Picker {
            id: "filter-source",
            label: "Source",
            none: "all",
            choices: sources,
            selected: state.sources().cloned(),
            several: true,
            onchange: move |chosen| state.sources().set(chosen),
        }
        DeviceField { id: "filter-device", onchoose: move |device_id| state.device_id().set(Some(device_id)) }
        Button { label: "From, to", small: true, glyph: Glyph::Calendar, onclick: move |_| asking.set(true) }
        if asking() {
            SpanDialog {
                first: state.span().cloned().unwrap_or_else(|| {
                    let now = moment.glance();
                    Span { from: state.period().read().began(now), until: now }
                }),
                onchoose: move |span| {
                    state.span().set(Some(span));
                    asking.set(false);
                },
                onclose: move |()| asking.set(false),
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
