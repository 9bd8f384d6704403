//! The tags: what joins devices, credentials and jobs.

use dioxus::prelude::*;
use netraven_api::sorting::TagColumn;
use netraven_api::tags::{DeleteTag, ListTags, Tag};

use crate::components::{Button, ButtonKind, Empty, Glyph, PageHeader, Panel, UpdatedAgo};
use crate::data::use_list;
use crate::features::listing::{ListPanel, Words, use_listing};
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::section::Section;

mod form;
mod table;

use form::TagDialog;
use table::TagsTable;

/// Tags on one page.
const PAGE_SIZE: i64 = 25;
/// The words of the list.
const WORDS: Words = Words { one: "tag", many: "tags", find: "tag", nothing: "No tag name contains this text." };

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
        PageHeader {
            title: "Tags",
            crumbs: Section::Tags.crumbs(),
            UpdatedAgo { at: tags.at(), loading: tags.loading(), of_before: tags.is_of_before() }
            Button {
                label: "Add tag",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                onclick: move |_| dialog.set(OpenDialog::Add),
            }
        }
        Panel { reading: tags.is_of_before(),
            ListPanel {
                list: tags,
                listing,
                words: WORDS,
                size: PAGE_SIZE,
                row_id: move |row: Tag| row.id.get(),
                table: move |page| rsx! {
                    TagsTable {
                        page,
                        sorted: listing.sorted(),
                        onsort: move |column| listing.sort_by(column),
                        onchange: move |tag| dialog.set(OpenDialog::Change(tag)),
                        ondelete: move |tag| dialog.set(OpenDialog::Delete(tag)),
                    }
                },
                empty: rsx! {
                    Empty {
                        title: "No tags yet",
                        text: "Tags link devices, credentials and jobs: a site, a role, a region. A job runs on the devices that have its tags.",
                        glyph: Glyph::Tag,
                        Button { label: "Add tag", glyph: Glyph::Plus, onclick: move |_| dialog.set(OpenDialog::Add) }
                    }
                },
            }
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
