//! What a server does not offer, and why: the only table for tooltips and refusals.

use netraven_api::native::{AdminAction, Feature, Missing};
use netraven_api::problem::Code;
use netraven_api::{Method, Problem};

use super::description::Description;

/// How the description shows that a feature exists.
enum Capability {
    Route(Method, &'static str),
    Field(&'static str, &'static str),
    /// The description does not show it: the server describes the feature, but was seen not to have it.
    Undescribed,
}

/// What the server lets every user do: it only requires the role `admin` for deleting jobs and credentials, and for
/// everything about users.
pub const OPEN_TO_USERS: &[AdminAction] = &[
    AdminAction::AddCredential,
    AdminAction::ChangeCredential,
    AdminAction::DeleteDevice,
    AdminAction::DeleteSnapshot,
    AdminAction::DeleteTag,
];

const TABLE: &[(Feature, Capability, &str)] = &[
    (
        Feature::CancelRun,
        Capability::Route(Method::Post, "/runs/{run_id}/cancel"),
        "This server cannot cancel a run once it has started.",
    ),
    (
        Feature::RunSome,
        Capability::Route(Method::Post, "/runs/{run_id}/again"),
        "This server can only run all devices of a job.",
    ),
    (
        Feature::CancelDevice,
        Capability::Route(Method::Post, "/runs/{run_id}/devices/{device_id}/cancel"),
        "This server cannot cancel a device once its run has started.",
    ),
    (
        Feature::RunHistory,
        Capability::Route(Method::Get, "/jobs/{job_id}/matrix"),
        "This server keeps no runs, so there is no history of a job's devices to show.",
    ),
    (
        Feature::HostKeys,
        Capability::Route(Method::Get, "/devices/{device_id}/host-key"),
        "This server stores no host keys; it accepts whatever key a device shows.",
    ),
    (
        Feature::ExportConfig,
        Capability::Route(Method::Post, "/configs/{config_id}/export"),
        "This server stores configurations with the lines that contain secrets removed, so there is nothing to export.",
    ),
    (
        Feature::EnablePassword,
        Capability::Field("CredentialCreate", "enable_password"),
        "This server keeps no enable passwords; it uses the password of the credential.",
    ),
    (
        Feature::PrivateKey,
        Capability::Field("CredentialCreate", "private_key"),
        "This server signs in to devices with passwords alone; it has no place for private keys.",
    ),
    (
        Feature::SshAgent,
        Capability::Field("CredentialCreate", "uses_agent"),
        "This server signs in to devices with passwords alone; it asks no SSH agent.",
    ),
    (
        Feature::QuestionAnswers,
        Capability::Field("CredentialCreate", "answers"),
        "This server signs in to devices with passwords alone; it has no place for answers to their questions.",
    ),
    (
        Feature::CronTimeZone,
        Capability::Field("JobCreate", "time_zone"),
        "This server reads the fields of a cron schedule in UTC.",
    ),
    (
        Feature::Platforms,
        Capability::Route(Method::Get, "/platforms/"),
        "This server does not report which platforms it supports; the usual ones and those of its devices are listed.",
    ),
    (
        Feature::PlatformFiles,
        Capability::Route(Method::Get, "/platforms/file"),
        "This server has no platform files: it reads devices with the drivers of Netmiko, which are part of its program.",
    ),
    (
        Feature::SavedPlatforms,
        Capability::Route(Method::Put, "/platforms/saved"),
        "This server has no place for platforms of your own: its drivers are Netmiko's, which are part of its program.",
    ),
    (
        Feature::LogHistogram,
        Capability::Route(Method::Get, "/logs/histogram"),
        "This server does not count its log over time, so there is no chart above the lines.",
    ),
    (
        Feature::NewestResults,
        Capability::Field("Device", "last_snapshot_at"),
        "This server's list of devices does not include their newest results and snapshots; open a device to see them.",
    ),
    (
        Feature::CronSchedule,
        Capability::Undescribed,
        "This server never starts a job by cron: its scheduler fails at every such schedule. Choose an interval, or \
         run the job manually.",
    ),
    (
        Feature::OnceSchedule,
        Capability::Undescribed,
        "This server never starts a job at a set time: its scheduler fails when it is due. Run the job manually then.",
    ),
    (
        Feature::ScheduleChange,
        Capability::Undescribed,
        "This server's scheduler never drops an interval once loaded: it keeps starting the job even after the \
         schedule is changed or disabled or the job is deleted.",
    ),
    (
        Feature::GitHistory,
        Capability::Undescribed,
        "This server keeps no git history: what is deleted there is lost for good.",
    ),
    (
        Feature::DeleteUsed,
        Capability::Undescribed,
        "This server cannot delete a device or a job that has results; only those without results can be deleted.",
    ),
    (
        Feature::ChangeDevice,
        Capability::Undescribed,
        "This server fails whenever a device is changed and saves nothing.",
    ),
    (
        Feature::DevicePort,
        Capability::Undescribed,
        "This server stores the SSH port of a device, but always connects to port 22.",
    ),
    (Feature::Transports, Capability::Field("DeviceCreate", "transport"), "This server reaches devices by SSH alone."),
    (
        Feature::Recognition,
        Capability::Field("Device", "recognised"),
        "This server cannot recognise a device's platform: choose one.",
    ),
    (
        Feature::JumpHosts,
        Capability::Route(Method::Get, "/jump-hosts/"),
        "This server knows no jump hosts: it connects to every device itself.",
    ),
    (
        Feature::SessionPolicies,
        Capability::Route(Method::Get, "/session-policy"),
        "This server has no session policies: it opens every session with Netmiko's own time limits, terminal and \
         algorithms, as many at once as it has workers.",
    ),
    (
        Feature::Trials,
        Capability::Route(Method::Post, "/trials/"),
        "This server cannot try a device: it only connects to one in a run, which stores what it reads.",
    ),
    (
        Feature::UserWithoutEmail,
        Capability::Undescribed,
        "This server requires an e-mail address for each user, and each must be different.",
    ),
    (
        Feature::LogSearch,
        Capability::Undescribed,
        "This server cannot search its log: the newest 1,000 lines that match the other filters are loaded and searched here.",
    ),
    (
        Feature::RunRecords,
        Capability::Route(Method::Get, "/runs/{run_id}"),
        "This server keeps no record of runs: it does not report the stages of a session nor, for every run, what started it.",
    ),
    (
        Feature::OwnPassword,
        Capability::Route(Method::Put, "/users/me/password"),
        "On this server only an admin can change passwords, on the Users page.",
    ),
    (
        Feature::SignOutEverywhere,
        Capability::Route(Method::Post, "/users/me/sign-out"),
        "This server cannot end a sign-in before it expires.",
    ),
    (
        Feature::Approvals,
        Capability::Route(Method::Post, "/devices/{device_id}/approve"),
        "This server does not require approval: anyone who can add a device or change its address can have \
         credentials sent to any address.",
    ),
    (
        Feature::AllowedNetworks,
        Capability::Field("CredentialCreate", "allowed_networks"),
        "This server cannot limit credentials to networks: it sends a credential to every device that shares a tag.",
    ),
    (
        Feature::CryptoReport,
        Capability::Route(Method::Get, "/reports/crypto"),
        "This server does not record which SSH algorithms a device agreed on, so there is nothing to report.",
    ),
    (
        Feature::Startup,
        Capability::Route(Method::Get, "/devices/{device_id}/startup/diff"),
        "This server reads one configuration of a device, the running one, and cannot tell whether it is saved.",
    ),
    (
        Feature::KeptFiles,
        Capability::Route(Method::Get, "/devices/{device_id}/files"),
        "This server stores the answer to one command; it fetches no files from devices.",
    ),
];

/// What a server lacks.
pub fn missing(description: &Description) -> Vec<Missing> {
    let is_there = |capability: &Capability| match capability {
        Capability::Route(method, path) => description.shows(*method, path),
        Capability::Field(schema, field) => description.takes(schema, field),
        Capability::Undescribed => false,
    };
    let lacking = TABLE.iter().filter(|(_, capability, _)| !is_there(capability));
    lacking.map(|(feature, _, reason)| Missing { feature: *feature, reason: (*reason).to_owned() }).collect()
}

/// Why a feature is not offered.
pub fn reason(feature: Feature) -> &'static str {
    TABLE.iter().find(|(known, ..)| *known == feature).map_or("This server does not support this.", |row| row.2)
}

/// The refusal of a feature.
pub fn refusal(feature: Feature) -> Problem {
    Problem::new(Code::NotOffered, reason(feature))
}

/// The refusal of a route that the server does not describe.
pub fn no_route(method: Method, path: &str) -> Problem {
    Problem::new(Code::NotOffered, format!("This server does not support {} {path}.", method.as_str()))
}
