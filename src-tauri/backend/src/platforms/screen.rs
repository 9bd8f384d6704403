//! What a terminal would show of the bytes a device sent: escape sequences, carriage returns and backspaces carried out.

use std::borrow::Cow;

/// How far escape sequences may move: more is a device's mistake, and would cost memory.
const WIDEST: usize = 512;

/// One line as a terminal would show it; a line without control characters is returned as it is.
pub fn line(raw: &str) -> Cow<'_, str> {
    if !raw.chars().any(char::is_control) {
        return Cow::Borrowed(raw);
    }
    let mut shown = render(raw, |_| false);
    if shown.ends_with('\n') {
        shown.pop();
    }
    Cow::Owned(shown)
}

/// A text as a terminal of endless width and height would show it. A line that `is_pager` recognises vanishes when the
/// device starts to write over it, however little of it that covers.
pub fn render(raw: &str, is_pager: impl Fn(&str) -> bool) -> String {
    let mut screen = Screen { done: String::with_capacity(raw.len()), line: Vec::new(), column: 0, wiping: false };
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        // The common case first: a run of ordinary characters at the end of the line.
        if screen.line.is_empty() && screen.column == 0 {
            let plain = rest.bytes().position(|b| b < b' ' && b != b'\t' || b == 0x7f).unwrap_or(rest.len());
            let after = rest[plain..].trim_start_matches('\r');
            if let Some(next) = after.strip_prefix('\n') {
                if plain == 0 || !is_pager(&rest[..plain]) {
                    screen.done.push_str(&rest[..plain]);
                    screen.done.push('\n');
                }
                rest = next;
                continue;
            }
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\n' => screen.end_line(&is_pager),
            '\r' => {
                screen.drop_pager(&is_pager);
                screen.column = 0;
            }
            '\x08' => {
                screen.drop_pager(&is_pager);
                screen.column = screen.column.saturating_sub(1);
            }
            '\x1b' => rest = screen.escape(rest, &is_pager),
            '\x03' => {
                // Devices print their banner delimiter either way; a control character does not survive storage.
                screen.write('^');
                screen.write('C');
            }
            '\t' => screen.write(c),
            c if c.is_control() => {}
            c => screen.write(c),
        }
    }
    screen.finish()
}

/// How many bytes an escape sequence takes after its ESC; all that is left where it does not end.
pub(super) fn escape_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes.first() {
        Some(b'[') => {
            let parameters = bytes[1..].iter().take_while(|b| (0x20..=0x3f).contains(*b)).count();
            // Anything but a final byte here is no part of a sequence, and may be text worth keeping.
            1 + parameters + usize::from(bytes.get(1 + parameters).is_some_and(|b| (0x40..=0x7e).contains(b)))
        }
        // A window title and its like: up to BEL or ESC \.
        Some(b']' | b'P' | b'^' | b'_') => match rest.find(['\x07', '\x1b', '\n']) {
            Some(end) if rest[end..].starts_with('\x07') => end + 1,
            Some(end) if rest[end..].starts_with("\x1b\\") => end + 2,
            Some(end) => end,
            None => rest.len(),
        },
        Some(b'(' | b')' | b'#' | b'%' | b'*' | b'+') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        Some(b) if b.is_ascii_graphic() => 1,
        _ => 0,
    }
}

struct Screen {
    done: String,
    line: Vec<char>,
    column: usize,
    /// A pager stood on this line: blanks written to wipe it out are not the device's text.
    wiping: bool,
}

impl Screen {
    fn write(&mut self, c: char) {
        while self.line.len() < self.column {
            self.line.push(' ');
        }
        match self.line.get_mut(self.column) {
            Some(place) => *place = c,
            None => self.line.push(c),
        }
        self.column += 1;
    }

    fn drop_pager(&mut self, is_pager: &impl Fn(&str) -> bool) {
        if self.wiping && self.line.iter().all(|c| *c == ' ') {
            self.line.clear();
        }
        if !self.line.is_empty() && is_pager(&self.line.iter().collect::<String>()) {
            self.line.clear();
            self.wiping = true;
        }
    }

