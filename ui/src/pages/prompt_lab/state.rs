//! The texts in the lab: a terminal log, a platform file, and what the file makes of the log.

use std::collections::BTreeMap;
use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::evidence::{Evidence, Speaker};
use netraven_api::{DeviceId, RunId};
use netraven_platforms::recording::{BadRecording, Recording};
use netraven_platforms::{BadDefinition, Definition, Explained, explain};

use crate::data::use_settled;

/// How many lines of a log are explained: those at its end, where a session breaks.
pub const MOST_LINES: usize = 3_000;

/// What a platform file makes of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// The lines of the log; none where no file can be read. While the file has a mistake, as it was before.
    pub explained: Option<Rc<Explained>>,
    /// What is wrong with the file.
    pub wrong: Option<BadDefinition>,
    /// How many lines at the log's start are left out.
    pub left_out: usize,
}

/// What is typed, pasted or opened. Copies are the same lab.
#[derive(Clone, Copy, PartialEq)]
pub struct PromptLab {
    log: Signal<String>,
    file: Signal<String>,
    /// The platform whose file was taken last.
    platform: Signal<Option<String>>,
    /// The session whose transcript was taken last.
    session: Signal<Option<(RunId, DeviceId)>>,
}

/// The lab of this page.
pub fn use_prompt_lab() -> PromptLab {
    PromptLab {
        log: use_signal(String::new),
        file: use_signal(String::new),
        platform: use_signal(|| None),
        session: use_signal(|| None),
    }
}

impl PromptLab {
    /// The terminal log.
    pub fn log(&self) -> String {
        self.log.read().clone()
    }

    /// The text of the platform file.
    pub fn file(&self) -> String {
        self.file.read().clone()
    }

    /// Takes another log.
    pub fn type_log(mut self, text: String) {
        self.log.set(text);
    }

    /// Takes another text of the platform file.
    pub fn type_file(mut self, text: String) {
        self.file.set(text);
    }

    /// Takes the file of a platform, unless it was the last one taken: what was typed since stays.
    pub fn take_file(mut self, platform: &str, text: String) {
        if self.platform.peek().as_deref() != Some(platform) {
            self.platform.set(Some(platform.to_owned()));
            self.file.set(text);
        }
    }

    /// Takes the transcript of a session, once; whether it did.
    pub fn take_session(mut self, run_id: RunId, device_id: DeviceId, evidence: &Evidence) -> bool {
        let session = Some((run_id, device_id));
        if *self.session.peek() == session {
            return false;
        }
        self.session.set(session);
        self.log.set(log_of(evidence));
        true
    }

    /// Takes the log of a recording, and returns the name of its platform.
    pub fn take_recording(mut self, text: &str) -> Result<String, BadRecording> {
        let recording = Recording::parse(text)?;
        self.log.set(recording.log());
        Ok(recording.platform)
    }
}

/// What the file makes of the log, a little later than either is typed. `others` are the files it may extend beside the
/// built-in ones.
pub fn use_verdict(lab: PromptLab, others: Memo<BTreeMap<String, String>>) -> Memo<Verdict> {
    let settled = use_settled(move || (lab.log(), lab.file()));
    // The text of the last file without a mistake: the colours stay while the next rule is half typed.
    let mut good = use_signal(String::new);
    let verdict = use_memo(move || {
        let (log, file) = settled.read().clone();
        judge(&log, &file, &good.peek(), &others.read())
    });
    use_effect(move || {
        let known = verdict.read();
        let file = settled.peek().1.clone();
        if known.wrong.is_none() && known.explained.is_some() && *good.peek() != file {
            good.set(file);
        }
    });
    verdict
}

fn judge(log: &str, file: &str, good: &str, others: &BTreeMap<String, String>) -> Verdict {
    if file.trim().is_empty() {
        return Verdict::default();
    }
    let (log, left_out) = end_of(log);
    let parse = |text: &str| Definition::parse_with("platform.toml", text, &|name| others.get(name).cloned());
    let explained = |definition: Definition| Rc::new(explain(&definition, log));
    match parse(file) {
        Ok(definition) => Verdict { explained: Some(explained(definition)), wrong: None, left_out },
        Err(wrong) => Verdict { explained: parse(good).ok().map(explained), wrong: Some(wrong), left_out },
    }
}

