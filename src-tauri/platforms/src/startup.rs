//! Whether a device has unsaved changes: what of its startup and its running configuration is compared, and how the
//! two are shown side by side.

use std::time::Instant;

use regex::Regex;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::definition::Definition;
use super::rules::{BlockRule, merged};
use super::stored::{Compared, blocks_in, compared, marked, significant, without_end};

/// What the startup configuration writes differently although nothing is unsaved.
#[derive(Debug, Clone, Default)]
pub struct StartupRules {
    /// Lines that are not compared. If a pattern has groups, only these are not.
    pub ignore: Vec<Regex>,
    /// Blocks of lines that are not compared, both ends included. One without an end is none.
    pub ignore_blocks: Vec<BlockRule>,
}

/// Whether the device would come up with the configuration that it runs, both cleaned. Blank lines and comments are not
/// compared, nor is what the platform lists as `volatile`, `unstable` or in `startup`.
pub fn is_saved(definition: &Definition, running: &str, startup: &str) -> bool {
    let (running, startup) = (significant(definition, running), significant(definition, startup));
    compared_lines(&forms(definition, &running)).eq(compared_lines(&forms(definition, &startup)))
}

/// The startup configuration as it is shown beside the running one, both significant and redacted: what is not compared
/// stands in it as it does in the running one, so that a difference of the two shows what is unsaved and nothing else.
/// From the `deadline` on the difference is no longer minimised: it is still right, but longer.
pub fn aligned(definition: &Definition, running: &str, startup: &str, deadline: Instant) -> String {
    let (old, new) = (forms(definition, startup), forms(definition, running));
    let [old_compared, new_compared] = [&old, &new].map(|forms| compared_lines(forms).collect::<Vec<_>>());
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old_compared, &new_compared, Some(deadline));
    let [old_places, new_places] = [&old, &new].map(|forms| places(forms));
    let [old_lines, new_lines] = [startup, running].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let (mut out, mut from) = (String::with_capacity(startup.len()), 0);
    for op in ops {
        if matches!(op, DiffOp::Replace { .. }) {
            // What is not compared stands in front of the line that follows it in the running configuration.
            let at = new_places[op.new_range().start];
            out.extend(new_lines[from..at].iter().copied());
            from = at;
        }
        if matches!(op, DiffOp::Delete { .. } | DiffOp::Replace { .. }) {
            op.old_range().for_each(|place| out.push_str(old_lines[old_places[place]]));
        }
        for place in op.new_range() {
            let at = new_places[place];
            out.extend(new_lines[from..at].iter().copied());
            if matches!(op, DiffOp::Equal { .. }) {
                out.push_str(new_lines[at]);
            }
            from = at + 1;
        }
    }
    out.extend(new_lines[from..].iter().copied());
    out
}

/// Each line of a significant text as it is compared; none where it is not.
fn forms(definition: &Definition, significant: &str) -> Vec<Option<String>> {
    let lines: Vec<&str> = significant.split_inclusive('\n').collect();
    let stable = compared(definition, &lines);
    let form_of = |(line, how): (&&str, Compared)| match how {
        Compared::Whole => form(definition, without_end(line)),
        Compared::As(part) => form(definition, &part),
        Compared::Not => None,
    };
    let mut forms: Vec<Option<String>> = lines.iter().zip(stable).map(form_of).collect();
    for block in blocks_in(&definition.startup.ignore_blocks, &lines) {
        forms[block].fill(None);
    }
    forms
}

fn form(definition: &Definition, line: &str) -> Option<String> {
    let line = line.trim_end();
    let is_comment = !definition.comment.is_empty() && line.trim_start().starts_with(&definition.comment);
    if line.is_empty() || is_comment {
        return None;
    }
    let mut parts = Vec::new();
    for found in definition.startup.ignore.iter().flat_map(|pattern| pattern.captures_iter(line)) {
        if found.len() == 1 {
            return None;
        }
        parts.extend(found.iter().skip(1).flatten().map(|group| group.range()));
    }
    Some(marked(line, merged(parts)))
}

