//! The platforms: what the workers can talk to, how far each is proven, and which of the user's were refused. Admins
//! write platforms of their own here.

use dioxus::prelude::*;
use netraven_api::native::Feature;
use netraven_api::platforms::{
    DeletePlatform, GetSavedPlatform, ListPlatforms, Platform, Platforms, ReloadPlatforms, SavedPlatform,
};

use crate::address::{Addressed as _, use_address};
use crate::components::{
    Button, Empty, ErrorState, Glyph, PageHeader, Panel, SearchField, SkeletonRows, StaleNote, UpdatedAgo,
};
use crate::data::{Query, use_api, use_query_maybe};
use crate::features::actions::use_change;
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;
use crate::state::steady::{Steady, use_steady};

mod copy;
pub mod draft;
mod editor;
mod export;
mod import;
mod panel;
mod refused;
mod table;
pub mod view;

use draft::PlatformDraft;
use editor::EditorDialog;
use export::use_export;
use import::ImportPlatformDialog;
use panel::PlatformPanel;
use refused::RefusedFiles;
use table::PlatformsTable;
use view::PlatformsView;

/// The dialogs over the list that it alone has.
#[derive(Clone, Debug, PartialEq)]
enum PlatformDialog {
    /// A platform is written.
    Edit(PlatformDraft),
    /// One is taken from a file.
    Import,
}

/// What is open over the list.
type OpenPlatform = OpenDialog<SavedPlatform, PlatformDialog>;

/// What can be done with a platform.
#[derive(Clone, Copy, PartialEq)]
pub struct PlatformActions {
    /// Writes a platform.
    pub edit: Callback<PlatformDraft>,
    /// Reads a saved platform and changes it.
    pub change: Callback<String>,
    /// Asks before a saved platform is deleted.
    pub delete: Callback<SavedPlatform>,
    /// Writes a platform to a file: its name, its text, and what is saved of it.
    pub export: Callback<(String, String, Option<SavedPlatform>)>,
}

/// The list of platforms. `view` is what the page's address says of it.
#[component]
pub fn PlatformsPage(view: ReadSignal<String>) -> Element {
    let workplace = use_workplace();
    let chosen = use_store(|| PlatformsView::of_address(&view.peek()));
    use_address(chosen, view, |view| Route::PlatformsPage { view });
    let platforms =
        use_query_maybe(move || workplace.refusal(Feature::PlatformFiles).is_none().then_some(ListPlatforms));
    let reload = use_change(|_| ());
    let mut dialog = use_signal(|| OpenPlatform::Nothing);
    let actions = use_actions(dialog);
    let lacking = workplace.refusal(Feature::PlatformFiles);
    let forbidden = (!workplace.is_admin()).then(|| "Only admins may have the platform files read again.".to_owned());
    let refused = may_not_change();
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
            Button {
                label: "Import",
                glyph: Glyph::Upload,
                refused,
                onclick: move |_| dialog.set(OpenPlatform::More(PlatformDialog::Import)),
            }
        }
        Panel {
            if let Some(reason) = lacking {
                Empty { title: "No platform files on this server", text: reason, glyph: Glyph::Platform }
            } else {
                PlatformsBody { chosen, platforms, actions }
            }
        }
        Dialogs { dialog }
    }
}

/// Why the person may not change platforms, if so.
fn may_not_change() -> Option<String> {
    let workplace = use_workplace();
    let lacking = workplace.refusal(Feature::SavedPlatforms);
    lacking.or_else(|| (!workplace.is_admin()).then(|| "Only admins may change platforms.".to_owned()))
}

fn use_actions(mut dialog: Signal<OpenPlatform>) -> PlatformActions {
    let (api, notices) = (use_api(), use_notices());
    let edit = use_callback(move |draft: PlatformDraft| dialog.set(OpenPlatform::More(PlatformDialog::Edit(draft))));
    let change = use_callback(move |name: String| {
        let api = api.clone();
        spawn(async move {
            match api.send(&GetSavedPlatform { name }).await {
                Ok(file) => edit.call(PlatformDraft::of(file)),
                Err(problem) => notices.problem(&problem),
            }
        });
    });
    let delete = use_callback(move |saved: SavedPlatform| dialog.set(OpenPlatform::Delete(saved)));
    PlatformActions { edit, change, delete, export: use_export() }
}

#[component]
fn Dialogs(mut dialog: Signal<OpenPlatform>) -> Element {
    let close = move |()| dialog.set(OpenPlatform::Nothing);
    let deletion = use_deletion(dialog);
    match dialog() {
        OpenPlatform::Delete(saved) => {
            let question = Question {
                title: format!("Delete the saved platform {}?", saved.name),
                text: "Its text and its recordings are deleted on all servers and workers. If a built-in platform has \
                       its name, devices use that one from then on. This can't be undone."
                    .to_owned(),
                action: "Delete the platform",
                done: format!("The saved platform {} was deleted.", saved.name),
            };
            deletion.ask(DeletePlatform { name: saved.name, version: saved.version }, question)
        }
        OpenPlatform::More(PlatformDialog::Edit(draft)) => rsx! { EditorDialog { draft, onclose: close } },
        OpenPlatform::More(PlatformDialog::Import) => rsx! {
            ImportPlatformDialog {
                ondraft: move |draft| dialog.set(OpenPlatform::More(PlatformDialog::Edit(draft))),
                onclose: close,
            }
        },
        OpenPlatform::Nothing | OpenPlatform::Add | OpenPlatform::Change(_) => rsx! {},
    }
}

#[component]
fn PlatformsBody(mut chosen: Store<PlatformsView>, platforms: Query<Platforms>, actions: PlatformActions) -> Element {
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
            RefusedFiles { known: known.clone(), onedit: move |name| actions.change.call(name) }
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
                        actions,
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
