//! The lines of an ssh_config: a keyword, then its arguments.

/// A line that is neither blank nor a comment.
#[derive(Clone, Copy, Debug)]
pub struct ConfigLine<'a> {
    /// Its number, from 1.
    pub number: i64,
    /// The keyword as written.
    pub keyword: &'a str,
    rest: &'a str,
}

/// The lines of a text, one by one.
pub fn lines(text: &str) -> impl Iterator<Item = ConfigLine<'_>> {
    (1..).zip(text.strip_prefix('\u{feff}').unwrap_or(text).lines()).filter_map(|(number, line)| line_of(number, line))
}

fn line_of(number: i64, line: &str) -> Option<ConfigLine<'_>> {
    let line = line.trim_matches(is_blank);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|letter| is_blank(letter) || letter == '=').unwrap_or(line.len());
    let (keyword, rest) = line.split_at(end);
    let rest = rest.trim_start_matches(is_blank);
    // One sign is a separator; a second one belongs to the argument.
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start_matches(is_blank);
    Some(ConfigLine { number, keyword, rest })
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\u{c}')
}

impl ConfigLine<'_> {
    /// The arguments, without the quotation marks around them; a comment ends them.
    ///
    /// # Errors
    /// Says why they cannot be told apart, without a full stop.
    pub fn words(&self) -> Result<Vec<String>, String> {
        let mut words = Vec::new();
        let mut letters = self.rest.chars().peekable();
        loop {
            while letters.next_if(|letter| is_blank(*letter)).is_some() {}
            if letters.peek().is_none_or(|letter| *letter == '#') {
                return Ok(words);
            }
            let (mut word, mut quote) = (String::new(), None);
            while let Some(letter) = letters.next_if(|letter| quote.is_some() || !is_blank(*letter)) {
                let is_escapable = |next: &char| matches!(next, '"' | '\'' | '\\') || (quote.is_none() && *next == ' ');
                if letter == '\\'
                    && let Some(escaped) = letters.next_if(is_escapable)
                {
                    word.push(escaped);
                } else if quote.is_none() && matches!(letter, '"' | '\'') {
                    quote = Some(letter);
                } else if quote == Some(letter) {
                    quote = None;
                } else {
                    word.push(letter);
                }
            }
            if quote.is_some() {
                return Err("a quotation mark is never closed".to_owned());
            }
            words.push(word);
        }
    }

    /// The only argument.
    ///
    /// # Errors
    /// Says why there is not exactly one, without a full stop.
    pub fn word(&self) -> Result<String, String> {
        let mut words = self.words()?;
        match (words.pop(), words.len()) {
            (Some(word), 0) if !word.is_empty() => Ok(word),
            (_, 0) => Err(format!("{} has no value", self.keyword)),
            _ => Err(format!("{} takes one value: put a value that contains blanks in quotation marks", self.keyword)),
        }
    }

    /// Whether its value is `none`.
    pub fn is_none(&self) -> bool {
        self.words().is_ok_and(|words| matches!(words.as_slice(), [word] if word.eq_ignore_ascii_case("none")))
    }
}
