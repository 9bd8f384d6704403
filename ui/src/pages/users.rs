//! The users: who may sign in, and as what. For admins only.

use dioxus::prelude::*;
use netraven_api::sorting::UserColumn;
use netraven_api::users::{DeleteUser, ListUsers, UserPublic};

use crate::components::{Empty, Glyph};
use crate::data::use_list_maybe;
use crate::features::listing::{ListPage, Words, use_listing};
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::section::Section;
use crate::state::session::use_workplace;

mod add;
mod change;
mod table;

pub use change::too_short;

use add::AddUser;
use change::ChangeUser;
use table::{TABLE, UserRow};

/// Users on one page.
const PAGE_SIZE: i64 = 50;
/// The words of the list.
const WORDS: Words = Words { one: "user", find: "user", nothing: "No user name contains this text.", none: None };

/// The list of users.
#[component]
pub fn UsersPage() -> Element {
    let workplace = use_workplace();
    let listing = use_listing("users", UserColumn::Username);
    let users = use_list_maybe(move || {
        Section::Users.is_open_to(workplace.is_admin()).then(|| ListUsers {
            page: listing.page(),
            size: Some(PAGE_SIZE),
            username: listing.text(),
            sort: Some(listing.sorted().column),
            order: Some(listing.sorted().order),
            ..ListUsers::default()
        })
    });
    let mut dialog = use_signal(|| OpenDialog::<UserPublic>::Nothing);
    let admin = workplace.is_admin();
    let locked = (!Section::Users.is_open_to(admin)).then(|| {
        rsx! {
            Empty {
                title: "Only admins can see users",
                text: "You are signed in with the role user. Ask an admin to add a user, change a role or set a new password.",
                glyph: Glyph::Lock,
            }
        }
    });
    rsx! {
        ListPage {
            crumbs: Section::Users.crumbs(),
            list: users,
            listing,
            words: WORDS,
            face: TABLE,
            size: PAGE_SIZE,
            row_id: move |row: UserPublic| row.id.get(),
            row: move |user: UserPublic| rsx! {
                UserRow {
                    key: "{user.id}",
                    user,
                    onchange: move |user| dialog.set(OpenDialog::Change(user)),
                    ondelete: move |user| dialog.set(OpenDialog::Delete(user)),
                }
            },
            refused: (!admin).then(|| "Only admins may add users.".to_owned()),
            locked,
            onadd: move |()| dialog.set(OpenDialog::Add),
        }
        Dialogs { dialog }
    }
}

#[component]
fn Dialogs(mut dialog: Signal<OpenDialog<UserPublic>>) -> Element {
    let close = move |()| dialog.set(OpenDialog::Nothing);
    let deletion = use_deletion(dialog);
    match dialog() {
        OpenDialog::Nothing => rsx! {},
        OpenDialog::Add => rsx! { AddUser { onclose: close } },
        OpenDialog::Change(user) => rsx! { ChangeUser { user, onclose: close } },
        OpenDialog::Delete(user) => {
            let question = Question {
                title: format!("Delete {}?", user.username),
                text: format!(
                    "{} is signed out everywhere and can no longer sign in. Actions under this name stay in the log. To keep the account for later, deactivate it instead.",
                    user.username
                ),
                action: "Delete the user",
                done: format!("{} was deleted.", user.username),
            };
            deletion.ask(DeleteUser(user.id), question)
        }
    }
}
