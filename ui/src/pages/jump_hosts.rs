//! The jump hosts: the SSH servers through which devices are reached.

use dioxus::prelude::*;
use netraven_api::jump_hosts::{DeleteJumpHost, JumpHost, ListJumpHosts};
use netraven_api::native::Feature;
use netraven_api::sorting::JumpHostColumn;

use crate::components::{Button, Empty, Glyph};
use crate::data::use_list_maybe;
use crate::features::import::ImportDialog;
use crate::features::listing::{ListPage, Words, use_listing};
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::section::Section;
use crate::state::session::use_workplace;

mod form;
mod table;

use form::JumpHostDialog;
use table::{JumpHostRow, TABLE};

/// Jump hosts on one page.
const PAGE_SIZE: i64 = 25;
/// The words of the list.
const WORDS: Words = Words {
    one: "jump host",
    find: "jump host",
    nothing: "No jump host's name contains this text.",
    none: Some((
        Glyph::Server,
        "A jump host is an SSH server through which devices are reached that this network does not lead to. One \
         connection to it carries the sessions of many devices.",
    )),
};

/// The dialog that this list alone has: it imports jump hosts and what is behind them from a file.
#[derive(Clone, Copy, Debug, PartialEq)]
struct FromSshConfig;

/// The list of jump hosts.
#[component]
pub fn JumpHostsPage() -> Element {
    let (listing, workplace) = (use_listing("jump-hosts", JumpHostColumn::Name), use_workplace());
    let hosts = use_list_maybe(move || {
        workplace.refusal(Feature::JumpHosts).is_none().then(|| ListJumpHosts {
            page: listing.page(),
            size: Some(PAGE_SIZE),
            name: listing.text(),
            sort: Some(listing.sorted().column),
            order: Some(listing.sorted().order),
        })
    });
    let mut dialog = use_signal(|| OpenDialog::<JumpHost, FromSshConfig>::Nothing);
    let unknown = workplace.refusal(Feature::JumpHosts);
    let denied = (!workplace.is_admin()).then(|| "Only admins may add jump hosts.".to_owned());
    let refused = unknown.clone().or(denied);
    let beside = rsx! {
        Button {
            label: "Import from ssh_config",
            glyph: Glyph::Upload,
            refused: unknown.clone(),
            onclick: move |_| dialog.set(OpenDialog::More(FromSshConfig)),
        }
    };
    let locked = unknown.map(|reason| {
        rsx! {
            Empty { title: "No jump hosts", text: reason, glyph: Glyph::Server }
        }
    });
    rsx! {
        ListPage {
            crumbs: Section::JumpHosts.crumbs(),
            list: hosts,
            listing,
            words: WORDS,
            face: TABLE,
            size: PAGE_SIZE,
            row_id: move |row: JumpHost| row.id.get(),
            row: move |host: JumpHost| rsx! {
                JumpHostRow {
                    key: "{host.id}",
                    host,
                    onchange: move |host| dialog.set(OpenDialog::Change(host)),
                    ondelete: move |host| dialog.set(OpenDialog::Delete(host)),
                }
            },
            refused,
            locked,
            beside,
            onadd: move |()| dialog.set(OpenDialog::Add),
        }
        Dialogs { dialog }
    }
}

#[component]
fn Dialogs(mut dialog: Signal<OpenDialog<JumpHost, FromSshConfig>>) -> Element {
    let close = move |()| dialog.set(OpenDialog::Nothing);
    let deletion = use_deletion(dialog);
    match dialog() {
        OpenDialog::Nothing => rsx! {},
        OpenDialog::Add => rsx! { JumpHostDialog { onclose: close } },
        OpenDialog::Change(host) => rsx! { JumpHostDialog { host, onclose: close } },
        OpenDialog::More(FromSshConfig) => rsx! { ImportDialog { hosts: true, onclose: close } },
        OpenDialog::Delete(host) => {
            let question = Question {
                title: format!("Delete the jump host {}?", host.name),
                text: "Only a jump host that no device, tag or other jump host names can be deleted. Its stored host \
                       key is deleted too. This can't be undone."
                    .to_owned(),
                action: "Delete the jump host",
                done: format!("The jump host {} was deleted.", host.name),
            };
            deletion.ask(DeleteJumpHost(host.id), question)
        }
    }
}
