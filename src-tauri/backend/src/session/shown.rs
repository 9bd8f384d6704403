//! How one line looks on a screen: what a session judges questions, markers and prompts by.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

/// The line with carriage returns, backspaces and escape sequences carried out; without any it is returned as it is.
pub(super) fn line(raw: &str) -> Cow<'_, str> {
    let raw = raw.strip_suffix('\r').unwrap_or(raw);
    if !raw.chars().any(char::is_control) {
        return Cow::Borrowed(raw);
    }
    let (mut cells, mut column): (Vec<char>, usize) = (Vec::with_capacity(raw.len()), 0);
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => column = 0,
            '\x08' => column = column.saturating_sub(1),
            '\x1b' => {
                if let Some(keep) = erased(&mut chars, column) {
                    cells.truncate(keep);
                }
            }
            '\t' => put(&mut cells, &mut column, c),
            c if c.is_control() => {}
            c => put(&mut cells, &mut column, c),
        }
    }
    Cow::Owned(cells.into_iter().collect())
}

/// Every line of a text as it looks.
pub(super) fn text(raw: &str) -> String {
    raw.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn put(cells: &mut Vec<char>, column: &mut usize, c: char) {
    match cells.get_mut(*column) {
        Some(cell) => *cell = c,
        None => {
            cells.resize(*column, ' ');
            cells.push(c);
        }
    }
    *column += 1;
}

/// Skips an escape sequence; if it erases, says how many cells stay. Moving the cursor is left out: nothing that matters
/// here is drawn that way.
fn erased(chars: &mut Peekable<Chars<'_>>, column: usize) -> Option<usize> {
    match chars.next()? {
        '[' => {
            let mut parameter = String::new();
            for c in chars.by_ref() {
                if ('\x40'..='\x7e').contains(&c) {
                    let whole = parameter.starts_with('2');
                    return matches!(c, 'K' | 'J').then_some(if whole { 0 } else { column });
                }
                parameter.push(c);
            }
        }
        // A window title and its like, up to BEL or ESC \.
        ']' | 'P' | '^' | '_' => {
            while let Some(c) = chars.next() {
                if c == '\x07' || (c == '\x1b' && chars.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        '(' | ')' | '#' | '%' => {
            chars.next();
        }
        _ => {}
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_the_screen_shows() {
        assert_eq!(line("R1#"), "R1#");
        assert_eq!(line("\x1b]0;admin@r1\x07\x1b[?2004h\x1b[01;32mR1#\x1b[0m "), "R1# ");
        assert_eq!(line("--More-- \r         \rend").trim_end(), "end");
        assert_eq!(line("--More--\x08\x08\x08\x08\x08\x08\x08\x08\x1b[Kend"), "end");
        assert_eq!(line("--More--\r\x1b[2Kend\r"), "end");
        assert_eq!(text("a\x1b[1mb\r\n\x07c"), "ab\nc");
    }
}
