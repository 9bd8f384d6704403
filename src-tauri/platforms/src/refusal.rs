//! How a device refuses a command: by the words its platform names, by those it was heard to use in this session, and by
//! saying a few words where a configuration was asked for.

use std::sync::LazyLock;

use regex::Regex;

use super::definition::{Command, Definition, Purpose};
use super::{clean, foreign, screen, significant};

/// Answers of at most this many lines are searched for words of refusal.
const FEW: usize = 10;
/// An answer of at most this many lines is no configuration unless a line in it is one.
const HARDLY_ANY: usize = 3;
/// How many lines an answer may have beyond a learned refusal and still be one.
const BEYOND: usize = 8;
/// How far from its start an answer is searched for a refusal.
const HEAD: usize = 12;

static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        \b(?: error | invalid | illegal | unknown | unrecogni[sz]ed | undefined | unsupported | unexpected | incomplete | ambiguous
            | denied | forbidden | refused | rejected | fail(?:ed|ure) | not\ (?:found|supported|allowed|permitted|authori[sz]ed
            | available|recogni[sz]ed|implemented|a\ (?:valid|known)) | no\ such | does\ not\ exist | doesn't\ exist | bad\ (?:command|syntax|word)
            | syntax | parse | usage | too\ many | too\ few | missing | insufficient | privilege | unable\ to | can(?:not|'t) | mistyped
            | wrong | what\? | try\ (?:again|help|'?\?) | type\ .{0,12}(?:help|\?) | expect(?:ed|ing)
            | unbekannt | ung(?:ü|ue)ltig | fehler | inconnue? | invalide | erreur | desconocid | inv(?:á|a)lid | comando )\b
        | \b(?:commands|completions|options|choices|keywords)\b[^:]*:\s*$
        | 错误 | 未知 | 无效",
    )
    .expect("the words of refusals are valid")
});

/// A sentence, whatever word it begins with.
static SENTENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*\p{Lu}\S*(?: \S+){2,}[.!?]\s*$").expect("the pattern of sentences is valid"));

static CARET: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\s^~-]*\^[\s^~-]*$").expect("the pattern of carets is valid"));

/// How a line of a configuration begins or ends, on any vendor's device.
static CONFIGURATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^\s*(?: (?:host-?name|sysname|system-name|switchname|interfaces?|vlans?|version|system|set|config|add|create|configure|no
            |ip|ipv6|snmp(?:-server)?|ntp|username|user|enable|service|line|aaa|logging|router|port|module|spanning-tree
            |controller|feature|vrf|policy|security|network)\s+[\w/.\x22'{-]+ | [!;]\s*$ | ;\ \S | \#\s*$ | \#config-version | <[?/a-z] | /\w+ )
        | [{};]\s*$",
    )
    .expect("the pattern of configuration lines is valid")
});

/// How a device answered a command that cannot exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    lines: Vec<String>,
}

impl Refusal {
    /// Learns from the answer to `command`; `None` where that says nothing, or too much to be a refusal.
    pub fn learn(command: &str, answer: &str) -> Option<Refusal> {
        let lines: Vec<String> = told(answer).map(|line| shape(command, line)).filter(|line| line.len() > 3).collect();
        (!lines.is_empty() && lines.len() <= 60).then_some(Refusal { lines })
    }

    /// The line by which an answer to `command` is this refusal.
    fn found_in(&self, command: &str, answer: &str) -> Option<String> {
        let lines: Vec<&str> = told(answer).collect();
        if lines.is_empty() || lines.len() > self.lines.len() + BEYOND {
            return None;
        }
        let known = |line: &&&str| self.lines.contains(&shape(command, line));
        let (first, count) = (lines.iter().position(|line| known(&line))?, lines.iter().filter(known).count());
        // Below lines of a configuration such words are its own.
        if lines[..first].iter().any(|line| is_configuration(line)) {
            return None;
        }
        // Some devices print a line above every answer: that alone makes none of them a refusal.
        (count >= self.lines.len().min(lines.len()) || count * 2 >= lines.len())
            .then(|| lines[first].trim().to_string())
    }
}

