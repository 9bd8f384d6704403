//! Every kind of request the window sends, typed, in the order of a short life: made, read, run, changed, removed.
//!
//! The same walk goes through the replayed Python server and, from the member `tests`, through a server of our own.

use std::time::Duration;

use netraven_api::configs::{ExportConfig, GetConfig, ListConfigHistory, ListConfigs};
use netraven_api::credentials::{
    CreateCredential, CredentialInput, DeleteCredential, GetCredential, ListCredentials, UpdateCredential,
};
use netraven_api::crypto_report::GetCryptoReport;
use netraven_api::devices::{
    ApproveDevice, ApproveDevices, CreateDevice, DeleteDevice, DeviceInput, ForgetHostKey, GetDevice, GetHostKey,
    ListDevices, Seen, SeenDevice, TrustHostKey, TrustedKey, UpdateDevice,
};
use netraven_api::jobs::{
    CreateJob, DeleteJob, GetJob, GetJobStatus, JobInput, ListJobs, ListRecentJobs, RunJob, Schedule, UpdateJob,
};
use netraven_api::jump_hosts::{
    CreateJumpHost, DeleteJumpHost, ForgetJumpHostKey, GetJumpHost, JumpHostInput, ListJumpHosts, TrustJumpHostKey,
    UpdateJumpHost,
};
use netraven_api::kept_files::{DownloadKeptFile, ListKeptFiles};
use netraven_api::logs::{GetLogHistogram, GetLogStats, ListLogLevels, ListLogTypes, ListLogs, LiveFilter, LogFilter};
use netraven_api::matrix::GetJobMatrix;
use netraven_api::outcome::Cause;
use netraven_api::platforms::{
    CheckPlatform, DeletePlatform, GetPlatform, GetSavedPlatform, ListPlatforms, ReloadPlatforms, SavePlatform,
    SketchPlatform,
};
use netraven_api::problem::Code;
use netraven_api::results::ListResults;
use netraven_api::runs::{
    Again, CancelDevice, CancelRun, DeviceState, GetRun, GetRunDevice, GetRunOutcomes, GetRunTimeline, ListRunDevices,
    ListRuns, RunAgain, RunFilter, RunStatus, SummarizeRuns, Trigger,
};
use netraven_api::session_policy::{
    GetDevicePolicy, GetJumpHostPolicy, GetServerPolicy, GetTagPolicy, SessionPolicy, SetDevicePolicy,
    SetJumpHostPolicy, SetServerPolicy, SetTagPolicy,
};
use netraven_api::sorting::RunDeviceColumn;
use netraven_api::startup::DiffStartup;
use netraven_api::system::{GetHealth, GetSystemStatus};
use netraven_api::tags::{CreateTag, DeleteTag, GetTag, ListTags, TagInput, UpdateTag};
use netraven_api::trials::{CancelTrial, GetTrial, StartTrial, TrialInput, TrialPurpose};
use netraven_api::users::GetMe;
use netraven_api::{CredentialId, DeviceId, Endpoint, JobId, LogId, Order, RunId, Secret, TagId};
use netraven_client::Client;

/// What was refused on the way, by method and path.
pub struct Walk<'a> {
    client: &'a Client,
    refused: Vec<(String, Code, String)>,
}

/// Walks through every request and gives those that were refused.
pub async fn walk(client: &Client) -> Vec<(String, Code, String)> {
    let mut walk = Walk { client, refused: Vec::new() };
    walk.life().await;
    walk.refused
}

