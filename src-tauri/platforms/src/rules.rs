//! The secret rules of one platform compiled together, and what they say about one line.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexSet, RegexSetBuilder, SetMatches};

use super::around::{Hints, TELLING};
use super::forms::{self, TRIGGER};
use super::words::{self, ASSIGNED, STRONG, TOKEN, WEAK};

/// Stands for a tag already in the text while a line is looked at: one character, no blank, in no keyword.
pub(super) const MASK: char = '\u{E000}';

static STRONG_WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(STRONG).expect("a constant pattern"));
static WEAK_WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(WEAK).expect("a constant pattern"));
static ASSIGNED_WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(ASSIGNED).expect("a constant pattern"));
static TOKEN_WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(TOKEN).expect("a constant pattern"));
static DESCRIPTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*(?:description|remark|name|banner|!|/\*)").expect("a constant pattern"));
/// What opens a value that has a closing, behind its key: a quote, or the end of an XML tag.
static QUOTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^(?:["']?\s*[:=]\s*["']|>)"#).expect("a constant pattern"));

/// A line that holds secrets: every group the pattern captures is hidden.
#[derive(Debug, Clone)]
pub struct SecretRule {
    /// Matched against one line without its line end.
    pub pattern: Regex,
    /// Matches the nearest less indented line above, where the rule holds only there.
    pub within: Option<Regex>,
}

/// A line recognised by itself and, where that is not enough, by the line it is indented under.
#[derive(Debug, Clone)]
pub struct LineRule {
    /// Matched against one line without its line end.
    pub pattern: Regex,
    /// Matches the nearest less indented line above, where the rule holds only there.
    pub within: Option<Regex>,
}

/// Lines hidden together: those after the one `start` matches, up to but without the one `end` matches.
#[derive(Debug, Clone)]
pub struct BlockRule {
    /// Matches the line before the first one hidden.
    pub start: Regex,
    /// Matches the line after the last one hidden; without such a line everything to the end is hidden.
    pub end: Regex,
}

/// The secret rules of one platform.
#[derive(Debug)]
pub struct Rules {
    /// Blocks, then harmless lines, then secrets, then what every platform has: one pass finds all that concern a line or those
    /// behind it.
    any: RegexSet,
    /// The same without harmless lines, of which nothing would be hidden anyway.
    telling: RegexSet,
    blocks: Vec<BlockRule>,
    harmless: Vec<LineRule>,
    secrets: Vec<SecretRule>,
}

/// What the rules say about one line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LineVerdict {
    /// The parts to hide, in order and apart from each other.
    pub hide: Vec<Range<usize>>,
    /// The block that starts after this line.
    pub block: Option<usize>,
}

impl Rules {
    /// Compiles the rules of one platform together; the error is a sentence.
    pub(super) fn new(secrets: &[SecretRule], harmless: &[LineRule], blocks: &[BlockRule]) -> Result<Rules, String> {
        let mut patterns: Vec<&str> = blocks.iter().map(|block| block.start.as_str()).collect();
        patterns.extend(harmless.iter().map(|rule| rule.pattern.as_str()));
        patterns.extend(secrets.iter().map(|rule| rule.pattern.as_str()));
        patterns.extend([TRIGGER, STRONG, WEAK, ASSIGNED, TOKEN].into_iter().chain(TELLING));
        let set = |patterns: &[&str]| {
            let set = RegexSetBuilder::new(patterns).dfa_size_limit(8 << 20).build();
            set.map_err(|error| format!("the patterns together are too large: {error}"))
        };
        let any = set(&patterns)?;
        patterns.drain(blocks.len()..blocks.len() + harmless.len());
        Ok(Rules {
            any,
            telling: set(&patterns)?,
            blocks: blocks.to_vec(),
            harmless: harmless.to_vec(),
            secrets: secrets.to_vec(),
        })
    }

    /// Whether anything of the rules concerns this line at all.
    pub(super) fn concerns(&self, line: &str) -> bool {
        self.telling.is_match(line)
    }

    /// Whether `line` ends the block with this number.
    pub(super) fn ends_block(&self, block: usize, line: &str) -> bool {
        self.blocks[block].end.is_match(line)
    }

    /// Whether the platform says that `line`, indented under `parent`, holds no secret although it names a keyword.
    pub(super) fn is_harmless(&self, line: &str, parent: &str) -> bool {
        self.has_harmless(&self.any.matches(line), parent)
    }

    fn has_harmless(&self, matches: &SetMatches, parent: &str) -> bool {
        let holds = |within: &Option<Regex>| within.as_ref().is_none_or(|within| within.is_match(parent));
        let mut rules = self.harmless.iter().enumerate();
        rules.any(|(index, rule)| matches.matched(self.blocks.len() + index) && holds(&rule.within))
    }

    /// What to hide of a line indented under `parent`, in addition to `told`. In a sentence (`prose`) a keyword may be an ordinary word.
    pub(super) fn judge(&self, line: &str, parent: &str, told: Hints, prose: bool) -> LineVerdict {
        let matches = self.any.matches(line);
        let holds = |within: &Option<Regex>| within.as_ref().is_none_or(|within| within.is_match(parent));
        let block = (0..self.blocks.len()).find(|index| matches.matched(*index));
        let is_harmless = self.has_harmless(&matches, parent);
        let mut from = self.blocks.len() + self.harmless.len();
        let mut hide: Vec<Range<usize>> =
            told.secrets.into_iter().flat_map(|range| unmasked(line, trimmed(line, range))).collect();
        let mut add = |captures: regex::Captures<'_>| {
            for group in captures.iter().skip(1).flatten().filter(|group| !words::is_sentence(group.as_str())) {
                hide.extend(unmasked(line, trimmed(line, group.range())));
            }
        };
        if !is_harmless {
            let mut rules = self.secrets.iter().enumerate();
            if let Some((_, rule)) = rules.find(|(i, r)| matches.matched(from + i) && holds(&r.within)) {
                rule.pattern.captures_iter(line).for_each(&mut add);
            }
        }
        from += self.secrets.len();
        if !is_harmless {
            let [strong, weak, assigned, token] = [1, 2, 3, 4].map(|kind| matches.matched(from + kind));
            let words = keywords(line, Announced { strong, weak, assigned, token });
            let rest = unexplained(line, words, &hide, prose);
            hide.extend(rest);
        }
        if matches.matched(from) {
            hide.extend(forms::find(line).into_iter().flat_map(|range| unmasked(line, trimmed(line, range))));
        }
        let mut hide = merged(hide);
        if let Some(word) = told.word.filter(|word| is_word(line, word, &hide)) {
            hide.extend(unmasked(line, trimmed(line, word)));
            hide = merged(hide);
        }
        LineVerdict { hide, block }
    }
}

