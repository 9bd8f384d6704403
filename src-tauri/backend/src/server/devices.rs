//! Devices and their stored host keys.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use netraven_api::credentials::Credential;
use netraven_api::devices::{
    CreateDevice, DeleteDevice, Device, DeviceInput, ForgetHostKey, GetDevice, GetHostKey, HostKey, ImportDevices,
    Imported, ListDeviceCredentials, ListDevices, TrustHostKey, TrustedKey, UpdateDevice,
};
use netraven_api::event::Changed;
use serde_json::json;

use super::auth::Caller;
use super::fault::Fault;
use super::input::{Body, Change, Id, New, Query, Resource};
use super::mount::Mount;
use super::raw::RawJson;
use super::{Shared, approvals, import, tags};
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
    mount.add::<GetHostKey, _>(host_key);
    mount.add::<TrustHostKey, _>(trust_host_key);
    mount.add::<ForgetHostKey, _>(forget_host_key);
}

impl Resource for DeviceInput {
    const NEW: &'static str = "DeviceCreate";
    const NEEDED: &'static [&'static str] = &["hostname", "ip_address", "device_type"];
    const EMPTIED: &'static [&'static str] = &["description", "serial_number", "model", "notes"];
}

async fn list(State(shared): State<Shared>, Query(query): Query<ListDevices>) -> Result<RawJson, Fault> {
    Ok(shared.store.list_devices(&query).await?.into())
}

async fn get(State(shared): State<Shared>, Id(id): Id) -> Result<Json<Device>, Fault> {
    Ok(Json(shared.store.device(id).await?))
}

async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    New(mut input): New<DeviceInput>,
) -> Result<Json<Device>, Fault> {
    canonical(&mut input)?;
    tags::known(&shared, input.tags.as_deref()).await?;
    let id = shared.store.create_device(&input, &caller.author()).await?;
    shared.journal.changed(Changed::Devices).await;
    let device = shared.store.device(id).await?;
    approvals::tell(&shared, &caller, &device, "added");
    Ok(Json(device))
}

async fn update(
    State(shared): State<Shared>,
    caller: Caller,
    Id(id): Id,
    Change(mut input, emptied): Change<DeviceInput>,
) -> Result<Json<Device>, Fault> {
    canonical(&mut input)?;
    tags::known(&shared, input.tags.as_deref()).await?;
    shared.store.update_device(id, &input, &emptied, &caller.author()).await?;
    shared.journal.changed(Changed::Devices).await;
    let device = shared.store.device(id).await?;
    approvals::tell(&shared, &caller, &device, "changed");
    Ok(Json(device))
}

async fn delete(State(shared): State<Shared>, caller: Caller, Id(id): Id) -> Result<(), Fault> {
    let device = shared.store.device(id).await?;
    shared.store.delete_device(id).await?;
    let message = format!("Device {} was deleted by {}.", device.hostname, caller.name());
    shared.journal.line("INFO", "system", "server.devices", About::default(), message, json!({ "device_id": id }));
    shared.journal.changed(Changed::Devices).await;
    Ok(())
}

async fn credentials(State(shared): State<Shared>, Id(id): Id) -> Result<Json<Vec<Credential>>, Fault> {
    shared.store.device(id).await?;
    Ok(Json(shared.store.credentials_of_device(id).await?))
}

async fn import_csv(
    State(shared): State<Shared>,
    caller: Caller,
    Body(input): Body<ImportDevices>,
) -> Result<Json<Imported>, Fault> {
    let imported = import::import(&shared, &input.csv, &caller.author()).await?;
    shared.journal.changed(Changed::Devices).await;
    Ok(Json(imported))
}

async fn host_key(State(shared): State<Shared>, Id(id): Id) -> Result<Json<HostKey>, Fault> {
    let key = shared.store.host_key(id).await?;
    key.map(Json)
        .ok_or_else(|| Fault::not_found("No host key is stored for this device: it has not been signed in to yet."))
}

async fn trust_host_key(
    State(shared): State<Shared>,
    caller: Caller,
    Id(id): Id,
    Body(key): Body<TrustedKey>,
) -> Result<Json<HostKey>, Fault> {
    shared.store.device(id).await?;
    // What is trusted is a key that was met: never one that somebody only wrote into a request.
    match shared.store.shown_host_key(id).await? {
        None => {
            return Err(Fault::bad_request("No session has met a key at this device yet. Run a job with it first."));
        }
        Some((key_type, sha256)) if (&key_type, &sha256) != (&key.key_type, &key.sha256) => {
            return Err(Fault::bad_request(format!(
                "This is not the key the device showed last, which is {key_type} {sha256}. Compare that one with the device's own."
            )));
        }
        Some(_) => {}
    }
    if !shared.store.replace_host_key(id, &key, caller.name()).await? {
        return Err(Fault::bad_request(
            "The stored key is not the one you saw any more. Run the device again and look anew.",
        ));
    }
    let about = About { device_id: Some(id), ..About::default() };
    let message = format!(
        "{} trusts the key {} of this device from now on, in place of {}.",
        caller.name(),
        key.sha256,
        key.replaces
    );
    let meta = json!({ "key_type": key.key_type, "trusted": key.sha256, "replaced": key.replaces });
    shared.journal.line("WARNING", "connection", "server.devices", about, message, meta);
    host_key(State(shared), Id(id)).await
}

async fn forget_host_key(State(shared): State<Shared>, caller: Caller, Id(id): Id) -> Result<(), Fault> {
    let old = shared.store.host_key(id).await?;
    shared.store.forget_host_key(id).await?;
    let about = About { device_id: Some(id), ..About::default() };
    let message =
        format!("The stored host key was forgotten by {}; the next session trusts the key it meets.", caller.name());
    let meta = json!({ "forgotten": old.map(|key| key.sha256) });
    shared.journal.line("WARNING", "connection", "server.devices", about, message, meta);
    Ok(())
}

/// Writes an address in its canonical form, or refuses it.
pub fn canonical(input: &mut DeviceInput) -> Result<(), Fault> {
    let Some(address) = &mut input.ip_address else { return Ok(()) };
    let Some(canonical) = canonical_address(address) else {
        let sentence = "value is not a valid IPv4 or IPv6 address, or host name";
        return Err(Fault::body_field("ip_address", "ip_any_address", sentence, address.as_str().into()));
    };
    *address = canonical;
    Ok(())
}

/// An IPv4 or IPv6 address in its shortest form, or a host name (RFC 1123: labels of letters, digits and `-`, 253 in all).
fn canonical_address(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    // All digits and dots is an address that was mistyped, not a name.
    let has_letter = name.bytes().any(|byte| byte.is_ascii_alphabetic());
    (name.len() <= 253 && has_letter && name.split('.').all(label)).then(|| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_ipv4_ipv6_or_a_name() {
        let check =
            |given: &str, expected: Option<&str>| assert_eq!(canonical_address(given).as_deref(), expected, "{given}");
        check("10.0.0.1", Some("10.0.0.1"));
        check(" 2001:0DB8::0001 ", Some("2001:db8::1"));
        check("[::1]", Some("::1"));
        check("Core-01.example.net.", Some("core-01.example.net"));
        check("10.0.0.256", None);
        check("10.0.0", None);
        check("a..b", None);
        check("-a.b", None);
        check("two words", None);
        check("", None);
    }
}
