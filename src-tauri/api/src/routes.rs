//! The table of all endpoints: the shell forwards them, the server mounts them, the role test walks them.

use crate::endpoint::{Access, Endpoint, Method};
use crate::{
    configs, credentials, crypto_report, devices, jobs, jump_hosts, kept_files, logs, matrix, platforms, results, runs,
    schedules, session_policy, startup, system, tags, trials, users,
};

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub method: Method,
    /// Path with parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

impl Route {
    /// The row of an endpoint.
    #[must_use]
    pub const fn of<E: Endpoint>() -> Route {
        Route { method: E::METHOD, path: E::PATH, access: E::ACCESS }
    }

    /// Whether a method and a path (without its query) match this row.
    #[must_use]
    pub fn matches(&self, method: Method, path: &str) -> bool {
        let (mut pattern, mut given) = (self.path.split('/'), path.split('/'));
        self.method == method
            && loop {
                match (pattern.next(), given.next()) {
                    (None, None) => break true,
                    (Some(expected), Some(part)) if expected.starts_with('{') => {
                        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                            break false;
                        }
                    }
                    (Some(expected), Some(part)) if expected == part => {}
                    _ => break false,
                }
            }
    }
}

/// Every endpoint.
pub const ROUTES: &[Route] = &[
    Route::of::<users::GetMe>(),
    Route::of::<users::ChangeOwnPassword>(),
    Route::of::<users::SignOutEverywhere>(),
    Route::of::<users::ListUsers>(),
    Route::of::<users::GetUser>(),
    Route::of::<users::CreateUser>(),
    Route::of::<users::UpdateUser>(),
    Route::of::<users::DeleteUser>(),
    Route::of::<system::GetHealth>(),
    Route::of::<system::GetSystemStatus>(),
    Route::of::<platforms::ListPlatforms>(),
    Route::of::<crypto_report::GetCryptoReport>(),
    Route::of::<platforms::GetPlatform>(),
    Route::of::<platforms::ReloadPlatforms>(),
    Route::of::<platforms::CheckPlatform>(),
    Route::of::<platforms::SavePlatform>(),
    Route::of::<platforms::GetSavedPlatform>(),
    Route::of::<platforms::DeletePlatform>(),
    Route::of::<platforms::SketchPlatform>(),
    Route::of::<tags::ListTags>(),
    Route::of::<tags::GetTag>(),
    Route::of::<tags::CreateTag>(),
    Route::of::<tags::UpdateTag>(),
    Route::of::<tags::DeleteTag>(),
    Route::of::<credentials::ListCredentials>(),
    Route::of::<credentials::GetCredential>(),
    Route::of::<credentials::CreateCredential>(),
    Route::of::<credentials::UpdateCredential>(),
    Route::of::<credentials::DeleteCredential>(),
    Route::of::<jump_hosts::ListJumpHosts>(),
    Route::of::<jump_hosts::GetJumpHost>(),
    Route::of::<jump_hosts::CreateJumpHost>(),
    Route::of::<jump_hosts::UpdateJumpHost>(),
    Route::of::<jump_hosts::DeleteJumpHost>(),
    Route::of::<jump_hosts::TrustJumpHostKey>(),
    Route::of::<jump_hosts::ForgetJumpHostKey>(),
    Route::of::<devices::ListDevices>(),
    Route::of::<devices::GetDevice>(),
    Route::of::<devices::CreateDevice>(),
    Route::of::<devices::UpdateDevice>(),
    Route::of::<devices::DeleteDevice>(),
    Route::of::<devices::ImportDevices>(),
    Route::of::<devices::CheckImport>(),
    Route::of::<devices::ImportSshConfig>(),
    Route::of::<devices::CheckSshConfig>(),
    Route::of::<devices::ApproveDevice>(),
    Route::of::<devices::ApproveDevices>(),
    Route::of::<devices::ListDeviceCredentials>(),
    Route::of::<devices::GetHostKey>(),
    Route::of::<devices::TrustHostKey>(),
    Route::of::<devices::ForgetHostKey>(),
    Route::of::<session_policy::GetServerPolicy>(),
    Route::of::<session_policy::SetServerPolicy>(),
    Route::of::<session_policy::GetTagPolicy>(),
    Route::of::<session_policy::SetTagPolicy>(),
    Route::of::<session_policy::GetDevicePolicy>(),
    Route::of::<session_policy::SetDevicePolicy>(),
    Route::of::<session_policy::GetJumpHostPolicy>(),
    Route::of::<session_policy::SetJumpHostPolicy>(),
    Route::of::<startup::DiffStartup>(),
    Route::of::<kept_files::ListKeptFiles>(),
    Route::of::<kept_files::DownloadKeptFile>(),
    Route::of::<trials::StartTrial>(),
    Route::of::<trials::GetTrial>(),
    Route::of::<trials::CancelTrial>(),
    Route::of::<jobs::ListJobs>(),
    Route::of::<jobs::GetJob>(),
    Route::of::<jobs::CreateJob>(),
    Route::of::<jobs::UpdateJob>(),
    Route::of::<jobs::DeleteJob>(),
    Route::of::<jobs::RunJob>(),
    Route::of::<jobs::GetJobStatus>(),
    Route::of::<jobs::ListRecentJobs>(),
    Route::of::<schedules::ListScheduledJobs>(),
    Route::of::<schedules::ListSchedulerJobs>(),
    Route::of::<schedules::ListQueues>(),
    Route::of::<schedules::ListJobTypes>(),
    Route::of::<jobs::ListJobDevices>(),
    Route::of::<matrix::GetJobMatrix>(),
    Route::of::<runs::ListRuns>(),
    Route::of::<runs::GetRun>(),
    Route::of::<runs::ListRunDevices>(),
    Route::of::<runs::GetRunDevice>(),
    Route::of::<runs::RunAgain>(),
    Route::of::<runs::CancelRun>(),
    Route::of::<runs::CancelDevice>(),
    Route::of::<runs::SummarizeRuns>(),
    Route::of::<runs::GetRunOutcomes>(),
    Route::of::<runs::GetRunTimeline>(),
    Route::of::<results::ListResults>(),
    Route::of::<results::GetResult>(),
    Route::of::<logs::ListLogs>(),
    Route::of::<logs::GetLog>(),
    Route::of::<logs::ListLogTypes>(),
    Route::of::<logs::ListLogLevels>(),
    Route::of::<logs::GetLogStats>(),
    Route::of::<logs::GetLogHistogram>(),
    Route::of::<configs::ListConfigs>(),
    Route::of::<configs::GetConfig>(),
    Route::of::<configs::ListConfigHistory>(),
    Route::of::<configs::ExportConfig>(),
    Route::of::<configs::ListConfigsAtRoot>(),
    Route::of::<configs::SearchConfigs>(),
    Route::of::<configs::DiffConfigs>(),
    Route::of::<configs::DeleteConfig>(),
    Route::of::<configs::RestoreConfig>(),
    Route::of::<configs::CountBackups>(),
];

