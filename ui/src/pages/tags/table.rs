//! One row for each tag.

use dioxus::prelude::*;
use netraven_api::native::AdminAction;
use netraven_api::sorting::TagColumn;
use netraven_api::tags::Tag;

use crate::components::RowButtons;
use crate::features::session_policy::{PolicyButton, PolicyOwner};
use crate::features::sorted_table::TableFace;
use crate::format;
use crate::state::session::use_workplace;

/// The tag every device carries.
const DEFAULT: &str = "default";

/// The table of tags.
pub const TABLE: TableFace<TagColumn> = TableFace {
    name: "tags",
    title: "Tags",
    class: "setup-table",
    heads: &[
        (TagColumn::Name, "Name", "col-name", ""),
        (TagColumn::Kind, "Kind", "col-tags", ""),
        (TagColumn::Devices, "Devices", "col-number", ""),
        (TagColumn::Description, "Description", "", ""),
    ],
    needs: &[],
    unsorted: &[],
    turns: &[("col-actions", "Actions")],
};

/// The row of a tag.
#[component]
pub fn TagRow(tag: Tag, onchange: EventHandler<Tag>, ondelete: EventHandler<Tag>) -> Element {
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
            RowButtons {
                row: "the tag {tag.name}",
                unchangeable: kept,
                undeletable,
                onchange: move |()| onchange.call(changed.clone()),
                ondelete: move |()| ondelete.call(doomed.clone()),
                PolicyButton { owner: PolicyOwner::Tag(tag.id, tag.name.clone()), icon: true }
            }
        }
    }
}
