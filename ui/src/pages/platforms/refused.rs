//! The user's platforms that cannot be used: where, what is wrong, and what to write.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::platforms::{Platforms, RefusedPlatform};

use crate::components::{Button, ButtonKind, Glyph, Icon};
use crate::format;

/// The refused files; nothing where there are none. A saved platform can be edited.
#[component]
pub fn RefusedFiles(known: Rc<Platforms>, onedit: EventHandler<String>) -> Element {
    let refusals = refusals(&known);
    if refusals.is_empty() {
        return rsx! {};
    }
    let count = format::count(i64::try_from(refusals.len()).unwrap_or(i64::MAX), "file");
    rsx! {
        section { class: "platform-refusals", aria_label: "Refused files", tabindex: "0",
            p { class: "text-warning",
                Icon { glyph: Glyph::Alert, size: 14 }
                " {count} cannot be used"
            }
            table { class: "data-table", aria_label: "Refused files",
                thead {
                    tr {
                        th { scope: "col", "File" }
                        th { scope: "col", class: "col-line", "Line" }
                        th { scope: "col", "Field" }
                        th { scope: "col", "What is wrong" }
                        th { scope: "col", "What to do" }
                    }
                }
                tbody {
                    for (index, refusal) in refusals.into_iter().enumerate() {
                        tr { key: "{index}",
                            td { class: "name", title: "{refusal.file}",
                                {last_part(&refusal.file)}
                                if let Some(name) = refusal.saved.clone() {
                                    Button {
                                        label: "Edit {name}",
                                        kind: ButtonKind::Icon,
                                        glyph: Glyph::Edit,
                                        onclick: move |_| onedit.call(name.clone()),
                                    }
                                }
                            }
                            td { {refusal.line.map(format::number).unwrap_or_default()} }
                            td { class: "mono wraps", {refusal.field.clone().unwrap_or_default()} }
                            td { class: "wraps", "{refusal.problem}" }
                            td { class: "wraps", "{refusal.advice}" }
                        }
                    }
                }
            }
        }
    }
}

/// The refusals in their parts; of a server that only sends sentences, the sentences.
fn refusals(known: &Platforms) -> Vec<RefusedPlatform> {
    if !known.refusals.is_empty() {
        return known.refusals.clone();
    }
    let of_sentence = |sentence: &String| RefusedPlatform {
        file: String::new(),
        saved: None,
        line: None,
        field: None,
        problem: sentence.clone(),
        advice: String::new(),
    };
    known.refused.iter().map(of_sentence).collect()
}

/// The name of a file without its folder.
fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_without_its_folder_on_every_system() {
        assert_eq!(last_part("/data/platforms/acme.toml"), "acme.toml");
        assert_eq!(last_part(r"C:\data\acme.toml"), "acme.toml");
        assert_eq!(last_part(""), "");
    }

    #[test]
    fn the_sentences_of_an_older_server_are_shown_whole() {
        let known = Platforms { refused: vec!["acme.toml is broken.".to_owned()], ..Platforms::default() };
        assert_eq!(refusals(&known)[0].problem, "acme.toml is broken.");
    }
}
