//! The tags: what joins devices, credentials and jobs.

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::tags::{DeleteTag, ListTags, Tag};

use crate::components::{
    Button, ButtonKind, Confirm, Crumb, Empty, ErrorState, Glyph, PageHeader, Pager, SearchField, SkeletonRows,
    StaleNote, UpdatedAgo,
};
use crate::data::{Query, use_query, use_settled};
use crate::pages::actions::use_change;
use crate::pages::paging::{Sorted, use_existing_page};
use crate::route::Route;
use crate::state::session::use_workplace;

mod form;
mod table;

use form::TagDialog;
use table::TagsTable;

/// Tags on one page. Few, since the devices of each are counted.
const PAGE_SIZE: i64 = 25;

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
    let mut search = use_signal(String::new);
    let mut number = use_signal(|| 1_i64);
    let mut sorted = use_signal(|| Sorted::by("name"));
    let name = use_settled(move || search.read().trim().to_owned());
    let tags = use_query(move || ListTags {
        page: Some(number()),
        size: Some(PAGE_SIZE),
        name: Some(name()).filter(|name| !name.is_empty()),
        sort: Some(sorted().column.to_owned()),
        order: Some(sorted().order()),
        ..ListTags::default()
    });
    use_existing_page(tags, number);
    let mut doing = use_signal(|| Doing::Nothing);
    rsx! {
        PageHeader {
            title: "Tags",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("Setup"), Crumb::here("Tags")],
            UpdatedAgo { at: tags.at(), loading: tags.loading() }
            Button {
                label: "Add tag",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                onclick: move |_| doing.set(Doing::Adding),
            }
        }
        section { class: "panel bg-card",
            div { class: "filters", role: "search", aria_label: "Filters",
                SearchField {
                    id: "filter-tags",
                    label: "Find tag",
                    value: search(),
                    oninput: move |text| {
                        search.set(text);
                        number.set(1);
                    },
                }
            }
            Body {
                tags,
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
    tags: Query<Page<Tag>>,
    search: Signal<String>,
    number: Signal<i64>,
    sorted: Sorted,
    onsort: EventHandler<&'static str>,
    doing: Signal<Doing>,
) -> Element {
    let (mut search, mut number, mut doing) = (search, number, doing);
    let retry = move |()| tags.refresh();
    match (tags.value(), tags.error()) {
        (Some(page), stale) => rsx! {
            if let Some(problem) = stale {
                StaleNote { problem, at: tags.at(), onretry: retry }
            }
            if !page.items.is_empty() {
                TagsTable {
                    page: page.clone(),
                    sorted,
                    onsort,
                    onchange: move |tag| doing.set(Doing::Changing(tag)),
                    ondelete: move |tag| doing.set(Doing::Deleting(tag)),
                }
            } else if search.read().trim().is_empty() {
                Empty {
                    title: "There is no tag yet",
                    text: "Tags join devices, credentials and jobs: a site, a role, a region. A job works on the devices that carry its tags.",
                    glyph: Glyph::Tag,
                    Button { label: "Add a tag", glyph: Glyph::Plus, onclick: move |_| doing.set(Doing::Adding) }
                }
            } else {
                Empty { title: "No tag matches", text: "No tag has this in its name.", glyph: Glyph::Search,
                    Button { label: "Clear the filters", onclick: move |_| search.set(String::new()) }
                }
            }
            Pager {
                noun: "tag",
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
            ErrorState { title: "The tags could not be read", problem, onretry: retry }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 6, label: "Reading the tags" }
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
        Doing::Adding => rsx! { TagDialog { onclose: close } },
        Doing::Changing(tag) => rsx! { TagDialog { tag, onclose: close } },
        Doing::Deleting(tag) => rsx! {
            Confirm {
                title: "Delete the tag {tag.name}?",
                text: "It goes from every device, credential and job that carries it: jobs no longer reach those devices by it, and credentials no longer serve them. The devices themselves stay. This cannot be taken back.",
                action: "Delete the tag",
                typed: workplace.guard(),
                busy: delete.busy(),
                onconfirm: move |()| delete.make(DeleteTag(tag.id), format!("The tag {} was deleted.", tag.name)),
                onclose: close,
            }
        },
    }
}
