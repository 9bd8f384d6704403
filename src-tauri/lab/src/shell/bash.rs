//! As much of a Linux host's shell as a program that collects files from it uses: assignments, `stty`, `printf`, and
//! anything that reads files (a `for` loop, `cat`), which prints the configuration.

use super::{Op, Shell};
use crate::generate::facts;
use crate::platform::{self, Parsed};
use crate::spec::{Fault, Platform};

/// Commands that change nothing here and print nothing.
const SILENT: [&str; 14] = [
    "unset", "set", "shopt", "bind", "history", "alias", "unalias", "trap", "cd", "umask", "true", ":", "tput", "clear",
];

impl Shell {
    /// Runs one line of shell.
    pub(super) fn bash(&mut self, line: &str) {
        let mut config_printed = false;
        for statement in statements(line) {
            match self.statement(&statement, config_printed) {
                Ran::Config => config_printed = true,
                Ran::Other => {}
            }
            if matches!(self.ops.last(), Some(Op::Cut | Op::Stall | Op::Close)) {
                return;
            }
        }
    }

    fn statement(&mut self, statement: &str, config_printed: bool) -> Ran {
        let words = words(statement);
        let Some(first) = words.first().map(String::as_str) else { return Ran::Other };
        let rest = words.get(1..).unwrap_or_default();
        match first {
            "for" | "while" | "if" | "{" | "cat" | "sudo" | "head" | "tail" => {
                if rest.iter().any(|word| word == "/etc/os-release") && first == "cat" {
                    self.print("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\r\nNAME=\"Debian GNU/Linux\"\r\nVERSION_ID=\"12\"\r\nID=debian\r\n");
                    return Ran::Other;
                }
                self.config("");
                return Ran::Config;
            }
            // The end of what was asked for is what such a host leaves out.
            "printf" | "echo" if config_printed && self.device.fault() == Some(Fault::MissingEndMarker) => {}
            "printf" => {
                let arguments: Vec<String> = rest.iter().map(|word| self.substitute(word)).collect();
                self.print(&printf(&arguments).replace('\n', "\r\n"));
            }
            "echo" => {
                let words: Vec<String> = rest.iter().map(|word| self.substitute(word)).collect();
                self.print(&(words.join(" ") + "\r\n"));
            }
            "stty" if rest.iter().any(|word| word == "-echo") => self.echo = false,
            "stty" if rest.iter().any(|word| word == "echo") => self.echo = self.terminal,
            "stty" => {}
            "uname" => self.print(&platform::version(&self.device.spec)),
            "hostname" => self.print(&format!("{}\r\n", self.device.spec.hostname)),
            "whoami" => self.print(&format!("{}\r\n", self.device.spec.username)),
            "exit" | "logout" => self.ops.push(Op::Close),
            "export" => rest.iter().for_each(|assignment| self.assign(assignment)),
            assignment if assignment.contains('=') => words.iter().for_each(|assignment| self.assign(assignment)),
            silent if SILENT.contains(&silent) => {}
            _ => self.print(&platform::error(Platform::Linux, &Parsed::Unknown(0), statement, 0)),
        }
        Ran::Other
    }

    /// Fills in the commands within a word that ask for the hardware; any other gives nothing.
    fn substitute(&self, word: &str) -> String {
        let Some((before, rest)) = word.split_once("$(") else { return word.to_owned() };
        let (command, after) = rest.split_once(')').unwrap_or((rest, ""));
        let facts = facts(&self.device.spec);
        let answer = match command {
            command if command.contains("product_name") => facts.model,
            command if command.contains("product_serial") => &facts.serial,
            "hostname" => &self.device.spec.hostname,
            _ => "",
        };
        format!("{before}{answer}{}", self.substitute(after))
    }

    fn assign(&mut self, assignment: &str) {
        if let Some(prompt) = assignment.strip_prefix("PS1=") {
            self.prompt = Some(prompt.to_owned());
        }
    }
}

