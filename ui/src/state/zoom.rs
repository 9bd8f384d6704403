//! How large the window draws everything: chosen with Ctrl and +, − or 0, and kept.

use dioxus::prelude::*;
use netraven_api::native::Native;
use serde_json::Value;

use super::kept::{Kept, Setting, use_kept_provider};
use super::notices::use_notices;
use crate::data::use_api;
use crate::dom::{self, Pressed};

/// What can be chosen, in percent.
const STEPS: [u16; 9] = [67, 80, 90, 100, 110, 125, 150, 175, 200];

/// The size everything is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zoom(u16);

impl Zoom {
    /// In percent of the usual size.
    #[must_use]
    pub fn percent(self) -> u16 {
        self.0
    }

    /// The next larger size, if there is one.
    #[must_use]
    pub fn larger(self) -> Option<Zoom> {
        STEPS.into_iter().find(|step| *step > self.0).map(Zoom)
    }

    /// The next smaller size, if there is one.
    #[must_use]
    pub fn smaller(self) -> Option<Zoom> {
        STEPS.into_iter().rev().find(|step| *step < self.0).map(Zoom)
    }

    /// The size a key asks for; none if it asks for none. At the last step it asks for what there is.
    fn asked(self, pressed: &Pressed) -> Option<Zoom> {
        if !pressed.control || pressed.alt {
            return None;
        }
        match pressed.key.as_str() {
            // On many keyboards the plus is the shifted equals sign: either is meant.
            "+" | "=" => Some(self.larger().unwrap_or(self)),
            "-" | "_" => Some(self.smaller().unwrap_or(self)),
            "0" => Some(Zoom::first()),
            _ => None,
        }
    }
}

impl Setting for Zoom {
    const NAME: &'static str = "zoom";

    fn first() -> Zoom {
        Zoom(100)
    }

    fn write(&self) -> Value {
        Value::from(self.0)
    }

    fn read(value: &Value) -> Option<Zoom> {
        let percent = value.as_u64().and_then(|percent| u16::try_from(percent).ok())?;
        STEPS.contains(&percent).then_some(Zoom(percent))
    }
}

/// Provides the size to the window, has the shell draw in it, and listens to the keys that change it, wherever the focus is.
pub fn use_zoom_provider() -> Kept<Zoom> {
    let (zoom, api, notices) = (use_kept_provider::<Zoom>(), use_api(), use_notices());
    let mut drawn = use_signal(Zoom::first);
    use_effect(move || {
        let wanted = zoom.get();
        if wanted == *drawn.peek() {
            return;
        }
        drawn.set(wanted);
        let api = api.clone();
        spawn(async move {
            if let Err(problem) = api.ask::<Value>(Native::Zoom { percent: wanted.percent() }).await {
                notices.problem(&problem);
            }
        });
    });
    let hear = use_callback(move |pressed: Pressed| {
        let Some(wanted) = zoom.get().asked(&pressed) else { return false };
        if wanted != zoom.get() {
            zoom.choose(wanted);
        }
        true
    });
    use_hook(|| dom::listen_to_keys(move |pressed| hear.call(pressed)));
    zoom
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_end_where_everything_is_still_usable() {
        assert_eq!(Zoom::first().larger(), Some(Zoom(110)));
        assert_eq!((Zoom(200).larger(), Zoom(67).smaller()), (None, None));
        assert_eq!(Zoom::read(&Value::from(125)), Some(Zoom(125)));
        assert_eq!(Zoom::read(&Value::from(5000)), None, "what another version kept may mean nothing here");
    }

    #[test]
    fn a_key_alone_or_with_alt_is_no_wish_for_another_size() {
        let key = |key: &str| Pressed { key: key.to_owned(), control: true, ..Pressed::default() };
        assert_eq!(Zoom(100).asked(&key("+")), Some(Zoom(110)));
        assert_eq!(Zoom(100).asked(&key("-")), Some(Zoom(90)));
        assert_eq!(Zoom(200).asked(&key("=")), Some(Zoom(200)), "the key is heard, and changes nothing");
        assert_eq!(Zoom(175).asked(&Pressed { typing: true, dialog: true, ..key("0") }), Some(Zoom(100)));
        assert_eq!(Zoom(100).asked(&Pressed { control: false, ..key("+") }), None);
        assert_eq!(Zoom(100).asked(&Pressed { alt: true, ..key("-") }), None);
    }
}
