//! The button that writes what is filtered to a file.

use dioxus::prelude::*;
use netraven_api::native::{ExportFormat, ExportWhat};

use crate::components::{Button, ButtonKind, Dialog, Glyph, Segments};
use crate::data::use_exports;
use crate::format;

/// The button, and how far an export is while there is one. `noun` is what a row is; `what` is asked when it is pressed.
#[component]
pub fn ExportButton(noun: String, what: Callback<(), ExportWhat>) -> Element {
    let exports = use_exports();
    let mut asking = use_signal(|| false);
    let mut chosen = use_signal(ExportFormat::default);
    let state = exports.state();
    if state.active {
        let rows = format::number(state.rows);
        let of = state.total.map(|total| format!(" of about {}", format::number(total))).unwrap_or_default();
        return rsx! {
            span { role: "status", "Exporting: {rows}{of}" }
            Button { label: "Stop the export", kind: ButtonKind::Text, small: true, glyph: Glyph::Stop, onclick: move |_| exports.stop() }
        };
    }
    rsx! {
        Button { label: "Export", kind: ButtonKind::Text, small: true, glyph: Glyph::Download, onclick: move |_| asking.set(true) }
        if asking() {
            Dialog {
                id: "export",
                title: "Export {noun}s",
                onclose: move |()| asking.set(false),
                actions: rsx! {
                    Button { label: "Cancel", onclick: move |_| asking.set(false) }
                    Button {
                        label: "Choose a file",
                        kind: ButtonKind::Primary,
                        glyph: Glyph::Download,
                        onclick: move |_| {
                            asking.set(false);
                            exports.start(what.call(()), *chosen.peek());
                        },
                    }
                },
                p { "Exports every {noun} that matches the filters, newest first, as on screen: recognised secrets are hidden." }
                Segments {
                    label: "Format",
                    options: ExportFormat::ALL.map(|format| (format.ending().to_owned(), format.title().to_owned())).to_vec(),
                    selected: chosen.read().ending(),
                    onselect: move |ending: String| {
                        if let Some(format) = ExportFormat::ALL.into_iter().find(|format| format.ending() == ending) {
                            chosen.set(format);
                        }
                    },
                }
            }
        }
    }
}
