//! The causes on the run's own page, in a room they have before there is one: a run that fails moves nothing.

use dioxus::prelude::*;
use netraven_api::RunId;
use netraven_api::runs::Run;

use crate::features::run_causes::RunCauses;

/// The causes of a run, above its devices. Who watched it from before its end keeps the room until the page is left.
#[component]
pub fn OwnCauses(run: Run) -> Element {
    // Another run on the same page, as after running it again, starts over.
    let mut watched = use_signal(|| None::<RunId>);
    let (id, active) = (run.id, run.status.is_active());
    use_effect(use_reactive((&id, &active), move |(id, active)| {
        if active && *watched.peek() != Some(id) {
            watched.set(Some(id));
        }
    }));
    let reserved = active || watched() == Some(id);
    let nothing = run.causes.is_empty() && run.message.is_none();
    if nothing && !reserved {
        return rsx! {};
    }
    rsx! {
        div { class: "causes-own", "data-state": if reserved { "reserved" },
            if nothing {
                p { class: "causes-none muted",
                    if active { "No device has failed so far." } else if run.failed == 0 { "No device failed." }
                }
            } else {
                RunCauses { run, own: true }
            }
        }
    }
}
