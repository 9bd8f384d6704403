//! Which part of an answer is stored, and which part of that is compared.

use std::borrow::Cow;
use std::ops::Range;

use super::definition::Definition;
use super::rules::{BlockRule, merged};
use super::storing::Replacement;

/// Stands in a text that is compared for what changes at each showing. Another character would store every configuration
/// that has such lines once more.
const CHANGES: char = '\u{E001}';

/// How far a line is compared.
pub(super) enum Compared {
    /// All of it.
    Whole,
    /// As this text, from which is left out what changes at each showing.
    As(String),
    /// Not at all: the first line of its block stands for it.
    Not,
}

impl Definition {
    /// Whether any part of its texts is stored without being compared.
    pub fn has_unstable(&self) -> bool {
        !self.unstable.is_empty() || !self.unstable_blocks.is_empty()
    }
}

/// The text that is stored: with its replacements made, without the lines and blocks that change although the
/// configuration does not, and without the blank lines this leaves at either end.
///
/// It is made of a cleaned text once: a replacement may match again in what it has written.
pub fn significant(definition: &Definition, text: &str) -> String {
    let text = replaced(definition, text);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut volatile = blocks_in(&definition.volatile_blocks, &lines).into_iter().flatten().peekable();
    let mut kept = String::with_capacity(text.len());
    for (place, line) in lines.iter().enumerate() {
        let in_block = volatile.next_if_eq(&place).is_some();
        let content = without_end(line);
        let leads = kept.is_empty() && content.trim().is_empty();
        if !in_block && !leads && !definition.volatile_set.is_match(content) {
            kept.push_str(line);
        }
    }
    kept.truncate(kept.trim_end().len());
    if !kept.is_empty() {
        kept.push('\n');
    }
    kept
}

/// A significant text as it is compared with another: what changes at each showing is left out of it. That it is there
/// still counts: a mark takes the place of the groups of an unstable line, of the whole line if its pattern has none, and
/// of a block.
pub fn comparable<'t>(definition: &Definition, significant: &'t str) -> Cow<'t, str> {
    if !definition.has_unstable() {
        return Cow::Borrowed(significant);
    }
    let lines: Vec<&str> = significant.split_inclusive('\n').collect();
    let mut out = String::with_capacity(significant.len());
    for (&line, how) in lines.iter().zip(compared(definition, &lines)) {
        match how {
            Compared::Whole => out.push_str(line),
            Compared::As(part) => {
                out.push_str(&part);
                out.push_str(&line[without_end(line).len()..]);
            }
            Compared::Not => {}
        }
    }
    Cow::Owned(out)
}

/// Which of these lines are neither stored nor compared.
pub(super) fn volatile_lines(definition: &Definition, lines: &[&str]) -> Vec<bool> {
    let mut volatile: Vec<bool> =
        lines.iter().map(|line| definition.volatile_set.is_match(without_end(line))).collect();
    for block in blocks_in(&definition.volatile_blocks, lines) {
        volatile[block].fill(true);
    }
    volatile
}

/// How far each of these lines is compared.
pub(super) fn compared(definition: &Definition, lines: &[&str]) -> Vec<Compared> {
    let of_line = |line: &&str| part_that_stays(definition, without_end(line)).map_or(Compared::Whole, Compared::As);
    let mut compared: Vec<Compared> = lines.iter().map(of_line).collect();
    for block in blocks_in(&definition.unstable_blocks, lines) {
        compared[block.clone()].fill_with(|| Compared::Not);
        compared[block.start] = Compared::As(CHANGES.to_string());
    }
    compared
}

/// An unstable line with a mark for each part that changes; none if no rule matches the line.
fn part_that_stays(definition: &Definition, line: &str) -> Option<String> {
    changing(definition, line).map(|parts| marked(line, parts))
}

/// A line with a mark in the place of each of these parts, which are in order and apart from each other.
pub(super) fn marked(line: &str, parts: Vec<Range<usize>>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut from = 0;
    for part in parts {
        out.push_str(&line[from..part.start]);
        out.push(CHANGES);
        from = part.end;
    }
    out.push_str(&line[from..]);
    out
}

/// The parts of a line that change at each showing, in order and apart from each other; none if no rule matches it.
pub(super) fn changing(definition: &Definition, line: &str) -> Option<Vec<Range<usize>>> {
    if !definition.unstable_set.is_match(line) {
        return None;
    }
    let mut parts = Vec::new();
    for found in definition.unstable.iter().flat_map(|pattern| pattern.captures_iter(line)) {
        parts.extend(found.iter().skip(1).flatten().map(|group| group.range()));
        if found.len() == 1 {
            parts.push(0..line.len());
        }
    }
    Some(merged(parts))
}

