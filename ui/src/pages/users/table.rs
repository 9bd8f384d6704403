//! One row for each user.

use dioxus::prelude::*;
use netraven_api::sorting::UserColumn;
use netraven_api::users::UserPublic;

use crate::components::{Glyph, RowButtons, Tag, Tone};
use crate::features::sorted_table::TableFace;
use crate::state::session::use_workplace;

/// The table of users.
pub const TABLE: TableFace<UserColumn> = TableFace {
    name: "users",
    title: "Users",
    class: "setup-table",
    heads: &[
        (UserColumn::Username, "Name", "", ""),
        (UserColumn::Role, "Role", "col-tags", ""),
        (UserColumn::IsActive, "Sign-in", "col-tags", ""),
    ],
    needs: &[],
    unsorted: &[],
    turns: &[("col-two-actions", "Actions")],
};

/// The row of a user.
#[component]
pub fn UserRow(user: UserPublic, onchange: EventHandler<UserPublic>, ondelete: EventHandler<UserPublic>) -> Element {
    let (changed, doomed) = (user.clone(), user.clone());
    let own = use_workplace().ready().username == user.username;
    rsx! {
        tr { "data-user": "{user.id}",
            td { class: "name", title: "{user.username}",
                "{user.username}"
                if own {
                    span { class: "muted", " (you)" }
                }
            }
            td { "{user.role.as_str()}" }
            td {
                if user.is_active {
                    Tag { text: "Active", tone: Tone::Success, glyph: Glyph::Check }
                } else {
                    Tag { text: "Inactive", glyph: Glyph::Ban }
                }
            }
            RowButtons {
                row: "{user.username}",
                onchange: move |()| onchange.call(changed.clone()),
                ondelete: move |()| ondelete.call(doomed.clone()),
            }
        }
    }
}