/// The row that a method and a path (without its query) match, if any.
#[must_use]
pub fn find(method: Method, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.matches(method, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_found_by_its_own_shape_only() {
        assert_eq!(find(Method::Get, "/jobs/17").unwrap().path, "/jobs/{job_id}");
        assert_eq!(find(Method::Get, "/jobs/status").unwrap().path, "/jobs/status");
        assert_eq!(find(Method::Get, "/devices/5/host-key").unwrap().path, "/devices/{device_id}/host-key");
        assert!(find(Method::Get, "/jobs/../users").is_none());
        assert!(find(Method::Post, "/jobs/17").is_none());
        assert!(find(Method::Get, "/jobs/17/").is_none());
        assert!(find(Method::Get, "//evil").is_none());
    }

    #[test]
    fn no_route_stands_twice() {
        for (index, route) in ROUTES.iter().enumerate() {
            assert!(!ROUTES[..index].iter().any(|other| other.method == route.method && other.path == route.path));
        }
    }

    #[test]
    fn a_query_repeats_the_key_of_a_list_and_leaves_out_what_is_absent() {
        let request =
            jobs::ListJobs { size: Some(5), tag_id: vec![2.into(), 3.into()], ..Default::default() }.request();
        assert_eq!(request.path, "/jobs/?size=5&tag_id=2&tag_id=3");
    }
}
