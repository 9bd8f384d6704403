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
use super::rules::{MASK, Rules};

pub(super) static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("‹secret(?: [0-9a-f]{4})?›").expect("a constant pattern"));
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
            let (parent, told) = around.enter(line, indent, concerned);
            if told.is_empty() && !concerned {
                out.push_str(whole);
                continue;
            }
            let (count, block) = self.hide_in_line(line, parent, told, &mut out);
            hidden += count;
            out.push_str(ending);
            if let Some(block) = block {
                hidden += self.hide_block(block, &mut lines, &mut out);
            }
        }
        Redacted { text: out, hidden }
    }

    fn hide_in_line(
        &self,
        line: &str,
        parent: &str,
        told: Vec<Range<usize>>,
        out: &mut String,
    ) -> (usize, Option<usize>) {
        let tags: Vec<&str> =
            if line.contains('‹') { TAG.find_iter(line).map(|tag| tag.as_str()).collect() } else { Vec::new() };
        let masked: Cow<'_, str> = if tags.is_empty() && !line.contains(MASK) {
            Cow::Borrowed(line)
        } else {
            let clean = line.replace(MASK, "\u{FFFD}");
            Cow::Owned(TAG.replace_all(&clean, MASK.to_string()).into_owned())
        };
        // What the lines before tell is told of the line as it was, without any tag.
        let told = if matches!(masked, Cow::Borrowed(_)) { told } else { Vec::new() };
        let verdict = self.rules.judge(&masked, parent, told, self.prose);
        let mut tags = tags.into_iter();
        let mut copy = |text: &str, out: &mut String| {
            for (index, part) in text.split(MASK).enumerate() {
                if index > 0 {
                    out.push_str(tags.next().unwrap_or_default());
                }
                out.push_str(part);
            }
        };
        let mut from = 0;
        for range in &verdict.hide {
            copy(&masked[from..range.start], out);
            self.tags.push(&masked[range.clone()], out);
            from = range.end;
        }
        copy(&masked[from..], out);
        (verdict.hide.len(), verdict.block)
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
    fn hide_block<'a>(&self, block: usize, lines: &mut impl Iterator<Item = &'a str>, out: &mut String) -> usize {
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
        let is_tag = TAG.find(known).is_some_and(|tag| tag.as_str() == known);
        if is_tag || known.is_empty() {
            out.push_str(&content);
        } else {
            out.push_str(&content[..content.len() - content.trim_start_matches([' ', '\t']).len()]);
            self.tags.push(known, out);
            self.push_lines(&content, 1, out);
        }
        out.push_str(end);
        usize::from(!is_tag && !known.is_empty())
    }

    /// Ends `least` lines after a tag, or as many as were hidden.
    fn push_lines(&self, hidden: &str, least: usize, out: &mut String) {
        let count = if self.keeps_lines { hidden.matches('\n').count() } else { least };
        out.extend(std::iter::repeat_n('\n', count));
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
        let mut mac = self.mac.clone();
        mac.update(secret.as_bytes());
        let digest = mac.finalize().into_bytes();
        out.push_str(&format!("‹secret {:02x}{:02x}›", digest[0], digest[1]));
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
