//! A pattern taken apart at its outermost level.

/// A part of a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SourcePiece<'p> {
    /// A group with the quantifier behind it.
    Group {
        /// The whole of it.
        whole: &'p str,
        /// What is in its parentheses, without `?:` or a name.
        inner: &'p str,
        /// The quantifier.
        quantifier: &'p str,
        /// Whether it captures.
        captures: bool,
    },
    /// Anything else.
    Other(&'p str),
}

/// The parts of a pattern; none where it is one of several alternatives, or not balanced.
pub(super) fn pieces(pattern: &str) -> Option<Vec<SourcePiece<'_>>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(letter) = pattern[at..].chars().next() {
        match letter {
            '|' | ')' => return None,
            '(' => {
                let end = group_end(pattern, at)?;
                let after = end + quantifier(&pattern[end..]);
                if from < at {
                    pieces.push(SourcePiece::Other(&pattern[from..at]));
                }
                pieces.push(group(&pattern[at..after], end - at));
                (from, at) = (after, after);
            }
            _ => at = step(pattern, at)?,
        }
    }
    if from < pattern.len() {
        pieces.push(SourcePiece::Other(&pattern[from..]));
    }
    Some(pieces)
}

/// A pattern whose groups capture nothing.
pub(super) fn uncaptured(pattern: &str) -> String {
    let (mut out, mut at) = (String::new(), 0);
    while at < pattern.len() {
        let rest = &pattern[at..];
        if let Some(length) = opening(rest) {
            out.push_str("(?:");
            at += length;
        } else {
            let next = if rest.starts_with('(') { at + 1 } else { step(pattern, at).unwrap_or(pattern.len()) };
            out.push_str(&pattern[at..next]);
            at = next;
        }
    }
    out
}

/// How many groups of a pattern capture.
pub(super) fn captures_in(pattern: &str) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < pattern.len() {
        if pattern[at..].starts_with('(') {
            count += usize::from(opening(&pattern[at..]).is_some());
            at += 1;
        } else {
            at = step(pattern, at).unwrap_or(pattern.len());
        }
    }
    count
}

/// The length of what opens a capturing group; none where nothing is captured.
fn opening(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('(')?;
    let Some(special) = rest.strip_prefix('?') else { return Some(1) };
    let name = special.strip_prefix('P').unwrap_or(special).strip_prefix('<')?;
    if name.starts_with(['=', '!']) {
        return None;
    }
    Some(text.len() - name.len() + name.find('>')? + 1)
}

fn group(text: &str, length: usize) -> SourcePiece<'_> {
    let (parentheses, quantifier) = text.split_at(length);
    let opened = opening(text);
    let start = opened.unwrap_or_else(|| if text.starts_with("(?:") { 3 } else { 1 });
    let inner = &parentheses[start..length - 1];
    SourcePiece::Group { whole: text, inner, quantifier, captures: opened.is_some() }
}

/// The end of the group that begins here.
fn group_end(pattern: &str, start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, start);
    loop {
        match pattern[at..].chars().next()? {
            '(' => {
                depth += 1;
                at += 1;
            }
            ')' => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at = step(pattern, at)?,
        }
    }
}

/// The place behind the character, the escaped one or the class that stands here.
fn step(pattern: &str, at: usize) -> Option<usize> {
    let mut letters = pattern[at..].chars();
    match letters.next()? {
        '\\' => Some(at + 1 + letters.next()?.len_utf8()),
        '[' => class_end(pattern, at),
        letter => Some(at + letter.len_utf8()),
    }
}

fn class_end(pattern: &str, start: usize) -> Option<usize> {
    let mut at = start + 1;
    at += usize::from(pattern[at..].starts_with('^'));
    at += usize::from(pattern[at..].starts_with(']'));
    loop {
        match pattern[at..].chars().next()? {
            ']' => return Some(at + 1),
            _ => at = step(pattern, at)?,
        }
    }
}

/// The length of a quantifier.
fn quantifier(text: &str) -> usize {
    let length = match text.chars().next() {
        Some('*' | '+' | '?') => 1,
        Some('{') => text.find('}').map_or(0, |end| end + 1),
        _ => 0,
    };
    length + usize::from(length > 0 && text[length..].starts_with('?'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_taken_apart_at_its_outermost_level() {
        let found = pieces(r"^a\((b(c)[(]|d)*?(?:e)(?<n>f)$").unwrap();
        let group = |whole, inner, quantifier, captures| SourcePiece::Group { whole, inner, quantifier, captures };
        let expected = [
            SourcePiece::Other(r"^a\("),
            group("(b(c)[(]|d)*?", "b(c)[(]|d", "*?", true),
            group("(?:e)", "e", "", false),
            group("(?<n>f)", "f", "", true),
            SourcePiece::Other("$"),
        ];
        assert_eq!(found, expected);
        assert!(pieces("a|b").is_none() && pieces("a)").is_none() && pieces("(a").is_none() && pieces("[a").is_none());
    }

    #[test]
    fn groups_are_counted_and_made_to_capture_nothing() {
        let pattern = r"(a(?:b)\((?P<n>[(]c))(?<=d)é";
        assert_eq!(captures_in(pattern), 2);
        assert_eq!(uncaptured(pattern), r"(?:a(?:b)\((?:[(]c))(?<=d)é");
    }
}
