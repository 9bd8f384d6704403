//! One row for each user.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::sorting::UserColumn;
use netraven_api::users::UserPublic;

use crate::components::{Button, ButtonKind, Glyph, SortHead, TableFrame, Tag, Tone};
use crate::features::paging::{Head, Sorted};
use crate::state::session::use_workplace;

/// The heads of the columns, left to right.
const HEADS: [Head<UserColumn>; 3] =
    [(UserColumn::Username, "Name", ""), (UserColumn::Role, "Role", ""), (UserColumn::IsActive, "Sign-in", "")];

/// The users of a page.
#[component]
pub fn UsersTable(
    page: Rc<Page<UserPublic>>,
    sorted: Sorted<UserColumn>,
    onsort: EventHandler<UserColumn>,
    onchange: EventHandler<UserPublic>,
    ondelete: EventHandler<UserPublic>,
) -> Element {
    rsx! {
        TableFrame { id: "users-frame",
            table { class: "data-table setup-table", aria_label: "Users",
                colgroup {
                    col {}
                    col { class: "col-tags" }
                    col { class: "col-tags" }
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
                    for user in page.items.iter().cloned() {
                        Row { key: "{user.id}", user, onchange, ondelete }
                    }
                }
            }
        }
    }
}

#[component]
fn Row(user: UserPublic, onchange: EventHandler<UserPublic>, ondelete: EventHandler<UserPublic>) -> Element {
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
            td { class: "row-actions",
                Button {
                    label: "Change {user.username}",
                    kind: ButtonKind::Icon,
                    glyph: Glyph::Edit,
                    onclick: move |_| onchange.call(changed.clone()),
                }
                Button {
                    label: "Delete {user.username}",
                    kind: ButtonKind::Icon,
                    glyph: Glyph::Trash,
                    onclick: move |_| ondelete.call(doomed.clone()),
                }
            }
        }
    }
}
