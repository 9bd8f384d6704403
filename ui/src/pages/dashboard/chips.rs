//! The filters that are set, each as a chip that takes it away.

use dioxus::prelude::*;
use netraven_api::TagId;
use netraven_api::devices::GetDevice;
use netraven_api::jobs::GetJob;

use super::state::{
    DashboardState, DashboardStateStoreExt, DashboardTab, DashboardVerbs, LogChoiceStoreExt, RunChoiceStoreExt,
    ScopeStoreExt,
};
use super::words::{status_word, trigger_word};
use crate::components::Chip;
use crate::data::use_query_maybe;
use crate::features::pickers::use_tags_of;
use crate::format;
use crate::state::moment::use_moment;

/// The chips of the tab on screen; nothing while no filter is set.
#[component]
pub fn FilterChips(mut state: Store<DashboardState>) -> Element {
    let moment = use_moment();
    let job = use_query_maybe(move || state.scope().job_id().cloned().map(GetJob));
    let device = use_query_maybe(move || state.scope().device_id().cloned().map(GetDevice));
    let on_runs = *state.tab().read() == DashboardTab::Runs;
    let narrowed = if on_runs { state.read().narrows_runs() } else { state.read().narrows_log() };
    if !narrowed {
        return rsx! {};
    }
    rsx! {
        div { class: "chips", role: "group", aria_label: "Filters that are set",
            if let Some(span) = state.scope().span().cloned() {
                Chip {
                    text: format::span(span, &moment.zone()),
                    onremove: move |()| state.choose_span(None),
                }
            }
            if let Some(id) = state.scope().job_id().cloned() {
                Chip {
                    text: format!("Job {}", job.value().filter(|job| job.id == id).map_or(id.to_string(), |job| job.name.clone())),
                    onremove: move |()| state.choose_job(None),
                }
            }
            if let Some(id) = state.scope().device_id().cloned() {
                Chip {
                    text: format!("Device {}", device.value().filter(|device| device.id == id).map_or(id.to_string(), |device| device.hostname.clone())),
                    onremove: move |()| state.choose_device(None),
                }
            }
            if on_runs {
                RunChips { state }
            } else {
                LogChips { state }
            }
        }
    }
}

#[component]
fn RunChips(mut state: Store<DashboardState>) -> Element {
    let tags = use_tags_of(move || state.runs().tags().cloned());
    let name = |id: TagId| {
        let known = tags.value();
        known
            .and_then(|page| page.items.iter().find(|tag| tag.id == id).map(|tag| tag.name.clone()))
            .unwrap_or_else(|| id.to_string())
    };
    let search = state.runs().search().read().trim().to_owned();
    rsx! {
        for status in state.runs().statuses().cloned() {
            Chip {
                key: "status-{status.as_str()}",
                text: "Status {status_word(status)}",
                onremove: move |()| {
                    let mut left = state.runs().statuses().cloned();
                    left.retain(|other| *other != status);
                    state.choose_statuses(left);
                },
            }
        }
        if let Some(kind) = state.runs().kind().cloned() {
            Chip { text: "Kind {format::job_kind(&kind)}", onremove: move |()| state.choose_kind(None) }
        }
        if let Some(trigger) = state.runs().trigger().cloned() {
            Chip { text: "Trigger {trigger_word(trigger)}", onremove: move |()| state.choose_trigger(None) }
        }
        for id in state.runs().tags().cloned() {
            Chip {
                key: "tag-{id}",
                text: "Tag {name(id)}",
                onremove: move |()| {
                    let mut left = state.runs().tags().cloned();
                    left.retain(|other| *other != id);
                    state.choose_tags(left);
                },
            }
        }
        if !search.is_empty() {
            Chip { text: "Name \"{search}\"", onremove: move |()| state.search_runs(String::new()) }
        }
    }
}

#[component]
fn LogChips(state: Store<DashboardState>) -> Element {
    let search = state.log().search().read().trim().to_owned();
    rsx! {
        for level in state.log().levels().cloned() {
            Chip {
                key: "level-{level}",
                text: format!("Level {}", level.known().map_or_else(|| level.to_string(), |level| level.title().to_owned())),
                onremove: move |()| state.log().levels().write().retain(|other| *other != level),
            }
        }
        for log_type in state.log().types().cloned() {
            Chip {
                key: "type-{log_type}",
                text: "Type {log_type}",
                onremove: move |()| state.log().types().write().retain(|other| *other != log_type),
            }
        }
        for source in state.log().sources().cloned() {
            Chip {
                key: "source-{source}",
                text: "Source {source}",
                onremove: move |()| state.log().sources().write().retain(|other| *other != source),
            }
        }
        for wanted in state.log().meta().cloned() {
            Chip {
                key: "meta-{wanted}",
                text: "{wanted.path.join(\".\")} {wanted.value.as_deref().unwrap_or(\"none\")}",
                onremove: move |()| state.log().meta().write().retain(|other| *other != wanted),
            }
        }
        if let Some(id) = state.log().run_id().cloned() {
            Chip { text: "Run {id}", onremove: move |()| state.log().run_id().set(None) }
        }
        if !search.is_empty() {
            Chip { text: "Text \"{search}\"", onremove: move |()| state.log().search().set(String::new()) }
        }
    }
}
