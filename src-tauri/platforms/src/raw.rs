//! The TOML form of a platform definition, and its checks: a refusal names file, line and field and says what to write.

mod commands;
mod layers;
mod patterns;
mod refused;
#[cfg(feature = "schema")]
mod schema;
mod session;
mod text;

use std::sync::Arc;

use netraven_api::platforms::{AUTO, PlatformEvidence};
use serde::Deserialize;

use self::commands::RawCommand;
use self::layers::Layers;
use self::patterns::{Wrong, compile, compile_lines, each, filled, more_than_nothing, patterns, refuse, set};
use self::session::{RawDialog, RawLogin, RawPaging, RawPrivileges, RawPrompt, RawStep, RawTerminal, steps};
use self::text::{RawBlock, RawFact, RawLineRule, RawReplacement, RawStartup, encoding};
use super::definition::{BadDefinition, Command, Definition, Prompt};
use super::rules::Rules;
use super::steps::Via;

pub(super) use self::layers::name_of;
#[cfg(feature = "schema")]
pub use self::schema::json_schema;

/// Stands for the prompt of a platform that needs none: it matches nothing.
const NO_PROMPT: &str = "[a&&b](?P<host>)";

// The sentences about each field go into the JSON Schema: they are for the author of a file.
/// What a platform file can say.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
struct RawDefinition {
    /// The name devices refer to: lower case letters, digits and underscores; Netmiko's `device_type` where it has one.
    name: String,
    /// The name people read.
    title: String,
    /// The vendor.
    vendor: String,
    /// What this platform alone says in its greeting, in its SSH version or in an answer, `^` and `$` meaning a line's
    /// ends: a device of the platform `auto` is recognised by it. It is not taken from an extended platform.
    #[serde(default)]
    identify: Vec<String>,
    /// The platform from which everything is taken that this file does not say. Tables are merged key by key, lists and
    /// single values are replaced.
    extends: Option<String>,
    /// How far the platform is proven: by recordings of whole sessions, by recorded answers, or by documentation alone.
    /// It is not taken from the platform that is extended.
    evidence: Option<PlatformEvidence>,
    /// How a prompt looks; needed as soon as a command is typed into a shell.
    prompt: Option<RawPrompt>,
    /// How paging is turned off, and how a pager looks that shows all the same.
    #[serde(default)]
    paging: RawPaging,
    /// How the session becomes privileged: one table, or a list of steps.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<session::RawPrivilege>))]
    privilege: RawPrivileges,
    /// Sent once the session is privileged and paging is off, in order.
    #[serde(default)]
    prepare: Vec<RawStep>,
    /// Undoes `prepare`: sent after the last command, and after a failure too.
    #[serde(default)]
    restore: Vec<RawStep>,
    /// What is sent to collect facts and the configuration, in order.
    commands: Vec<RawCommand>,
    /// Lines by which the device refuses a command.
    #[serde(default)]
    errors: Vec<String>,
    /// Lines that are no part of the configuration and differ at each reading: neither stored nor compared.
    #[serde(default)]
    volatile: Vec<String>,
    /// Blocks of such lines, from `start` to `end`, both included.
    #[serde(default)]
    volatile_blocks: Vec<RawBlock>,
    /// Lines of the configuration that are written differently at each reading: stored, but not compared.
    #[serde(default)]
    unstable: Vec<String>,
    /// Blocks of such lines, from `start` to `end`, both included.
    #[serde(default)]
    unstable_blocks: Vec<RawBlock>,
    /// What is no difference between the startup and the running configuration.
    #[serde(default)]
    startup: RawStartup,
    /// What is replaced in the text before it is stored, in order.
    #[serde(default)]
    replace: Vec<RawReplacement>,
    /// Lines that hold a secret: each group of `pattern` is hidden.
    #[serde(default)]
    secrets: Vec<RawLineRule>,
    /// Lines that name a keyword such as `password` but hold no secret.
    #[serde(default)]
    harmless: Vec<RawLineRule>,
    /// Blocks of lines that are hidden as one: those between `start` and `end`.
    #[serde(default)]
    secret_blocks: Vec<RawBlock>,
    /// How model, serial number and version are read from the answers of the facts commands.
    #[serde(default)]
    facts: Vec<RawFact>,
    /// Commands that end the session, tried in order.
    #[serde(default)]
    goodbye: Vec<String>,
    /// What follows a command; a line feed if absent.
    #[serde(default = "line_feed")]
    newline: String,
    /// What starts a comment in the configuration.
    #[serde(default)]
    comment: String,
    /// Questions between login and the first prompt.
    #[serde(default)]
    dialogs: Vec<RawDialog>,
    /// Questions at any time during the session; their text is no part of an answer.
    #[serde(default)]
    questions: Vec<RawDialog>,
    /// A command that cannot exist, sent first to learn how this device refuses.
    unknown_command: Option<String>,
    /// How the user signs in.
    #[serde(default)]
    login: RawLogin,
    /// How the device writes letters beyond ASCII: a name of the WHATWG Encoding Standard; `utf-8` if absent.
    encoding: Option<String>,
    /// The terminal the device is given.
    #[serde(default)]
    terminal: RawTerminal,
    /// How commands reach the device; `shell` if absent. A command may say otherwise.
    #[serde(default)]
    channel: Via,
    /// Ignored: every platform is read twice. Files that say so are not refused for it.
    #[serde(default, rename = "read_twice")]
    _read_twice: bool,
}

fn line_feed() -> String {
    "\n".to_string()
}

