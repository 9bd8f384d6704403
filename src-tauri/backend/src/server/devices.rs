//! Devices and their stored host keys.

use axum::Json;
use axum::extract::State;
use netraven_api::DeviceId;
use netraven_api::address::Address;
use netraven_api::credentials::Credential;
use netraven_api::devices::{
    CheckImport, CreateDevice, DeleteDevice, Device, DeviceInput, ForgetHostKey, GetDevice, GetHostKey, HostKey,
    ImportDevices, ImportPlan, Imported, ListDeviceCredentials, ListDevices, TrustHostKey, TrustedKey, UpdateDevice,
};
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use serde_json::{Value, json};

use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Body, Change, Id, New, Query, Resource};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;
use super::{AppState, approvals, host_keys, import, tags};
use crate::journal::About;

/// Mounts the endpoints of devices.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListDevices, _>(list);
    mount.add::<GetDevice, _>(get);
    mount.add::<CreateDevice, _>(create);
    mount.add::<UpdateDevice, _>(update);
    mount.add::<DeleteDevice, _>(delete);
    approvals::mount(mount);
    mount.add::<ListDeviceCredentials, _>(credentials);
    mount.add::<ImportDevices, _>(import_csv);
    mount.add::<CheckImport, _>(check_csv);
    mount.add::<GetHostKey, _>(host_key);
    mount.add::<TrustHostKey, _>(trust_host_key);
    mount.add::<ForgetHostKey, _>(forget_host_key);
}

impl Resource for DeviceInput {
    const NEW: &'static str = "DeviceCreate";
    const NEEDED: &'static [&'static str] = &["hostname", "ip_address", "device_type"];
    const EMPTIED: &'static [&'static str] = &["description", "serial_number", "model", "notes"];
}

async fn list(State(state): State<AppState>, Query(query): Query<ListDevices>) -> Result<RawJson, ApiError> {
    Ok(state.store.list_devices(&query).await?.into())
}

async fn get(State(state): State<AppState>, Id(id): Id<DeviceId>) -> Result<Json<Device>, ApiError> {
    Ok(Json(state.store.device(id).await?))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    New(mut input): New<DeviceInput>,
) -> Result<Json<Device>, ApiError> {
    canonical(&mut input)?;
    one_way(&input)?;
    with_port(&mut input)?;
    tags::known(&state, input.tags.as_deref()).await?;
    let id = state.store.create_device(&input, &caller.author()).await?;
    state.journal.changed(Changed::Devices).await;
    let device = state.store.device(id).await?;
    approvals::tell(&state, &caller, &device, "added");
    Ok(Json(device))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<DeviceId>,
    Change(mut input, emptied): Change<DeviceInput>,
) -> Result<Json<Device>, ApiError> {
    canonical(&mut input)?;
    one_way(&input)?;
    tags::known(&state, input.tags.as_deref()).await?;
    state.store.update_device(id, &input, &emptied, &caller.author()).await?;
    state.journal.changed(Changed::Devices).await;
    let device = state.store.device(id).await?;
    approvals::tell(&state, &caller, &device, "changed");
    Ok(Json(device))
}

async fn delete(State(state): State<AppState>, caller: Caller, Id(id): Id<DeviceId>) -> Result<(), ApiError> {
    let device = state.store.device(id).await?;
    state.store.delete_device(id).await?;
    let message = format!("Device {} was deleted by {}.", device.hostname, caller.name());
    state.journal.line(
        Level::Info,
        LogType::System,
        "server.devices",
        About::default(),
        message,
        json!({ "device_id": id }),
    );
    state.journal.changed(Changed::Devices).await;
    Ok(())
}

async fn credentials(State(state): State<AppState>, Id(id): Id<DeviceId>) -> Result<Json<Vec<Credential>>, ApiError> {
    state.store.device(id).await?;
    Ok(Json(state.store.credentials_of_device(id).await?))
}

