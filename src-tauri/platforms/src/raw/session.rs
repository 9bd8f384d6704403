//! What a file says about the session around its commands: prompt, paging, privilege, questions, terminal.

use std::fmt;

use regex::Regex;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::patterns::{
    Wrong, build, compile, compile_lines, each, filled, groups_exist, more_than_nothing, patterns, refuse, whole_line,
    within,
};
use crate::definition::{Dialog, PagingCommand, PagingRules, Privilege, Prompt, TerminalRules};
use crate::steps::{Step, names_group};

/// How a prompt looks.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawPrompt {
    /// Matches the whole last line; its group `(?P<host>...)` is the part that stays the same during a session.
    pattern: String,
    /// Matches the last line when the session is privileged; left out if the platform has no privileged mode.
    privileged: Option<String>,
    /// Lines that `pattern` matches although they are no prompt.
    #[serde(default)]
    not: Vec<String>,
}

impl RawPrompt {
    pub(super) fn validate(self) -> Result<Prompt, Wrong> {
        let field = "prompt.pattern";
        let pattern = whole_line(field, &self.pattern)?;
        if !pattern.capture_names().any(|name| name == Some("host")) {
            let problem = "has no group (?P<host>...), the part of the prompt that stays the same during a session";
            return refuse(field, problem, "Put that group around the host name");
        }
        let privileged = self.privileged.map(|text| compile("prompt.privileged", &text)).transpose()?;
        Ok(Prompt { pattern: more_than_nothing(field, pattern)?, privileged, not: patterns("prompt.not", &self.not)? })
    }
}

/// How paging is turned off, and how a pager looks.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawPaging {
    /// Commands that turn paging off, in order.
    #[serde(default)]
    off: Vec<RawStep>,
    /// The last line when the device waits for a key anyway.
    #[serde(default)]
    more: Vec<String>,
    /// The key that goes on; a blank if absent.
    #[serde(default = "blank")]
    answer: String,
}

impl Default for RawPaging {
    fn default() -> Self {
        RawPaging { off: Vec::new(), more: Vec::new(), answer: blank() }
    }
}

fn blank() -> String {
    " ".to_string()
}

impl RawPaging {
    /// The rules, and all marks of a pager as one pattern: at a line's start, and at its end, the mark being the first
    /// group.
    pub(super) fn validate(self) -> Result<(PagingRules, Option<Regex>, Option<Regex>), Wrong> {
        let off = each("paging.off", self.off, |raw, path| {
            filled(&format!("{path}.send"), &raw.send)?;
            Ok(PagingCommand { send: raw.send, optional: raw.optional })
        })?;
        let marks = self.more.join("|");
        let more = each("paging.more", self.more, |text, path| {
            let pattern = build(&path, &text, &format!(r"\A[ \t]*(?:{text})[ \t]*\z"), false)?;
            more_than_nothing(&path, pattern)
        })?;
        let rules = PagingRules { off, more, answer: self.answer };
        if rules.more.is_empty() {
            return Ok((rules, None, None));
        }
        let start = build("paging.more", &marks, &format!(r"\A[ \t]*(?:{marks})"), false)?;
        let end = build("paging.more", &marks, &format!(r"\A.*?((?:{marks}))[ \t]*\z"), false)?;
        Ok((rules, Some(start), Some(end)))
    }
}

/// A command without an answer that matters.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    /// The command; {username}, {password} and {enable} are filled in.
    send: String,
    /// Whether the device may refuse it.
    #[serde(default)]
    optional: bool,
}

/// Validates a list of commands whose answers do not matter.
pub(super) fn steps(field: &str, raw: Vec<RawStep>) -> Result<Vec<Step>, Wrong> {
    each(field, raw, |raw, path| {
        filled(&format!("{path}.send"), &raw.send)?;
        Ok(Step { send: raw.send, optional: raw.optional })
    })
}

