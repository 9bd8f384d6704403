//! A recording: what a device said, command by command, and how its prompt, pager, privileged mode and refusals
//! behaved. It is read from TOML and knows no platform's rules.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a question's answer says where any key will do.
pub const ANY_KEY: &str = "any";

/// Everything a recording holds of one device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The platform of the device.
    pub platform: String,
    /// The name of the device.
    pub hostname: String,
    /// The prompt. The lines above its last one come before every prompt.
    pub prompt: String,
    /// What is printed after the sign-in.
    pub banner: String,
    /// The one key that is Enter, `"\r"` or `"\n"`; either is where this is absent.
    #[serde(default)]
    pub newline: Option<String>,
    /// What the shell itself asks before the banner, such as `User:` and `Password:`.
    #[serde(default)]
    pub sign_in: Vec<String>,
    /// What is asked between the banner and the first prompt, in order.
    #[serde(default)]
    pub dialogs: Vec<RecordedDialog>,
    /// The answer to a command that is not in the recording. `{command}` in it is the command, `{word}` its first word.
    #[serde(default = "unknown_command")]
    pub refusal: String,
    /// How long answers are paged.
    #[serde(default)]
    pub pager: Option<RecordedPager>,
    /// The mode in which commands are known, where a session does not start in it.
    #[serde(default)]
    pub privilege: Option<RecordedPrivilege>,
    /// The commands and their answers.
    #[serde(default, rename = "exchange")]
    pub exchanges: Vec<Exchange>,
    /// The files that can be fetched from it by SFTP; without one it offers no SFTP.
    #[serde(default, rename = "file")]
    pub files: Vec<RecordedFile>,
}

/// A file of a device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedFile {
    /// Its full path.
    pub path: String,
    /// What it holds, byte by byte.
    pub text: String,
}

/// A command and what the device says to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The command as typed.
    pub send: String,
    /// What the device echoes instead of the command; with nothing in it, not even a line end.
    #[serde(default)]
    pub echo: Option<String>,
    /// The answer, up to the lines that belong to the prompt.
    pub answer: String,
    /// Whether long answers are shown in one piece from here on.
    #[serde(default)]
    pub turns_paging_off: bool,
    /// What is asked behind the answer.
    #[serde(default)]
    pub question: Option<RecordedQuestion>,
}

/// How long answers are paged. Where an answer holds the mark with what wipes it out behind it, the device stops
/// there whether paging is on or off: so it was when the answer was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedPager {
    /// What the device prints while it waits for a key.
    pub mark: String,
    /// What it prints to wipe that out once the key was pressed.
    #[serde(default)]
    pub erase: String,
    /// The key that shows more. Enter shows one line, `q` ends the answer, and any other key is ignored.
    #[serde(default = "blank")]
    pub key: String,
    /// Lines of a page. Without it the device stops only where an answer holds the mark.
    #[serde(default)]
    pub lines: Option<usize>,
    /// The other ways in which it draws its mark.
    #[serde(default)]
    pub also: Vec<PagerLook>,
}

/// A way of drawing a pager's mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagerLook {
    /// What the device prints while it waits for a key.
    pub mark: String,
    /// What it prints to wipe that out once the key was pressed.
    #[serde(default)]
    pub erase: String,
    /// The key that shows more.
    #[serde(default = "blank")]
    pub key: String,
}

/// The privileged mode of a device on which a session starts without it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedPrivilege {
    /// The command that enters it.
    pub command: String,
    /// What it asks for the password with; without it, it asks for none.
    #[serde(default)]
    pub password_prompt: Option<String>,
    /// The prompt before it. Every other command is refused there.
    pub unprivileged_prompt: String,
    /// The password; where it is absent, the one that the device was given for it, or else that of the sign-in.
    #[serde(default)]
    pub password: Option<String>,
    /// What a wrong password is answered with.
    #[serde(default = "access_denied")]
    pub refused: String,
}

/// A question between the banner and the first prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedDialog {
    /// The question. It may be left out where the banner ends with it.
    #[serde(default)]
    pub question: String,
    /// What the device waits for: a line with its line end, a key, or `any`. It asks again after any other line, and
    /// ignores any other key.
    pub answer: String,
}

/// A question behind the answer to a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedQuestion {
    /// The question.
    pub text: String,
    /// What the device waits for, as in [`RecordedDialog::answer`].
    pub answer: String,
    /// What it says then.
    #[serde(default)]
    pub shows: String,
}

/// Why a recording was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}. docs/recipes/add-a-platform.md says what a recording holds", place(.line))]
pub struct BadRecording {
    /// The line of the text, from 1; `None` where it concerns no single one.
    pub line: Option<usize>,
    /// What is wrong, the field by name.
    pub problem: String,
}

fn place(line: &Option<usize>) -> String {
    line.map(|line| format!("line {line}: ")).unwrap_or_default()
}

