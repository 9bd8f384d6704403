//! Where one can be inside the window.

use dioxus::prelude::*;

use crate::app::Shell;
use crate::pages::configurations::ConfigurationsPage;
use crate::pages::configurations::device::DeviceConfigurationsPage;
use crate::pages::credentials::CredentialsPage;
use crate::pages::dashboard::JobDashboard;
use crate::pages::devices::DevicesPage;
use crate::pages::dossier::DossierPage;
use crate::pages::jobs::JobsPage;
use crate::pages::not_found::NotFound;
use crate::pages::run::RunPage;
use crate::pages::system::SystemPage;
use crate::pages::tags::TagsPage;
use crate::pages::users::UsersPage;

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
        #[route("/devices?:..view")]
        DevicesPage { view: String },
        #[route("/configurations?:..view")]
        ConfigurationsPage { view: String },
        #[route("/configurations/:device_id?:..view")]
        DeviceConfigurationsPage { device_id: i64, view: String },
        #[route("/credentials")]
        CredentialsPage {},
        #[route("/tags")]
        TagsPage {},
        #[route("/users")]
        UsersPage {},
        #[route("/system")]
        SystemPage {},
        #[route("/:..segments")]
        NotFound { segments: Vec<String> },
}

impl Route {
    /// The dashboard as it is at first.
    #[must_use]
    pub fn dashboard() -> Route {
        Route::JobDashboard { view: String::new() }
    }

    /// All devices.
    #[must_use]
    pub fn devices() -> Route {
        Route::DevicesPage { view: String::new() }
    }

    /// The configurations of all devices.
    #[must_use]
    pub fn configurations() -> Route {
        Route::ConfigurationsPage { view: String::new() }
    }

    /// The configurations of a device, its newest change shown.
    #[must_use]
    pub fn device_configurations(device_id: i64) -> Route {
        Route::DeviceConfigurationsPage { device_id, view: String::new() }
    }

    /// What a snapshot changed against the one before it.
    #[must_use]
    pub fn change(device_id: i64, snapshot_id: i64) -> Route {
        Route::DeviceConfigurationsPage { device_id, view: format!("new={snapshot_id}") }
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