enum Ran {
    Config,
    Other,
}

/// Splits a line at `;`, `&&` and `||` outside quotes, keeping a loop or condition in one piece.
fn statements(line: &str) -> Vec<String> {
    let (mut all, mut piece, mut quote, mut depth) = (Vec::new(), String::new(), None, 0_i32);
    let mut characters = line.chars().peekable();
    let mut word = String::new();
    while let Some(character) = characters.next() {
        let breaks = quote.is_none() && (character.is_whitespace() || ";&|".contains(character));
        if breaks {
            match word.as_str() {
                "for" | "while" | "if" | "{" => depth += 1,
                "done" | "fi" | "}" => depth -= 1,
                _ => {}
            }
            word.clear();
        } else {
            word.push(character);
        }
        let double = matches!(character, '&' | '|') && characters.peek() == Some(&character);
        if quote.is_none() && depth <= 0 && (matches!(character, ';' | '\n') || double) {
            if double {
                characters.next();
            }
            all.push(std::mem::take(&mut piece));
            continue;
        }
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        piece.push(character);
    }
    all.push(piece);
    all.retain(|piece| !piece.trim().is_empty());
    all
}

/// Splits a statement into words, quotes removed and `$?` filled in.
fn words(statement: &str) -> Vec<String> {
    let (mut all, mut word, mut quote, mut inside) = (Vec::new(), String::new(), None, false);
    for character in statement.trim().chars() {
        match (quote, character) {
            (None, '\'' | '"') => (quote, inside) = (Some(character), true),
            (Some(open), close) if open == close => quote = None,
            (None, blank) if blank.is_whitespace() => {
                if inside {
                    all.push(std::mem::take(&mut word));
                }
                inside = false;
            }
            (_, character) => {
                inside = true;
                word.push(character);
            }
        }
    }
    if inside {
        all.push(word);
    }
    all.iter().map(|word| word.replace("$?", "0")).collect()
}

/// What `printf` prints.
fn printf(arguments: &[String]) -> String {
    let Some((format, mut rest)) = arguments.split_first() else { return String::new() };
    if format == "--" {
        return printf(rest);
    }
    let mut printed = String::new();
    loop {
        let before = rest.len();
        let mut characters = format.chars();
        while let Some(character) = characters.next() {
            match (character, characters.clone().next()) {
                ('\\', Some(escaped)) => {
                    characters.next();
                    match escaped {
                        'n' => printed.push('\n'),
                        'r' => printed.push('\r'),
                        't' => printed.push('\t'),
                        'a' => printed.push('\x07'),
                        '\\' => printed.push('\\'),
                        other => printed.extend(['\\', other]),
                    }
                }
                ('%', Some('%')) => {
                    characters.next();
                    printed.push('%');
                }
                ('%', Some('s' | 'd' | 'b')) => {
                    characters.next();
                    if let Some((argument, others)) = rest.split_first() {
                        printed.push_str(argument);
                        rest = others;
                    }
                }
                _ => printed.push(character),
            }
        }
        // As the real one does: the format is used again while arguments are left.
        if rest.is_empty() || rest.len() == before {
            return printed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_stays_in_one_piece() {
        let line = "for f in /etc/hosts; do cat \"$f\"; done 2>/dev/null; printf '%s; %s\\n' end 1 && stty -echo";
        let pieces = statements(line);
        assert_eq!(pieces.len(), 3, "{pieces:?}");
        assert!(pieces[0].starts_with("for") && pieces[0].contains("done"));
        assert_eq!(printf(&words(&pieces[1])[1..]), "end; 1\n");
    }

    #[test]
    fn printf_repeats_its_format_as_the_real_one() {
        let arguments: Vec<String> = ["[%s]\\n", "a", "b"].map(Into::into).into();
        assert_eq!(printf(&arguments), "[a]\n[b]\n");
    }
}
