//! What a query asks for of the demo's rows, whatever the list. A filter is looked for in the row's field of that name, so that
//! a new column needs nothing here.

use std::collections::BTreeMap;

use netraven_api::problem::Code;
use netraven_api::rows::Excerpt;
use netraven_api::{Order, Page, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What is no filter, but says which part of the rows is wanted.
const OF_EXCERPT: [&str; 6] = ["page", "size", "sort", "order", "after", "before"];
/// Filters that ask for a part of a text; the others ask for all of it.
const PARTS: [&str; 7] = ["hostname", "ip_address", "serial_number", "model", "notes", "name", "username"];

/// Reads what is known of a query; whatever else stands in it is left alone.
pub fn asked<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    serde_html_form::from_str(query)
        .or_else(|_| of_parts(query))
        .map_err(|error| Problem::new(Code::Invalid, format!("The query could not be read: {error}.")))
}

/// A request that is made of parts, whose fields are not decoded from texts: each value is what its field takes.
fn of_parts<T: DeserializeOwned>(query: &str) -> Result<T, serde_json::Error> {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
    let number = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    let mut fields = serde_json::Map::new();
    for (name, text) in &pairs {
        let all = || pairs.iter().filter(|(it, _)| it == name).map(|(_, text)| text.as_str());
        let takes = |value: &Value| serde_json::from_value::<T>(serde_json::json!({ name: value })).is_ok();
        let kinds = [Value::from(text.as_str()), number(text), all().collect(), all().map(number).collect()];
        fields.insert(name.clone(), kinds.into_iter().find(takes).unwrap_or_else(|| Value::from(text.as_str())));
    }
    serde_json::from_value(Value::Object(fields))
}

/// The page of rows that a query asks for, by a column upwards if it does not say. The rows are in the order of their ids.
pub fn page<T>(query: &str, column: &str, rows: Vec<T>, shown: impl Fn(&T) -> Value) -> Result<Page<T>, Problem> {
    let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in asked::<Vec<(String, String)>>(query)? {
        if !value.is_empty() && !OF_EXCERPT.contains(&name.as_str()) {
            filters.entry(name).or_default().push(value.to_lowercase());
        }
    }
    let is_wanted = |row: &T| {
        let row = shown(row);
        filters.iter().all(|(name, values)| fits(&row, name, values))
    };
    let rows: Vec<T> = rows.into_iter().filter(is_wanted).collect();
    Ok(asked::<Excerpt>(query)?.or(column, Order::Ascending).page_by(rows, &shown))
}

/// What of a row can be asked for: its fields.
#[must_use]
pub fn fields(row: &impl Serialize) -> Value {
    serde_json::to_value(row).unwrap_or_default()
}

fn fits(row: &Value, name: &str, values: &[String]) -> bool {
    if name == "tag_id" {
        let tags = row.get("tags").and_then(Value::as_array).into_iter().flatten();
        return tags.filter_map(|tag| tag.get("id")).any(|id| values.contains(&id.to_string()));
    }
    let found = row.get(name).unwrap_or(&Value::Null);
    let text = found.as_str().map(str::to_lowercase);
    if PARTS.contains(&name) {
        return text.is_some_and(|text| values.iter().any(|part| text.contains(part)));
    }
    match (text, found) {
        (Some(text), _) => values.contains(&text),
        // What has not come yet is asked for by this word.
        (None, Value::Null) => values.iter().any(|value| value == "never"),
        (None, other) => values.contains(&other.to_string()),
    }
}

/// Whether a text holds a part, any case; every text holds what is not asked for.
#[must_use]
pub fn holds(text: Option<&str>, part: Option<&str>) -> bool {
    part.is_none_or(|part| text.unwrap_or_default().to_lowercase().contains(&part.to_lowercase()))
}

/// Whether any is wanted, or this one is among the wanted.
#[must_use]
pub fn among<T: PartialEq>(wanted: &[T], one: &T) -> bool {
    wanted.is_empty() || wanted.contains(one)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_filter_is_looked_for_in_the_field_of_its_name() {
        let rows = vec![
            json!({ "id": 1, "name": "Core", "status": "failed", "on": true, "tags": [{ "id": 7 }], "came": null }),
            json!({ "id": 2, "name": "Edge", "status": "partly_failed", "on": false, "tags": [], "came": "ok" }),
        ];
        for (query, expected) in [
            ("", &[1_i64, 2][..]),
            ("name=", &[1, 2]),
            ("name=DGE", &[2]),
            ("status=failed", &[1]),
            ("status=failed&status=PARTLY_FAILED", &[1, 2]),
            ("on=true", &[1]),
            ("tag_id=6&tag_id=7", &[1]),
            ("came=never", &[1]),
            ("size=1&order=desc", &[2]),
        ] {
            let page = page(query, "name", rows.clone(), Value::clone).unwrap();
            let ids: Vec<i64> = page.items.iter().filter_map(|row| row["id"].as_i64()).collect();
            assert_eq!(ids, expected, "{query}");
        }
    }
}
