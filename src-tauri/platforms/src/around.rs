//! Secrets that only the lines around them give away: a name that is a community by its section, an answer typed to a question
//! for a password, the rest of a value that was broken in two.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What the lines before one say about it.
#[derive(Default)]
pub(super) struct Around<'a> {
    /// The lines it is indented under, outermost first: indentation, line, whether it or one above is about communities.
    above: Vec<(usize, &'a str, bool)>,
    /// Whether the last line that opens a section of RouterOS is about communities.
    section: bool,
    next: Next,
}

/// What the lines before one say of what is secret in it.
#[derive(Default)]
pub(super) struct Hints {
    /// Parts that are secret.
    pub secrets: Vec<Range<usize>>,
    /// The part that is secret where it is a word alone.
    pub word: Option<Range<usize>>,
}

impl Hints {
    /// Whether nothing was said.
    pub(super) fn is_empty(&self) -> bool {
        self.secrets.is_empty() && self.word.is_none()
    }
}

/// What is expected of the next line. A line may both ask and go on: once the end of it is hidden, only one of the two shows.
#[derive(Clone, Copy, Default)]
struct Next {
    /// It types the answer to a question for a password.
    answer: bool,
    /// It goes on with a value.
    rest: bool,
    /// Indented deeper than this, and a word alone, it is the value.
    value: Option<usize>,
}

/// What a section about communities is opened by.
const COMMUNITY: &str = "snmp community";
const ASKS: &str = r"(?i)(?:\bpattern|\bexpect|\bwait(?:for)?)\s.*(?:assw|assphrase|pin|secret|code)";
const CONTINUES: &str = r"(?i)(?:passw(?:or)?d|passphrase|secret|community|psk|key|token|pass|name)\s*[=:]?\s*\S*\\$";
const OPENS: &str = r"(?i)(?:passw(?:or)?d|passphrase|secret|community|psk|[a-z_-]key|token)\s*[:=]\s*[|>]?-?$";

/// What a line has that says anything about the lines behind it: one that matches none of these says nothing.
pub(super) const TELLING: [&str; 4] = [COMMUNITY, ASKS, CONTINUES, OPENS];

static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?:^\s*set name |\bname=)("[^"]*"?|\S+)"#));
static ASKING: LazyLock<Regex> = LazyLock::new(|| pattern(ASKS));
static TYPES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?:\bcommand|\bsend(?:line|_user|ln)?|\bwrite|\bputs)\b\s*(?:--\s+)?["'({]*([^"')}]+)"#)
});
static CONTINUING: LazyLock<Regex> = LazyLock::new(|| pattern(CONTINUES));
static OPENING: LazyLock<Regex> = LazyLock::new(|| pattern(OPENS));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

impl<'a> Around<'a> {
    /// The line that one so far indented stands under.
    pub(super) fn parent(&mut self, line: &str, indent: usize, may_tell: bool) -> &'a str {
        while self.above.last().is_some_and(|(depth, ..)| *depth >= indent) {
            self.above.pop();
        }
        if line.starts_with('/') {
            self.section = may_tell && line.contains(COMMUNITY);
        }
        self.above.last().map_or("", |(_, line, _)| *line)
    }

    /// What of the next line, whose [parent](Around::parent) was asked for, is secret by what came before. `may_tell` is whether
    /// anything of [`TELLING`] may be in it.
    pub(super) fn told(&self, line: &str, indent: usize, may_tell: bool) -> Hints {
        let mut told = Hints::default();
        if self.section || self.is_within(line, may_tell) {
            told.secrets.extend(NAME.captures_iter(line).filter_map(|found| found.get(1)).map(|name| name.range()));
        }
        if self.next.answer {
            let typed = TYPES.captures(line).and_then(|found| found.get(1));
            told.secrets.extend(typed.map(|typed| typed.range()));
        }
        if self.next.rest {
            told.secrets.push(indent..first_word(line, indent));
        }
        told.word = self.next.value.filter(|depth| indent > *depth).map(|_| indent..line.len());
        told
    }

    /// Whether a line, or one it stands under, is about communities.
    fn is_within(&self, line: &str, may_tell: bool) -> bool {
        may_tell && line.contains(COMMUNITY) || self.above.last().is_some_and(|(.., within)| *within)
    }

    /// Takes the line in.
    pub(super) fn pass(&mut self, line: &'a str, indent: usize, may_tell: bool) {
        self.above.push((indent, line, self.is_within(line, may_tell)));
        let (answer, rest) = (may_tell && ASKING.is_match(line), may_tell && CONTINUING.is_match(line));
        let opens = may_tell && !answer && !line.ends_with(char::is_whitespace) && OPENING.is_match(line);
        self.next = Next { answer, rest, value: opens.then_some(indent) };
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