/// The blocks of these rules, as ranges of lines, in order and apart from each other. What has no end is no block. A line
/// that matches both ends of a rule is a block by itself, unless the two are the same.
pub(super) fn blocks_in(rules: &[BlockRule], lines: &[&str]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    // Where a search for an end found none, no later one will.
    let mut endless = vec![false; rules.len()];
    for (place, line) in lines.iter().enumerate() {
        if found.last().is_some_and(|block| place < block.end) {
            continue;
        }
        let block = rules.iter().zip(&mut endless).find_map(|(rule, endless)| {
            if *endless || !rule.start.is_match(without_end(line)) {
                return None;
            }
            let first = if rule.start.as_str() == rule.end.as_str() { place + 1 } else { place };
            let end = (first..lines.len()).find(|end| rule.end.is_match(without_end(lines[*end])));
            *endless = end.is_none();
            end.map(|end| place..end + 1)
        });
        found.extend(block);
    }
    found
}

/// A text with all replacements made, in order.
fn replaced<'t>(definition: &Definition, text: &'t str) -> Cow<'t, str> {
    definition.replace.iter().fold(Cow::Borrowed(text), |text, rule| {
        Cow::Owned(match rule.multi_line {
            true => rule.pattern.replace_all(&text, rule.with.as_str()).into_owned(),
            false => text.split_inclusive('\n').map(|line| rule.in_line(line)).collect(),
        })
    })
}

/// A line of an answer with the replacements that can be made without knowing the lines around it.
pub(super) fn with_own_replacements<'l>(definition: &Definition, line: &'l str) -> Cow<'l, str> {
    let rules = definition.replace.iter().take_while(|rule| !rule.multi_line);
    rules.fold(Cow::Borrowed(line), |line, rule| Cow::Owned(rule.in_line(&line).into_owned()))
}

impl Replacement {
    /// A line with this replacement made; its line end stays.
    fn in_line<'l>(&self, line: &'l str) -> Cow<'l, str> {
        let content = without_end(line);
        match self.pattern.replace_all(content, self.with.as_str()) {
            Cow::Borrowed(_) => Cow::Borrowed(line),
            Cow::Owned(changed) => Cow::Owned(changed + &line[content.len()..]),
        }
    }
}

/// A line without its line end.
pub(super) fn without_end(line: &str) -> &str {
    line.trim_end_matches(['\n', '\r'])
}

