//! What a file may say and what it may not, and what is said of it then.

mod extending;
mod fields;

use proptest::prelude::*;

use super::*;
use crate::Registry;
use crate::registry;

const GOOD: &str = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\nerrors = ['^oops']\n\
                    [prompt]\npattern = '(?P<host>\\w+)>'\n\
                    [[commands]]\nsend = 'show version'\npurpose = 'facts'\n\
                    [[commands]]\nsend = 'show all'\npurpose = 'config'\nend = '^end$'\n";

/// What is said of the good file after replacing `from` with `to`.
fn check(from: &str, to: &str, line: Option<usize>, field: Option<&str>, says: &str) {
    assert!(GOOD.contains(from), "{from}");
    let bad = Definition::parse("mine.toml", &GOOD.replace(from, to)).expect_err(to);
    assert_eq!((bad.line, bad.field.as_deref()), (line, field), "{bad}");
    assert!(bad.problem.contains(says), "{bad}");
    let sentence = bad.to_string();
    let place = line.map(|line| format!(", line {line}")).unwrap_or_default();
    assert!(sentence.starts_with(&format!("platform file mine.toml{place}: ")), "{sentence}");
    assert!(sentence.ends_with("describes every field of a platform"), "{sentence}");
}

/// The good file with more at its end, which belongs to the configuration command unless it starts a table.
fn with(more: &str) -> Result<Definition, BadDefinition> {
    Definition::parse("mine.toml", &format!("{GOOD}{more}\n"))
}

/// The good file with more at its start, where single values belong.
fn with_first(more: &str) -> Result<Definition, BadDefinition> {
    Definition::parse("mine.toml", &format!("{more}\n{GOOD}"))
}

/// What is said of the good file with more at its end.
fn check_with(more: &str, field: &str, says: &str) {
    check_refused(with(more), more, field, says);
}

fn check_refused(read: Result<Definition, BadDefinition>, more: &str, field: &str, says: &str) {
    let bad = read.expect_err(more);
    assert_eq!(bad.field.as_deref(), Some(field), "{bad}");
    assert!(bad.to_string().contains(says), "{bad}");
}

#[test]
fn the_good_file_is_good() {
    let definition = Definition::parse("mine.toml", GOOD).unwrap();
    assert_eq!((definition.newline.as_str(), definition.paging.answer.as_str()), ("\n", " "));
    assert_eq!(definition.commands[1].timeout, std::time::Duration::from_secs(30));
    assert_eq!(definition.terminal, crate::TerminalRules::default());
    assert_eq!((definition.via, definition.commands[1].via), (Via::Shell, Via::Shell));
    assert_eq!((definition.prompt.written(), definition.evidence), (Some("(?P<host>\\w+)>"), None));
    assert!(definition.commands[0].optional && !definition.commands[1].optional);
}

#[test]
fn a_refusal_names_line_and_field_and_fault() {
    check("name = 'mine'", "name = 'mine", Some(1), None, "is not TOML: ");
    check("title = 'Mine'\n", "", None, Some("title"), "missing field `title`");
    check("vendor", "wendor", Some(3), Some("wendor"), "unknown field `wendor` (did you mean `vendor`?)");
    check("name = 'mine'", "name = 'Cisco IOS'", Some(1), Some("name"), "lower case letters");
    check("name = 'mine'", "name = 'auto'", Some(1), Some("name"), "a platform that is to be recognised");
    check("name = 'mine'", "name = 7", Some(1), Some("name"), "invalid type: integer, expected a text in quotes");
    check("title = 'Mine'", "title = ''", Some(2), Some("title"), "is empty");
    let evidence = "title = 'Mine'\nevidence = 'rumour'";
    let says = "expected one of `session`, `answers`, `documentation`";
    check("title = 'Mine'", evidence, Some(3), Some("evidence"), says);
    check("['^oops']", "[]", Some(4), Some("errors"), "the list is empty");
    let second = "[\n'^oops',\n'(']";
    check("['^oops']", second, Some(6), Some("errors[1]"), "not a valid regular expression: unclosed group");
    check("(?P<host>\\w+)>", "\\w+>", Some(6), Some("prompt.pattern"), "no group (?P<host>...)");
    check("(?P<host>\\w+)>", "(?P<host>\\w*)", Some(6), Some("prompt.pattern"), "matches an empty line");
    check("(?P<host>\\w+)>", "a)|(?P<host>b", Some(6), Some("prompt.pattern"), "not a valid regular expression");
    check("purpose = 'config'", "purpose = 'facts'", Some(7), Some("commands"), "nothing could be backed up");
    check("purpose = 'config'", "purpose = 'confg'", Some(12), Some("commands[1].purpose"), "did you mean `config`?");
    check("end = '^end$'", "ende = '^end$'", Some(13), Some("commands[1].ende"), "unknown field `ende`");
    check("end = '^end$'", "end = '[z'", Some(13), Some("commands[1].end"), "unclosed character class");
    check("end = '^end$'", "end = 'all'", Some(13), Some("commands[1].end"), "matches the command itself");
    let timeout = Some("commands[1].timeout_seconds");
    check("end = '^end$'", "timeout_seconds = 0", Some(13), timeout, "not between 1 and 3600");
    check("send = 'show all'\n", "", Some(10), Some("commands[1]"), "none of `send`, `first_of` and `fetch`");
}

#[cfg(feature = "schema")]
#[test]
fn the_schema_in_the_documents_is_that_of_the_types() {
    let kept = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/platform.schema.json"));
    let kept: serde_json::Value = serde_json::from_str(kept).unwrap();
    assert!(kept == json_schema(), "docs/platform.schema.json is old: run cargo xtask docs");
}

#[cfg(feature = "schema")]
#[test]
fn the_schema_knows_what_may_be_left_out() {
    let schema = json_schema();
    assert_eq!(schema["required"], serde_json::json!(["name", "title"]));
    assert_eq!(schema["else"]["required"], serde_json::json!(["vendor", "commands"]));
    assert_eq!(schema["else"]["properties"]["prompt"]["required"], serde_json::json!(["pattern"]));
    let command = &schema["properties"]["commands"]["items"];
    assert_eq!(command["additionalProperties"], false);
    assert_eq!(command["properties"]["channel"]["enum"], serde_json::json!(["shell", "exec"]));
    assert_eq!(command["properties"]["when"]["type"], "string");
    let privilege = &schema["properties"]["privilege"]["oneOf"];
    assert_eq!(privilege[0]["type"], "object");
    assert_eq!(privilege[1]["type"], "array");
    assert!(!schema.to_string().contains("$ref"), "a type is left as a reference");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_damaged_file_is_read_or_refused(
        platform in prop::sample::select(Registry::load(None).0.names()),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        damage in 0_usize..3,
    ) {
        let text = registry::built_in(&platform).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let (from, to) = (from.index(lines.len()), to.index(lines.len()));
        match damage {
            0 => lines.swap(from, to),
            1 => {
                lines.remove(from);
            }
            _ => lines[from] = lines[from].get(to..).unwrap_or_default(),
        }
        if let Err(bad) = Definition::parse("damaged.toml", &lines.join("\n")) {
            prop_assert!(bad.line.is_none_or(|line| (1..=lines.len() + 1).contains(&line)), "{}", bad);
        }
    }
}
