//! The table of deviations in `docs/api-deviations.md`: what differs on purpose, and why.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};

/// The document.
#[must_use]
pub fn document() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/api-deviations.md")
}

/// One row: which recordings, which status instead, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Names of recordings; `*` stands for anything.
    pub names: Vec<String>,
    /// The status of ours.
    pub status: u16,
    /// Why ours differs.
    pub reason: String,
}

/// The table, and the fields that are ours alone.
pub fn read() -> anyhow::Result<(Vec<Deviation>, BTreeSet<String>)> {
    parse(&std::fs::read_to_string(document())?)
}

fn parse(text: &str) -> anyhow::Result<(Vec<Deviation>, BTreeSet<String>)> {
    let (mut table, mut added) = (Vec::new(), BTreeSet::new());
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let names: Vec<String> = cells[0].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        match cells.as_slice() {
            [_, _, status, reason] => {
                let status = status.split_whitespace().next().unwrap_or_default();
                let status = status.parse().with_context(|| format!("no status in {line}"))?;
                ensure!(!reason.is_empty(), "no reason in {line}");
                table.push(Deviation { names, status, reason: (*reason).to_owned() });
            }
            [_, _] => added.extend(names),
            _ => anyhow::bail!("a row has four cells, or two for added fields: {line}"),
        }
    }
    Ok((table, added))
}

impl Deviation {
    /// Whether a recording is meant.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        self.names.iter().any(|pattern| matches(pattern, name))
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|tail| {
            (0..=tail.len()).filter(|at| tail.is_char_boundary(*at)).any(|at| matches(rest, &tail[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_recordings_a_status_and_a_reason() {
        let text = "| Recording | There | Here | Why |\n| --- | --- | --- | --- |\n| `a_*`, `b` | 500 | 422 with a field | Because. |\n| `next_run` | When it fires |\n";
        let (table, added) = parse(text).unwrap();
        assert_eq!((table[0].status, table.len(), added.len()), (422, 1, 1));
        assert!(table[0].covers("a_x_500") && table[0].covers("b") && !table[0].covers("bc"));
    }
}
