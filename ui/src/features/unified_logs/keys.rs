//! What keys do in the list of lines.

use dioxus::prelude::*;

use super::log_list::LogList;
use crate::dom::{self, Pressed};

/// Rows a page key moves by.
const LEAP: usize = 20;

/// What a letter asks of the view around the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListCommand {
    /// Let lines wait, or follow again.
    Pause,
    /// Show the lines around the chosen one.
    Around,
}

/// Does what a letter asks, pressed anywhere on the page. Gives whether it asked for anything, and what it asks of others.
pub fn letter(list: LogList, pressed: &Pressed) -> (bool, Option<ListCommand>) {
    let (rows, here) = (list.layout.peek().len(), list.here());
    let next = match pressed.key.to_lowercase().as_str() {
        "p" if !pressed.shift => return (true, Some(ListCommand::Pause)),
        "c" if !pressed.shift => return (true, Some(ListCommand::Around)),
        "j" => here.map_or(0, |here| (here + 1).min(rows.saturating_sub(1))),
        "k" => here.map_or(0, |here| here.saturating_sub(1)),
        _ => return (false, None),
    };
    if rows > 0 {
        list.choose(next, pressed.shift);
    }
    (rows > 0, None)
}

/// Does what a key asks of the list it is pressed in, and gives whether what is selected is to be copied. Letters alone are
/// heard by the whole page.
pub fn press(list: LogList, event: &KeyboardEvent) -> bool {
    let modifiers = event.modifiers();
    let (shift, command) = (modifiers.shift(), modifiers.ctrl() || modifiers.meta());
    let letter = match event.key() {
        Key::Character(letter) if !modifiers.alt() => letter.to_lowercase(),
        _ => String::new(),
    };
    let rows = list.layout.read().len();
    match (command, letter.as_str()) {
        // A text that a person has marked is what they want.
        (true, "c") if list.selection().is_some() && !dom::has_marked_text() => {
            event.prevent_default();
            return true;
        }
        (true, "a") if rows > 0 => {
            event.prevent_default();
            list.choose_all();
            return false;
        }
        (true, _) => return false,
        _ => {}
    }
    if rows == 0 {
        return false;
    }
    let (here, last) = (list.here(), rows - 1);
    let down = |by: usize| here.map_or(0, |here| (here + by).min(last));
    let up = |by: usize| here.map_or(0, |here| here.saturating_sub(by));
    let next = match event.key() {
        Key::ArrowDown => down(1),
        Key::ArrowUp => up(1),
        Key::PageDown => down(LEAP),
        Key::PageUp => up(LEAP),
        Key::Home => 0,
        Key::End => last,
        Key::Enter => {
            event.prevent_default();
            here.into_iter().for_each(|here| list.toggle(here));
            return false;
        }
        Key::ArrowRight | Key::ArrowLeft => {
            let opens = event.key() == Key::ArrowRight;
            let can = here.filter(|here| list.can_toggle(*here, opens));
            can.into_iter().for_each(|here| list.toggle(here));
            return false;
        }
        Key::Escape => {
            list.clear();
            return false;
        }
        _ => return false,
    };
    event.prevent_default();
    list.choose(next, shift);
    false
}
