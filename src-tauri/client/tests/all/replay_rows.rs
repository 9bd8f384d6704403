//! The resources of the replay server: lists without order, filters of one value, and the places where it breaks.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::replay::{Answer, World};

/// A request that came.
pub struct Asked {
    pub line: String,
    pub method: String,
    pub path: String,
    pub is_signed: bool,
    pub body: String,
    host: String,
    query: Vec<(String, String)>,
}

impl Asked {
    pub fn read(head: &str, body: &str, token: &str) -> Option<Asked> {
        let mut words = head.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let url = url::Url::parse(&format!("http://x{target}")).ok()?;
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
        Some(Asked {
            line: format!("{method} {target}"),
            method,
            path: url.path().to_owned(),
            is_signed: head.contains(&format!("Bearer {token}")),
            body: body.to_owned(),
            host,
            query: url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        })
    }

    /// Of several values the last wins, and an empty one is none.
    fn one(&self, name: &str) -> Option<&str> {
        self.query.iter().rfind(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    fn number(&self, name: &str, otherwise: usize) -> usize {
        self.one(name).map_or(otherwise, |text| text.parse().unwrap())
    }
}

/// Answers what is asked of a resource.
pub fn rows(world: &mut World, asked: &Asked) -> Answer {
    let parts: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["tags" | "devices" | "credentials" | "jobs" | "users" | "logs" | "job-results"]) => {
            redirect(asked, "/")
        }
        ("GET", ["scheduler", "queue", "status"]) => told(world, "queue"),
        ("GET", ["scheduler", "jobs"]) => told(world, "schedules"),
        ("GET", [_, id, ""]) if id.parse::<i64>().is_ok() => redirect(asked, ""),
        ("GET", ["logs", ""]) if asked.one("search").is_some() => Answer::broken(),
        ("GET", [resource, ""]) => list(world, resource, asked),
        ("GET", ["jobs", "scheduled"]) => Answer::json("200 OK", &json!(world.rows["scheduled"])),
        ("GET", ["jobs", "recent"]) => Answer::json("200 OK", &json!([])),
        ("GET", ["logs", "types"]) => Answer::json("200 OK", &json!([{"log_type": "job", "description": "Job"}])),
        ("GET", ["logs", "levels"]) => Answer::json("200 OK", &json!([{"level": "info", "description": "Info"}])),
        ("GET", ["devices", "4000", "credentials"]) => Answer::json("200 OK", &json!([])),
        ("GET", ["devices", _, "credentials"]) => Answer::json("200 OK", &json!([{"id": 6}, {"id": 7}])),
        ("GET", ["configs", "list"]) => {
            let mut rows = world.rows["configs"].clone();
            rows.sort_by_key(|row| std::cmp::Reverse(time(&row["retrieved_at"])));
            let (start, limit) = (asked.number("start", 0), asked.number("limit", 50));
            Answer::json("200 OK", &json!(rows.into_iter().skip(start).take(limit).collect::<Vec<_>>()))
        }
        ("GET", ["configs", "diff"]) => Answer::json("422 Unprocessable Entity", &json!({"detail": []})),
        ("GET", ["configs", "search"]) => Answer::json(
            "200 OK",
            &json!([{"id": 902, "device_id": 11, "retrieved_at": "2026-03-04T01:15:31Z",
                "snippet": "to <b>leaf</b> & <more>", "config_metadata": null}]),
        ),
        ("GET", ["configs", _, "history"]) => Answer::json("200 OK", &json!(world.rows["configs"])),
        ("GET", ["users", id]) => match find(&world.rows["users"], id) {
            Some(row) => Answer::json("200 OK", &with_email(row)),
            None => Answer::detail("404 Not Found", "User not found"),
        },
        ("GET", [resource, id]) => match world.rows.get(name(resource)).and_then(|rows| find(rows, id)) {
            Some(row) if world.poisoned == row["id"].as_i64() && *resource == "jobs" => Answer::broken(),
            Some(row) => Answer::json("200 OK", row),
            None => Answer::detail("404 Not Found", "Not found"),
        },
        ("POST", ["users", ""]) if !world.takes_email(asked) => Answer::broken(),
        ("PUT", ["users", _]) if asked.body.contains("email") && !world.takes_email(asked) => Answer::broken(),
        ("PUT", ["devices", _]) => Answer::broken(),
        ("PUT", ["credentials", _]) => Answer::detail("405 Method Not Allowed", "Method Not Allowed"),
        ("PUT", [resource, id, ..]) => {
            let row = find(&world.rows[name(resource)], id).cloned();
            Answer::json("200 OK", &merged(row.unwrap_or_default(), &asked.body))
        }
        ("POST", ["jobs", "run", _]) if world.rows["status"][0]["redis"] == "unhealthy" => Answer::broken(),
        ("POST", ["jobs", "run", id]) => {
            let body = json!({"message": "Job triggered successfully", "job_id": id.parse::<i64>().unwrap(),
                "job_name": "x", "queue_job_id": "4162aa28-13dd"});
            Answer::json("202 Accepted", &body)
        }
        ("POST", ["devices", ""]) if asked.body.contains("toaster") => {
            let refusal = json!({"type": "value_error", "loc": ["body", "device_type"],
                "msg": "Value error, Device type must be one of: cisco_ios, linux", "input": "toaster", "ctx": {"error": {}}});
            Answer::json("422 Unprocessable Entity", &json!({"detail": [refusal]}))
        }
        ("POST", ["devices", ""]) if asked.body.contains("\"spine-a\"") => {
            Answer::detail("400 Bad Request", "Hostname already registered: spine-a")
        }
        ("POST", [resource, ""]) => {
            let row = world.rows[name(resource)].first().cloned().unwrap_or_default();
            let mut made = merged(row, &asked.body);
            // Right in the list alone.
            made["matching_credentials_count"] = json!(0);
            if *resource == "devices" && world.fits_no_credential {
                made["id"] = json!(4_000);
                world.rows.get_mut("devices").unwrap().push(made);
                let said = "No credentials match this device, even after associating the default tag.";
                return Answer::detail("400 Bad Request", said);
            }
            Answer::json("201 Created", &made)
        }
        // Results hold on to their device and their job.
        ("DELETE", ["devices", id]) if world.has_results("device_id", id) => Answer::broken(),
        ("DELETE", ["jobs", id]) if world.has_results("job_id", id) => Answer::broken(),
        ("DELETE", [_, _]) => {
            Answer { status: "204 No Content", kind: "application/json", body: String::new(), location: None }
        }
        _ => Answer::detail("404 Not Found", "Not Found"),
    }
}