#[cfg(test)]
impl Definition {
    /// A built-in platform with these unstable lines and none else.
    pub(crate) fn with_unstable(name: &str, patterns: &[&str]) -> Definition {
        let built_in = super::Registry::load(None).0.get(name).expect("built in");
        let mut definition = Definition::clone(&built_in);
        definition.unstable =
            patterns.iter().map(|pattern| regex::Regex::new(pattern).expect("a constant pattern")).collect();
        definition.unstable_set = regex::RegexSet::new(patterns).expect("constant patterns");
        definition.unstable_blocks = Vec::new();
        definition
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;
    use crate::Registry;

    fn block(start: &str, end: &str) -> BlockRule {
        BlockRule { start: Regex::new(start).unwrap(), end: Regex::new(end).unwrap() }
    }

    fn replacement(pattern: &str, with: &str, multi_line: bool) -> Replacement {
        Replacement { pattern: Regex::new(pattern).unwrap(), with: with.to_string(), multi_line }
    }

    #[test]
    fn significant_drops_only_volatile_lines() {
        let definition = Registry::load(None).0.get("cisco_ios").expect("built in");
        let text = "! NVRAM config last updated at 15:26\n \n! Last configuration change at 13:57:08 CET\nntp clock-period 17179869\n\
                    Current configuration : 19796 bytes\n! Processor ID: FCL2\n banner Last configuration change at\n\n\
                    ! No configuration change since last restart\n";
        assert_eq!(significant(&definition, text), "! Processor ID: FCL2\n banner Last configuration change at\n");
    }

    #[test]
    fn a_volatile_block_goes_with_both_its_ends() {
        let mut definition = Definition::with_unstable("generic", &[]);
        definition.volatile_blocks = vec![block(r"^\s*<revision>", "</revision>")];
        let text = |revision: &str| format!("<opnsense>\n{revision}  <system>\n  </system>\n</opnsense>\n");
        let revision = "  <revision>\n    <time>1764500000.12</time>\n  </revision>\n";
        assert_eq!(significant(&definition, &text(revision)), text(""));
        assert_eq!(significant(&definition, &text(&revision.repeat(2))), text(""));
        assert_eq!(significant(&definition, &text("  <revision>1</revision>\n")), text(""), "on one line");
        assert_eq!(significant(&definition, &text("  <revision>\n")), text("  <revision>\n"), "without an end");
    }

    #[test]
    fn ends_that_look_the_same_frame_a_block() {
        let inside = |rules: &[BlockRule], text: &str| -> Vec<usize> {
            blocks_in(rules, &text.split_inclusive('\n').collect::<Vec<_>>()).into_iter().flatten().collect()
        };
        assert_eq!(inside(&[block("^---", "^---")], "a\n---\nb\n---\nc\n---\n"), [1, 2, 3]);
        assert_eq!(inside(&[block("x", "y"), block("a", "b")], "x\na\nb\nx\n"), [1, 2]);
    }

    #[test]
    fn replacements_are_made_in_order() {
        let mut definition = Definition::with_unstable("generic", &[]);
        definition.replace = vec![
            replacement(r"\\\n\s+", "", true),
            replacement(r"uptime=\S+", "uptime=", false),
            replacement(r"^/(\w+)=$", "$1 of nothing", false),
        ];
        let text = "add name=a \\\n    comment=b \\\n    disabled=no\nset uptime=1d2h x\n/uptime=4s\nend";
        let stored = "add name=a comment=b disabled=no\nset uptime= x\nuptime of nothing\nend\n";
        assert_eq!(significant(&definition, text), stored);
    }

    #[test]
    fn what_is_replaced_can_be_volatile() {
        let mut definition = Definition::with_unstable("cisco_ios", &[]);
        definition.replace = vec![replacement("^; ", "! ", false)];
        assert_eq!(significant(&definition, "; Last configuration change at 13:57\nend\n"), "end\n");
    }

    #[test]
    fn groups_of_an_unstable_line_are_not_compared_and_the_rest_is() {
        let fortios = Definition::with_unstable("fortinet", &[r"^\s*set \S+ ENC (\S.*)$"]);
        let text = |name: &str, sealed: &str| {
            significant(&fortios, &format!("config user local\n    edit \"{name}\"\n        set passwd{sealed}\nend\n"))
        };
        let same = |one: &str, other: &str| comparable(&fortios, one) == comparable(&fortios, other);
        assert!(same(&text("bob", " ENC AAAA=="), &text("bob", " ENC BBBBBBBB==")));
        assert!(!same(&text("bob", " ENC AAAA=="), &text("bob", "2 ENC AAAA==")), "another key");
        assert!(!same(&text("bob", " ENC AAAA=="), &text("eve", " ENC AAAA==")), "another user");
        assert!(!same(&text("bob", " ENC AAAA=="), &text("bob", " plain")), "a line that is none");
        let without = text("bob", " ENC AAAA==").replace("        set passwd ENC AAAA==\n", "");
        assert!(!same(&text("bob", " ENC AAAA=="), &without), "a line less");
        assert!(text("bob", " ENC AAAA==").contains("ENC AAAA=="), "it is stored");
    }

    #[test]
    fn an_unstable_line_without_groups_counts_as_a_line() {
        let definition = Definition::with_unstable("generic", &[r"^\s*set \S+ ENC "]);
        let compared = |text: &str| comparable(&definition, text).into_owned();
        assert_eq!(compared("a\nset x ENC 1\nb\n"), compared("a\nset y ENC 2\nb\n"));
        assert_ne!(compared("a\nset x ENC 1\nb\n"), compared("a\nb\n"));
        assert_ne!(compared("a\nset x ENC 1\nb\n"), compared("a\n\nb\n"), "a blank line is another one");
    }

    #[test]
    fn an_unstable_block_counts_as_one_line_however_long_it_is() {
        let mut definition = Definition::with_unstable("generic", &[]);
        definition.unstable_blocks = vec![block("^key$", "^end key$")];
        let compared = |text: &str| comparable(&definition, text).into_owned();
        assert_eq!(compared("a\nkey\n1\nend key\nb\n"), compared("a\nkey\n2\n3\nend key\nb\n"));
        assert_ne!(compared("a\nkey\n1\nend key\nb\n"), compared("a\nkey\n1\nend key\nc\n"));
        assert_ne!(compared("a\nkey\n1\nend key\nb\n"), compared("a\nb\n"));
        assert_ne!(compared("a\nkey\n1\nb\n"), compared("a\nkey\n2\nb\n"), "without an end");
    }

    #[test]
    fn a_platform_without_unstable_lines_compares_the_text_itself() {
        let ios = Definition::with_unstable("cisco_ios", &[]);
        assert!(matches!(comparable(&ios, "hostname a\nend\n"), Cow::Borrowed("hostname a\nend\n")));
    }
}
