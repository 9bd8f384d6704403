//! An Oxidized model, read line by line: what its statements say with fixed texts and patterns is taken.

use std::sync::LazyLock;

use regex::Regex;

use super::literal::{self, RubyPattern};
use super::pattern::{SketchedPrompt, of_ruby, secret, with_host};
use super::sketch::Sketch;

/// The end of a line that opens a block.
static OPENS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bdo(?:\s*\|[^|]*\|)?\s*(?:#.*)?$").expect("the pattern of a block is valid"));

/// A statement that goes on until `end`.
static COMPOUND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:class|module|def|if|unless|case|while|until|for|begin)\b|=\s*(?:if|unless|case|begin)\b")
        .expect("the pattern of a compound statement is valid")
});

/// A block within braces on one line.
static BRACES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\s*(?:\|[^|]*\|)?\s*(.*?)\s*\}\s*$").expect("the pattern of braces is valid"));

/// What says nothing of the device.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    let of_ruby = r"class|module|using|require|else\b|if vars\b|cmd vars\b|send vars\b|comment\b";
    let of_oxidized =
        r"cfg\s+:|cfg\s*$|cfg\.cut_(?:both|tail|head)\b|data\s*$|data\.sub!? re\b|(?:username|password)\s";
    Regex::new(&format!("^(?:{of_ruby}|{of_oxidized})")).expect("the pattern of what says nothing is valid")
});

/// What a block is about.
enum ModelBlock {
    /// The answer to the command of this number.
    Command(usize),
    /// The secrets in any answer.
    Secret,
    /// Something the device says during a session.
    Expect(Expectation),
    /// The start of a session.
    Start,
    /// The end of a session.
    End,
    /// Code that edits every answer.
    All,
    /// Anything else.
    Other,
}

struct Expectation {
    pattern: Option<String>,
    line: usize,
    whole: String,
    send: Option<String>,
}

#[derive(Default)]
struct ModelReader {
    sketch: Sketch,
    blocks: Vec<ModelBlock>,
    /// The line that is read, from one.
    line: usize,
}

/// Reads a model.
pub(super) fn read(text: &str) -> Sketch {
    let mut reader = ModelReader::default();
    let mut in_comment = false;
    for (index, line) in text.lines().enumerate() {
        reader.line = index + 1;
        let begins = line.starts_with("=begin");
        let is_comment = in_comment || begins || line.trim_start().starts_with('#');
        in_comment = (in_comment || begins) && !line.starts_with("=end");
        if !is_comment && !line.trim().is_empty() {
            reader.read_line(line.trim());
        }
    }
    reader.done()
}

impl ModelReader {
    fn read_line(&mut self, line: &str) {
        if line == "end" || line.starts_with("end ") || line.starts_with("end.") || line.starts_with("end)") {
            self.close();
            return;
        }
        let block = self.statement(line);
        let is_open = OPENS.is_match(line) || (COMPOUND.is_match(line) && !line.ends_with(" end"));
        if is_open {
            // Code inside the block of a command or of a question belongs to it.
            self.blocks.push(block.unwrap_or(ModelBlock::Other));
            return;
        }
        let Some(block) = block else { return };
        if let Some(inner) = BRACES.captures(line).map(|found| found[1].to_owned()) {
            self.blocks.push(block);
            inner.split(';').for_each(|statement| {
                self.statement(statement.trim());
            });
            self.close();
        }
    }

    /// Takes what a statement says; the block that it opens, if it opens one.
    fn statement(&mut self, line: &str) -> Option<ModelBlock> {
        let (word, rest) = line.split_once([' ', '(']).map_or((line, ""), |(word, rest)| (word, rest.trim()));
        let in_answer = self
            .blocks
            .iter()
            .any(|block| matches!(block, ModelBlock::Command(_) | ModelBlock::Secret | ModelBlock::All));
        match word {
            "prompt" if !in_answer => self.prompt(line, rest),
            "comment" if !in_answer => self.comment(line, rest),
            "cmd" => return self.command(line, rest),
            "expect" => return Some(self.expect(line, rest)),
            "post_login" => return Some(self.ends(ModelBlock::Start, line, rest)),
            "pre_logout" => return Some(self.ends(ModelBlock::End, line, rest)),
            "send" => self.send(line, rest),
            _ => self.other(line),
        }
        None
    }

    fn prompt(&mut self, line: &str, rest: &str) {
        let pattern = literal::pattern(rest).and_then(|(ruby, _)| of_ruby(&ruby));
        match pattern.and_then(|pattern| with_host(&pattern)) {
            Some(pattern) if self.sketch.prompt.is_none() => {
                self.sketch.prompt = Some(SketchedPrompt { pattern, privileged: None });
            }
            _ => self.leave(line, "a prompt that cannot be translated"),
        }
    }

    fn comment(&mut self, line: &str, rest: &str) {
        match literal::text(rest) {
            Some((comment, _)) if !comment.trim().is_empty() => self.sketch.comment = Some(comment.trim().to_owned()),
            _ => self.leave(line, "is computed"),
        }
    }

