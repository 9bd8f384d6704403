//! What a job works on: shown in its row, and chosen for a new one.

use dioxus::prelude::*;
use netraven_api::DeviceId;
use netraven_api::devices::{Device, GetDevice, ListDevices};
use netraven_api::jobs::Job;
use netraven_api::native::LAB_TAG;

use crate::components::{Glyph, Icon, SelectField, TextField};
use crate::data::{use_finder, use_query_maybe};
use crate::features::lab::SimulatedTag;

/// Devices offered at once; further ones are found by their name.
const OFFERED: i64 = 50;

/// The tags or the device of a job.
#[component]
pub fn Target(job: ReadSignal<Job>) -> Element {
    let device = use_query_maybe(move || job.read().device_id.map(GetDevice));
    let shown = job.read().clone();
    if let Some(id) = shown.device_id {
        let name = device.value().map_or_else(|| format!("device {id}"), |device| device.hostname.clone());
        return rsx! {
            span { class: "target",
                Icon { glyph: Glyph::Devices, size: 13 }
                span { class: "cut", "{name}" }
            }
        };
    }
    let names: Vec<&str> = shown.tags.iter().map(|tag| tag.name.as_str()).filter(|name| *name != LAB_TAG).collect();
    let word = if names.len() == 1 { "tag" } else { "tags" };
    rsx! {
        SimulatedTag { tags: shown.tags.clone() }
        if shown.tags.is_empty() {
            span { class: "text-warning", "no devices" }
        } else if !names.is_empty() {
            span { " {word} {names.join(\", \")}" }
        }
    }
}

/// Lets a person choose one device by a part of its name.
#[component]
pub fn DeviceField(
    chosen: Option<DeviceId>,
    error: Option<String>,
    onchange: EventHandler<Option<DeviceId>>,
) -> Element {
    let mut kept = use_signal(|| None::<(String, String)>);
    let devices = use_finder(
        |device: &Device| &device.hostname,
        |hostname| ListDevices { size: Some(OFFERED), hostname, ..ListDevices::default() },
    );
    let mut search = devices.typed();
    let found: Vec<(String, String)> = devices
        .rows()
        .unwrap_or_default()
        .iter()
        .map(|device| (device.id.to_string(), format!("{}, {}", device.hostname, device.ip_address)))
        .collect();
    let mut options = vec![(String::new(), "Choose a device".to_owned())];
    // What was chosen stays on offer when the next search does not find it.
    options.extend(kept().filter(|kept| !found.contains(kept)));
    options.extend(found.iter().cloned());
    let error = error.or_else(|| devices.error().map(|problem| problem.message));
    rsx! {
        div { class: "fields-2",
            TextField {
                id: "job-find-device",
                label: "Find device",
                value: search(),
                placeholder: "part of its hostname",
                autocomplete: "off",
                oninput: move |text| search.set(text),
            }
            SelectField {
                id: "job-device",
                label: "Device",
                value: chosen.map(|id| id.to_string()).unwrap_or_default(),
                options,
                hint: devices.note().unwrap_or_default(),
                error,
                onchange: move |id: String| {
                    kept.set(found.iter().find(|(value, _)| *value == id).cloned());
                    onchange.call(id.parse().ok());
                },
            }
        }
    }
}