/// What is compared.
fn compared_lines(forms: &[Option<String>]) -> impl Iterator<Item = &str> {
    forms.iter().filter_map(Option::as_deref)
}

/// Where the lines that are compared stand.
fn places(forms: &[Option<String>]) -> Vec<usize> {
    forms.iter().enumerate().filter(|(_, form)| form.is_some()).map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::Registry;

    fn ios() -> Arc<Definition> {
        Registry::load(None).0.get("cisco_ios").expect("built in")
    }

    fn shown(definition: &Definition, running: &str, startup: &str) -> String {
        aligned(definition, running, startup, Instant::now() + Duration::from_secs(5))
    }

    const RUNNING: &str = "Current configuration : 99 bytes\n!\n! Last configuration change at 13:57:08 CET\n\
        version 15.2\n!\nhostname a\n\
        crypto pki certificate chain TP-self-signed-1\n certificate self-signed 01\n  3082022B\n  \tquit\nend\n";
    const STARTUP: &str = "Using 99 out of 65536 bytes\n!\n!\nversion 15.2\nhostname a\n\
        crypto pki certificate chain TP-self-signed-1\n certificate self-signed 01 nvram:IOS-Self-Sig#1.cer\n!\nend\n";

    #[test]
    fn what_always_differs_between_the_two_is_no_difference() {
        assert!(is_saved(&ios(), RUNNING, STARTUP));
        assert!(!is_saved(&ios(), RUNNING, &STARTUP.replace("hostname a", "hostname b")));
        assert!(!is_saved(&ios(), &RUNNING.replace("hostname a\n", "hostname a\nip http server\n"), STARTUP));
        assert!(!is_saved(&ios(), RUNNING, &STARTUP.replace("hostname a\n", "")), "a line less");
    }

    #[test]
    fn groups_of_an_ignored_line_are_not_compared_and_the_rest_is() {
        let mut definition = Definition::with_unstable("cisco_ios", &[]);
        definition.startup.ignore = vec![Regex::new(r"^key (\S+)").unwrap()];
        assert!(is_saved(&definition, "key abc x\n", "key ***** x\n"));
        assert!(!is_saved(&definition, "key abc x\n", "key ***** y\n"));
        assert!(!is_saved(&definition, "key abc x\n", "x\n"));
        assert_eq!(shown(&definition, "key abc x\n", "key ***** x\n"), "key abc x\n");
    }

    #[test]
    fn an_unstable_block_counts_as_one_line() {
        let mut definition = Definition::with_unstable("cisco_ios", &[]);
        let pattern = |text: &str| Regex::new(text).unwrap();
        definition.unstable_blocks = vec![BlockRule { start: pattern("^key$"), end: pattern("^end key$") }];
        assert!(is_saved(&definition, "key\n1\n2\nend key\na\n", "key\n3\nend key\na\n"));
        assert!(!is_saved(&definition, "key\n1\nend key\na\n", "a\n"));
    }

    #[test]
    fn what_is_shown_differs_from_the_running_configuration_by_what_is_unsaved_alone() {
        let ios = ios();
        let [running, startup] = [RUNNING, STARTUP].map(|text| significant(&ios, text));
        assert_eq!(shown(&ios, &running, &startup), running);
        let older = startup.replace("hostname a\n", "hostname b\nip http server\n");
        let expected = running.replace("hostname a\n", "hostname b\nip http server\n");
        assert_eq!(shown(&ios, &running, &older), expected);
        assert_eq!(shown(&ios, &running, &startup.replace("hostname a\n", "")), running.replace("hostname a\n", ""));
        assert_eq!(shown(&ios, "", "a\nb\n"), "a\nb\n");
        assert_eq!(shown(&ios, "a\n! c\nb\n", ""), "! c\n");
    }
}
