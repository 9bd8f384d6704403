//! The tables of `docs/ARCHITECTURE.md` section 2: which crate may use what, and which module inside a crate.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

/// The document that holds the tables.
pub const PICTURE: &str = "docs/ARCHITECTURE.md";

/// What a module may use and what it must not know, in the words of the table.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Modules, our crates, or `everything`.
    pub may_use: BTreeSet<String>,
    /// Modules, things of the world outside such as `SQL` and `browser`, and `other` parts of the module itself.
    pub must_not_know: BTreeSet<String>,
}

/// Reads the table of a crate, whose heading is for instance `inside backend | may use | must not know`.
pub fn modules(picture: &str, heading: &str) -> Result<BTreeMap<String, Rule>> {
    let mut rules = BTreeMap::new();
    for row in rows(picture, &[heading, "may use", "must not know"])? {
        for name in words(row[0]) {
            rules.insert(name, Rule { may_use: words(row[1]), must_not_know: words(row[2]) });
        }
    }
    Ok(rules)
}

/// Reads the table whose heading is `crate | may depend on`.
pub fn crates(picture: &str) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut rules = BTreeMap::new();
    for row in rows(picture, &["crate", "may depend on"])? {
        for name in words(row[0]) {
            rules.insert(name, words(row[1]));
        }
    }
    Ok(rules)
}

/// The cells of each row below a heading.
fn rows<'a>(picture: &'a str, heading: &[&str]) -> Result<Vec<Vec<&'a str>>> {
    let mut lines = picture.lines().skip_while(|line| cells(line) != heading).skip(2);
    let rows: Vec<_> = lines.by_ref().take_while(|line| line.trim_start().starts_with('|')).map(cells).collect();
    if rows.is_empty() {
        bail!("{PICTURE} has no table with the heading `{}`", heading.join(" | "));
    }
    if let Some(row) = rows.iter().find(|row| row.len() != heading.len()) {
        bail!("{PICTURE}: the row `{}` should have {} cells", row.join(" | "), heading.len());
    }
    Ok(rows)
}

fn cells(line: &str) -> Vec<&str> {
    line.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// Words between commas, without backticks and without what stands in parentheses; `nothing` is none.
fn words(cell: &str) -> BTreeSet<String> {
    let mut plain = String::new();
    let mut depth = 0;
    for c in cell.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '`' => {}
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "nothing").map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "text\n\n| inside backend | may use | must not know |\n| --- | --- | --- |\n\
        | `clock`, `seal` | nothing (pure) | SQL |\n| `worker` | `store`, `platforms` (names, only) | `server` |\n\nmore";

    #[test]
    fn rows_become_rules() {
        let rules = modules(SAMPLE, "inside backend").unwrap();
        assert_eq!(rules.keys().collect::<Vec<_>>(), ["clock", "seal", "worker"]);
        assert!(rules["seal"].may_use.is_empty());
        assert_eq!(rules["worker"].may_use, ["platforms", "store"].map(String::from).into());
        assert_eq!(rules["worker"].must_not_know, ["server".to_owned()].into());
    }

    #[test]
    fn a_lost_table_and_a_short_row_are_told() {
        assert!(crates(SAMPLE).unwrap_err().to_string().contains("`crate | may depend on`"));
        let lost = modules(SAMPLE, "inside ui").unwrap_err().to_string();
        assert!(lost.contains("`inside ui | may use | must not know`"), "{lost}");
        let short = SAMPLE.replace("| nothing (pure) | SQL |", "| nothing |");
        assert!(modules(&short, "inside backend").unwrap_err().to_string().contains("should have 3 cells"));
    }
}
