//! The platform file in the lab: which one, its text, what is wrong with it, and the pattern that is proposed.

use std::collections::BTreeMap;
use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::platforms::{AUTO, Platforms};
use netraven_platforms::{Proposal, Registry};

use super::pattern::with_prompt;
use super::state::{PromptLab, Verdict, sentence};
use crate::components::{Button, Glyph, SelectField, TextAreaField};

/// The file and its controls. `listed` are the platforms of the server, where it lists them.
#[component]
pub fn FileSide(
    lab: PromptLab,
    platform: String,
    #[props(!optional)] listed: Option<Rc<Platforms>>,
    verdict: Verdict,
    onchoose: EventHandler<String>,
) -> Element {
    let proposal = verdict.explained.as_ref().and_then(|explained| explained.proposal.clone());
    rsx! {
        SelectField {
            id: "prompt-lab-platform",
            label: "Platform",
            value: platform,
            options: options(listed.as_deref()),
            hint: "Another one takes the place of the text below.",
            onchange: move |name| onchoose.call(name),
        }
        if let Some(proposal) = proposal {
            Proposed { lab, proposal }
        }
        TextAreaField {
            id: "prompt-lab-file",
            label: "Platform file",
            value: lab.file(),
            error: verdict.wrong.as_ref().map(sentence),
            hint: "Each change shows in the lines at once. Nothing is saved.",
            oninput: move |text| lab.type_file(text),
        }
    }
}

/// The platforms to choose from: those of the server, and those built into this window.
fn options(listed: Option<&Platforms>) -> Vec<(String, String)> {
    let built_in = Registry::built_in().names().into_iter().map(|name| (name.clone(), name));
    let mut options: BTreeMap<String, String> = built_in.collect();
    for platform in listed.into_iter().flat_map(|listed| &listed.items) {
        let is_there = options.contains_key(&platform.name) || platform.custom;
        if platform.name != AUTO && is_there {
            options.insert(platform.name.clone(), format!("{} ({})", platform.title, platform.name));
        }
    }
    options.into_iter().collect()
}

#[component]
fn Proposed(lab: PromptLab, proposal: Proposal) -> Element {
    let changed = with_prompt(&lab.file(), &proposal.pattern);
    let refused =
        changed.is_none().then(|| "Write it into `prompt` yourself: the file has it in another form.".to_owned());
    let number = proposal.line + 1;
    rsx! {
        section { class: "prompt-lab-proposal", aria_label: "Proposed prompt",
            p { "No rule knows the last line, {number}. If the device waits there, this pattern knows it:" }
            p { class: "mono wraps", "{proposal.pattern}" }
            p { class: "muted", "The part that stays the same is {proposal.host}." }
            Button {
                label: "Use this pattern",
                glyph: Glyph::Check,
                small: true,
                refused,
                onclick: move |_| {
                    if let Some(text) = changed.clone() {
                        lab.type_file(text);
                    }
                },
            }
        }
    }
}
