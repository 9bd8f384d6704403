//! What a terminal would show of the bytes a device sent: escape sequences, carriage returns and backspaces carried out.

use std::borrow::Cow;

/// How far behind the end of a line escape sequences may move: more is a device's mistake, and would cost memory.
const WIDEST: usize = 512;

/// One line, with or without its line end, as a terminal would show it: what prompts, pagers and questions are recognised and
/// remembered by. Where the device moves to another row of the screen, it shows as several. A line without control characters
/// is returned as it is.
pub fn line(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim_end_matches('\r');
    if !raw.chars().any(char::is_control) {
        return Cow::Borrowed(raw);
    }
    let mut shown = render(raw, &Pagers::none());
    if shown.ends_with('\n') {
        shown.pop();
    }
    Cow::Owned(shown)
}

/// The last row of what [`line()`] shows.
pub fn last_row(raw: &str) -> Cow<'_, str> {
    let shown = line(raw);
    match shown.rfind('\n') {
        Some(at) => Cow::Owned(shown[at + 1..].to_owned()),
        None => shown,
    }
}

/// Where pagers stood in a text.
pub(super) struct Pagers<'a> {
    /// Where in a line a pager's mark starts that ends it.
    pub(super) mark_of: &'a dyn Fn(&str) -> Option<usize>,
    /// Where in the text a key was pressed at a pager; without it, whatever looks like a pager was one.
    pub(super) pressed: Option<&'a [usize]>,
}

impl Pagers<'_> {
    /// There were none.
    pub(super) fn none() -> Pagers<'static> {
        Pagers { mark_of: &|_| None, pressed: Some(&[]) }
    }
}

