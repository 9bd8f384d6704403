//! Where a person goes to mend what made devices fail.

use dioxus::prelude::*;
use netraven_api::outcome::Cause;

use crate::route::Route;

/// A way to the page on which a cause is mended; nothing where no page of the application mends it.
#[component]
pub fn Remedy(cause: Cause) -> Element {
    match cause {
        Cause::NoCredentials
        | Cause::OutsideNetworks
        | Cause::AgentUnavailable
        | Cause::QuestionUnanswered
        | Cause::AuthFailed
        | Cause::PrivilegeRefused => rsx! {
            Link { class: "btn btn-outline btn-sm", to: Route::CredentialsPage {}, "Open the credentials" }
        },
        Cause::AwaitingApproval => rsx! {
            Link { class: "btn btn-outline btn-sm", to: Route::waiting_devices(), "Open the waiting devices" }
        },
        _ => rsx! {},
    }
}
