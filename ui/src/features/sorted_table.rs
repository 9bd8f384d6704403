//! The frame, widths and heads of a table that is sorted by its heads; the rows are the page's.

use dioxus::prelude::*;
use netraven_api::Word;
use netraven_api::native::Feature;

use super::paging::Sorted;
use crate::components::{SortHead, TableFrame};
use crate::state::session::use_workplace;

/// A column that a table can be sorted by: the column, its title, the class of its width, and the class that its head
/// shares with the cells below.
pub type Head<C> = (C, &'static str, &'static str, &'static str);

/// What a table is without its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableFace<C: 'static> {
    /// Its name in the sentences of a page that is one list, and, with hyphens, in ids: `tags`.
    pub name: &'static str,
    /// Its name for people; that of the page too, where the page is one list.
    pub title: &'static str,
    /// Its class beside `data-table`.
    pub class: &'static str,
    /// The columns it can be sorted by, left to right.
    pub heads: &'static [Head<C>],
    /// The columns that only servers with a feature sort by.
    pub needs: &'static [(C, Feature)],
    /// The columns after those that nothing is sorted by: the class of the width, and the title.
    pub unsorted: &'static [(&'static str, &'static str)],
    /// The last columns: the class of the width, and what the head is called where it is read out.
    pub turns: &'static [(&'static str, &'static str)],
}

/// The table around its rows, which are the children.
#[component]
pub fn SortedTable<C: Word>(
    face: TableFace<C>,
    sorted: Sorted<C>,
    onsort: EventHandler<C>,
    children: Element,
) -> Element {
    let workplace = use_workplace();
    let refused = |column: C| {
        let (_, feature) = face.needs.iter().find(|(needing, _)| *needing == column)?;
        workplace.refusal(*feature)
    };
    let id = face.name.replace(' ', "-");
    rsx! {
        TableFrame { id: "{id}-frame",
            table { class: "data-table {face.class}", aria_label: "{face.title}",
                colgroup {
                    for (column, _, width, _) in face.heads.iter().copied() {
                        col { key: "{column.as_str()}", class: Some(width).filter(|width| !width.is_empty()) }
                    }
                    for (width, title) in face.unsorted.iter().chain(face.turns).copied() {
                        col { key: "{title}", class: Some(width).filter(|width| !width.is_empty()) }
                    }
                }
                thead {
                    tr {
                        for (column, title, _, class) in face.heads.iter().copied() {
                            SortHead {
                                key: "{column.as_str()}",
                                title,
                                class,
                                sorted: sorted.direction(column),
                                refused: refused(column),
                                onsort: move |()| onsort.call(column),
                            }
                        }
                        for (_, title) in face.unsorted.iter().copied() {
                            th { key: "{title}", scope: "col", "{title}" }
                        }
                        for (_, title) in face.turns.iter().copied() {
                            th { key: "{title}", scope: "col", aria_label: title }
                        }
                    }
                }
                tbody { {children} }
            }
        }
    }
}
