//! The dialog that adds a jump host, or changes one.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::credentials::ListCredentials;
use netraven_api::jump_hosts::{CreateJumpHost, JumpHost, JumpHostInput, UpdateJumpHost};
use netraven_api::page::MAX_SIZE;

use crate::components::{CheckField, SelectField, TextField};
use crate::data::{use_api, use_query};
use crate::features::form::{FormDialog, refusal_of, use_form};
use crate::features::jump_host::{JumpHostField, chosen};
use crate::state::notices::use_notices;

/// Fields that show their own refusal.
const FIELDS: [&str; 6] = ["name", "address", "port", "credential_id", "through", "note"];

/// Adds a jump host, or changes the one given.
#[component]
pub fn JumpHostDialog(host: Option<JumpHost>, onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let credentials = use_query(|| ListCredentials { size: Some(MAX_SIZE), ..ListCredentials::default() });
    let known = host.clone();
    let text = |field: fn(&JumpHost) -> String| known.as_ref().map(field).unwrap_or_default();
    let (first_name, first_address) = (text(|host| host.name.clone()), text(|host| host.address.clone()));
    let first_credential = text(|host| host.credential_id.to_string());
    let first_through = text(|host| host.through.map(|id| id.to_string()).unwrap_or_default());
    let first_note = text(|host| host.note.clone().unwrap_or_default());
    let first_port = known.as_ref().map_or(22, |host| host.port).to_string();
    let was_default = known.as_ref().is_some_and(|host| host.is_default);
    let mut name = use_signal(move || first_name);
    let mut address = use_signal(move || first_address);
    let mut port = use_signal(move || first_port);
    let mut credential = use_signal(move || first_credential);
    let mut through = use_signal(move || first_through);
    let mut is_default = use_signal(move || was_default);
    let mut note = use_signal(move || first_note);
    let id = host.as_ref().map(|known| known.id);

    let submit = move |()| {
        let typed = TypedJumpHost {
            name: name.peek().clone(),
            address: address.peek().clone(),
            port: port.peek().clone(),
            credential: credential.peek().clone(),
            through: through.peek().clone(),
            is_default: *is_default.peek(),
            note: note.peek().clone(),
        };
        let Some(input) = form.accept(typed.read(id.is_none())) else { return };
        let api = api.clone();
        let sending = async move {
            match id {
                Some(id) => api.send(&UpdateJumpHost(id, input)).await,
                None => api.send(&CreateJumpHost(input)).await,
            }
        };
        form.send(sending, move |host| {
            let done = if id.is_some() { "changed" } else { "added" };
            notices.done(format!("The jump host {} was {done}.", host.name));
            onclose.call(());
        });
    };

    let changing = id.is_some();
    let mut options = vec![(String::new(), "Choose a credential".to_owned())];
    options.extend(credentials.value().iter().flat_map(|page| page.items.iter()).map(|one| {
        let about = one.description.as_deref().filter(|text| !text.is_empty());
        let shown = about.map_or(one.username.clone(), |about| format!("{} ({about})", one.username));
        (one.id.to_string(), shown)
    }));
    let credential_error = form.refusal("credential_id").or_else(|| credentials.error().map(|problem| problem.message));
    rsx! {
        FormDialog {
            id: "jump-host",
            title: if changing { "Edit jump host" } else { "Add jump host" },
            action: if changing { "Save" } else { "Add" },
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            TextField {
                id: "jump-host-name",
                label: "Name",
                value: name(),
                required: true,
                focus: true,
                autocomplete: "off",
                hint: "Messages name it: a failed device says which jump host it was.",
                error: form.refusal("name"),
                oninput: move |text| name.set(text),
            }
            div { class: "fields-address",
                TextField {
                    id: "jump-host-address",
                    label: "Address",
                    value: address(),
                    placeholder: "192.0.2.10, 2001:db8::10 or a name",
                    required: true,
                    autocomplete: "off",
                    error: form.refusal("address"),
                    oninput: move |text| address.set(text),
                }
                TextField {
                    id: "jump-host-port",
                    label: "SSH port",
                    kind: "number",
                    value: port(),
                    error: form.refusal("port"),
                    oninput: move |text| port.set(text),
                }
            }
            SelectField {
                id: "jump-host-credential",
                label: "Signs in with",
                value: credential(),
                options,
                hint: "The credential need not share a tag with anything.",
                error: credential_error,
                onchange: move |id| credential.set(id),
            }
            JumpHostField {
                id: "jump-host-through",
                label: "Reached through",
                value: through(),
                first: vec![(String::new(), "No other jump host".to_owned())],
                except: id,
                hint: "Three jump hosts in a row are the most.",
                error: form.refusal("through"),
                onchange: move |id| through.set(id),
            }
            CheckField {
                id: "jump-host-default",
                label: "Default of this server",
                checked: is_default(),
                hint: "Devices are reached through it unless they or one of their tags say otherwise.",
                onchange: move |yes| is_default.set(yes),
            }
            TextField {
                id: "jump-host-note",
                label: "Note",
                value: note(),
                error: form.refusal("note"),
                oninput: move |text| note.set(text),
            }
        }
    }
}

/// What was typed and chosen.
struct TypedJumpHost {
    name: String,
    address: String,
    port: String,
    credential: String,
    through: String,
    is_default: bool,
    note: String,
}

impl TypedJumpHost {
    /// The jump host as typed, or what is missing; what the server alone can know it says itself.
    fn read(&self, is_new: bool) -> Result<JumpHostInput, Problem> {
        let mut wrong = Vec::new();
        if self.name.trim().is_empty() {
            wrong.push(("name", "Enter a name for the jump host.".to_owned()));
        }
        if self.address.trim().is_empty() {
            wrong.push(("address", "Enter an IPv4 or IPv6 address, or a name.".to_owned()));
        }
        let port = self.port.trim().parse::<i64>().ok().filter(|port| (1..=65_535).contains(port));
        if port.is_none() {
            wrong.push(("port", "Enter a port from 1 to 65535.".to_owned()));
        }
        let credential_id = self.credential.parse().ok();
        if credential_id.is_none() {
            wrong.push(("credential_id", "Choose the credential it is signed in to with.".to_owned()));
        }
        match refusal_of(wrong) {
            Some(problem) => Err(problem),
            None => Ok(JumpHostInput {
                name: Some(self.name.trim().to_owned()),
                address: Some(self.address.trim().to_owned()),
                port,
                credential_id,
                // Of a change, null takes it out from behind another one.
                through: Some(chosen(&self.through)).filter(|through| !is_new || through.is_some()),
                is_default: Some(self.is_default).filter(|yes| !is_new || *yes),
                note: Some(self.note.trim().to_owned()).filter(|text| !is_new || !text.is_empty()),
            }),
        }
    }
}
