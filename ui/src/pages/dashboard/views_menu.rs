//! Views saved by name, and the link to the view on screen.

use dioxus::prelude::*;

use super::address;
use super::state::DashboardState;
use crate::components::{Button, ButtonKind, Dialog, Empty, Glyph, Menu, MenuItem, TextField};
use crate::features::copy_link::use_copy_link;
use crate::route::Route;
use crate::state::notices::use_notices;
use crate::state::views::use_views;

/// What of the menu is open beside it.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Nothing,
    Saving,
    Managing,
}

/// The menu of saved views, with saving, forgetting, and copying a link.
#[component]
pub fn ViewsMenu(state: Store<DashboardState>) -> Element {
    let (views, copy, go) = (use_views(), use_copy_link(), navigator());
    let mut open = use_signal(|| Open::Nothing);
    let known = views.all();
    let none = known.is_empty().then(|| "No saved views yet.".to_owned());
    let mut items: Vec<MenuItem> =
        known.iter().map(|view| MenuItem::new(&format!("view:{}", view.name), view.name.clone())).collect();
    items.push(MenuItem::new("save", "Save this view…"));
    items.push(MenuItem::new("manage", "Delete a view…").refused(none));
    items.push(MenuItem::new("link", "Copy a link to this view"));
    let onselect = move |chosen: String| match chosen.as_str() {
        "save" => open.set(Open::Saving),
        "manage" => open.set(Open::Managing),
        "link" => copy.call(Route::JobDashboard { view: address::write(&state.peek()) }),
        name => {
            let chosen = known.iter().find(|view| name.strip_prefix("view:") == Some(&view.name));
            if let Some(view) = chosen {
                go.push(Route::JobDashboard { view: view.view.clone() });
            }
        }
    };
    rsx! {
        Menu { id: "views", label: "Views", kind: ButtonKind::Text, glyph: Glyph::Bookmark, items, onselect }
        match open() {
            Open::Nothing => rsx! {},
            Open::Saving => rsx! { SaveDialog { state, onclose: move |()| open.set(Open::Nothing) } },
            Open::Managing => rsx! { ManageDialog { onclose: move |()| open.set(Open::Nothing) } },
        }
    }
}

#[component]
fn SaveDialog(state: Store<DashboardState>, onclose: EventHandler<()>) -> Element {
    let (views, notices) = (use_views(), use_notices());
    let mut name = use_signal(String::new);
    let taken = views.all().iter().any(|view| view.name == name.read().trim());
    let empty = name.read().trim().is_empty();
    let keep = use_callback(move |()| {
        let name = name.peek().trim().to_owned();
        if name.is_empty() {
            return;
        }
        // A page or an opened row is a moment of the view, not the view.
        let mut view = state.peek().clone();
        (view.runs.page, view.runs.open, view.log.line) = (1, None, None);
        views.save(&name, address::write(&view));
        notices.done(format!("The view {name} is saved."));
        onclose.call(());
    });
    rsx! {
        Dialog {
            id: "save-view",
            title: "Save this view",
            onclose,
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button {
                    label: if taken { "Replace the view" } else { "Save the view" },
                    kind: ButtonKind::Primary,
                    disabled: empty,
                    onclick: move |_| keep.call(()),
                }
            },
            form {
                onsubmit: move |event| {
                    event.prevent_default();
                    keep.call(());
                },
                TextField {
                    id: "view-name",
                    label: "Name",
                    value: name(),
                    hint: if taken {
                        "A view with this name exists; it will be replaced."
                    } else {
                        "Saves the tab, the filters, the sorting and the period."
                    },
                    focus: true,
                    oninput: move |text| name.set(text),
                }
            }
        }
    }
}

#[component]
fn ManageDialog(onclose: EventHandler<()>) -> Element {
    let views = use_views();
    let known = views.all();
    rsx! {
        Dialog {
            id: "manage-views",
            title: "Saved views",
            onclose,
            actions: rsx! {
                Button { label: "Done", kind: ButtonKind::Primary, onclick: move |_| onclose.call(()) }
            },
            if known.is_empty() {
                Empty { title: "No saved views", text: "Save views from the Views menu of the dashboard.", glyph: Glyph::Bookmark }
            }
            ul { class: "plain saved-views",
                for view in known {
                    li { key: "{view.name}",
                        span { class: "grow", "{view.name}" }
                        Button {
                            label: "Delete",
                            named: "Delete the view {view.name}",
                            kind: ButtonKind::Text,
                            small: true,
                            glyph: Glyph::Trash,
                            onclick: {
                                let name = view.name.clone();
                                move |_| views.remove(&name)
                            },
                        }
                    }
                }
            }
        }
    }
}
