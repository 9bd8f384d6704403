//! The tags: what joins devices, credentials and jobs.

use dioxus::prelude::*;
use netraven_api::tags::{DeleteTag, ListTags, Tag};

use crate::components::{Button, ButtonKind, Confirm, Crumb, Empty, Glyph, PageHeader, Panel, UpdatedAgo};
use crate::data::use_list;
use crate::pages::actions::use_change;
use crate::pages::listing::{ListPanel, Words, use_listing};
use crate::route::Route;
use crate::state::session::use_workplace;

mod form;
mod table;

use form::TagDialog;
use table::TagsTable;

/// Tags on one page.
const PAGE_SIZE: i64 = 25;
/// The words of the list.
const WORDS: Words = Words { one: "tag", many: "tags", find: "tag", nothing: "No tag has this in its name." };

/// What a person is doing over the list.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Nothing,
    Adding,
    Changing(Tag),
    Deleting(Tag),
}

/// The list of tags.
#[component]
pub fn TagsPage() -> Element {
    let listing = use_listing("tags", &["name", "type", "devices", "description"]);
    let tags = use_list(move || ListTags {
        page: listing.page(),
        size: Some(PAGE_SIZE),
        name: listing.text(),
        sort: Some(listing.sorted().column.to_owned()),
        order: Some(listing.sorted().order()),
        ..ListTags::default()
    });
    let mut doing = use_signal(|| Doing::Nothing);
    rsx! {
        PageHeader {
            title: "Tags",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("Setup"), Crumb::here("Tags")],
            UpdatedAgo { at: tags.at(), loading: tags.loading(), of_before: tags.is_of_before() }
            Button {
                label: "Add tag",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                onclick: move |_| doing.set(Doing::Adding),
            }
        }
        Panel { reading: tags.is_of_before(),
            ListPanel {
                list: tags,
                listing,
                words: WORDS,
                size: PAGE_SIZE,
                row_id: move |row: Tag| row.id,
                table: move |page| rsx! {
                    TagsTable {
                        page,
                        sorted: listing.sorted(),
                        onsort: move |column| listing.sort_by(column),
                        onchange: move |tag| doing.set(Doing::Changing(tag)),
                        ondelete: move |tag| doing.set(Doing::Deleting(tag)),
                    }
                },
                empty: rsx! {
                    Empty {
                        title: "There is no tag yet",
                        text: "Tags join devices, credentials and jobs: a site, a role, a region. A job works on the devices that carry its tags.",
                        glyph: Glyph::Tag,
                        Button { label: "Add tag", glyph: Glyph::Plus, onclick: move |_| doing.set(Doing::Adding) }
                    }
                },
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
        Doing::Adding => rsx! { TagDialog { onclose: close } },
        Doing::Changing(tag) => rsx! { TagDialog { tag, onclose: close } },
        Doing::Deleting(tag) => rsx! {
            Confirm {
                title: "Delete the tag {tag.name}?",
                text: "It goes from every device, credential and job that carries it: jobs no longer reach those devices by it, and credentials no longer serve them. The devices themselves stay. This can't be undone.",
                action: "Delete the tag",
                typed: workplace.guard(),
                busy: delete.busy(),
                onconfirm: move |()| delete.make(DeleteTag(tag.id), format!("The tag {} was deleted.", tag.name)),
                onclose: close,
            }
        },
    }
}
