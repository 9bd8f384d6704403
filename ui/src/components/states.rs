//! What stands where rows would be: loading, nothing there, and failure.

use dioxus::prelude::*;
use jiff::Timestamp;
use netraven_api::Problem;
use netraven_api::problem::Code;

use super::button::Button;
use super::icon::{Glyph, Icon};
use crate::state::standing::{Line, use_line};

/// Grey rows while the first answer is awaited.
#[component]
pub fn SkeletonRows(
    #[props(default = 8)] rows: usize,
    #[props(default = "Loading".to_owned())] label: String,
) -> Element {
    rsx! {
        div { class: "skeleton", role: "status", aria_label: "{label}",
            for row in 0..rows {
                div { key: "{row}", class: "skeleton-row", "data-width": "{row % 4}" }
            }
        }
    }
}

/// The panel of a page. While `reading`, what is in it answers an earlier wish: it says so, and hides that once the answer to
/// this one takes more than a moment.
#[component]
pub fn Panel(#[props(default)] reading: bool, children: Element) -> Element {
    rsx! {
        section { class: "panel bg-card", aria_busy: if reading { "true" }, {children} }
    }
}

/// Nothing is there, and what to do about it.
#[component]
pub fn Empty(title: String, text: String, #[props(default = Glyph::Info)] glyph: Glyph, children: Element) -> Element {
    rsx! {
        div { class: "empty",
            Icon { glyph, size: 24 }
            h2 { "{title}" }
            p { "{text}" }
            div { class: "empty-actions", {children} }
        }
    }
}

/// It could not be read: what, why, and another try.
#[component]
pub fn ErrorState(title: String, problem: Problem, onretry: EventHandler<()>) -> Element {
    let offline = matches!(problem.code, Code::Unreachable | Code::Unavailable);
    rsx! {
        div { class: "empty", role: "alert",
            Icon { glyph: if offline { Glyph::Server } else { Glyph::Alert }, size: 24, class: "text-danger" }
            h2 { "{title}" }
            p { "{problem.message}" }
            div { class: "empty-actions",
                Button { label: "Try again", glyph: Glyph::Refresh, onclick: move |_| onretry.call(()) }
            }
        }
    }
}

/// Older rows stay on screen although reading them again failed, which the line below the page says; `at` is when they were
/// read. Nothing is drawn here: the rows stay where they are.
#[component]
pub fn StaleNote(problem: Problem, #[props(!optional)] at: Option<Timestamp>, onretry: EventHandler<()>) -> Element {
    use_line(Some(Line::Stale { problem, at, retry: onretry }));
    rsx! {}
}

/// A small part of a page that could not be read: why, and another try.
#[component]
pub fn ReadFailed(problem: Problem, onretry: EventHandler<()>) -> Element {
    rsx! {
        div { class: "band band-warning", role: "alert",
            Icon { glyph: Glyph::Alert, size: 14 }
            span { class: "grow", "{problem.message}" }
            Button { label: "Try again", small: true, onclick: move |_| onretry.call(()) }
        }
    }
}
