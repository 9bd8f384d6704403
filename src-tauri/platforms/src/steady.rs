//! Tags that stay: where a device shows a secret differently each time, the stored text keeps the tag it had before, so
//! that a difference between two snapshots shows what changed and nothing else.

use std::borrow::Cow;
use std::collections::HashMap;

use super::definition::Definition;
use super::redact::tags_in;
use super::rules::MASK;
use super::stored::{blocks_in, changing, without_end};

/// The redacted text `now` with the tags that the redacted text `before` had in its unstable lines and blocks.
///
/// A line is the same if all of it but those tags is, and the less indented lines above it are. It keeps its tags only if
/// there is exactly one such line in either text, since the tag of one entry must never pass to another. Nothing but tags
/// is taken from `before`.
pub fn steady(definition: &Definition, before: &str, now: &str) -> String {
    if !definition.has_unstable() {
        return now.to_string();
    }
    let earlier: Vec<&str> = before.split_inclusive('\n').collect();
    let mut lines: Vec<Cow<'_, str>> = now.split_inclusive('\n').map(Cow::Borrowed).collect();
    let known = places(definition, &earlier);
    let wanted = places(definition, &now.split_inclusive('\n').collect::<Vec<_>>());
    for (identity, place) in wanted {
        let (Some(place), Some(Some(known))) = (place, known.get(&identity)) else { continue };
        let ending = &lines[place][without_end(&lines[place]).len()..];
        lines[place] = Cow::Owned(without_end(earlier[*known]).to_string() + ending);
    }
    lines.into_iter().collect()
}

/// Where the lines with unstable tags stand, by what identifies them; none where several cannot be told apart.
fn places(definition: &Definition, lines: &[&str]) -> HashMap<String, Option<usize>> {
    let in_block = in_blocks(definition, lines);
    let mut above: Vec<(usize, Cow<'_, str>)> = Vec::new();
    let mut places = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        let line = without_end(line);
        let indent = line.len() - line.trim_start().len();
        if indent == line.len() {
            continue;
        }
        while above.last().is_some_and(|(other, _)| *other >= indent) {
            above.pop();
        }
        let masked = masked(definition, line, in_block[place]);
        let is_unstable = masked.is_some();
        above.push((indent, masked.map_or(Cow::Borrowed(line), Cow::Owned)));
        if is_unstable {
            let identity: Vec<&str> = above.iter().map(|(_, line)| &**line).collect();
            places.entry(identity.join("\n")).and_modify(|place| *place = None).or_insert(Some(place));
        }
    }
    places
}

/// A line with its unstable tags masked; none where it has no such tag.
fn masked(definition: &Definition, line: &str, in_block: bool) -> Option<String> {
    let tags = tags_in(line);
    if tags.is_empty() {
        return None;
    }
    // The rules were written for values without a blank: for each tag they see one character.
    let (mut seen, mut at, mut from) = (String::with_capacity(line.len()), Vec::with_capacity(tags.len()), 0);
    for tag in &tags {
        seen.push_str(&line[from..tag.start]);
        at.push(seen.len());
        seen.push(MASK);
        from = tag.end;
    }
    seen.push_str(&line[from..]);
    let whole = 0..seen.len();
    let parts = if in_block { vec![whole] } else { changing(definition, &seen)? };
    let (mut out, mut from, mut masks) = (String::with_capacity(line.len()), 0, 0);
    for (tag, at) in tags.iter().zip(at) {
        out.push_str(&line[from..tag.start]);
        if parts.iter().any(|part| part.contains(&at)) {
            out.push(MASK);
            masks += 1;
        } else {
            out.push_str(&line[tag.clone()]);
        }
        from = tag.end;
    }
    out.push_str(&line[from..]);
    (masks > 0).then_some(out)
}

