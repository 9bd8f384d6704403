//! What keys do in the list of lines.

use dioxus::prelude::*;

use super::desk::Desk;
use crate::dom;

/// Rows a page key moves by.
const LEAP: usize = 20;

/// What a key asks of the view around the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Let lines wait, or follow again.
    Pause,
    /// Show the lines around the chosen one.
    Around,
    /// Copy what is selected.
    Copy,
}

/// Does what a key asks of the list, and gives what it asks of others.
pub fn press(desk: Desk, event: &KeyboardEvent) -> Option<Wish> {
    let modifiers = event.modifiers();
    let (shift, command) = (modifiers.shift(), modifiers.ctrl() || modifiers.meta());
    let letter = match event.key() {
        Key::Character(letter) if !modifiers.alt() => letter.to_lowercase(),
        _ => String::new(),
    };
    let rows = desk.layout.read().len();
    match (command, letter.as_str()) {
        // A text that a person has marked is what they want.
        (true, "c") if desk.selection().is_some() && !dom::has_marked_text() => {
            event.prevent_default();
            return Some(Wish::Copy);
        }
        (true, "a") if rows > 0 => {
            event.prevent_default();
            desk.choose_all();
            return None;
        }
        (true, _) => return None,
        (false, "p") if !shift => return Some(Wish::Pause),
        (false, "c") if !shift => return Some(Wish::Around),
        _ => {}
    }
    if rows == 0 {
        return None;
    }
    let (here, last) = (desk.here(), rows - 1);
    let down = |by: usize| here.map_or(0, |here| (here + by).min(last));
    let up = |by: usize| here.map_or(0, |here| here.saturating_sub(by));
    let next = match event.key() {
        Key::ArrowDown => down(1),
        _ if letter == "j" => down(1),
        Key::ArrowUp => up(1),
        _ if letter == "k" => up(1),
        Key::PageDown => down(LEAP),
        Key::PageUp => up(LEAP),
        Key::Home => 0,
        Key::End => last,
        Key::Enter => {
            event.prevent_default();
            here.into_iter().for_each(|here| desk.toggle(here));
            return None;
        }
        Key::ArrowRight | Key::ArrowLeft => {
            let opens = event.key() == Key::ArrowRight;
            let can = here.filter(|here| desk.can_toggle(*here, opens));
            can.into_iter().for_each(|here| desk.toggle(here));
            return None;
        }
        Key::Escape => {
            desk.clear();
            return None;
        }
        _ => return None,
    };
    event.prevent_default();
    desk.choose(next, shift);
    None
}