/// The lines of a log that are explained, and how many before them are not.
fn end_of(log: &str) -> (&str, usize) {
    let lines = log.lines().count();
    let Some(left_out) = lines.checked_sub(MOST_LINES).filter(|left_out| *left_out > 0) else { return (log, 0) };
    let start = log.match_indices('\n').nth(left_out - 1).map_or(0, |(at, _)| at + 1);
    (&log[start..], left_out)
}

/// What the device said in a session: its echo is in it, and what was typed without one is not.
fn log_of(evidence: &Evidence) -> String {
    if evidence.transcript.is_empty() {
        return evidence.last_seen.clone().unwrap_or_default();
    }
    let said = evidence.transcript.iter().filter(|line| line.from != Speaker::Worker);
    said.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// What is wrong with a file, as a sentence.
pub fn sentence(wrong: &BadDefinition) -> String {
    let line = wrong.line.map(|line| format!("Line {line}: ")).unwrap_or_default();
    let field = wrong.field.as_ref().map(|field| format!("`{field}` ")).unwrap_or_default();
    format!("{line}{field}{}. {}.", wrong.problem.trim_end_matches('.'), wrong.advice.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use netraven_platforms::Taken;
    use serde_json::json;

    use super::*;

    const GOOD: &str = "name = 'x'\ntitle = 'X'\nvendor = 'X'\nerrors = ['^oops']\n\
                        prompt = { pattern = '(?P<host>\\w+)%' }\ncommands = [{ send = 'show', purpose = 'config' }]\n";

    fn last(verdict: &Verdict) -> Option<Taken> {
        verdict.explained.as_ref().and_then(|explained| explained.lines.last()).map(|line| line.taken)
    }

    #[test]
    fn while_a_file_has_a_mistake_the_one_before_counts() {
        let others = BTreeMap::new();
        assert_eq!(last(&judge("a%", GOOD, "", &others)), Some(Taken::Prompt));
        let bad = GOOD.replace("'^oops'", "'('");
        let verdict = judge("a%", &bad, GOOD, &others);
        assert_eq!(last(&verdict), Some(Taken::Prompt));
        let wrong = sentence(&verdict.wrong.unwrap());
        assert!(wrong.starts_with("Line 4: `errors[0]` is not a valid regular expression"), "{wrong}");
        assert_eq!(judge("a%", &bad, "", &others).explained, None);
        assert_eq!(judge("a%", " \n", GOOD, &others), Verdict::default());
    }

    #[test]
    fn a_file_may_extend_another_of_the_servers_own() {
        let child = "name = 'y'\ntitle = 'Y'\nextends = 'x'\n";
        let others = BTreeMap::from([("x".to_owned(), GOOD.to_owned())]);
        assert_eq!(last(&judge("a%", child, "", &others)), Some(Taken::Prompt));
        assert!(judge("a%", child, "", &BTreeMap::new()).wrong.is_some());
    }

    #[test]
    fn the_end_of_a_long_log_is_explained() {
        let log = "x\n".repeat(MOST_LINES + 2) + "a%";
        let verdict = judge(&log, GOOD, "", &BTreeMap::new());
        assert_eq!(verdict.left_out, 3);
        assert_eq!(verdict.explained.as_ref().map(|explained| explained.lines.len()), Some(MOST_LINES));
        assert_eq!(last(&verdict), Some(Taken::Prompt));
    }

    #[test]
    fn a_transcript_is_what_the_device_said() {
        let evidence = Evidence::from(json!({"last_seen": "R2#", "transcript": [
            {"at_ms": 1, "from": "device", "text": "R1#show"}, {"at_ms": 1, "from": "worker", "text": "show\n"},
            {"from": "note", "text": "… left out …"}, {"at_ms": 2, "from": "device", "text": "R1#"},
        ]}));
        assert_eq!(log_of(&evidence), "R1#show\n… left out …\nR1#");
        assert_eq!(log_of(&Evidence::from(json!({"last_seen": "R2#"}))), "R2#");
    }
}