impl World {
    fn has_results(&self, field: &str, id: &str) -> bool {
        self.rows["results"].iter().any(|row| row[field].as_i64() == id.parse().ok())
    }

    /// Whether an e-mail address is given and nobody has it.
    fn takes_email(&self, asked: &Asked) -> bool {
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        let email = body["email"].as_str();
        email.is_some() && self.rows["users"].iter().all(|row| with_email(row)["email"].as_str() != email)
    }
}

/// A user as the server returns one alone; its list has no addresses.
fn with_email(row: &Value) -> Value {
    let mut row = row.clone();
    row["email"] = json!(format!("{}@example.net", row["username"].as_str().unwrap()));
    row
}

/// Versions differ in what they report about their queue.
fn told(world: &World, name: &str) -> Answer {
    match world.rows.get(name) {
        Some(rows) => Answer::json("200 OK", &json!(rows)),
        None => Answer::detail("404 Not Found", "Not Found"),
    }
}

fn name(resource: &str) -> &str {
    if resource == "job-results" { "results" } else { resource }
}

fn find<'a>(rows: &'a [Value], id: &str) -> Option<&'a Value> {
    rows.iter().find(|row| row["id"].as_i64() == id.parse().ok())
}

fn merged(mut row: Value, body: &str) -> Value {
    let sent: Value = serde_json::from_str(body).unwrap();
    for (key, value) in sent.as_object().unwrap() {
        if key != "tags" && key != "password" {
            row[key] = value.clone();
        }
    }
    row
}

