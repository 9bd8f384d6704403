//! Who imports whom inside the backend and inside the web view, followed path by path.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::references::{Reference, references};
use crate::tidy::table::{PICTURE, Rule};
use crate::tidy::tokens::tokens;
use crate::tidy::{File, Finding};

/// A crate of which a table says which of its modules may use what.
pub struct Inside {
    /// The heading of the table's first column.
    pub heading: &'static str,
    /// Where the modules are.
    sources: &'static str,
}

/// The backend.
pub const BACKEND: Inside = Inside { heading: "inside backend", sources: "src-tauri/backend/src/" };
/// The web view.
pub const UI: Inside = Inside { heading: "inside ui", sources: "ui/src/" };

const SHELL: &str = "src-tauri/src/";

/// Words of the column "must not know" that stand for a piece of the outside world: the paths that give it away.
const WORLD: &[(&str, &[&str])] = &[
    ("SQL", &["sqlx", "jiff_sqlx"]),
    ("HTTP", &["axum", "tower", "tower_http", "reqwest"]),
    ("Redis", &["redis"]),
    ("async", &["tokio", "tokio_util", "futures"]),
    ("sockets", &["ssh2", "std::net", "tokio::net"]),
    ("browser", &["web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "serde_wasm_bindgen", "gloo_timers"]),
];

/// Checks every file of a crate against its table.
pub fn check(files: &[File], inside: &Inside, rules: &BTreeMap<String, Rule>) -> Vec<Finding> {
    let modules = modules(files, inside);
    let mut names = names(&modules);
    // A row without a module is a crate that the root exports under this name.
    names.extend(rules.keys().map(String::as_str));
    let mut findings = Vec::new();
    for (file, path) in &modules {
        let Some(module) = path.first() else { continue };
        match rules.get(*module) {
            Some(rule) => findings.extend(check_file(file, path, rule, &names)),
            None if path.len() == 1 => {
                let sentence = format!("`{module}` has no row in the table `{}` of {PICTURE}", inside.heading);
                findings.push(Finding::new(file, 1, sentence));
            }
            None => {}
        }
    }
    findings
}

/// Checks that the shell composes the backend by what its root offers, and by its configuration.
pub fn check_shell(files: &[File]) -> Vec<Finding> {
    let modules = modules(files, &BACKEND);
    let names = names(&modules);
    let shell = files.iter().filter(|file| file.name.starts_with(SHELL) && file.name.ends_with(".rs"));
    shell.flat_map(|file| check_shell_file(file, &names)).collect()
}

/// The files of a crate with the modules they are.
fn modules<'a>(files: &'a [File], inside: &Inside) -> Vec<(&'a File, Vec<&'a str>)> {
    files.iter().filter_map(|file| Some((file, module_path(file, inside.sources)?))).collect()
}

/// The modules right below the library root.
fn names<'a>(modules: &[(&'a File, Vec<&'a str>)]) -> BTreeSet<&'a str> {
    modules.iter().filter_map(|(_, path)| path.first().copied()).collect()
}

/// `server/jobs.rs` is `server`, `jobs`; the library root and programs are no modules.
fn module_path<'a>(file: &'a File, sources: &str) -> Option<Vec<&'a str>> {
    let path = file.name.strip_prefix(sources)?.strip_suffix(".rs")?;
    (!["lib", "main"].contains(&path) && !path.starts_with("bin/")).then(|| path.split('/').collect())
}

