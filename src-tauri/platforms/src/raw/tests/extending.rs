//! Files that extend others.

use super::*;

/// Reads a file with others beside it.
fn read(text: &str, others: &[(&str, String)]) -> Result<Definition, BadDefinition> {
    Definition::parse_with("mine.toml", text, &|name| {
        others.iter().find(|(other, _)| *other == name).map(|(_, text)| text.clone())
    })
}

fn child(name: &str, extends: &str, more: &str) -> String {
    format!("name = '{name}'\ntitle = 'Child'\nextends = '{extends}'\n{more}\n")
}

#[test]
fn tables_are_merged_and_lists_and_values_replaced() {
    let below = GOOD.to_string() + "[paging]\nmore = ['--More--']\nanswer = ' '\noff = [{ send = 'no page' }]\n";
    let text = child("other", "mine", "errors = ['^no', '^never']\nprompt.privileged = '#'\npaging.answer = 'q'");
    let definition = read(&text, &[("mine", below)]).unwrap();
    assert_eq!(
        (definition.name.as_str(), definition.title.as_str(), definition.vendor.as_str()),
        ("other", "Child", "Me")
    );
    assert_eq!((definition.errors.len(), definition.commands.len()), (2, 2));
    assert_eq!((definition.paging.answer.as_str(), definition.paging.off.len()), ("q", 1));
    assert!(definition.prompt.privileged.is_some() && definition.prompt_of("host>").is_some());
}

#[test]
fn name_and_title_are_never_taken_over() {
    let bad = read("name = 'other'\nextends = 'mine'\n", &[("mine", GOOD.to_string())]).unwrap_err();
    assert_eq!((bad.field.as_deref(), bad.line), (Some("title"), None), "{bad}");
}

/// A relative is another platform: what names the one does not name the other.
#[test]
fn what_a_platform_alone_says_is_not_taken_over() {
    let below = format!("identify = ['^I am Mine']\n{GOOD}");
    let definition = read(&child("other", "mine", ""), &[("mine", below.clone())]).unwrap();
    assert!(definition.identify.is_empty());
    let own = read(&child("other", "mine", "identify = ['^I am Other']"), &[("mine", below)]).unwrap();
    assert!(own.identify.len() == 1 && own.identify[0].is_match("Hello\nI am Other"));
}

#[test]
fn a_file_is_not_proven_by_the_recordings_of_what_it_extends() {
    let below = format!("evidence = 'session'\n{GOOD}");
    let child = read(&child("other", "mine", ""), &[("mine", below)]).unwrap();
    assert_eq!((child.evidence, child.extends.as_deref()), (None, Some("mine")));
}

#[test]
fn a_file_extends_built_in_platforms_even_the_one_it_replaces() {
    let definition = read(&child("mine", "cisco_ios", ""), &[]).unwrap();
    assert_eq!(definition.commands.len(), read(registry::built_in("cisco_ios").unwrap(), &[]).unwrap().commands.len());
    let own = child("cisco_ios", "cisco_ios", "goodbye = ['bye']");
    assert_eq!(read(&own, &[("cisco_ios", own.clone())]).unwrap().goodbye, ["bye"]);
    // Another file gets the user's version, which stands on the built-in one.
    assert_eq!(read(&child("mine", "cisco_ios", ""), &[("cisco_ios", own)]).unwrap().goodbye, ["bye"]);
}

#[test]
fn what_cannot_be_extended_is_named() {
    let check = |text: &str, others: &[(&str, String)], says: &str| {
        let bad = read(text, others).expect_err(says);
        assert_eq!((bad.field.as_deref(), bad.line), (Some("extends"), Some(3)), "{bad}");
        assert!(bad.problem.contains(says), "{bad}");
    };
    check(&child("a", "nothing", ""), &[], "there is no platform `nothing`");
    check(&child("a", "a", ""), &[], "there is no platform `a`");
    let others = [("a", child("a", "b", "")), ("b", child("b", "a", ""))];
    check(&others[0].1, &others, "in a circle: a, b, a (line 3 of the platform b, which this file extends)");
    let names = ["a", "b", "c", "d", "e"];
    let chain: Vec<(&str, String)> = names.windows(2).map(|two| (two[0], child(two[0], two[1], ""))).collect();
    let whole = |last: &str| [chain.clone(), vec![("e", last.to_string())]].concat();
    assert!(read(&chain[0].1, &whole(&GOOD.replace("'mine'", "'e'"))).is_ok());
    let longer = whole(&child("e", "cisco_ios", ""));
    check(&chain[0].1, &longer, "more than 4 platforms extend each other: a, b, c, d, e, cisco_ios");
}

#[test]
fn a_refusal_says_which_file_a_field_came_from() {
    let below = GOOD.replace("end = '^end$'", "end = 'all'");
    let bad = read(&child("other", "mine", ""), &[("mine", below)]).unwrap_err();
    assert_eq!((bad.field.as_deref(), bad.line), (Some("commands[1].end"), Some(3)));
    assert!(bad.problem.ends_with("(line 13 of the platform mine, which this file extends)"), "{bad}");
    let broken = "name = 'mine'\ntitle = ".to_string();
    let bad = read(&child("other", "mine", ""), &[("mine", broken)]).unwrap_err();
    assert_eq!((bad.field, bad.line), (None, Some(3)));
    assert!(bad.problem.contains("is not TOML: ") && bad.problem.contains("of the platform mine"), "{}", bad.problem);
    let bad = read(&child("other", "mine", "goodbye = ['x', 7]"), &[("mine", GOOD.to_string())]).unwrap_err();
    assert_eq!((bad.field.as_deref(), bad.line), (Some("goodbye[1]"), Some(4)), "{bad}");
    // A table that both have: what is missing in it is missing in the file itself.
    let below = GOOD.replace("pattern =", "not =").replace("'(?P<host>\\w+)>'", "[]");
    let bad = read(&child("other", "mine", "[prompt]\nprivileged = '#'"), &[("mine", below)]).unwrap_err();
    assert_eq!((bad.field.as_deref(), bad.line), (Some("prompt.pattern"), Some(4)), "{bad}");
}
