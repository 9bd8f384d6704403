//! A type's name is unique in its crate: a reader knows which one is meant.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::tokens::tokens;
use crate::tidy::{File, Finding};

/// Names that several types of a crate still have. This list only gets shorter.
const SHARED: &[(&str, &[&str])] = &[
    ("src-tauri/api/src/", &["Seen"]),
    ("src-tauri/client/src/", &["End", "Memory", "Said", "Seen"]),
    ("src-tauri/src/", &["Open", "Place"]),
    ("src-tauri/xtask/src/", &["Options"]),
    ("ui/src/", &["Entry", "Layout", "Line", "Mark", "Part", "Row", "Step", "Words"]),
];

/// Where that list stands.
const LIST: &str = "src-tauri/xtask/src/tidy/names.rs";

/// Checks every crate.
pub fn check(files: &[File]) -> Vec<Finding> {
    check_but(files, SHARED)
}

fn check_but(files: &[File], shared: &[(&str, &[&str])]) -> Vec<Finding> {
    let mut types: BTreeMap<(&str, &str), Vec<(&File, usize)>> = BTreeMap::new();
    for file in files {
        let Some(source) = crate_of(&file.name) else { continue };
        let mut seen = BTreeSet::new();
        for (name, line) in types_of(&file.text).into_iter().filter(|(name, _)| seen.insert(*name)) {
            types.entry((source, name)).or_default().push((file, line));
        }
    }
    let is_shared = |source, name| shared.iter().any(|(other, names)| *other == source && names.contains(&name));
    let mut findings = Vec::new();
    for ((source, name), places) in &types {
        let (first, others) = places.split_first().expect("a type has a place");
        for (file, line) in others.iter().filter(|_| !is_shared(*source, *name)) {
            let sentence = format!("a type in {} is called `{name}` too: give one of them another name", first.0.name);
            findings.push(Finding::new(file, *line, sentence));
        }
    }
    for (source, names) in shared {
        for name in names.iter().filter(|name| types.get(&(*source, **name)).is_none_or(|places| places.len() < 2)) {
            let sentence = format!("`{name}` is unique in {source} now: take it off the list");
            findings.push(Finding { file: LIST.to_owned(), line: 1, sentence });
        }
    }
    findings
}

/// The folder of the crate's sources; a program of several has its own. Tests may call their types as they like.
fn crate_of(file: &str) -> Option<&str> {
    let sources = file.find("/src/")? + "/src/".len();
    let rest = file[sources..].strip_suffix(".rs")?;
    if rest.split('/').any(|part| part == "tests") {
        return None;
    }
    match rest.strip_prefix("bin/") {
        Some(program) => Some(&file[..sources + "bin/".len() + program.find('/').unwrap_or(program.len())]),
        None => Some(&file[..sources]),
    }
}

/// The types a file defines before its tests, and where.
fn types_of(text: &str) -> Vec<(&str, usize)> {
    let tokens = tokens(text);
    let end = tokens.windows(3).position(|three| three.iter().map(|token| token.text).eq(["mod", "tests", "{"]));
    let before = &tokens[..end.unwrap_or(tokens.len())];
    let pairs = before.windows(2).filter(|pair| ["struct", "enum", "union", "trait"].contains(&pair[0].text));
    pairs.map(|pair| (pair[1].text, pair[1].line)).filter(|(name, _)| name.starts_with(char::is_uppercase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(files: &[(&str, &str)], shared: &[(&str, &[&str])]) -> Vec<String> {
        let files = files.iter().map(|(name, text)| File { name: (*name).into(), text: (*text).into() });
        check_but(&files.collect::<Vec<_>>(), shared).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn two_types_of_a_crate_have_two_names() {
        let files = [
            ("src-tauri/backend/src/queue.rs", "pub struct Lease;\nfn union(a: Row) {}"),
            ("src-tauri/backend/src/store/leases.rs", "/// A lease.\nenum Lease { A }\ntrait Row {}"),
            ("src-tauri/client/src/feed.rs", "struct Lease;"),
            ("src-tauri/backend/src/bin/server/lab.rs", "struct Lease;"),
        ];
        let found = findings(&files, &[]);
        let sentence = "a type in src-tauri/backend/src/queue.rs is called `Lease` too: give one of them another name";
        assert_eq!(found, [format!("src-tauri/backend/src/store/leases.rs:2: {sentence}")]);
    }

    #[test]
    fn types_of_tests_and_twins_in_one_file_do_not_count() {
        let twins = "#[cfg(unix)]\nstruct Handle;\n#[cfg(windows)]\nstruct Handle;\nmod tests { struct Wire; }";
        let files = [
            ("src-tauri/src/link.rs", twins),
            ("src-tauri/src/wire.rs", "struct Wire;"),
            ("src-tauri/src/wire/tests.rs", "struct Wire;"),
            ("src-tauri/src/wire/tests/bare.rs", "struct Wire;"),
            ("tests/tests/api/jobs.rs", "struct Wire;"),
        ];
        assert_eq!(findings(&files, &[]), Vec::<String>::new());
    }

    #[test]
    fn a_name_that_became_unique_leaves_the_list() {
        let files = [("ui/src/a.rs", "struct Row;"), ("ui/src/b.rs", "struct Row; struct Line;")];
        let found = findings(&files, &[("ui/src/", &["Line", "Row"])]);
        assert_eq!(found, [format!("{LIST}:1: `Line` is unique in ui/src/ now: take it off the list")]);
    }
}
