//! What is said of a file that does not fit the fields: the message of serde in plain words, with what to write.

use super::patterns::Wrong;

/// From this likeness on, of 1, a name is taken for a misspelt other one.
const ALIKE: f64 = 0.75;

/// Puts into words what was wrong at a path.
pub(super) fn describe(path: &str, message: &str) -> Wrong {
    let message = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let (problem, write) = in_words(message);
    Wrong { field: name_field(path, message), problem, write }
}

/// A missing or unknown field is named by the message alone; everything else by the path.
fn name_field(path: &str, message: &str) -> String {
    let named = ["missing field `", "unknown field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split_once('`').map(|(name, _)| name));
    match named {
        None => path.to_string(),
        Some(name) if path == "." => name.to_string(),
        Some(name) if path == name || path.ends_with(&format!(".{name}")) => path.to_string(),
        Some(name) => format!("{path}.{name}"),
    }
}

/// The problem, and what to write.
fn in_words(message: &str) -> (String, String) {
    if let Some(name) = message.strip_prefix("missing field ") {
        return (message.to_string(), format!("Add {name}"));
    }
    let Some((found, expected)) = message.rsplit_once(", expected ") else {
        return (message.to_string(), "Correct it".to_string());
    };
    if found.starts_with("unknown ") {
        let name = found.split('`').nth(1).unwrap_or_default();
        return match nearest(name, expected) {
            Some(nearest) => (format!("{found} (did you mean `{nearest}`?)"), "Correct or remove it".to_string()),
            None => (message.to_string(), "Write one of those, or remove it".to_string()),
        };
    }
    // The value may be a secret: only its kind is shown.
    let found = found.split(['`', '"']).next().unwrap_or_default().trim_end();
    let expected = kind(expected);
    (format!("{found}, expected {expected}"), format!("Write {expected}"))
}

/// The one of the names in backticks that this one is most like, if it is like any.
fn nearest<'n>(name: &str, names: &'n str) -> Option<&'n str> {
    let likeness = names.split('`').skip(1).step_by(2).map(|other| (strsim::jaro(name, other), other));
    let (likeness, nearest) = likeness.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness > ALIKE).then_some(nearest)
}

/// A kind of value as the author of a file knows it.
fn kind(expected: &str) -> &str {
    match expected {
        "a string" => "a text in quotes",
        "a sequence" => "a list in square brackets",
        "a boolean" => "true or false",
        "u32" | "u64" => "a whole number",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, message: &str, field: &str, problem: &str, write: &str) {
        let wrong = describe(path, message);
        assert_eq!((wrong.field.as_str(), wrong.problem.as_str(), wrong.write.as_str()), (field, problem, write));
    }

    #[test]
    fn messages_are_put_into_plain_words() {
        check(".", "missing field `title`", "title", "missing field `title`", "Add `title`");
        let unknown = "unknown field `ende`, expected one of `send`, `end`, `header`";
        let says = "unknown field `ende` (did you mean `end`?)";
        check("commands[1].ende", unknown, "commands[1].ende", says, "Correct or remove it");
        let unknown = "unknown field `colour`, expected `send` or `optional`";
        check("prepare[0]", unknown, "prepare[0].colour", unknown, "Write one of those, or remove it");
        let kind = "invalid type: string \"hunter2\", expected a sequence";
        let says = "invalid type: string, expected a list in square brackets";
        check("errors", kind, "errors", says, "Write a list in square brackets");
        let kind = "invalid type: integer `7`, expected struct RawPrompt";
        check("prompt", kind, "prompt", "invalid type: integer, expected a table", "Write a table");
    }
}
