//! One row for each user.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::users::UserPublic;

use crate::components::{Button, ButtonKind, Glyph, SortHead, TableFrame, Tag, Tone};
use crate::pages::paging::Sorted;
use crate::state::session::use_workplace;

/// The users of a page.
#[component]
pub fn UsersTable(
    page: Rc<Page<UserPublic>>,
    sorted: Sorted,
    onsort: EventHandler<&'static str>,
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
                        SortHead { title: "Name", sorted: sorted.direction("username"), onsort: move |()| onsort.call("username") }
                        SortHead { title: "Role", sorted: sorted.direction("role"), onsort: move |()| onsort.call("role") }
                        SortHead { title: "Sign-in", sorted: sorted.direction("is_active"), onsort: move |()| onsort.call("is_active") }
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
                    Tag { text: "May sign in", tone: Tone::Success, glyph: Glyph::Check }
                } else {
                    Tag { text: "Switched off", glyph: Glyph::Ban }
                }
            }
            td { class: "row-actions",
                Button {
                    label: "Change {user.username}",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Edit,
                    icon_only: true,
                    small: true,
                    onclick: move |_| onchange.call(changed.clone()),
                }
                Button {
                    label: "Delete {user.username}",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Trash,
                    icon_only: true,
                    small: true,
                    onclick: move |_| ondelete.call(doomed.clone()),
                }
            }
        }
    }
}
