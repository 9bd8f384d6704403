//! The configurations of one device: its snapshots, the difference of two of them, and the text of one.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::configs::{Config, ConfigDiff, ConfigHead, DeleteConfig, DiffConfigs, GetConfig, ListConfigHistory};
use netraven_api::devices::GetDevice;
use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::{DeviceId, SnapshotId};

use super::copy::CopyText;
use super::difference::Difference;
use super::history::History;
use super::startup::{StartupContent, UnsavedNote};
use super::unified::{counts, rows};
use super::view::DeviceView;
use crate::components::{
    Button, Confirm, Crumb, Empty, Glyph, PageHeader, Panel, Segments, Time, TimesSwitch, UpdatedAgo,
};
use crate::data::{Query, use_query, use_query_maybe};
use crate::features::actions::use_change;
use crate::features::loaded::loaded;
use crate::features::snapshot::{SnapshotBody, hidden};
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::moment::use_moment;
use crate::state::session::use_workplace;

/// The page of a device's configurations. `view` is what is compared, as the page's address has it.
#[component]
pub fn DeviceConfigurationsPage(device_id: ReadSignal<DeviceId>, view: ReadSignal<String>) -> Element {
    let device = use_query(move || GetDevice(device_id()));
    let history = use_query(move || ListConfigHistory(device_id()));
    let name = device.value().map_or_else(|| format!("Device {device_id}"), |device| device.hostname.clone());
    let doomed = use_signal(|| None::<ConfigHead>);
    rsx! {
        PageHeader {
            title: name.clone(),
            crumbs: Section::Configurations.crumbs_to([Crumb::here(name.clone())]),
            UpdatedAgo { at: history.at(), loading: history.loading() }
            Button { label: "Refresh", glyph: Glyph::Refresh, onclick: move |_| history.refresh() }
        }
        Panel {
            if let Some(problem) = device.error().filter(|problem| problem.code == Code::NotFound) {
                Empty { title: "No such device", text: problem.message, glyph: Glyph::Devices,
                    Link { class: "btn btn-outline", to: Route::configurations(), "Show all configurations" }
                }
            } else {
                UnsavedNote { device }
                Body { device_id, view, history, doomed }
            }
        }
        Deleting { device_id, view, doomed, name }
    }
}

#[component]
fn Body(
    device_id: ReadSignal<DeviceId>,
    view: ReadSignal<String>,
    history: Query<Vec<ConfigHead>>,
    mut doomed: Signal<Option<ConfigHead>>,
) -> Element {
    let go = navigator();
    let wanted = use_memo(move || DeviceView::read(&view.read()));
    let pair = use_memo(move || {
        let heads = history.value();
        wanted.read().pair(heads.as_deref().map_or(&[], Vec::as_slice))
    });
    let diff = use_query_maybe(move || match pair() {
        (Some(old), Some(new)) if !wanted.read().text && !wanted.read().startup => {
            Some(DiffConfigs { config_id_a: old, config_id_b: new })
        }
        _ => None,
    });
    let shows_text = use_memo(move || wanted.read().text || pair().0.is_none());
    let config = use_query_maybe(move || pair().1.filter(|_| shows_text() && !wanted.read().startup).map(GetConfig));
    let goto = use_callback(move |next: DeviceView| {
        go.push(Route::DeviceConfigurationsPage { device_id: device_id(), view: next.write() });
    });
    loaded(history, "snapshots", 10, |heads| {
        let (old, new) = pair();
        rsx! {
            if heads.is_empty() && new.is_none() {
                Empty {
                    title: "No snapshots yet",
                    text: "The first successful backup stores one. Add a backup job for this device, or run an existing one.",
                    glyph: Glyph::Config,
                    Link { class: "btn btn-outline", to: Route::JobsPage {}, "Open the jobs" }
                }
            } else {
                div { class: "split configs",
                    History {
                        heads: heads.clone(),
                        old: old.filter(|_| !shows_text()),
                        new,
                        onshow: move |id| {
                            let text = wanted.peek().text;
                            goto.call(DeviceView { new: Some(id), text, ..DeviceView::default() });
                        },
                        oncompare: move |(old, new)| goto.call(DeviceView { old, new, ..DeviceView::default() }),
                        ondelete: move |head| doomed.set(Some(head)),
                    }
                    if wanted.read().startup {
                        StartupContent { device_id }
                    } else {
                        Content { heads: heads.clone(), pair: (old, new), text: shows_text(), diff, config, goto }
                    }
                }
                footer { class: "status-line",
                    span { {format::count(i64::try_from(heads.len()).unwrap_or(i64::MAX), "snapshot")} }
                    TimesSwitch {}
                }
            }
        }
    })
}

