//! Times as texts, the ones that age drawn again each second and nothing around them.

use dioxus::prelude::*;
use jiff::Timestamp;

use crate::format;
use crate::state::moment::use_moment;

/// A moment: time of day, with the date unless it is today; the full time on hover.
#[component]
pub fn Time(at: Timestamp) -> Element {
    let moment = use_moment();
    let zone = moment.zone();
    rsx! {
        time { datetime: "{at}", title: format::full_time(at, &zone),
            {format::short_time(at, moment.glance(), &zone)}
        }
    }
}

/// How long ago a moment was.
#[component]
pub fn Ago(at: Timestamp) -> Element {
    let moment = use_moment();
    rsx! {
        time { datetime: "{at}", title: format::full_time(at, &moment.zone()), {format::ago(at, moment.now())} }
    }
}

/// How fresh a page is.
#[component]
pub fn UpdatedAgo(at: Option<Timestamp>, #[props(default)] loading: bool) -> Element {
    let moment = use_moment();
    let text = match at {
        Some(at) => format!("Updated {}", format::ago(at, moment.now())),
        None if loading => "Reading".to_owned(),
        None => String::new(),
    };
    rsx! {
        span { class: "age", "{text}" }
    }
}
