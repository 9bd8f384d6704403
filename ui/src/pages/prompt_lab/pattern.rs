//! A proposed pattern put into the text of a platform file.

/// The text with this prompt pattern; `None` where the prompt is written in a way that only a person can change.
pub fn with_prompt(file: &str, pattern: &str) -> Option<String> {
    let written = format!("pattern = {}", quoted(pattern)?);
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    let table = |line: &String| line.trim_start().starts_with('[');
    // Before the first table stands what belongs to no table.
    let first_table = lines.iter().position(table).unwrap_or(lines.len());
    if lines[..first_table].iter().any(|line| is_key(line, "prompt")) {
        return None;
    }
    if let Some(dotted) = lines[..first_table].iter().position(|line| is_key(line, "prompt.pattern")) {
        lines[dotted] = format!("prompt.{written}");
        return Some(joined(&lines));
    }
    let Some(head) = lines.iter().position(|line| line.trim().starts_with("[prompt]")) else {
        lines.extend([String::new(), "[prompt]".to_owned(), written]);
        return Some(joined(&lines));
    };
    let end = lines[head + 1..].iter().position(table).map_or(lines.len(), |at| head + 1 + at);
    match (head + 1..end).find(|at| is_key(&lines[*at], "pattern")) {
        Some(at) if lines[at].contains("'''") || lines[at].contains("\"\"\"") => return None,
        Some(at) => lines[at] = written,
        None => lines.insert(head + 1, written),
    }
    Some(joined(&lines))
}

fn is_key(line: &str, key: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| name.trim() == key)
}

/// A pattern as a literal string of TOML.
fn quoted(pattern: &str) -> Option<String> {
    match (pattern.contains('\''), pattern.contains("'''")) {
        (false, _) => Some(format!("'{pattern}'")),
        (true, false) if !pattern.ends_with('\'') => Some(format!("'''{pattern}'''")),
        _ => None,
    }
}

fn joined(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, expected: Option<&str>) {
        assert_eq!(with_prompt(file, "(?P<host>a)#").as_deref(), expected, "{file}");
    }

    #[test]
    fn the_pattern_takes_the_place_of_the_one_before() {
        let rest = "\n[paging]\nmore = ['x']\n";
        check(
            &format!("name = 'x'\n[prompt]\n# A comment.\npattern = 'b'\nprivileged = '#'\n{rest}"),
            Some(&format!("name = 'x'\n[prompt]\n# A comment.\npattern = '(?P<host>a)#'\nprivileged = '#'\n{rest}")),
        );
        check(
            &format!("[prompt]\nprivileged = '#'{rest}"),
            Some(&format!("[prompt]\npattern = '(?P<host>a)#'\nprivileged = '#'{rest}")),
        );
        check("prompt.pattern = 'b'\n", Some("prompt.pattern = '(?P<host>a)#'\n"));
        check(
            "extends = 'x'\n[[facts]]\npattern = 'b'\n",
            Some("extends = 'x'\n[[facts]]\npattern = 'b'\n\n[prompt]\npattern = '(?P<host>a)#'\n"),
        );
    }

    #[test]
    fn what_only_a_person_can_change_is_left_alone() {
        check("prompt = { pattern = 'b' }\n", None);
        check("[prompt]\npattern = '''\nb'''\n", None);
        assert_eq!(with_prompt("name = 'x'\n", "(?P<host>a)'"), None);
        assert_eq!(with_prompt("", "(?P<host>a)'#").as_deref(), Some("\n[prompt]\npattern = '''(?P<host>a)'#'''\n"));
    }
}