impl Definition {
    /// Reads one TOML file, `file` being the name it is spoken of by. It may extend built-in platforms.
    pub fn parse(file: &str, text: &str) -> Result<Definition, BadDefinition> {
        Definition::parse_with(file, text, &|_| None)
    }

    /// As [`Definition::parse`], for a file that may extend `others`: it returns the text of a platform by name and
    /// is asked before the built-in ones.
    pub fn parse_with(
        file: &str,
        text: &str,
        others: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Definition, BadDefinition> {
        let layers = Layers::gather(file, text, others)?;
        let document = toml::Deserializer::from(layers.merged()?);
        let raw: Result<RawDefinition, _> = serde_path_to_error::deserialize(document);
        let wrong = |error: serde_path_to_error::Error<toml::de::Error>| {
            refused::describe(&error.path().to_string(), error.inner().message())
        };
        raw.map_err(wrong).and_then(RawDefinition::validate).map_err(|wrong| layers.refuse(wrong))
    }
}

impl RawDefinition {
    fn validate(self) -> Result<Definition, Wrong> {
        self.check_names()?;
        self.check_commands()?;
        let (via, has_comment) = (self.channel, !self.comment.is_empty());
        let commands = each("commands", self.commands, |raw, path| raw.validate(&path, via, has_comment))?;
        if self.errors.is_empty() && commands.iter().any(|command| command.via != Via::Sftp) {
            let problem = "the list is empty, so a refused command would be mistaken for a configuration";
            return refuse("errors", problem, "Add the lines by which the device refuses a command");
        }
        let prompt = prompt(self.prompt, &commands)?;
        let secrets = each("secrets", self.secrets, |raw, path| raw.validate_secret(&path))?;
        let harmless = each("harmless", self.harmless, |raw, path| raw.validate(&path))?;
        let secret_blocks = each("secret_blocks", self.secret_blocks, |raw, path| raw.validate(&path))?;
        let rules = Rules::new(&secrets, &harmless, &secret_blocks)
            .or_else(|problem| refuse("secrets", problem, "Join or shorten the patterns"))?;
        let (paging, pager_start, pager_end) = self.paging.validate()?;
        let identify =
            each("identify", self.identify, |text, path| more_than_nothing(&path, compile_lines(&path, &text)?))?;
        Ok(Definition {
            identify,
            prompt,
            paging,
            privilege: self.privilege.validate()?,
            prepare: steps("prepare", self.prepare)?,
            restore: steps("restore", self.restore)?,
            commands,
            errors: patterns("errors", &self.errors)?,
            volatile: patterns("volatile", &self.volatile)?,
            volatile_blocks: each("volatile_blocks", self.volatile_blocks, |raw, path| raw.validate(&path))?,
            unstable: patterns("unstable", &self.unstable)?,
            unstable_blocks: each("unstable_blocks", self.unstable_blocks, |raw, path| raw.validate(&path))?,
            startup: self.startup.validate()?,
            replace: each("replace", self.replace, |raw, path| raw.validate(&path))?,
            dialogs: each("dialogs", self.dialogs, |raw, path| raw.validate(&path))?,
            questions: each("questions", self.questions, |raw, path| raw.validate(&path))?,
            login_suffix: self.login.suffix,
            encoding: encoding(self.encoding.as_deref())?,
            terminal: self.terminal.validate()?,
            via,
            facts: each("facts", self.facts, |raw, path| raw.validate(&path))?,
            volatile_set: set("volatile", &self.volatile)?,
            unstable_set: set("unstable", &self.unstable)?,
            pager_start,
            pager_end,
            secrets,
            harmless,
            secret_blocks,
            rules: Arc::new(rules),
            name: self.name,
            title: self.title,
            vendor: self.vendor,
            evidence: self.evidence,
            extends: self.extends,
            goodbye: self.goodbye,
            newline: self.newline,
            comment: self.comment,
            unknown_command: self.unknown_command,
        })
    }

    fn check_names(&self) -> Result<(), Wrong> {
        let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !self.name.starts_with(|c: char| c.is_ascii_lowercase()) || !self.name.chars().all(simple) {
            let problem = format!("{:?} is not a name of lower case letters, digits and underscores", self.name);
            return refuse("name", problem, "Write a name such as `cisco_ios`");
        }
        if self.name == AUTO {
            let problem = "`auto` stands for a platform that is to be recognised";
            return refuse("name", problem, "Write another name");
        }
        filled("title", &self.title)?;
        filled("vendor", &self.vendor)?;
        filled("newline", &self.newline)?;
        self.unknown_command.as_ref().map_or(Ok(()), |command| filled("unknown_command", command))
    }

    fn check_commands(&self) -> Result<(), Wrong> {
        if self.commands.iter().any(|command| command.is_needed_config()) {
            return Ok(());
        }
        let problem = "no command has purpose = \"config\" without being optional, so nothing could be backed up";
        refuse("commands", problem, "Add the command that shows the configuration")
    }
}

/// The prompt, which only a platform without a shell may leave out.
fn prompt(raw: Option<RawPrompt>, commands: &[Command]) -> Result<Prompt, Wrong> {
    if let Some(raw) = raw {
        return raw.validate();
    }
    if let Some(typed) = commands.iter().position(|command| command.via == Via::Shell) {
        let problem = format!("is missing, and commands[{typed}] is typed into a shell");
        return refuse("prompt", problem, "Add [prompt] with a `pattern`, or channel = \"exec\"");
    }
    Ok(Prompt { pattern: compile("prompt", NO_PROMPT)?, privileged: None, not: Vec::new() })
}

#[cfg(test)]
mod tests;
