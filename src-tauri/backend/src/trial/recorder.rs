//! A session as a recording: what the lab plays, and what a platform's tests are made of. Secrets are hidden, and what
//! names the network has stand-ins.
//!
//! Answers are those that the session proved, without pager and log. Everything else, such as the pager itself, the
//! privileged mode and what was refused, is taken from what was said.

use netraven_lab::{
    Exchange, RecordedDialog, RecordedFile, RecordedPager, RecordedPrivilege, RecordedQuestion, Recording,
};

use super::TrialPlan;
use super::standins::StandIns;
use super::turns::{self, Said, Turn};
use crate::platforms::steps::SECRET_WORDS;
use crate::platforms::{Definition, Keep, Purpose, Redaction, Via};
use crate::session::{Answer, Transcript};

/// Most bytes of a recording.
const LARGEST: usize = 4 * 1024 * 1024;
/// Stands in a transcript for a password that was typed.
const PASSWORD: &str = "‹password›";
/// What a device of no particular kind refuses a command with.
const REFUSAL: &str = "% Invalid input detected at '^' marker.\n";
const ACCESS_DENIED: &str = "% Access denied\n";

/// A session that is to be recorded.
pub(super) struct Recorded<'a> {
    pub(super) plan: &'a TrialPlan<'a>,
    /// The proven answers; none of a session that failed.
    pub(super) answers: &'a [Answer],
    /// The prompt at which the commands were sent, if the session came to one.
    pub(super) prompt: Option<&'a str>,
    pub(super) transcript: &'a Transcript,
    /// The serial number of the device.
    pub(super) serial: Option<String>,
}

impl Recorded<'_> {
    /// The text of the recording's file, and what it lacks, as sentences.
    pub(super) fn text(&self) -> Result<(String, Vec<String>), String> {
        let heard = HeardSession::of(self.plan, self.transcript);
        let prompt =
            self.prompt.filter(|prompt| !prompt.is_empty()).map_or_else(|| heard.prompt.clone(), str::to_owned);
        if prompt.trim().is_empty() {
            return Err("it never came to a prompt.".to_owned());
        }
        let recording = self.recording(heard, &prompt);
        if recording.exchanges.is_empty() && recording.files.is_empty() {
            return Err("no command was answered in its shell.".to_owned());
        }
        let text = toml::to_string_pretty(&recording).map_err(|error| format!("{error}."))?;
        if text.len() > LARGEST {
            return Err(format!("it is larger than the {} MiB that are kept.", LARGEST / 1024 / 1024));
        }
        // Only what can be read again is handed out.
        Recording::parse(&text).map_err(|bad| format!("{bad}."))?;
        Ok((text, self.lacking()))
    }

    fn recording(&self, heard: HeardSession, prompt: &str) -> Recording {
        let definition = self.plan.definition;
        let mut veil = Veil { redaction: self.plan.redaction, stand_ins: self.stand_ins(prompt) };
        let mut exchanges: Vec<Exchange> = Vec::new();
        for heard in heard.exchanges {
            let question = heard.question.map(|question| RecordedQuestion {
                text: veil.lines(&question.text),
                answer: question.answer,
                shows: veil.lines(&question.shows),
            });
            let (send, answer) = (veil.lines(&heard.send), veil.lines(&heard.answer));
            keep(&mut exchanges, Exchange { question, ..exchange(send, answer, heard.turns_paging_off) });
        }
        let refused = exchanges.iter().map(|known| &known.answer).find(|said| definition.is_error(said).is_some());
        let refusal = refused.cloned().unwrap_or_else(|| REFUSAL.to_owned());
        for answer in self.answers.iter().filter(|answer| definition.commands[answer.command].via != Via::Sftp) {
            let command = &definition.commands[answer.command];
            let is_stored = command.purpose == Purpose::Config || command.keep == Keep::Comment;
            let text = if is_stored { veil.configuration(&answer.text) } else { veil.lines(&answer.text) };
            let send = veil.lines(&answer.sent);
            let turns_paging_off = exchanges.iter().any(|known| known.send == send && known.turns_paging_off);
            keep(&mut exchanges, exchange(send, text, turns_paging_off));
        }
        let fetched = self.answers.iter().filter(|answer| definition.commands[answer.command].via == Via::Sftp);
        let mut files = Vec::new();
        for answer in fetched {
            let path = veil.lines(answer.sent.strip_prefix("sftp:").unwrap_or(&answer.sent));
            files.push(RecordedFile { path, text: veil.configuration(&answer.text) });
        }
        let dialogs = heard.dialogs.into_iter();
        let dialogs =
            dialogs.map(|dialog| RecordedDialog { question: veil.lines(&dialog.question), ..dialog }).collect();
        Recording {
            platform: definition.name.clone(),
            hostname: "device1".to_owned(),
            prompt: veil.lines(prompt),
            banner: veil.lines(&heard.banner),
            newline: (definition.newline == "\r").then(|| definition.newline.clone()),
            sign_in: heard.sign_in.iter().map(|question| veil.lines(question)).collect(),
            dialogs,
            refusal,
            pager: heard.pager,
            privilege: heard.privilege.map(|privilege| RecordedPrivilege {
                unprivileged_prompt: veil.lines(&privilege.unprivileged_prompt),
                ..privilege
            }),
            exchanges,
            files,
        }
    }

    fn stand_ins(&self, prompt: &str) -> StandIns {
        let plan = self.plan;
        let host = plan.definition.prompt_of(prompt).map(|seen| seen.host).unwrap_or_default();
        let users: Vec<&str> = plan.logins.iter().map(|login| login.username.as_str()).collect();
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
        let in_prompt = host.split(|letter: char| !is_name(letter)).filter(|name| !users.contains(name));
        let short = plan.hostname.split('.').next().unwrap_or_default();
        let devices: Vec<&str> =
            [plan.hostname, short, plan.target.host.as_str()].into_iter().chain(in_prompt).collect();
        StandIns::new(&devices, &users, self.serial.as_deref())
    }

    fn lacking(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.transcript.dropped() > 0 && self.answers.is_empty() {
            let bytes = self.transcript.dropped();
            notes.push(format!("{bytes} bytes in the middle of the session are not in its recording."));
        }
        if self.plan.definition.commands.iter().any(|command| command.purpose == Purpose::File) {
            notes.push("Files that a backup keeps as they are, are not in the recording.".to_owned());
        }
        notes
    }
}

