//! From the bytes a device sent to the text that is kept: no echo, no escape sequences, no pager, no prompt.

use std::borrow::Cow;

use super::definition::{Command, Definition};
use super::{foreign, screen};

/// How far from its start an answer is searched for the echo, should lines of the log stand before it.
const BEFORE_ECHO: usize = 12;
/// Echoes of commands longer than this are looked for in pieces: a narrow terminal breaks them.
const LONG: usize = 60;
/// The shortest piece of an echo.
const PIECE: usize = 8;

/// The answer to `command` as text, from the bytes between the sending and the final prompt: LF ends every line, and
/// neither end has blank lines. Empty if the device said nothing. Whatever looks like a pager is taken for one.
pub fn clean(definition: &Definition, command: &Command, raw: &[u8]) -> String {
    cleaned(definition, command, &definition.encoding.decode(raw), None)
}

/// As [`clean`], of an answer in which a key was `pressed` at pagers: the places in `raw` behind their marks, in order. What
/// looks like a pager and stands anywhere else is the device's text.
pub fn clean_read(definition: &Definition, command: &Command, raw: &[u8], pressed: &[usize]) -> String {
    let (mut text, mut places, mut from) = (String::with_capacity(raw.len()), Vec::with_capacity(pressed.len()), 0);
    for at in pressed.iter().map(|at| (*at).min(raw.len())) {
        text.push_str(&definition.encoding.decode(&raw[from..at.max(from)]));
        places.push(text.len());
        from = at.max(from);
    }
    text.push_str(&definition.encoding.decode(&raw[from..]));
    cleaned(definition, command, &text, Some(places))
}

/// As [`clean`], of an answer that is text already.
pub fn clean_text(definition: &Definition, command: &Command, said: &str) -> String {
    cleaned(definition, command, said, None)
}

fn cleaned(definition: &Definition, command: &Command, said: &str, pressed: Option<Vec<usize>>) -> String {
    let text = without_echo(definition, said, &command.send);
    let echo = said.len() - text.len();
    let pressed: Option<Vec<usize>> =
        pressed.map(|places| places.into_iter().filter_map(|at| at.checked_sub(echo)).collect());
    let pagers = screen::Pagers { mark_of: &|line| definition.mark_of(line), pressed: pressed.as_deref() };
    let shown = screen::render(text, &pagers);
    let body = without_prompt(definition, &shown);
    let body = without_echo_pieces(body, &command.send);
    let without_pager = |line| if pressed.is_some() { line } else { definition.without_pager(line) };
    let body = without_header(definition, command, body, without_pager);
    let mut out = String::with_capacity(body.len() + 1);
    for line in body.trim_end().split('\n') {
        out.push_str(without_pager(line));
        out.push('\n');
    }
    if out == "\n" { String::new() } else { out }
}

/// Terminals echo once, and once more what was typed before they were ready for it.
fn without_echo<'a>(definition: &Definition, text: &'a str, command: &str) -> &'a str {
    let mut rest = text;
    for _ in 0..2 {
        let end = echo_end(rest, command).or_else(|| redrawn_echo_end(definition, rest, command));
        rest = end.map_or(rest, |end| &rest[end..]);
    }
    if rest.len() == text.len() { late_echo(definition, text, command).map_or(text, |end| &text[end..]) } else { rest }
}

/// Where an echo ends if the device printed log lines, and perhaps its prompt again, before it.
fn late_echo(definition: &Definition, text: &str, command: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n').take(BEFORE_ECHO) {
        if start > 0
            && let Some(end) = redrawn_echo_end(definition, &text[start..], command)
        {
            return Some(start + end);
        }
        start += line.len();
    }
    None
}

/// A text without the pieces of a long command that a line editor drew again at its start.
fn without_echo_pieces<'a>(text: &'a str, command: &str) -> &'a str {
    let mut rest = text;
    while command.len() > LONG {
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let piece = line.trim().trim_start_matches(['<', '$']).trim_end_matches(['>', '$']).trim();
        let is_piece = (piece.len() >= PIECE && command.contains(piece))
            || (rest.len() < text.len() && !piece.is_empty() && command.ends_with(piece));
        if line.is_empty() || !(is_piece || line.trim().is_empty()) {
            break;
        }
        rest = &rest[line.len()..];
    }
    rest
}

