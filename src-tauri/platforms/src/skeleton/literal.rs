//! Texts and patterns as Ruby and Python write them down.

/// A pattern of Ruby.
pub(super) struct RubyPattern {
    /// What stands between the slashes.
    pub(super) body: String,
    /// The letters behind them.
    pub(super) flags: String,
}

/// The text in quotes at the start of a line, and what follows it. One that is computed (`#{...}`) is none.
pub(super) fn text(line: &str) -> Option<(String, &str)> {
    let quote = line.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let mut out = String::new();
    let mut letters = line.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                let (_, escaped) = letters.next()?;
                match (quote, escaped) {
                    (_, '\\' | '\'' | '"') => out.push(escaped),
                    ('"', 'n') => out.push('\n'),
                    ('"', 'r') => out.push('\r'),
                    ('"', 't') => out.push('\t'),
                    ('"', 'e') => out.push('\u{1b}'),
                    _ => out.extend(['\\', escaped]),
                }
            }
            '#' if quote == '"' && letters.peek().is_some_and(|(_, next)| *next == '{') => return None,
            _ if letter == quote => return Some((out, &line[at + 1..])),
            _ => out.push(letter),
        }
    }
    None
}

/// The text at the start of a line as Python writes it: `"..."`, `'...'`, and raw with an `r` before it.
pub(super) fn python_text(line: &str) -> Option<(String, &str)> {
    let Some(raw) = line.strip_prefix(['r', 'R']) else { return text(line) };
    let quote = raw.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let mut is_escaped = false;
    let end = raw[1..].find(|letter| {
        let ends = letter == quote && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        ends
    })?;
    Some((raw[1..=end].to_owned(), &raw[end + 2..]))
}

/// The pattern at the start of a line, and what follows it: `/.../i`, or `%r{...}`.
pub(super) fn pattern(line: &str) -> Option<(RubyPattern, &str)> {
    let (inside, open, close) = match line.strip_prefix("%r") {
        Some(rest) => {
            let open = rest.chars().next().filter(char::is_ascii_punctuation)?;
            let close = match open {
                '{' => '}',
                '(' => ')',
                '[' => ']',
                '<' => '>',
                same => same,
            };
            (&rest[1..], open, close)
        }
        None => (line.strip_prefix('/')?, '/', '/'),
    };
    let (mut depth, mut is_escaped) = (1_usize, false);
    for (at, letter) in inside.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if letter == '\\' {
            is_escaped = true;
        } else if letter == close {
            depth -= 1;
            if depth == 0 {
                let rest = &inside[at + 1..];
                let flags: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
                let rest = &rest[flags.len()..];
                return Some((RubyPattern { body: inside[..at].to_owned(), flags }, rest));
            }
        } else if letter == open {
            depth += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_to_their_own_quote() {
        assert_eq!(text(r#"'it\'s' do"#), Some(("it's".to_owned(), " do")));
        assert_eq!(text(r#""exit\n", x"#), Some(("exit\n".to_owned(), ", x")));
        assert_eq!(text(r##""a#{b}""##), None);
        assert_eq!(text("'open"), None);
        assert_eq!(python_text(r##"r"^\w+\"#$", x"##), Some((r##"^\w+\"#$"##.to_owned(), ", x")));
        assert_eq!(python_text("'é', r''"), Some(("é".to_owned(), ", r''")));
        assert_eq!(python_text("r''"), Some((String::new(), "")));
    }

    #[test]
    fn patterns_are_read_to_their_own_end() {
        let read = |line| pattern(line).map(|(found, rest)| (found.body, found.flags, rest.to_owned()));
        let of = |body: &str, flags: &str, rest: &str| Some((body.to_owned(), flags.to_owned(), rest.to_owned()));
        assert_eq!(read(r"/^a\/b$/i do |x|"), of(r"^a\/b$", "i", " do |x|"));
        assert_eq!(read("%r{a{1,2}/b}, ''"), of("a{1,2}/b", "", ", ''"));
        assert_eq!(read("%r!a!m"), of("a", "m", ""));
        assert_eq!(read("/open"), None);
    }
}
