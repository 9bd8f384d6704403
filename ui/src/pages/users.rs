//! The users: who may sign in, and as what. For admins only.

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::users::{DeleteUser, ListUsers, UserPublic};

use crate::components::{
    Button, ButtonKind, Confirm, Crumb, Empty, ErrorState, Glyph, PageHeader, Pager, SearchField, SkeletonRows,
    StaleNote, UpdatedAgo,
};
use crate::data::{Query, use_query_maybe, use_settled};
use crate::pages::actions::use_change;
use crate::pages::paging::{Sorted, use_existing_page};
use crate::route::Route;
use crate::state::session::use_workplace;

mod add;
mod change;
mod table;

use add::AddUser;
use change::ChangeUser;
use table::UsersTable;

/// Users on one page.
const PAGE_SIZE: i64 = 50;

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
    let mut search = use_signal(String::new);
    let mut number = use_signal(|| 1_i64);
    let mut sorted = use_signal(|| Sorted::by("username"));
    let username = use_settled(move || search.read().trim().to_owned());
    let users = use_query_maybe(move || {
        workplace.is_admin().then(|| ListUsers {
            page: Some(number()),
            size: Some(PAGE_SIZE),
            username: Some(username()).filter(|name| !name.is_empty()),
            sort: Some(sorted().column.to_owned()),
            order: Some(sorted().order()),
            ..ListUsers::default()
        })
    });
    use_existing_page(users, number);
    let mut doing = use_signal(|| Doing::Nothing);
    let admin = workplace.is_admin();
    rsx! {
        PageHeader {
            title: "Users",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("Setup"), Crumb::here("Users")],
            UpdatedAgo { at: users.at(), loading: users.loading() }
            Button {
                label: "Add user",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                refused: (!admin).then(|| "Only admins may add users.".to_owned()),
                onclick: move |_| doing.set(Doing::Adding),
            }
        }
        section { class: "panel bg-card",
            if admin {
                div { class: "filters", role: "search", aria_label: "Filters",
                    SearchField {
                        id: "filter-users",
                        label: "Find user",
                        value: search(),
                        oninput: move |text| {
                            search.set(text);
                            number.set(1);
                        },
                    }
                }
                Body {
                    users,
                    search,
                    number,
                    sorted: sorted(),
                    onsort: move |column| {
                        let next = sorted().toggled(column);
                        sorted.set(next);
                        number.set(1);
                    },
                    doing,
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
fn Body(
    users: Query<Page<UserPublic>>,
    search: Signal<String>,
    number: Signal<i64>,
    sorted: Sorted,
    onsort: EventHandler<&'static str>,
    doing: Signal<Doing>,
) -> Element {
    let (mut search, mut number, mut doing) = (search, number, doing);
    let retry = move |()| users.refresh();
    match (users.value(), users.error()) {
        (Some(page), stale) => rsx! {
            if let Some(problem) = stale {
                StaleNote { problem, at: users.at(), onretry: retry }
            }
            if page.items.is_empty() {
                Empty { title: "No user matches", text: "No user has this in the name.", glyph: Glyph::Search,
                    Button { label: "Clear the filters", onclick: move |_| search.set(String::new()) }
                }
            } else {
                UsersTable {
                    page: page.clone(),
                    sorted,
                    onsort,
                    onchange: move |user| doing.set(Doing::Changing(user)),
                    ondelete: move |user| doing.set(Doing::Deleting(user)),
                }
            }
            Pager { noun: "user", total: page.total, page: number(), size: PAGE_SIZE, onpage: move |page| number.set(page) }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The users could not be read", problem, onretry: retry }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 6, label: "Reading the users" }
        },
    }
}

#[component]
fn Dialogs(doing: Signal<Doing>) -> Element {
    let mut doing = doing;
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
