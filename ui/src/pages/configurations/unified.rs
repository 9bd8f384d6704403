//! A unified difference taken apart: which lines went, came or stayed, and their numbers in either text.

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In both texts.
    Stayed,
    /// In the newer text only.
    Added,
    /// In the older text only.
    Removed,
}

/// One row of the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// The head of a stretch that changed: where it is, as the difference says it.
    Hunk(String),
    /// A line.
    Line {
        /// What became of it.
        fate: Fate,
        /// Its number in the older text.
        old: Option<u32>,
        /// Its number in the newer text.
        new: Option<u32>,
        /// The line.
        text: String,
    },
}

/// The rows of a difference. What stands before the first stretch names the texts and is left out.
#[must_use]
pub fn rows(diff: &[String]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut numbers: Option<(u32, u32)> = None;
    for line in diff {
        if let Some(begin) = line.strip_prefix("@@ ").and_then(hunk) {
            numbers = Some(begin);
            rows.push(Row::Hunk(line.clone()));
            continue;
        }
        let Some((old, new)) = &mut numbers else { continue };
        let mut letters = line.chars();
        let (fate, text) = match letters.next() {
            Some('+') => (Fate::Added, letters.as_str()),
            Some('-') => (Fate::Removed, letters.as_str()),
            Some('\\') => continue,
            Some(' ') => (Fate::Stayed, letters.as_str()),
            _ => (Fate::Stayed, line.as_str()),
        };
        let text = text.trim_end_matches('\r').to_owned();
        rows.push(Row::Line {
            fate,
            old: (fate != Fate::Added).then_some(*old),
            new: (fate != Fate::Removed).then_some(*new),
            text,
        });
        *old += u32::from(fate != Fate::Added);
        *new += u32::from(fate != Fate::Removed);
    }
    rows
}

/// How many lines came, and how many went.
#[must_use]
pub fn counts(rows: &[Row]) -> (i64, i64) {
    let of = |wanted| {
        let found = rows.iter().filter(|row| matches!(row, Row::Line { fate, .. } if *fate == wanted)).count();
        i64::try_from(found).unwrap_or(i64::MAX)
    };
    (of(Fate::Added), of(Fate::Removed))
}

/// The first line's number in either text: `-12,7 +12,8 @@`.
fn hunk(rest: &str) -> Option<(u32, u32)> {
    let mut words = rest.split(' ');
    let mut first = |sign| words.next()?.strip_prefix(sign)?.split(',').next()?.parse().ok();
    Some((first('-')?, first('+')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    fn drawn(rows: &[Row]) -> Vec<String> {
        let number = |number: &Option<u32>| number.map_or_else(|| ".".to_owned(), |number| number.to_string());
        rows.iter()
            .map(|row| match row {
                Row::Hunk(text) => text.clone(),
                Row::Line { fate, old, new, text } => format!("{} {} {fate:?} {text}", number(old), number(new)),
            })
            .collect()
    }

    #[test]
    fn each_line_has_its_numbers() {
        let diff = lines(
            "--- config_1\n+++ config_2\n@@ -9,3 +9,4 @@\n hostname r1\n--- old banner\n++ new\n+added\n\n\
             \\ No newline at end of file\n@@ -40 +41 @@\n-x\n+y",
        );
        let rows = rows(&diff);
        let expected = [
            "@@ -9,3 +9,4 @@",
            "9 9 Stayed hostname r1",
            "10 . Removed -- old banner",
            ". 10 Added + new",
            ". 11 Added added",
            "11 12 Stayed ",
            "@@ -40 +41 @@",
            "40 . Removed x",
            ". 41 Added y",
        ];
        assert_eq!(drawn(&rows), expected);
        assert_eq!(counts(&rows), (3, 2));
        assert_eq!(counts(&super::rows(&[])), (0, 0));
    }
}
