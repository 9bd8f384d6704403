//! The tags: what joins devices, credentials and jobs.

use dioxus::prelude::*;
use netraven_api::sorting::TagColumn;
use netraven_api::tags::{DeleteTag, ListTags, Tag};

use crate::components::Glyph;
use crate::data::use_list;
use crate::features::listing::{ListPage, Words, use_listing};
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::section::Section;

mod form;
mod table;

use form::TagDialog;
use table::{TABLE, TagRow};

/// Tags on one page.
const PAGE_SIZE: i64 = 25;
/// The words of the list.
const WORDS: Words = Words {
    one: "tag",
    find: "tag",
    nothing: "No tag name contains this text.",
    none: Some((
        Glyph::Tag,
        "Tags link devices, credentials and jobs: a site, a role, a region. A job runs on the devices that have its \
         tags.",
    )),
};

/// The list of tags.
#[component]
pub fn TagsPage() -> Element {
    let listing = use_listing("tags", TagColumn::Name);
    let tags = use_list(move || ListTags {
        page: listing.page(),
        size: Some(PAGE_SIZE),
        name: listing.text(),
        sort: Some(listing.sorted().column),
        order: Some(listing.sorted().order),
        ..ListTags::default()
    });
    let mut dialog = use_signal(|| OpenDialog::<Tag>::Nothing);
    rsx! {
        ListPage {
            crumbs: Section::Tags.crumbs(),
            list: tags,
            listing,
            words: WORDS,
            face: TABLE,
            size: PAGE_SIZE,
            row_id: move |row: Tag| row.id.get(),
            row: move |tag: Tag| rsx! {
                TagRow {
                    key: "{tag.id}",
                    tag,
                    onchange: move |tag| dialog.set(OpenDialog::Change(tag)),
                    ondelete: move |tag| dialog.set(OpenDialog::Delete(tag)),
                }
            },
            onadd: move |()| dialog.set(OpenDialog::Add),
        }
        Dialogs { dialog }
    }
}

#[component]
fn Dialogs(mut dialog: Signal<OpenDialog<Tag>>) -> Element {
    let close = move |()| dialog.set(OpenDialog::Nothing);
    let deletion = use_deletion(dialog);
    match dialog() {
        OpenDialog::Nothing => rsx! {},
        OpenDialog::Add => rsx! { TagDialog { onclose: close } },
        OpenDialog::Change(tag) => rsx! { TagDialog { tag, onclose: close } },
        OpenDialog::Delete(tag) => {
            let question = Question {
                title: format!("Delete the tag {}?", tag.name),
                text: "It is removed from every device, credential and job: jobs and credentials no longer apply to those devices through it. The devices themselves are kept. This can't be undone.".to_owned(),
                action: "Delete the tag",
                done: format!("The tag {} was deleted.", tag.name),
            };
            deletion.ask(DeleteTag(tag.id), question)
        }
    }
}
