//! Which key does what, wherever the focus is; pages have keys of their own beside these.

use crate::dom::Pressed;

/// What a key of the window does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Opens or closes the search.
    Search,
    /// Shows the list of keys.
    Keys,
    /// Puts the focus into the page's first filter.
    Filter,
    /// Goes to where one was before.
    Back,
    /// Goes to where one was before going back.
    Forward,
}

/// The keys for people to read.
pub const LIST: [(&str, &str); 13] = [
    ("Ctrl K", "search: pages, actions, views, jobs, devices, links"),
    ("/", "go to the filter of the page"),
    ("?", "show this list"),
    ("Alt ←  Alt →", "back and forward"),
    ("j k", "go to the next or previous row or log line"),
    ("↑ ↓", "move in the focused table or log, in lists and in menus"),
    ("Page ↑ ↓, Home, End", "move by pages in the log, or to its ends"),
    ("Shift ↑ ↓, Ctrl C", "select lines of the log and copy them"),
    ("Ctrl F, F3, Shift F3", "find in the log: open, next, previous"),
    ("→ ←", "expand or collapse repeated log lines"),
    ("Enter, Space", "open or choose the focused item"),
    ("Ctrl + − 0", "zoom in, out, or to normal size"),
    ("Esc", "close the open dialog, menu or panel"),
];

/// The command of a key. A key that types something is none while a person types or answers a dialog.
pub fn command(pressed: &Pressed) -> Option<Command> {
    match pressed.key.as_str() {
        "k" | "K" if pressed.control && !pressed.alt => Some(Command::Search),
        "/" if pressed.is_free() => Some(Command::Filter),
        "?" if pressed.is_free() => Some(Command::Keys),
        "ArrowLeft" if is_alt_alone(pressed) => Some(Command::Back),
        "ArrowRight" if is_alt_alone(pressed) => Some(Command::Forward),
        _ => None,
    }
}

/// Whether Alt was held while nothing is being typed or answered: in a field it moves by words on some systems.
fn is_alt_alone(pressed: &Pressed) -> bool {
    pressed.alt && Pressed { alt: false, ..pressed.clone() }.is_free()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> Pressed {
        Pressed { key: key.to_owned(), ..Pressed::default() }
    }

    #[test]
    fn a_key_that_types_something_is_no_command_while_a_person_types() {
        assert_eq!(command(&key("/")), Some(Command::Filter));
        assert_eq!(command(&key("?")), Some(Command::Keys));
        assert_eq!(command(&key("k")), None);
        assert_eq!(command(&Pressed { typing: true, ..key("/") }), None);
        assert_eq!(command(&Pressed { dialog: true, ..key("?") }), None);
        assert_eq!(command(&Pressed { control: true, ..key("/") }), None);
        assert_eq!(command(&Pressed { control: true, typing: true, dialog: true, ..key("k") }), Some(Command::Search));
    }

    #[test]
    fn alt_and_an_arrow_lead_back_and_forward() {
        let alt = |name: &str| Pressed { alt: true, ..key(name) };
        assert_eq!(command(&alt("ArrowLeft")), Some(Command::Back));
        assert_eq!(command(&alt("ArrowRight")), Some(Command::Forward));
        assert_eq!(command(&key("ArrowLeft")), None);
        assert_eq!(command(&Pressed { typing: true, ..alt("ArrowLeft") }), None);
        assert_eq!(command(&Pressed { dialog: true, ..alt("ArrowRight") }), None);
        assert_eq!(command(&Pressed { control: true, ..alt("ArrowLeft") }), None);
    }
}
