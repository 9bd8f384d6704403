//! The sample lab on screen: the button that starts it, the band that says it is on, the tag its devices carry.

use dioxus::prelude::*;
use netraven_api::native::LAB_TAG;
use netraven_api::page::MAX_SIZE;
use netraven_api::problem::Code;
use netraven_api::runs::GetRun;
use netraven_api::tags::{ListTags, Tag as ApiTag};

use crate::components::{Button, ButtonKind, Glyph, Tag};
use crate::data::{LabNews, use_api, use_lab, use_query_maybe};
use crate::format;
use crate::route::Route;
use crate::state::standing::{Line, LineAction, Meant, use_line};

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

/// Says that the sample lab is on, or that one was left behind by a start that ended without warning; and removes it.
#[component]
pub fn LabBand() -> Element {
    let lab = use_lab();
    let devices = i64::from(lab.devices());
    let tags = use_query_maybe(move || {
        let asked = ListTags { size: Some(MAX_SIZE), name: Some(LAB_TAG.to_owned()), ..ListTags::default() };
        (lab.offered() && lab.devices() == 0).then_some(asked)
    });
    let is_left = tags.value().is_some_and(|tags| tags.items.iter().any(|tag| tag.name == LAB_TAG));
    let is_on = devices > 0 || (is_left && !lab.starting());
    let said = match devices {
        0 => "Sample lab: its simulated devices are not running in this window".to_owned(),
        _ => format!("Sample lab: {} on this computer", format::count(devices, "simulated device")),
    };
    let (start, stop) = (use_callback(move |()| lab.start()), use_callback(move |()| lab.stop()));
    let mut actions = vec![LineAction { label: "Remove it", named: None, busy: lab.busy(), press: stop }];
    if devices == 0 {
        actions.insert(0, LineAction { label: "Start it again", named: None, busy: lab.busy(), press: start });
    }
    use_line(is_on.then_some(Line::Said { meant: Meant::Note, glyph: Glyph::Lab, text: said, actions }));
    rsx! {}
}

/// Goes to the run that began with the lab, from wherever the person is by then; and away from a run that went with it.
#[component]
pub fn LabGuide() -> Element {
    let (lab, api, go) = (use_lab(), use_api(), navigator());
    let here = use_route::<Route>();
    let shown = use_memo(use_reactive!(|here| match here {
        Route::RunPage { id, .. } => Some(id),
        Route::RunDevicePage { run_id, .. } => Some(run_id),
        _ => None,
    }));
    use_effect(move || match (lab.take_news(), *shown.peek()) {
        (Some(LabNews::Started(run_id)), _) => {
            go.push(Route::run(run_id));
        }
        (Some(LabNews::Removed), Some(run_id)) => {
            let api = api.clone();
            spawn(async move {
                let gone = api.send(&GetRun(run_id)).await.is_err_and(|problem| problem.code == Code::NotFound);
                if gone && *shown.peek() == Some(run_id) {
                    go.replace(Route::dashboard());
                }
            });
        }
        _ => {}
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