/// Hides what no recording may hold.
struct Veil<'a> {
    redaction: &'a Redaction,
    stand_ins: StandIns,
}

impl Veil<'_> {
    /// Lines as they stood in the shell.
    fn lines(&mut self, text: &str) -> String {
        self.stand_ins.put(&self.redaction.lines(text))
    }

    /// A part of the configuration.
    fn configuration(&mut self, text: &str) -> String {
        self.stand_ins.put(&self.redaction.configuration(text).text)
    }
}

fn exchange(send: String, answer: String, turns_paging_off: bool) -> Exchange {
    Exchange { send, echo: None, answer, turns_paging_off, question: None }
}

/// Adds an exchange; the newest one of a command counts.
fn keep(exchanges: &mut Vec<Exchange>, new: Exchange) {
    match exchanges.iter_mut().find(|known| known.send.trim() == new.send.trim()) {
        Some(known) => *known = new,
        None => exchanges.push(new),
    }
}

/// What was heard in a session, nothing of it hidden yet.
#[derive(Default)]
struct HeardSession {
    banner: String,
    /// The last prompt.
    prompt: String,
    sign_in: Vec<String>,
    dialogs: Vec<RecordedDialog>,
    pager: Option<RecordedPager>,
    privilege: Option<RecordedPrivilege>,
    exchanges: Vec<Exchange>,
}

impl HeardSession {
    fn of(plan: &TrialPlan<'_>, transcript: &Transcript) -> HeardSession {
        let (opening, turns) = turns::of(transcript);
        let mut heard = HeardSession { banner: opening.text(), ..HeardSession::default() };
        let mut stand = Stand::Opening;
        let mut rest = opening.rest;
        for Turn { typed, said } in turns {
            heard.note_prompt(plan.definition, &rest);
            let command = typed.trim().to_owned();
            let said = said.without_echo(&command);
            stand = heard.turn(plan, stand, &rest, &typed, &said);
            rest = said.rest;
        }
        heard.note_prompt(plan.definition, &rest);
        heard.exchanges.retain(|exchange| !exchange.send.starts_with("sftp:"));
        heard
    }

