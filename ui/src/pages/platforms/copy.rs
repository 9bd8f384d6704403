//! A platform's file as the beginning of another.

use netraven_api::platforms::Platform;

/// A copy of a platform's file under a name of its own, and that name. What proves the one does not prove the other:
/// the copy says nothing of evidence.
pub fn duplicate(text: &str, platform: &Platform, taken: &[Platform]) -> (String, String) {
    let name = free_name(&platform.name, taken);
    let title = format!("{} (copy)", platform.title).replace('\\', "\\\\").replace('"', "\\\"");
    // What stands below the first table belongs to a table.
    let mut in_table = false;
    let lines = text.lines().filter_map(|line| {
        in_table |= line.starts_with('[');
        match field_of(line).filter(|_| !in_table) {
            Some("name") => Some(format!("name = \"{name}\"")),
            Some("title") => Some(format!("title = \"{title}\"")),
            Some("evidence") => None,
            _ => Some(line.to_owned()),
        }
    });
    let mut copy = lines.collect::<Vec<_>>().join("\n");
    copy.push('\n');
    (copy, name)
}

/// The field that a line gives a value.
fn field_of(line: &str) -> Option<&str> {
    line.split_once('=').map(|(field, _)| field.trim())
}

/// `my_cisco_ios`, with a number behind it if there is one already.
fn free_name(name: &str, taken: &[Platform]) -> String {
    let is_taken = |name: &str| taken.iter().any(|known| known.name == name);
    let first = format!("my_{name}");
    if !is_taken(&first) {
        return first;
    }
    let mut number = 2;
    while is_taken(&format!("{first}_{number}")) {
        number += 1;
    }
    format!("{first}_{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(name: &str) -> Platform {
        Platform {
            name: name.to_owned(),
            title: "Cisco \"IOS\"".to_owned(),
            vendor: "Cisco".to_owned(),
            custom: false,
            source: None,
            evidence: None,
            extends: None,
            file: None,
            saved: None,
            devices: None,
        }
    }

    #[test]
    fn a_copy_has_its_own_name_and_title_and_claims_no_proof() {
        let text = "# IOS\nname = \"ios\"\ntitle='Cisco'\nevidence = \"session\"\n\n[login]\nname = \"kept\"\n";
        let copy = "# IOS\nname = \"my_ios\"\ntitle = \"Cisco \\\"IOS\\\" (copy)\"\n\n[login]\nname = \"kept\"\n";
        assert_eq!(duplicate(text, &platform("ios"), &[]), (copy.to_owned(), "my_ios".to_owned()));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let taken = [platform("my_ios"), platform("my_ios_2")];
        assert_eq!(duplicate("name = 'ios'", &platform("ios"), &taken).1, "my_ios_3");
    }
}
