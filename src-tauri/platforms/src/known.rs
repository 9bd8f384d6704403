//! The secrets this server holds itself, hidden wherever they stand in a text, whatever stands around them.
//!
//! They are found by what they are and not by a word before them, so that one in a description, a banner or a script is found
//! too. A password can be an ordinary word: unless it is long and mixed it counts only where it stands as a whole token.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::redact::{Redacted, Tags, tags_in};

/// A shorter secret is not searched for: it would black out half of every text.
const SHORTEST: usize = 4;
/// From this length on a secret of several kinds of characters counts inside other text as well.
const LONG: usize = 8;

/// A set of secrets to hide.
pub struct Known {
    /// None where there is nothing to hide.
    finder: Option<AhoCorasick>,
    /// By pattern: whether it counts only as a whole token.
    whole: Vec<bool>,
    tags: Tags,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Known({} secrets)", self.whole.len())
    }
}

impl Known {
    /// A set of these secrets. Tags made with the same key as a [`super::Redactor`]'s are the same.
    pub fn new(secrets: impl IntoIterator<Item = String>, key: &[u8; 32]) -> Known {
        let mut patterns: Vec<(String, bool)> = Vec::new();
        for secret in secrets {
            let secret = secret.trim().to_owned();
            if secret.chars().count() < SHORTEST {
                continue;
            }
            let whole = counts_only_whole(&secret);
            patterns.extend(escaped(&secret).into_iter().map(|form| (form, whole)));
            patterns.push((secret, whole));
        }
        patterns.sort();
        patterns.dedup();
        let finder = AhoCorasick::new(patterns.iter().map(|(pattern, _)| pattern)).ok();
        Known {
            finder: finder.filter(|_| !patterns.is_empty()),
            whole: patterns.into_iter().map(|(_, whole)| whole).collect(),
            tags: Tags::new(key),
        }
    }

    /// The text without these secrets; tags that are in it stay.
    pub fn hide(&self, text: &str) -> Redacted {
        let found = self.find(text);
        let mut out = String::with_capacity(text.len() + found.len() * 8);
        let mut from = 0;
        for range in &found {
            out.push_str(&text[from..range.start]);
            self.tags.push(&text[range.clone()], &mut out);
            from = range.end;
        }
        out.push_str(&text[from..]);
        Redacted { text: out, hidden: found.len() }
    }

    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let mut found: Vec<Range<usize>> = finder
            .find_overlapping_iter(text)
            .filter(|hit| !self.whole[hit.pattern().as_usize()] || is_token(text, &hit.range()))
            .map(|hit| hit.range())
            .collect();
        if found.is_empty() {
            return found;
        }
        let tags = tags_in(text);
        found.retain(|range| !tags.iter().any(|tag| tag.start < range.end && range.start < tag.end));
        super::rules::merged(found)
    }
}

fn counts_only_whole(secret: &str) -> bool {
    let kinds: [fn(char) -> bool; 3] =
        [char::is_alphabetic, |c| c.is_numeric(), |c| !c.is_alphanumeric() && c != '-' && c != '_' && c != '.'];
    secret.chars().count() < LONG || kinds.iter().filter(|kind| secret.contains(**kind)).count() < 2
}

/// The secret as it is written in XML and inside quotes, where that differs.
fn escaped(secret: &str) -> Vec<String> {
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = secret.replace('\\', "\\\\").replace('"', "\\\"");
    [xml.replace('"', "&quot;").replace('\'', "&apos;"), xml, quoted]
        .into_iter()
        .filter(|form| form != secret)
        .collect()
}

/// Whether a range is no part of a longer word, name or number. A full stop that ends a sentence is no part of a word.
fn is_token(text: &str, range: &Range<usize>) -> bool {
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let before = text[..range.start].chars().next_back().is_some_and(is_inner);
    let mut behind = text[range.end..].chars();
    let after = match behind.next() {
        Some('.') => behind.next().is_some_and(|c| c.is_alphanumeric()),
        next => next.is_some_and(is_inner),
    };
    !before && !after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hide(secrets: &[&str], text: &str) -> String {
        let known = Known::new(secrets.iter().map(|secret| (*secret).to_owned()), &[7; 32]);
        let once = known.hide(text);
        assert_eq!(known.hide(&once.text), Redacted { text: once.text.clone(), hidden: 0 }, "again");
        super::super::redact::TAG.replace_all(&once.text, "⟦⟧").into_owned()
    }

    #[test]
    fn an_ordinary_word_is_hidden_as_a_whole_token_only() {
        let text = "hostname cisco-1\nusername cisco\n description pw cisco.\nntp server cisco.example\nurl ftp://a:cisco@h/cisco_ios\n";
        let hidden = "hostname cisco-1\nusername ⟦⟧\n description pw ⟦⟧.\nntp server cisco.example\nurl ftp://a:⟦⟧@h/cisco_ios\n";
        assert_eq!(hide(&["cisco"], text), hidden);
        assert_eq!(hide(&["20241130"], "serial 202411301 x20241130 20241130"), "serial 202411301 x20241130 ⟦⟧");
    }

    #[test]
    fn a_long_mixed_secret_is_hidden_inside_other_text() {
        assert_eq!(hide(&["Hunter22!"], "xHunter22!x \"Hunter22!\""), "x⟦⟧x \"⟦⟧\"");
        assert_eq!(
            hide(&["n0c&\"Röte"], r#"<a>n0c&amp;&quot;Röte</a> "n0c&\"Röte" n0c&"Röte"#),
            r#"<a>⟦⟧</a> "⟦⟧" ⟦⟧"#
        );
    }

    #[test]
    fn secrets_that_overlap_leave_nothing_of_each_other() {
        assert_eq!(hide(&["hunter-22x", "22xx-9999"], "a hunter-22xx-9999 b"), "a ⟦⟧ b");
        assert_eq!(hide(&["hunter22", "hunter22hunter22"], "hunter22hunter22 hunter22"), "⟦⟧ ⟦⟧");
    }

    #[test]
    fn nothing_else_is_touched() {
        for secrets in [&[][..], &["", "  ", "abc", "a"]] {
            assert_eq!(hide(secrets, "a abc ‹secret 12ab›"), "a abc ⟦⟧");
        }
        assert_eq!(hide(&["secret", "12ab"], "enable secret ‹secret 12ab›"), "enable ⟦⟧ ⟦⟧");
        assert!(!format!("{:?}", Known::new(["hunter22".to_owned()], &[7; 32])).contains("hunter"));
    }
}