/// What follows the keywords after which nothing is hidden yet: a quoted value, or all the rest of the line.
fn unexplained(line: &str, words: Vec<Range<usize>>, hidden: &[Range<usize>], prose: bool) -> Vec<Range<usize>> {
    if words.is_empty() {
        return words;
    }
    let mut explained: Vec<Range<usize>> = hidden.to_vec();
    let masks = line.match_indices(MASK).map(|(at, mask)| at..at + mask.len());
    // A tag in the middle of a word hides less than the word.
    explained.extend(masks.filter(|mask| !line[..mask.start].ends_with(char::is_alphanumeric)));
    let mut found = Vec::new();
    let mut done = 0;
    for word in words {
        let end = token_end(line, word.end);
        let is_hidden = explained.iter().any(|range| range.start < end && word.start < range.end);
        let next = explained.iter().map(|range| range.start).filter(|start| *start >= end).min();
        let leads_to = |start: usize| start - end <= NEAR && !line[end..start].trim_end_matches('"').contains(BREAKS);
        if word.start < done || is_hidden || next.is_some_and(leads_to) || words::is_setting(&line[word.end..end]) {
            continue;
        }
        let (mut value, is_whole) = value_after(line, end);
        done = value.end.max(end);
        if words::is_sentence(&line[value.clone()]) {
            continue;
        }
        // Where nothing is assigned, a sentence is shown as far as it is plain.
        if prose && is_whole && !line[end..value.start].contains([':', '=']) {
            value = trimmed(line, value.start + words::plain_until(&line[value.clone()])..value.end);
        }
        let says_something = line[value.clone()].contains(|c: char| c.is_alphanumeric() || !c.is_ascii() && c != MASK);
        if says_something {
            found.extend(unmasked(line, value));
        }
        if is_whole {
            break;
        }
    }
    found
}

