//! Rules about a single file: its length, its first line, and what must not stand in it.

use crate::tidy::tokens::{Token, tokens};
use crate::tidy::{File, Finding};

const LONG: usize = 300;
const TOO_LONG: usize = 600;

/// Marks of unfinished work, spelled so that this file does not hold them.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Checks every file by itself.
pub fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        findings.extend(length(file));
        findings.extend(marks(file));
        if file.name.ends_with(".rs") {
            findings.extend(module_doc(file));
            findings.extend(tests_that_skip_or_sleep(file));
        }
    }
    findings
}

/// Source files and style sheets that are not wrong but worth a second look, with their lengths.
pub fn long_files(files: &[File]) -> impl Iterator<Item = String> {
    let sources = files.iter().filter(|file| [".rs", ".css"].iter().any(|end| file.name.ends_with(end)));
    sources
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| (LONG + 1..=TOO_LONG).contains(lines))
        .map(|(file, lines)| format!("{} ({lines})", file.name))
}

fn length(file: &File) -> Option<Finding> {
    // Recorded device sessions are as long as the device made them; platforms.md is generated.
    if file.name.starts_with("tests/devices/") || file.name == "docs/platforms.md" {
        return None;
    }
    let lines = file.text.lines().count();
    let sentence = format!("{lines} lines are more than one idea; {TOO_LONG} is the limit, look for the seam");
    (lines > TOO_LONG).then(|| Finding::new(file, TOO_LONG + 1, sentence))
}

fn module_doc(file: &File) -> Option<Finding> {
    let first = file.text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!")).unwrap_or_default();
    let says_something = first.strip_prefix("//!").is_some_and(|doc| doc.trim().len() > 3);
    (!says_something).then(|| Finding::new(file, 1, "start with a sentence of module documentation (`//! ...`)"))
}

fn marks(file: &File) -> Vec<Finding> {
    if file.name.ends_with(".md") || file.name.starts_with("tests/devices/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        if let Some(mark) = words.find(|word| MARKS.contains(word)) {
            let sentence = format!("{mark} has no place in the code: do it, or open an issue");
            findings.push(Finding::new(file, index + 1, sentence));
        }
    }
    findings
}

/// No test is switched off, and none waits for time to pass instead of for what it waits for.
fn tests_that_skip_or_sleep(file: &File) -> Vec<Finding> {
    let tokens = tokens(&file.text);
    let only_tests =
        file.name.starts_with("tests/") || file.name.contains("/tests/") || file.name.ends_with("/tests.rs");
    let mut findings = Vec::new();
    let mut in_tests = only_tests;
    for (at, token) in tokens.iter().enumerate() {
        let following = |words: &[&str]| starts_with(&tokens[at..], words);
        in_tests |= following(&["mod", "tests", "{"]);
        if following(&["#", "[", "ignore"]) {
            findings.push(Finding::new(file, token.line, "no test is ignored: mend it or remove it"));
        }
        if in_tests && following(&["thread", "::", "sleep"]) {
            let sentence = "a test waits for a condition, not for time (`thread::sleep`)";
            findings.push(Finding::new(file, token.line, sentence));
        }
    }
    findings
}

fn starts_with(tokens: &[Token<'_>], words: &[&str]) -> bool {
    tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.text == *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, text: &str) -> Vec<String> {
        check(&[File { name: name.into(), text: text.into() }]).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn a_documented_file_of_decent_length_passes() {
        assert!(findings("ui/src/app.rs", "//! The frame of every page.\n\nfn main() {}\n").is_empty());
        assert!(findings("tests/api.rs", "#![cfg(unix)]\n//! The API's contract.\n").is_empty());
    }

    #[test]
    fn a_missing_or_empty_module_doc_is_told() {
        assert_eq!(findings("ui/src/app.rs", "fn main() {}").len(), 1);
        assert_eq!(findings("ui/src/app.rs", "//! \nfn main() {}").len(), 1);
    }

    #[test]
    fn length_counts_except_for_what_a_device_or_a_program_wrote() {
        let long = format!("//! Long on purpose.\n{}", "\n".repeat(TOO_LONG));
        assert!(findings("ui/src/app.rs", &long)[0].starts_with("ui/src/app.rs:601:"));
        assert!(findings("tests/devices/linux/plain/session.toml", &long).is_empty());
        assert!(findings("ui/styles/log.css", &long)[0].starts_with("ui/styles/log.css:601:"));
        let files = ["ui/src/app.rs", "ui/styles/log.css", "docs/api.md"]
            .map(|name| File { name: name.into(), text: "\n".repeat(LONG + 1) });
        assert_eq!(long_files(&files).collect::<Vec<_>>(), ["ui/src/app.rs (301)", "ui/styles/log.css (301)"]);
    }

    #[test]
    fn marks_of_unfinished_work_are_words() {
        let mark = MARKS[0];
        assert_eq!(findings("migrations/0001_start.sql", &format!("-- {mark}: later")).len(), 1);
        assert!(findings("migrations/0001_start.sql", &format!("-- {mark}S and {}", mark.to_lowercase())).is_empty());
    }

    #[test]
    fn tests_neither_skip_nor_sleep() {
        let text = "//! Some tests.\n#[test]\n#[ignore = \"slow\"]\nfn a() { std::thread::sleep(x) }";
        assert_eq!(findings("tests/api/jobs.rs", text).len(), 2);
        let worker =
            "//! Some code.\nfn a() { thread::sleep(x) }\n#[cfg(test)]\nmod tests { fn b() { thread::sleep(y) } }";
        assert_eq!(findings("src-tauri/backend/src/session/ssh.rs", worker).len(), 1);
    }
}
