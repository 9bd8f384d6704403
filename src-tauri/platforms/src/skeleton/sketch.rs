//! What was taken from a file, and the skeleton it makes.

use super::pattern::SketchedPrompt;

/// Most parts that were left out and are listed.
const LISTED: usize = 60;
/// Longest comment, in letters.
const SHOWN: usize = 170;

/// What a file says of a platform.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    /// How a prompt looks.
    pub(super) prompt: Option<SketchedPrompt>,
    /// What starts a comment in the configuration.
    pub(super) comment: Option<String>,
    /// Parts of lines by which a command is refused.
    pub(super) errors: Vec<String>,
    /// Commands that turn paging off.
    pub(super) paging_off: Vec<String>,
    /// How a pager looks.
    pub(super) more: Vec<String>,
    /// The key that goes on.
    pub(super) key: Option<String>,
    /// The steps to a privileged session: a command, and how it asks for the password.
    pub(super) privilege: Vec<(String, Option<String>)>,
    /// What else is sent at the start.
    pub(super) prepare: Vec<String>,
    /// Questions and their answers.
    pub(super) dialogs: Vec<(String, String)>,
    /// The commands, each with whether its answer is the configuration.
    pub(super) commands: Vec<(String, bool)>,
    /// Lines that hold a secret.
    pub(super) secrets: Vec<String>,
    /// Commands that end the session.
    pub(super) goodbye: Vec<String>,
    /// What was not taken.
    pub(super) left: Vec<LeftOut>,
}

/// A part of the file that was not taken.
#[derive(Debug)]
pub(super) struct LeftOut {
    /// Its line, from one.
    line: usize,
    what: String,
    why: &'static str,
}

impl Sketch {
    /// Whether nothing was taken that makes a platform.
    pub(super) fn is_empty(&self) -> bool {
        self.prompt.is_none() && self.commands.is_empty() && self.paging_off.is_empty() && self.errors.is_empty()
    }

    /// Notes what could not be taken, once for each line.
    pub(super) fn leave(&mut self, line: usize, what: &str, why: &'static str) {
        if self.left.last().is_none_or(|last| last.line != line) {
            self.left.push(LeftOut { line, what: what.trim().to_owned(), why });
        }
    }

    /// Adds a command of the start of a session: most of them turn paging off.
    pub(super) fn at_start(&mut self, command: &str) {
        const PAGING: [&str; 8] = ["length", "width", "pag", "more", "lines", "terminal", "screen", "scroll"];
        let lower = command.to_lowercase();
        let is_paging = PAGING.iter().any(|word| lower.contains(word));
        add(if is_paging { &mut self.paging_off } else { &mut self.prepare }, command);
    }

    /// Adds a command that ends a session.
    pub(super) fn at_end(&mut self, command: &str) {
        add(&mut self.goodbye, command);
    }

    /// The skeleton of a file of this name.
    pub(super) fn write(&self, of: &str, file: &str, name: &str) -> String {
        let mut out = Lines::default();
        out.say(&format!(
            "A skeleton, made from the {of} {file}. It is not proven: nothing in it was tried on a device."
        ));
        out.say("Check each part, save it with a recording of a session, and try it on one device first.");
        out.blank();
        out.field("name", name);
        out.field("title", &format!("{name} (skeleton)"));
        out.say("The file does not name the vendor.");
        out.field("vendor", "Unknown");
        if let Some(comment) = &self.comment {
            out.field("comment", comment);
        }
        if self.errors.is_empty() {
            out.say("The file does not say how the device refuses a command. Add at least one such line.");
        }
        out.list("errors", &self.errors);
        if !self.goodbye.is_empty() {
            out.list("goodbye", &self.goodbye);
        }
        self.write_session(&mut out);
        self.write_commands(&mut out);
        self.write_left(&mut out);
        out.text
    }