/// Which kinds of words that announce a secret are in a line: only these are looked for.
struct Announced {
    strong: bool,
    weak: bool,
    assigned: bool,
    token: bool,
}

/// The words of a line that announce a secret, in order.
fn keywords(line: &str, announced: Announced) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if announced.strong {
        found.extend(STRONG_WORD.find_iter(line).map(|word| word.range()));
    }
    if announced.weak && !DESCRIPTION.is_match(line) {
        found.extend(WEAK_WORD.find_iter(line).map(|word| word.range()));
    }
    if announced.assigned {
        found.extend(ASSIGNED_WORD.captures_iter(line).filter_map(|word| word.get(1)).map(|word| word.range()));
    }
    if announced.token {
        for word in TOKEN_WORD.find_iter(line) {
            let end = word.start() + word.as_str().trim_end_matches(|c: char| !c.is_ascii_alphabetic()).len();
            if !words::is_no_token(&line[token_end(line, end)..]) {
                found.push(word.start()..end);
            }
        }
    }
    found.sort_by_key(|word| word.start);
    found
}

/// How far behind a keyword its secret may begin, and what must not stand between the two.
const NEAR: usize = 60;
const BREAKS: [char; 5] = [',', ';', '{', '}', '"'];

fn token_end(line: &str, from: usize) -> usize {
    let in_token = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if !line[..from].ends_with(in_token) {
        return from;
    }
    let tail = &line[from..];
    from + tail.find(|c: char| !in_token(c)).unwrap_or(tail.len())
}

/// The value assigned in quotes, or the rest of the line and `true`.
fn value_after(line: &str, from: usize) -> (Range<usize>, bool) {
    let tail = &line[from..];
    if let Some(quote) = QUOTED.find(tail) {
        let start = from + quote.end();
        let mark = match line[..start].chars().next_back() {
            Some('>') => '<',
            mark => mark.unwrap_or('"'),
        };
        if let Some(length) = line[start..].find(mark) {
            return (start..start + length, false);
        }
    }
    (trimmed(line, from..line.len()), true)
}

/// Whether a part of a line is one word, whatever stands in what is hidden of it.
fn is_word(line: &str, part: &Range<usize>, hidden: &[Range<usize>]) -> bool {
    let mut from = part.start;
    hidden.iter().chain([&(part.end..part.end)]).all(|next| {
        let shown = &line[from..next.start.max(from)];
        from = from.max(next.end);
        !shown.contains([':', '=', ' '])
    })
}

/// A range without the quotes, separators and closing punctuation around the value in it.
fn trimmed(line: &str, range: Range<usize>) -> Range<usize> {
    let value = &line[range.clone()];
    let open = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ':' | '=');
    let close = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '{' | '}' | ']');
    let start = range.start + (value.len() - value.trim_start_matches(open).len());
    start..start + line[start..range.end].trim_end_matches(close).len()
}

/// The parts of a range between tags.
fn unmasked(line: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = range.start;
    for (at, _) in line[range.clone()].match_indices(MASK) {
        parts.push(trimmed(line, start..range.start + at));
        start = range.start + at + MASK.len_utf8();
    }
    parts.push(trimmed(line, start..range.end));
    parts.retain(|part| !part.is_empty());
    parts
}

/// Ranges in order and apart from each other.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
