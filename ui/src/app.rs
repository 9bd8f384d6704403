//! The window: what is shown in each state of the session, and the frame around the pages.

use dioxus::prelude::*;
use netraven_api::native::{Ready, Session};

use crate::components::Toasts;
use crate::data::{Cache, Topics, use_exports_provider, use_lab_provider};
use crate::dom;
use crate::features::lab::LabGuide;
use crate::pages::first_start::{FailedStart, FirstStart, SignInPage, Starting, Stopping};
use crate::route::Route;
use crate::state::charts::Charts;
use crate::state::folding::Folding;
use crate::state::kept::use_kept_provider;
use crate::state::layout::Tables;
use crate::state::moment::use_moment_provider;
use crate::state::notices::{use_notices, use_notices_provider};
use crate::state::session::{use_session, use_workplace_provider};
use crate::state::standing::use_standing_provider;
use crate::state::steady::use_pointing_provider;
use crate::state::theme::Theme;
use crate::state::views::use_views_provider;
use crate::state::zoom::use_zoom_provider;

mod account;
mod connection_box;
mod foot;
mod palette;
mod place_band;
mod place_form;
mod renewal;
mod servers_band;
mod sidebar;

use foot::Foot;
use place_band::PlaceBand;
use renewal::RenewalGate;
use servers_band::ServersBand;
use sidebar::Sidebar;

/// Id of what stands beside the sidebar.
const PAGE: &str = "page";

/// The whole window. Needs [`crate::bridge::Bridge`] and [`crate::clock::Clock`] in context.
#[component]
pub fn App() -> Element {
    use_notices_provider();
    use_moment_provider();
    use_kept_provider::<Theme>();
    use_kept_provider::<Folding>();
    use_zoom_provider();
    let session = use_session();
    let page = match session() {
        Session::Choose { profiles } => rsx! { FirstStart { profiles } },
        Session::Starting { step } => rsx! { Starting { step } },
        Session::Stopping { step } => rsx! { Stopping { step } },
        Session::Failed { problem, embedded } => rsx! { FailedStart { problem, embedded } },
        Session::SignIn { url, username, reason } => rsx! { SignInPage { url, username, reason } },
        Session::Ready(ready) => rsx! { Work { key: "{ready.url} {ready.username}", ready } },
    };
    rsx! {
        {page}
        Toasts {}
    }
}

/// Everything inside a session; another place or user begins with nothing of the last one.
#[component]
fn Work(ready: ReadSignal<Ready>) -> Element {
    let topics = use_context_provider(Topics::new);
    use_context_provider(Cache::default);
    use_workplace_provider(ready, topics);
    use_exports_provider();
    use_views_provider();
    use_standing_provider();
    use_pointing_provider();
    use_kept_provider::<Charts>();
    use_kept_provider::<Tables>();
    use_lab_provider(ready.peek().embedded);
    // The next place has other runs: it begins at its dashboard.
    let history = use_hook(dioxus::history::history);
    let notices = use_notices();
    use_drop(move || {
        history.replace(Route::dashboard().to_string());
        // What went wrong at one server, or for one user, is not said to the next.
        notices.clear();
    });
    rsx! {
        Router::<Route> {}
    }
}

/// The frame around every page.
#[component]
pub fn Shell() -> Element {
    let address = use_route::<Route>().to_string();
    let page = address.split('?').next().unwrap_or_default().to_owned();
    // What was pressed to come here may be gone with the page it was on. Another view of the same page keeps the focus.
    use_effect(use_reactive((&page,), |_| dom::focus_if_lost(PAGE)));
    rsx! {
        a { class: "skip", href: "#{PAGE}", "Skip to the page" }
        div { class: "frame bg-body text-body",
            Sidebar {}
            main { id: PAGE, tabindex: "-1",
                LabGuide {}
                PlaceBand {}
                RenewalGate {}
                ServersBand {}
                Outlet::<Route> {}
                Foot {}
            }
        }
    }
}
