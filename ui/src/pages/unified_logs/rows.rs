//! The rows of the log; only those in sight are drawn, however many are held.

use dioxus::prelude::*;
use netraven_api::logs::LogEntry;

use crate::components::LevelTag;
use crate::data::LogView;
use crate::state::moment::use_moment;

/// Height of a row in pixels, as the style sheet has it.
pub const ROW_HEIGHT: i32 = 26;
/// Rows drawn beyond each edge.
const SPARE: usize = 10;
/// Height assumed until the list was scrolled for the first time.
const FIRST_HEIGHT: i32 = 1_040;

/// The list.
#[component]
pub fn Rows(
    id: String,
    view: LogView,
    search: ReadSignal<String>,
    selected: ReadSignal<Option<i64>>,
    onkeydown: EventHandler<KeyboardEvent>,
    onselect: EventHandler<Option<i64>>,
) -> Element {
    let moment = use_moment();
    let mut scrolled = use_signal(|| (0_i32, FIRST_HEIGHT));
    // A list begins at its newest line, whatever was scrolled to when another tab took its place.
    use_effect(move || view.look_away(false));
    let lines = view.lines.read();
    let (top, height) = scrolled();
    let first = usize::try_from(top / ROW_HEIGHT).unwrap_or(0).saturating_sub(SPARE);
    let in_sight = usize::try_from(height / ROW_HEIGHT).unwrap_or(0) + 2 * SPARE;
    let last = (first + in_sight).min(lines.len());
    let first = first.min(last);
    let (above, below) = (px(first), px(lines.len() - last));
    let chosen = selected();
    let text = search.read().trim().to_owned();
    let onscroll = move |event: ScrollEvent| {
        #[expect(clippy::cast_possible_truncation, reason = "a place on screen")]
        let top = event.scroll_top() as i32;
        // Whole rows are enough: fewer renders while scrolling.
        let step = (top / ROW_HEIGHT * ROW_HEIGHT, event.client_height());
        if *scrolled.peek() != step {
            scrolled.set(step);
        }
        view.look_away(top > ROW_HEIGHT / 2);
        if top + 2 * event.client_height() > event.scroll_height() {
            view.read_older();
        }
    };
    rsx! {
        div {
            class: "log",
            role: "grid",
            tabindex: "0",
            aria_label: "Log lines, the newest first",
            aria_rowcount: "{lines.len()}",
            aria_readonly: "true",
            aria_activedescendant: chosen.map(|line| format!("line-{line}")),
            onkeydown: move |event| onkeydown.call(event),
            div { class: "log-row log-head", role: "row",
                span { role: "columnheader", aria_sort: "descending", "Time ↓" }
                span { role: "columnheader", "Level" }
                span { role: "columnheader", "Type" }
                span { role: "columnheader", "Device" }
                span { role: "columnheader", "Message" }
            }
            div {
                id: "{id}",
                class: "log-rows",
                role: "rowgroup",
                onscroll,
                div { height: "{above}px", aria_hidden: "true" }
                for place in first..last {
                    if let Some(line) = lines.newest(place) {
                        div {
                            key: "{line.id}",
                            id: "line-{line.id}",
                            class: "log-row",
                            role: "row",
                            "data-action": "Line {line.id}",
                            aria_rowindex: "{place + 1}",
                            aria_selected: if chosen == Some(line.id) { "true" } else { "false" },
                            onclick: {
                                let id = line.id;
                                move |_| onselect.call((chosen != Some(id)).then_some(id))
                            },
                            span { role: "gridcell", class: "mono", {moment.of_line(line.timestamp)} }
                            span { role: "gridcell", LevelTag { level: line.level.clone() } }
                            span { role: "gridcell", class: "muted", "{line.log_type}" }
                            span { role: "gridcell", {device_word(line)} }
                            span { role: "gridcell", class: "log-message",
                                for (index, (hit, part)) in marked(&line.message, &text).into_iter().enumerate() {
                                    if hit {
                                        mark { key: "{index}", "{part}" }
                                    } else {
                                        span { key: "{index}", "{part}" }
                                    }
                                }
                            }
                        }
                    }
                }
                div { height: "{below}px", aria_hidden: "true" }
            }
        }
    }
}

fn px(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(0) * i64::from(ROW_HEIGHT)
}

/// The device of a line by its name, or by its number where that is all there is.
pub fn device_word(line: &LogEntry) -> String {
    match (&line.device_name, line.device_id) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => format!("device {id}"),
        (None, None) => String::new(),
    }
}

/// A message in parts, those marked that are what was searched for.
fn marked<'a>(message: &'a str, search: &str) -> Vec<(bool, &'a str)> {
    if search.is_empty() {
        return vec![(false, message)];
    }
    // ASCII case only: it keeps every byte in its place.
    let (lower, search) = (message.to_ascii_lowercase(), search.to_ascii_lowercase());
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, hit) in lower.match_indices(&search) {
        parts.push((false, &message[from..at]));
        from = at + hit.len();
        parts.push((true, &message[at..from]));
    }
    parts.push((false, &message[from..]));
    parts.retain(|(_, part)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_searched_for_is_marked_in_any_case() {
        assert_eq!(
            marked("TCP timed out after Timed Outs", "timed out"),
            [(false, "TCP "), (true, "timed out"), (false, " after "), (true, "Timed Out"), (false, "s")]
        );
        assert_eq!(marked("Größe", "ß"), [(false, "Grö"), (true, "ß"), (false, "e")]);
    }
}
