//! A look into a CSV file before it is sent; the server reads it for good.

/// Columns every file needs.
pub const NEEDED: [&str; 3] = ["hostname", "ip_address", "device_type"];

/// What a file seems to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows beneath the header.
    pub rows: i64,
    /// Needed columns that are not there.
    pub missing: Vec<&'static str>,
}

impl Preview {
    /// Looks into a text.
    #[must_use]
    pub fn of(text: &str) -> Preview {
        let mut records = records(text.trim_start_matches('\u{feff}'));
        let header = records.next().unwrap_or_default();
        let columns: Vec<String> = header
            .split(',')
            .map(|name| name.trim().trim_matches('"').trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        let missing =
            NEEDED.into_iter().filter(|name| !columns.iter().any(|column| column.eq_ignore_ascii_case(name))).collect();
        Preview { columns, rows: i64::try_from(records.count()).unwrap_or(i64::MAX), missing }
    }
}

/// Lines that hold something; a line end inside quotes ends none.
fn records(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |letter: char| {
        quoted ^= letter == '"';
        !quoted && (letter == '\n' || letter == '\r')
    })
    .filter(|line| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_counted_as_a_person_would() {
        let text = "\u{feff}Hostname,\"ip_address\", device_type ,description\r\nr1,10.0.0.1,cisco_ios,\"two\nlines\"\r\n\r\nr2,10.0.0.2,linux,\r\n";
        let preview = Preview::of(text);
        assert_eq!((preview.rows, preview.columns.len()), (2, 4));
        assert!(preview.missing.is_empty(), "{preview:?}");
        assert_eq!(Preview::of("name;address\nr1;10.0.0.1").missing, NEEDED);
        assert_eq!(Preview::of("").rows, 0);
    }
}
