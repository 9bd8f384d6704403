//! Configurations, and the difference of two, which the server describes but cannot reach.

mod search;
mod snippet;

use netraven_api::configs::{Config, ConfigHead};
use netraven_api::native::Feature;
use netraven_api::{DeviceId, Method, Problem, SnapshotId};
use serde_json::{Value, json};
use similar::TextDiff;

pub use search::KeptTexts;

use super::parsed_request::{ParsedRequest, id};
use super::row::{Row, reply};
use super::{Context, offered};

/// Most configurations requested at once.
const MOST: i64 = 500;
/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// Answers requests for configurations.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    match (request.method, rest) {
        (Method::Get, [] | ["list"]) => list(context, request).await,
        (Method::Get, ["diff"]) => diff(context, request).await,
        (Method::Get, ["search"]) => Ok(reply(&search::answer(context, request).await?)),
        (Method::Get, [text]) => Ok(reply(&get(context, id(text)?).await?)),
        (Method::Get, [text, "history"]) => history(context, id(text)?).await,
        (Method::Post, [_, "export"]) => Err(offered::refusal(Feature::ExportConfig)),
        _ => context.plain(request).await,
    }
}

fn config(row: Row) -> Config {
    let head = head(row);
    Config {
        id: head.id,
        device_id: head.device_id,
        retrieved_at: head.retrieved_at,
        config_metadata: head.config_metadata,
        config_data: row.word("config_data"),
    }
}

fn head(row: Row) -> ConfigHead {
    ConfigHead {
        id: row.id(),
        device_id: row.id_of("device_id").unwrap_or_default(),
        retrieved_at: row.time("retrieved_at").unwrap_or_default(),
        config_metadata: row.value("config_metadata").map(Into::into),
    }
}

async fn list(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let mut filter = request.given(&["device_id"]);
    filter.push(("start", request.number("start")?.unwrap_or_default().max(0).to_string()));
    filter.push(("limit", request.number("limit")?.unwrap_or(50).clamp(0, MOST).to_string()));
    let found = context.get("/configs/list", &filter).await?;
    let mut configs: Vec<Config> = found.as_array().into_iter().flatten().map(|row| config(Row(row))).collect();
    configs.sort_by(|a, b| b.retrieved_at.cmp(&a.retrieved_at).then(b.id.cmp(&a.id)));
    Ok(reply(&configs))
}

async fn get(context: Context<'_>, id: SnapshotId) -> Result<Config, Problem> {
    Ok(config(Row(&context.get(&format!("/configs/{id}"), &[]).await?)))
}

async fn history(context: Context<'_>, device_id: DeviceId) -> Result<Value, Problem> {
    let found = context.get(&format!("/configs/{device_id}/history"), &[]).await?;
    let mut heads: Vec<ConfigHead> = found.as_array().into_iter().flatten().map(|row| head(Row(row))).collect();
    heads.sort_by(|a, b| b.retrieved_at.cmp(&a.retrieved_at).then(b.id.cmp(&a.id)));
    Ok(reply(&heads))
}

async fn diff(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let needed = |name: &str| {
        let missing = || Problem::field(format!("query.{name}"), "Two snapshots are needed for a difference.");
        request.id(name)?.ok_or_else(missing)
    };
    let (old, new) = (get(context, needed("config_id_a")?).await?, get(context, needed("config_id_b")?).await?);
    Ok(json!({"config_id_a": old.id, "config_id_b": new.id, "diff": unified(&old, &new)}))
}

/// The lines of a unified diff of two configurations; none if they are equal.
fn unified(old: &Config, new: &Config) -> Vec<String> {
    let title = |config: &Config| format!("{} {}", config.id, config.retrieved_at);
    let text = TextDiff::from_lines(&old.config_data, &new.config_data)
        .unified_diff()
        .context_radius(CONTEXT)
        .missing_newline_hint(false)
        .header(&title(old), &title(new))
        .to_string();
    text.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config_of(id: i64, text: &str) -> Config {
        Config {
            id: id.into(),
            device_id: 1.into(),
            retrieved_at: jiff::Timestamp::UNIX_EPOCH,
            config_metadata: None,
            config_data: text.to_owned(),
        }
    }

    #[test]
    fn a_difference_shows_the_lines_around_a_change_and_nothing_when_there_is_none() {
        let old = config_of(1, "a\nb\nc\nd\ne\nf\nend");
        let new = config_of(2, "a\nb\nc\nd\nE\nf\nend");
        let lines = unified(&old, &new);
        assert_eq!(&lines[2..], ["@@ -2,6 +2,6 @@", " b", " c", " d", "-e", "+E", " f", " end"]);
        assert!(lines[0].starts_with("--- 1 ") && lines[1].starts_with("+++ 2 "), "{lines:?}");
        assert_eq!(unified(&old, &old), Vec::<String>::new());
    }
}