impl Walk<'_> {
    async fn ask<E: Endpoint>(&mut self, endpoint: E) -> Option<E::Reply> {
        let name = format!("{} {}", E::METHOD.as_str(), E::PATH);
        match self.client.send(&endpoint).await {
            Ok(reply) => Some(reply),
            Err(problem) => {
                self.refused.push((name, problem.code, problem.message));
                None
            }
        }
    }

    async fn life(&mut self) {
        self.ask(GetHealth).await;
        self.ask(GetMe).await;
        self.ask(GetSystemStatus).await;
        self.ask(ListPlatforms).await;
        self.ask(GetCryptoReport).await;
        self.ask(GetPlatform { name: "linux".into() }).await;
        self.ask(ReloadPlatforms).await;
        self.platforms().await;
        let tag = self.ask(CreateTag(TagInput { name: Some("walk".into()), ..TagInput::default() })).await;
        let tag = tag.map(|tag| tag.id).unwrap_or_default();
        let credential = CredentialInput {
            username: Some("walker".into()),
            password: Some(Secret::new("a password")),
            tags: Some(vec![tag]),
            ..CredentialInput::default()
        };
        let credential = self.ask(CreateCredential(credential)).await;
        let credential = credential.map(|credential| credential.id).unwrap_or_default();
        let device = DeviceInput {
            hostname: Some("walk-1".into()),
            ip_address: Some("192.0.2.99".into()),
            device_type: Some("cisco_ios".into()),
            tags: Some(vec![tag]),
            ..DeviceInput::default()
        };
        let device = self.ask(CreateDevice(device)).await.map(|device| device.id).unwrap_or_default();
        let job = JobInput {
            name: Some("walk".into()),
            job_type: Some(netraven_api::jobs::JobKind::ConfigBackup),
            tags: Some(vec![tag]),
            ..JobInput::default()
        };
        let job = self.ask(CreateJob(job)).await.map(|job| job.id).unwrap_or_default();
        self.setup(tag, credential, device, job).await;
        let run = self.ask(RunJob(job)).await.and_then(|started| started.run_id).unwrap_or_default();
        self.look(device, job, run).await;
        self.ask(CancelDevice { run_id: run, device_id: device }).await;
        if self.ask(CancelRun(run)).await.is_some() {
            self.until_ended(run).await;
        }
        let again = self.ask(RunAgain(run, Again::failed())).await.and_then(|started| started.run_id);
        if let Some(again) = again
            && self.ask(CancelRun(again)).await.is_some()
        {
            self.until_ended(again).await;
        }
        self.ask(DeleteJob(job)).await;
        self.ask(DeleteDevice(device)).await;
        self.ask(DeleteCredential(credential)).await;
        self.ask(DeleteTag(tag)).await;
    }

    async fn platforms(&mut self) {
        let text = "name = 'walk_os'\ntitle = 'Walk OS'\nextends = 'linux'\n";
        self.ask(CheckPlatform { text: text.into() }).await;
        let new = SavePlatform { text: text.into(), based_on: None, recordings: Vec::new() };
        let version = self.ask(new).await.map(|saved| saved.version).unwrap_or_default();
        self.ask(GetSavedPlatform { name: "walk_os".into() }).await;
        self.ask(DeletePlatform { name: "walk_os".into(), version }).await;
        let model = "class Walk < Oxidized::Model\n  cmd 'show config'\nend\n";
        self.ask(SketchPlatform { file: "walk.rb".into(), text: model.into() }).await;
    }

    /// A job whose run has not ended cannot be removed.
    async fn until_ended(&self, run: RunId) {
        let ended = async {
            while self.client.send(&GetRun(run)).await.is_ok_and(|run| run.status.is_active()) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ended).await.expect("the cancelled run ends");
    }

    async fn jump_host(&mut self, credential: CredentialId) {
        self.ask(ListJumpHosts { size: Some(100), ..ListJumpHosts::default() }).await;
        let input = JumpHostInput {
            name: Some("walk-jump".into()),
            address: Some("192.0.2.98".into()),
            credential_id: Some(credential),
            ..JumpHostInput::default()
        };
        let id = self.ask(CreateJumpHost(input)).await.map(|host| host.id).unwrap_or_default();
        self.ask(GetJumpHost(id)).await;
        let input = JumpHostInput { note: Some("walked".into()), ..JumpHostInput::default() };
        self.ask(UpdateJumpHost(id, input)).await;
        let key = |word: &str| format!("SHA256:{word}");
        let trusted = TrustedKey { key_type: "ssh-ed25519".into(), sha256: key("new"), replaces: key("old") };
        self.ask(TrustJumpHostKey(id, trusted)).await;
        self.ask(ForgetJumpHostKey(id)).await;
        self.ask(SetJumpHostPolicy(id, SessionPolicy { at_once: Some(8), ..SessionPolicy::default() })).await;
        self.ask(GetJumpHostPolicy(id)).await;
        self.ask(DeleteJumpHost(id)).await;
    }

    async fn session_policies(&mut self, tag: TagId, device: DeviceId) {
        let policy = || SessionPolicy { connect_seconds: Some(20), ..SessionPolicy::default() };
        self.ask(SetServerPolicy(policy())).await;
        self.ask(GetServerPolicy).await;
        self.ask(SetTagPolicy(tag, policy())).await;
        self.ask(GetTagPolicy(tag)).await;
        self.ask(SetDevicePolicy(device, policy())).await;
        self.ask(GetDevicePolicy(device)).await;
        self.ask(SetServerPolicy(SessionPolicy::default())).await;
    }

    async fn setup(&mut self, tag: TagId, credential: CredentialId, device: DeviceId, job: JobId) {
        self.ask(ListTags { size: Some(100), name: Some("walk".into()), ..ListTags::default() }).await;
        self.ask(GetTag(tag)).await;
        self.ask(UpdateTag(tag, TagInput { description: Some("walked".into()), ..TagInput::default() })).await;
        self.ask(ListCredentials { tag_id: vec![tag], ..ListCredentials::default() }).await;
        self.ask(GetCredential(credential)).await;
        let priority = CredentialInput { priority: Some(7), ..CredentialInput::default() };
        self.ask(UpdateCredential(credential, priority)).await;
        self.jump_host(credential).await;
        self.session_policies(tag, device).await;
        self.ask(ListDevices { hostname: Some("walk".into()), tag_id: vec![tag], ..ListDevices::default() }).await;
        self.ask(GetDevice(device)).await;
        self.ask(UpdateDevice(device, DeviceInput { port: Some(2022), ..DeviceInput::default() })).await;
        self.ask(ApproveDevice(device, Seen::default())).await;
        let several = vec![SeenDevice { id: device, revision: None }];
        self.ask(ApproveDevices { devices: several }).await;
        self.ask(GetHostKey(device)).await;
        let key = |word: &str| format!("SHA256:{word}");
        let trusted = TrustedKey { key_type: "ssh-ed25519".into(), sha256: key("new"), replaces: key("old") };
        self.ask(TrustHostKey(device, trusted)).await;
        self.ask(ForgetHostKey(device)).await;
        self.ask(DiffStartup(device)).await;
        self.ask(ListKeptFiles(device)).await;
        self.ask(DownloadKeptFile { file_id: 1.into(), part: 1 }).await;
        let trial = StartTrial(TrialInput::new(device, TrialPurpose::Connection));
        let trial = self.ask(trial).await.map(|trial| trial.id).unwrap_or_default();
        self.ask(GetTrial(trial)).await;
        self.ask(CancelTrial(trial)).await;
        self.ask(ListJobs {
            size: Some(100),
            name: Some("walk".into()),
            is_enabled: Some(true),
            ..ListJobs::default()
        })
        .await;
        self.ask(GetJob(job)).await;
        let interval = JobInput { schedule: Schedule::every(86_400), ..JobInput::default() };
        self.ask(UpdateJob(job, interval)).await;
        self.ask(UpdateJob(job, JobInput { is_enabled: Some(false), ..JobInput::default() })).await;
        self.ask(GetJobStatus).await;
        self.ask(ListRecentJobs { limit: Some(5) }).await;
    }

    async fn look(&mut self, device: DeviceId, job: JobId, run: RunId) {
        let since = "2026-01-01T00:00:00Z".parse().ok();
        let lately = || RunFilter { start_time: since, ..RunFilter::default() };
        self.ask(ListRuns { size: Some(50), page: Some(1), ..ListRuns::from(lately()) }).await;
        let status = vec![RunStatus::Queued, RunStatus::Running];
        let found = RunFilter { job_id: Some(job), search: Some("walk".into()), ..RunFilter::default() };
        self.ask(ListRuns { status, ..ListRuns::from(found) }).await;
        self.ask(SummarizeRuns { filter: lately() }).await;
        let edge = ["2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z"];
        let edge = edge.iter().filter_map(|at| at.parse().ok()).collect();
        self.ask(GetRunOutcomes { edge, filter: lately() }).await;
        self.ask(GetRunTimeline { filter: lately(), limit: Some(50), ..GetRunTimeline::default() }).await;
        let (trigger, device_id) = (vec![Trigger::Manual], Some(device));
        let filter = RunFilter { trigger, device_id, tag_id: vec![1.into()], ..RunFilter::default() };
        self.ask(ListRuns::from(filter.clone())).await;
        self.ask(SummarizeRuns { filter }).await;
        self.ask(GetRun(run)).await;
        let failed = vec![DeviceState::Failure, DeviceState::Cancelled];
        let (sort, order) = (Some(RunDeviceColumn::Duration), Some(Order::Descending));
        let cause = vec![Cause::AuthFailed];
        self.ask(ListRunDevices { run_id: run, page: Some(1), size: Some(100), ..ListRunDevices::default() }).await;
        self.ask(ListRunDevices {
            run_id: run,
            state: failed,
            cause,
            search: Some("walk".into()),
            sort,
            order,
            ..ListRunDevices::default()
        })
        .await;
        self.ask(GetRunDevice { run_id: run, device_id: device }).await;
        self.ask(GetJobMatrix { job_id: job, runs: Some(30), page: Some(1), size: Some(50) }).await;
        self.ask(ListResults { device_id: Some(device), status: vec!["Failure".into()], ..ListResults::default() })
            .await;
        self.ask(ListResults { run_id: Some(run), ..ListResults::default() }).await;
        let levels: Vec<netraven_api::Open<_>> = vec!["ERROR".into(), "critical".into()];
        let lately = || LogFilter { start_time: since, ..LogFilter::default() };
        let newest = self.ask(ListLogs { size: Some(100), ..ListLogs::from(lately()) }).await;
        let oldest = newest.and_then(|page| page.items.last().map(|line| line.id)).unwrap_or(LogId::new(1));
        let severe = LiveFilter { level: levels, ..LiveFilter::default() };
        let log_type = vec!["job".into(), "system".into()];
        self.ask(ListLogs::from(LiveFilter { log_type, ..severe.clone() })).await;
        self.ask(ListLogs::from(LogFilter { search: Some("timeout".into()), ..severe.into() })).await;
        let of_run = LiveFilter { run_id: Some(run), ..LiveFilter::default() };
        self.ask(ListLogs { before: Some(oldest), ..ListLogs::from(of_run) }).await;
        self.ask(ListLogTypes).await;
        self.ask(ListLogLevels).await;
        self.ask(GetLogStats).await;
        let live = LiveFilter { device_id: Some(device), ..LiveFilter::default() };
        self.ask(GetLogHistogram { filter: LogFilter { live, ..lately() }, buckets: None }).await;
        self.ask(ListConfigs { device_id: Some(device), limit: Some(5), ..ListConfigs::default() }).await;
        self.ask(ListConfigHistory(device)).await;
        self.ask(GetConfig(902.into())).await;
        self.ask(ExportConfig(902.into())).await;
    }
}