    fn note_prompt(&mut self, definition: &Definition, rest: &str) {
        if definition.prompt_of(rest).is_some() {
            self.prompt = rest.to_owned();
        }
    }

    /// Takes in one turn, typed behind `rest`; where the session stands after it.
    fn turn(&mut self, plan: &TrialPlan<'_>, stand: Stand, rest: &str, typed: &str, said: &Said) -> Stand {
        let definition = plan.definition;
        let command = typed.trim();
        if definition.is_more(rest) && stand == Stand::Answer {
            self.page(definition, rest, said);
            return Stand::Answer;
        }
        if definition.prompt_of(rest).is_some() {
            return self.command(definition, rest, command, said);
        }
        match stand {
            Stand::Opening if is_secret(command) || plan.logins.iter().any(|login| login.username == command) => {
                self.sign_in.push(rest.to_owned());
                self.banner = said.text();
                Stand::Opening
            }
            Stand::Opening if !rest.trim().is_empty() => {
                self.dialogs.push(RecordedDialog { question: rest.to_owned(), answer: as_answer(typed) });
                Stand::Opening
            }
            Stand::Privilege if is_secret(command) => {
                if let Some(privilege) = &mut self.privilege {
                    privilege.password_prompt = Some(rest.to_owned());
                }
                Stand::Privilege
            }
            Stand::Answer if !rest.trim().is_empty() && !is_secret(command) => {
                let (text, answer, shows) = (rest.to_owned(), as_answer(typed), said.text());
                if let Some(last) = self.exchanges.last_mut().filter(|last| last.question.is_none()) {
                    last.question = Some(RecordedQuestion { text, answer, shows });
                }
                Stand::Answer
            }
            other => other,
        }
    }

    /// A line typed at the prompt. Enter alone says nothing.
    fn command(&mut self, definition: &Definition, rest: &str, command: &str, said: &Said) -> Stand {
        if command.is_empty() {
            return Stand::Prompt;
        }
        if definition.privilege.iter().any(|step| step.command == command) {
            self.privilege = self.privilege.take().or_else(|| {
                Some(RecordedPrivilege {
                    command: command.to_owned(),
                    password_prompt: None,
                    unprivileged_prompt: rest.to_owned(),
                    password: None,
                    refused: ACCESS_DENIED.to_owned(),
                })
            });
            return Stand::Privilege;
        }
        let is_taken = definition.is_error(&said.text()).is_none();
        let turns_paging_off = is_taken && definition.paging.off.iter().any(|off| off.send == command);
        self.exchanges.push(exchange(command.to_owned(), said.text(), turns_paging_off));
        Stand::Answer
    }

    /// A key pressed at a pager: what follows belongs to the same answer.
    fn page(&mut self, definition: &Definition, mark: &str, said: &Said) {
        let Some(last) = self.exchanges.last_mut() else { return };
        let lines = last.answer.lines().count();
        last.answer.push_str(&said.text());
        let key = definition.key_for(mark).to_owned();
        if self.pager.is_none() && key.len() == 1 && !mark.trim().is_empty() {
            let blank = " ".repeat(mark.chars().count());
            self.pager = Some(RecordedPager {
                mark: mark.to_owned(),
                erase: format!("\r{blank}\r"),
                key,
                lines: Some(lines.max(1)),
                also: Vec::new(),
            });
        }
    }
}

/// What is typed next is for this.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// What the device asks before its first prompt.
    Opening,
    Prompt,
    /// What it asks for the privileged mode.
    Privilege,
    /// A pager, or a question behind an answer.
    Answer,
}

/// Whether what was typed is a secret, which a transcript only names.
fn is_secret(typed: &str) -> bool {
    typed.contains(PASSWORD) || SECRET_WORDS.iter().any(|word| typed.contains(word))
}

/// What was typed, as the answer to a question: a line, or one key.
fn as_answer(typed: &str) -> String {
    let line = typed.trim_end_matches(['\r', '\n']);
    match line.len() == typed.len() && typed.len() == 1 {
        true => typed.to_owned(),
        false => format!("{line}\n"),
    }
}
