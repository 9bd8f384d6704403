//! Pages that are one list: what is searched for, which page of it is shown, in which order, and what is said where there is
//! nothing to show.

use dioxus::prelude::*;
use netraven_api::{Page, Word};

use super::lab::{LabBand, LabButton};
use super::loaded::loaded;
use super::paging::{Sorted, use_existing_page};
use super::sorted_table::{SortedTable, TableFace};
use crate::components::{
    Button, ButtonKind, Crumb, Empty, Glyph, PageHeader, Pager, Panel, SearchField, SkeletonRows, UpdatedAgo,
};
use crate::data::{Query, use_settled};
use crate::state::kept::{Kept, use_kept};
use crate::state::layout::Tables;
use crate::state::steady::{Steady, use_steady};

/// What a person has chosen of a list; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct Listing<C> {
    search: Signal<String>,
    settled: ReadSignal<String>,
    number: Signal<i64>,
    name: &'static str,
    first: C,
    tables: Kept<Tables>,
}

/// A list: its first page, sorted as it was the last time, else by the column `first`; `name` is what the settings call it.
pub fn use_listing<C: Word>(name: &'static str, first: C) -> Listing<C> {
    let search = use_signal(String::new);
    Listing {
        search,
        settled: use_settled(move || search.read().trim().to_owned()),
        number: use_signal(|| 1),
        name,
        first,
        tables: use_kept(),
    }
}

impl<C: Word> Listing<C> {
    /// The number of the page, from 1.
    #[must_use]
    pub fn page(&self) -> Option<i64> {
        Some(*self.number.read())
    }

    /// What is searched for, once it has come to rest.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Some(self.settled.cloned()).filter(|text| !text.is_empty())
    }

    /// How the list is sorted.
    #[must_use]
    pub fn sorted(&self) -> Sorted<C> {
        let chosen = self.tables.with(|tables| tables.order(self.name));
        chosen.map_or(Sorted::by(self.first), |(column, order)| Sorted { column, order })
    }

    /// Sorts by a column, or the other way round by the same.
    pub fn sort_by(&self, column: C) {
        let Listing { mut number, .. } = *self;
        let next = self.sorted().toggled(column);
        self.tables.change(|tables| tables.sort(self.name, next.column, next.order));
        number.set(1);
    }

    fn search_for(&self, text: String) {
        let Listing { mut search, mut number, .. } = *self;
        search.set(text);
        number.set(1);
    }
}

/// The words of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// One of it: `tag`.
    pub one: &'static str,
    /// What is searched for: `tag`, `user name`.
    pub find: &'static str,
    /// Why a search shows nothing, as a sentence.
    pub nothing: &'static str,
    /// What is shown where there is none at all, if that can be: its icon, and what one is good for.
    pub none: Option<(Glyph, &'static str)>,
}

/// A page that is one list. `row` draws a row, with its key; `row_id` identifies it. `refused` is why the person may add
/// none, `locked` stands in place of the list where it may not be seen. With `lab` the sample lab is offered; `beside`
/// stands before the button that adds a row, and the children are put into the line below the list.
#[component]
pub fn ListPage<T: Clone + PartialEq + 'static, C: Word>(
    crumbs: Vec<Crumb>,
    list: Query<Page<T>>,
    listing: Listing<C>,
    words: Words,
    face: TableFace<C>,
    size: i64,
    row_id: Callback<T, i64>,
    row: Callback<T, Element>,
    refused: Option<String>,
    #[props(default)] lab: bool,
    locked: Option<Element>,
    beside: Option<Element>,
    onadd: EventHandler<()>,
    children: Element,
) -> Element {
    let Words { one, none, .. } = words;
    let forbidden = refused.clone();
    let empty = none.map(|(glyph, text)| {
        rsx! {
            Empty { title: "No {face.name} yet", text, glyph,
                if lab {
                    LabButton {}
                }
                Button { label: "Add {one}", glyph: Glyph::Plus, refused: forbidden, onclick: move |_| onadd.call(()) }
            }
        }
    });
    rsx! {
        if lab {
            LabBand {}
        }
        PageHeader {
            title: face.title,
            crumbs,
            UpdatedAgo { at: list.at(), loading: list.loading(), of_before: list.is_of_before() }
            if let Some(beside) = beside {
                {beside}
            }
            Button {
                label: "Add {one}",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                refused,
                onclick: move |_| onadd.call(()),
            }
        }
        Panel { reading: list.is_of_before(),
            if let Some(locked) = locked {
                {locked}
            } else {
                ListPanel { list, listing, words, face, size, row_id, row, empty, {children} }
            }
        }
    }
}

/// The list below its search, a page of it at a time, in each of its states; `empty` stands where there is none at all.
#[component]
fn ListPanel<T: Clone + PartialEq + 'static, C: Word>(
    list: Query<Page<T>>,
    listing: Listing<C>,
    words: Words,
    face: TableFace<C>,
    size: i64,
    row_id: Callback<T, i64>,
    row: Callback<T, Element>,
    empty: Option<Element>,
    children: Element,
) -> Element {
    let reading = list.is_of_before();
    let mut number = listing.number;
    use_existing_page(list, move || *number.peek(), move |page| number.set(page));
    let Words { one, find, nothing, .. } = words;
    let many = face.name;
    let fresh = list.value().map(|page| page.items.clone()).unwrap_or_default();
    let Steady { rows, joined } = use_steady(fresh, list.answered(), list.own(), |row: &T| row_id.call(row.clone()));
    let body = loaded(list, many, 6, |page| {
        let searched = listing.text().is_some();
        rsx! {
            if !rows.is_empty() {
                SortedTable { face, sorted: listing.sorted(), onsort: move |column| listing.sort_by(column),
                    {rows.into_iter().map(|item| row.call(item))}
                }
            } else if reading {
                // That nothing was there before says nothing of now.
                SkeletonRows { rows: 6, label: "Loading the {many}" }
            } else if let Some(empty) = empty.filter(|_| !searched) {
                {empty}
            } else {
                Empty { title: "No {one} matches", text: nothing, glyph: Glyph::Search,
                    Button { label: "Clear the filters", onclick: move |_| listing.search_for(String::new()) }
                }
            }
            Pager {
                noun: one,
                total: page.total,
                page: number(),
                size,
                joined,
                onpage: move |page| number.set(page),
                if let Some(note) = page.note.clone() {
                    span { class: "cut", title: "{note}", "{note}" }
                }
                {children}
            }
        }
    });
    rsx! {
        div { class: "filters", role: "search", aria_label: "Filters",
            SearchField {
                id: "filter-{many}",
                label: "Find {find}",
                value: listing.search.cloned(),
                oninput: move |text| listing.search_for(text),
            }
        }
        {body}
    }
}
