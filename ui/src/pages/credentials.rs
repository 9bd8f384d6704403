//! The credentials: how devices are signed in to, and which of them each serves.

use dioxus::prelude::*;
use netraven_api::credentials::{Credential, DeleteCredential, ListCredentials};
use netraven_api::native::AdminAction;
use netraven_api::sorting::CredentialColumn;

use crate::components::Glyph;
use crate::data::use_list;
use crate::features::credential_form::CredentialDialog;
use crate::features::listing::{ListPage, Words, use_listing};
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::section::Section;
use crate::state::session::use_workplace;

mod table;

use table::{CredentialRow, TABLE};

/// Credentials on one page.
const PAGE_SIZE: i64 = 25;
/// The words of the list.
const WORDS: Words = Words {
    one: "credential",
    find: "user name",
    nothing: "No user name contains this text.",
    none: Some((
        Glyph::Key,
        "Backups need a credential to sign in. A credential is used for devices that share one of its tags; the lowest \
         priority number is tried first.",
    )),
};

/// The list of credentials.
#[component]
pub fn CredentialsPage() -> Element {
    let (listing, workplace) = (use_listing("credentials", CredentialColumn::Priority), use_workplace());
    let credentials = use_list(move || ListCredentials {
        page: listing.page(),
        size: Some(PAGE_SIZE),
        username: listing.text(),
        sort: Some(listing.sorted().column),
        order: Some(listing.sorted().order),
        ..ListCredentials::default()
    });
    let mut dialog = use_signal(|| OpenDialog::<Credential>::Nothing);
    rsx! {
        ListPage {
            crumbs: Section::Credentials.crumbs(),
            list: credentials,
            listing,
            words: WORDS,
            face: TABLE,
            size: PAGE_SIZE,
            row_id: move |row: Credential| row.id.get(),
            row: move |credential: Credential| rsx! {
                CredentialRow {
                    key: "{credential.id}",
                    credential,
                    onchange: move |credential| dialog.set(OpenDialog::Change(credential)),
                    ondelete: move |credential| dialog.set(OpenDialog::Delete(credential)),
                }
            },
            refused: workplace.forbids(AdminAction::AddCredential),
            onadd: move |()| dialog.set(OpenDialog::Add),
        }
        Dialogs { dialog }
    }
}

#[component]
fn Dialogs(mut dialog: Signal<OpenDialog<Credential>>) -> Element {
    let close = move |()| dialog.set(OpenDialog::Nothing);
    let deletion = use_deletion(dialog);
    match dialog() {
        OpenDialog::Nothing => rsx! {},
        OpenDialog::Add => rsx! { CredentialDialog { tags: Vec::new(), onclose: close } },
        OpenDialog::Change(credential) => rsx! {
            CredentialDialog {
                tags: credential.tags.iter().map(|tag| tag.id).collect::<Vec<_>>(),
                credential: credential.clone(),
                onclose: close,
            }
        },
        OpenDialog::Delete(credential) => {
            let question = Question {
                title: format!("Delete the credential of {}?", credential.username),
                text: "NetRaven can no longer sign in to devices that have no other credential. The stored password \
                       is deleted too. This can't be undone."
                    .to_owned(),
                action: "Delete the credential",
                done: format!("The credential of {} was deleted.", credential.username),
            };
            deletion.ask(DeleteCredential(credential.id), question)
        }
    }
}