/// Where an echo ends that is typed as it came, wrapped at the terminal's width or corrected by backspaces.
fn echo_end(text: &str, command: &str) -> Option<usize> {
    let command: Vec<char> = command.trim().chars().collect();
    let mut matched = 0_usize;
    let mut at = 0;
    let mut previous = '\r';
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        at += c.len_utf8();
        match c {
            '\x1b' => at += screen::escape_length(&text[at..]),
            '\x08' => matched = matched.saturating_sub(1),
            '\n' if matched == command.len() => return Some(at),
            c if c.is_control() => {}
            c if command.get(matched) == Some(&c) => matched += 1,
            ' ' if matched == command.len() || previous == '\r' || text[start + 1..].starts_with('\r') => {}
            _ => return None,
        }
        previous = c;
    }
    (matched == command.len()).then_some(at)
}

/// Where an echo ends that the device redrew: after the prompt, or scrolled sideways with `$` for the hidden part.
fn redrawn_echo_end(definition: &Definition, text: &str, command: &str) -> Option<usize> {
    let start = text.len() - text.trim_start_matches(['\r', '\n']).len();
    let end = text[start..].find('\n').map_or(text.len(), |at| start + at + 1);
    let line = screen::line(&text[start..end]);
    let line = line.trim_end();
    let command = command.trim();
    let is_prompt = |text: &str| text.trim().is_empty() || definition.prompt_of(text).is_some();
    let drawn = line.strip_suffix(command).is_some_and(is_prompt);
    let scrolled = line.split_once('$').is_some_and(|(before, shown)| {
        shown.len() >= 4 && shown.len() < command.len() && command.ends_with(shown) && is_prompt(before)
    });
    (drawn || scrolled).then_some(end)
}

/// A prompt has no line end: what ends in one is the device's text, whatever it looks like.
fn without_prompt<'a>(definition: &Definition, text: &'a str) -> &'a str {
    let last_line = text.rsplit('\n').next().unwrap_or_default();
    match !last_line.trim().is_empty() && definition.prompt_of(last_line).is_some() {
        true => &text[..text.len() - last_line.len()],
        false => text,
    }
}

/// What a line at the start of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// It changes by itself, or may be of the log: it may stand among the chatter, and stays.
    Between,
    /// Chatter, or blank.
    Header,
    /// The answer begins with it.
    Text,
}

/// What a line is before which nothing but chatter stands.
pub(super) fn leading(definition: &Definition, command: &Command, content: &str) -> Lead {
    if definition.volatile_set.is_match(content) || foreign::may_be_log(content) {
        Lead::Between
    } else if content.trim().is_empty() || command.header.iter().any(|header| header.is_match(content)) {
        Lead::Header
    } else {
        Lead::Text
    }
}

