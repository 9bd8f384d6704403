//! One row for each tag.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::native::AdminAction;
use netraven_api::sorting::TagColumn;
use netraven_api::tags::Tag;

use crate::components::{Button, ButtonKind, Glyph, SortHead, TableFrame};
use crate::features::paging::{Head, Sorted};
use crate::format;
use crate::state::session::use_workplace;

/// The tag every device carries.
const DEFAULT: &str = "default";

/// The heads of the columns, left to right.
const HEADS: [Head<TagColumn>; 4] = [
    (TagColumn::Name, "Name", ""),
    (TagColumn::Kind, "Kind", ""),
    (TagColumn::Devices, "Devices", ""),
    (TagColumn::Description, "Description", ""),
];

/// The tags of a page.
#[component]
pub fn TagsTable(
    page: Rc<Page<Tag>>,
    sorted: Sorted<TagColumn>,
    onsort: EventHandler<TagColumn>,
    onchange: EventHandler<Tag>,
    ondelete: EventHandler<Tag>,
) -> Element {
    rsx! {
        TableFrame { id: "tags-frame",
            table { class: "data-table setup-table", aria_label: "Tags",
                colgroup {
                    col { class: "col-name" }
                    col { class: "col-tags" }
                    col { class: "col-number" }
                    col {}
                    col { class: "col-two-actions" }
                }
                thead {
                    tr {
                        for (column, title, class) in HEADS {
                            SortHead {
                                key: "{column}",
                                title,
                                class,
                                sorted: sorted.direction(column),
                                onsort: move |()| onsort.call(column),
                            }
                        }
                        th { scope: "col", aria_label: "Actions" }
                    }
                }
                tbody {
                    for tag in page.items.iter().cloned() {
                        Row { key: "{tag.id}", tag, onchange, ondelete }
                    }
                }
            }
        }
    }
}

#[component]
fn Row(tag: Tag, onchange: EventHandler<Tag>, ondelete: EventHandler<Tag>) -> Element {
    let (changed, doomed) = (tag.clone(), tag.clone());
    let kept = (tag.name == DEFAULT).then(|| "Every device has the tag default; it cannot be changed.".to_owned());
    let no_users = use_workplace().forbids(AdminAction::DeleteTag);
    let undeletable = kept.clone().or(no_users);
    let description = tag.description.clone().unwrap_or_default();
    rsx! {
        tr { "data-tag": "{tag.id}",
            td { class: "name", title: "{tag.name}", "{tag.name}" }
            td { class: "muted", {tag.kind.clone().unwrap_or_default()} }
            td { class: "muted", {format::number_known(tag.devices)} }
            td { class: "muted", title: "{description}", "{description}" }
            td { class: "row-actions",
                Button {
                    label: "Change the tag {tag.name}",
                    kind: ButtonKind::Icon,
                    glyph: Glyph::Edit,
                    refused: kept,
                    onclick: move |_| onchange.call(changed.clone()),
                }
                Button {
                    label: "Delete the tag {tag.name}",
                    kind: ButtonKind::Icon,
                    glyph: Glyph::Trash,
                    refused: undeletable,
                    onclick: move |_| ondelete.call(doomed.clone()),
                }
            }
        }
    }
}
