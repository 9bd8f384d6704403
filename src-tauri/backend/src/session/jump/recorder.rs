//! What happens on the way to a jump host, kept until the session that needs it logs it.

use netraven_api::outcome::Stage;
use serde_json::{Value, json};

use crate::session::observer::{Level, LogType, Observer};

/// The key of a line's data that names the jump host it is about.
const JUMP_HOST: &str = "jump_host";

/// A line to be logged.
pub(super) struct Note {
    pub(super) level: Level,
    pub(super) message: String,
    pub(super) meta: Value,
}

/// Keeps what is logged about a jump host. Its stages are no stages of the device behind it.
pub(super) struct Recorder<'a> {
    name: &'a str,
    notes: Vec<Note>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(name: &'a str) -> Recorder<'a> {
        Recorder { name, notes: Vec::new() }
    }

    pub(super) fn notes(self) -> Vec<Note> {
        self.notes
    }
}

impl Observer for Recorder<'_> {
    fn stage(&mut self, _stage: Stage) {}

    fn log(&mut self, level: Level, _log_type: LogType, message: String, mut meta: Value) {
        let is_about_another = meta.get(JUMP_HOST).is_some();
        if let (false, Value::Object(data)) = (is_about_another, &mut meta) {
            data.insert(JUMP_HOST.to_owned(), json!(self.name));
        }
        let message = if is_about_another { message } else { format!("{}: {message}", self.name) };
        self.notes.push(Note { level, message, meta });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_which_jump_host_it_is_about() {
        let mut first = Recorder::new("bastion-1");
        first.log(Level::Info, LogType::Connection, "Signed in.".to_owned(), json!({"ms": 7}));
        let mut second = Recorder::new("bastion-2");
        for note in first.notes() {
            second.log(note.level, LogType::Connection, note.message, note.meta);
        }
        let notes = second.notes();
        assert_eq!(notes[0].message, "bastion-1: Signed in.");
        assert_eq!(notes[0].meta, json!({"ms": 7, "jump_host": "bastion-1"}));
    }
}
