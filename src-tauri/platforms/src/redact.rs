//! Secrets replaced by tags: the same secret gives the same tag, so a changed one shows, and no tag gives a secret away.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use hmac::{Hmac, KeyInit, Mac};
use regex::Regex;
use sha2::Sha256;

use super::around::Around;
use super::definition::Definition;
use super::registry;
use super::rules::{LineVerdict, MASK, Rules};

mod places;

pub(super) static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("‹secret(?: [0-9a-f]{4})?›").expect("a constant pattern"));
/// How often the rest of a line is judged again after something of it was hidden.
const MOST_ROUNDS: usize = 8;
/// How a PEM block begins; a pattern finds it many times as fast as a search of the text itself.
static BEGIN: LazyLock<Regex> = LazyLock::new(|| Regex::new("-----BEGIN ").expect("a constant pattern"));
static GENERIC: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::clone(&registry::generic().rules));

/// A text without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The text, every secret replaced by a tag such as `‹secret 7c1e›`.
    pub text: String,
    /// How many secrets were replaced.
    pub hidden: usize,
}

/// Hides the secrets of one platform's texts.
#[derive(Clone)]
pub struct Redactor {
    rules: Arc<Rules>,
    tags: Tags,
    prose: bool,
    /// Whether a secret of several lines leaves as many.
    keeps_lines: bool,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    /// A redactor for one platform. Tags made with the same key can be compared with each other.
    pub fn new(definition: &Definition, key: &[u8; 32]) -> Redactor {
        Redactor { rules: Arc::clone(&definition.rules), tags: Tags::new(key), prose: false, keeps_lines: false }
    }

    /// A redactor for texts of no known platform, such as a log message.
    pub fn generic(key: &[u8; 32]) -> Redactor {
        Redactor { rules: Arc::clone(&GENERIC), tags: Tags::new(key), prose: true, keeps_lines: false }
    }

    /// The same redactor for sentences, in which a keyword may be an ordinary word.
    pub fn in_prose(self) -> Redactor {
        Redactor { prose: true, ..self }
    }

    /// The same redactor, answering as many lines as it is given: what was hidden with the line before is empty.
    pub fn keeping_lines(self) -> Redactor {
        Redactor { keeps_lines: true, ..self }
    }

    /// The text without its secrets. Fails closed: what a line names as a secret is hidden even when no rule knows it.
    pub fn redact(&self, text: &str) -> Redacted {
        let (text, mut hidden) = self.hide_armoured(text);
        let (text, mut tags) = Shown::of(&text);
        let mut out = String::with_capacity(text.len() + text.len() / 16);
        let mut around = Around::default();
        let mut lines = text.split_inclusive('\n');
        while let Some(whole) = lines.next() {
            let line = whole.trim_end_matches(['\n', '\r']);
            let ending = &whole[line.len()..];
            let content = line.trim_start_matches([' ', '\t']);
            if content.is_empty() {
                out.push_str(whole);
                continue;
            }
            let indent = line.len() - content.len();
            let concerned = self.rules.concerns(line);
            let parent = around.parent(line, indent, concerned);
            let judge = |line: &str| {
                let told = around.told(line, indent, concerned);
                (concerned || !told.is_empty()).then(|| self.rules.judge(line, parent, told, self.prose))
            };
            let (count, block) = self.hide_in_line(line, judge, &mut tags, &mut out);
            around.pass(line, indent, concerned);
            hidden += count;
            out.push_str(ending);
            if let Some(block) = block {
                hidden += self.hide_block(block, &mut lines, &mut tags, &mut out);
            }
        }
        Redacted { text: out, hidden }
    }

    /// Hides what is judged a secret until nothing is left to hide: what is hidden may explain the rest of a line in another way.
    fn hide_in_line(
        &self,
        line: &str,
        judge: impl Fn(&str) -> Option<LineVerdict>,
        tags: &mut Shown<'_>,
        out: &mut String,
    ) -> (usize, Option<usize>) {
        let Some(verdict) = judge(line).filter(|verdict| !verdict.hide.is_empty() || verdict.block.is_some()) else {
            tags.show(line, out);
            return (0, None);
        };
        let mut hidden = verdict.hide.len();
        let mut shown = self.with_tags(line, &verdict.hide, tags);
        for _ in 0..MOST_ROUNDS {
            let (line, mut tags) = Shown::of(&shown);
            let Some(again) = judge(&line).filter(|again| !again.hide.is_empty()) else { break };
            hidden += again.hide.len();
            shown = self.with_tags(&line, &again.hide, &mut tags);
        }
        out.push_str(&shown);
        (hidden, verdict.block)
    }

    /// The line, with new tags for the parts to hide and its own in between.
    fn with_tags(&self, line: &str, hide: &[Range<usize>], tags: &mut Shown<'_>) -> String {
        let mut out = String::with_capacity(line.len() + 16 * hide.len());
        let mut from = 0;
        for range in hide {
            tags.show(&line[from..range.start], &mut out);
            self.tags.push(tags.skip(&line[range.clone()]), &mut out);
            from = range.end;
        }
        tags.show(&line[from..], &mut out);
        out
    }

