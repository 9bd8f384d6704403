//! Secrets that only the lines around them give away: a name that is a community by its section, an answer typed to a question
//! for a password, the rest of a value that was broken in two.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What the lines before one say about it.
#[derive(Default)]
pub(super) struct Around<'a> {
    /// The lines it is indented under, outermost first: indentation, line, whether it is about communities.
    above: Vec<(usize, &'a str, bool)>,
    /// Whether the last line that opens a section of RouterOS is about communities.
    section: bool,
    next: Next,
}

/// What is expected of the next line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Nothing,
    /// It types the answer to a question for a password.
    Answer,
    /// It goes on with a value.
    Rest,
    /// Indented deeper than this, and a word alone, it is the value.
    Value(usize),
}

static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?:^\s*set name |\bname=)("[^"]*"?|\S+)"#));
static ASKS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)(?:\bpattern|\bexpect|\bwait(?:for)?)\s.*(?:assw|assphrase|pin|secret|code)"#));
static TYPES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?:\bcommand|\bsend(?:line|_user|ln)?|\bwrite|\bputs)\b\s*(?:--\s+)?["'({]*([^"')}]+)"#)
});
static CONTINUES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:passw(?:or)?d|passphrase|secret|community|psk|[a-z-]*key|token|pass|name)\s*[=:]?\s*\S*\\$")
});
static OPENS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:passw(?:or)?d|passphrase|secret|community|psk|[a-z_-]+key|token)\s*[:=]\s*[|>]?-?$")
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

impl<'a> Around<'a> {
    /// Takes the next line in, and says under which line it stands and what of it is secret by what came before.
    pub(super) fn enter(&mut self, line: &'a str, indent: usize) -> (&'a str, Vec<Range<usize>>) {
        while self.above.last().is_some_and(|(depth, ..)| *depth >= indent) {
            self.above.pop();
        }
        let opens = line.contains("snmp community");
        if line.starts_with('/') {
            self.section = opens;
        }
        let mut secrets = Vec::new();
        if opens || self.section || self.above.iter().any(|(_, _, is_community)| *is_community) {
            secrets.extend(NAME.captures_iter(line).filter_map(|found| found.get(1)).map(|name| name.range()));
        }
        match std::mem::take(&mut self.next) {
            Next::Answer => {
                secrets.extend(TYPES.captures(line).and_then(|found| found.get(1)).map(|typed| typed.range()));
            }
            Next::Rest => secrets.push(indent..first_word(line, indent)),
            Next::Value(depth) if indent > depth && !line.contains([':', '=']) && !line[indent..].contains(' ') => {
                secrets.push(indent..line.len());
            }
            Next::Nothing | Next::Value(_) => {}
        }
        let parent = self.above.last().map_or("", |(_, line, _)| *line);
        self.above.push((indent, line, opens));
        self.next = if line.ends_with('\\') && CONTINUES.is_match(line) {
            Next::Rest
        } else if (line.contains("xpect") || line.contains("attern") || line.contains("ait")) && ASKS.is_match(line) {
            Next::Answer
        } else if line.ends_with([':', '=', '|', '>', '-']) && OPENS.is_match(line) {
            Next::Value(indent)
        } else {
            Next::Nothing
        };
        (parent, secrets)
    }
}

/// Where the first word, or the quoted text, of a line ends.
fn first_word(line: &str, from: usize) -> usize {
    let rest = &line[from..];
    let length = match rest.strip_prefix('"') {
        Some(quoted) => quoted.find('"').map(|at| at + 2),
        None => rest.find(' '),
    };
    from + length.unwrap_or(rest.len())
}