/// The lines that say something.
fn told(answer: &str) -> impl Iterator<Item = &str> {
    answer.lines().filter(|line| !line.trim().is_empty() && !CARET.is_match(line) && !foreign::may_be_log(line))
}

/// A line with the words of the command and all numbers taken out: what stays the same from refusal to refusal.
fn shape(command: &str, line: &str) -> String {
    let mut line = line.trim().to_lowercase();
    let mut words: Vec<String> = command.to_lowercase().split_whitespace().map(str::to_string).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words.iter().filter(|word| word.len() > 1) {
        line = line.replace(word.as_str(), "_");
    }
    let mut shape = String::with_capacity(line.len());
    for c in line.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }) {
        let repeats = matches!(c, '_' | '0' | ' ') && shape.ends_with(c);
        let joins = c == '_' && shape.ends_with("_ ");
        if joins {
            shape.pop();
        } else if !repeats {
            shape.push(c);
        }
    }
    shape
}

impl Definition {
    /// The line by which a device refused `command`, where `text` is its cleaned answer, `ended` says whether the end marker was
    /// seen, and `learned` is how it refuses. What is proven whole is no refusal, whatever words are in it.
    pub fn refusal(&self, command: &Command, text: &str, ended: bool, learned: Option<&Refusal>) -> Option<String> {
        if ended && command.end.is_some() {
            return None;
        }
        let significant = significant(self, text);
        if let Some(line) = learned.and_then(|refusal| refusal.found_in(&command.send, &significant)) {
            return Some(line);
        }
        let lines: Vec<&str> = told(&significant).collect();
        if command.purpose == Purpose::Facts || command.end.is_some() {
            let few = lines.len() <= FEW && command.end.is_some();
            return self.is_error(text).or_else(|| lines.iter().find(|line| few && refuses(line)).map(quote));
        }
        // What a reading that broke off ends with.
        let last = significant.lines().rfind(|line| !line.trim().is_empty() && !foreign::may_be_log(line));
        let last = last.filter(|line| lines.len() > 1 && self.is_refused_by(line));
        let proven = command.must_contain.as_ref().is_some_and(|pattern| pattern.is_match(text));
        if proven || last.is_some() {
            return last.as_ref().map(quote);
        }
        let begins = lines.iter().position(|line| is_configuration(line) && !self.is_refused_by(line));
        let head = &lines[..begins.unwrap_or(lines.len()).min(HEAD)];
        let few = lines.len() <= FEW;
        let refused = head.iter().find(|line| self.is_refused_by(line) || (few && refuses(line)));
        let hardly_any = self.unknown_command.is_some() && begins.is_none() && lines.len() <= HARDLY_ANY;
        refused.or_else(|| lines.first().filter(|_| hardly_any)).map(quote)
    }

    fn is_refused_by(&self, line: &str) -> bool {
        self.errors.iter().any(|error| error.is_match(line.trim()))
    }
}

/// Whether a line belongs to a configuration, on any vendor's device.
pub fn is_configuration(line: &str) -> bool {
    CONFIGURATION.is_match(line) && !SENTENCE.is_match(line)
}

fn refuses(line: &&str) -> bool {
    WORDS.is_match(line)
}

fn quote(line: &&str) -> String {
    screen::line(line).trim().to_string()
}

