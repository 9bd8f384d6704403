//! Imports between modules of the backend, followed path by path.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::table::{PICTURE, Rule};
use crate::tidy::tokens::{Token, tokens};
use crate::tidy::{File, Finding};

const BACKEND: &str = "src-tauri/backend/src/";
const SHELL: &str = "src-tauri/src/";

/// Words of the column "must not know" that stand for a piece of the outside world: the paths that give it away.
const WORLD: &[(&str, &[&str])] = &[
    ("SQL", &["sqlx", "jiff_sqlx"]),
    ("HTTP", &["axum", "tower", "tower_http", "reqwest"]),
    ("Redis", &["redis"]),
    ("async", &["tokio", "tokio_util", "futures"]),
    ("sockets", &["ssh2", "std::net", "tokio::net"]),
];

/// A path as the compiler would resolve it: `crate` first when it is our own.
#[derive(Debug, PartialEq, Eq)]
struct Reference {
    path: Vec<String>,
    line: usize,
}

/// Checks every file of the backend against the table, and that the shell stays at the backend's root.
pub fn check(files: &[File], rules: &BTreeMap<String, Rule>) -> Vec<Finding> {
    let backend: Vec<(&File, Vec<&str>)> =
        files.iter().filter_map(|file| module_path(file).map(|path| (file, path))).collect();
    let names: BTreeSet<&str> = backend.iter().filter_map(|(_, path)| path.first().copied()).collect();
    let mut findings = Vec::new();
    for (file, path) in &backend {
        let Some(module) = path.first() else { continue };
        match rules.get(*module) {
            Some(rule) => findings.extend(check_file(file, path, rule, &names)),
            None if path.len() == 1 => {
                findings.push(Finding::new(file, 1, format!("`{module}` has no row in the import table of {PICTURE}")));
            }
            None => {}
        }
    }
    for file in files.iter().filter(|file| file.name.starts_with(SHELL) && file.name.ends_with(".rs")) {
        findings.extend(check_shell(file, &names));
    }
    findings
}

/// `server/jobs.rs` is `server`, `jobs`; the library root and programs are no modules.
fn module_path(file: &File) -> Option<Vec<&str>> {
    let path = file.name.strip_prefix(BACKEND)?.strip_suffix(".rs")?;
    (path != "lib" && !path.starts_with("bin/")).then(|| path.split('/').collect())
}

fn check_file(file: &File, path: &[&str], rule: &Rule, names: &BTreeSet<&str>) -> Vec<Finding> {
    let module = path[0];
    if rule.may_use.contains("everything") {
        return Vec::new();
    }
    let tokens = tokens(&file.text);
    let mut findings = Vec::new();
    for Reference { path, line } in references(&tokens, path) {
        let spelled = path.join("::");
        let broken = match (path[0].as_str(), path.get(1).map(String::as_str)) {
            ("crate", Some(used)) if used == module => None,
            ("crate", Some(used)) if names.contains(used) => (!rule.may_use.contains(used)).then_some(used),
            ("crate", _) => Some("the library root"),
            (ours, next) if ours.starts_with("netraven_") => {
                let name = &ours["netraven_".len()..];
                let part = next.map(|next| format!("{name}::{next}")).unwrap_or_default();
                (!rule.may_use.contains(name) && !rule.may_use.contains(&part)).then_some(name)
            }
            _ => WORLD
                .iter()
                .filter(|(word, _)| rule.must_not_know.contains(*word))
                .find(|(_, paths)| paths.iter().any(|known| is_below(&spelled, known)))
                .map(|(word, _)| *word),
        };
        if let Some(used) = broken {
            let sentence = format!("`{module}` may not use {used} (`{spelled}`), says the import table of {PICTURE}");
            findings.push(Finding::new(file, line, sentence));
        }
    }
    findings
}

/// The shell composes the backend by what its root offers, and by its configuration.
fn check_shell(file: &File, names: &BTreeSet<&str>) -> Vec<Finding> {
    let tokens = tokens(&file.text);
    let reaches_in = |reference: &Reference| {
        reference.path[0] == "netraven_backend"
            && reference
                .path
                .get(1)
                .is_some_and(|next| names.contains(&**next) && !["app", "config"].contains(&&**next))
    };
    let references = references(&tokens, &[]).into_iter().filter(reaches_in);
    references
        .map(|Reference { path, line }| {
            let sentence = format!("the shell may only use the backend's root, not `{}`", path.join("::"));
            Finding::new(file, line, sentence)
        })
        .collect()
}