/// One step on the way to a privileged session.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawPrivilege {
    /// The command; {username}, {password} and {enable} are filled in.
    command: String,
    /// Matches the last line when the device asks for a password; left out if it asks for none.
    password_prompt: Option<String>,
    /// What is typed there; `{enable}`, the password of the privileged mode, if absent.
    password: Option<String>,
    /// Lines by which the device refuses.
    #[serde(default)]
    refused: Vec<String>,
}

impl RawPrivilege {
    fn validate(self, path: &str) -> Result<Privilege, Wrong> {
        filled(&format!("{path}.command"), &self.command)?;
        if let Some(password) = &self.password {
            let field = format!("{path}.password");
            filled(&field, password)?;
            if self.password_prompt.is_none() {
                let problem = "is never typed, because `password_prompt` is missing";
                return refuse(field, problem, "Add `password_prompt`, or remove `password`");
            }
        }
        let asks = self.password_prompt.map(|text| compile(&format!("{path}.password_prompt"), &text)).transpose()?;
        Ok(Privilege {
            command: self.command,
            password_prompt: asks,
            password: self.password.unwrap_or_else(|| "{enable}".to_string()),
            refused: patterns(&format!("{path}.refused"), &self.refused)?,
        })
    }
}

/// One step as a table, or several as a list of tables.
#[derive(Default)]
pub(super) struct RawPrivileges {
    steps: Vec<RawPrivilege>,
    is_list: bool,
}

impl RawPrivileges {
    pub(super) fn validate(self) -> Result<Vec<Privilege>, Wrong> {
        let is_list = self.is_list;
        each("privilege", self.steps, |raw, path| raw.validate(if is_list { path.as_str() } else { "privilege" }))
    }
}

/// By hand, because an untagged enum would lose which field is wrong.
impl<'de> Deserialize<'de> for RawPrivileges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawPrivileges, D::Error> {
        deserializer.deserialize_any(OneOrMore)
    }
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = RawPrivileges;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, or a list of tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawPrivileges, A::Error> {
        let step = RawPrivilege::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RawPrivileges { steps: vec![step], is_list: false })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<RawPrivileges, A::Error> {
        let steps = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(RawPrivileges { steps, is_list: true })
    }
}

/// A question and its answer.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawDialog {
    /// Matches the last line when the device asks. If `send` names a group, such as {1}, it is matched against all that
    /// was said since the last answer, `^` and `$` meaning a line's ends.
    expect: String,
    /// The answer, with its line end if one is needed; {username}, {password}, {enable} and the groups {1} to {9} are
    /// filled in.
    send: String,
}

impl RawDialog {
    pub(super) fn validate(self, path: &str) -> Result<Dialog, Wrong> {
        let (expect, send) = (format!("{path}.expect"), format!("{path}.send"));
        filled(&send, &self.send)?;
        let matched = if names_group(&self.send) { compile_lines } else { compile };
        let pattern = more_than_nothing(&expect, matched(&expect, &self.expect)?)?;
        groups_exist(&send, &self.send, &pattern)?;
        Ok(Dialog { expect: pattern, send: self.send })
    }
}

/// How the user signs in.
#[derive(Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawLogin {
    /// Appended to the user name at sign-in over SSH, such as `+ct` on RouterOS.
    #[serde(default)]
    pub suffix: String,
}

/// The terminal the device is given.
#[derive(Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawTerminal {
    /// Characters in a line; 511 if absent.
    #[cfg_attr(feature = "schema", schema(minimum = 20, maximum = 2000))]
    width: Option<u32>,
    /// Lines on a screen; 1000 if absent.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 10000))]
    height: Option<u32>,
    /// Whether no terminal is asked for at all.
    #[serde(default)]
    none: bool,
}

impl RawTerminal {
    pub(super) fn validate(self) -> Result<TerminalRules, Wrong> {
        let usual = TerminalRules::default();
        Ok(TerminalRules {
            width: within("terminal.width", self.width.unwrap_or(usual.width), 20..=2000)?,
            height: within("terminal.height", self.height.unwrap_or(usual.height), 1..=10_000)?,
            none: self.none,
        })
    }
}