    fn command(&mut self, line: &str, rest: &str) -> Option<ModelBlock> {
        if rest.starts_with(":secret") {
            return Some(ModelBlock::Secret);
        }
        if rest.starts_with(':') {
            return Some(ModelBlock::All);
        }
        let Some((command, after)) = literal::text(rest) else {
            self.other(line);
            return None;
        };
        match self.around() {
            Some(ModelBlock::Start) => match after.trim_start().strip_prefix(',') {
                Some(asks) => self.privilege(line, &command, asks.trim()),
                None => self.sketch.at_start(&command),
            },
            Some(ModelBlock::End) => self.sketch.at_end(&command),
            _ => {
                self.sketch.commands.push((command.trim().to_owned(), true));
                return Some(ModelBlock::Command(self.sketch.commands.len() - 1));
            }
        }
        None
    }

    fn privilege(&mut self, line: &str, command: &str, asks: &str) {
        let asks = literal::pattern(asks).and_then(|(ruby, _)| of_ruby(&ruby));
        if asks.is_none() {
            self.leave(line, "how it asks cannot be translated");
        }
        self.sketch.privilege.push((command.trim().to_owned(), asks));
    }

    fn expect(&self, line: &str, rest: &str) -> ModelBlock {
        let pattern = literal::pattern(rest).and_then(|(ruby, _)| of_ruby(&ruby));
        ModelBlock::Expect(Expectation { pattern, line: self.line, whole: line.to_owned(), send: None })
    }

    /// `post_login 'command'`, `pre_logout 'command'`, or a block of such.
    fn ends(&mut self, block: ModelBlock, line: &str, rest: &str) -> ModelBlock {
        let command = literal::text(rest).map(|(command, _)| command);
        match (&block, command) {
            (ModelBlock::End, Some(command)) => self.sketch.at_end(&command),
            (_, Some(command)) => self.sketch.at_start(&command),
            (_, None) if OPENS.is_match(line) || BRACES.is_match(line) => {}
            (_, None) => self.leave(line, "is computed"),
        }
        block
    }

    fn send(&mut self, line: &str, rest: &str) {
        let Some((text, _)) = literal::text(rest) else { return self.other(line) };
        if let Some(expected) = self.blocks.iter_mut().rev().find_map(|block| match block {
            ModelBlock::Expect(expected) => Some(expected),
            _ => None,
        }) {
            if expected.send.is_none() {
                expected.send = Some(text);
            }
            return;
        }
        match self.around() {
            Some(ModelBlock::End) => self.sketch.at_end(&text),
            Some(ModelBlock::Start) => self.sketch.at_start(&text),
            _ => self.leave(line, "is sent by code"),
        }
    }

    /// Anything else: what keeps an answer as a comment, what hides a secret, or code.
    fn other(&mut self, line: &str) {
        let innermost = self.blocks.iter().rev().find(|block| !matches!(block, ModelBlock::Other));
        match innermost {
            Some(ModelBlock::Command(number))
                if line.split(|c: char| !c.is_alphanumeric()).any(|word| word == "comment") =>
            {
                let number = *number;
                self.sketch.commands[number].1 = false;
            }
            Some(ModelBlock::Secret) if line.contains(".gsub!") => self.secret(line),
            _ if PLAIN.is_match(line) => {}
            Some(ModelBlock::Command(_)) => {
                self.leave(line, "code that edits the answer (see `volatile` and `replace`)")
            }
            Some(ModelBlock::All) => self.leave(line, "code that edits every answer"),
            Some(ModelBlock::Secret) => self.leave(line, "code that edits secrets"),
            _ => self.leave(line, "code"),
        }
    }

    fn secret(&mut self, line: &str) {
        let after = line.split_once(".gsub!").map_or("", |(_, after)| after.trim_start_matches(['(', ' ']));
        let found = literal::pattern(after).and_then(|(ruby, rest): (RubyPattern, &str)| {
            let replacement = rest.trim_start().strip_prefix(',').and_then(|rest| literal::text(rest.trim_start()));
            secret(&of_ruby(&ruby)?, &replacement?.0)
        });
        match found {
            Some(pattern) => self.sketch.secrets.push(pattern),
            None => self.leave(line, "a secret that cannot be translated"),
        }
    }

    /// Whether the statement belongs to the start or to the end of a session.
    fn around(&self) -> Option<&ModelBlock> {
        self.blocks.iter().rev().find(|block| matches!(block, ModelBlock::Start | ModelBlock::End))
    }

    fn close(&mut self) {
        if let Some(ModelBlock::Expect(expected)) = self.blocks.pop() {
            self.expected(expected);
        }
    }

    /// A pager is a question too.
    fn expected(&mut self, Expectation { pattern, line, whole, send }: Expectation) {
        let lower = whole.to_lowercase();
        let is_pager = lower.contains("more") || (lower.contains("press") && !lower.contains("login"));
        match (pattern, send) {
            (Some(pattern), Some(send)) if is_pager => {
                self.sketch.more.push(pattern);
                if send != " " {
                    self.sketch.key = Some(send);
                }
            }
            (Some(pattern), Some(send)) => self.sketch.dialogs.push((pattern, send)),
            (None, _) => self.sketch.leave(line, &whole, "a question that cannot be translated"),
            (Some(_), None) => self.sketch.leave(line, &whole, "code that edits what the device says"),
        }
    }

    fn leave(&mut self, what: &str, why: &'static str) {
        self.sketch.leave(self.line, what, why);
    }

    /// The answer that is no comment is the configuration. Of several, all are.
    fn done(mut self) -> Sketch {
        let commands = &mut self.sketch.commands;
        if !commands.iter().any(|(_, is_config)| *is_config)
            && let Some(last) = commands.last_mut()
        {
            last.1 = true;
        }
        self.sketch
    }
}
