//! Rules proposed from two readings of a configuration: for each line that differed, what its two showings have in
//! common.
//!
//! A pattern is made of the lines as they are shown, secrets hidden, and proven on the lines as they came: it matches
//! both showings of its line, and no line that stayed the same.

mod shape;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use netraven_api::trials::{ProposedRule, RuleList};
use regex::Regex;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::definition::Definition;
use super::stored::{Compared, compared};

/// Most rules that are proposed.
const RULES: usize = 20;
/// Most lines that are listed without a rule.
const UNEXPLAINED: usize = 50;
/// How long two texts are compared: what is left then counts as different.
const LONGEST: Duration = Duration::from_secs(5);

/// The result of comparing two readings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposed {
    /// Rules, in the order of their lines.
    pub rules: Vec<ProposedRule>,
    /// Lines that differed and have no rule, secrets hidden.
    pub unexplained: Vec<String>,
}

/// Proposes rules for what differs between two significant texts of a platform. `hide` answers as many lines as it is
/// given, their secrets hidden.
pub fn propose(definition: &Definition, readings: [&str; 2], hide: &dyn Fn(&str) -> String) -> Proposed {
    let [first, second] = readings.map(|text| ReadLines::of(definition, text, hide));
    let (pairs, alone) = differences(&first, &second);
    let kept = |lines: &ReadLines<'_>, changed: HashSet<usize>| {
        let places = (0..lines.raw.len()).filter(|place| !changed.contains(place));
        places.map(|place| lines.raw[place].to_owned()).collect::<Vec<String>>()
    };
    let mut others = kept(&first, pairs.iter().map(|pair| pair.0).collect());
    others.extend(kept(&second, pairs.iter().map(|pair| pair.1).collect()));
    let mut proposed = Proposed::default();
    for (one, other) in pairs {
        let shown = [&first.shown[one], &second.shown[other]].map(String::as_str);
        let rule = rule(definition, shown).filter(|rule| holds(rule, [first.raw[one], second.raw[other]], &others));
        match rule {
            Some(rule) if proposed.rules.iter().any(|known| known.pattern == rule.pattern) => {}
            Some(rule) if proposed.rules.len() < RULES => proposed.rules.push(rule),
            _ => proposed.unexplained.push(first.shown[one].clone()),
        }
    }
    proposed.unexplained.extend(alone);
    proposed.unexplained.truncate(UNEXPLAINED);
    proposed
}

/// The lines of a text as they came, as they are shown, and as they are compared.
struct ReadLines<'t> {
    raw: Vec<&'t str>,
    shown: Vec<String>,
    keys: Vec<String>,
    /// The line of each key.
    places: Vec<usize>,
}

impl<'t> ReadLines<'t> {
    fn of(definition: &Definition, text: &'t str, hide: &dyn Fn(&str) -> String) -> ReadLines<'t> {
        let raw: Vec<&str> = text.lines().collect();
        let mut shown: Vec<String> = hide(text).lines().map(str::to_owned).collect();
        shown.resize(raw.len(), String::new());
        let (mut keys, mut places) = (Vec::new(), Vec::new());
        for (place, how) in compared(definition, &raw).into_iter().enumerate() {
            let key = match how {
                Compared::Whole => raw[place].to_owned(),
                Compared::As(part) => part,
                Compared::Not => continue,
            };
            keys.push(key);
            places.push(place);
        }
        ReadLines { raw, shown, keys, places }
    }
}

/// The lines that stand for each other and differ, and those that stand in one text only.
fn differences(first: &ReadLines<'_>, second: &ReadLines<'_>) -> (Vec<(usize, usize)>, Vec<String>) {
    let (mut pairs, mut alone) = (Vec::new(), Vec::new());
    let deadline = Some(Instant::now() + LONGEST);
    let mut list = |lines: &ReadLines<'_>, from: usize, count: usize| {
        alone.extend(lines.places[from..from + count].iter().map(|place| lines.shown[*place].clone()));
    };
    for difference in capture_diff_slices_deadline(Algorithm::Myers, &first.keys, &second.keys, deadline) {
        match difference {
            DiffOp::Equal { .. } => {}
            DiffOp::Replace { old_index, old_len, new_index, new_len } if old_len == new_len => {
                let places = (0..old_len).map(|at| (first.places[old_index + at], second.places[new_index + at]));
                pairs.extend(places);
            }
            DiffOp::Replace { old_index, old_len, .. } | DiffOp::Delete { old_index, old_len, .. } => {
                list(first, old_index, old_len);
            }
            DiffOp::Insert { new_index, new_len, .. } => list(second, new_index, new_len),
        }
    }
    (pairs, alone)
}

/// The rule of two showings of a line. A comment says something of the configuration and is not stored; any other line
/// belongs to it.
fn rule(definition: &Definition, shown: [&str; 2]) -> Option<ProposedRule> {
    let comment = definition.comment.trim();
    let is_comment = !comment.is_empty() && shown.iter().all(|line| line.trim_start().starts_with(comment));
    let list = if is_comment { RuleList::Volatile } else { RuleList::Unstable };
    let pattern = shape::pattern(shown, list == RuleList::Unstable)?;
    Some(ProposedRule { list, pattern, first: shown[0].to_owned(), second: shown[1].to_owned() })
}

