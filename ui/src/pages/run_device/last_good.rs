//! The newest snapshot there is of a device that failed: what one still has, and from when.

use dioxus::prelude::*;
use jiff::Timestamp;
use netraven_api::DeviceId;
use netraven_api::configs::ListConfigHistory;

use crate::components::Time;
use crate::data::use_query;
use crate::route::Route;

/// Names the newest snapshot. `failed_at` shows whether it is from before the failure or was read since.
#[component]
pub fn LastGood(device_id: ReadSignal<DeviceId>, #[props(!optional)] failed_at: Option<Timestamp>) -> Element {
    let history = use_query(move || ListConfigHistory(device_id()));
    let newest = history.value().map(|heads| heads.iter().max_by_key(|head| (head.retrieved_at, head.id)).cloned());
    // The line has its place from the start: what stands below does not move when the answer comes.
    rsx! {
        p { class: "last-good muted",
            match newest {
                Some(Some(head)) => {
                    let since = failed_at.is_some_and(|failed| head.retrieved_at > failed);
                    rsx! {
                        if since { "Read since then: " } else { "Last good snapshot: " }
                        Link { class: "side-link", to: Route::change(head.device_id, head.id), "snapshot {head.id}" }
                        ", stored "
                        Time { at: head.retrieved_at }
                    }
                }
                Some(None) => rsx! { "Last good snapshot: none, no backup of this device has succeeded yet" },
                None if history.error().is_some() => rsx! { "Last good snapshot: could not be loaded" },
                None => rsx! { "Last good snapshot: loading" },
            }
        }
    }
}