/// A text without the chatter at its start. What changes by itself and lines of the log may stand among it, and stay for
/// [`significant`](super::significant) and for the comparison with another reading.
fn without_header<'a>(
    definition: &Definition,
    command: &Command,
    text: &'a str,
    without_pager: impl Fn(&'a str) -> &'a str,
) -> Cow<'a, str> {
    let (mut rest, mut between) = (text, String::new());
    while !rest.is_empty() {
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let content = without_pager(line.trim_end());
        match leading(definition, command, content) {
            Lead::Between => between.push_str(line),
            Lead::Header => {}
            Lead::Text => break,
        }
        rest = &rest[line.len()..];
    }
    if between.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned(between + rest) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Encoding, Purpose, Registry, significant};

    fn ios(raw: &[u8]) -> String {
        let definition = Registry::load(None).0.get("cisco_ios").expect("built in");
        let command = definition.commands.iter().find(|command| command.purpose == Purpose::Config).unwrap();
        clean(&definition, command, raw)
    }

    fn check(raw: &str, expect: &str) {
        assert_eq!(ios(raw.as_bytes()), expect, "{raw:?}");
    }

    #[test]
    fn strips_the_echo_however_it_is_drawn() {
        for echo in [
            "show running-config\r\n",
            "show running-config \r\r\n",
            "\r\nshow running-config\r\n",
            "show running-c \ronfig\r\n",
            "show running-c\r\nonfig\r\n",
            "show runing\x08\x08\x08ning-config\r\n",
            "s\x08sh\x08how running-c \ronfig\r\n",
            "\x1b[?2004l\x1b[1mshow running-config\x1b[0m\r\n",
            "show running-config\r\nshow running-config\r\n",
            "\rcore-1#show running-config\r\n",
            "\rcore-1#$running-config\r\n",
            "",
        ] {
            check(&format!("{echo}hostname core-1\r\nend\r\n"), "hostname core-1\nend\n");
        }
    }

    #[test]
    fn keeps_a_first_line_that_only_begins_like_the_command() {
        check("show running-configuration is here\r\n", "show running-configuration is here\n");
        check("show\r\nend\r\n", "show\nend\n");
    }

    #[test]
    fn drops_header_prompt_and_blank_ends_and_nothing_else() {
        check(
            "show running-config\r\nBuilding configuration...\r\n\r\nversion 17.6  \r\n\r\n! core-1#\r\nend\r\n\r\ncore-1#",
            "version 17.6  \n\n! core-1#\nend\n",
        );
        check("banner motd ^C\r\ncore-1#\r\n^C\r\ncore-1#\r\n", "banner motd ^C\ncore-1#\n^C\ncore-1#\n");
        check("show running-config\r\n\r\ncore-1# ", "");
        check("", "");
    }

    #[test]
    fn finds_the_echo_behind_lines_of_the_log() {
        let log = "*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured from console\r\n";
        for before in [
            "port three went away\r\n".to_string(),
            format!("\r\n{log}core-1#"),
            format!(" {log}core-1#"),
            log.to_string(),
            format!("{log}\r\n{log}\r\ncore-1#"),
        ] {
            check(&format!("{before}show running-config\r\nhostname core-1\r\nend\r\n"), "hostname core-1\nend\n");
        }
    }

    #[test]
    fn drops_the_header_that_stands_behind_a_time_stamp() {
        let stamp = "Load for five secs: 2%/0%; one minute: 3%; five minutes: 3%\r\nTime source is NTP, 10:11:12.131 UTC Mon Nov 30 2026\r\n\r\n";
        let text = format!(
            "show running-config\r\n{stamp}Building configuration...\r\n\r\nCurrent configuration : 99 bytes\r\nversion 17.6\r\nend\r\n"
        );
        let definition = Registry::load(None).0.get("cisco_ios").expect("built in");
        assert_eq!(significant(&definition, &ios(text.as_bytes())), "version 17.6\nend\n");
    }

    #[test]
    fn a_long_command_drawn_in_pieces_leaves_nothing_behind() {
        let definition = Registry::load(None).0.get("linux").expect("built in");
        let command = definition.commands.iter().find(|command| command.purpose == Purpose::Config).unwrap();
        for width in [40, 80, 132] {
            let pieces: Vec<String> = command
                .send
                .as_bytes()
                .chunks(width)
                .map(|piece| String::from_utf8_lossy(piece).into_owned())
                .collect();
            let last = pieces.last().unwrap();
            for echo in [pieces.join("\r\n"), pieces.join(" \r"), format!("{}\r\n{last}\r\n{last}", pieces.join(" \r"))]
            {
                let raw = format!("{echo}\r\n\r\n### /etc/hosts\r\n127.0.0.1 localhost\r\n");
                assert_eq!(
                    clean(&definition, command, raw.as_bytes()),
                    "### /etc/hosts\n127.0.0.1 localhost\n",
                    "{width}"
                );
            }
        }
    }

    #[test]
    fn removes_pager_remnants() {
        check("a\r\n --More-- b\r\nc\r\n", "a\n b\nc\n");
        check("a\r\n --More-- \r          \rb\r\n --More--\r\n c\r\n", "a\nb\n c\n");
        check("more of it\r\ndescription --More-- inside\r\n", "more of it\ndescription --More-- inside\n");
    }

    #[test]
    fn replaces_what_is_not_utf_8() {
        assert_eq!(ios(b"description caf\xe9\r\n"), "description caf\u{FFFD}\n");
    }

    #[test]
    fn reads_the_letters_of_the_platforms_encoding() {
        let mut definition = Definition::clone(&Registry::load(None).0.get("cisco_ios").expect("built in"));
        definition.encoding = Encoding::named("latin1").unwrap();
        let command = definition.commands.iter().find(|command| command.purpose == Purpose::Config).unwrap();
        let raw = b"show running-config\r\ndescription caf\xe9\r\n --More-- \r          \rdescription \xfcber\r\n";
        let text = "description caf\u{e9}\ndescription \u{fc}ber\n";
        assert_eq!(clean(&definition, command, raw), text);
        let pressed = raw.windows(9).position(|window| window == b"--More-- ").unwrap() + 9;
        assert_eq!(clean_read(&definition, command, raw, &[pressed]), text);
    }

    proptest! {
        #[test]
        fn never_panics_and_ends_in_one_line_end(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = ios(&raw);
            prop_assert!(text.is_empty() || text.ends_with('\n') && !text.ends_with("\n\n"));
        }

        #[test]
        fn clean_text_stays_as_it_is(lines in proptest::collection::vec("[a-z!][a-z0-9 ./-]{0,30}[a-z0-9]", 1..12)) {
            let text = lines.join("\n") + "\n";
            prop_assert_eq!(ios(text.replace('\n', "\r\n").as_bytes()), text);
        }
    }
}
