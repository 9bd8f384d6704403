//! What is left of a configuration for an account that may not read all of it.

use crate::Platform;

/// The text on the wire as such an account is shown it; platforms that refuse the command instead show all of it.
pub(crate) fn withheld(text: &str, platform: Platform) -> String {
    match platform {
        Platform::CiscoIos => "Building configuration...\r\n\r\nCurrent configuration : 52 bytes\r\n!\r\n\
            boot-start-marker\r\nboot-end-marker\r\n!\r\nend\r\n"
            .to_owned(),
        Platform::JuniperJunos => denied(text),
        _ => text.to_owned(),
    }
}

/// Every section without its content.
fn denied(text: &str) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        match line.strip_suffix(" {").filter(|name| !name.starts_with(' ')) {
            Some(name) => shown.push_str(&format!("{name} {{ /* ACCESS-DENIED */ }};\r\n")),
            None if line.starts_with([' ', '}']) => {}
            None => shown.push_str(&format!("{line}\r\n")),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keep_their_names_and_lose_their_content() {
        let text = "version 21.4;\r\nsystem {\r\n    host-name x;\r\n}\r\nvlans {\r\n    a;\r\n}\r\n";
        let shown = "version 21.4;\r\nsystem { /* ACCESS-DENIED */ };\r\nvlans { /* ACCESS-DENIED */ };\r\n";
        assert_eq!(withheld(text, Platform::JuniperJunos), shown);
        assert_eq!(withheld(text, Platform::Linux), text);
    }
}
