//! Recordings of a NetRaven server, read to make the contract from them. What is taken over is what was asked, the status
//! and the shape; what was answered is not.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use super::shape::Shape;
use super::{Body, Exchange, PASSWORD};

/// Passwords of the recorded server's users.
const PASSWORDS: [&str; 3] = ["admin123", "operator123", "inactive123"];

/// The exchanges of a folder of recordings, by name.
pub fn read(folder: &Path) -> anyhow::Result<Vec<Exchange>> {
    let description = json(&folder.join("openapi.json"))?;
    let mut exchanges = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let recording = json(&path)?;
        if recording["request"]["method"].is_string() && recording["response"]["status"].is_u64() {
            exchanges.push(exchange(&recording, &description).with_context(|| path.display().to_string())?);
        }
    }
    exchanges.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(exchanges)
}

fn json(path: &Path) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

fn exchange(recording: &Value, description: &Value) -> anyhow::Result<Exchange> {
    let (request, response) = (&recording["request"], &recording["response"]);
    let name = recording["name"].as_str().context("a recording has a name")?.to_owned();
    let method = request["method"].as_str().unwrap_or_default().to_owned();
    let bare = request["path"].as_str().unwrap_or_default();
    // What had been removed before is there in data that is always the same.
    let bare = if name == "configs_delete_404" { "/configs/99999" } else { bare };
    let query = request["query"].as_str().filter(|query| !query.is_empty());
    // A token in a query is nobody's business but its owner's.
    let query = query.map(|query| if query.starts_with("token=") { "token=x" } else { query });
    let path = query.map_or_else(|| bare.to_owned(), |query| format!("{bare}?{query}"));
    let status = u16::try_from(response["status"].as_u64().unwrap_or_default())?;
    let json_answer = response["body"].is_object() || response["body"].is_array();
    let shape = json_answer.then(|| {
        let mut shape = Shape::of(&response["body"]);
        let schema = schema(description, bare, &method, status);
        shape.describe(&schema, &description["components"]["schemas"]);
        shape
    });
    let body = body(request, status == 201);
    Ok(Exchange {
        caller: caller(&name, &request["headers"]["authorization"]),
        name,
        method,
        path,
        body,
        status,
        shape,
    })
}

/// The schema of an answer, as the recorded server describes it.
fn schema(description: &Value, path: &str, method: &str, status: u16) -> Value {
    let fits = |pattern: &str| {
        let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
        pattern.len() == path.len()
            && pattern.iter().zip(path).all(|(pattern, part)| pattern.starts_with('{') || *pattern == part)
    };
    let paths = description["paths"].as_object().into_iter().flatten();
    let found = paths.filter(|(pattern, _)| fits(pattern)).min_by_key(|(pattern, _)| pattern.matches('{').count());
    let answers = found.map(|(_, methods)| &methods[method.to_ascii_lowercase()]["responses"][status.to_string()]);
    answers.map_or(Value::Null, |answer| answer["content"]["application/json"]["schema"].clone())
}

fn caller(name: &str, header: &Value) -> String {
    let kind = match header.as_str() {
        None => "nobody",
        Some("Bearer <admin>") => "admin",
        Some("Bearer <operator>") => "operator",
        Some(header) if header.starts_with("Basic") => "basic",
        Some(header) if header.starts_with("bearer ") => "lowercase",
        Some(_) => name.rsplit('_').next().unwrap_or_default(),
    };
    kind.to_owned()
}

fn body(request: &Value, creates: bool) -> Option<Body> {
    let given = &request["body"];
    let kind = request["headers"]["content-type"].as_str().unwrap_or_default();
    if let Some(file) = given["multipart_files"]["file"].as_array() {
        let text = |place: usize| file.get(place).and_then(Value::as_str).unwrap_or_default().to_owned();
        return Some(Body::File(text(0), text(1)));
    }
    match given {
        Value::Null => None,
        Value::String(text) if kind.is_empty() => Some(Body::Untyped(text.clone())),
        Value::String(text) => Some(Body::Text(text.clone())),
        Value::Object(fields) if kind.starts_with("application/x-www-form") => {
            let text = |value: &Value| match value.as_str() {
                Some(text) if PASSWORDS.contains(&text) => PASSWORD.to_owned(),
                Some(text) => text.to_owned(),
                None => value.to_string(),
            };
            Some(Body::Form(fields.iter().map(|(name, value)| (name.clone(), text(value))).collect()))
        }
        _ => Some(Body::Json(if creates { renamed(given) } else { given.clone() })),
    }
}

/// What was made by a recording may be there already in the data the contract is tried on: it gets another name.
fn renamed(body: &Value) -> Value {
    let mut body = body.clone();
    for (name, value) in body.as_object_mut().into_iter().flatten() {
        if let Some(text) = value.as_str() {
            *value = match name.as_str() {
                "name" | "hostname" | "username" => format!("{text}-new").into(),
                "email" => format!("new.{text}").into(),
                "ip_address" if text.contains(':') => "2001:db8::ffff".into(),
                "ip_address" => "198.51.100.1".into(),
                _ => continue,
            };
        }
    }
    body
}
