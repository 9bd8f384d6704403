//! The users: who may sign in, and as what. For admins only.

use dioxus::prelude::*;
use netraven_api::users::{DeleteUser, ListUsers, UserPublic};

use crate::components::{Button, ButtonKind, Confirm, Crumb, Empty, Glyph, PageHeader, Panel, UpdatedAgo};
use crate::data::use_list_maybe;
use crate::pages::actions::use_change;
use crate::pages::listing::{ListPanel, Words, use_listing};
use crate::route::Route;
use crate::state::session::use_workplace;

mod add;
mod change;
mod table;

pub use change::SHORTEST_PASSWORD;

use add::AddUser;
use change::ChangeUser;
use table::UsersTable;

/// Users on one page.
const PAGE_SIZE: i64 = 50;
/// The words of the list.
const WORDS: Words = Words { one: "user", many: "users", find: "user", nothing: "No user has this in the name." };

/// What a person is doing over the list.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Nothing,
    Adding,
    Changing(UserPublic),
    Deleting(UserPublic),
}

/// The list of users.
#[component]
pub fn UsersPage() -> Element {
    let workplace = use_workplace();
    let listing = use_listing("users", &["username", "role", "is_active"]);
    let users = use_list_maybe(move || {
        workplace.is_admin().then(|| ListUsers {
            page: listing.page(),
            size: Some(PAGE_SIZE),
            username: listing.text(),
            sort: Some(listing.sorted().column.to_owned()),
            order: Some(listing.sorted().order()),
            ..ListUsers::default()
        })
    });
    let mut doing = use_signal(|| Doing::Nothing);
    let admin = workplace.is_admin();
    rsx! {
        PageHeader {
            title: "Users",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("Setup"), Crumb::here("Users")],
            UpdatedAgo { at: users.at(), loading: users.loading(), of_before: users.is_of_before() }
            Button {
                label: "Add user",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                refused: (!admin).then(|| "Only admins may add users.".to_owned()),
                onclick: move |_| doing.set(Doing::Adding),
            }
        }
        Panel { reading: users.is_of_before(),
            if admin {
                ListPanel {
                    list: users,
                    listing,
                    words: WORDS,
                    size: PAGE_SIZE,
                    row_id: move |row: UserPublic| row.id,
                    table: move |page| rsx! {
                        UsersTable {
                            page,
                            sorted: listing.sorted(),
                            onsort: move |column| listing.sort_by(column),
                            onchange: move |user| doing.set(Doing::Changing(user)),
                            ondelete: move |user| doing.set(Doing::Deleting(user)),
                        }
                    },
                }
            } else {
                Empty {
                    title: "Only admins see the users",
                    text: "You are signed in with the role user. Ask an admin to add somebody, to change a role, or to set a new password.",
                    glyph: Glyph::Lock,
                }
            }
        }
        Dialogs { doing }
    }
}

#[component]
fn Dialogs(mut doing: Signal<Doing>) -> Element {
    let workplace = use_workplace();
    let close = move |()| doing.set(Doing::Nothing);
    let delete = use_change(move |_| doing.set(Doing::Nothing));
    match doing() {
        Doing::Nothing => rsx! {},
        Doing::Adding => rsx! { AddUser { onclose: close } },
        Doing::Changing(user) => rsx! { ChangeUser { user, onclose: close } },
        Doing::Deleting(user) => rsx! {
            Confirm {
                title: "Delete {user.username}?",
                text: "{user.username} is signed out everywhere and cannot sign in any more. What was done under this name stays in the log. To keep the account for later, change it to may not sign in instead.",
                action: "Delete the user",
                typed: workplace.guard(),
                busy: delete.busy(),
                onconfirm: move |()| delete.make(DeleteUser(user.id), format!("{} was deleted.", user.username)),
                onclose: close,
            }
        },
    }
}