/// Whether a rule matches both showings of its line, and none of the lines that stayed.
fn holds(rule: &ProposedRule, lines: [&str; 2], others: &[String]) -> bool {
    let Ok(pattern) = Regex::new(&rule.pattern) else { return false };
    lines.iter().all(|line| pattern.is_match(line)) && !others.iter().any(|line| pattern.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(first: &str, second: &str) -> Proposed {
        let definition = Definition::with_unstable("cisco_ios", &[]);
        propose(&definition, [first, second], &str::to_owned)
    }

    fn patterns(first: &str, second: &str) -> Vec<(RuleList, String)> {
        of(first, second).rules.into_iter().map(|rule| (rule.list, rule.pattern)).collect()
    }

    #[test]
    fn a_comment_with_a_time_is_not_stored_and_its_whole_time_is_left_open() {
        let line = |time: &str| format!("! Saved by admin at {time}\nhostname a\nend\n");
        let found = patterns(&line("13:57:08 CET Tue Mar 3 2026"), &line("13:57:12 CET Tue Mar 3 2026"));
        let pattern = r"^!\s+Saved\s+by\s+admin\s+at\s+\d+:\d+:\d+\s+[A-Z]+\s+[A-Za-z]+\s+[A-Za-z]+\s+\d+\s+\d+\s*$";
        assert_eq!(found, [(RuleList::Volatile, pattern.to_owned())]);
        assert!(Regex::new(pattern).unwrap().is_match("! Saved by admin at 02:00:00 CEST Fri Apr 10 2027"));
    }

    #[test]
    fn a_line_of_the_configuration_is_stored_and_only_what_changed_is_not_compared() {
        let line = |key: &str| format!("user bob\n set passwd ENC {key} fixed\nend\n");
        let found = patterns(&line("AAhz83kL02mm=="), &line("BQx9+3kLppmm=="));
        assert_eq!(found, [(RuleList::Unstable, r"^\s*set\s+passwd\s+ENC\s+(\S+)\s+fixed\s*$".to_owned())]);
        let found = patterns("clock-period 17179869\nend\n", "clock-period 17179901\nend\n");
        assert_eq!(found, [(RuleList::Unstable, r"^clock-period\s+(\d+)\s*$".to_owned())]);
        let found = patterns("hash 0x1f2e;\nend\n", "hash 0x9ab0;\nend\n");
        assert_eq!(found, [(RuleList::Unstable, r"^hash\s+([0-9A-Za-z]+);\s*$".to_owned())]);
    }

    #[test]
    fn no_rule_matches_a_line_that_stayed_the_same() {
        let text = |mtu: u32| format!("interface 1\n mtu {mtu}\ninterface 2\n mtu 9000\nend\n");
        let found = of(&text(1500), &text(1501));
        assert_eq!(found, Proposed { rules: Vec::new(), unexplained: vec![" mtu 1500".to_owned()] });
    }

    #[test]
    fn lines_that_have_nothing_in_common_have_no_rule() {
        let found = of("a\nuptime 3 days\nend\n", "a\nhostname b\nend\n");
        assert_eq!((found.rules.len(), found.unexplained), (0, vec!["uptime 3 days".to_owned()]));
        let found = of("a\nend\n", "a\nprinted between\nend\n");
        assert_eq!((found.rules.len(), found.unexplained), (0, vec!["printed between".to_owned()]));
        assert_eq!(of("a\n12\nend\n", "a\n13\nend\n").rules, [], "a pattern of numbers alone says nothing");
        assert_eq!(of("a\nend\n", "a\nend\n"), Proposed::default());
    }

    #[test]
    fn what_the_platform_knows_to_change_is_no_difference() {
        let fortios = Definition::with_unstable("fortinet", &[r"^\s*set \S+ ENC (\S.*)$"]);
        let text = |key: &str| format!("edit 1\n    set passwd ENC {key}\nend\n");
        assert_eq!(propose(&fortios, [&text("AA=="), &text("BB==")], &str::to_owned), Proposed::default());
    }

    #[test]
    fn a_secret_that_stays_beside_one_that_changes_is_in_no_pattern() {
        let definition = Definition::with_unstable("cisco_ios", &[]);
        let hide = |text: &str| {
            text.replace("s3cret", "‹secret 1a2b›").replace("0pen1", "‹secret 7c1e›").replace("0pen2", "‹secret 9d3f›")
        };
        let text = |key: &str| format!("peer key s3cret pad {key}\nend\n");
        let found = propose(&definition, [&text("0pen1"), &text("0pen2")], &hide).rules;
        assert_eq!(found[0].pattern, r"^peer\s+key\s+\S+\s+pad\s+(\S+)\s*$");
        assert!(!format!("{found:?}").contains("s3cret") && !format!("{found:?}").contains("0pen"));
    }
}
