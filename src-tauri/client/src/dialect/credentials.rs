//! Credentials.

use netraven_api::credentials::Credential;
use netraven_api::native::Feature;
use netraven_api::{CredentialId, Method, Problem};
use serde_json::Value;

use super::lists::{MOST_ROWS, finish, note};
use super::parsed_request::{ParsedRequest, id};
use super::row::{Row, reply};
use super::tags::{counted_in, reached, tags, unique_tags};
use super::{Context, offered};

/// Answers requests for credentials.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    match (request.method, rest) {
        (Method::Get, []) => list(context, request).await,
        (Method::Get, [text]) => one(&context.get(&format!("/credentials/{}", id::<CredentialId>(text)?), &[]).await?),
        (Method::Post, []) => {
            let body = body(context, request)?;
            one(&context.change(Method::Post, "/credentials/".to_owned(), Some(body)).await?)
        }
        // This one path ends in a slash, and without it the server knows no PUT.
        (Method::Put, [text]) => {
            let body = body(context, request)?;
            one(&context
                .change(Method::Put, format!("/credentials/{}/", id::<CredentialId>(text)?), Some(body))
                .await?)
        }
        _ => context.plain(request).await,
    }
}

fn credential(row: Row) -> Credential {
    Credential {
        id: row.id(),
        username: row.word("username"),
        priority: row.number("priority").unwrap_or(100),
        description: row.text("description"),
        is_system: row.flag("is_system"),
        has_password: true,
        has_private_key: false,
        key: None,
        uses_agent: false,
        agent_key: None,
        questions: Vec::new(),
        has_enable_password: row.flag("has_enable_password"),
        allowed_networks: Vec::new(),
        tags: tags(row),
        devices: None,
    }
}

fn one(row: &Value) -> Result<Value, Problem> {
    Ok(reply(&credential(Row(row))))
}

async fn list(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let filter = request.given(&["username", "priority", "tag_id"]);
    let loaded = context.all("/credentials/", &filter, MOST_ROWS).await?;
    let mut all: Vec<Credential> = loaded.rows.iter().map(|row| credential(Row(row))).collect();
    all.sort_by(|a, b| a.priority.cmp(&b.priority).then(a.id.cmp(&b.id)));
    if let Some(devices) = counted_in(context, request).await? {
        for credential in &mut all {
            credential.devices = Some(reached(&devices, &credential.tags));
        }
    }
    finish(&all, request, note(&loaded, "credentials"))
}

/// The body without fields this server has no place for; entering such a field is refused instead of losing its value.
fn body(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let mut fields = request.fields()?;
    if !context.server.description.takes("CredentialCreate", "enable_password") {
        let enable = fields.remove("enable_password");
        if enable.as_ref().and_then(Value::as_str).is_some_and(|text| !text.is_empty()) {
            let reason = offered::refusal(Feature::EnablePassword).message;
            return Err(Problem::field("body.enable_password", reason));
        }
    }
    if !context.server.description.takes("CredentialCreate", "allowed_networks") {
        let networks = fields.remove("allowed_networks");
        if networks.as_ref().and_then(Value::as_array).is_some_and(|networks| !networks.is_empty()) {
            let reason = offered::refusal(Feature::AllowedNetworks).message;
            return Err(Problem::field("body.allowed_networks", reason));
        }
    }
    if !context.server.description.takes("CredentialCreate", "private_key") {
        let given = ["private_key", "passphrase"].map(|name| (name, fields.remove(name)));
        let is_given = |(_, text): &&(&str, Option<Value>)| {
            text.as_ref().and_then(Value::as_str).is_some_and(|text| !text.is_empty())
        };
        if let Some((name, _)) = given.iter().find(is_given) {
            return Err(Problem::field(format!("body.{name}"), offered::refusal(Feature::PrivateKey).message));
        }
    }
    let takes = |name: &str| context.server.description.takes("CredentialCreate", name);
    if !takes("uses_agent") {
        let (uses, _) = (fields.remove("uses_agent"), fields.remove("agent_key"));
        if uses.as_ref().and_then(Value::as_bool).unwrap_or_default() {
            return Err(Problem::field("body.uses_agent", offered::refusal(Feature::SshAgent).message));
        }
    }
    if !takes("answers") {
        let answers = fields.remove("answers");
        if answers.as_ref().and_then(Value::as_array).is_some_and(|answers| !answers.is_empty()) {
            return Err(Problem::field("body.answers", offered::refusal(Feature::QuestionAnswers).message));
        }
    }
    unique_tags(&mut fields);
    Ok(Value::Object(fields))
}