/// A text as a terminal of endless width and height would show it. A pager's mark vanishes when the device starts to write over
/// it, however little of it that covers, and nothing else does.
pub(super) fn render(raw: &str, pagers: &Pagers<'_>) -> String {
    let mut screen = Screen {
        pagers,
        done: String::with_capacity(raw.len()),
        line: Vec::new(),
        column: 0,
        wiping: false,
        touched: false,
        kept: 0,
        row: None,
    };
    let mut pressed = pagers.pressed.unwrap_or_default().iter().copied().peekable();
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let place = raw.len() - rest.len();
        while pressed.next_if(|at| *at <= place).is_some() {
            screen.take_mark();
        }
        // The common case first: a run of ordinary characters at the end of the line.
        if screen.line.is_empty() && screen.column == 0 && !screen.wiping {
            let plain = rest.bytes().position(|b| b < b' ' && b != b'\t' || b == 0x7f).unwrap_or(rest.len());
            let is_whole = pressed.peek().is_none_or(|at| *at > place + plain);
            if let Some(next) = line_end(&rest[plain..]).filter(|_| is_whole) {
                let looks = plain > 0 && pagers.pressed.is_none();
                let mark = if looks { (pagers.mark_of)(&rest[..plain]) } else { None };
                if mark != Some(0) {
                    screen.done.push_str(&rest[..mark.unwrap_or(plain)]);
                    screen.done.push('\n');
                }
                rest = next;
                continue;
            }
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\n' => screen.end_line(),
            // The last of several does what all of them do.
            '\r' if rest.starts_with('\r') => {}
            '\r' if rest.starts_with('\n') => screen.drop_pager(),
            '\r' => screen.go_to(0),
            '\x08' => {
                screen.drop_pager();
                screen.touched = true;
                screen.column = screen.column.saturating_sub(1).max(screen.kept);
            }
            '\x1b' => rest = screen.escape(rest),
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

/// What follows a line end of the usual kinds.
fn line_end(rest: &str) -> Option<&str> {
    ["\n", "\r\n", "\r\r\n"].iter().find_map(|end| rest.strip_prefix(end))
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

struct Screen<'a> {
    pagers: &'a Pagers<'a>,
    done: String,
    line: Vec<char>,
    column: usize,
    /// A pager stood on this line: blanks written to wipe it out are not the device's text.
    wiping: bool,
    /// Whether anything was wiped or written since.
    touched: bool,
    /// How much of this line stood before the pager's mark and is not to be wiped out with it.
    kept: usize,
    /// Where on its screen the device last put the cursor.
    row: Option<usize>,
}

impl Screen<'_> {
    fn write(&mut self, c: char) {
        while self.line.len() < self.column {
            self.line.push(' ');
        }
        match self.line.get_mut(self.column) {
            Some(place) => *place = c,
            None => self.line.push(c),
        }
        self.column += 1;
        self.touched = true;
    }

    /// Takes the mark of a pager at which a key was pressed off the line.
    fn take_mark(&mut self) {
        let shown: String = self.line.iter().collect();
        if let Some(mark) = (self.pagers.mark_of)(&shown) {
            self.kept = shown[..mark].chars().count();
            self.line.truncate(self.kept);
            self.column = self.kept;
            (self.wiping, self.touched) = (true, false);
        }
    }

    fn drop_pager(&mut self) {
        let kept = self.kept.min(self.line.len());
        if self.wiping && self.line[kept..].iter().all(|c| *c == ' ') {
            self.line.truncate(kept);
        }
        if self.pagers.pressed.is_none() && self.line.len() > kept {
            let column = self.column;
            self.take_mark();
            self.column = column;
        }
    }

    /// Moves the cursor within the line; not into what stood before a pager's mark.
    fn go_to(&mut self, column: usize) {
        self.drop_pager();
        self.touched = true;
        self.column = self.reachable(column).max(self.kept);
    }

    /// Moves the cursor to a place on the screen: another row is another line.
    fn go_to_row(&mut self, row: usize, column: usize) {
        self.drop_pager();
        let is_other = self.row.map_or(column < self.column, |before| before != row);
        if is_other && !self.line.is_empty() {
            self.end_line();
        }
        self.row = Some(row);
        self.touched = true;
        self.column = self.reachable(column).max(self.kept);
    }

    /// The column, or the last one the cursor may be moved to.
    fn reachable(&self, column: usize) -> usize {
        column.min(self.line.len().max(WIDEST))
    }

    fn end_line(&mut self) {
        self.drop_pager();
        // A line end right behind the mark is what takes the pager's line away; behind a mark that was wiped it is a blank line.
        if !(self.wiping && !self.touched && self.line.is_empty()) {
            // Some devices draw the whole line again that their pager interrupted.
            let (before, after) = self.line.split_at(self.kept.min(self.line.len()));
            let again = if !before.is_empty() && after.starts_with(before) { before.len() } else { 0 };
            self.done.extend(self.line.drain(..).skip(again));
            self.done.push('\n');
        }
        self.line.clear();
        (self.column, self.kept, self.wiping, self.touched) = (0, 0, false, false);
    }

    fn finish(mut self) -> String {
        self.done.extend(self.line);
        self.done
    }

    /// Carries out the escape sequence `rest` starts with (its ESC is already taken) and returns what follows it.
    fn escape<'a>(&mut self, rest: &'a str) -> &'a str {
        let length = escape_length(rest);
        if rest.starts_with('[') && length >= 2 {
            self.control(rest.as_bytes()[length - 1], &rest[1..length - 1]);
        }
        &rest[length..]
    }

    fn control(&mut self, action: u8, parameters: &str) {
        let mut numbers = parameters.split(';').map(|number| number.parse::<usize>().unwrap_or(0));
        let (first, second) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        let count = first.max(1);
        self.touched |= matches!(action, b'K' | b'J' | b'D' | b'G');
        match action {
            // A pager that stood on a line of its own takes the blank line above away with it.
            b'A' if self.wiping && self.line.is_empty() && self.done.ends_with("\n\n") => {
                self.done.pop();
            }
            b'K' | b'J' => {
                self.drop_pager();
                match first {
                    0 => self.line.truncate(self.column),
                    1 => (self.kept..self.column.min(self.line.len())).for_each(|place| self.line[place] = ' '),
                    _ => self.line.truncate(self.kept),
                }
            }
            b'D' => {
                self.drop_pager();
                self.column = self.column.saturating_sub(count).max(self.kept);
            }
            b'C' => self.column = self.reachable(self.column.saturating_add(count)),
            b'G' => self.go_to(count - 1),
            b'H' | b'f' => self.go_to_row(first, second.saturating_sub(1)),
            b'P' => {
                let from = self.column.min(self.line.len());
                let to = from.saturating_add(count).min(self.line.len());
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
        let mark_of = |line: &str| line.trim_end().ends_with("--More--").then(|| line.len() - line.trim_end().len());
        let mark_of = |line: &str| {
            let blanks = mark_of(line)?;
            let start = line.len() - blanks - "--More--".len();
            Some(if line[..start].trim().is_empty() { 0 } else { start })
        };
        assert_eq!(render(raw, &Pagers { mark_of: &mark_of, pressed: None }), expect, "{raw:?}");
        // Known by where the keys were pressed, they vanish alike.
        let behind = |at: usize| raw.len() - raw[at..].trim_start_matches(' ').len();
        let pressed: Vec<usize> = raw.match_indices("--More--").map(|(at, mark)| behind(at + mark.len())).collect();
        let pagers = Pagers { mark_of: &mark_of, pressed: Some(&pressed) };
        assert_eq!(render(raw, &pagers), expect, "{raw:?} {pressed:?}");
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

    #[test]
    fn a_pager_in_the_middle_of_a_line_takes_nothing_of_the_line_with_it() {
        let back = "\x08".repeat(8);
        check(&format!("one\ntwo--More--{back}        {back}ty\nsix\n"), "one\ntwoty\nsix\n");
        check(&format!("two--More--{back}        {back}\nsix\n"), "two\nsix\n");
        check("two--More--\r           \rty\nsix\n", "twoty\nsix\n");
        check("two--More--\r           \rtwoty\nsix\n", "twoty\nsix\n");
        check("two--More--\r\x1b[Kty\nsix\n", "twoty\nsix\n");
        check("two--More--\x1b[2K\x1b[1Gty\nsix\n", "twoty\nsix\n");
        check("two--More--\r\nsix\n", "two\nsix\n");
    }

    #[test]
    fn a_line_is_what_the_screen_shows() {
        for (raw, expect) in [
            ("R1#", "R1#"),
            ("R1#\r", "R1#"),
            ("R1#\r\n", "R1#"),
            ("\x1b]0;admin@r1\x07\x1b[?2004h\x1b[01;32mR1#\x1b[0m ", "R1# "),
            ("--More-- \r         \rend", "end      "),
            ("--More--\x08\x08\x08\x08\x08\x08\x08\x08\x1b[Kend", "end"),
            ("--More--\r\x1b[2Kend\r", "end"),
            ("loading\x1b[1K\rR1#", "R1#    "),
            ("R1>\x1b[1D#", "R1#"),
            ("R1\x1b[1C#", "R1 #"),
            ("XY#\x1b[1GR1", "R1#"),
            ("RR1#\x1b[4D\x1b[P", "R1#"),
            ("a\x07b\x00c", "abc"),
        ] {
            assert_eq!(line(raw), expect, "{raw:?}");
        }
        assert!(matches!(line("R1#\r"), Cow::Borrowed(_)), "a plain line is not drawn");
    }

    #[test]
    fn the_cursor_moves_freely_in_what_was_written_and_a_little_behind_it() {
        let long = "a".repeat(2 * WIDEST);
        assert_eq!(line(&format!("{long}\x1b[{}Gb", 2 * WIDEST)), format!("{}b", &long[1..]));
        assert_eq!(line(&format!("{long}\x1b[{}Db", 2 * WIDEST)), format!("b{}", &long[1..]));
        assert_eq!(line(&format!("{long}\x1b[1Cb")), format!("{long}b"));
        assert_eq!(line("\x1b[999999999Gb").len(), WIDEST + 1);
    }

    #[test]
    fn a_row_of_its_own_is_a_line_of_its_own() {
        check("one\r\n\x1b[24;1H\x1b[2K--More--\x1b[1000;1H\x1b[24;1H\x1b[2K\x1b[1;24r\x1b[24;1Htwo\r\n", "one\ntwo\n");
        check("\x1b[24;1H\x1b[2K\x1b[24;1Hsw1# \x1b[24;1H\x1b[24;6H", "sw1# ");
        check("\x1b[1;1Hone\x1b[2;1Htwo", "one\ntwo");
    }

    proptest! {
        #[test]
        fn never_panics(raw in "(?s)[a-c \\n\\r\\x08\\x1b\\[\\]0-9;KDCGPüé‹]{0,80}|.{0,40}") {
            let mark_of = |line: &str| line.find('b');
            for pressed in [None, Some(&[][..]), Some(&[1, 3, 70])] {
                render(&raw, &Pagers { mark_of: &mark_of, pressed });
            }
            line(&raw);
        }
    }
}