/// The refusal learned from what a device sent in answer to the platform's unknown command.
pub fn learn_refusal(definition: &Definition, command: &str, raw: &[u8]) -> Option<Refusal> {
    let asked = Command::plain(command);
    Refusal::learn(command, &significant(definition, &clean(definition, &asked, raw)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Registry;

    fn platform(name: &str) -> Arc<Definition> {
        Registry::load(None).0.get(name).expect("built in")
    }

    fn refusal(name: &str, text: &str, learned: Option<&Refusal>) -> Option<String> {
        let definition = platform(name);
        let command = definition.commands.iter().find(|command| command.purpose == Purpose::Config).unwrap();
        definition.refusal(command, text, false, learned)
    }

    #[test]
    fn refusals_in_words_nobody_listed_are_known_by_how_the_device_refused_before() {
        for (before, now) in [
            ("frobnicated: netraven\n", "frobnicated: running-config\n"),
            ("Kommando 'show netraven' gibt es hier nicht\n", "Kommando 'show running-config' gibt es hier nicht\n"),
            ("   ^\nhuh\nsorry, line 1\n", "        ^\nhuh\nsorry, line 12\n"),
            ("one\ntwo\nthree\nfour\nfive\nsix\n", "one\ntwo\nthree\nfour\nfive\nsix\n"),
        ] {
            let learned = Refusal::learn("show netraven", before).unwrap();
            assert!(refusal("generic", now, Some(&learned)).is_some(), "{now}");
            let config = format!("hostname a\n{now}interface 1\nvlan 2\nexit\nend\n");
            assert_eq!(refusal("generic", &config.repeat(6), Some(&learned)), None, "{config}");
        }
    }

    #[test]
    fn a_line_above_every_answer_is_no_refusal() {
        let learned = Refusal::learn("show netraven", "Switch 1 of 2, slot 1\n% No\n").unwrap();
        let config = "Switch 1 of 2, slot 1\nhostname a\ninterface 1\nvlan 2\nexit\ninterface 2\nend\n";
        assert_eq!(refusal("generic", config, Some(&learned)), None);
    }

    #[test]
    fn a_few_words_are_no_configuration() {
        for text in [
            "No such command.\n",
            "command parse error before 'running-config'\nCommand fail. Return code -61\n",
            "CLI syntax error: \"show running-config\": Unknown command\n",
            "bad command name show (line 1 column 1)\n",
            "                     ^\nunknown command.\n",
            "\n  Invalid command: [show]\n\n",
            "Invalid input -> show running-config\nType ? for a list\n",
            "-sh: show: not found\n",
            "Error: Invalid command\n",
            "ERROR: No matching command\n",
            "Command not found or you have no rights for it\n",
            "What?\n",
            "Unbekannter Befehl\n",
            "interface: unknown command\n",
            "Nothing here\n",
        ] {
            assert!(refusal("generic", text, None).is_some(), "{text:?}");
        }
        for text in [
            "hostname a\n",
            "set system host-name a\nset system ntp\n",
            "config {\n}\n",
            "; J9776A Editor\nhostname \"a\"\n",
        ] {
            assert_eq!(refusal("generic", text, None), None, "{text:?}");
        }
    }

    #[test]
    fn words_inside_a_configuration_are_no_refusal() {
        let banner = "banner login ^\n% Access denied to unauthorised persons.\nInvalid input detected\n^\n";
        for name in ["generic", "cisco_nxos"] {
            for text in [format!("version 1\nhostname a\n{banner}"), format!("hostname a\n{banner}interface 1\nend\n")]
            {
                assert_eq!(refusal(name, &text, None), None, "{name}: {text}");
            }
        }
        let ios = platform("cisco_ios");
        let command = ios.commands.iter().find(|command| command.purpose == Purpose::Config).unwrap();
        assert_eq!(ios.refusal(command, &format!("version 1\n{banner}end\n"), true, None), None);
        assert!(ios.refusal(command, "% Authorization failed.\n", false, None).is_some());
    }

    #[test]
    fn a_configuration_that_breaks_off_with_an_error_is_refused() {
        let text = "hostname a\ninterface 1\n vlan 2\n% Authorization failed\n";
        assert!(refusal("generic", text, None).is_some());
        assert!(refusal("cisco_nxos", text, None).is_some());
    }
}
