//! Features that servers may lack, and actions they may allow every user.

use serde::{Deserialize, Serialize};

/// A feature a server may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Cancelling a run.
    CancelRun,
    /// Running only some devices of a run again.
    RunSome,
    /// Cancelling one device of a run.
    CancelDevice,
    /// A job's devices against its last runs.
    RunHistory,
    /// Seeing and forgetting the host key of a device.
    HostKeys,
    /// Exporting a configuration with its secrets.
    ExportConfig,
    /// Importing many devices at once.
    ImportDevices,
    /// An enable password in addition to a credential's password.
    EnablePassword,
    /// A private key in a credential.
    PrivateKey,
    /// Signing in with the SSH agent of the worker's machine.
    SshAgent,
    /// Answers of a credential to what devices ask at the sign-in.
    QuestionAnswers,
    /// A time zone for the fields of a cron schedule.
    CronTimeZone,
    /// The list of platforms, the user's own among them.
    Platforms,
    /// Platforms as files that can be looked at, and read again while the server runs.
    PlatformFiles,
    /// Saving platforms, which are then in use without a restart.
    SavedPlatforms,
    /// Counts of the log over time.
    LogHistogram,
    /// The newest result and the newest snapshot of each device, in the list of devices.
    NewestResults,
    /// A record of each run kept by the server: what started it, and the stages of each session.
    RunRecords,
    /// Starting jobs by cron fields.
    CronSchedule,
    /// Starting a job once, at a time of its own.
    OnceSchedule,
    /// Following a schedule that was changed or switched off.
    ScheduleChange,
    /// A git history in addition to the database.
    GitHistory,
    /// Deleting a device or a job that has results.
    DeleteUsed,
    /// Changing a device.
    ChangeDevice,
    /// Connecting to a port other than 22.
    DevicePort,
    /// Reaching a device by telnet or raw TCP.
    Transports,
    /// Recognising the platform of a device.
    Recognition,
    /// Reaching devices through jump hosts.
    JumpHosts,
    /// A session policy for devices, tags and the server.
    SessionPolicies,
    /// Trying a device: its connection, its platform, a recording of its session.
    Trials,
    /// Users without an e-mail address.
    UserWithoutEmail,
    /// Searching its log.
    LogSearch,
    /// Changing one's own password.
    OwnPassword,
    /// Ending all of one's own sign-ins.
    SignOutEverywhere,
    /// An admin approves a device before a credential is sent to it.
    Approvals,
    /// Confining a credential to networks.
    AllowedNetworks,
    /// The report of the SSH algorithms that devices agreed on.
    CryptoReport,
    /// Whether the changes of a device are saved.
    Startup,
    /// Files of devices that are kept sealed.
    KeptFiles,
}

/// A feature the server lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What is not offered.
    pub feature: Feature,
    /// Why, as a sentence.
    pub reason: String,
}

/// An action that our own server reserves for admins; other servers may allow it to every user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminAction {
    /// Adding a credential.
    AddCredential,
    /// Changing a credential.
    ChangeCredential,
    /// Deleting a credential.
    DeleteCredential,
    /// Deleting a device.
    DeleteDevice,
    /// Deleting a job with its runs.
    DeleteJob,
    /// Deleting a snapshot.
    DeleteSnapshot,
    /// Deleting a tag.
    DeleteTag,
}