    fn write_session(&self, out: &mut Lines) {
        out.table("[prompt]");
        match &self.prompt {
            Some(prompt) => {
                out.say("`host` must be the part that stays the same during a session.");
                out.field("pattern", &prompt.pattern);
                if let Some(privileged) = &prompt.privileged {
                    out.field("privileged", privileged);
                }
            }
            None => out.say("No prompt could be taken: write `pattern`, with the group (?P<host>...)."),
        }
        if !self.paging_off.is_empty() || !self.more.is_empty() {
            out.table("[paging]");
            let off =
                self.paging_off.iter().map(|command| format!("{{ send = {}, optional = true }}", written(command)));
            out.values("off", off.collect());
            out.list("more", &self.more);
            if let Some(key) = &self.key {
                out.field("answer", key);
            }
        }
        for (command, asks) in &self.privilege {
            out.table("[[privilege]]");
            out.field("command", command);
            if let Some(asks) = asks {
                out.field("password_prompt", asks);
            }
        }
        for command in &self.prepare {
            out.table("[[prepare]]");
            out.field("send", command);
            out.text.push_str("optional = true\n");
        }
        for (expect, send) in &self.dialogs {
            out.table("[[dialogs]]");
            out.field("expect", expect);
            out.field("send", send);
        }
    }

    fn write_commands(&self, out: &mut Lines) {
        if self.commands.is_empty() {
            out.blank();
            out.say("The file names no command that shows the configuration. Add it:");
            for line in ["[[commands]]", "send = \"show running-config\"", "purpose = \"config\""] {
                out.say(line);
            }
        }
        for (command, is_config) in &self.commands {
            out.table("[[commands]]");
            out.field("send", command);
            out.field("purpose", if *is_config { "config" } else { "facts" });
            if !is_config && self.comment.is_some() {
                out.say("The model keeps this answer as a comment. Leave it out if it changes by itself.");
                out.field("keep", "comment");
            }
            if *is_config {
                out.say("Without `end`, a text that was cut off is harder to recognise.");
            }
        }
        for pattern in &self.secrets {
            out.table("[[secrets]]");
            out.field("pattern", pattern);
        }
    }

    fn write_left(&self, out: &mut Lines) {
        if self.left.is_empty() {
            return;
        }
        out.blank();
        out.say("Not taken:");
        for LeftOut { line, what, why } in self.left.iter().take(LISTED) {
            out.say(&format!("- line {line}, {why}: {what}"));
        }
        if self.left.len() > LISTED {
            out.say(&format!("- and {} more", self.left.len() - LISTED));
        }
    }
}

/// Adds what is not there yet.
fn add(list: &mut Vec<String>, command: &str) {
    let command = command.trim();
    if !command.is_empty() && !list.iter().any(|known| known == command) {
        list.push(command.to_owned());
    }
}

/// The text of a skeleton as it grows.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A comment, on one line.
    fn say(&mut self, sentence: &str) {
        let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
        let sentence: String = sentence.chars().map(plain).take(SHOWN).collect();
        self.text.push_str(&format!("# {}\n", sentence.trim_end()));
    }

    fn table(&mut self, head: &str) {
        self.text.push_str(&format!("\n{head}\n"));
    }

    fn field(&mut self, name: &str, value: &str) {
        self.text.push_str(&format!("{name} = {}\n", written(value)));
    }

    fn list(&mut self, name: &str, values: &[String]) {
        self.values(name, values.iter().map(|value| written(value)).collect());
    }

    fn values(&mut self, name: &str, values: Vec<String>) {
        match values.as_slice() {
            [] => self.text.push_str(&format!("{name} = []\n")),
            values => self.text.push_str(&format!("{name} = [\n    {},\n]\n", values.join(",\n    "))),
        }
    }
}

/// A text as TOML writes it: as it is, where it can stand between single quotes.
fn written(text: &str) -> String {
    if text.chars().any(|letter| letter == '\'' || letter.is_control()) {
        return toml::Value::from(text).to_string();
    }
    format!("'{text}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_so_that_toml_reads_them() {
        for text in [r"^\w+#$", "it's", "a\n\u{1b}\"b\\", ""] {
            let document: toml::Table = format!("a = {}", written(text)).parse().unwrap();
            assert_eq!(document["a"].as_str(), Some(text));
        }
    }

    #[test]
    fn what_was_left_out_is_listed_once_a_line_and_cannot_leave_its_comment() {
        let mut sketch = Sketch::default();
        sketch.leave(3, "cfg.gsub! /a/\r\nname = 'evil'", "is code");
        sketch.leave(3, "again", "is code");
        for line in 10..100 {
            sketch.leave(line, "x", "is code");
        }
        let text = sketch.write("Oxidized model", "a.rb", "a");
        assert!(text.contains("# - line 3, is code: cfg.gsub! /a/  name = 'evil'\n"), "{text}");
        assert!(text.ends_with("# - and 31 more\n") && !text.contains("again"), "{text}");
    }
}
