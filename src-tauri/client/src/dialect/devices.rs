//! Devices.

use netraven_api::devices::Device;
use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::{Method, Problem};
use serde_json::Value;

use super::asked::{Asked, id};
use super::credentials::unique_tags;
use super::lists::{MOST_ROWS, finish, note};
use super::row::{Row, reply};
use super::tags::tags;
use super::{Talk, offered};

/// Columns whose values the server's list does not have.
const UNTOLD: [&str; 2] = ["last_result", "last_snapshot_at"];

/// Answers what is asked of devices.
pub async fn answer(talk: Talk<'_>, asked: &Asked, rest: &[&str]) -> Result<Value, Problem> {
    match (asked.method, rest) {
        (Method::Get, []) => list(talk, asked).await,
        (Method::Get, [text]) if *text != "import" => {
            let path = format!("/devices/{}", id(text)?);
            let mut found = device(Row(&talk.get(&path, &[]).await?));
            found.matching_credentials_count = matching(talk, &path).await.unwrap_or_default();
            Ok(reply(&found))
        }
        (Method::Post, []) => {
            let mut fields = asked.fields()?;
            unique_tags(&mut fields);
            let made = talk.change(Method::Post, "/devices/".to_owned(), Some(Value::Object(fields))).await?;
            Ok(reply(&device(Row(&made))))
        }
        (Method::Put, [text]) => update(talk, asked, id(text)?).await,
        (Method::Post, ["import"]) => Err(offered::refusal(Feature::ImportDevices)),
        (_, [_, "host-key"]) => Err(offered::refusal(Feature::HostKeys)),
        _ => talk.plain(asked).await,
    }
}

/// A device of the server; what it does not tell stays empty.
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
        source: row.text("source").unwrap_or_else(|| "local".to_owned()),
        notes: row.text("notes"),
        created_at: row.time("created_at"),
        last_seen: row.time("last_seen"),
        tags: tags(row),
        matching_credentials_count: row.number("matching_credentials_count").unwrap_or_default(),
        last_updated: row.time("last_updated"),
        updated_by: row.text("updated_by"),
        last_result: None,
        last_cause: None,
        last_result_at: None,
        last_snapshot_at: None,
    }
}

/// Every device, by hostname.
pub async fn all(talk: Talk<'_>) -> Result<Vec<Device>, Problem> {
    let loaded = talk.all("/devices/", &[], MOST_ROWS).await?;
    Ok(sorted(&loaded.rows))
}

fn sorted(rows: &[Value]) -> Vec<Device> {
    let mut devices: Vec<Device> = rows.iter().map(|row| device(Row(row))).collect();
    devices.sort_by_key(|device| (device.hostname.to_lowercase(), device.id));
    devices
}

async fn list(talk: Talk<'_>, asked: &Asked) -> Result<Value, Problem> {
    let by_what_is_not_told = asked.one("sort").is_some_and(|sort| UNTOLD.contains(&sort.as_str()));
    if by_what_is_not_told || !asked.many("last_result").is_empty() {
        return Err(offered::refusal(Feature::NewestResults));
    }
    let has_credential = asked.one("has_credential").map(|word| word == "true");
    let filter = asked.given(&["hostname", "ip_address", "serial_number", "model", "notes", "tag_id"]);
    let loaded = talk.all("/devices/", &filter, MOST_ROWS).await?;
    // The server takes one value of these, and fails at a source it does not know.
    let (platforms, sources) = (asked.many("device_type"), asked.many("source"));
    let mut devices = sorted(&loaded.rows);
    devices.retain(|device| {
        (platforms.is_empty() || platforms.contains(&device.device_type))
            && has_credential.is_none_or(|wanted| wanted == (device.matching_credentials_count > 0))
            && (sources.is_empty() || sources.iter().any(|source| source.eq_ignore_ascii_case(&device.source)))
    });
    finish(&devices, asked, note(&loaded, "devices"))
}

/// The number of credentials that fit a device, which the server tells in its list alone.
async fn matching(talk: Talk<'_>, path: &str) -> Option<i64> {
    let path = format!("{path}/credentials");
    if !talk.server.description.shows(Method::Get, &path) {
        return None;
    }
    let found = talk.get(&path, &[]).await.ok()?;
    i64::try_from(found.as_array()?.len()).ok()
}

async fn update(talk: Talk<'_>, asked: &Asked, id: i64) -> Result<Value, Problem> {
    let mut fields = asked.fields()?;
    unique_tags(&mut fields);
    match talk.change(Method::Put, format!("/devices/{id}"), Some(Value::Object(fields))).await {
        Ok(changed) => Ok(reply(&device(Row(&changed)))),
        Err(problem) if problem.code == Code::Internal => {
            let message = "This server failed to change the device, and nothing was saved; some versions of NetRaven fail at \
                           every such change. Remove the device and add it anew, or update the server.";
            Err(Problem::new(Code::NotOffered, message))
        }
        Err(problem) => Err(problem),
    }
}
