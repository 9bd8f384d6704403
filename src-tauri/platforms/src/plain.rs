//! From the bytes of a file, or of what a command printed without a terminal, to the text that is kept: no echo, pager
//! or prompt can be in them.

use super::definition::{Command, Definition};

/// The text of an answer that came without a terminal: LF ends every line, and neither end has blank lines. Empty if
/// nothing came.
pub fn clean_plain(definition: &Definition, command: &Command, bytes: &[u8]) -> String {
    let text = definition.encoding.decode(bytes).replace("\r\n", "\n");
    // Other control characters do not survive storage.
    let text: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    let text = without_header(definition, command, &text);
    let body = text.trim_end();
    if body.is_empty() { String::new() } else { format!("{body}\n") }
}

/// A text without the chatter at its start. What changes by itself may stand among it, and stays.
fn without_header(definition: &Definition, command: &Command, text: &str) -> String {
    let (mut rest, mut between) = (text, String::new());
    while let Some(line) = rest.split_inclusive('\n').next() {
        let content = line.trim_end();
        if definition.volatile_set.is_match(content) {
            between.push_str(line);
        } else if !content.trim().is_empty() && !command.header.iter().any(|header| header.is_match(content)) {
            break;
        }
        rest = &rest[line.len()..];
    }
    between + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Encoding, Purpose, Registry};

    #[test]
    fn what_came_without_a_terminal_loses_its_header_and_nothing_else() {
        let mut definition = (*Registry::load(None).0.get("cisco_ios").expect("built in")).clone();
        definition.encoding = Encoding::named("latin1").unwrap();
        let command = definition.commands.iter().find(|command| command.purpose == Purpose::Config).unwrap().clone();
        let check = |bytes: &[u8], expect: &str| assert_eq!(clean_plain(&definition, &command, bytes), expect);
        check(
            b"Building configuration...\r\n\r\nCurrent configuration : 99 bytes\r\nhostname caf\xe9\r\n\tR1# --More--\r\n\r\nend\r\n\r\n",
            "Current configuration : 99 bytes\nhostname caf\u{e9}\n\tR1# --More--\n\nend\n",
        );
        check(b"\0\r\n", "");
        check(b"", "");
    }
}
