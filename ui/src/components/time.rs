//! Times as texts, the ones that age drawn again each second and nothing around them.

use dioxus::prelude::*;
use jiff::Timestamp;

use crate::format;
use crate::state::kept::use_kept;
use crate::state::moment::use_moment;
use crate::state::times::Times;

/// Id of the switch for how times are written; there is one on a page.
const SWITCH: &str = "times";

/// A moment as the person wants times written: date and time, or the distance from now; to the millisecond on hover.
#[component]
pub fn Time(at: Timestamp) -> Element {
    let moment = use_moment();
    let zone = moment.zone();
    rsx! {
        time { datetime: "{at}", title: format::full_time(at, &zone),
            {moment.short(at)}
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

/// The one switch for how times are written.
#[component]
pub fn TimesSwitch() -> Element {
    let (moment, choice) = (use_moment(), use_kept::<Times>());
    let chosen = moment.times();
    // The person's own zone by its name, whichever is in use.
    let word = |times: Times| match times {
        Times::Local => moment.here(),
        Times::Utc => "UTC".to_owned(),
        Times::Relative => "Relative times".to_owned(),
    };
    rsx! {
        select {
            id: SWITCH,
            class: "times",
            aria_label: "Times are written in",
            onchange: move |event| {
                if let Some(times) = Times::parse(&event.value()) {
                    choice.choose(times);
                }
            },
            for times in Times::ALL {
                option { key: "{times.as_str()}", value: "{times.as_str()}", selected: times == chosen, {word(times)} }
            }
        }
    }
}

/// How fresh a page is. With `of_before` what is on screen answers an earlier wish, and the answer to this one is read.
#[component]
pub fn UpdatedAgo(
    at: Option<Timestamp>,
    #[props(default)] loading: bool,
    #[props(default)] of_before: bool,
) -> Element {
    let moment = use_moment();
    let text = match at {
        _ if of_before => "Loading".to_owned(),
        Some(at) => format!("Updated {}", format::ago(at, moment.now())),
        None if loading => "Loading".to_owned(),
        None => String::new(),
    };
    rsx! {
        span { class: "age", "{text}" }
    }
}
