//! Approving devices: only an admin decides which of them receive credentials.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::DeviceId;
use netraven_api::devices::{ApproveDevice, ApproveDevices, ApprovedDevices, Device, NotApproved, Seen, SeenDevice};
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use serde_json::json;

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Body, Id, Maybe};
use super::http::mount::Mount;
use crate::journal::About;

/// Most devices in one request.
const MOST: usize = 1_000;
/// Why an existing device is not approved.
const NOT_AS_SEEN: &str = "The device was changed since you loaded it: review it again, then approve it.";

/// Mounts the endpoints of approvals.
pub fn mount(mount: &mut Mount) {
    mount.add::<ApproveDevice, _>(approve);
    mount.add::<ApproveDevices, _>(approve_several);
}

async fn approve(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<DeviceId>,
    Maybe(seen): Maybe<Seen>,
) -> Result<Json<Device>, ApiError> {
    let seen = SeenDevice { id, revision: seen.revision };
    let done = state.store.approve_devices(&[seen], caller.name()).await?;
    if !done.changed.is_empty() {
        return Err(ApiError::detail(StatusCode::CONFLICT, NOT_AS_SEEN));
    }
    let device = state.store.device(id).await?;
    log(&state, &caller, &device);
    state.journal.changed(Changed::Devices).await;
    Ok(Json(device))
}

async fn approve_several(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<ApproveDevices>,
) -> Result<Json<ApprovedDevices>, ApiError> {
    let count = wanted.devices.len();
    if !(1..=MOST).contains(&count) {
        let sentence = format!("Name 1 to {MOST} devices; {count} were given.");
        return Err(ApiError::body_field("devices", "value_error", sentence, json!(count)));
    }
    let done = state.store.approve_devices(&wanted.devices, caller.name()).await?;
    for device in state.store.devices_named(&done.approved).await? {
        log(&state, &caller, &device);
    }
    if !done.approved.is_empty() {
        state.journal.changed(Changed::Devices).await;
    }
    let mut refused: Vec<NotApproved> = Vec::new();
    for device in &wanted.devices {
        let message = match device.id {
            id if done.approved.contains(&id) || refused.iter().any(|one| one.id == id) => continue,
            id if done.changed.contains(&id) => NOT_AS_SEEN,
            _ => "Device not found",
        };
        refused.push(NotApproved { id: device.id, message: message.to_owned() });
    }
    Ok(Json(ApprovedDevices { approved: done.approved, refused }))
}

/// Logs who approved a device, and for what.
fn log(state: &AppState, caller: &Caller, device: &Device) {
    let tags: Vec<&str> = device.tags.iter().map(|tag| tag.name.as_str()).collect();
    let message = format!(
        "{} was approved by {} at {}{}{} with the tags {}: credentials may be sent to it.",
        device.hostname,
        caller.name(),
        place(device),
        through(device),
        over(device),
        tags.join(", ")
    );
    let meta = json!({ "approved_by": caller.name(), "ip_address": device.ip_address, "port": device.port,
        "transport": device.transport, "device_type": device.device_type, "tags": tags });
    let about = About { device_id: Some(device.id), ..About::default() };
    state.journal.line(Level::Info, LogType::System, "server.approvals", about, message, meta);
}

/// Logs that a device waits because somebody added or changed it.
pub fn tell(state: &AppState, caller: &Caller, device: &Device, what: &str) {
    let Some(approval) = device.approval.as_ref().filter(|approval| approval.waiting && !caller.author().approves)
    else {
        return;
    };
    let message = format!(
        "{} was {what} by {} and is now at {}{}{}: no credential is sent to it until an admin approves it.",
        device.hostname,
        caller.name(),
        place(device),
        through(device),
        over(device)
    );
    let meta = json!({ "changed_by": approval.changed_by, "ip_address": device.ip_address, "port": device.port,
        "transport": device.transport, "device_type": device.device_type, "new_tags": approval.new_tags });
    let about = About { device_id: Some(device.id), ..About::default() };
    state.journal.line(Level::Warning, LogType::System, "server.approvals", about, message, meta);
}

/// The jump hosts on the way, where there are any.
fn through(device: &Device) -> String {
    let names = device.way.as_ref().map(|way| way.names.join(" and ")).filter(|names| !names.is_empty());
    names.map(|names| format!(" through {names}")).unwrap_or_default()
}

/// What carries a session, where that is not encrypted.
fn over(device: &Device) -> String {
    let title = device.transport.title();
    if device.transport.is_encrypted() { String::new() } else { format!(" (over {title}, not encrypted)") }
}

/// Address and port as they are usually written.
fn place(device: &Device) -> String {
    let (address, port) = (&device.ip_address, device.port.unwrap_or(22));
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}
