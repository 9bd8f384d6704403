//! Importing the hosts of an ssh_config: first what would come of each, then the jump hosts in one transaction and the
//! devices batch by batch. What is there stays as it is, unless a change is asked for.

mod devices;
mod jumps;
mod logins;
mod report;

use std::collections::HashSet;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use netraven_api::TagId;
use netraven_api::devices::{
    CheckSshConfig, ImportSshConfig, SshConfigInput, SshConfigOutcome, SshHostFate, SshHostKind,
};
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::platforms::AUTO;
use netraven_api::sheet::quoted;
use netraven_api::ssh_config::{self, SshConfig};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::Body;
use super::http::mount::Mount;
use super::{AppState, tags};
use crate::journal::About;
use logins::Logins;
use report::HostReport;

/// How long an import adds devices; the caller waits little longer for the answer.
const LIMIT: Duration = Duration::from_secs(40);
/// Advice for hosts that were not looked at.
const AGAIN: &str = "Import the same file again: hosts already added are recognised.";

/// Mounts the endpoints of the import.
pub fn mount(mount: &mut Mount) {
    mount.add::<ImportSshConfig, _>(import);
    mount.add::<CheckSshConfig, _>(check);
}

async fn import(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<SshConfigInput>,
) -> Result<Json<SshConfigOutcome>, ApiError> {
    let (config, import) = SshImport::prepare(&state, &caller, input, ImportStep::Take).await?;
    let outcome = import.run(&config).await?;
    tell(&state, &caller, &outcome).await;
    Ok(Json(outcome))
}

async fn check(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<SshConfigInput>,
) -> Result<Json<SshConfigOutcome>, ApiError> {
    let (config, import) = SshImport::prepare(&state, &caller, input, ImportStep::Look).await?;
    Ok(Json(import.run(&config).await?))
}

/// Whether hosts are only looked at, or added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ImportStep {
    Look,
    Take,
}

/// An import of one file.
struct SshImport<'a> {
    state: &'a AppState,
    caller: &'a Caller,
    step: ImportStep,
    /// Platform of new devices.
    platform: String,
    /// Tags of new devices.
    tags: Vec<TagId>,
    /// Names of devices that are left out.
    left_out: HashSet<String>,
    /// Whether hosts that differ are changed.
    updates: bool,
    logins: Logins,
    report: HostReport,
    until: Instant,
}

impl<'a> SshImport<'a> {
    /// Reads the file, and checks what is asked for besides.
    async fn prepare(
        state: &'a AppState,
        caller: &'a Caller,
        input: SshConfigInput,
        step: ImportStep,
    ) -> Result<(SshConfig, SshImport<'a>), ApiError> {
        let SshConfigInput { config, device_type, tags, credential_id, leave_out, update } = input;
        let platform = platform(state, device_type).await?;
        tags::known(state, tags.as_deref()).await?;
        let read = tokio::task::spawn_blocking(move || ssh_config::read(&config)).await;
        let config = read
            .map_err(|error| ApiError::Broken(error.to_string()))?
            .map_err(|why| ApiError::body_field("config", "value_error", why, Value::Null))?;
        let tags = tags.unwrap_or_default();
        let logins = Logins::of(state, &config, credential_id, &tags).await?;
        let import = SshImport {
            state,
            caller,
            step,
            platform,
            tags,
            left_out: leave_out.unwrap_or_default().into_iter().collect(),
            updates: update == Some(true),
            logins,
            report: HostReport::default(),
            until: Instant::now() + LIMIT,
        };
        Ok((config, import))
    }

    async fn run(mut self, config: &SshConfig) -> Result<SshConfigOutcome, ApiError> {
        for host in &config.wrong {
            self.report.tell((SshHostKind::Device, SshHostFate::Wrong), host.line, &host.name, &host.why);
        }
        for other in &config.other_names {
            let of = format!("it is another name of {}", other.of);
            self.report.tell((SshHostKind::Device, SshHostFate::Same), other.line, &other.name, &of);
        }
        let stands = self.jump_hosts(&config.jump_hosts).await?;
        let stopped = self.devices(config, &stands).await?;
        let logins = self.logins.told();
        Ok(self.report.outcome(&config.remarks, logins, stopped))
    }
}

/// The platform of new devices.
async fn platform(state: &AppState, name: Option<String>) -> Result<String, ApiError> {
    let Some(name) = name else { return Ok(AUTO.to_owned()) };
    let known = state.platforms.refreshed(&state.journal).await.registry.names();
    if name == AUTO || known.contains(&name) {
        return Ok(name);
    }
    let sentence = format!("The platform {} is not known: use one from the list of platforms.", quoted(&name));
    Err(ApiError::body_field("device_type", "value_error", sentence, name.into()))
}

/// Logs an import that added or changed something, and wakes who shows devices.
async fn tell(state: &AppState, caller: &Caller, outcome: &SshConfigOutcome) {
    let (jump_hosts, devices, updated) = (outcome.jump_hosts.new, outcome.devices.new, outcome.updated);
    if jump_hosts + devices + updated == 0 {
        return;
    }
    state.journal.changed(Changed::Devices).await;
    state.journal.changed(Changed::Setup).await;
    let (level, waits) = if caller.author().approves {
        (Level::Info, ".")
    } else {
        (Level::Warning, ": no credential is sent to these devices until an admin approves them.")
    };
    let name = caller.name();
    let new = format!("{} and {}", count(jump_hosts, "jump host"), count(devices, "device"));
    let changed = if updated == 0 { String::new() } else { format!(", and changed {}", count(updated, "host")) };
    let message = format!("{name} imported {new} from an ssh_config{changed}{waits}");
    let meta = json!({ "jump_hosts": jump_hosts, "devices": devices, "updated": updated, "imported_by": name });
    state.journal.line(level, LogType::System, "server.import", About::default(), message, meta);
}

fn count(count: i64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
