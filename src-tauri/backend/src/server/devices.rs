//! Devices and their stored host keys.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::Page;
use netraven_api::devices::{
    CreateDevice, DeleteDevice, Device, DeviceInput, ForgetHostKey, GetDevice, GetHostKey, HostKey, ImportDevices,
    Imported, ListDevices, UpdateDevice,
};
use netraven_api::event::Changed;
use serde_json::json;

use super::auth::Caller;
use super::check::Check;
use super::fault::Fault;
use super::input::{Body, Id, Query};
use super::mount::Mount;
use super::{Shared, import, tags};
use crate::journal::About;

/// Mounts the endpoints of devices.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListDevices, _>(list);
    mount.add::<GetDevice, _>(get);
    mount.add::<CreateDevice, _>(create);
    mount.add::<UpdateDevice, _>(update);
    mount.add::<DeleteDevice, _>(delete);
    mount.add::<ImportDevices, _>(import_csv);
    mount.add::<GetHostKey, _>(host_key);
    mount.add::<ForgetHostKey, _>(forget_host_key);
}

async fn list(State(shared): State<Shared>, Query(query): Query<ListDevices>) -> Result<Json<Page<Device>>, Fault> {
    Ok(Json(shared.store.list_devices(&query).await?))
}

async fn get(State(shared): State<Shared>, Id(id): Id) -> Result<Json<Device>, Fault> {
    Ok(Json(shared.store.device(id).await?))
}

async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    Body(mut input): Body<DeviceInput>,
) -> Result<(StatusCode, Json<Device>), Fault> {
    let mut check = Check::default();
    check.needed("hostname", &input.hostname);
    check.needed("ip_address", &input.ip_address);
    check.needed("device_type", &input.device_type);
    fields(&mut check, &mut input);
    check.done()?;
    tags::known(&shared, input.tags.as_deref()).await?;
    let id = shared.store.create_device(&input, caller.name()).await?;
    shared.journal.changed(Changed::Devices).await;
    Ok((StatusCode::CREATED, Json(shared.store.device(id).await?)))
}

async fn update(
    State(shared): State<Shared>,
    caller: Caller,
    Id(id): Id,
    Body(mut input): Body<DeviceInput>,
) -> Result<Json<Device>, Fault> {
    let mut check = Check::default();
    fields(&mut check, &mut input);
    check.done()?;
    tags::known(&shared, input.tags.as_deref()).await?;
    shared.store.update_device(id, &input, caller.name()).await?;
    shared.journal.changed(Changed::Devices).await;
    Ok(Json(shared.store.device(id).await?))
}

async fn delete(State(shared): State<Shared>, caller: Caller, Id(id): Id) -> Result<StatusCode, Fault> {
    let device = shared.store.device(id).await?;
    shared.store.delete_device(id).await?;
    let message = format!("Device {} was deleted by {}.", device.hostname, caller.name());
    shared.journal.line("INFO", "system", "server.devices", About::default(), message, json!({ "device_id": id }));
    shared.journal.changed(Changed::Devices).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn import_csv(
    State(shared): State<Shared>,
    caller: Caller,
    Body(input): Body<ImportDevices>,
) -> Result<Json<Imported>, Fault> {
    let imported = import::import(&shared, &input.csv, caller.name()).await?;
    shared.journal.changed(Changed::Devices).await;
    Ok(Json(imported))
}

async fn host_key(State(shared): State<Shared>, Id(id): Id) -> Result<Json<HostKey>, Fault> {
    let key = shared.store.host_key(id).await?;
    key.map(Json)
        .ok_or_else(|| Fault::not_found("No host key is stored for this device: it has not been signed in to yet."))
}

async fn forget_host_key(State(shared): State<Shared>, caller: Caller, Id(id): Id) -> Result<StatusCode, Fault> {
    let old = shared.store.host_key(id).await?;
    shared.store.forget_host_key(id).await?;
    let about = About { device_id: Some(id), ..About::default() };
    let message =
        format!("The stored host key was forgotten by {}; the next session trusts the key it meets.", caller.name());
    let meta = json!({ "forgotten": old.map(|key| key.sha256) });
    shared.journal.line("WARNING", "connection", "server.devices", about, message, meta);
    Ok(StatusCode::NO_CONTENT)
}

/// Checks the fields that are there, and writes an address in its canonical form.
pub fn fields(check: &mut Check, input: &mut DeviceInput) {
    check.length("hostname", input.hostname.as_deref(), 1, 255);
    check.letters(
        "hostname",
        input.hostname.as_deref(),
        host_letter,
        "letters, digits, _, . and -, a letter or digit first",
    );
    if let Some(address) = &mut input.ip_address {
        match canonical_address(address) {
            Some(canonical) => *address = canonical,
            None => check.refuse(
                "ip_address",
                "ip_any_address",
                "value is not a valid IPv4 or IPv6 address, or host name",
                address.as_str(),
            ),
        }
    }
    check.length("device_type", input.device_type.as_deref(), 2, 50);
    let platform = |_: usize, letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    check.letters("device_type", input.device_type.as_deref(), platform, "letters, digits, _ and -");
    check.range("port", input.port, 1, 65535);
    check.length("description", input.description.as_deref(), 0, 500);
    check.length("serial_number", input.serial_number.as_deref(), 0, 128);
    check.length("model", input.model.as_deref(), 0, 128);
    check.one_of("source", input.source.as_deref(), &["local", "imported"]);
}

fn host_letter(place: usize, letter: char) -> bool {
    if place == 0 {
        letter.is_ascii_alphanumeric()
    } else {
        letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-')
    }
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
