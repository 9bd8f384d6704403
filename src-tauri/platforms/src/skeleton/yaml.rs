//! The lines of a simple YAML file with the keys above them. It reads what definitions of platforms are made of:
//! mappings, lists and texts on one line; anything else is passed over.

/// A value, or the beginning of what is below a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct YamlLine {
    /// The keys from the outermost one; dashes stand for underscores.
    pub(super) keys: Vec<String>,
    /// The value; none where it is below, or of a kind that is not read.
    pub(super) value: Option<String>,
    /// Its line, from one.
    pub(super) line: usize,
}

/// The lines of a text, in order.
pub(super) fn lines(text: &str) -> Vec<YamlLine> {
    let mut above: Vec<(usize, String)> = Vec::new();
    let mut found = Vec::new();
    for (index, whole) in text.lines().enumerate() {
        let mut rest = whole.trim_start();
        if rest.is_empty() || rest.starts_with('#') || rest == "---" {
            continue;
        }
        let mut indent = whole.len() - rest.len();
        let mut is_item = false;
        while let Some(item) = rest.strip_prefix("- ") {
            is_item = true;
            let item = item.trim_start();
            indent += rest.len() - item.len();
            rest = item;
        }
        above.retain(|(outer, _)| *outer < indent);
        let line = index + 1;
        match key(rest) {
            Some((key, value)) => {
                above.push((indent, key));
                let keys = above.iter().map(|(_, key)| key.clone()).collect();
                found.push(YamlLine { keys, value: scalar(value), line });
            }
            None if is_item => {
                let keys = above.iter().map(|(_, key)| key.clone()).collect();
                found.push(YamlLine { keys, value: scalar(rest), line });
            }
            None => {}
        }
    }
    found
}

/// `key: value`, the key being a plain word.
fn key(text: &str) -> Option<(String, &str)> {
    let (key, value) = text.split_once(':')?;
    let key = key.trim();
    let is_word = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let is_alone = value.is_empty() || value.starts_with(' ');
    (is_word && is_alone).then(|| (key.replace('_', "-"), value.trim()))
}

/// A value on one line.
fn scalar(text: &str) -> Option<String> {
    let text = text.trim();
    match text.chars().next()? {
        '\'' => single_quoted(text),
        '"' => super::literal::text(text).map(|(value, _)| value),
        '|' | '>' | '&' | '*' | '[' | '{' | '!' | '#' => None,
        _ => Some(text.split(" #").next().unwrap_or(text).trim().to_owned()),
    }
}

/// Between single quotes only a doubled quote means something else.
fn single_quoted(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut letters = text.chars().skip(1).peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' if letters.peek() == Some(&'\'') => {
                letters.next();
                out.push('\'');
            }
            '\'' => return Some(out),
            _ => out.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_the_keys_above_it() {
        let text = "---\n# top\ndefault:\n  privilege_levels:\n    exec:\n      pattern: '^it''s>$'  # why\n      \
                    escalate:\n  \
                    failed-when:\n    - '% a'\n    - \"b\\\"\"\n  on-open:\n    - operation: 'send'\n      command: plain # x\n";
        let found = lines(text);
        let values: Vec<(String, Option<&str>)> = found
            .iter()
            .filter(|line| line.value.is_some() || line.keys.ends_with(&["escalate".to_owned()]))
            .map(|line| (line.keys.join("/"), line.value.as_deref()))
            .collect();
        let expected = [
            ("default/privilege-levels/exec/pattern", Some("^it's>$")),
            ("default/privilege-levels/exec/escalate", None),
            ("default/failed-when", Some("% a")),
            ("default/failed-when", Some("b\"")),
            ("default/on-open/operation", Some("send")),
            ("default/on-open/command", Some("plain")),
        ];
        assert_eq!(values, expected.map(|(keys, value)| (keys.to_owned(), value)));
        assert_eq!(found[3].line, 6);
    }

    #[test]
    fn what_is_no_mapping_or_list_is_passed_over() {
        assert!(lines("just words\n: x\na b: c\n").is_empty());
        assert_eq!(lines("a: |\n")[0].value, None);
        assert_eq!(lines("a: 'open\n")[0].value, None);
    }
}