fn check_file(file: &File, own: &[&str], rule: &Rule, names: &BTreeSet<&str>) -> Vec<Finding> {
    let module = own[0];
    if rule.may_use.contains("everything") {
        return Vec::new();
    }
    // The parts of some modules, as the pages, know nothing of each other either.
    let kept_apart = rule.must_not_know.contains(&format!("other {module}"));
    let tokens = tokens(&file.text);
    let mut findings = Vec::new();
    for Reference { path, line } in references(&tokens, own) {
        let spelled = path.join("::");
        let broken = match (path[0].as_str(), path.get(1).map(String::as_str)) {
            ("crate", Some(used)) if used == module => match (own.get(1), path.get(2)) {
                (Some(own), Some(other)) if kept_apart && own != other => Some(other.as_str()),
                _ => None,
            },
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

fn check_shell_file(file: &File, names: &BTreeSet<&str>) -> Vec<Finding> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::table;

    const PICTURE: &str = "| inside backend | may use | must not know |\n| - | - | - |\n\
        | platforms | nothing | async, SQL, sockets |\n| session | platforms, `api::outcome` | SQL |\n\
        | store | `api` | HTTP |\n| worker | session, store | server |\n| server | store, api | worker |\n\
        | app | everything | nothing |";

    const ROOT: &str = "src-tauri/backend/src/";

    const FLOORS: &str = "| inside ui | may use | must not know |\n| - | - | - |\n\
        | app | pages, features | browser |\n| pages | features, components, `api` | app, other pages |\n\
        | features | components | pages |\n| components | dom | pages, browser |\n| dom | nothing | pages |";

    fn found(inside: &Inside, picture: &str, modules: &[&str], name: &str, text: &str) -> Vec<String> {
        let empty = |module: &&str| File { name: format!("{}{module}.rs", inside.sources), text: String::new() };
        let mut files: Vec<File> = modules.iter().map(empty).collect();
        files.push(File { name: name.into(), text: text.into() });
        let mut found = check(&files, inside, &table::modules(picture, inside.heading).unwrap());
        found.extend(check_shell(&files));
        found.iter().map(|finding| format!("{}: {}", finding.line, finding.sentence)).collect()
    }

    /// What is found in a file of the backend or of the shell.
    fn findings(name: &str, text: &str) -> Vec<String> {
        found(&BACKEND, PICTURE, &["platforms", "session", "store", "worker", "server", "app"], name, text)
    }

    /// What is found in a file of the web view.
    fn ui_findings(name: &str, text: &str) -> Vec<String> {
        let modules = ["app", "pages", "pages/jobs", "pages/tags", "features", "components", "dom", "main", "lib"];
        found(&UI, FLOORS, &modules, &format!("ui/src/{name}"), text)
    }

    #[test]
    fn an_arrow_of_the_table_is_allowed_and_its_reverse_is_not() {
        let worker = format!("{ROOT}worker/backup.rs");
        assert!(findings(&worker, "use crate::session::ssh;\nuse crate::worker::Outcome;").is_empty());
        let found = findings(&format!("{ROOT}session/ssh.rs"), "\nuse crate::worker::Outcome;");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("2: `session` may not use worker (`crate::worker::Outcome`)"), "{found:?}");
    }

    #[test]
    fn groups_supers_and_inline_modules_are_followed() {
        let name = format!("{ROOT}worker/backup.rs");
        assert_eq!(findings(&name, "use crate::{store::{jobs, runs as r}, server::{self, fault}};").len(), 2);
        assert_eq!(findings(&name, "fn f() { super::super::server::go() }").len(), 1);
        assert_eq!(findings(&name, "mod tests { use super::super::record; fn f() { super::x() } }").len(), 0);
        assert_eq!(findings(&name, "mod tests { use super::super::super::server; } use super::record;").len(), 1);
        assert_eq!(findings(&name, "// crate::server::x\nconst A: &str = \"crate::server::x\";").len(), 0);
    }

    #[test]
    fn our_crates_count_by_their_part() {
        let name = format!("{ROOT}session/expect.rs");
        assert!(findings(&name, "use netraven_api::outcome::Cause;").is_empty());
        assert_eq!(findings(&name, "use netraven_api::jobs::Job;").len(), 1);
        assert_eq!(findings(&name, "use netraven_api::{outcome::Cause, jobs::Job};").len(), 1);
    }

    #[test]
    fn a_crate_that_the_root_exports_is_used_like_a_module() {
        let picture = PICTURE.replace("| app |", "| recorder (a crate of its own) | nothing | SQL |\n| app |");
        let picture = picture.replace("session, store |", "session, store, recorder |");
        let found = |name: &str| {
            found(&BACKEND, &picture, &["worker", "store"], &format!("{ROOT}{name}"), "use crate::recorder::Tape;")
        };
        assert!(found("worker/backup.rs").is_empty(), "{:?}", found("worker/backup.rs"));
        assert_eq!(found("store/jobs.rs").len(), 1);
    }

    #[test]
    fn the_outside_world_is_kept_where_it_belongs() {
        assert_eq!(findings(&format!("{ROOT}platforms/detect.rs"), "use std::net::TcpStream;").len(), 1);
        assert_eq!(findings(&format!("{ROOT}platforms/detect.rs"), "use std::network::X;").len(), 0);
        assert_eq!(findings(&format!("{ROOT}session/ssh.rs"), "fn f() { sqlx::query(\"\") }").len(), 1);
        assert_eq!(findings(&format!("{ROOT}store/jobs.rs"), "fn f() -> axum::Json<()> {}").len(), 1);
    }

    #[test]
    fn the_library_root_is_above_all_but_app() {
        assert_eq!(findings(&format!("{ROOT}server/jobs.rs"), "use crate::App;").len(), 1);
        assert_eq!(findings(&format!("{ROOT}app/start.rs"), "use crate::App; use crate::server::x;").len(), 0);
    }

    #[test]
    fn a_module_without_a_row_is_told_once() {
        let found = findings(&format!("{ROOT}extra.rs"), "use crate::server::x;");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("`extra` has no row"), "{found:?}");
    }

    #[test]
    fn floors_of_the_web_view_are_built_upon_and_never_looked_up_from() {
        assert!(ui_findings("app/sidebar.rs", "use crate::pages::jobs::A;\nuse crate::features::lab;").is_empty());
        let upward = ui_findings("features/paging.rs", "use crate::components::Tag;\nuse crate::pages::jobs::A;");
        assert_eq!(upward.len(), 1);
        let sentence = "2: `features` may not use pages (`crate::pages::jobs::A`)";
        assert!(upward[0].starts_with(sentence), "{upward:?}");
        assert_eq!(ui_findings("components/tag.rs", "fn f() { web_sys::window(); crate::dom::focus() }").len(), 1);
        assert!(ui_findings("dom/rows.rs", "use wasm_bindgen::JsCast;").is_empty());
        assert!(ui_findings("main.rs", "use crate::app::App;").is_empty());
    }

    #[test]
    fn one_page_knows_no_other() {
        let own = "use super::table;\nuse crate::pages::jobs::{add, draft};\nmod tests { use super::*; }";
        assert!(ui_findings("pages/jobs/form.rs", own).is_empty());
        assert!(ui_findings("pages.rs", "mod jobs; fn f() { self::jobs::x(); crate::pages::tags::x() }").is_empty());
        let other = ui_findings("pages/jobs/form.rs", "use crate::pages::tags::table;\nuse super::super::tags::Form;");
        assert_eq!(other.len(), 2);
        assert!(other[0].starts_with("1: `pages` may not use tags (`crate::pages::tags::table`)"), "{other:?}");
        assert!(ui_findings("features/form.rs", "use super::paging::Sorted;").is_empty());
    }

    #[test]
    fn the_shell_stays_at_the_backends_root() {
        let name = format!("{SHELL}connection.rs");
        assert!(findings(&name, "use netraven_backend::{App, config::Config};").is_empty());
        assert_eq!(findings(&name, "use netraven_backend::store::jobs;").len(), 1);
    }
}