    fn end_line(&mut self, is_pager: &impl Fn(&str) -> bool) {
        self.drop_pager(is_pager);
        if !(self.wiping && self.line.is_empty()) {
            self.done.extend(self.line.drain(..));
            self.done.push('\n');
        }
        self.column = 0;
        self.wiping = false;
    }

    fn finish(mut self) -> String {
        self.done.extend(self.line);
        self.done
    }

    /// Carries out the escape sequence `rest` starts with (its ESC is already taken) and returns what follows it.
    fn escape<'a>(&mut self, rest: &'a str, is_pager: &impl Fn(&str) -> bool) -> &'a str {
        let length = escape_length(rest);
        if rest.starts_with('[') && length >= 2 {
            self.control(rest.as_bytes()[length - 1], &rest[1..length - 1], is_pager);
        }
        &rest[length..]
    }

    fn control(&mut self, action: u8, parameters: &str, is_pager: &impl Fn(&str) -> bool) {
        let count = parameters.split(';').next().and_then(|first| first.parse::<usize>().ok()).unwrap_or(0).min(WIDEST);
        match action {
            b'K' | b'J' => {
                self.drop_pager(is_pager);
                match count {
                    0 => self.line.truncate(self.column),
                    1 => (0..self.column.min(self.line.len())).for_each(|place| self.line[place] = ' '),
                    _ => self.line.clear(),
                }
            }
            b'D' => {
                self.drop_pager(is_pager);
                self.column = self.column.saturating_sub(count.max(1));
            }
            b'C' => self.column = (self.column + count.max(1)).min(WIDEST),
            b'G' => {
                self.drop_pager(is_pager);
                self.column = count.saturating_sub(1);
            }
            b'P' => {
                let from = self.column.min(self.line.len());
                let to = (from + count.max(1)).min(self.line.len());
                self.line.drain(from..to);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(raw: &str, expect: &str) {
        assert_eq!(render(raw, |line| line.trim() == "--More--"), expect, "{raw:?}");
    }

    #[test]
    fn shows_what_a_terminal_would() {
        check("plain\r\ntext\r\r\nlast", "plain\ntext\nlast");
        check("over\rUND", "UNDr");
        check("typo\x08\x08ed", "tyed");
        check("\x1b[1;31mred\x1b[0m and \x1b(Bplain\x1b]0;title\x07!", "red and plain!");
        check("gone\x1b[2K\rkept", "kept");
        check("cut here\x1b[5D\x1b[K", "cut");
        check("a\x07b\x00c", "abc");
        check("banner motd \x03\r\nhello \x03", "banner motd ^C\nhello ^C");
        check("ab\x1b[3Cc", "ab   c");
        check("unfinished \x1b[12", "unfinished ");
        check("tab\tkept\n", "tab\tkept\n");
        check("Umlaut ü\x08u", "Umlaut u");
    }

    #[test]
    fn a_pager_vanishes_however_it_is_wiped_out() {
        check("one\n --More-- \r          \r two\n", "one\n two\n");
        check(
            "one\n --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08\x08two\n",
            "one\ntwo\n",
        );
        check("one\n--More--\r\x1b[Ktwo\n", "one\ntwo\n");
        check("one\n\x1b[7m--More--\x1b[m\r!\n", "one\n!\n");
        check("one\n--More--\r\ntwo\n", "one\ntwo\n");
        check("one\n--More--\x1b[2K\x1b[1Gtwo\n", "one\ntwo\n");
    }

    proptest! {
        #[test]
        fn never_panics(raw in "(?s)[a-c \\n\\r\\x08\\x1b\\[\\]0-9;KDCGPüé‹]{0,80}|.{0,40}") {
            render(&raw, |line| line.contains('b'));
            line(&raw);
        }
    }
}
