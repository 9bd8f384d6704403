//! Dependencies between the members, from their manifests.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::table::PICTURE;
use crate::tidy::{File, Finding};

/// Checks the dependencies of every member on other members.
pub fn check(files: &[File], rules: &BTreeMap<String, BTreeSet<String>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.name.ends_with("Cargo.toml")) {
        let member = member(&file.name);
        let Some(allowed) = rules.get(member) else {
            let sentence = format!("the crate `{member}` has no row in the table of crates of {PICTURE}");
            findings.push(Finding::new(file, 1, sentence));
            continue;
        };
        for (used, line) in dependencies(&file.text) {
            if !allowed.contains(used) {
                let sentence = format!("`{member}` may not depend on `{used}`, says the table of crates of {PICTURE}");
                findings.push(Finding::new(file, line, sentence));
            }
        }
    }
    findings
}

/// The root package is the shell; every other member is called after its folder.
fn member(manifest: &str) -> &str {
    let folder = manifest.trim_end_matches("Cargo.toml").trim_end_matches('/');
    if folder.is_empty() { "shell" } else { folder.rsplit('/').next().unwrap_or(folder) }
}

/// Our own crates among the dependencies of any kind, without the prefix of their names.
fn dependencies(manifest: &str) -> Vec<(&str, usize)> {
    let mut section = "";
    let mut found = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if section.ends_with("dependencies") && section != "workspace.dependencies" {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            if let Some(ours) = name.strip_prefix("netraven-") {
                found.push((ours, index + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, text: &str) -> Vec<String> {
        let rules = [("api", ""), ("client", "api"), ("shell", "api client")]
            .map(|(member, used)| (member.to_owned(), used.split_whitespace().map(String::from).collect()));
        let files = [File { name: name.into(), text: text.into() }];
        check(&files, &rules.into()).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn arrows_hold_in_every_kind_of_dependency() {
        let text = "[dependencies]\nnetraven-api.workspace = true\nserde = \"1\"\n\
            [target.'cfg(unix)'.dependencies]\nnetraven-ui = { path = \"x\" }\n\
            [dev-dependencies]\nnetraven-lab.workspace = true\n";
        let found = findings("src-tauri/client/Cargo.toml", text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("src-tauri/client/Cargo.toml:5: `client` may not depend on `ui`"), "{found:?}");
    }

    #[test]
    fn the_list_of_the_workspace_is_no_dependency_of_the_shell() {
        let text = "[workspace.dependencies]\nnetraven-ui = { path = \"ui\" }\n[dependencies]\nnetraven-api = \"1\"";
        assert!(findings("Cargo.toml", text).is_empty());
    }

    #[test]
    fn a_new_member_needs_a_row() {
        assert!(findings("src-tauri/extra/Cargo.toml", "")[0].contains("`extra` has no row"));
    }
}