/// Which of these lines are in an unstable block.
fn in_blocks(definition: &Definition, lines: &[&str]) -> Vec<bool> {
    let starts = |line: &&str| definition.unstable_blocks.iter().any(|rule| rule.start.is_match(without_end(line)));
    let mut inside = vec![false; lines.len()];
    for block in blocks_in(&definition.unstable_blocks, lines) {
        // The end of one may have been hidden with a secret: what follows, up to the end of the next, is none of it.
        if !lines[block.start + 1..block.end].iter().any(starts) {
            inside[block].fill(true);
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;
    use crate::{BlockRule, Redactor, significant};

    fn fortios() -> Definition {
        Definition::with_unstable("fortinet", &[r"^\s*set \S+ ENC (\S.*)$"])
    }

    fn users(users: &[(&str, &str)]) -> String {
        let user = |(name, lines): &(&str, &str)| format!("    edit \"{name}\"\n        {lines}\n    next\n");
        format!("config user local\n{}end\n", users.iter().map(user).collect::<String>())
    }

    #[test]
    fn a_sealed_secret_keeps_its_tag_when_something_else_changes() {
        let (fortios, key) = (fortios(), [7; 32]);
        let redacted = |text: &str| Redactor::new(&fortios, &key).redact(&significant(&fortios, text)).text;
        let before = redacted(&users(&[("bob", "set passwd ENC AAAA=="), ("eve", "set passwd ENC BBBB==")]));
        let now = redacted(&users(&[
            ("ann", "set passwd ENC CCCC=="),
            ("bob", "set passwd ENC DDDD=="),
            ("eve", "set status enable"),
        ]));
        let kept = steady(&fortios, &before, &now);
        let tag = |text: &str, user: &str| {
            let (_, rest) = text.split_once(&format!("edit \"{user}\"\n")).unwrap();
            rest.lines().next().unwrap().trim().to_string()
        };
        assert_ne!(tag(&before, "bob"), tag(&now, "bob"));
        assert_eq!(tag(&kept, "bob"), tag(&before, "bob"));
        assert_eq!(tag(&kept, "ann"), tag(&now, "ann"), "a new user has no tag before");
        assert_eq!(tag(&kept, "eve"), "set status enable");
        assert_eq!(kept.lines().count(), now.lines().count());
    }

    #[test]
    fn other_secrets_and_lines_that_differ_keep_the_new_tag() {
        let fortios = fortios();
        for (before, now) in [
            ("set passwd ‹secret 0001›", "set passwd ‹secret 0002›"),
            ("set passwd ENC ‹secret 0001›", "set passwd2 ENC ‹secret 0002›"),
            ("set passwd ENC ‹secret 0001›", "set passwd ENC plain"),
            ("set passwd ENC plain", "set passwd ENC ‹secret 0002›"),
        ] {
            let (before, now) = (users(&[("bob", before)]), users(&[("bob", now)]));
            assert_eq!(steady(&fortios, &before, &now), now);
        }
        let both = Definition::with_unstable("generic", &[r"ENC (\S+)"]);
        let line = |sealed: &str, firm: &str| format!("set a ENC ‹secret {sealed}› key ‹secret {firm}›\n");
        assert_eq!(steady(&both, &line("0001", "0003"), &line("0002", "0003")), line("0001", "0003"));
        assert_eq!(steady(&both, &line("0001", "0003"), &line("0002", "0004")), line("0002", "0004"));
    }

    #[test]
    fn a_tag_never_passes_to_another_entry() {
        let fortios = fortios();
        let entry = |name: &str, tag: &str| format!("{name}\n set key ENC ‹secret {tag}›\n");
        let now = entry("edit b", "0002");
        assert_eq!(steady(&fortios, &entry("edit a", "0001"), &now), now, "below another line");
        let now = entry("edit a", "0003") + &entry("edit a", "0004");
        assert_eq!(steady(&fortios, &entry("edit a", "0001"), &now), now, "which of the two it was is not known");
        assert_eq!(steady(&fortios, &now, &entry("edit a", "0005")), entry("edit a", "0005"));
    }

    #[test]
    fn tags_of_an_unstable_block_are_kept_but_not_behind_a_hidden_end() {
        let mut definition = Definition::with_unstable("generic", &[]);
        let pattern = |pattern: &str| Regex::new(pattern).unwrap();
        definition.unstable_blocks = vec![BlockRule { start: pattern("^key "), end: pattern("^end key") }];
        let block = |tag: &str, end: &str| format!("key a\n‹secret {tag}›\n{end}");
        let (before, now) = (block("0001", "end key\n"), block("0002", "end key\n"));
        assert_eq!(steady(&definition, &before, &now), before);
        let other = |tag: &str| format!("community ‹secret {tag}›\nkey b\nend key\n");
        let now = block("0002", &other("0004"));
        assert_eq!(steady(&definition, &block("0001", &other("0003")), &now), now);
    }

    #[test]
    fn nothing_is_kept_where_nothing_is_unstable() {
        let generic = Definition::with_unstable("generic", &[]);
        assert_eq!(steady(&generic, "key ‹secret 0001›\n", "key ‹secret 0002›\n"), "key ‹secret 0002›\n");
    }
}
