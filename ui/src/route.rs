//! Where one can be inside the window.

use dioxus::prelude::*;
use netraven_api::devices::{ApprovalState, LastResult};
use netraven_api::outcome::Cause;
use netraven_api::runs::RunStatus;
use netraven_api::{DeviceId, LogId, RunId, SnapshotId};

use crate::address::Addressed as _;
use crate::app::Shell;
use crate::pages::configurations::ConfigurationsPage;
use crate::pages::configurations::device::DeviceConfigurationsPage;
use crate::pages::configurations::view::DeviceView;
use crate::pages::credentials::CredentialsPage;
use crate::pages::crypto_report::CryptoReportPage;
use crate::pages::dashboard::JobDashboard;
use crate::pages::dashboard::state::{DashboardState, DashboardTab, LogChoice, RunChoice};
use crate::pages::devices::DevicesPage;
use crate::pages::devices::filters::DeviceFilter;
use crate::pages::jobs::JobsPage;
use crate::pages::jump_hosts::JumpHostsPage;
use crate::pages::not_found::NotFound;
use crate::pages::platforms::PlatformsPage;
use crate::pages::prompt_lab::PromptLabPage;
use crate::pages::prompt_lab::view::PromptLabView;
use crate::pages::run::{RunPage, of_cause};
use crate::pages::run_device::RunDevicePage;
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
        RunPage { id: RunId, view: String },
        #[route("/runs/:run_id/devices/:device_id?:..view")]
        RunDevicePage { run_id: RunId, device_id: DeviceId, view: String },
        #[route("/jobs")]
        JobsPage {},
        #[route("/devices?:..view")]
        DevicesPage { view: String },
        #[route("/crypto-report?:..view")]
        CryptoReportPage { view: String },
        #[route("/configurations?:..view")]
        ConfigurationsPage { view: String },
        #[route("/configurations/:device_id?:..view")]
        DeviceConfigurationsPage { device_id: DeviceId, view: String },
        #[route("/credentials")]
        CredentialsPage {},
        #[route("/jump-hosts")]
        JumpHostsPage {},
        #[route("/tags")]
        TagsPage {},
        #[route("/platforms?:..view")]
        PlatformsPage { view: String },
        #[route("/prompt-lab?:..view")]
        PromptLabPage { view: String },
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

    /// The log of everything.
    #[must_use]
    pub fn logs() -> Route {
        Route::of_dashboard(&DashboardState { tab: DashboardTab::Logs, ..DashboardState::default() })
    }

    /// One line of it, shown where the list does not hold it with those around it.
    #[must_use]
    pub fn log_line(id: LogId) -> Route {
        let log = LogChoice { line: Some(id), ..LogChoice::default() };
        Route::of_dashboard(&DashboardState { tab: DashboardTab::Logs, log, ..DashboardState::default() })
    }

    /// The runs that failed, in whole or in part.
    #[must_use]
    pub fn failed_runs() -> Route {
        let statuses = vec![RunStatus::PartlyFailed, RunStatus::Failed];
        let runs = RunChoice { statuses, ..RunChoice::default() };
        Route::of_dashboard(&DashboardState { runs, ..DashboardState::default() })
    }

    fn of_dashboard(state: &DashboardState) -> Route {
        Route::JobDashboard { view: state.address() }
    }

    /// All devices.
    #[must_use]
    pub fn devices() -> Route {
        Route::DevicesPage { view: String::new() }
    }

    /// The devices whose last result is a failure.
    #[must_use]
    pub fn failing_devices() -> Route {
        Route::of_devices(&DeviceFilter { results: vec![LastResult::Failure], ..DeviceFilter::default() })
    }

    /// The devices that wait for an admin.
    #[must_use]
    pub fn waiting_devices() -> Route {
        Route::of_devices(&DeviceFilter { approvals: vec![ApprovalState::Waiting], ..DeviceFilter::default() })
    }

    /// The devices of a platform.
    #[must_use]
    pub fn devices_of(platform: &str) -> Route {
        Route::of_devices(&DeviceFilter { platform: Some(platform.to_owned()), ..DeviceFilter::default() })
    }

    /// All platforms.
    #[must_use]
    pub fn platforms() -> Route {
        Route::PlatformsPage { view: String::new() }
    }

    /// The prompt lab, with nothing in it.
    #[must_use]
    pub fn prompt_lab() -> Route {
        Route::of_prompt_lab(&PromptLabView::default())
    }

    /// The prompt lab with the file of a platform.
    #[must_use]
    pub fn prompt_lab_for(platform: &str) -> Route {
        Route::of_prompt_lab(&PromptLabView { platform: platform.to_owned(), ..PromptLabView::default() })
    }

    /// The prompt lab with the transcript of a session.
    #[must_use]
    pub fn prompt_lab_of(run_id: RunId, device_id: DeviceId) -> Route {
        let session = PromptLabView { run: Some(run_id), device: Some(device_id), ..PromptLabView::default() };
        Route::of_prompt_lab(&session)
    }

    fn of_prompt_lab(view: &PromptLabView) -> Route {
        Route::PromptLabPage { view: view.address() }
    }

    /// One device, shown beside the list.
    #[must_use]
    pub fn device(id: DeviceId, hostname: &str) -> Route {
        let hostname = hostname.to_owned();
        Route::of_devices(&DeviceFilter { hostname, open: Some(id), ..DeviceFilter::default() })
    }

    fn of_devices(filter: &DeviceFilter) -> Route {
        Route::DevicesPage { view: filter.address() }
    }

    /// The crypto report of all devices.
    #[must_use]
    pub fn crypto_report() -> Route {
        Route::CryptoReportPage { view: String::new() }
    }

    /// The configurations of all devices.
    #[must_use]
    pub fn configurations() -> Route {
        Route::ConfigurationsPage { view: String::new() }
    }

    /// The configurations of a device, its newest change shown.
    #[must_use]
    pub fn device_configurations(device_id: DeviceId) -> Route {
        Route::DeviceConfigurationsPage { device_id, view: String::new() }
    }

    /// What a device runs and has not saved.
    #[must_use]
    pub fn unsaved_changes(device_id: DeviceId) -> Route {
        let view = DeviceView { startup: true, ..DeviceView::default() };
        Route::DeviceConfigurationsPage { device_id, view: view.write() }
    }

    /// What a snapshot changed against the one before it.
    #[must_use]
    pub fn change(device_id: DeviceId, snapshot_id: SnapshotId) -> Route {
        let view = DeviceView { new: Some(snapshot_id), ..DeviceView::default() };
        Route::DeviceConfigurationsPage { device_id, view: view.write() }
    }

    /// The page of a run, all its devices shown.
    #[must_use]
    pub fn run(id: RunId) -> Route {
        Route::RunPage { id, view: String::new() }
    }

    /// The devices of a run that failed for a cause.
    #[must_use]
    pub fn failed_by(run_id: RunId, cause: Cause) -> Route {
        Route::RunPage { id: run_id, view: of_cause(cause) }
    }

    /// The page of one device of a run: its result.
    #[must_use]
    pub fn run_device(run_id: RunId, device_id: DeviceId) -> Route {
        Route::RunDevicePage { run_id, device_id, view: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_inside_a_page_have_the_address_that_the_page_reads() {
        for (route, address) in [
            (Route::logs(), "/?tab=logs"),
            (Route::log_line(7.into()), "/?tab=logs&line=7"),
            (Route::failed_runs(), "/?status=partly_failed,failed"),
            (Route::failing_devices(), "/devices?result=failure"),
            (Route::waiting_devices(), "/devices?approval=waiting"),
            (Route::unsaved_changes(9.into()), "/configurations/9?show=startup"),
            (Route::devices_of("cisco_ios"), "/devices?platform=cisco_ios"),
            (Route::prompt_lab_for("linux"), "/prompt-lab?platform=linux"),
            (Route::prompt_lab_of(7.into(), 9.into()), "/prompt-lab?run=7&device=9"),
            (Route::device(9.into(), "core-sw-1"), "/devices?hostname=core-sw-1&open=9"),
            (Route::failed_by(7.into(), Cause::AuthFailed), "/runs/7?cause=auth-failed"),
            (Route::change(9.into(), 903.into()), "/configurations/9?new=903"),
        ] {
            assert_eq!(route.to_string(), address);
        }
    }
}
