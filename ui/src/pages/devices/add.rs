//! The dialog that adds one device.

use dioxus::prelude::*;
use netraven_api::devices::{CreateDevice, Device, DeviceInput};
use netraven_api::native::Feature;
use netraven_api::platforms::ListPlatforms;
use netraven_api::{Problem, TagId};

use super::approval::waiting;
use crate::components::{SelectField, TextField};
use crate::data::{use_api, use_query};
use crate::features::form::{FormDialog, refusal_of, use_form};
use crate::features::tags_field::{TagsField, tag_ids};
use crate::state::notices::use_notices;
use crate::state::session::{Workplace, use_workplace};

/// Fields that show their own refusal.
const FIELDS: [&str; 7] = ["hostname", "ip_address", "port", "device_type", "tags", "new_tag", "description"];

/// Adds a device.
#[component]
pub fn AddDevice(onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let platforms = use_query(|| ListPlatforms);
    let mut hostname = use_signal(String::new);
    let mut address = use_signal(String::new);
    let mut port = use_signal(|| "22".to_owned());
    let mut platform = use_signal(String::new);
    let mut description = use_signal(String::new);
    let (chosen, fresh) = (use_signal(Vec::<TagId>::new), use_signal(String::new));
    let form = use_form();

    let submit = move |()| {
        let Some(input) =
            form.accept(read(&hostname.peek(), &address.peek(), &port.peek(), &platform.peek(), &description.peek()))
        else {
            return;
        };
        let api = api.clone();
        let sending = async move {
            let tags = Some(tag_ids(&api, chosen, fresh).await?);
            api.send(&CreateDevice(DeviceInput { tags, ..input })).await
        };
        form.send(sending, move |device| {
            notices.done(added(&device));
            onclose.call(());
        });
    };

    let known = platforms.value();
    let mut options = vec![(String::new(), "Choose a platform".to_owned())];
    options.extend(known.iter().flat_map(|known| known.items.iter()).map(|one| (one.name.clone(), one.title.clone())));
    let refused_files = known.map(|known| known.refused.join(" ")).unwrap_or_default();
    let platform_error = form.refusal("device_type").or_else(|| platforms.error().map(|problem| problem.message));
    rsx! {
        FormDialog {
            id: "add-device",
            title: "Add device",
            action: "Add",
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            TextField {
                id: "device-hostname",
                label: "Hostname",
                value: hostname(),
                required: true,
                focus: true,
                autocomplete: "off",
                error: form.refusal("hostname"),
                oninput: move |text| hostname.set(text),
            }
            div { class: "fields-address",
                TextField {
                    id: "device-address",
                    label: "Address",
                    value: address(),
                    placeholder: "192.0.2.10, 2001:db8::10 or a name",
                    required: true,
                    autocomplete: "off",
                    error: form.refusal("ip_address"),
                    oninput: move |text| address.set(text),
                }
                TextField {
                    id: "device-port",
                    label: "SSH port",
                    kind: "number",
                    value: port(),
                    hint: other_port(&port.read(), &workplace),
                    error: form.refusal("port"),
                    oninput: move |text| port.set(text),
                }
            }
            SelectField {
                id: "device-platform",
                label: "Platform",
                value: platform(),
                options,
                hint: refused_files,
                error: platform_error,
                onchange: move |name| platform.set(name),
            }
            TagsField {
                id: "device-tags",
                label: "Tags",
                chosen,
                fresh,
                hint: "A credential is used for devices that share one of its tags. The tag default is always added.",
                form,
            }
            TextField {
                id: "device-description",
                label: "Description",
                value: description(),
                error: form.refusal("description"),
                oninput: move |text| description.set(text),
            }
        }
    }
}

/// The device as typed, or what is missing; what the server alone can know it says itself.
fn read(hostname: &str, address: &str, port: &str, platform: &str, description: &str) -> Result<DeviceInput, Problem> {
    let mut wrong = Vec::new();
    let mut needed = |field, text: &str, sentence: &str| {
        if text.trim().is_empty() {
            wrong.push((field, sentence.to_owned()));
        }
        Some(text.trim().to_owned())
    };
    let hostname = needed("hostname", hostname, "Enter the device's hostname.");
    let ip_address = needed("ip_address", address, "Enter an IPv4 or IPv6 address, or a name.");
    let device_type = needed("device_type", platform, "Choose the device's platform.");
    let port = match port.trim() {
        "" => Some(22),
        text => text.parse::<i64>().ok().filter(|port| (1..=65_535).contains(port)),
    };
    if port.is_none() {
        wrong.push(("port", "Enter a port from 1 to 65535.".to_owned()));
    }
    let description = Some(description.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    match refusal_of(wrong) {
        Some(problem) => Err(problem),
        None => Ok(DeviceInput { hostname, ip_address, device_type, port, description, ..DeviceInput::default() }),
    }
}

/// What comes of another port than 22 on this server.
fn other_port(port: &str, workplace: &Workplace) -> String {
    let is_other = !matches!(port.trim(), "" | "22");
    workplace.refusal(Feature::DevicePort).filter(|_| is_other).unwrap_or_default()
}

fn added(device: &Device) -> String {
    if waiting(device).is_some() {
        format!(
            "{} was added and waits for approval: no credential is sent to it until an admin approves it.",
            device.hostname
        )
    } else if device.matching_credentials_count == 0 {
        format!("{} was added. No credential shares a tag with it yet, so a backup cannot sign in.", device.hostname)
    } else {
        format!("{} was added.", device.hostname)
    }
}
