//! The TOML form of a platform definition and its validation: every refusal names the field.

use std::sync::Arc;
use std::time::Duration;

use regex::{Regex, RegexBuilder, RegexSet};
use serde::Deserialize;

use super::definition::{
    BadDefinition, Command, Definition, Dialog, FactField, FactRule, PagingCommand, PagingRules, Privilege, Prompt,
    Purpose, TerminalRules,
};
use super::rules::{BlockRule, LineRule, Rules, SecretRule};
use super::steps::{Keep, Via};
use super::storing::Encoding;

const ADVICE: &str =
    "Correct the file and start again; docs/recipes/add-a-platform.md describes every field of a platform";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDefinition {
    name: String,
    title: String,
    vendor: String,
    prompt: RawPrompt,
    #[serde(default)]
    paging: RawPaging,
    privilege: Option<RawPrivilege>,
    commands: Vec<RawCommand>,
    errors: Vec<String>,
    #[serde(default)]
    volatile: Vec<String>,
    #[serde(default)]
    secrets: Vec<RawLineRule>,
    #[serde(default)]
    harmless: Vec<RawLineRule>,
    #[serde(default)]
    secret_blocks: Vec<RawBlock>,
    #[serde(default)]
    facts: Vec<RawFact>,
    #[serde(default)]
    goodbye: Vec<String>,
    #[serde(default = "line_feed")]
    newline: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    dialogs: Vec<RawDialog>,
    unknown_command: Option<String>,
    /// Asked for what every platform gets: files that say so are not refused for it.
    #[serde(default, rename = "read_twice")]
    _read_twice: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrompt {
    pattern: String,
    privileged: Option<String>,
    #[serde(default)]
    not: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawPaging {
    off: Vec<RawPagingCommand>,
    more: Vec<String>,
    answer: String,
}

impl Default for RawPaging {
    fn default() -> Self {
        RawPaging { off: Vec::new(), more: Vec::new(), answer: " ".to_string() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPagingCommand {
    send: String,
    #[serde(default)]
    optional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrivilege {
    command: String,
    password_prompt: String,
    #[serde(default)]
    refused: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCommand {
    send: String,
    purpose: Purpose,
    end: Option<String>,
    #[serde(default)]
    header: Vec<String>,
    must_contain: Option<String>,
    must_not_contain: Option<String>,
    #[serde(default = "half_a_minute")]
    timeout_seconds: u64,
    optional: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLineRule {
    pattern: String,
    within: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBlock {
    start: String,
    end: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFact {
    field: FactField,
    pattern: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDialog {
    expect: String,
    send: String,
}

fn line_feed() -> String {
    "\n".to_string()
}

fn half_a_minute() -> u64 {
    30
}

impl Definition {
    /// Reads one TOML file, `file` being the name it is spoken of by.
    pub fn parse(file: &str, text: &str) -> Result<Definition, BadDefinition> {
        read(file, text)?.validate().map_err(|(field, problem)| BadDefinition {
            file: file.to_string(),
            field: Some(field),
            problem,
            advice: ADVICE.to_string(),
        })
    }
}

fn read(file: &str, text: &str) -> Result<RawDefinition, BadDefinition> {
    let bad = |field: Option<String>, problem: String| BadDefinition {
        file: file.to_string(),
        field,
        problem,
        advice: ADVICE.to_string(),
    };
    let document = toml::Deserializer::parse(text).map_err(|error| bad(None, describe_syntax(&error, text)))?;
    serde_path_to_error::deserialize(document).map_err(|error| {
        let path = error.path().to_string();
        let problem = first_line(error.inner().message());
        bad(Some(name_field(&path, &problem)), problem)
    })
}

fn describe_syntax(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {} is not TOML: {}", before.matches('\n').count() + 1, first_line(error.message()))
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim_end_matches('.').to_string()
}

/// A missing or unknown field is named by the message alone; everything else by the path.
fn name_field(path: &str, problem: &str) -> String {
    let named = ["missing field `", "unknown field `"]
        .iter()
        .find_map(|start| problem.strip_prefix(start)?.split_once('`').map(|(name, _)| name));
    match named {
        None => path.to_string(),
        Some(name) if path == "." => name.to_string(),
        Some(name) if path == name || path.ends_with(&format!(".{name}")) => path.to_string(),
        Some(name) => format!("{path}.{name}"),
    }
}

/// A field's path and what is wrong with it.
type Wrong = (String, String);

impl RawDefinition {
    fn validate(self) -> Result<Definition, Wrong> {
        let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !self.name.starts_with(|c: char| c.is_ascii_lowercase()) || !self.name.chars().all(simple) {
            let problem = format!("{:?} is not a name of lower case letters, digits and underscores", self.name);
            return Err(("name".to_string(), problem));
        }
        filled("title", &self.title)?;
        filled("vendor", &self.vendor)?;
        filled("newline", &self.newline)?;
        if !self.commands.iter().any(|command| command.purpose == Purpose::Config && command.optional != Some(true)) {
            let problem = "no command has purpose = \"config\" without being optional, so nothing could be backed up";
            return Err(("commands".to_string(), problem.to_string()));
        }
        if self.errors.is_empty() {
            let problem = "the list is empty, so a refused command would be mistaken for a configuration";
            return Err(("errors".to_string(), problem.to_string()));
        }
        let secrets = each("secrets", self.secrets, RawLineRule::validate_secret)?;
        let harmless = each("harmless", self.harmless, RawLineRule::validate)?;
        let secret_blocks = each("secret_blocks", self.secret_blocks, RawBlock::validate)?;
        let rules =
            Rules::new(&secrets, &harmless, &secret_blocks).map_err(|problem| ("secrets".to_string(), problem))?;
        let (pager_start, pager_end) = match self.paging.more.join("|") {
            text if text.is_empty() => (None, None),
            text => (
                Some(build("paging.more", &text, &format!(r"\A[ \t]*(?:{text})"), false)?),
                Some(build("paging.more", &text, &format!(r"\A.*?((?:{text}))[ \t]*\z"), false)?),
            ),
        };
        if let Some(command) = &self.unknown_command {
            filled("unknown_command", command)?;
        }
        let volatile = patterns("volatile", &self.volatile)?;
        let volatile_set = RegexSet::new(&self.volatile);
        Ok(Definition {
            prompt: self.prompt.validate()?,
            paging: self.paging.validate()?,
            privilege: self.privilege.map(RawPrivilege::validate).transpose()?.into_iter().collect(),
            prepare: Vec::new(),
            restore: Vec::new(),
            volatile_blocks: Vec::new(),
            unstable: Vec::new(),
            unstable_blocks: Vec::new(),
            unstable_set: RegexSet::empty(),
            replace: Vec::new(),
            questions: Vec::new(),
            login_suffix: String::new(),
            encoding: Encoding::default(),
            terminal: TerminalRules::default(),
            via: Via::Shell,
            commands: each("commands", self.commands, RawCommand::validate)?,
            errors: patterns("errors", &self.errors)?,
            volatile,
            pager_start,
            pager_end,
            volatile_set: volatile_set.map_err(|error| ("volatile".to_string(), reason(&error)))?,
            secrets,
            harmless,
            secret_blocks,
            rules: Arc::new(rules),
            facts: each("facts", self.facts, RawFact::validate)?,
            dialogs: each("dialogs", self.dialogs, RawDialog::validate)?,
            name: self.name,
            title: self.title,
            vendor: self.vendor,
            goodbye: self.goodbye,
            newline: self.newline,
            comment: self.comment,
            unknown_command: self.unknown_command,
        })
    }
}

impl RawPrompt {
    fn validate(self) -> Result<Prompt, Wrong> {
        let field = "prompt.pattern";
        let pattern = whole_line(field, &self.pattern)?;
        if !pattern.capture_names().any(|name| name == Some("host")) {
            let problem = "has no group (?P<host>...), the part of the prompt that stays the same during a session";
            return Err((field.to_string(), problem.to_string()));
        }
        if pattern.is_match("") {
            return Err((field.to_string(), "matches an empty line".to_string()));
        }
        let privileged = self.privileged.map(|text| compile("prompt.privileged", &text)).transpose()?;
        Ok(Prompt { pattern, privileged, not: patterns("prompt.not", &self.not)? })
    }
}

impl RawPaging {
    fn validate(self) -> Result<PagingRules, Wrong> {
        let off = each("paging.off", self.off, |raw, path| {
            filled(&format!("{path}.send"), &raw.send)?;
            Ok(PagingCommand { send: raw.send, optional: raw.optional })
        })?;
        let more = each("paging.more", self.more, |text, path| {
            let pattern = build(&path, &text, &format!(r"\A[ \t]*(?:{text})[ \t]*\z"), false)?;
            if pattern.is_match("") { Err((path, "matches an empty line".to_string())) } else { Ok(pattern) }
        })?;
        Ok(PagingRules { off, more, answer: self.answer })
    }
}

impl RawPrivilege {
    fn validate(self) -> Result<Privilege, Wrong> {
        filled("privilege.command", &self.command)?;
        Ok(Privilege {
            command: self.command,
            password_prompt: Some(compile("privilege.password_prompt", &self.password_prompt)?),
            password: "{enable}".to_string(),
            refused: patterns("privilege.refused", &self.refused)?,
        })
    }
}

impl RawCommand {
    fn validate(self, path: String) -> Result<Command, Wrong> {
        filled(&format!("{path}.send"), &self.send)?;
        if !(1..=3600).contains(&self.timeout_seconds) {
            let problem = format!("{} is not between 1 and 3600", self.timeout_seconds);
            return Err((format!("{path}.timeout_seconds"), problem));
        }
        let end = self.end.map(|text| compile(&format!("{path}.end"), &text)).transpose()?;
        if end.as_ref().is_some_and(|end| end.is_match(&self.send)) {
            let problem = "matches the command itself, so its echo would be mistaken for the end of the answer";
            return Err((format!("{path}.end"), problem.to_string()));
        }
        let anywhere = |field: &str, text: Option<String>| {
            text.map(|text| compile_lines(&format!("{path}.{field}"), &text)).transpose()
        };
        Ok(Command {
            header: patterns(&format!("{path}.header"), &self.header)?,
            must_contain: anywhere("must_contain", self.must_contain)?,
            must_not_contain: anywhere("must_not_contain", self.must_not_contain)?,
            timeout: Duration::from_secs(self.timeout_seconds),
            send: self.send,
            or_else: Vec::new(),
            purpose: self.purpose,
            when: None,
            for_each: None,
            keep: Keep::No,
            heading: None,
            via: Via::Shell,
            end,
            // Many accounts may show the configuration and nothing else.
            optional: self.optional.unwrap_or(self.purpose == Purpose::Facts),
        })
    }
}

impl RawLineRule {
    fn validate(self, path: String) -> Result<LineRule, Wrong> {
        let within = self.within.map(|text| compile(&format!("{path}.within"), &text)).transpose()?;
        Ok(LineRule { pattern: compile(&format!("{path}.pattern"), &self.pattern)?, within })
    }

    fn validate_secret(self, path: String) -> Result<SecretRule, Wrong> {
        let rule = self.validate(path.clone())?;
        if rule.pattern.captures_len() < 2 {
            let problem = "captures nothing: put the secret itself in parentheses, and anything else in (?:...)";
            return Err((format!("{path}.pattern"), problem.to_string()));
        }
        Ok(SecretRule { pattern: rule.pattern, within: rule.within })
    }
}

impl RawBlock {
    fn validate(self, path: String) -> Result<BlockRule, Wrong> {
        let start = compile(&format!("{path}.start"), &self.start)?;
        Ok(BlockRule { start, end: compile(&format!("{path}.end"), &self.end)? })
    }
}

impl RawFact {
    fn validate(self, path: String) -> Result<FactRule, Wrong> {
        let path = format!("{path}.pattern");
        let pattern = compile_lines(&path, &self.pattern)?;
        if pattern.captures_len() < 2 {
            return Err((path, "captures nothing: put the fact itself in parentheses".to_string()));
        }
        Ok(FactRule { field: self.field, pattern })
    }
}

impl RawDialog {
    fn validate(self, path: String) -> Result<Dialog, Wrong> {
        Ok(Dialog { expect: compile(&format!("{path}.expect"), &self.expect)?, send: self.send })
    }
}

fn filled(path: &str, text: &str) -> Result<(), Wrong> {
    if text.is_empty() { Err((path.to_string(), "is empty".to_string())) } else { Ok(()) }
}

fn each<R, T>(path: &str, raw: Vec<R>, validate: impl Fn(R, String) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    raw.into_iter().enumerate().map(|(index, item)| validate(item, format!("{path}[{index}]"))).collect()
}

fn patterns(path: &str, texts: &[String]) -> Result<Vec<Regex>, Wrong> {
    texts.iter().enumerate().map(|(index, text)| compile(&format!("{path}[{index}]"), text)).collect()
}

fn compile(path: &str, text: &str) -> Result<Regex, Wrong> {
    build(path, text, text, false)
}

/// As [`compile`], `^` and `$` meaning the ends of a line of a longer text.
fn compile_lines(path: &str, text: &str) -> Result<Regex, Wrong> {
    build(path, text, text, true)
}

/// As [`compile`], matching a whole line or nothing; blanks may follow.
fn whole_line(path: &str, text: &str) -> Result<Regex, Wrong> {
    build(path, text, &format!(r"\A(?:{text})[ \t]*\z"), false)
}

fn build(path: &str, written: &str, text: &str, multi_line: bool) -> Result<Regex, Wrong> {
    filled(path, written)?;
    // The written form must stand alone: `a)|(b` would be balanced by the parentheses put around it.
    let compiled = Regex::new(written).and_then(|_| RegexBuilder::new(text).multi_line(multi_line).build());
    compiled.map_err(|error| (path.to_string(), reason(&error)))
}

fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    format!("is not a valid regular expression: {}", last.trim().trim_start_matches("error: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\nerrors = ['^oops']\n\
                        [prompt]\npattern = '(?P<host>\\w+)>'\n\
                        [[commands]]\nsend = 'show version'\npurpose = 'facts'\n\
                        [[commands]]\nsend = 'show all'\npurpose = 'config'\nend = '^end$'\n";

    /// What is said of the good file after replacing `from` with `to`.
    fn check(from: &str, to: &str, field: Option<&str>, says: &str) {
        assert!(GOOD.contains(from), "{from}");
        let bad = Definition::parse("mine.toml", &GOOD.replace(from, to)).expect_err(to);
        assert_eq!(bad.field.as_deref(), field, "{bad}");
        assert!(bad.problem.contains(says), "{bad}");
        let sentence = bad.to_string();
        assert!(sentence.starts_with("platform file mine.toml: ") && sentence.ends_with(ADVICE), "{sentence}");
    }

    #[test]
    fn the_good_file_is_good() {
        let definition = Definition::parse("mine.toml", GOOD).unwrap();
        assert_eq!((definition.newline.as_str(), definition.paging.answer.as_str()), ("\n", " "));
        assert_eq!(definition.commands[1].timeout, Duration::from_secs(30));
    }

    #[test]
    fn a_refusal_names_the_field_and_the_fault() {
        check("name = 'mine'", "name = 'mine", None, "line 1 is not TOML");
        check("title = 'Mine'\n", "", Some("title"), "missing field `title`");
        check("vendor", "wendor", Some("wendor"), "unknown field `wendor`");
        check("name = 'mine'", "name = 'Cisco IOS'", Some("name"), "lower case letters");
        check("name = 'mine'", "name = 7", Some("name"), "invalid type: integer");
        check("title = 'Mine'", "title = ''", Some("title"), "is empty");
        check("['^oops']", "[]", Some("errors"), "the list is empty");
        check("['^oops']", "['^oops', '(']", Some("errors[1]"), "not a valid regular expression: unclosed group");
        check("(?P<host>\\w+)>", "\\w+>", Some("prompt.pattern"), "no group (?P<host>...)");
        check("(?P<host>\\w+)>", "(?P<host>\\w*)", Some("prompt.pattern"), "matches an empty line");
        check("(?P<host>\\w+)>", "a)|(?P<host>b", Some("prompt.pattern"), "not a valid regular expression");
        check("purpose = 'config'", "purpose = 'facts'", Some("commands"), "nothing could be backed up");
        check("purpose = 'config'", "purpose = 'confg'", Some("commands[1].purpose"), "unknown variant `confg`");
        check("end = '^end$'", "ende = '^end$'", Some("commands[1].ende"), "unknown field `ende`");
        check("end = '^end$'", "end = '[z'", Some("commands[1].end"), "unclosed character class");
        check("end = '^end$'", "end = 'all'", Some("commands[1].end"), "matches the command itself");
        check("end = '^end$'", "timeout_seconds = 0", Some("commands[1].timeout_seconds"), "not between 1 and 3600");
        check("send = 'show all'\n", "", Some("commands[1].send"), "missing field `send`");
        let more = format!("end = '^end$'\n{}", "[paging]\nmore = ['']\n");
        check("end = '^end$'\n", &more, Some("paging.more[0]"), "is empty");
        let secret = "end = '^end$'\n[[secrets]]\npattern = 'password .*'\n";
        check("end = '^end$'\n", secret, Some("secrets[0].pattern"), "captures nothing");
        let fact = "end = '^end$'\n[[facts]]\nfield = 'model'\npattern = 'Model .*'\n";
        check("end = '^end$'\n", fact, Some("facts[0].pattern"), "captures nothing");
    }
}
