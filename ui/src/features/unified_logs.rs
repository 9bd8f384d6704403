//! The log as a place to work: history and live lines in one list, the newest first, one line explained beside it.

use dioxus::prelude::*;
use netraven_api::logs::LogEntry;

use crate::components::{Button, Empty, ErrorState, Glyph, SkeletonRows, StaleNote};
use crate::data::LogView;
use crate::dom;
use crate::route::Route;
use crate::state::moment::use_moment;
use crate::state::pick::Pick;

mod columns;
mod controls;
mod copy;
mod find_bar;
mod foot;
mod histogram;
mod keys;
mod line_panel;
mod log_list;
mod place;
mod row;
mod rows;
mod surroundings;

pub use controls::LogControls;
use copy::use_copy_lines;
use find_bar::{FindBar, use_find_keys};
use foot::Foot;
pub use histogram::LogHistogram;
use keys::ListCommand;
use line_panel::LinePanel;
use log_list::use_log_list;
pub use place::LinePlace;
use place::{MissedNote, use_place};
use rows::Rows;
use surroundings::{LinesOf, Surroundings};

/// The lines of a view. `narrowed` says that filters are set; `onpick` narrows to a value of a line, `onsearch` to a text;
/// `place` is where the chosen line is kept.
#[component]
pub fn UnifiedLogsTable(
    view: LogView,
    search: ReadSignal<String>,
    narrowed: bool,
    onpick: Option<EventHandler<Pick>>,
    onsearch: Option<EventHandler<String>>,
    place: Option<LinePlace>,
) -> Element {
    let moment = use_moment();
    let mut around = use_signal(|| None::<(LogEntry, LinesOf)>);
    let list = use_log_list(view);
    let (mut missed, read_again) = use_place(list, place, around);
    let copy_lines = use_copy_lines();
    use_find_keys(list, move || around.peek().is_none());
    let hear = use_callback(move |pressed: dom::Pressed| {
        if !pressed.is_free() || around.peek().is_some() {
            return false;
        }
        let (heard, command) = keys::letter(list, &pressed);
        match command {
            Some(ListCommand::Pause) => view.turn(),
            Some(ListCommand::Around) => around.set(list.chosen().map(|line| (line.clone(), LinesOf::of(&line)))),
            None => {}
        }
        heard
    });
    use_hook(|| dom::listen_to_keys(move |pressed| hear.call(pressed)));
    if let Some((line, lines_of)) = around() {
        return rsx! {
            Surroundings { line, lines_of, onback: move |()| around.set(None) }
        };
    }
    let copy = move |()| {
        let lines = list.selection().map(|it| view.lines.peek().between(it.range()).cloned().collect::<Vec<_>>());
        if let Some(lines) = lines.filter(|lines| !lines.is_empty()) {
            copy_lines.call(lines);
        }
    };
    let onkeydown = move |event: KeyboardEvent| {
        if keys::press(list, &event) {
            copy(());
        }
    };
    let (lines, problem) = (view.lines.read(), view.problem.read().clone());
    let reading = view.is_of_before();
    let retry = move |()| view.refresh();
    let chosen = list.chosen();
    let note = missed();
    rsx! {
        if let Some(missed_line) = note {
            MissedNote {
                missed: missed_line,
                onretry: move |id| read_again.call(id),
                onclose: move |()| {
                    missed.set(None);
                    if let Some(place) = place {
                        place.keep.call(None);
                    }
                },
            }
        }
        if let Some(problem) = problem.clone().filter(|_| !lines.is_empty()) {
            StaleNote { problem, at: None, onretry: retry }
        }
        if list.find.read().is_some() {
            FindBar { list, onsearch }
        }
        if lines.is_empty() {
            if let Some(problem) = problem {
                ErrorState { title: "The log could not be loaded", problem, onretry: retry }
            } else if reading || *view.loading.read() {
                SkeletonRows { rows: 12, label: "Loading the log" }
            } else if let Some(at) = view.stopped.cloned() {
                Empty {
                    title: "No line found so far",
                    text: "Lines back to {moment.short(at)} were searched; older ones were not.",
                    glyph: Glyph::Search,
                    Button { label: "Search older lines", glyph: Glyph::Search, onclick: move |_| view.search_on() }
                }
            } else if narrowed {
                Empty { title: "No line matches", text: "New lines that match the filters appear here as they are written.", glyph: Glyph::Search }
            } else {
                Empty { title: "No lines yet", text: "Log lines appear here as they are written.", glyph: Glyph::Log }
            }
        } else {
            div {
                class: "split",
                "data-state": if chosen.is_some() { "open" } else { "closed" },
                aria_busy: if reading { "true" },
                Rows { list, search, onkeydown }
                if let Some(line) = chosen.clone() {
                    LinePanel {
                        line: line.clone(),
                        link: place.map_or_else(|| Route::log_line(line.id), |place| place.link.call(line.id)),
                        onpick,
                        onaround: move |lines_of| around.set(Some((line.clone(), lines_of))),
                        onclose: move |()| list.clear(),
                    }
                }
            }
        }
        Foot { list, oncopy: copy }
    }
}