fn is_below(path: &str, ancestor: &str) -> bool {
    path.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Every path of two or more words, with `super` resolved from the module the file is.
fn references(tokens: &[Token<'_>], module: &[&str]) -> Vec<Reference> {
    let mut found = Vec::new();
    // Inline modules that are open, with the depth of braces outside each.
    let mut inline: Vec<(&str, usize)> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1).map(|token| token.text);
        match token.text {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                inline.retain(|(_, outside)| *outside < depth);
            }
            "mod" if tokens.get(at + 2).is_some_and(|token| token.text == "{") => {
                inline.push((tokens[at + 1].text, depth));
            }
            _ if next == Some("::") && is_name(token.text) && (at == 0 || tokens[at - 1].text != "::") => {
                let here = module.iter().copied().chain(inline.iter().map(|(name, _)| *name)).collect::<Vec<_>>();
                at = follow(tokens, at, &here, &mut found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Resolves the first words of a path, then walks its tree. Returns where to read on.
fn follow(tokens: &[Token<'_>], mut at: usize, here: &[&str], found: &mut Vec<Reference>) -> usize {
    let mut base: Vec<String> = match tokens[at].text {
        "crate" => vec!["crate".into()],
        "super" | "self" => std::iter::once("crate").chain(here.iter().copied()).map(String::from).collect(),
        name => vec![name.into()],
    };
    if tokens[at].text == "super" {
        base.pop();
    }
    at += 2;
    while tokens.get(at).is_some_and(|token| token.text == "super")
        && tokens.get(at + 1).is_some_and(|token| token.text == "::")
    {
        base.pop();
        at += 2;
    }
    tree(tokens, at, &base, found)
}

/// Reads `a::b`, `{a, b::{c}}` or `*` after a base.
fn tree(tokens: &[Token<'_>], mut at: usize, base: &[String], found: &mut Vec<Reference>) -> usize {
    let mut path = base.to_vec();
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                let before = at;
                at = tree(tokens, at, &path, found);
                // `as other` and the comma between two branches.
                while tokens.get(at).is_some_and(|token| !["}", ","].contains(&token.text)) {
                    at += 1;
                }
                at += usize::from(tokens.get(at).is_some_and(|token| token.text == ",") || at == before);
            }
            return at + 1;
        }
        if !is_name(token.text) {
            break;
        }
        if token.text != "self" {
            path.push(token.text.into());
        }
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    let line = tokens.get(at.saturating_sub(1)).map_or(1, |token| token.line);
    if !path.is_empty() {
        found.push(Reference { path, line });
    }
    at
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::table;

    const PICTURE: &str = "| inside backend | may use | must not know |\n| - | - | - |\n\
        | platforms | nothing | async, SQL, sockets |\n| session | platforms, `api::outcome` | SQL |\n\
        | store | `api` | HTTP |\n| worker | session, store | server |\n| server | store, api | worker |\n\
        | app | everything | nothing |";

    fn findings(name: &str, text: &str) -> Vec<String> {
        let mut files: Vec<File> = ["platforms", "session", "store", "worker", "server", "app"]
            .map(|module| File { name: format!("{BACKEND}{module}.rs"), text: String::new() })
            .into();
        files.push(File { name: name.into(), text: text.into() });
        let found = check(&files, &table::modules(PICTURE).unwrap());
        found.iter().map(|finding| format!("{}: {}", finding.line, finding.sentence)).collect()
    }

    #[test]
    fn an_arrow_of_the_table_is_allowed_and_its_reverse_is_not() {
        let worker = format!("{BACKEND}worker/backup.rs");
        assert!(findings(&worker, "use crate::session::ssh;\nuse crate::worker::Outcome;").is_empty());
        let found = findings(&format!("{BACKEND}session/ssh.rs"), "\nuse crate::worker::Outcome;");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("2: `session` may not use worker (`crate::worker::Outcome`)"), "{found:?}");
    }

    #[test]
    fn groups_supers_and_inline_modules_are_followed() {
        let name = format!("{BACKEND}worker/backup.rs");
        assert_eq!(findings(&name, "use crate::{store::{jobs, runs as r}, server::{self, fault}};").len(), 2);
        assert_eq!(findings(&name, "fn f() { super::super::server::go() }").len(), 1);
        assert_eq!(findings(&name, "mod tests { use super::super::record; fn f() { super::x() } }").len(), 0);
        assert_eq!(findings(&name, "mod tests { use super::super::super::server; } use super::record;").len(), 1);
        assert_eq!(findings(&name, "// crate::server::x\nconst A: &str = \"crate::server::x\";").len(), 0);
    }

    #[test]
    fn our_crates_count_by_their_part() {
        let name = format!("{BACKEND}session/expect.rs");
        assert!(findings(&name, "use netraven_api::outcome::Cause;").is_empty());
        assert_eq!(findings(&name, "use netraven_api::jobs::Job;").len(), 1);
        assert_eq!(findings(&name, "use netraven_api::{outcome::Cause, jobs::Job};").len(), 1);
    }

    #[test]
    fn the_outside_world_is_kept_where_it_belongs() {
        assert_eq!(findings(&format!("{BACKEND}platforms/detect.rs"), "use std::net::TcpStream;").len(), 1);
        assert_eq!(findings(&format!("{BACKEND}platforms/detect.rs"), "use std::network::X;").len(), 0);
        assert_eq!(findings(&format!("{BACKEND}session/ssh.rs"), "fn f() { sqlx::query(\"\") }").len(), 1);
        assert_eq!(findings(&format!("{BACKEND}store/jobs.rs"), "fn f() -> axum::Json<()> {}").len(), 1);
    }

    #[test]
    fn the_library_root_is_above_all_but_app() {
        assert_eq!(findings(&format!("{BACKEND}server/jobs.rs"), "use crate::App;").len(), 1);
        assert_eq!(findings(&format!("{BACKEND}app/start.rs"), "use crate::App; use crate::server::x;").len(), 0);
    }

    #[test]
    fn a_module_without_a_row_is_told_once() {
        let found = findings(&format!("{BACKEND}extra.rs"), "use crate::server::x;");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("`extra` has no row"), "{found:?}");
    }

    #[test]
    fn the_shell_stays_at_the_backends_root() {
        let name = format!("{SHELL}connection.rs");
        assert!(findings(&name, "use netraven_backend::{App, config::Config};").is_empty());
        assert_eq!(findings(&name, "use netraven_backend::store::jobs;").len(), 1);
    }
}
