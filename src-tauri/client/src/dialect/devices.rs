//! Devices.

mod import;

use std::sync::Arc;

use netraven_api::devices::{Device, DeviceSource};
use netraven_api::native::Feature;
use netraven_api::page::MAX_SIZE;
use netraven_api::platforms::AUTO;
use netraven_api::problem::Code;
use netraven_api::sorting::DeviceColumn;
use netraven_api::{DeviceId, Method, Open, Problem, Transport};
use serde_json::{Map, Value};

use super::lists::{MOST_ROWS, finish, note, rows_of};
use super::names::Hostnames;
use super::parsed_request::{ParsedRequest, id};
use super::row::{Row, reply};
use super::tags::{tags, unique_tags};
use super::{Context, offered, used};

/// Columns whose values the server's list does not have.
const UNTOLD: [DeviceColumn; 2] = [DeviceColumn::LastResult, DeviceColumn::LastSnapshotAt];

/// Answers requests for devices.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    match (request.method, rest) {
        (Method::Get, []) => list(context, request).await,
        (Method::Get, [text]) if *text != "import" => {
            let path = format!("/devices/{}", id::<DeviceId>(text)?);
            let mut found = device(Row(&context.get(&path, &[]).await?));
            found.matching_credentials_count = matching(context, &path).await.unwrap_or_default();
            Ok(reply(&found))
        }
        (Method::Post, []) => Ok(reply(&add(context, request.fields()?).await?)),
        (Method::Delete, [text]) if *text != "import" => delete(context, request, id(text)?).await,
        (Method::Put, [text]) => update(context, request, id(text)?).await,
        (Method::Post, ["approve"] | [_, "approve"]) => Err(offered::refusal(Feature::Approvals)),
        (Method::Post, ["import"]) => Ok(reply(&import::answer(context, request).await?)),
        (Method::Post, ["import", "check"]) => Ok(reply(&import::look(context, request).await?)),
        (_, [_, "host-key"]) => Err(offered::refusal(Feature::HostKeys)),
        (_, [_, "startup", "diff"]) => Err(offered::refusal(Feature::Startup)),
        (_, [_, "files"]) => Err(offered::refusal(Feature::KeptFiles)),
        _ => context.plain(request).await,
    }
}

/// A device of the server; fields it does not send stay empty.
pub fn device(row: Row) -> Device {
    Device {
        id: row.id(),
        hostname: row.word("hostname"),
        ip_address: row.word("ip_address"),
        device_type: row.word("device_type"),
        description: row.text("description"),
        port: row.number("port"),
        serial_number: row.text("serial_number"),
        model: row.text("model"),
        source: row.text("source").map_or(DeviceSource::Local.into(), |word| Open::of(&word)),
        notes: row.text("notes"),
        created_at: row.time("created_at"),
        last_seen: row.time("last_seen"),
        tags: tags(row),
        matching_credentials_count: row.number("matching_credentials_count").unwrap_or_default(),
        last_updated: row.time("last_updated"),
        updated_by: row.text("updated_by"),
        transport: Transport::Ssh,
        recognised: None,
        jump_host_id: None,
        direct: false,
        way: None,
        last_result: None,
        last_cause: None,
        last_result_at: None,
        last_snapshot_at: None,
        startup: None,
        approval: None,
    }
}

/// Every device, by hostname.
pub async fn all(context: Context<'_>) -> Result<Vec<Device>, Problem> {
    let loaded = context.all("/devices/", &[], MOST_ROWS).await?;
    Ok(sorted(&loaded.rows))
}

impl Context<'_> {
    /// Hostnames of the devices; empty if they cannot be read.
    pub async fn names(self) -> Hostnames {
        if let Some(names) = self.server.names.kept() {
            return names;
        }
        let devices = all(self).await.unwrap_or_default();
        let names: Hostnames = Arc::new(devices.into_iter().map(|device| (device.id, device.hostname)).collect());
        self.server.names.keep(Arc::clone(&names));
        names
    }
}

fn sorted(rows: &[Value]) -> Vec<Device> {
    let mut devices: Vec<Device> = rows.iter().map(|row| device(Row(row))).collect();
    devices.sort_by_key(|device| (device.hostname.to_lowercase(), device.id));
    devices
}

async fn list(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let by_what_is_not_told = request.word("sort").is_some_and(|column| UNTOLD.contains(&column));
    if by_what_is_not_told || !request.many("last_result").is_empty() {
        return Err(offered::refusal(Feature::NewestResults));
    }
    let is_about_startup = request.word("sort") == Some(DeviceColumn::UnsavedSince);
    if is_about_startup || !request.many("startup").is_empty() {
        return Err(offered::refusal(Feature::Startup));
    }
    let has_credential = request.one("has_credential").map(|word| word == "true");
    if !request.many("approval").is_empty() {
        return Err(offered::refusal(Feature::Approvals));
    }
    let filter = request.given(&["hostname", "ip_address", "serial_number", "model", "notes", "tag_id"]);
    let loaded = context.all("/devices/", &filter, MOST_ROWS).await?;
    // The server accepts one value of these, and fails at a source it does not know.
    let (platforms, sources) = (request.many("device_type"), request.many("source"));
    let mut devices = sorted(&loaded.rows);
    devices.retain(|device| {
        (platforms.is_empty() || platforms.contains(&device.device_type))
            && has_credential.is_none_or(|wanted| wanted == (device.matching_credentials_count > 0))
            && (sources.is_empty() || sources.iter().any(|source| source.eq_ignore_ascii_case(device.source.as_str())))
    });
    finish(&devices, request, note(&loaded, "devices"))
}