/// The difference or the text, with what it is and what can be done with it above.
#[component]
fn Content(
    heads: Rc<Vec<ConfigHead>>,
    pair: (Option<SnapshotId>, Option<SnapshotId>),
    text: bool,
    diff: Query<ConfigDiff>,
    config: Query<Config>,
    goto: Callback<DeviceView>,
) -> Element {
    let drawn = use_memo(move || Rc::new(diff.value().map(|diff| rows(&diff.diff)).unwrap_or_default()));
    let (old, new) = pair;
    let head = |id: Option<SnapshotId>| heads.iter().find(|head| Some(head.id) == id);
    let (added, removed) = counts(&drawn.read());
    let note = if text { head(new).and_then(hidden) } else { None };
    let what = if text { "configuration" } else { "difference" };
    let copied = if text {
        config.value().map(|config| config.config_data.clone())
    } else {
        diff.value().map(|diff| diff.diff.join("\n")).filter(|text| !text.is_empty())
    };
    rsx! {
        div { class: "config-content",
            div { class: "config-head",
                span { class: "config-times",
                    if text {
                        When { id: new, at: head(new).map(|head| head.retrieved_at) }
                    } else {
                        When { id: old, at: head(old).map(|head| head.retrieved_at) }
                        span { aria_label: "to", " → " }
                        When { id: new, at: head(new).map(|head| head.retrieved_at) }
                    }
                }
                if !text && !drawn.read().is_empty() {
                    span { class: "text-success", title: "Lines added", "+{format::number(added)}" }
                    span { class: "text-danger", title: "Lines removed", "−{format::number(removed)}" }
                }
                span { class: "muted grow cut", {note.unwrap_or_default()} }
                if old.is_some() {
                    Segments {
                        label: "Show",
                        options: [("diff", "Difference"), ("text", "Text")].map(|(value, word)| (value.to_owned(), word.to_owned())).to_vec(),
                        selected: if text { "text" } else { "diff" },
                        onselect: move |chosen: String| {
                            goto.call(DeviceView { old, new, text: chosen == "text", ..DeviceView::default() });
                        },
                    }
                }
                CopyText { text: copied, what }
            }
            if text {
                if old.is_none() && heads.len() == 1 {
                    p { class: "config-note muted", "This is the only snapshot; the next change is compared with it." }
                }
                SnapshotBody { config }
            } else if let (Some(old), Some(new)) = (old, new) {
                Difference { diff, rows: drawn, pair: (old, new) }
            }
        }
    }
}

/// When a snapshot was read; its number where that is not known, because it is gone or very old.
#[component]
fn When(id: Option<SnapshotId>, at: Option<jiff::Timestamp>) -> Element {
    match (at, id) {
        (Some(at), _) => rsx! { Time { at } },
        (None, Some(id)) => rsx! { "snapshot {id}" },
        (None, None) => rsx! {},
    }
}

#[component]
fn Deleting(
    device_id: ReadSignal<DeviceId>,
    view: ReadSignal<String>,
    mut doomed: Signal<Option<ConfigHead>>,
    name: String,
) -> Element {
    let (moment, workplace, go) = (use_moment(), use_workplace(), navigator());
    let delete = use_change(move |done| {
        let gone = doomed.take().map(|head| head.id);
        let shown = DeviceView::read(&view.peek());
        if done && gone.is_some() && (shown.old == gone || shown.new == gone) {
            go.replace(Route::DeviceConfigurationsPage { device_id: *device_id.peek(), view: String::new() });
        }
    });
    let Some(head) = doomed() else {
        return rsx! {};
    };
    let when = moment.short(head.retrieved_at);
    let (git, done) = match workplace.refusal(Feature::GitHistory) {
        Some(reason) => (reason, "The snapshot was deleted."),
        None => {
            ("The git history keeps its text.".to_owned(), "The snapshot was deleted; the git history keeps its text.")
        }
    };
    rsx! {
        Confirm {
            title: "Delete this snapshot?",
            text: "The snapshot of {name} from {when} is deleted from the list and from the search. {git} This can't be undone.",
            action: "Delete the snapshot",
            typed: workplace.guard(),
            busy: delete.busy(),
            onconfirm: move |()| {
                delete.make(DeleteConfig(head.id), done);
            },
            onclose: move |()| doomed.set(None),
        }
    }
}
