//! Where one can be inside the window.

use dioxus::prelude::*;

use crate::app::Shell;
use crate::pages::dashboard::JobDashboard;
use crate::pages::devices::DevicesPage;
use crate::pages::dossier::DossierPage;
use crate::pages::jobs::JobsPage;
use crate::pages::not_found::NotFound;
use crate::pages::run::RunPage;

/// A place in the window, and its address.
#[derive(Clone, Debug, PartialEq, Routable)]
#[rustfmt::skip]
#[expect(missing_docs, reason = "the address says what each is")]
pub enum Route {
    #[layout(Shell)]
        #[route("/?:..view")]
        JobDashboard { view: String },
        #[route("/runs/:id?:..view")]
        RunPage { id: i64, view: String },
        #[route("/runs/:run_id/devices/:device_id?:..view")]
        DossierPage { run_id: i64, device_id: i64, view: String },
        #[route("/jobs")]
        JobsPage {},
        #[route("/devices")]
        DevicesPage {},
        #[route("/:..segments")]
        NotFound { segments: Vec<String> },
}

impl Route {
    /// The dashboard as it is at first.
    #[must_use]
    pub fn dashboard() -> Route {
        Route::JobDashboard { view: String::new() }
    }

    /// The page of a run, all its devices shown.
    #[must_use]
    pub fn run(id: i64) -> Route {
        Route::RunPage { id, view: String::new() }
    }

    /// The page of one device of a run: what came of it.
    #[must_use]
    pub fn dossier(run_id: i64, device_id: i64) -> Route {
        Route::DossierPage { run_id, device_id, view: String::new() }
    }
}
