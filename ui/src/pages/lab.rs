//! The sample lab on screen: the button that starts it, the band that says it is on, the tag its devices carry.

use dioxus::prelude::*;
use netraven_api::native::LAB_TAG;
use netraven_api::tags::Tag as ApiTag;

use crate::components::{Button, ButtonKind, Glyph, Icon, Tag};
use crate::data::use_lab;
use crate::format;
use crate::route::Route;

/// Starts the sample lab; shown where there is nothing yet, and only where the lab can be reached.
#[component]
pub fn LabButton(#[props(default)] kind: ButtonKind) -> Element {
    let lab = use_lab();
    if !lab.offered() || lab.devices() > 0 {
        return rsx! {};
    }
    rsx! {
        Button {
            label: "Start the sample lab",
            kind,
            glyph: Glyph::Lab,
            busy: lab.busy(),
            onclick: move |_| lab.start(),
        }
    }
}

/// Says that the sample lab is on, and removes it.
#[component]
pub fn LabBand() -> Element {
    let lab = use_lab();
    let devices = i64::from(lab.devices());
    if devices == 0 {
        return rsx! {};
    }
    rsx! {
        div { class: "band band-info", role: "note",
            Icon { glyph: Glyph::Lab, size: 14 }
            span { class: "grow", {format!("Sample lab: {} on this computer", format::count(devices, "simulated device"))} }
            Button { label: "Remove it", small: true, busy: lab.busy(), onclick: move |_| lab.stop() }
        }
    }
}

/// Goes to the run that began with the lab, from wherever the person is by then.
#[component]
pub fn LabGuide() -> Element {
    let (lab, go) = (use_lab(), navigator());
    use_effect(move || {
        if let Some(run_id) = lab.take_started() {
            go.push(Route::run(run_id));
        }
    });
    rsx! {}
}

/// Marks what belongs to the sample lab.
#[component]
pub fn SimulatedTag(tags: Vec<ApiTag>) -> Element {
    rsx! {
        if tags.iter().any(|tag| tag.name == LAB_TAG) {
            Tag { text: "Simulated", glyph: Glyph::Lab }
        }
    }
}