fn unknown_command() -> String {
    "                 ^\n% Invalid input detected at '^' marker.\n".to_owned()
}

fn access_denied() -> String {
    "% Access denied\n".to_owned()
}

fn blank() -> String {
    " ".to_owned()
}

/// Adds a line to a log, on a line of its own.
fn push_line(log: &mut String, line: &str) {
    end_line(log);
    log.push_str(line);
    log.push('\n');
}

fn end_line(log: &mut String) {
    if !log.is_empty() && !log.ends_with('\n') {
        log.push('\n');
    }
}

impl Recording {
    /// Reads a recording from the text of its file.
    ///
    /// # Errors
    /// A [`BadRecording`] where the text is not TOML, or not that of a recording.
    pub fn parse(text: &str) -> Result<Recording, BadRecording> {
        let recording: Recording = toml::from_str(text).map_err(|error| BadRecording::of(&error, text))?;
        match recording.mistake() {
            Some(problem) => Err(BadRecording { line: None, problem }),
            None => Ok(recording),
        }
    }

    /// The exchange of a command.
    #[must_use]
    pub fn exchange(&self, send: &str) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| exchange.send.trim() == send.trim())
    }

    /// The recorded session as a terminal would have kept it, from the banner to the last prompt. Nobody pages it but
    /// where an answer holds a mark.
    #[must_use]
    pub fn log(&self) -> String {
        let mut log = self.banner.clone();
        for dialog in self.dialogs.iter().filter(|dialog| !dialog.question.is_empty()) {
            push_line(&mut log, &dialog.question);
        }
        if let Some(privilege) = &self.privilege {
            push_line(&mut log, &format!("{}{}", privilege.unprivileged_prompt, privilege.command));
            if let Some(asks) = &privilege.password_prompt {
                push_line(&mut log, asks);
            }
        }
        for exchange in &self.exchanges {
            push_line(&mut log, &format!("{}{}", self.prompt, exchange.echo.as_ref().unwrap_or(&exchange.send)));
            log.push_str(&exchange.answer);
            if let Some(question) = &exchange.question {
                push_line(&mut log, &question.text);
                log.push_str(&question.shows);
            }
        }
        end_line(&mut log);
        log + &self.prompt
    }

    /// What a command is refused with.
    #[must_use]
    pub fn refused(&self, command: &str) -> String {
        let word = command.split_whitespace().next().unwrap_or_default();
        self.refusal.replace("{word}", word).replace("{command}", command)
    }

    /// What is wrong with a recording whose fields are all there.
    fn mistake(&self) -> Option<String> {
        let empty = |field: &str, text: &str| text.trim().is_empty().then(|| format!("`{field}` is empty"));
        let is_enter = |newline: &str| matches!(newline, "\r" | "\n");
        if self.newline.as_deref().is_some_and(|newline| !is_enter(newline)) {
            return Some(r#"`newline` must be "\r" or "\n", or be left out"#.to_owned());
        }
        let privilege = self.privilege.as_ref().and_then(|privilege| {
            empty("privilege.command", &privilege.command)
                .or_else(|| empty("privilege.unprivileged_prompt", &privilege.unprivileged_prompt))
        });
        let sends = || self.exchanges.iter().find_map(|exchange| empty("exchange.send", &exchange.send));
        let is_empty = self.exchanges.is_empty() && self.files.is_empty();
        let questions = self.exchanges.iter().filter_map(|exchange| exchange.question.as_ref());
        let mut asked = self.dialogs.iter().map(|dialog| &dialog.answer).chain(questions.map(|asked| &asked.answer));
        empty("prompt", self.prompt.rsplit('\n').next().unwrap_or_default())
            .or(privilege)
            .or_else(sends)
            .or_else(|| is_empty.then(|| "it holds neither an `exchange` nor a `file`".to_owned()))
            .or_else(|| self.files.iter().find_map(RecordedFile::mistake))
            .or_else(|| asked.find_map(|answer| not_an_answer(answer)))
            .or_else(|| self.pager.as_ref().and_then(RecordedPager::mistake))
    }
}

/// Why a text is no answer to a question.
fn not_an_answer(answer: &str) -> Option<String> {
    let fits = answer == ANY_KEY || answer.ends_with('\n') || is_key(answer);
    (!fits).then(|| format!("the `answer` {answer:?} is neither a line with its line end, nor one key, nor \"any\""))
}

fn is_key(text: &str) -> bool {
    text.len() == 1
}

impl RecordedPager {
    /// Every way in which it draws its mark; the first is the one for pages.
    #[must_use]
    pub fn looks(&self) -> Vec<PagerLook> {
        let first = PagerLook { mark: self.mark.clone(), erase: self.erase.clone(), key: self.key.clone() };
        std::iter::once(first).chain(self.also.iter().cloned()).collect()
    }

