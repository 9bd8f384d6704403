//! Reading everything a backend offers to read: every route of `api::routes` that gets something, each list to its end.

use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::Timestamp;
use netraven_api::Method;
use netraven_api::routes::ROUTES;
use serde_json::Value;

use crate::support::http::Http;

/// What the ids in a path are, and where they are listed.
const IDS: [(&str, &str); 10] = [
    ("{user_id}", "/users/"),
    ("{tag_id}", "/tags/"),
    ("{credential_id}", "/credentials/"),
    ("{jump_host_id}", "/jump-hosts/"),
    ("{device_id}", "/devices/"),
    ("{job_id}", "/jobs/"),
    ("{run_id}", "/runs/"),
    ("{job_result_id}", "/job-results/"),
    ("{log_id}", "/logs/"),
    ("{config_id}", "/configs/list"),
];
/// Paths that are read with all ids there are, not with the first alone: what the demo shows of each.
const OF_EACH: [&str; 4] = [
    "/users/{user_id}",
    "/devices/{device_id}/host-key",
    "/devices/{device_id}/startup/diff",
    "/runs/{run_id}/devices/{device_id}",
];
/// Paths of what is removed within the hour: nothing lists them, and the demo has none.
const PASSING: [&str; 1] = ["/trials/{trial_id}"];
/// What is asked for beside the path: all texts once, and nothing twice.
const QUERIES: [(&str, &str); 5] = [
    ("/platforms/file", "name=cisco_ios"),
    ("/configs/list", "limit=500"),
    ("/configs", "limit=1"),
    ("/runs/{run_id}", "results=false"),
    ("/logs/", "order=asc"),
];
/// A list of which the first page is enough: the devices of runs have all of it.
const RESULTS: &str = "/job-results/";

/// What was read, by path.
type Told = BTreeMap<String, Value>;

/// The tape as the text of its file: a row of a list in each line, in the order of their ids.
pub async fn read(http: &Http) -> anyhow::Result<String> {
    let recorded_at = Timestamp::now();
    let (mut lists, mut answers) = (Told::new(), Told::new());
    let mut routes: Vec<&str> =
        ROUTES.iter().filter(|route| route.method == Method::Get).map(|route| route.path).collect();
    routes.retain(|path| !PASSING.contains(path));
    // Lists first: they tell the ids.
    routes.sort_by_key(|path| path.contains('{'));
    for route in routes {
        let query = QUERIES.iter().find(|(path, _)| *path == route).map_or("", |(_, query)| *query);
        for path in paths(route, &lists, &answers)? {
            let Some(answer) = ask(http, &path, query).await? else { continue };
            match answer["items"].as_array().filter(|_| answer["pages"].is_number()) {
                None => answers.insert(path, answer),
                Some(first) if path == RESULTS => lists.insert(path, first.clone().into()),
                Some(_) => {
                    let rows = whole(http, &path, query).await?;
                    lists.insert(path, rows.into())
                }
            };
        }
    }
    let (lists, answers) = (fields(&lists)?, fields(&answers)?);
    Ok(format!(
        "{{\n\"recorded_at\": \"{recorded_at}\",\n\"lists\": {{\n{lists}\n}},\n\"answers\": {{\n{answers}\n}}\n}}\n"
    ))
}

/// A route's path with ids in it.
fn paths(route: &str, lists: &Told, answers: &Told) -> anyhow::Result<Vec<String>> {
    let most = if OF_EACH.contains(&route) { usize::MAX } else { 1 };
    let mut paths = vec![route.to_owned()];
    for (parameter, list) in IDS.iter().filter(|(parameter, _)| route.contains(parameter)) {
        let rows = lists.get(*list).or_else(|| answers.get(*list)).and_then(Value::as_array);
        let mut ids: Vec<i64> = rows.into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect();
        ids.sort_unstable();
        ids.truncate(most);
        paths =
            paths.iter().flat_map(|path| ids.iter().map(move |id| path.replace(parameter, &id.to_string()))).collect();
    }
    let unknown = paths.iter().find(|path| path.contains('{'));
    match unknown {
        None => Ok(paths),
        Some(path) => anyhow::bail!("IDS in tests/src/tape/reading.rs does not say where the ids of {path} are listed"),
    }
}

/// An answer without what is null; none if it is refused.
async fn ask(http: &Http, path: &str, query: &str) -> anyhow::Result<Option<Value>> {
    let asked = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let answer = http.get(&asked).await.with_context(|| asked.clone())?;
    match answer.status {
        200 => Ok(Some(lean(answer.body))),
        // Not every device is in every run.
        404 => Ok(None),
        status => {
            println!("Not recorded, since the backend refuses it ({status}): {asked}");
            Ok(None)
        }
    }
}

/// All rows of a list.
async fn whole(http: &Http, path: &str, query: &str) -> anyhow::Result<Vec<Value>> {
    let mut rows = Vec::new();
    for number in 1.. {
        let part = format!("page={number}&size=100");
        let page = ask(http, path, &if query.is_empty() { part } else { format!("{part}&{query}") }).await?;
        let page = page.with_context(|| format!("page {number} of {path} was refused"))?;
        rows.extend(page["items"].as_array().cloned().unwrap_or_default());
        if page["pages"].as_i64().is_none_or(|pages| number >= pages) {
            break;
        }
    }
    rows.sort_by_key(|row| row["id"].as_i64());
    Ok(rows)
}

fn lean(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, lean(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(lean).collect(),
        other => other,
    }
}

fn fields(told: &Told) -> serde_json::Result<String> {
    let mut fields = Vec::new();
    for (path, value) in told {
        fields.push(format!("{}: {}", serde_json::to_string(path)?, rows(value)?));
    }
    Ok(fields.join(",\n"))
}

fn rows(value: &Value) -> serde_json::Result<String> {
    let Some(rows) = value.as_array().filter(|rows| !rows.is_empty()) else { return serde_json::to_string(value) };
    let lines = rows.iter().map(serde_json::to_string).collect::<serde_json::Result<Vec<String>>>()?;
    Ok(format!("[\n{}\n]", lines.join(",\n")))
}
