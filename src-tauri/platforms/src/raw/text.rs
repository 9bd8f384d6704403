//! What a file says about the text of an answer: its letters, its secrets, its facts, and what is replaced in it.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::patterns::{Wrong, build, compile, compile_lines, each, more_than_nothing, refuse};
use crate::definition::{FactField, FactRule};
use crate::rules::{BlockRule, LineRule, SecretRule};
use crate::startup::StartupRules;
use crate::storing::{Encoding, Replacement};

/// How a replacement names a group; `$$` is a dollar sign.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$(?:\$|\{([^}]*)\}|([0-9A-Za-z_]+))").expect("the pattern of a replacement's groups is valid")
});

/// A line, and where it counts.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawLineRule {
    /// Matched against one line.
    pattern: String,
    /// Limits the rule to lines that are indented under one this matches.
    within: Option<String>,
}

impl RawLineRule {
    pub(super) fn validate(self, path: &str) -> Result<LineRule, Wrong> {
        let within = self.within.map(|text| compile(&format!("{path}.within"), &text)).transpose()?;
        Ok(LineRule { pattern: compile(&format!("{path}.pattern"), &self.pattern)?, within })
    }

    pub(super) fn validate_secret(self, path: &str) -> Result<SecretRule, Wrong> {
        let rule = self.validate(path)?;
        if rule.pattern.captures_len() < 2 {
            let write = "Put the secret itself in parentheses, and anything else in (?:...)";
            return refuse(format!("{path}.pattern"), "captures nothing", write);
        }
        Ok(SecretRule { pattern: rule.pattern, within: rule.within })
    }
}

/// Lines that belong together.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawBlock {
    /// Matches the line that starts the block.
    start: String,
    /// Matches the line that ends it.
    end: String,
}

impl RawBlock {
    pub(super) fn validate(self, path: &str) -> Result<BlockRule, Wrong> {
        let start = compile(&format!("{path}.start"), &self.start)?;
        Ok(BlockRule { start, end: compile(&format!("{path}.end"), &self.end)? })
    }
}

/// What the startup configuration writes differently although nothing is unsaved.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawStartup {
    /// Lines that are not compared; of a pattern with groups, only the groups are not.
    #[serde(default)]
    ignore: Vec<String>,
    /// Blocks of lines that are not compared, from `start` to `end`, both included.
    #[serde(default)]
    ignore_blocks: Vec<RawBlock>,
}

impl RawStartup {
    pub(super) fn validate(self) -> Result<StartupRules, Wrong> {
        let line = |text: String, path: String| more_than_nothing(&path, compile(&path, &text)?);
        let block = |raw: RawBlock, path: String| raw.validate(&path);
        Ok(StartupRules {
            ignore: each("startup.ignore", self.ignore, line)?,
            ignore_blocks: each("startup.ignore_blocks", self.ignore_blocks, block)?,
        })
    }
}

/// How one fact is read.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawFact {
    /// Which fact.
    field: FactField,
    /// Its first group is the fact; `^` and `$` mean a line's ends.
    pattern: String,
}

impl RawFact {
    pub(super) fn validate(self, path: &str) -> Result<FactRule, Wrong> {
        let path = format!("{path}.pattern");
        let pattern = compile_lines(&path, &self.pattern)?;
        if pattern.captures_len() < 2 {
            return refuse(path, "captures nothing", "Put the fact itself in parentheses");
        }
        Ok(FactRule { field: self.field, pattern })
    }
}

/// A replacement in the text.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawReplacement {
    /// What is replaced wherever it matches: in a line, or with `multi_line` in the whole text.
    pattern: String,
    /// What takes its place; `$1` stands for the first group, `$$` for a dollar sign.
    with: String,
    /// Whether the pattern may span lines; `^` and `$` then mean a line's ends.
    #[serde(default)]
    multi_line: bool,
}

impl RawReplacement {
    pub(super) fn validate(self, path: &str) -> Result<Replacement, Wrong> {
        let pattern = build(&format!("{path}.pattern"), &self.pattern, &self.pattern, self.multi_line)?;
        for captures in NAMED.captures_iter(&self.with) {
            let Some(name) = captures.get(1).or_else(|| captures.get(2)).map(|name| name.as_str()) else { continue };
            if !has_group(&pattern, name) {
                let problem = format!("names a group `{name}`, which the pattern does not have");
                let write = "Write ${1} for the first group if a letter or digit follows, and $$ for a dollar sign";
                return refuse(format!("{path}.with"), problem, write);
            }
        }
        Ok(Replacement { pattern, with: self.with, multi_line: self.multi_line })
    }
}

fn has_group(pattern: &Regex, name: &str) -> bool {
    match name.parse::<usize>() {
        Ok(number) => number < pattern.captures_len(),
        Err(_) => pattern.capture_names().flatten().any(|known| known == name),
    }
}

/// The encoding of this name; UTF-8 without one.
pub(super) fn encoding(name: Option<&str>) -> Result<Encoding, Wrong> {
    let Some(name) = name else { return Ok(Encoding::default()) };
    match Encoding::named(name) {
        Some(encoding) => Ok(encoding),
        None => {
            let write = "Write a name of the WHATWG Encoding Standard, such as utf-8, latin1, windows-1252, \
                         iso-8859-15, koi8-r, gbk, big5, shift_jis or euc-kr";
            refuse("encoding", format!("{name:?} is not an encoding"), write)
        }
    }
}
