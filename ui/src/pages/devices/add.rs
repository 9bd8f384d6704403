//! The dialog that adds one device.

use dioxus::prelude::*;
use netraven_api::devices::{CreateDevice, Device, DeviceInput};
use netraven_api::native::Feature;
use netraven_api::platforms::{AUTO, ListPlatforms, Platform};
use netraven_api::{Problem, TagId, Transport};

use super::approval::waiting;
use crate::components::{SelectField, TextField};
use crate::data::{use_api, use_query};
use crate::features::form::{FormDialog, refusal_of, use_form};
use crate::features::jump_host::{DIRECTLY, JumpHostField, chosen as chosen_jump, ways};
use crate::features::tags_field::{TagsField, tag_ids};
use crate::state::notices::use_notices;
use crate::state::session::{Workplace, use_workplace};

/// Fields that show their own refusal.
const FIELDS: [&str; 9] =
    ["hostname", "ip_address", "port", "transport", "jump_host_id", "device_type", "tags", "new_tag", "description"];

/// What it means to choose no platform.
const RECOGNISED: &str = "The first backup asks the device a few harmless questions to find out its platform, and \
                          remembers it.";

/// Adds a device.
#[component]
pub fn AddDevice(onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let platforms = use_query(|| ListPlatforms);
    let mut hostname = use_signal(String::new);
    let mut address = use_signal(String::new);
    // Until a port is typed it is the usual one of the transport.
    let mut port = use_signal(|| None::<String>);
    let mut transport = use_signal(Transport::default);
    let mut jump = use_signal(String::new);
    let mut platform = use_signal(String::new);
    let mut description = use_signal(String::new);
    let (chosen, fresh) = (use_signal(Vec::<TagId>::new), use_signal(String::new));
    let form = use_form();

    let submit = move |()| {
        let chosen_transport = *transport.peek();
        let place = Place {
            address: address.peek().clone(),
            port: shown_port(&port.peek(), chosen_transport),
            transport: chosen_transport,
        };
        let Some(input) = form.accept(read(&hostname.peek(), &place, &platform.peek(), &description.peek())) else {
            return;
        };
        let api = api.clone();
        let jump_host_id = chosen_jump(&jump.peek()).map(Some);
        let direct = (*jump.peek() == DIRECTLY).then_some(true);
        let sending = async move {
            let tags = Some(tag_ids(&api, chosen, fresh).await?);
            api.send(&CreateDevice(DeviceInput { tags, jump_host_id, direct, ..input })).await
        };
        form.send(sending, move |device| {
            notices.done(added(&device));
            onclose.call(());
        });
    };

    let known = platforms.value();
    let mut options = vec![(String::new(), "Choose a platform".to_owned())];
    options.extend(known.iter().flat_map(|known| known.items.iter()).map(platform_choice));
    let refused_files = known.map(|known| known.refused.join(" ")).unwrap_or_default();
    let about_platform = if *platform.read() == AUTO { RECOGNISED.to_owned() } else { refused_files };
    let no_transports = workplace.refusal(Feature::Transports);
    let typed_port = shown_port(&port.read(), transport());
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
                    label: if transport() == Transport::Ssh { "SSH port" } else { "Port" },
                    kind: "number",
                    value: typed_port.clone(),
                    hint: other_port(&typed_port, &workplace),
                    error: form.refusal("port"),
                    oninput: move |text| port.set(Some(text)),
                }
            }
            SelectField {
                id: "device-transport",
                label: "Transport",
                value: transport().as_str(),
                options: Transport::ALL.map(|one| (one.as_str().to_owned(), one.title().to_owned())).to_vec(),
                disabled: no_transports.is_some(),
                hint: no_transports.unwrap_or_default(),
                error: form.refusal("transport"),
                onchange: move |word: String| transport.set(Transport::parse(&word).unwrap_or_default()),
            }
            if let Some(warning) = transport().warning() {
                p { class: "text-warning", role: "note", "{warning}" }
            }
            JumpHostField {
                id: "device-jump-host",
                label: "Reached through",
                value: jump(),
                first: ways(),
                error: form.refusal("jump_host_id"),
                onchange: move |id| jump.set(id),
            }
            SelectField {
                id: "device-platform",
                label: "Platform",
                value: platform(),
                options,
                hint: about_platform,
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

/// A platform to choose: its title, and how far it is proven.
pub fn platform_choice(platform: &Platform) -> (String, String) {
    let word = match platform.evidence {
        Some(evidence) => format!("{} ({})", platform.title, evidence.title().to_lowercase()),
        None => platform.title.clone(),
    };
    (platform.name.clone(), word)
}

/// Where the device is, as typed.
struct Place {
    address: String,
    port: String,
    transport: Transport,
}

/// The port that was typed, else the usual one.
fn shown_port(typed: &Option<String>, transport: Transport) -> String {
    let usual = || transport.usual_port().map(|port| port.to_string()).unwrap_or_default();
    typed.clone().unwrap_or_else(usual)
}

/// The device as typed, or what is missing; what the server alone can know it says itself.
fn read(hostname: &str, place: &Place, platform: &str, description: &str) -> Result<DeviceInput, Problem> {
    let mut wrong = Vec::new();
    let mut needed = |field, text: &str, sentence: &str| {
        if text.trim().is_empty() {
            wrong.push((field, sentence.to_owned()));
        }
        Some(text.trim().to_owned())
    };
    let hostname = needed("hostname", hostname, "Enter the device's hostname.");
    let ip_address = needed("ip_address", &place.address, "Enter an IPv4 or IPv6 address, or a name.");
    let device_type = needed("device_type", platform, "Choose the device's platform.");
    let port = match place.port.trim() {
        "" => place.transport.usual_port().map(i64::from),
        text => text.parse::<i64>().ok().filter(|port| (1..=65_535).contains(port)),
    };
    if port.is_none() {
        let sentence = if place.port.trim().is_empty() {
            "Enter the port of the console line: raw TCP has no usual one."
        } else {
            "Enter a port from 1 to 65535."
        };
        wrong.push(("port", sentence.to_owned()));
    }
    // What is usual need not be said, and another server may not know it.
    let transport = Some(place.transport).filter(|transport| *transport != Transport::Ssh);
    let description = Some(description.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    match refusal_of(wrong) {
        Some(problem) => Err(problem),
        None => Ok(DeviceInput {
            hostname,
            ip_address,
            device_type,
            port,
            transport,
            description,
            ..DeviceInput::default()
        }),
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
