//! The system: how each part of the server is, who works, and whether its clock agrees with this computer's.

use std::time::Duration;

use dioxus::prelude::*;
use jiff::Timestamp;
use netraven_api::system::{Condition, GetSystemStatus, SystemStatus};

use crate::components::{Button, Glyph, PageHeader, Panel, Tag, Time, TimesSwitch, Tone, UpdatedAgo};
use crate::data::{Query, use_api, use_query};
use crate::features::loaded::loaded;
use crate::features::session_policy::ServerPolicyRow;
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::session::use_workplace;

mod details;
mod parts;

use details::Details;
use parts::{Part, parts};

/// Pause between two looks; a change reported by the server is shown at once.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Seconds two clocks may differ and still count as the same: an answer takes its time.
const SAME_S: i64 = 2;
/// Seconds from which a difference of the clocks does harm.
const HARMFUL_S: i64 = 60;

/// The page of the system.
#[component]
pub fn SystemPage() -> Element {
    let api = use_api();
    let status = use_query(|| GetSystemStatus);
    use_future(move || {
        let clock = api.clock().clone();
        async move {
            loop {
                clock.sleep(LOOK_AGAIN).await;
                status.refresh();
            }
        }
    });
    rsx! {
        PageHeader {
            title: "System",
            crumbs: Section::System.crumbs(),
            UpdatedAgo { at: status.at(), loading: status.loading() }
            Link { class: "btn btn-outline", to: Route::crypto_report(), "Crypto report" }
            Button { label: "Refresh", glyph: Glyph::Refresh, onclick: move |_| status.refresh() }
        }
        Panel {
            Body { status }
        }
    }
}

#[component]
fn Body(status: Query<SystemStatus>) -> Element {
    loaded(status, "state of the system", 6, |shown| {
        rsx! {
            div { class: "scroll", tabindex: "0",
                Parts { shown: (*shown).clone() }
                Facts { shown: (*shown).clone(), at: status.at() }
            }
            footer { class: "status-line",
                span { "Checked every {LOOK_AGAIN.as_secs()} seconds, and whenever the server reports a change" }
                span { class: "grow" }
                TimesSwitch {}
            }
        }
    })
}

/// One row for each part.
#[component]
fn Parts(shown: SystemStatus) -> Element {
    rsx! {
        table { class: "data-table setup-table", aria_label: "Parts of the system",
            colgroup {
                col { class: "col-name" }
                col { class: "col-tags" }
                col {}
            }
            thead {
                tr {
                    th { scope: "col", "Part" }
                    th { scope: "col", "State" }
                    th { scope: "col", "What it does" }
                }
            }
            tbody {
                for part in parts(&shown) {
                    PartRow { key: "{part.name}", part }
                }
            }
        }
    }
}

#[component]
fn PartRow(part: Part) -> Element {
    let (tone, glyph) = match part.condition.known() {
        Some(Condition::Healthy) => (Tone::Success, Glyph::Check),
        Some(Condition::Restarting) => (Tone::Warning, Glyph::Refresh),
        Some(Condition::Unknown) => (Tone::Neutral, Glyph::Info),
        Some(Condition::Unhealthy) | None => (Tone::Danger, Glyph::Cross),
    };
    rsx! {
        tr {
            td { class: "name", "{part.name}" }
            td { Tag { text: part.word(), tone, glyph } }
            td { class: "muted", title: "{part.about}", "{part.about}" }
        }
    }
}

/// The server's clock, and what is known of the place.
#[component]
fn Facts(shown: SystemStatus, at: Option<Timestamp>) -> Element {
    let ready = use_workplace().ready();
    let ahead = at.map_or(0, |at| shown.system_time.as_second() - at.as_second());
    rsx! {
        dl { class: "facts facts-system",
            dt { "Server's clock" }
            dd {
                Time { at: shown.system_time }
                span { class: if ahead.abs() >= HARMFUL_S { "text-warning" } else { "muted" }, ", {against(ahead)}" }
            }
            dt { "Workers" }
            dd { {format::count(shown.workers, "worker")} }
            dt { "Address" }
            dd { class: "mono", "{ready.url}" }
            if !ready.server.is_empty() {
                dt { "Program" }
                dd { "{ready.server}" }
            }
            if let Some(folder) = ready.data_dir {
                dt { "Data" }
                dd { class: "mono", "{folder}" }
            }
            Details { details: shown.details.clone() }
            ServerPolicyRow {}
            dt { "Signed in" }
            dd { "{ready.username}, role {ready.role.as_str()}" }
            // At the end: what comes and goes moves nothing.
            dt { "Notes" }
            dd {
                if shown.notes.is_empty() {
                    span { class: "muted", "none" }
                }
                ul { class: "plain",
                    for note in shown.notes.iter().cloned() {
                        li { key: "{note}", role: "note", "{note}" }
                    }
                }
            }
        }
    }
}

/// How a clock that is this many seconds ahead compares with this computer's.
fn against(ahead: i64) -> String {
    let apart = match ahead.abs() {
        ..=SAME_S => return "the same as this computer's".to_owned(),
        seconds @ ..=119 => format!("{seconds} s"),
        seconds @ ..=7_199 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    };
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    let harm =
        if ahead.abs() >= HARMFUL_S { ": schedules follow the server's clock, so correct one of the two" } else { "" };
    format!("{apart} {side} this computer's{harm}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_of_the_clocks_is_told_once_it_means_something() {
        assert_eq!(against(-2), "the same as this computer's");
        assert_eq!(against(5), "5 s ahead of this computer's");
        assert_eq!(
            against(-180),
            "3 min behind this computer's: schedules follow the server's clock, so correct one of the two"
        );
        assert!(against(90_000).starts_with("25 h ahead of this computer's: "));
    }
}