async fn import_csv(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<ImportDevices>,
) -> Result<Json<Imported>, ApiError> {
    let sheet = import::open(&input.csv)?;
    let tally = import::take(&state, &caller.author(), sheet).await?;
    Ok(Json(tally.imported()))
}

async fn check_csv(
    State(state): State<AppState>,
    Body(input): Body<CheckImport>,
) -> Result<Json<ImportPlan>, ApiError> {
    let sheet = import::open(&input.csv)?;
    let separator = sheet.separator().one().to_owned();
    let columns = sheet.columns().map(|column| column.name().to_owned()).collect();
    let (tally, new_tags) = import::look(&state, sheet).await?;
    Ok(Json(ImportPlan { separator, columns, new_tags, outcome: tally.imported(), note: None }))
}

async fn host_key(State(state): State<AppState>, Id(id): Id<DeviceId>) -> Result<Json<HostKey>, ApiError> {
    let key = state.store.host_key(id).await?;
    key.map(Json).ok_or_else(|| {
        ApiError::not_found("No host key is stored for this device: no session has signed in to it yet.")
    })
}

async fn trust_host_key(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<DeviceId>,
    Body(key): Body<TrustedKey>,
) -> Result<Json<HostKey>, ApiError> {
    state.store.device(id).await?;
    host_keys::check("device", state.store.shown_host_key(id).await?.as_ref(), &key)?;
    if !state.store.replace_host_key(id, &key, caller.name()).await? {
        return Err(host_keys::overtaken());
    }
    let about = About { device_id: Some(id), ..About::default() };
    let message =
        format!("{} trusted the key {} of this device, replacing {}.", caller.name(), key.sha256, key.replaces);
    let meta = json!({ "key_type": key.key_type, "trusted": key.sha256, "replaced": key.replaces });
    state.journal.line(Level::Warning, LogType::Connection, "server.devices", about, message, meta);
    host_key(State(state), Id(id)).await
}

async fn forget_host_key(State(state): State<AppState>, caller: Caller, Id(id): Id<DeviceId>) -> Result<(), ApiError> {
    let old = state.store.host_key(id).await?;
    state.store.forget_host_key(id).await?;
    let about = About { device_id: Some(id), ..About::default() };
    let message = format!(
        "The stored host key was forgotten by {}; the next session trusts the key the device shows.",
        caller.name()
    );
    let meta = json!({ "forgotten": old.map(|key| key.sha256) });
    state.journal.line(Level::Warning, LogType::Connection, "server.devices", about, message, meta);
    Ok(())
}

/// Gives a new device the usual port of its transport, if it names none.
fn with_port(input: &mut DeviceInput) -> Result<(), ApiError> {
    if input.port.is_some() {
        return Ok(());
    }
    let usual = input.transport.unwrap_or_default().usual_port();
    input.port = Some(usual.map(i64::from).ok_or_else(|| {
        let sentence = "Raw TCP has no usual port: enter the port of the console line.";
        ApiError::body_field("port", "missing", sentence, Value::Null)
    })?);
    Ok(())
}

/// Refuses a device that is to be reached directly and through a jump host.
fn one_way(input: &DeviceInput) -> Result<(), ApiError> {
    match input.jump_host_id {
        Some(Some(id)) if input.direct == Some(true) => {
            let sentence = "Choose either a jump host or to reach the device directly.";
            Err(ApiError::body_field("jump_host_id", "value_error", sentence, json!(id)))
        }
        _ => Ok(()),
    }
}

/// Writes an address in its canonical form, or refuses it.
pub fn canonical(input: &mut DeviceInput) -> Result<(), ApiError> {
    let Some(address) = &mut input.ip_address else { return Ok(()) };
    match address.parse::<Address>() {
        Ok(read) => *address = read.to_string(),
        Err(why) => {
            let input = address.as_str().into();
            return Err(ApiError::body_field("ip_address", "ip_any_address", format!("{why}."), input));
        }
    }
    Ok(())
}