/// Adds a device. If no credential fits it, the server saves it and then answers as if it had not.
async fn create(context: Context<'_>, mut fields: Map<String, Value>) -> Result<Device, Problem> {
    unique_tags(&mut fields);
    over_ssh(context, &mut fields)?;
    with_platform(context, &fields)?;
    without_jump_host(context, &mut fields)?;
    let hostname = fields.get("hostname").and_then(Value::as_str).unwrap_or_default().to_owned();
    match context.change(Method::Post, "/devices/".to_owned(), Some(Value::Object(fields))).await {
        Ok(made) => Ok(device(Row(&made))),
        Err(problem) if problem.message.starts_with("No credentials match this device") => {
            let found = context.page("/devices/", &[("hostname", hostname.clone())], 1, MAX_SIZE).await?;
            sorted(&rows_of(&found)).into_iter().find(|device| device.hostname == hostname).ok_or(problem)
        }
        Err(problem) => Err(problem),
    }
}

/// Takes out the transport where the server has no place for it; one other than SSH is refused instead of losing it.
fn over_ssh(context: Context<'_>, fields: &mut Map<String, Value>) -> Result<(), Problem> {
    if offers_transports(context) {
        return Ok(());
    }
    match fields.remove("transport") {
        Some(Value::String(word)) if word != Transport::Ssh.as_str() => {
            Err(Problem::field("body.transport", offered::reason(Feature::Transports)))
        }
        _ => Ok(()),
    }
}

/// Refuses to have the platform recognised: the server would take the word for the name of a platform.
fn with_platform(context: Context<'_>, fields: &Map<String, Value>) -> Result<(), Problem> {
    let is_auto = fields.get("device_type").and_then(Value::as_str) == Some(AUTO);
    match is_auto && !offers_recognition(context) {
        true => Err(Problem::field("body.device_type", offered::reason(Feature::Recognition))),
        false => Ok(()),
    }
}

fn offers_recognition(context: Context<'_>) -> bool {
    context.server.description.takes("Device", "recognised")
}

/// Takes out the way through jump hosts where the server has none; a jump host is refused instead of losing it.
fn without_jump_host(context: Context<'_>, fields: &mut Map<String, Value>) -> Result<(), Problem> {
    if context.server.description.takes("DeviceCreate", "jump_host_id") {
        return Ok(());
    }
    // Each device of such a server is reached directly.
    fields.remove("direct");
    match fields.remove("jump_host_id") {
        Some(id) if !id.is_null() => Err(Problem::field("body.jump_host_id", offered::reason(Feature::JumpHosts))),
        _ => Ok(()),
    }
}

fn offers_transports(context: Context<'_>) -> bool {
    context.server.description.takes("DeviceCreate", "transport")
}

/// Adds a device and counts the credentials that fit it, which the server's answer does not include.
async fn add(context: Context<'_>, fields: Map<String, Value>) -> Result<Device, Problem> {
    let mut added = create(context, fields).await?;
    let path = format!("/devices/{}", added.id);
    let count = match matching(context, &path).await {
        Some(count) => Some(count),
        None => listed(context, &added).await,
    };
    added.matching_credentials_count = count.unwrap_or_default();
    Ok(added)
}

/// The number of credentials that fit a device, as the list reports it.
async fn listed(context: Context<'_>, added: &Device) -> Option<i64> {
    let found = context.page("/devices/", &[("hostname", added.hostname.clone())], 1, MAX_SIZE).await.ok()?;
    let rows = rows_of(&found);
    rows.iter().map(Row).find(|row| row.id::<DeviceId>() == added.id)?.number("matching_credentials_count")
}

/// A device with results cannot be deleted: the server fails at it without a reason.
async fn delete(context: Context<'_>, request: &ParsedRequest, id: DeviceId) -> Result<Value, Problem> {
    used::refuse(context, ("device_id", id), "device").await?;
    context.plain(request).await.map_err(|problem| match problem.code {
        Code::Internal => offered::refusal(Feature::DeleteUsed),
        _ => problem,
    })
}

/// The number of credentials that fit a device, which the server reports only in its list.
async fn matching(context: Context<'_>, path: &str) -> Option<i64> {
    let path = format!("{path}/credentials");
    if !context.server.description.shows(Method::Get, &path) {
        return None;
    }
    let found = context.get(&path, &[]).await.ok()?;
    i64::try_from(found.as_array()?.len()).ok()
}

async fn update(context: Context<'_>, request: &ParsedRequest, id: DeviceId) -> Result<Value, Problem> {
    let mut fields = request.fields()?;
    unique_tags(&mut fields);
    over_ssh(context, &mut fields)?;
    with_platform(context, &fields)?;
    without_jump_host(context, &mut fields)?;
    match context.change(Method::Put, format!("/devices/{id}"), Some(Value::Object(fields))).await {
        Ok(changed) => Ok(reply(&device(Row(&changed)))),
        Err(problem) if problem.code == Code::Internal => {
            let message = "This server failed to change the device, and nothing was saved; some versions of NetRaven \
                           fail at every such change. Delete the device and add it again, or update the server.";
            Err(Problem::new(Code::NotOffered, message))
        }
        Err(problem) => Err(problem),
    }
}
