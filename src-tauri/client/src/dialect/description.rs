//! What a server can do, according to its `openapi.json`.

use std::collections::{BTreeMap, BTreeSet};

use netraven_api::Method;
use serde_json::Value;

/// Routes without which nothing works.
const NEEDED: [&str; 2] = ["/auth/token", "/jobs/"];
/// Routes missing from early NetRaven servers.
const LATER: [&str; 4] = ["/devices/", "/job-results/", "/logs/", "/tags/"];
/// The route only our own servers have.
const OWN: &str = "/runs/";

/// Routes and fields of a server.
#[derive(Debug, Default)]
pub struct Description {
    title: String,
    /// Methods by path; none if the description is blocked.
    routes: Option<BTreeMap<String, BTreeSet<String>>>,
    fields: BTreeSet<(String, String)>,
}

/// Why a server cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum Gap {
    /// It is another product.
    NotNetRaven,
    /// It lacks a route that later versions have.
    TooOld(&'static str),
}

impl Gap {
    /// The gap as a sentence.
    pub fn message(&self, place: &str, title: &str) -> String {
        let title = if title.is_empty() { "something without a name" } else { title };
        match self {
            Gap::NotNetRaven => {
                format!("{place} is not a NetRaven server; it identifies itself as {title}. Check the address.")
            }
            Gap::TooOld(route) => {
                format!("The NetRaven server at {place} ({title}) is too old: it has no {route}. Update it first.")
            }
        }
    }
}

impl Description {
    /// Reads an OpenAPI description.
    pub fn read(openapi: &Value) -> Description {
        let text = |name: &str| openapi.pointer(&format!("/info/{name}")).and_then(Value::as_str).unwrap_or_default();
        let title = format!("{} {}", text("title"), text("version")).trim().to_owned();
        let object = |pointer: &str| openapi.pointer(pointer).and_then(Value::as_object);
        let mut routes = BTreeMap::new();
        for (path, operations) in object("/paths").into_iter().flatten() {
            let methods =
                operations.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()).collect();
            routes.insert(path.clone(), methods);
        }
        let mut fields = BTreeSet::new();
        for (schema, about) in object("/components/schemas").into_iter().flatten() {
            let names = about.get("properties").and_then(Value::as_object).into_iter().flatten();
            fields.extend(names.map(|(name, _)| (schema.clone(), name.clone())));
        }
        Description { title, routes: Some(routes), fields }
    }

    /// A NetRaven server whose description is blocked.
    pub fn unread() -> Description {
        Description { title: "NetRaven API".to_owned(), ..Description::default() }
    }

    /// Its name and version.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether it is a server of our own.
    pub fn is_own(&self) -> bool {
        self.routes.as_ref().is_some_and(|routes| routes.contains_key(OWN))
    }

    /// Why it cannot be used, if so.
    pub fn gap(&self) -> Option<Gap> {
        let routes = self.routes.as_ref()?;
        if NEEDED.iter().any(|path| !routes.contains_key(*path)) {
            return Some(Gap::NotNetRaven);
        }
        LATER.into_iter().find(|path| !routes.contains_key(*path)).map(Gap::TooOld)
    }

    /// Whether a route is described; a path may contain ids. True for all if there is no description.
    pub fn has(&self, method: Method, path: &str) -> bool {
        self.routes.is_none() || self.find(method, path).is_some()
    }

    /// Whether a route is certainly there.
    pub fn shows(&self, method: Method, path: &str) -> bool {
        self.find(method, path).is_some()
    }

    /// Whether a body of this schema has a field.
    pub fn takes(&self, schema: &str, field: &str) -> bool {
        self.fields.contains(&(schema.to_owned(), field.to_owned()))
    }

    /// A path with or without its trailing slash, as the server expects it.
    pub fn spelled(&self, method: Method, path: &str) -> String {
        let wants_slash = self.find(method, path).is_some_and(|pattern| pattern.len() > 1 && pattern.ends_with('/'));
        if wants_slash { format!("{path}/") } else { path.to_owned() }
    }

    fn find(&self, method: Method, path: &str) -> Option<&str> {
        let routes = self.routes.as_ref()?;
        let fits = |(pattern, methods): &(&String, &BTreeSet<String>)| {
            methods.contains(method.as_str()) && is_like(pattern, path)
        };
        routes.iter().find(fits).map(|(pattern, _)| pattern.as_str())
    }
}

/// Whether a path matches a pattern; a trailing slash makes no difference, and only numbers stand for parameters.
fn is_like(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.trim_end_matches('/').split('/'), path.trim_end_matches('/').split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(part)) if expected.starts_with('{') => {
                let is_id = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                if !is_id && part != expected {
                    return false;
                }
            }
            (Some(expected), Some(part)) if expected == part => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn described(paths: &[(&str, &str)]) -> Description {
        let mut all = json!({"info": {"title": "NetRaven API", "version": "1.0.0"}, "paths": {},
            "components": {"schemas": {"JobCreate": {"properties": {"name": {}}}}}});
        for (method, path) in paths {
            all["paths"][*path][*method] = json!({});
        }
        Description::read(&all)
    }

    #[test]
    fn a_server_is_known_by_its_routes_and_not_by_its_version() {
        let needed = [("post", "/auth/token"), ("get", "/jobs/"), ("get", "/devices/"), ("get", "/tags/")];
        let whole = [&needed[..], &[("get", "/job-results/"), ("get", "/logs/")]].concat();
        assert_eq!(described(&needed).gap(), Some(Gap::TooOld("/job-results/")));
        assert_eq!(described(&needed[2..]).gap(), Some(Gap::NotNetRaven));
        let python = described(&whole);
        assert_eq!((python.gap(), python.is_own(), python.title()), (None, false, "NetRaven API 1.0.0"));
        assert!(described(&[&whole[..], &[("get", "/runs/")]].concat()).is_own());
        assert!(python.takes("JobCreate", "name") && !python.takes("JobCreate", "time_zone"));
    }

    #[test]
    fn paths_are_spelled_as_the_server_spells_them() {
        let server = described(&[
            ("get", "/jobs/"),
            ("get", "/jobs/{job_id}"),
            ("put", "/credentials/{credential_id}/"),
            ("get", "/credentials/{credential_id}"),
        ]);
        assert_eq!(server.spelled(Method::Get, "/jobs"), "/jobs/");
        assert_eq!(server.spelled(Method::Get, "/jobs/7"), "/jobs/7");
        assert_eq!(server.spelled(Method::Put, "/credentials/7"), "/credentials/7/");
        assert_eq!(server.spelled(Method::Get, "/credentials/7"), "/credentials/7");
        assert!(!server.has(Method::Post, "/jobs/7") && !server.has(Method::Get, "/jobs/recent"));
        assert!(Description::unread().has(Method::Get, "/x") && !Description::unread().shows(Method::Get, "/x"));
    }
}
