//! What stands against a platform that its recordings were to prove.

/// Longest part of a line that is shown, in letters.
const SHOWN: usize = 120;

/// A recording that a platform does not read as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproven {
    /// Name of the recording.
    pub recording: String,
    /// What is wrong, as a sentence, secrets hidden.
    pub sentence: String,
}

/// The first line in which a text is not the expected one, as the end of a sentence.
pub fn first_difference(expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let (mut expected, mut got) = (expected.split('\n'), got.split('\n'));
    let mut number = 1;
    loop {
        match (expected.next(), got.next()) {
            (Some(wanted), Some(line)) if wanted == line => number += 1,
            (Some(wanted), Some(line)) => {
                return Some(format!("line {number} is {}, and {} was expected", shown(line), shown(wanted)));
            }
            (Some(wanted), None) => {
                return Some(format!("it ends before line {number}, where {} was expected", shown(wanted)));
            }
            (None, line) => {
                return Some(format!(
                    "line {number} is {}, and nothing more was expected",
                    shown(line.unwrap_or_default())
                ));
            }
        }
    }
}

/// A line between backticks, shortened.
fn shown(line: &str) -> String {
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named_with_both_texts() {
        let difference = |expected: &str, got: &str| first_difference(expected, got).unwrap_or_default();
        assert_eq!(difference("a\nb\n", "a\nb\n"), "");
        assert_eq!(difference("a\nb\nc\n", "a\nx\ny\n"), "line 2 is `x`, and `b` was expected");
        assert_eq!(difference("a\nb", "a"), "it ends before line 2, where `b` was expected");
        assert_eq!(difference("a", "a\nb"), "line 2 is `b`, and nothing more was expected");
        let long = "é".repeat(200);
        assert_eq!(difference("", &long), format!("line 1 is `{}…`, and `` was expected", "é".repeat(SHOWN)));
    }
}
