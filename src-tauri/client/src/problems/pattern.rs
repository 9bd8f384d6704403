//! Patterns of values in words: people see which characters to use, not which expression did not match.

/// The requirement of a pattern, as a sentence; none unless it consists of character classes or a choice of words.
pub fn said(pattern: &str) -> Option<String> {
    let inside = pattern.strip_prefix('^').unwrap_or(pattern);
    let inside = inside.strip_suffix('$').unwrap_or(inside);
    if inside.contains("]+@[") {
        return Some("Enter an e-mail address.".to_owned());
    }
    if let Some(words) = inside.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return choice(words);
    }
    if !inside.is_empty() && inside.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Some(format!("This must be {inside}."));
    }
    let classes = classes(inside)?;
    let first = classes.first()?;
    let mut all = Class::default();
    classes.iter().for_each(|class| all.add(class));
    let begin: Vec<String> = first.words().iter().map(|word| one_of(word)).collect();
    let begin = if *first == all { String::new() } else { format!("; start with {}", list(&begin, "or")) };
    Some(format!("Use {} only{begin}.", list(&all.words(), "and")))
}

fn choice(words: &str) -> Option<String> {
    let words: Vec<&str> = words.split('|').collect();
    let plain = |word: &&str| {
        !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
    };
    let (last, others) = words.split_last()?;
    if !words.iter().all(plain) {
        return None;
    }
    Some(match others {
        [] => format!("This must be {last}."),
        others => format!("This must be {} or {last}.", others.join(", ")),
    })
}

/// Characters allowed at a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Class {
    letters: bool,
    digits: bool,
    spaces: bool,
    others: Vec<char>,
}

impl Class {
    fn add(&mut self, other: &Class) {
        self.letters |= other.letters;
        self.digits |= other.digits;
        self.spaces |= other.spaces;
        for letter in &other.others {
            if !self.others.contains(letter) {
                self.others.push(*letter);
            }
        }
    }

    /// Its content, in plural words.
    fn words(&self) -> Vec<String> {
        let kinds = [(self.letters, "letters"), (self.digits, "digits"), (self.spaces, "spaces")];
        let kinds = kinds.into_iter().filter(|(there, _)| *there).map(|(_, word)| word.to_owned());
        kinds.chain(self.others.iter().map(|letter| name(*letter))).collect()
    }
}

/// A character's name, in the plural.
fn name(letter: char) -> String {
    match letter {
        '_' => "underscores",
        '-' => "hyphens",
        '.' => "dots",
        '/' => "slashes",
        ':' => "colons",
        ',' => "commas",
        other => return format!("\"{other}\""),
    }
    .to_owned()
}

/// The singular of a plural word.
fn one_of(word: &str) -> String {
    let single = if word == "slashes" { "slash" } else { word.strip_suffix('s').unwrap_or(word) };
    if word.starts_with('"') {
        word.to_owned()
    } else {
        format!("{} {single}", if single.starts_with('u') { "an" } else { "a" })
    }
}

/// Words as a list, with a conjunction before the last.
fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., end] => format!("{} {last} {end}", others.join(", ")),
    }
}

/// The classes a pattern consists of.
fn classes(pattern: &str) -> Option<Vec<Class>> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while !rest.is_empty() {
        let inside = rest.strip_prefix('[')?;
        let end = end_of_class(inside)?;
        found.push(class(&inside[..end])?);
        rest = &inside[end + 1..];
        rest = rest.strip_prefix(['+', '*', '?']).unwrap_or(rest);
        if let Some(count) = rest.strip_prefix('{') {
            rest = &count[count.find('}')? + 1..];
        }
    }
    Some(found)
}

/// Where a class ends: at the first bracket that is not escaped.
fn end_of_class(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(place, letter)| {
        let ends = letter == ']' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends.then_some(place)
    })
}

fn class(text: &str) -> Option<Class> {
    let mut class = Class::default();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '^' && class == Class::default() {
            return None;
        }
        if letter == '\\' {
            match letters.next()? {
                'w' => class.add(&Class { letters: true, digits: true, others: vec!['_'], spaces: false }),
                'd' => class.digits = true,
                's' => class.spaces = true,
                other => class.add(&Class { others: vec![other], ..Class::default() }),
            }
        } else if letters.peek() == Some(&'-') && letters.clone().nth(1).is_some() {
            letters.next();
            match (letter, letters.next()?) {
                ('a', 'z') | ('A', 'Z') => class.letters = true,
                ('0', '9') => class.digits = true,
                _ => return None,
            }
        } else if letter == ' ' {
            class.spaces = true;
        } else {
            class.add(&Class { others: vec![letter], ..Class::default() });
        }
    }
    Some(class)
}

#[cfg(test)]
mod tests {
    #[test]
    fn classes_and_choices_are_said_and_what_is_more_is_not_guessed() {
        let said = |pattern: &str| super::said(pattern).unwrap_or_default();
        assert_eq!(
            said(r"^[a-zA-Z0-9][\w\.\-]*$"),
            "Use letters, digits, underscores, dots and hyphens only; start with a letter or a digit."
        );
        assert_eq!(said(r"^[a-zA-Z0-9_\-\.]+$"), "Use letters, digits, underscores, hyphens and dots only.");
        assert_eq!(said("^[0-9]{4}$"), "Use digits only.");
        assert_eq!(said("^(local|imported)$"), "This must be local or imported.");
        assert_eq!(said("^password$"), "This must be password.");
        assert_eq!(said(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)*$"), "Enter an e-mail address.");
        for other in [r"^(?!-)[a-z]+$", r"\d+:\d+", "^[^a]+$", "^[b-y]$"] {
            assert_eq!(said(other), "", "{other}");
        }
    }
}
