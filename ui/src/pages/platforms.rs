//! The platforms: what the workers can talk to, how far each is proven, and which of the user's files were refused.

use dioxus::prelude::*;
use netraven_api::native::Feature;
use netraven_api::platforms::{ListPlatforms, Platform, Platforms, ReloadPlatforms};

use crate::address::{Addressed as _, use_address};
use crate::components::{
    Button, Empty, ErrorState, Glyph, PageHeader, Panel, SearchField, SkeletonRows, StaleNote, UpdatedAgo,
};
use crate::data::{Query, use_query_maybe};
use crate::features::actions::use_change;
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::session::use_workplace;
use crate::state::steady::{Steady, use_steady};

mod copy;
mod panel;
mod refused;
mod table;
pub mod view;

use panel::PlatformPanel;
use refused::RefusedFiles;
use table::PlatformsTable;
use view::PlatformsView;

/// The list of platforms. `view` is what the page's address says of it.
#[component]
pub fn PlatformsPage(view: ReadSignal<String>) -> Element {
    let workplace = use_workplace();
    let chosen = use_store(|| PlatformsView::of_address(&view.peek()));
    use_address(chosen, view, |view| Route::PlatformsPage { view });
    let platforms =
        use_query_maybe(move || workplace.refusal(Feature::PlatformFiles).is_none().then_some(ListPlatforms));
    let reload = use_change(|_| ());
    let lacking = workplace.refusal(Feature::PlatformFiles);
    let forbidden = (!workplace.is_admin()).then(|| "Only admins may have the platform files read again.".to_owned());
    rsx! {
        PageHeader {
            title: "Platforms",
            crumbs: Section::Platforms.crumbs(),
            UpdatedAgo { at: platforms.at(), loading: platforms.loading() }
            Link { class: "btn btn-outline", to: Route::prompt_lab(), "Prompt lab" }
            Button {
                label: "Read the folder again",
                glyph: Glyph::Refresh,
                busy: reload.busy(),
                refused: lacking.clone().or(forbidden),
                onclick: move |_| reload.make(ReloadPlatforms, "The platform files were read again."),
            }
        }
        Panel {
            if let Some(reason) = lacking {
                Empty { title: "No platform files on this server", text: reason, glyph: Glyph::Platform }
            } else {
                PlatformsBody { chosen, platforms }
            }
        }
    }
}

#[component]
fn PlatformsBody(mut chosen: Store<PlatformsView>, platforms: Query<Platforms>) -> Element {
    let retry = move |()| platforms.refresh();
    let wanted = chosen.read().clone();
    let fresh = platforms.value().map(|known| wanted.rows(&known.items)).unwrap_or_default();
    let Steady { rows, .. } =
        use_steady(fresh, wanted.question(), platforms.own(), |platform: &Platform| platform.name.clone());
    let shown = rows.iter().find(|platform| Some(&platform.name) == wanted.open.as_ref()).cloned();
    let beside = if shown.is_some() { "open" } else { "closed" };
    match (platforms.value(), platforms.error()) {
        (Some(known), stale) => rsx! {
            if let Some(problem) = stale {
                StaleNote { problem, at: platforms.at(), onretry: retry }
            }
            RefusedFiles { known: known.clone() }
            div { class: "filters", role: "search", aria_label: "Filters",
                SearchField {
                    id: "filter-platforms",
                    label: "Find platform",
                    value: wanted.search.clone(),
                    oninput: move |text| chosen.write().search = text,
                }
            }
            div { class: "split", "data-state": beside,
                div { class: "panel-body min-w-0",
                    if rows.is_empty() {
                        Empty {
                            title: "No platform matches",
                            text: "No title, name or vendor contains this text.",
                            glyph: Glyph::Search,
                            Button { label: "Clear the filters", onclick: move |_| chosen.write().search.clear() }
                        }
                    } else {
                        PlatformsTable {
                            rows: rows.clone(),
                            open: wanted.open.clone(),
                            sorted: wanted.sorted,
                            onsort: move |column| {
                                let mut chosen = chosen.write();
                                chosen.sorted = chosen.sorted.toggled(column);
                            },
                            onopen: move |name: String| {
                                let mut chosen = chosen.write();
                                chosen.open = Some(name).filter(|name| chosen.open.as_ref() != Some(name));
                            },
                        }
                    }
                }
                if let Some(platform) = shown {
                    PlatformPanel {
                        key: "{platform.name}",
                        platform,
                        known: known.clone(),
                        onclose: move |()| chosen.write().open = None,
                    }
                }
            }
            footer { class: "status-line",
                span { {format::count(i64::try_from(rows.len()).unwrap_or(i64::MAX), "platform")} }
                span { class: "grow" }
                if let Some(folder) = &known.folder {
                    span { class: "cut", title: "{folder}",
                        "Your own files: "
                        span { class: "mono", "{folder}" }
                    }
                }
            }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The platforms could not be loaded", problem, onretry: retry }
        },
        (None, None) => rsx! { SkeletonRows { rows: 10, label: "Loading the platforms" } },
    }
}
