//! The filters of the log that are set, each as a chip that takes it away.

use dioxus::prelude::*;
use netraven_api::devices::GetDevice;
use netraven_api::jobs::GetJob;

use super::state::{DashboardState, DashboardStateStoreExt, DashboardVerbs};
use crate::components::Chip;
use crate::data::use_query_maybe;
use crate::format;
use crate::state::moment::use_moment;

/// The chips; nothing while no filter is set.
#[component]
pub fn LogChips(state: Store<DashboardState>) -> Element {
    let mut state = state;
    let moment = use_moment();
    let job = use_query_maybe(move || state.job_id().cloned().map(GetJob));
    let device = use_query_maybe(move || state.device_id().cloned().map(GetDevice));
    if !state.read().narrows_log() {
        return rsx! {};
    }
    let search = state.log_search().read().trim().to_owned();
    rsx! {
        div { class: "chips", role: "group", aria_label: "Filters that are set",
            if let Some(span) = state.span().cloned() {
                Chip {
                    text: format::span(span, moment.glance(), &moment.zone()),
                    onremove: move |()| state.span().set(None),
                }
            }
            for level in state.levels().cloned() {
                Chip {
                    key: "level-{level}",
                    text: "Level {level.to_lowercase()}",
                    onremove: move |()| state.levels().write().retain(|other| *other != level),
                }
            }
            for log_type in state.types().cloned() {
                Chip {
                    key: "type-{log_type}",
                    text: "Type {log_type}",
                    onremove: move |()| state.types().write().retain(|other| *other != log_type),
                }
            }
            for source in state.sources().cloned() {
                Chip {
                    key: "source-{source}",
                    text: "Source {source}",
                    onremove: move |()| state.sources().write().retain(|other| *other != source),
                }
            }
            if let Some(id) = state.job_id().cloned() {
                Chip {
                    text: format!("Job {}", job.value().filter(|job| job.id == id).map_or(id.to_string(), |job| job.name.clone())),
                    onremove: move |()| state.choose_job(None),
                }
            }
            if let Some(id) = state.device_id().cloned() {
                Chip {
                    text: format!("Device {}", device.value().filter(|device| device.id == id).map_or(id.to_string(), |device| device.hostname.clone())),
                    onremove: move |()| state.device_id().set(None),
                }
            }
            if let Some(id) = state.run_id().cloned() {
                Chip { text: "Run {id}", onremove: move |()| state.run_id().set(None) }
            }
            if !search.is_empty() {
                Chip { text: "Text \"{search}\"", onremove: move |()| state.log_search().set(String::new()) }
            }
        }
    }
}