/// The place is made of the header `Host`, as the server does it.
fn redirect(asked: &Asked, end: &str) -> Answer {
    let location = Some(format!("http://{}{}{end}", asked.host, asked.path.trim_end_matches('/')));
    Answer { status: "307 Temporary Redirect", kind: "application/json", body: String::new(), location }
}

fn list(world: &mut World, resource: &str, asked: &Asked) -> Answer {
    let (page, size) = (asked.number("page", 1), asked.number("size", 20));
    if page < 1 || !(1..=100).contains(&size) {
        let refusal =
            json!({"type": "less_than_equal", "loc": ["query", "size"], "msg": "Input should be less", "input": "x"});
        return Answer::json("422 Unprocessable Entity", &json!({"detail": [refusal]}));
    }
    let Some(all) = world.rows.get_mut(name(resource)) else { return Answer::detail("404 Not Found", "Not Found") };
    if world.moves {
        all.rotate_left(1);
    }
    let mut found: Vec<Value> = all.iter().filter(|row| fits(row, asked)).cloned().collect();
    match resource {
        "logs" => found.sort_by_key(|row| std::cmp::Reverse(time(&row["timestamp"]))),
        "job-results" => found.sort_by_key(|row| std::cmp::Reverse(time(&row["result_time"]))),
        _ => {}
    }
    if asked.one("order") == Some("asc") {
        found.reverse();
    }
    let total = found.len();
    let items: Vec<Value> = found.into_iter().skip((page - 1) * size).take(size).collect();
    if resource == "jobs" && items.iter().any(|row| row["id"].as_i64() == world.poisoned) {
        return Answer::broken();
    }
    if resource == "job-results" && world.notes_reading {
        let logs = world.rows.get_mut("logs").unwrap();
        let id = logs.iter().filter_map(|row| row["id"].as_i64()).max().unwrap_or(0) + 1;
        logs.push(json!({"id": id, "timestamp": Timestamp::now().to_string(), "log_type": "system", "level": "INFO",
            "job_id": null, "device_id": null, "source": null, "message": "Job results listed", "meta": {}}));
    }
    let none = usize::from(matches!(resource, "logs" | "users"));
    let pages = if total == 0 { none } else { total.div_ceil(size) };
    Answer::json("200 OK", &json!({"items": items, "total": total, "page": page, "size": size, "pages": pages}))
}

/// Exact, but for names; unknown parameters are ignored.
fn fits(row: &Value, asked: &Asked) -> bool {
    let exact = ["level", "log_type", "status", "device_type", "source", "type", "job_id", "device_id", "job_type"];
    let part = ["hostname", "name", "username", "model"];
    let text = |name: &str| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
    let at = row.get("result_time").or(row.get("timestamp")).map(time);
    let tags = asked.all("tag_id");
    exact.iter().all(|name| row.get(*name).is_none() || asked.one(name).is_none_or(|value| text(name) == value))
        && part.iter().all(|name| {
            row.get(*name).is_none()
                || asked.one(name).is_none_or(|value| text(name).to_lowercase().contains(&value.to_lowercase()))
        })
        && (tags.is_empty()
            || row["tags"]
                .as_array()
                .is_some_and(|all| all.iter().any(|tag| tags.contains(&tag["id"].to_string().as_str()))))
        && asked.one("start_time").is_none_or(|from| at >= Some(from.parse().unwrap()))
        && asked.one("end_time").is_none_or(|until| at <= Some(until.parse().unwrap()))
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}
