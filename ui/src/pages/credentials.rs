//! The credentials: how devices are signed in to, and which of them each serves.

use dioxus::prelude::*;
use netraven_api::credentials::{Credential, DeleteCredential, ListCredentials};
use netraven_api::native::AdminAction;
use netraven_api::sorting::CredentialColumn;

use crate::components::{Button, ButtonKind, Empty, Glyph, PageHeader, Panel, UpdatedAgo};
use crate::data::use_list;
use crate::features::credential_form::CredentialDialog;
use crate::features::listing::{ListPanel, Words, use_listing};
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::section::Section;
use crate::state::session::use_workplace;

mod table;

use table::CredentialsTable;

/// Credentials on one page.
const PAGE_SIZE: i64 = 25;
/// The words of the list.
const WORDS: Words =
    Words { one: "credential", many: "credentials", find: "user name", nothing: "No user name contains this text." };

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
        PageHeader {
            title: "Credentials",
            crumbs: Section::Credentials.crumbs(),
            UpdatedAgo { at: credentials.at(), loading: credentials.loading(), of_before: credentials.is_of_before() }
            Button {
                label: "Add credential",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                refused: workplace.forbids(AdminAction::AddCredential),
                onclick: move |_| dialog.set(OpenDialog::Add),
            }
        }
        Panel { reading: credentials.is_of_before(),
            ListPanel {
                list: credentials,
                listing,
                words: WORDS,
                size: PAGE_SIZE,
                row_id: move |row: Credential| row.id.get(),
                table: move |page| rsx! {
                    CredentialsTable {
                        page,
                        sorted: listing.sorted(),
                        onsort: move |column| listing.sort_by(column),
                        onchange: move |credential| dialog.set(OpenDialog::Change(credential)),
                        ondelete: move |credential| dialog.set(OpenDialog::Delete(credential)),
                    }
                },
                empty: rsx! {
                    Empty {
                        title: "No credentials yet",
                        text: "Backups need a credential to sign in. A credential is used for devices that share one of its tags; the lowest priority number is tried first.",
                        glyph: Glyph::Key,
                        Button { label: "Add credential", glyph: Glyph::Plus, refused: workplace.forbids(AdminAction::AddCredential), onclick: move |_| dialog.set(OpenDialog::Add) }
                    }
                },
            }
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
