//! The filters of both tabs, each mapped to a parameter of the API.

use dioxus::prelude::*;
use netraven_api::Open;
use netraven_api::jobs::JobKind;
use netraven_api::logs::{Level, LogType};
use netraven_api::native::Feature;
use netraven_api::runs::{RunStatus, Trigger};

use super::state::{
    DashboardState, DashboardStateStoreExt, DashboardTab, DashboardVerbs, LogChoiceStoreExt, RunChoiceStoreExt,
    ScopeStoreExt,
};
use super::words::{status_word, trigger_word};
use crate::components::{Button, ButtonKind, Choice, Glyph, Picker, SearchField};
use crate::features::device_field::DeviceField;
use crate::features::pickers::{JobPicker, TagPicker};
use crate::state::session::use_workplace;

/// The filters of the tab on screen.
#[component]
pub fn JobFiltersBar(mut state: Store<DashboardState>, #[props(default)] sources: Vec<String>) -> Element {
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
            JobPicker {
                id: "filter-job",
                none: "all",
                chosen: state.scope().job_id().cloned(),
                onchange: move |chosen| state.choose_job(chosen),
            }
            DeviceField { id: "filter-device", onchoose: move |device_id| state.choose_device(Some(device_id)) }
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
fn RunFilters(mut state: Store<DashboardState>) -> Element {
    // Only a server that keeps no record of runs leaves anything unknown.
    let is_recorded = use_workplace().refusal(Feature::RunRecords).is_none();
    let statuses = RunStatus::ALL.into_iter().filter(|status| *status != RunStatus::Unknown || !is_recorded);
    let statuses = statuses.map(|status| Choice::new(status.as_str(), status_word(status))).collect::<Vec<_>>();
    let triggers = Trigger::ALL.into_iter().filter(|trigger| *trigger != Trigger::Unknown || !is_recorded);
    let triggers = triggers.map(|trigger| Choice::new(trigger.as_str(), trigger_word(trigger))).collect::<Vec<_>>();
    let chosen = state.runs().statuses().read().iter().map(|status| status.as_str().to_owned()).collect::<Vec<_>>();
    let kinds = JobKind::ALL.map(|kind| Choice::new(kind.as_str(), kind.short())).to_vec();
    rsx! {
        SearchField {
            id: "filter-runs",
            label: "Find job or device",
            value: state.runs().search().cloned(),
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
            selected: state.runs().kind().read().iter().map(ToString::to_string).collect::<Vec<_>>(),
            onchange: move |chosen: Vec<String>| state.choose_kind(chosen.first().map(|word| Open::of(word))),
        }
        Picker {
            id: "filter-trigger",
            label: "Trigger",
            none: "any",
            choices: triggers,
            selected: state.runs().trigger().read().iter().map(|trigger| trigger.as_str().to_owned()).collect::<Vec<_>>(),
            onchange: move |chosen: Vec<String>| state.choose_trigger(chosen.first().and_then(|word| Trigger::parse(word))),
        }
        TagPicker {
            id: "filter-tag",
            none: "all",
            chosen: state.runs().tags().cloned(),
            onchange: move |chosen| state.choose_tags(chosen),
        }
    }
}

#[component]
fn LogFilters(mut state: Store<DashboardState>, mut sources: Vec<String>) -> Element {
    let levels = Level::ALL.map(|level| Choice::new(level.as_str(), level.title())).to_vec();
    // What is chosen stays to be seen, though no line on screen has it.
    sources.extend(state.log().sources().cloned());
    sources.sort();
    sources.dedup();
    let sources = sources.into_iter().map(|source| Choice::new(source.clone(), source)).collect::<Vec<_>>();
    let types = LogType::ALL.map(|kind| Choice::new(kind.as_str(), kind.as_str())).to_vec();
    rsx! {
        SearchField {
            id: "filter-lines",
            label: "Find in messages",
            value: state.log().search().cloned(),
            oninput: move |text| state.search_log(text),
        }
        Picker {
            id: "filter-level",
            label: "Level",
            none: "any",
            choices: levels,
            selected: state.log().levels().read().iter().map(ToString::to_string).collect::<Vec<_>>(),
            several: true,
            onchange: move |chosen: Vec<String>| state.log().levels().set(chosen.iter().map(|word| Open::of(word)).collect()),
        }
        Picker {
            id: "filter-type",
            label: "Type",
            none: "all",
            choices: types,
            selected: state.log().types().read().iter().map(ToString::to_string).collect::<Vec<_>>(),
            several: true,
            onchange: move |chosen: Vec<String>| state.log().types().set(chosen.iter().map(|word| Open::of(word)).collect()),
        }
        Picker {
            id: "filter-source",
            label: "Source",
            none: "all",
            choices: sources,
            selected: state.log().sources().cloned(),
            several: true,
            others: true,
            onchange: move |chosen| state.log().sources().set(chosen),
        }
    }
}
