//! What a person calls the server they are signed in to, and how it is marked.

use dioxus::prelude::*;
use netraven_api::native::{Colour, Native, Profile};
use serde_json::Value;

use crate::components::{Button, CheckField, SelectField, TextField};
use crate::data::use_api;
use crate::state::notices::use_notices;

/// Name, colour and the production mark of a server; kept when the button is pressed.
#[component]
pub fn PlaceForm(profile: Profile) -> Element {
    let (api, notices) = (use_api(), use_notices());
    let mut draft = use_signal(|| profile.clone());
    let mut busy = use_signal(|| false);
    let typed = draft.read().clone();
    let changed = typed != profile;
    let host = Profile { name: String::new(), ..profile.clone() };
    let keep = move |_| {
        let api = api.clone();
        busy.set(true);
        spawn(async move {
            let profile = draft.peek().clone();
            let answer = api.ask::<Value>(Native::EditProfile { profile }).await;
            busy.set(false);
            match answer {
                Ok(_) => notices.done("Server name and mark saved."),
                Err(problem) => notices.problem(&problem),
            }
        });
    };
    rsx! {
        fieldset { class: "place-form",
            legend { "This server" }
            div { class: "fields-2",
                TextField {
                    id: "place-name",
                    label: "Name",
                    value: typed.name,
                    placeholder: host.title().to_owned(),
                    oninput: move |text| draft.write().name = text,
                }
                SelectField {
                    id: "place-colour",
                    label: "Colour",
                    value: typed.colour.as_str(),
                    options: Colour::ALL.map(|colour| (colour.as_str().to_owned(), colour.as_str().to_owned())).to_vec(),
                    onchange: move |word: String| {
                        if let Some(colour) = Colour::ALL.into_iter().find(|colour| colour.as_str() == word) {
                            draft.write().colour = colour;
                        }
                    },
                }
            }
            CheckField {
                id: "place-production",
                label: "A production network: always show a warning, and ask for its name before deleting",
                checked: typed.production,
                onchange: move |yes| draft.write().production = yes,
            }
            Button { label: "Save name and mark", small: true, busy: busy(), disabled: !changed, onclick: keep }
        }
    }
}
