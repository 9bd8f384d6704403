//! Rust source as words and signs, without comments and literals: enough to follow paths and attributes.

/// A word, a sign, or `::`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// As written; a raw identifier without its `r#`.
    pub text: &'a str,
    /// Counted from one.
    pub line: usize,
}

/// Splits source into tokens. Source that does not compile gives some tokens, never a panic.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest, first).unwrap_or_else(|| {
            let (text, length) = token(rest, first);
            found.push((text, source.len() - rest.len()));
            length
        });
        rest = &rest[length..];
    }
    with_lines(source, found)
}

/// The length of white space, a comment or a literal at the start, if one is there.
fn skipped(rest: &str, first: char) -> Option<usize> {
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    let prefix = rest.find(|c: char| !matches!(c, 'b' | 'c' | 'r')).filter(|length| *length <= 2).unwrap_or(0);
    let after = &rest[prefix..];
    if rest[..prefix].contains('r') && after.starts_with(['#', '"']) {
        let hashes = after.find(|c| c != '#').unwrap_or(after.len());
        if after[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = prefix + hashes + 1;
            return Some(rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len()));
        }
        return None;
    }
    match after.chars().next() {
        Some('"') => Some(prefix + quoted(after, '"')),
        Some('\'') if is_character(after) => Some(prefix + quoted(after, '\'')),
        // A lifetime: its name is no path, so it goes with the quote.
        Some('\'') if prefix == 0 => Some(1 + word(&after[1..])),
        _ => None,
    }
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// `'a'` and `'\n'` are characters, `'a` alone is a lifetime.
fn is_character(text: &str) -> bool {
    let mut following = text.chars().skip(1);
    following.next() == Some('\\') || following.next() == Some('\'')
}

/// The length of a literal from its opening to its closing quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn token(rest: &str, first: char) -> (&str, usize) {
    if let Some(raw) = rest.strip_prefix("r#") {
        let length = word(raw);
        return (&raw[..length], length + 2);
    }
    let length = match word(rest) {
        0 if rest.starts_with("::") => 2,
        0 => first.len_utf8(),
        length => length,
    };
    (&rest[..length], length)
}

fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

fn with_lines<'a>(source: &'a str, found: Vec<(&'a str, usize)>) -> Vec<Token<'a>> {
    let (mut line, mut seen) = (1, 0);
    found
        .into_iter()
        .map(|(text, at)| {
            line += source[seen..at].matches('\n').count();
            seen = at;
            Token { text, line }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<&str> {
        tokens(source).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_hold_no_tokens() {
        let source = "a /* b /* c */ d */ \"e \\\" f\" r#\"g \" h\"# b'i' 'j' '\\'' '\\u{6b}' br\"l\" // m\nn";
        assert_eq!(words(source), ["a", "n"]);
    }

    #[test]
    fn lifetimes_are_not_characters() {
        assert_eq!(words("fn f<'a>(x: &'a str)"), ["fn", "f", "<", ">", "(", "x", ":", "&", "str", ")"]);
    }

    #[test]
    fn paths_keep_their_colons_and_raw_names_lose_their_mark() {
        assert_eq!(words("crate::r#type::X"), ["crate", "::", "type", "::", "X"]);
        assert_eq!(words("bar::raw(c, r, b)"), ["bar", "::", "raw", "(", "c", ",", "r", ",", "b", ")"]);
    }

    #[test]
    fn lines_count_through_literals() {
        let found = tokens("a\n\"x\ny\"\n/* \n */ b");
        assert_eq!(found[1], Token { text: "b", line: 5 });
    }

    #[test]
    fn unfinished_source_does_not_panic() {
        for source in ["\"open", "/* open", "r#\"open", "'", "b'", "r#", "é'é", "br#"] {
            tokens(source);
        }
    }
}
