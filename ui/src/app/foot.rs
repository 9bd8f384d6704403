//! The line below every page: what is so for a while, and what can be done about it. The notices stand at its right end.

use dioxus::prelude::*;

use crate::components::{Button, Glyph, Icon};
use crate::format;
use crate::state::moment::use_moment;
use crate::state::standing::{Line, LineAction, Meant, use_standing};

/// The line. It has its room whether there is something to say or not.
#[component]
pub fn Foot() -> Element {
    let (standing, moment) = (use_standing(), use_moment());
    let lines = standing.lines();
    let stale: Vec<_> = lines
        .iter()
        .filter_map(|(_, line)| match line {
            Line::Stale { problem, at, retry } => Some((problem.message.clone(), *at, *retry)),
            Line::Said { .. } => None,
        })
        .collect();
    let again = use_callback(move |()| {
        for (_, line) in standing.lines() {
            if let Line::Stale { retry, .. } = line {
                retry.call(());
            }
        }
    });
    // The lab's note has a button and stays for long: what joins it stands behind it and does not push it aside.
    let said = |wanted: Meant| {
        lines.iter().filter_map(move |(number, line)| match line {
            Line::Said { meant, glyph, text, actions } if *meant == wanted => {
                Some((*number, *glyph, text.clone(), actions.clone()))
            }
            _ => None,
        })
    };
    rsx! {
        div { class: "foot",
            for (number, glyph, text, actions) in said(Meant::Note) {
                Told { key: "{number}", meant: Meant::Note, glyph, text, actions }
            }
            for (number, glyph, text, actions) in said(Meant::Warning) {
                Told { key: "{number}", meant: Meant::Warning, glyph, text, actions }
            }
            if let Some((message, ..)) = stale.first() {
                Told {
                    meant: Meant::Warning,
                    glyph: Glyph::Alert,
                    text: match stale.iter().filter_map(|(_, at, _)| *at).min() {
                        Some(at) => format!("Last updated {}; this data may be out of date. {message}", format::ago(at, moment.now())),
                        None => format!("This data may be out of date. {message}"),
                    },
                    actions: vec![LineAction { label: "Try again", named: None, busy: false, press: again }],
                }
            }
        }
    }
}

#[component]
fn Told(meant: Meant, glyph: Glyph, text: String, actions: Vec<LineAction>) -> Element {
    let (class, role) = match meant {
        Meant::Note => ("foot-line text-info", "note"),
        Meant::Warning => ("foot-line text-warning", "alert"),
    };
    rsx! {
        div { class, role,
            // The buttons come first: words that grow do not push them aside.
            for action in actions {
                Button { key: "{action.label}", label: action.label, named: action.named.map(str::to_owned), small: true, busy: action.busy, onclick: move |_| action.press.call(()) }
            }
            Icon { glyph, size: 14 }
            p { title: "{text}", "{text}" }
        }
    }
}
