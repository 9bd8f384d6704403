//! A device by its name, found while it is typed, however many there are.

use dioxus::prelude::*;
use netraven_api::DeviceId;
use netraven_api::devices::ListDevices;

use crate::components::{Glyph, Icon};
use crate::data::{use_list_maybe, use_settled};

/// Names offered at once.
const OFFERED: i64 = 20;

/// The field. `onchoose` is called with a device once its whole name is there, or the only one that fits is confirmed.
#[component]
pub fn DeviceField(id: String, onchoose: EventHandler<DeviceId>) -> Element {
    let mut typed = use_signal(String::new);
    let settled = use_settled(move || typed.read().trim().to_owned());
    let found = use_list_maybe(move || {
        let name = settled.read().clone();
        (!name.is_empty()).then(|| ListDevices { hostname: Some(name), size: Some(OFFERED), ..ListDevices::default() })
    });
    let mut choose = move |device_id: DeviceId| {
        typed.set(String::new());
        onchoose.call(device_id);
    };
    let devices = found.value().map(|page| page.items.clone()).unwrap_or_default();
    let names: Vec<(DeviceId, String)> = devices.into_iter().map(|device| (device.id, device.hostname)).collect();
    let known = names.clone();
    // Confirming before the names are there need not be done twice.
    let mut confirmed = use_signal(|| false);
    use_effect(move || {
        let (text, names) = (typed.read().trim().to_owned(), found.value());
        if !confirmed() || found.loading() || *settled.peek() != text {
            return;
        }
        if let Some([device]) = names.as_deref().map(|page| page.items.as_slice()) {
            confirmed.set(false);
            choose(device.id);
        }
    });
    rsx! {
        div { class: "search search-device",
            Icon { glyph: Glyph::Devices, size: 15 }
            input {
                id: "{id}",
                r#type: "search",
                aria_label: "Device",
                placeholder: "Device",
                list: "{id}-names",
                value: "{typed}",
                spellcheck: "false",
                autocomplete: "off",
                oninput: move |event| {
                    let text = event.value();
                    confirmed.set(false);
                    // A name that was chosen from the list comes whole.
                    match known.iter().find(|(_, name)| *name == text.trim()) {
                        Some((device_id, _)) => choose(*device_id),
                        None => typed.set(text),
                    }
                },
                onkeydown: move |event| {
                    if event.key() == Key::Enter && !typed.peek().trim().is_empty() {
                        event.prevent_default();
                        confirmed.set(true);
                    }
                },
            }
            datalist { id: "{id}-names",
                for (device_id, name) in names {
                    option { key: "{device_id}", value: "{name}" }
                }
            }
        }
    }
}
