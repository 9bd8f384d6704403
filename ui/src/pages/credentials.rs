//! The credentials: how devices are signed in to, and which of them each serves.

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::credentials::{Credential, DeleteCredential, ListCredentials};

use crate::components::{
    Button, ButtonKind, Confirm, Crumb, Empty, ErrorState, Glyph, PageHeader, Pager, SearchField, SkeletonRows,
    StaleNote, UpdatedAgo,
};
use crate::data::{Query, use_query, use_settled};
use crate::pages::actions::use_change;
use crate::pages::paging::{Sorted, use_existing_page};
use crate::route::Route;
use crate::state::session::use_workplace;

pub mod form;
mod table;

use form::CredentialDialog;
use table::CredentialsTable;

/// Credentials on one page. Few, since the devices of each are counted.
const PAGE_SIZE: i64 = 25;

/// What a person is doing over the list.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Nothing,
    Adding,
    Changing(Box<Credential>),
    Deleting(Box<Credential>),
}

/// Why somebody may not change credentials.
fn no_users() -> Option<String> {
    (!use_workplace().is_admin()).then(|| "Only admins may add, change and delete credentials.".to_owned())
}

/// The list of credentials.
#[component]
pub fn CredentialsPage() -> Element {
    let mut search = use_signal(String::new);
    let mut number = use_signal(|| 1_i64);
    let mut sorted = use_signal(|| Sorted::by("priority"));
    let username = use_settled(move || search.read().trim().to_owned());
    let credentials = use_query(move || ListCredentials {
        page: Some(number()),
        size: Some(PAGE_SIZE),
        username: Some(username()).filter(|name| !name.is_empty()),
        sort: Some(sorted().column.to_owned()),
        order: Some(sorted().order()),
        ..ListCredentials::default()
    });
    use_existing_page(credentials, number);
    let mut doing = use_signal(|| Doing::Nothing);
    rsx! {
        PageHeader {
            title: "Credentials",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("Setup"), Crumb::here("Credentials")],
            UpdatedAgo { at: credentials.at(), loading: credentials.loading() }
            Button {
                label: "Add credential",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                refused: no_users(),
                onclick: move |_| doing.set(Doing::Adding),
            }
        }
        section { class: "panel bg-card",
            div { class: "filters", role: "search", aria_label: "Filters",
                SearchField {
                    id: "filter-credentials",
                    label: "Find user name",
                    value: search(),
                    oninput: move |text| {
                        search.set(text);
                        number.set(1);
                    },
                }
            }
            Body {
                credentials,
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
        }
        Dialogs { doing }
    }
}

#[component]
fn Body(
    credentials: Query<Page<Credential>>,
    search: Signal<String>,
    number: Signal<i64>,
    sorted: Sorted,
    onsort: EventHandler<&'static str>,
    doing: Signal<Doing>,
) -> Element {
    let (mut search, mut number, mut doing) = (search, number, doing);
    let retry = move |()| credentials.refresh();
    let refused = no_users();
    match (credentials.value(), credentials.error()) {
        (Some(page), stale) => rsx! {
            if let Some(problem) = stale {
                StaleNote { problem, at: credentials.at(), onretry: retry }
            }
            if !page.items.is_empty() {
                CredentialsTable {
                    page: page.clone(),
                    sorted,
                    onsort,
                    onchange: move |credential| doing.set(Doing::Changing(Box::new(credential))),
                    ondelete: move |credential| doing.set(Doing::Deleting(Box::new(credential))),
                }
            } else if search.read().trim().is_empty() {
                Empty {
                    title: "There is no credential yet",
                    text: "Without one a backup cannot sign in. A credential serves the devices that share one of its tags; the one with the smallest priority is tried first.",
                    glyph: Glyph::Key,
                    Button { label: "Add a credential", glyph: Glyph::Plus, refused, onclick: move |_| doing.set(Doing::Adding) }
                }
            } else {
                Empty { title: "No credential matches", text: "No credential has this in its user name.", glyph: Glyph::Search,
                    Button { label: "Clear the filters", onclick: move |_| search.set(String::new()) }
                }
            }
            Pager {
                noun: "credential",
                total: page.total,
                page: number(),
                size: PAGE_SIZE,
                onpage: move |page| number.set(page),
                if let Some(note) = page.note.clone() {
                    span { class: "cut", title: "{note}", "{note}" }
                }
            }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The credentials could not be read", problem, onretry: retry }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 6, label: "Reading the credentials" }
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
        Doing::Adding => rsx! { CredentialDialog { tags: Vec::new(), onclose: close } },
        Doing::Changing(credential) => rsx! {
            CredentialDialog {
                tags: credential.tags.iter().map(|tag| tag.id).collect::<Vec<_>>(),
                credential: (*credential).clone(),
                onclose: close,
            }
        },
        Doing::Deleting(credential) => rsx! {
            Confirm {
                title: "Delete the credential of {credential.username}?",
                text: "Devices that no other credential serves cannot be signed in to any more. The password is gone with it. This cannot be taken back.",
                action: "Delete the credential",
                typed: workplace.guard(),
                busy: delete.busy(),
                onconfirm: move |()| delete.make(DeleteCredential(credential.id), format!("The credential of {} was deleted.", credential.username)),
                onclose: close,
            }
        },
    }
}
