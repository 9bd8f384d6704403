//! `cargo xtask tidy`: the rules about the code itself that neither the compiler nor clippy knows.

mod crates;
mod documents;
mod imports;
mod names;
mod references;
mod source;
mod table;
mod tokens;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Endings of the text files that rules speak about.
const KINDS: [&str; 7] = ["rs", "md", "sql", "toml", "html", "js", "css"];

/// A rule broken somewhere, in a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// Relative to the root of the repository, with slashes.
    file: String,
    line: usize,
    sentence: String,
}

/// A text file of the project, or a picture of its documents.
pub struct File {
    /// Relative to the root of the repository, with slashes.
    name: String,
    /// Nothing for a picture.
    text: String,
}

/// Prints what is long and what is wrong, and fails when something is wrong.
pub fn command(root: &Path) -> Result<()> {
    let files = read_files(root)?;
    let rows: Vec<_> = source::long_files(&files).collect();
    if !rows.is_empty() {
        eprintln!("tidy: worth a second look for their length: {}", rows.join(", "));
    }
    let findings = inspect(&files)?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => {
            eprintln!("tidy: {} files are in order", files.len());
            Ok(())
        }
        1 => bail!("tidy found the one thing above; put it right, or change the rule and say why"),
        count => bail!("tidy found the {count} things above; put them right, or change the rule and say why"),
    }
}

/// Applies every rule.
fn inspect(files: &[File]) -> Result<Vec<Finding>> {
    let picture = files
        .iter()
        .find(|file| file.name == table::PICTURE)
        .with_context(|| format!("could not find {}, which holds the import tables", table::PICTURE))?;
    let crates = table::crates(&picture.text)?;
    let mut findings = source::check(files);
    for inside in [imports::BACKEND, imports::UI] {
        findings.extend(imports::check(files, &inside, &table::modules(&picture.text, inside.heading)?));
    }
    findings.extend(imports::check_shell(files));
    findings.extend(crates::check(files, &crates));
    findings.extend(documents::check(files));
    findings.extend(names::check(files));
    findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Ok(findings)
}

/// All files of the kinds that rules speak about, sorted by name.
fn read_files(root: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let here = root.join(&folder);
        for entry in fs::read_dir(&here).with_context(|| format!("could not read {}", here.display()))? {
            let entry = entry.with_context(|| format!("could not read {}", here.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let relative = folder.join(&name);
            let kind = entry.file_type().with_context(|| format!("could not read {}", here.display()))?;
            if kind.is_dir() {
                if !name.starts_with('.') && !["target", "dist", "gen", "node_modules"].contains(&&*name) {
                    folders.push(relative);
                }
                continue;
            }
            let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
            let is_picture = ending == "png" && relative.starts_with("docs");
            if is_picture || KINDS.contains(&ending) {
                let path = root.join(&relative);
                let text = if is_picture { Ok(Vec::new()) } else { fs::read(&path) };
                let text = text.with_context(|| format!("could not read {}", path.display()))?;
                let name = relative.to_string_lossy().replace('\\', "/");
                files.push(File { name, text: String::from_utf8_lossy(&text).into_owned() });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

impl Finding {
    fn new(file: &File, line: usize, sentence: impl Into<String>) -> Self {
        Self { file: file.name.clone(), line, sentence: sentence.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_project_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let findings = inspect(&read_files(root).unwrap()).unwrap();
        let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }

    #[test]
    fn without_the_picture_there_is_nothing_to_check_against() {
        let error = inspect(&[]).unwrap_err().to_string();
        assert!(error.contains("docs/ARCHITECTURE.md"), "{error}");
    }
}
