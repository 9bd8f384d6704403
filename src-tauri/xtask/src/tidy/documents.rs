//! What documents name is there: the files of the recipes, and the pictures, of which none is kept that no document shows.

use std::collections::BTreeSet;

use crate::tidy::{File, Finding};

const RECIPES: &str = "docs/recipes/";
const SCREENS: &str = "docs/screens/";
/// How the name of a file or a folder of the project begins.
const FOLDERS: [&str; 5] = ["docs/", "migrations/", "src-tauri/", "tests/", "ui/"];

/// Checks every document.
pub fn check(files: &[File]) -> Vec<Finding> {
    let recipes = files.iter().filter(|file| file.name.starts_with(RECIPES));
    let mut findings: Vec<Finding> = recipes.flat_map(|recipe| lost_files(recipe, files)).collect();
    findings.extend(pictures(files));
    findings
}

/// Names in backticks that lead to no file and no folder. What stands in angle brackets may be anything.
fn lost_files(recipe: &File, files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in recipe.text.lines().enumerate() {
        let named = line.split('`').skip(1).step_by(2);
        for name in named.filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder))) {
            if !files.iter().any(|file| leads_to(name, &file.name)) {
                let sentence = format!("there is no `{name}`: say what is touched now");
                findings.push(Finding::new(recipe, index + 1, sentence));
            }
        }
    }
    findings
}

/// Whether a name is a file's or that of a folder around it.
fn leads_to(name: &str, file: &str) -> bool {
    let mut parts = file.split('/');
    name.trim_end_matches('/').split('/').all(|wanted| parts.next().is_some_and(|part| is_alike(wanted, part)))
}

fn is_alike(wanted: &str, part: &str) -> bool {
    let Some((before, rest)) = wanted.split_once('<') else { return wanted == part };
    let after = rest.split_once('>').map_or("", |(_, after)| after);
    let Some(part) = part.strip_prefix(before) else { return false };
    (1..=part.len()).any(|end| part.is_char_boundary(end) && is_alike(after, &part[end..]))
}

/// Pictures that are shown and not there, and those that are there and not shown.
fn pictures(files: &[File]) -> Vec<Finding> {
    let kept = || files.iter().filter_map(|file| Some((file.name.strip_prefix(SCREENS)?, file)));
    let names: BTreeSet<&str> = kept().map(|(name, _)| name).collect();
    let (mut shown, mut findings) = (BTreeSet::new(), Vec::new());
    for file in files.iter().filter(|file| file.name.ends_with(".md")) {
        for (index, line) in file.text.lines().enumerate() {
            let links = line.split("](").skip(1).filter_map(|link| link.split(')').next()?.rsplit_once("screens/"));
            for (_, name) in links {
                shown.insert(name);
                if !names.contains(name) {
                    let sentence = format!("{SCREENS}{name} is not there: copy it from target/screens/gallery");
                    findings.push(Finding::new(file, index + 1, sentence));
                }
            }
        }
    }
    let idle = kept().filter(|(name, _)| !shown.contains(name));
    findings.extend(idle.map(|(_, file)| Finding::new(file, 1, "no document shows this picture: remove it")));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(name, text)| File { name: (*name).into(), text: (*text).into() });
        check(&files.collect::<Vec<_>>()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_recipe_names_only_what_is_there() {
        let text = "1. `ui/src/pages/<page>.rs`, `ui/src/pages/` and `ui/src`\n2. `ui/src/page.rs`, `tests/<page>.rs`, `fn a`\n";
        let found = findings(&[("docs/recipes/add-a-page.md", text), ("ui/src/pages/jobs.rs", "")]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("docs/recipes/add-a-page.md:2: there is no `ui/src/page.rs`"), "{found:?}");
    }

    #[test]
    fn a_placeholder_stands_for_something_within_one_name() {
        assert!(leads_to("migrations/<number>_<what>.sql", "migrations/0001_base.sql"));
        assert!(leads_to("tests/devices/<name>/", "tests/devices/linux/plain/case.toml"));
        assert!(!leads_to("ui/src/<page>.rs", "ui/src/pages/jobs.rs"));
        assert!(!leads_to("ui/src/pages/<page>.rs", "ui/src/pages/.rs"));
    }

    #[test]
    fn pictures_and_documents_name_each_other() {
        let shown = "![The log](docs/screens/logs.png) ![Lost](docs/screens/lost.png)";
        let found = findings(&[("README.md", shown), ("docs/screens/logs.png", ""), ("docs/screens/run.png", "")]);
        assert_eq!(
            found,
            [
                "README.md:1: docs/screens/lost.png is not there: copy it from target/screens/gallery",
                "docs/screens/run.png:1: no document shows this picture: remove it",
            ]
        );
    }
}
