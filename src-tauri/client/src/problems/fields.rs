//! Refusals of single values, as sentences: servers report them in the words of their validation library.

use netraven_api::problem::FieldError;
use serde_json::Value;

use super::pattern;

/// One refusal of a list, with its field; `input` and `ctx` are not shown, since they may repeat a whole body
/// with its passwords.
pub fn field(refusal: &Value) -> FieldError {
    let loc = refusal.get("loc").and_then(Value::as_array);
    FieldError { field: loc.map(|loc| dotted(loc)).unwrap_or_default(), message: message(refusal) }
}

/// Name of a field without the part of the request it is in.
pub fn last_part(field: &str) -> &str {
    field.strip_prefix("body.").or_else(|| field.strip_prefix("query.")).unwrap_or(field)
}

fn dotted(loc: &[Value]) -> String {
    let parts: Vec<String> =
        loc.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
    parts.join(".")
}

/// What is wrong with a value and what to enter instead.
fn message(refusal: &Value) -> String {
    let text = |name: &str| refusal.get(name).and_then(Value::as_str).unwrap_or_default();
    let context = |name: &str| refusal.get("ctx").and_then(|context| context.get(name));
    let limit = |name: &str| context(name).map(Value::to_string).or_else(|| number_in(text("msg")));
    match (text("type"), text("msg")) {
        ("missing", _) => "Enter a value.".to_owned(),
        ("string_too_short", msg) => match limit("min_length").as_deref() {
            Some("1") => "Enter a value.".to_owned(),
            Some(least) => format!("Enter at least {least} characters."),
            None => sentence(msg),
        },
        ("string_too_long", msg) => {
            limit("max_length").map_or_else(|| sentence(msg), |most| format!("Enter at most {most} characters."))
        }
        ("string_pattern_mismatch", msg) => {
            let pattern = context("pattern").and_then(Value::as_str).map(str::to_owned).or_else(|| quoted(msg));
            let said = pattern.as_deref().and_then(pattern::said);
            said.unwrap_or_else(|| "This does not have the required format.".to_owned())
        }
        ("greater_than_equal", msg) => {
            limit("ge").map_or_else(|| sentence(msg), |least| format!("Enter {least} or more."))
        }
        ("less_than_equal", msg) => limit("le").map_or_else(|| sentence(msg), |most| format!("Enter {most} or less.")),
        ("int_parsing" | "int_type" | "int_from_float", _) => "Enter a whole number.".to_owned(),
        ("literal_error" | "enum", msg) => {
            let expected = context("expected").and_then(Value::as_str).map(|list| list.replace('\'', ""));
            expected.map_or_else(|| sentence(msg), |list| format!("This must be {list}."))
        }
        ("ip_any_address", _) => "Enter an IPv4 or IPv6 address.".to_owned(),
        (kind, _) if kind.starts_with("datetime") => {
            "Enter a date and a time, such as 2026-11-22T14:00:00Z.".to_owned()
        }
        (_, "") => "This value was refused.".to_owned(),
        (_, msg) => {
            let msg = msg.strip_prefix("Value error, ").unwrap_or(msg);
            sentence(msg.strip_prefix("value is not a valid email address: ").unwrap_or(msg))
        }
    }
}

/// The first number in a text.
fn number_in(text: &str) -> Option<String> {
    let number: String = text
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
        .collect();
    (!number.is_empty()).then_some(number)
}

/// The quoted text at the end of a text.
fn quoted(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('\'')?;
    rest.strip_suffix('\'').map(str::to_owned)
}

/// A text with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let Some(first) = letters.next() else { return String::new() };
    super::sentence(&first.to_uppercase().chain(letters).collect::<String>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_library_says_is_said_to_people() {
        for (refusal, said) in [
            (json!({"type": "missing", "msg": "Field required"}), "Enter a value."),
            (
                json!({"type": "string_too_short", "msg": "String should have at least 8 characters", "ctx": {"min_length": 8}}),
                "Enter at least 8 characters.",
            ),
            (
                json!({"type": "string_too_long", "msg": "String should have at most 64 characters"}),
                "Enter at most 64 characters.",
            ),
            (
                json!({"type": "string_pattern_mismatch", "msg": "x", "ctx": {"pattern": "^[\\w\\-\\s]+$"}}),
                "Use letters, digits, spaces, underscores and hyphens only.",
            ),
            (
                json!({"type": "string_pattern_mismatch", "msg": "String should match pattern '^(asc|desc)$'"}),
                "This must be asc or desc.",
            ),
            (
                json!({"type": "greater_than_equal", "msg": "Input should be greater than or equal to 60", "ctx": {"ge": 60}}),
                "Enter 60 or more.",
            ),
            (
                json!({"type": "literal_error", "msg": "x", "ctx": {"expected": "'admin' or 'user'"}}),
                "This must be admin or user.",
            ),
            (json!({"type": "ip_any_address", "msg": "value is not a valid"}), "Enter an IPv4 or IPv6 address."),
            (
                json!({"type": "value_error", "msg": "value is not a valid email address: An email address must have an @-sign."}),
                "An email address must have an @-sign.",
            ),
            (json!({"type": "value_error", "msg": "Value error, not a number"}), "Not a number."),
            (json!({}), "This value was refused."),
        ] {
            assert_eq!(message(&refusal), said, "{refusal}");
        }
    }
}