    fn mistake(&self) -> Option<String> {
        if self.lines == Some(0) {
            return Some("`pager.lines` must be 1 or more".to_owned());
        }
        self.looks().iter().find_map(|look| match look {
            PagerLook { mark, .. } if mark.trim().is_empty() => Some("`pager.mark` is empty".to_owned()),
            PagerLook { key, .. } if !is_key(key) => Some(format!("`pager.key` must be one key, not {key:?}")),
            _ => None,
        })
    }
}

impl RecordedFile {
    fn mistake(&self) -> Option<String> {
        let is_full = self.path.starts_with('/');
        (!is_full).then(|| format!("`file.path` must be the full path of a file, not {:?}", self.path))
    }
}

impl BadRecording {
    fn of(error: &toml::de::Error, text: &str) -> BadRecording {
        let before = error.span().and_then(|span| text.get(..span.start));
        let problem = error.message().lines().next().unwrap_or_default().trim_end_matches('.');
        BadRecording { line: before.map(|before| before.matches('\n').count() + 1), problem: problem.to_owned() }
    }
}

// What a device said may hold secrets.
impl fmt::Debug for Recording {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Recording")
            .field("platform", &self.platform)
            .field("hostname", &self.hostname)
            .field("exchanges", &self.exchanges.len())
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "platform = 'x'\nhostname = 'sw1'\nprompt = 'sw1#'\nbanner = ''\n";
    const EXCHANGE: &str = "[[exchange]]\nsend = 'show'\nanswer = 'community QZpublic'\n";

    #[test]
    fn what_older_recordings_lack_has_a_usual_value() {
        let recording = Recording::parse(&format!("{HEAD}{EXCHANGE}")).unwrap();
        assert!(recording.pager.is_none() && recording.privilege.is_none() && recording.dialogs.is_empty());
        assert!(recording.refused("show it").contains("% Invalid input"));
        assert_eq!(recording.exchange(" show").unwrap().answer, "community QZpublic");
        assert!(!format!("{recording:?}").contains("QZpublic"));
    }

    #[test]
    fn a_log_is_the_session_as_a_terminal_kept_it() {
        let text = "platform = 'x'\nhostname = 'sw1'\nprompt = \"\\nsw1#\"\nbanner = 'Hello'\n\
                    dialogs = [{ question = 'Key?', answer = 'any' }]\n\
                    [privilege]\ncommand = 'enable'\npassword_prompt = 'Password: '\nunprivileged_prompt = 'sw1>'\n\
                    [[exchange]]\nsend = 'show'\necho = 'shwo'\nanswer = 'a'\n\
                    [[exchange]]\nsend = 'exit'\nanswer = ''\n";
        let log = "Hello\nKey?\nsw1>enable\nPassword: \n\nsw1#shwo\na\n\nsw1#exit\n\nsw1#";
        assert_eq!(Recording::parse(text).unwrap().log(), log);
    }

    #[test]
    fn a_refusal_names_what_was_typed() {
        let text = format!("{HEAD}refusal = '{{word}}: no {{command}}'\n{EXCHANGE}");
        assert_eq!(Recording::parse(&text).unwrap().refused("show it"), "show: no show it");
    }

    #[test]
    fn a_bad_recording_is_refused_by_line_and_field() {
        let refused = |text: &str| Recording::parse(text).unwrap_err().to_string();
        let unknown = refused(&format!("{HEAD}colour = 'red'\n{EXCHANGE}"));
        assert!(unknown.starts_with("line 5: unknown field `colour`"), "{unknown}");
        assert!(refused(HEAD).starts_with("it holds neither an `exchange` nor a `file`"));
        for (part, says) in [
            ("newline = 'x'\n", "`newline` must be"),
            ("dialogs = [{ answer = 'yes' }]\n", "the `answer` \"yes\" is neither"),
            ("[pager]\nmark = ' '\n", "`pager.mark` is empty"),
            ("[pager]\nmark = 'More'\nlines = 0\n", "`pager.lines` must be"),
            ("[pager]\nmark = 'More'\nalso = [{ mark = 'Mehr', key = '' }]\n", "`pager.key` must be one key"),
            ("[[file]]\npath = 'config.xml'\ntext = ''\n", "`file.path` must be the full path"),
            ("[privilege]\ncommand = ''\nunprivileged_prompt = 'sw1>'\n", "`privilege.command` is empty"),
        ] {
            let sentence = refused(&format!("{HEAD}{part}{EXCHANGE}"));
            assert!(sentence.starts_with(says), "{sentence}");
        }
        let blank = refused(&format!("{HEAD}{EXCHANGE}").replace("'sw1#'", "\"sw1#\\n\""));
        assert!(blank.starts_with("`prompt` is empty"), "{blank}");
    }
}
