//! How many devices a set of tags reaches.

use dioxus::prelude::*;
use netraven_api::devices::ListDevices;

use crate::data::use_query;
use crate::format;

/// How many devices carry any of these tags, counted by the server.
#[component]
pub fn TaggedDevices(tags: ReadSignal<Vec<i64>>) -> Element {
    let devices = use_query(move || ListDevices { size: Some(1), tag_id: tags(), ..ListDevices::default() });
    match (tags.read().is_empty(), devices.value(), devices.error()) {
        (true, ..) => rsx! { "0" },
        (false, Some(page), _) => rsx! { {format::number(page.total)} },
        (false, None, Some(problem)) => rsx! { span { title: "{problem.message}", "not known" } },
        (false, None, None) => rsx! { span { aria_label: "being counted", "…" } },
    }
}
