//! The line that an address names: shown when a link is opened, and kept while one is chosen.

use dioxus::prelude::*;
use netraven_api::logs::{GetLog, LogEntry};
use netraven_api::problem::Code;
use netraven_api::{LogId, Problem};

use super::log_list::LogList;
use super::surroundings::LinesOf;
use crate::components::Glyph;
use crate::data::{use_api, use_settled};
use crate::format;
use crate::route::Route;
use crate::state::standing::{Line, LineAction, Meant, use_line};

/// Where the chosen line is kept, so that a link leads to it.
#[derive(Clone, Copy, PartialEq)]
pub struct LinePlace {
    /// The line of the address.
    pub line: ReadSignal<Option<LogId>>,
    /// Keeps another line, or none.
    pub keep: Callback<Option<LogId>>,
    /// The address of a line in this view.
    pub link: Callback<LogId, Route>,
}

/// Why the line of a link is not shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    id: LogId,
    problem: Problem,
}

/// Shows the line of the address: in the list where it holds it, else with those around it. Gives why it could not, and
/// what tries again.
pub fn use_place(
    list: LogList,
    place: Option<LinePlace>,
    mut around: Signal<Option<(LogEntry, LinesOf)>>,
) -> (Signal<Option<Missed>>, Callback<LogId>) {
    let api = use_api();
    let mut missed = use_signal(|| None::<Missed>);
    // The line that address and list agree on.
    let mut known = use_signal(|| None::<LogId>);
    let mut sought = use_signal(|| None::<LogId>);
    use_effect(move || {
        let Some(place) = place else { return };
        let line = (place.line)();
        if line == *known.peek() {
            return;
        }
        known.set(line);
        sought.set(line);
        missed.set(None);
        if line.is_none() {
            list.clear();
        }
    });
    let read = use_callback(move |id: LogId| {
        let api = api.clone();
        spawn(async move {
            let found = api.send(&GetLog(id)).await;
            if *known.peek() != Some(id) {
                return;
            }
            missed.set(None);
            match found {
                Ok(line) => {
                    let lines_of = LinesOf::of(&line);
                    around.set(Some((line, lines_of)));
                }
                Err(problem) => missed.set(Some(Missed { id, problem })),
            }
        });
    });
    use_effect(move || {
        let Some(id) = sought() else { return };
        if (list.view.loading)() {
            return;
        }
        sought.set(None);
        if !list.choose_line(id) {
            read.call(id);
        }
    });
    // Moving through the list quickly is one choice: browsers refuse an address that changes all the time.
    let chosen = use_settled(move || list.chosen_id());
    let mut last = use_signal(|| None::<LogId>);
    use_effect(move || {
        let (chosen, Some(place)) = (chosen(), place) else { return };
        // Nothing has been chosen while the line of a link is still looked for.
        let begun = last.replace(chosen).is_some() || chosen.is_some();
        if begun && chosen != *known.peek() {
            known.set(chosen);
            place.keep.call(chosen);
        }
    });
    (missed, read)
}

/// Says below the page that the line of a link is not shown, and why; nothing is drawn here, so that the list stays where it is.
#[component]
pub fn MissedNote(missed: Missed, onretry: EventHandler<LogId>, onclose: EventHandler<()>) -> Element {
    let Missed { id, problem } = missed;
    let number = format::number(id.get());
    let gone = problem.code == Code::NotFound;
    let text = if gone {
        format!(
            "Line {number} is no longer in the log: old lines are removed after a while. The list shows the current log."
        )
    } else {
        format!("Line {number} could not be loaded. {}", problem.message)
    };
    let again = use_callback(move |()| onretry.call(id));
    let close = use_callback(move |()| onclose.call(()));
    let mut actions =
        vec![LineAction { label: "Close", named: Some("Close the note about the line"), busy: false, press: close }];
    if !gone {
        actions.insert(
            0,
            LineAction { label: "Try again", named: Some("Load the line again"), busy: false, press: again },
        );
    }
    use_line(Some(Line::Said { meant: Meant::Warning, glyph: Glyph::Alert, text, actions }));
    rsx! {}
}
