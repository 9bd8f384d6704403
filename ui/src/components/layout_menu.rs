//! The menu that lays a table out: which columns it shows, and how tall the rows of every table are.

use dioxus::prelude::*;

use super::button::ButtonKind;
use super::icon::Glyph;
use super::menu::{Mark, Menu, MenuItem};
use crate::state::kept::use_kept;
use crate::state::layout::{Density, Shown, TableLayout, Tables};

/// The item that shows the columns a table has at first.
const RESET: &str = "reset";

/// The menu of a table.
#[component]
pub fn LayoutMenu(table: &'static TableLayout) -> Element {
    let tables = use_kept::<Tables>();
    rsx! {
        Menu {
            id: "layout-{table.name}",
            label: "Columns and rows",
            kind: ButtonKind::Text,
            glyph: Glyph::Columns,
            icon_only: true,
            items: tables.with(|tables| items(tables, table)),
            onselect: move |id: String| {
                if id == RESET {
                    tables.change(|tables| tables.reset(table));
                } else if let Some(density) = Density::ALL.into_iter().find(|density| density.as_str() == id) {
                    tables.change(|tables| tables.density = density);
                } else {
                    tables.change(|tables| tables.toggle(table, &id));
                }
            },
        }
    }
}

fn items(tables: &Tables, table: &'static TableLayout) -> Vec<MenuItem> {
    let shown = tables.columns(table);
    let choosable = table.columns.iter().filter(|column| column.shown != Shown::Always);
    let columns = choosable
        .map(|column| MenuItem::new(column.id, column.title).mark(Mark::Check(shown.contains(&column))))
        .enumerate()
        .map(|(place, item)| if place == 0 { item.heading("Columns") } else { item });
    let chosen = tables.density;
    let densities = Density::ALL
        .into_iter()
        .map(|density| MenuItem::new(density.as_str(), density.title()).mark(Mark::Radio(density == chosen)))
        .enumerate()
        .map(|(place, item)| if place == 0 { item.heading("Rows of every table") } else { item });
    let as_at_first = tables.as_at_first(table).then(|| "These are the default columns.".to_owned());
    columns.chain(densities).chain([MenuItem::new(RESET, "Reset columns").refused(as_at_first)]).collect()
}
