//! The description as one page for people: static, self-contained, readable with a screen reader and without scripts.

use std::fmt::Write as _;

use netraven_api::Access;
use serde_json::{Map, Value};

/// A route: its path, its method and its description.
type Row<'a> = (&'a str, &'a str, &'a Value);

/// The page.
pub fn html(document: &Value) -> String {
    let empty = Map::new();
    let paths = document["paths"].as_object().unwrap_or(&empty);
    let parts = document["components"]["schemas"].as_object().unwrap_or(&empty);
    let mut groups: Vec<(&str, Vec<Row>)> = Vec::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let group = operation["tags"][0].as_str().unwrap_or_default();
            let row = (path.as_str(), method.as_str(), operation);
            match groups.iter_mut().find(|(name, _)| *name == group) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((group, vec![row])),
            }
        }
    }
    groups.sort_by_key(|(name, _)| *name);
    let (mut contents, mut body) = (String::new(), String::new());
    for (group, rows) in &groups {
        let _ = write!(contents, "<li><a href=\"#{0}\">{0}</a></li>", text(group));
        let _ = write!(body, "<h2 id=\"{0}\">{0}</h2>", text(group));
        for (path, method, described) in rows {
            operation(&mut body, path, method, described);
        }
    }
    body.push_str("<h2 id=\"types\">Types</h2>");
    for (name, schema) in parts {
        let _ = write!(body, "<section><h3 id=\"type-{0}\">{0}</h3>", text(name));
        described(&mut body, &schema["description"]);
        fields(&mut body, schema);
        body.push_str("</section>");
    }
    let info = &document["info"];
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <style>{STYLE}</style></head><body><header><h1>{title} {version}</h1><p>{about}</p>\
         <p>Sign in at <a href=\"#auth\">POST /auth/token</a> and send the token as <code>Authorization: Bearer …</code>. \
         The same for programs: <a href=\"openapi.json\">openapi.json</a>.</p></header>\
         <nav aria-label=\"Contents\"><ul>{contents}<li><a href=\"#types\">Types</a></li></ul></nav><main>{body}</main></body></html>",
        title = text(info["title"].as_str().unwrap_or_default()),
        version = text(info["version"].as_str().unwrap_or_default()),
        about = prose(info["description"].as_str().unwrap_or_default()),
    )
}

const STYLE: &str = include_str!("page.css");

fn operation(body: &mut String, path: &str, method: &str, operation: &Value) {
    let method = method.to_ascii_uppercase();
    let access = operation["x-access"].as_str().and_then(Access::parse).unwrap_or(Access::Open).title();
    let id = operation["operationId"].as_str().unwrap_or_default();
    let _ = write!(
        body,
        "<section id=\"{}\"><h3><span class=\"method {method}\">{method}</span> <code>{}</code> <small>{access}</small></h3>",
        text(id),
        text(path)
    );
    described(body, &operation["summary"]);
    described(body, &operation["description"]);
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        body.push_str("<h4>Parameters</h4><dl>");
        for parameter in parameters {
            let place = parameter["in"].as_str().unwrap_or_default();
            let needed = if parameter["required"] == true { ", needed" } else { "" };
            let note = format!("{place}{needed}");
            field(body, &parameter["name"], &parameter["schema"], &note, &parameter["description"]);
        }
        body.push_str("</dl>");
    }
    for (kind, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        let _ = write!(body, "<h4>Body <small>{}</small></h4>", text(kind));
        let schema = &content["schema"];
        if schema["properties"].is_object() {
            fields(body, schema);
        } else {
            let _ = write!(body, "<p>{}</p>", shape(schema));
        }
    }
    body.push_str("<h4>Answers</h4><dl>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let content = answer["content"].as_object().and_then(|content| content.iter().next());
        let shown = content.map_or_else(String::new, |(kind, content)| {
            if content["schema"] == serde_json::json!({}) { text(kind) } else { shape(&content["schema"]) }
        });
        let why = prose(answer["description"].as_str().unwrap_or_default());
        let _ = write!(body, "<dt><code>{}</code> {shown}</dt><dd>{why}</dd>", text(status));
    }
    body.push_str("</dl></section>");
}

fn described(body: &mut String, sentences: &Value) {
    if let Some(sentences) = sentences.as_str() {
        let _ = write!(body, "<p>{}</p>", prose(sentences));
    }
}