    /// Hides every PEM block as one secret; without an end, to the end of the text.
    fn hide_armoured<'a>(&self, text: &'a str) -> (Cow<'a, str>, usize) {
        let mut out = String::new();
        let mut hidden = 0;
        let mut rest = text;
        while let Some(begin) = BEGIN.find(rest).map(|begin| begin.start()) {
            let end = rest[begin..].find("-----END ").map(|at| begin + at + "-----END ".len());
            let end = end.and_then(|at| Some(at + rest[at..].find("-----")? + "-----".len())).unwrap_or(rest.len());
            out.push_str(&rest[..begin]);
            self.tags.push(&rest[begin..end], &mut out);
            self.push_lines(&rest[begin..end], 0, &mut out);
            rest = &rest[end..];
            hidden += 1;
        }
        match hidden {
            0 => (Cow::Borrowed(text), 0),
            _ => (Cow::Owned(out + rest), hidden),
        }
    }

    /// Hides the lines of a block as one secret.
    fn hide_block<'a>(
        &self,
        block: usize,
        lines: &mut impl Iterator<Item = &'a str>,
        tags: &mut Shown<'_>,
        out: &mut String,
    ) -> usize {
        let mut content = String::new();
        let mut end = "";
        for line in lines {
            if self.rules.ends_block(block, line.trim_end_matches(['\n', '\r'])) {
                end = line;
                break;
            }
            content.push_str(line);
        }
        let known = content.trim();
        let is_hidden = !known.is_empty() && !known.chars().eq([MASK]);
        if is_hidden {
            out.push_str(&content[..content.len() - content.trim_start_matches([' ', '\t']).len()]);
            self.tags.push(tags.skip(known), out);
            self.push_lines(&content, 1, out);
        } else {
            tags.show(&content, out);
        }
        tags.show(end, out);
        usize::from(is_hidden)
    }

    /// Ends `least` lines after a tag, or as many as were hidden.
    fn push_lines(&self, hidden: &str, least: usize, out: &mut String) {
        let count = if self.keeps_lines { hidden.matches('\n').count() } else { least };
        out.extend(std::iter::repeat_n('\n', count));
    }
}

/// The tags that a text had before, in the order in which they stand for a [`MASK`] in it.
struct Shown<'a>(std::vec::IntoIter<&'a str>);

impl<'a> Shown<'a> {
    /// The text with each tag as one [`MASK`], so that no rule takes a tag for words; and the tags.
    fn of(text: &'a str) -> (Cow<'a, str>, Shown<'a>) {
        if !text.contains(['‹', MASK]) {
            return (Cow::Borrowed(text), Shown(Vec::new().into_iter()));
        }
        let tags: Vec<&str> = TAG.find_iter(text).map(|tag| tag.as_str()).collect();
        let clean = text.replace(MASK, "\u{FFFD}");
        (Cow::Owned(TAG.replace_all(&clean, MASK.to_string()).into_owned()), Shown(tags.into_iter()))
    }

    /// Writes the part of the text with its tags.
    fn show(&mut self, part: &str, out: &mut String) {
        for (index, piece) in part.split(MASK).enumerate() {
            if index > 0 {
                out.push_str(self.0.next().unwrap_or_default());
            }
            out.push_str(piece);
        }
    }

    /// The part of the text, whose tags are not shown.
    fn skip<'t>(&mut self, part: &'t str) -> &'t str {
        for _ in part.matches(MASK) {
            self.0.next();
        }
        part
    }
}

/// Makes the tags that stand for secrets.
#[derive(Clone)]
pub(super) struct Tags {
    mac: Hmac<Sha256>,
}

impl Tags {
    pub(super) fn new(key: &[u8; 32]) -> Tags {
        Tags { mac: Hmac::new_from_slice(key).expect("a key of any length is taken") }
    }

    pub(super) fn push(&self, secret: &str, out: &mut String) {
        out.push_str(&self.tag(secret));
    }

    fn tag(&self, secret: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(secret.as_bytes());
        let digest = mac.finalize().into_bytes();
        format!("‹secret {:02x}{:02x}›", digest[0], digest[1])
    }
}

/// Where the tags of a text stand.
pub(super) fn tags_in(text: &str) -> Vec<Range<usize>> {
    TAG.find_iter(text).map(|tag| tag.range()).collect()
}

/// A text without any of the given secrets, wherever they stand; one of fewer than four characters only as a word.
pub fn redact_known(text: &str, secrets: &[&str]) -> String {
    let mut secrets: Vec<&str> = secrets.iter().copied().filter(|secret| !secret.trim().is_empty()).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let is_edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let found = secrets.iter().find(|secret| {
            let Some(after) = rest.strip_prefix(**secret) else { return false };
            secret.chars().count() >= 4 || is_edge(before) && is_edge(after.chars().next())
        });
        let tag = if c == '‹' { TAG.find(rest).filter(|tag| tag.start() == 0) } else { None };
        let taken = match (tag, found) {
            (Some(tag), _) => {
                out.push_str(tag.as_str());
                tag.len()
            }
            (None, Some(secret)) => {
                out.push_str("‹secret›");
                secret.len()
            }
            (None, None) => {
                out.push(c);
                c.len_utf8()
            }
        };
        before = rest[..taken].chars().next_back();
        rest = &rest[taken..];
    }
    out
}

#[cfg(test)]
mod tests;
