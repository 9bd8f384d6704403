//! The state of a page as its address, so that back, forward and a link restore the exact view.

use std::fmt::Write as _;
use std::str::FromStr;

use dioxus::prelude::*;

use crate::route::Route;

/// A page's state that stands in its address.
pub trait Addressed: Clone + PartialEq + 'static {
    /// The address: `tab=logs&level=ERROR,WARNING`. What is as it is at first is left out.
    fn address(&self) -> String;
    /// The state of an address. What cannot be read is left out: a link of another version shows what it can.
    fn of_address(address: &str) -> Self;
    /// Whether the way from one state to another deserves a step back of its own; a text being typed does not.
    fn is_a_step(&self, next: &Self) -> bool;
}

/// Keeps state and address the same: back, forward and links change the state, what a person chooses changes the address.
pub fn use_address<T: Addressed>(
    mut state: Store<T>,
    view: ReadSignal<String>,
    place: impl Fn(String) -> Route + 'static,
) {
    let go = navigator();
    // The newest address written here. It comes back as `view` a little later, when the state may be further already.
    let mut written = use_signal(|| view.peek().clone());
    use_effect(move || {
        let address = view();
        if address != *written.peek() {
            written.set(address.clone());
            state.set(T::of_address(&address));
        }
    });
    use_effect(move || {
        let address = state.read().address();
        let here = written.peek().clone();
        let before = T::of_address(&here);
        if address == here || before == *state.peek() {
            return;
        }
        written.set(address.clone());
        if before.is_a_step(&state.peek()) {
            go.push(place(address));
        } else {
            go.replace(place(address));
        }
    });
}

/// An address being written.
#[derive(Default)]
pub struct Parts(String);

impl Parts {
    /// Adds a value under its name, if there is one.
    pub fn one(&mut self, name: &str, value: Option<impl ToString>) {
        self.many(name, value);
    }

    /// Adds a text under its name, unless it is blank.
    pub fn text(&mut self, name: &str, text: &str) {
        self.one(name, (!text.trim().is_empty()).then_some(text));
    }

    /// Adds all values under one name, if there are any.
    pub fn many(&mut self, name: &str, values: impl IntoIterator<Item = impl ToString>) {
        let values: Vec<String> = values.into_iter().map(|value| escape(&value.to_string())).collect();
        if !values.is_empty() {
            if !self.0.is_empty() {
                self.0.push('&');
            }
            let _ = write!(self.0, "{name}={}", values.join(","));
        }
    }

    /// The address.
    #[must_use]
    pub fn done(self) -> String {
        self.0
    }
}

/// An address being read.
pub struct Given<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Given<'a> {
    /// Takes an address apart.
    #[must_use]
    pub fn of(address: &'a str) -> Given<'a> {
        Given(address.split('&').filter_map(|part| part.split_once('=')).collect())
    }

    /// The text under a name, if there is one.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<String> {
        self.raw(name).map(unescape).filter(|text| !text.trim().is_empty())
    }

    /// What the text under a name stands for, if that can be understood.
    #[must_use]
    pub fn parsed<T: FromStr>(&self, name: &str) -> Option<T> {
        self.one(name).and_then(|text| text.parse().ok())
    }

    /// All texts under a name.
    #[must_use]
    pub fn many(&self, name: &str) -> Vec<String> {
        let texts = self.raw(name).into_iter().flat_map(|text| text.split(','));
        texts.map(unescape).filter(|text| !text.is_empty()).collect()
    }

    fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

/// What means something in an address becomes `~` and two digits. Percent signs must not be left: the router decodes an
/// address as a whole before it is taken apart here.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '~' | '&' | '=' | ',' | '%' | '#' | '?' | '+') {
            let _ = write!(escaped, "~{:02x}", u32::from(letter));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('~');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) if code.is_ascii() => {
                plain.push(char::from(code));
                plain.push_str(&part[2..]);
            }
            _ => plain.push_str(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_an_address_is_written_so_that_it_does_not() {
        let mut parts = Parts::default();
        parts.many("source", ["a,b=c", "100% ~x~26"]);
        parts.one("text", Some("größe = 1+1? #7"));
        parts.one("page", None::<i64>);
        let address = parts.done();
        assert!(
            !address.contains('%'),
            "the router decodes percent signs before the address is taken apart: {address}"
        );
        let given = Given::of(&address);
        assert_eq!(given.many("source"), ["a,b=c", "100% ~x~26"]);
        assert_eq!(given.one("text").as_deref(), Some("größe = 1+1? #7"));
        assert_eq!((given.one("page"), given.parsed::<i64>("text")), (None, None));
    }
}
