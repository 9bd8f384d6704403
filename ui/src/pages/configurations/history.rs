//! The snapshots of a device, the newest first: each shows what it changed, and any two can be compared.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::SnapshotId;
use netraven_api::configs::ConfigHead;
use netraven_api::native::AdminAction;

use crate::components::{Button, ButtonKind, Glyph, TableFrame, Time};
use crate::features::snapshot::{change, facts};
use crate::format;
use crate::state::moment::use_moment;
use crate::state::session::use_workplace;

/// Snapshots listed at first, and more each time.
const STEP: usize = 100;
/// Id of the frame of the rows.
const ROWS: &str = "snapshot-rows";

/// The list. `old` and `new` are the two that are compared.
#[component]
pub fn History(
    heads: Rc<Vec<ConfigHead>>,
    old: Option<SnapshotId>,
    new: Option<SnapshotId>,
    onshow: EventHandler<SnapshotId>,
    oncompare: EventHandler<(Option<SnapshotId>, Option<SnapshotId>)>,
    ondelete: EventHandler<ConfigHead>,
) -> Element {
    let mut shown = use_signal(|| STEP);
    let place = |id: Option<SnapshotId>| heads.iter().position(|head| Some(head.id) == id);
    let (old_place, new_place) = (place(old), place(new));
    let rest = heads.len().saturating_sub(shown());
    rsx! {
        aside { class: "history", aria_label: "Snapshots",
            TableFrame { id: ROWS, letters: true,
                table { class: "data-table history-table", aria_label: "Snapshots",
                    colgroup {
                        col { class: "col-pick" }
                        col { class: "col-pick" }
                        col {}
                        col { class: "col-turn" }
                    }
                    thead {
                        tr {
                            th { scope: "col", title: "Older of the two snapshots compared", "From" }
                            th { scope: "col", title: "Newer of the two snapshots compared", "To" }
                            th { scope: "col", "Snapshot" }
                            th { scope: "col", aria_label: "Delete" }
                        }
                    }
                    tbody {
                        for (index, head) in heads.iter().take(shown()).cloned().enumerate() {
                            Snapshot {
                                key: "{head.id}",
                                word: change(&head, heads.get(index + 1)),
                                is_old: old == Some(head.id),
                                is_new: new == Some(head.id),
                                // The older one stays older: what makes no pair cannot be chosen.
                                old_off: new_place.is_some_and(|place| index <= place),
                                new_off: old_place.is_some_and(|place| index >= place),
                                head,
                                onshow,
                                onold: move |id| oncompare.call((Some(id), new)),
                                onnew: move |id| oncompare.call((old, Some(id))),
                                ondelete,
                            }
                        }
                    }
                }
            }
            if rest > 0 {
                div { class: "history-more",
                    Button {
                        label: "Show older",
                        small: true,
                        onclick: move |_| shown += STEP,
                    }
                    span { class: "muted", {format!("{} more", format::number(i64::try_from(rest).unwrap_or(i64::MAX)))} }
                }
            }
        }
    }
}

#[component]
fn Snapshot(
    head: ConfigHead,
    word: Option<&'static str>,
    is_old: bool,
    is_new: bool,
    old_off: bool,
    new_off: bool,
    onshow: EventHandler<SnapshotId>,
    onold: EventHandler<SnapshotId>,
    onnew: EventHandler<SnapshotId>,
    ondelete: EventHandler<ConfigHead>,
) -> Element {
    let (moment, workplace) = (use_moment(), use_workplace());
    let id = head.id;
    let when = moment.short(head.retrieved_at);
    let refused = workplace.forbids(AdminAction::DeleteSnapshot);
    let about: Vec<String> = word.map(str::to_owned).into_iter().chain(facts(&head)).collect();
    let known = head.config_metadata.clone().unwrap_or_default();
    let commit = known.commit.map(|commit| format!("Commit {commit}"));
    let lines = known.lines.map(|lines| format::count(lines, "line"));
    let hint: Vec<String> = commit.into_iter().chain(lines).collect();
    rsx! {
        tr { "data-state": if is_old || is_new { "selected" }, "data-snapshot": "{id}",
            td { class: "pick",
                input {
                    id: "old-{id}",
                    r#type: "radio",
                    name: "old",
                    aria_label: "Compare from {when}",
                    checked: is_old,
                    disabled: old_off,
                    onchange: move |_| onold.call(id),
                }
            }
            td { class: "pick",
                input {
                    id: "new-{id}",
                    r#type: "radio",
                    name: "new",
                    aria_label: "Compare to {when}",
                    checked: is_new,
                    disabled: new_off,
                    onchange: move |_| onnew.call(id),
                }
            }
            td { class: "name", title: hint.join(", "),
                button {
                    class: "row-link",
                    r#type: "button",
                    "data-action": "Snapshot {id}",
                    onclick: move |_| onshow.call(id),
                    Time { at: head.retrieved_at }
                }
                small { class: "muted", {about.join(" · ")} }
            }
            td { class: "turn",
                Button {
                    label: "Delete the snapshot of {when}",
                    kind: ButtonKind::Icon,
                    glyph: Glyph::Trash,
                    refused,
                    onclick: {
                        let head = head.clone();
                        move |_| ondelete.call(head.clone())
                    },
                }
            }
        }
    }
}
