//! The log's own part of the toolbar.

use dioxus::prelude::*;
use netraven_api::event::Link as LinkState;

use super::columns::LOGS;
use super::log_list::LIST;
use crate::components::{Button, ButtonKind, Glyph, LayoutMenu, Tone};
use crate::data::LogView;
use crate::dom;
use crate::format;
use crate::state::folding::Folding;
use crate::state::kept::use_kept;
use crate::state::moment::use_moment;

/// Live state, rate, what waits, pause or resume, and whether repeated lines are folded.
#[component]
pub fn LogControls(view: LogView) -> Element {
    let (moment, folding) = (use_moment(), use_kept::<Folding>());
    let lines = view.lines.read();
    let (paused, waiting) = (lines.paused(), lines.waiting());
    let (rate, lag) = (lines.pace().rate(moment.now()), lines.pace().lag_ms(moment.now()));
    let (tone, word) = match &*view.link.read() {
        LinkState::Live if paused => (Tone::Warning, "Paused".to_owned()),
        LinkState::Live => (Tone::Success, "Live".to_owned()),
        LinkState::Connecting => (Tone::Info, "Connecting".to_owned()),
        LinkState::Reconnecting { retry_in_s, .. } => (Tone::Warning, format!("Reconnecting in {retry_in_s} s")),
        LinkState::Polling { every_s } => (Tone::Info, format!("Polling every {every_s} s")),
        LinkState::SignedOut => (Tone::Danger, "Signed out".to_owned()),
    };
    let follow = move |_| {
        if view.lines.peek().paused() {
            dom::scroll_to_top(LIST);
            view.resume();
        } else {
            view.pause();
        }
    };
    let folded = folding.get() == Folding::Folded;
    rsx! {
        span { class: "live", role: "status",
            span { class: "dot dot-{tone.as_str()}", aria_hidden: "true" }
            "{word}"
        }
        span { class: "wide-only", if rate < 10.0 { "{rate:.1} lines/s" } else { "{rate:.0} lines/s" } }
        if let Some(lag) = lag {
            span { class: "wide-only", title: "Delay from writing the newest lines to showing them", {format::behind(lag)} }
        }
        if paused {
            span { class: "text-warning", {format!("{} waiting", format::number(i64::try_from(waiting).unwrap_or(i64::MAX)))} }
        }
        LayoutMenu { table: &LOGS }
        Button {
            label: "Fold repeated lines",
            kind: ButtonKind::Icon,
            glyph: Glyph::Fold,
            aria_pressed: if folded { "true" } else { "false" },
            onclick: move |_| folding.choose(folding.get().other()),
        }
        Button {
            label: if paused { "Resume" } else { "Pause" },
            kind: if paused { ButtonKind::Outline } else { ButtonKind::Text },
            small: true,
            glyph: if paused { Glyph::Play } else { Glyph::Pause },
            onclick: follow,
        }
    }
}
