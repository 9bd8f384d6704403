//! The log as a place to work: history and live lines in one list, the newest first, one line explained beside it.

use dioxus::prelude::*;
use netraven_api::event::Link as LinkState;
use netraven_api::logs::LogEntry;

use crate::components::{Button, ButtonKind, Empty, ErrorState, Glyph, SkeletonRows, StaleNote, TimesSwitch};
use crate::data::LogView;
use crate::dom;
use crate::format;
use crate::state::moment::use_moment;
use crate::state::pick::Pick;

mod histogram;
mod line_panel;
mod rows;
mod surroundings;

pub use histogram::LogHistogram;
use line_panel::LinePanel;
use rows::{ROW_HEIGHT, Rows};
use surroundings::{Shared, Surroundings};

/// Id of the list; there is one on a page.
const LIST: &str = "log-lines";

/// Rows a page key moves by.
const LEAP: usize = 20;

/// Live state, rate, what waits, and pause or resume.
#[component]
pub fn LogControls(view: LogView) -> Element {
    let moment = use_moment();
    let lines = view.lines.read();
    let (paused, waiting, rate) = (lines.paused(), lines.waiting(), lines.rate(moment.now()));
    let lag = lines.lag_ms(moment.now());
    let (tone, word) = match &*view.link.read() {
        LinkState::Live if paused => ("warning", "Paused".to_owned()),
        LinkState::Live => ("success", "Live".to_owned()),
        LinkState::Connecting => ("info", "Connecting".to_owned()),
        LinkState::Reconnecting { retry_in_s, .. } => ("warning", format!("Reconnecting in {retry_in_s} s")),
        LinkState::Polling { every_s } => ("info", format!("Polling every {every_s} s")),
        LinkState::SignedOut => ("danger", "Signed out".to_owned()),
    };
    let follow = move |_| {
        if view.lines.peek().paused() {
            dom::scroll_to_top(LIST);
            view.resume();
        } else {
            view.pause();
        }
    };
    rsx! {
        span { class: "live", role: "status",
            span { class: "dot dot-{tone}", aria_hidden: "true" }
            "{word}"
        }
        span { class: "wide-only", if rate < 10.0 { "{rate:.1} lines/s" } else { "{rate:.0} lines/s" } }
        if let Some(lag) = lag {
            span { class: "wide-only", title: "From the writing of the newest lines until they were here", {format::behind(lag)} }
        }
        if paused {
            span { class: "text-warning", {format!("{} waiting", format::number(i64::try_from(waiting).unwrap_or(i64::MAX)))} }
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

/// The lines of a view. `narrowed` says that filters are set; `onpick` narrows to a value of a line.
#[component]
pub fn UnifiedLogsTable(
    view: LogView,
    search: ReadSignal<String>,
    narrowed: bool,
    onpick: Option<EventHandler<Pick>>,
) -> Element {
    let mut selected = use_signal(|| None::<i64>);
    let lines = view.lines.read();
    let chosen = selected().and_then(|id| lines.find(id)).map(|(_, line)| line.clone());
    let problem = view.problem.read().clone();
    let mut around = use_signal(|| None::<(LogEntry, Shared)>);
    if let Some((line, shared)) = around() {
        return rsx! {
            Surroundings { line, shared, onback: move |()| around.set(None) }
        };
    }
    let retry = move |()| view.refresh();
    let onkeydown = move |event: KeyboardEvent| {
        let plain = event.modifiers().is_empty();
        let is = |letter: &str| plain && matches!(event.key(), Key::Character(typed) if typed == letter);
        if is("p") {
            return if view.lines.peek().paused() { view.resume() } else { view.pause() };
        }
        let lines = view.lines.peek();
        if lines.is_empty() {
            return;
        }
        let here = selected.peek().and_then(|id| lines.find(id)).map(|(place, _)| place);
        let place = match event.key() {
            _ if is("c") => {
                let line = here.and_then(|place| lines.newest(place)).cloned();
                let shared =
                    |line: &LogEntry| line.device_id.map(Shared::Device).or_else(|| line.run_id.map(Shared::Run));
                return around.set(line.and_then(|line| shared(&line).map(|shared| (line, shared))));
            }
            Key::ArrowDown => here.map_or(0, |place| (place + 1).min(lines.len() - 1)),
            _ if is("j") => here.map_or(0, |place| (place + 1).min(lines.len() - 1)),
            Key::ArrowUp => here.map_or(0, |place| place.saturating_sub(1)),
            _ if is("k") => here.map_or(0, |place| place.saturating_sub(1)),
            Key::PageDown => here.map_or(0, |place| (place + LEAP).min(lines.len() - 1)),
            Key::PageUp => here.map_or(0, |place| place.saturating_sub(LEAP)),
            Key::Home => 0,
            Key::End => lines.len() - 1,
            Key::Escape => return selected.set(None),
            _ => return,
        };
        event.prevent_default();
        selected.set(lines.newest(place).map(|line| line.id));
        let top = i32::try_from(place).unwrap_or(i32::MAX).saturating_mul(ROW_HEIGHT);
        dom::keep_in_view(LIST, top, top.saturating_add(ROW_HEIGHT));
    };
    let shown = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let total = lines.total().unwrap_or(shown);
    let about = if *view.about.read() { "about " } else { "" };
    rsx! {
        if let Some(problem) = problem.clone().filter(|_| !lines.is_empty()) {
            StaleNote { problem, at: None, onretry: retry }
        }
        if lines.is_empty() {
            if let Some(problem) = problem {
                ErrorState { title: "The log could not be read", problem, onretry: retry }
            } else if *view.loading.read() {
                SkeletonRows { rows: 12, label: "Reading the log" }
            } else if narrowed {
                Empty { title: "No line matches", text: "New lines that match the filters appear here as they are written.", glyph: Glyph::Search }
            } else {
                Empty { title: "No lines yet", text: "What the workers do appears here as it happens.", glyph: Glyph::Log }
            }
        } else {
            div { class: "split", "data-state": if chosen.is_some() { "open" } else { "closed" },
                Rows { id: LIST, view, search, selected, onkeydown, onselect: move |id| selected.set(id) }
                if let Some(line) = chosen.clone() {
                    LinePanel {
                        line: line.clone(),
                        onpick,
                        onaround: move |shared| around.set(Some((line.clone(), shared))),
                        onclose: move |()| selected.set(None),
                    }
                }
            }
        }
        footer { class: "status-line",
            span { {format!("Showing {} of {about}{}", format::number(shown), format::count(total, "line"))} }
            TimesSwitch {}
            if lines.let_go() > 0 {
                span { class: "text-warning",
                    {format!("{} of this view let go to make room; narrow the filters to find them", format::count_of(i64::try_from(lines.let_go()).unwrap_or(i64::MAX), "older line was", "older lines were"))}
                }
            } else if !lines.has_room() && lines.has_older() {
                span { "Older lines are found by narrowing the filters." }
            }
            if let Some(note) = view.note.read().clone() {
                span { class: "text-warning", "{note}" }
            }
            span { class: "grow" }
            span { class: "wide-only", "↑ ↓ j k move · c around it · p pause · Esc close" }
        }
    }
}