fn fields(body: &mut String, schema: &Value) {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        if part["$ref"].is_string() {
            let _ = write!(body, "<p>All of {} and:</p>", shape(part));
        } else {
            fields(body, part);
        }
    }
    let Some(properties) = schema["properties"].as_object() else {
        if schema["allOf"].is_null() {
            let _ = write!(body, "<p>{}</p>", shape(schema));
        }
        return;
    };
    let needed = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
    body.push_str("<dl>");
    for (name, schema) in properties {
        let note = if needed(name) { "always there" } else { "" };
        field(body, &Value::from(name.as_str()), schema, note, &schema["description"]);
    }
    body.push_str("</dl>");
}

fn field(body: &mut String, name: &Value, schema: &Value, note: &str, sentences: &Value) {
    let note = if note.is_empty() { String::new() } else { format!(" <small>{note}</small>") };
    let _ = write!(
        body,
        "<dt><code>{}</code> {}{note}</dt><dd>{}{}</dd>",
        text(name.as_str().unwrap_or_default()),
        shape(schema),
        prose(sentences.as_str().unwrap_or_default()),
        limits(schema)
    );
}

/// A schema in a few words.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#type-{0}\">{0}</a>", text(name));
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[key].as_array() {
            return choices.iter().map(shape).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> =
            words.iter().map(|word| format!("<code>{}</code>", text(word.as_str().unwrap_or_default()))).collect();
        return words.join(" | ");
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
        Value::String(kind) => vec![kind.as_str()],
        _ => return "anything".to_owned(),
    };
    let name = |kind: &&str| match (*kind, schema["format"].as_str()) {
        ("array", _) => format!("list of {}", shape(&schema["items"])),
        ("string", Some(format @ ("date-time" | "password" | "binary"))) => text(format),
        (kind, _) => text(kind),
    };
    kinds.iter().map(name).collect::<Vec<_>>().join(" or ")
}

fn limits(schema: &Value) -> String {
    let mut said = Vec::new();
    for (key, words) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "at least this many characters:"),
        ("maxLength", "at most this many characters:"),
        ("default", "if absent:"),
        ("pattern", "pattern"),
    ] {
        match &schema[key] {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::String(limit) if limit == "^[^\\x00]*$" => {}
            Value::String(limit) => said.push(format!("{words} <code>{}</code>", text(limit))),
            limit => said.push(format!("{words} <code>{}</code>", text(&limit.to_string()))),
        }
    }
    if said.is_empty() { String::new() } else { format!(" <small>({})</small>", said.join(", ")) }
}

/// A text as HTML: text in back quotes becomes code, and links to our own types become their names.
fn prose(sentences: &str) -> String {
    let plain = sentences.replace("[`", "`").replace("`]", "`");
    let parts = plain.split('`').enumerate();
    let mark = |(index, part): (usize, &str)| match index % 2 {
        0 => text(part),
        _ => format!("<code>{}</code>", text(part)),
    };
    parts.map(mark).collect()
}

/// A text as HTML.
fn text(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_page_names_what_there_is_and_fetches_nothing() {
        let document = json!({
            "info": { "title": "T <1>", "version": "1", "description": "About `it`." },
            "paths": { "/tags/{id}": { "get": { "tags": ["tags"], "summary": "One tag.", "operationId": "get_tags_id",
                "x-access": "admin",
                "parameters": [{ "name": "size", "in": "query", "required": false, "description": "Rows.",
                    "schema": { "type": "integer", "maximum": 100 } }],
                "responses": { "200": { "description": "Done.", "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Tag" } } } } } } } },
            "components": { "schemas": { "Tag": { "type": "object", "required": ["id"],
                "properties": { "id": { "type": ["integer", "null"], "description": "Id of <it>." } } } } },
        });
        let page = html(&document);
        for expected in [
            "T &lt;1&gt;",
            "<code>/tags/{id}</code>",
            "admins only",
            "at most <code>100</code>",
            "href=\"#type-Tag\"",
            "id=\"type-Tag\"",
            "integer or null",
            "Id of &lt;it&gt;.",
            "always there",
        ] {
            assert!(page.contains(expected), "{expected}: {page}");
        }
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"), "{page}");
    }
}
