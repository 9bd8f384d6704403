//! Patterns of what devices ask at the sign-in: checked where they are entered, searched for where a device asks.

use regex::{Error, Regex, RegexBuilder};

/// Most bytes that a compiled pattern may take.
const SIZE: usize = 256 * 1024;

/// Compiles the pattern of a question, which is found in any case.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn question_pattern(text: &str) -> Result<Regex, String> {
    let shown: String = text.chars().take(60).collect();
    if text.trim().is_empty() {
        return Err("Enter words of the question as its pattern, such as token code.".to_owned());
    }
    let pattern = match RegexBuilder::new(text).case_insensitive(true).size_limit(SIZE).build() {
        Ok(pattern) => pattern,
        Err(Error::CompiledTooBig(_)) => return Err(format!("The pattern '{shown}' is too large: shorten it.")),
        Err(error) => {
            let told = error.to_string();
            let why = told.lines().next_back().unwrap_or_default();
            let why = why.strip_prefix("error: ").unwrap_or(why);
            return Err(format!(
                "The pattern '{shown}' is no regular expression ({why}). Put a backslash before ( ) [ ] {{ }} * + ? . \
                 | where the character itself is meant."
            ));
        }
    };
    match pattern.is_match("") && pattern.is_match("question") {
        true => Err(format!("The pattern '{shown}' matches every question: write words of the one that is meant.")),
        false => Ok(pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_in_any_case_anywhere_in_the_question() {
        let pattern = question_pattern("token code|passcode").unwrap();
        assert!(pattern.is_match("Enter your Token Code: ") && pattern.is_match("PASSCODE"));
        assert!(!pattern.is_match("Password: "));
        assert!(question_pattern("^$").unwrap().is_match(""), "a question without words can be answered too");
    }

    #[test]
    fn what_is_no_pattern_says_what_is_wrong_with_it() {
        for (pattern, told) in [
            ("", "Enter words"),
            ("  ", "Enter words"),
            ("token (", "unclosed group"),
            ("[a", "unclosed character class"),
            ("(?P<x", "'(?P<x' is no regular expression"),
            (".*", "matches every question"),
            ("token|", "matches every question"),
            (r"\w{5000}\d{5000}", "too large"),
        ] {
            let sentence = question_pattern(pattern).unwrap_err();
            assert!(sentence.contains(told), "{pattern}: {sentence}");
        }
    }
}
