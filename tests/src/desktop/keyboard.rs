//! The keyboard alone: keys go where the focus is, and the focus is to be seen.

use anyhow::{Context as _, bail, ensure};
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use serde::Deserialize;
use serde_json::json;

use super::Window;

/// Longest way from one control to another, in presses of Tab.
const FURTHEST: usize = 120;

/// The keys that are held or type nothing, as the protocol numbers them.
const NAMED: [(&str, char); 17] = [
    ("Tab", '\u{e004}'),
    ("Enter", '\u{e007}'),
    ("Shift", '\u{e008}'),
    ("Control", '\u{e009}'),
    ("Alt", '\u{e00a}'),
    ("Escape", '\u{e00c}'),
    ("Space", ' '),
    ("PageUp", '\u{e00e}'),
    ("PageDown", '\u{e00f}'),
    ("End", '\u{e010}'),
    ("Home", '\u{e011}'),
    ("Left", '\u{e012}'),
    ("Up", '\u{e013}'),
    ("Right", '\u{e014}'),
    ("Down", '\u{e015}'),
    ("Delete", '\u{e017}'),
    ("Backspace", '\u{e003}'),
];

/// What has the focus.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Focus {
    /// Its role.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Its id in the document, which may be empty.
    pub id: String,
    /// Whether a line or a shadow shows where it is.
    pub ringed: bool,
}

impl Focus {
    fn is(&self, role: &str, name: &str) -> bool {
        self.role == role && self.name.starts_with(name)
    }
}

impl Window {
    /// Presses a key, or several together: `Enter`, `Control k`, `Shift Tab`, `?`.
    pub async fn key(&self, chord: &str) -> anyhow::Result<()> {
        let keys = chord.split(' ').map(|name| {
            let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, key)| *key);
            let mut letters = name.chars();
            named.or(letters.next().filter(|_| letters.next().is_none())).with_context(|| format!("no key is {name:?}"))
        });
        let keys: Vec<char> = keys.collect::<anyhow::Result<_>>()?;
        let down = keys.iter().map(|key| KeyAction::Down { value: *key });
        let up = keys.iter().rev().map(|key| KeyAction::Up { value: *key });
        let actions =
            down.chain(up).fold(KeyActions::new("keyboard".to_owned()), |actions, action| actions.then(action));
        self.client.perform_actions(actions).await.with_context(|| format!("{chord:?} was not pressed"))
    }

    /// Types a text, letter by letter.
    pub async fn type_text(&self, text: &str) -> anyhow::Result<()> {
        let letters =
            text.chars().flat_map(|letter| [KeyAction::Down { value: letter }, KeyAction::Up { value: letter }]);
        let actions = letters.fold(KeyActions::new("keyboard".to_owned()), |actions, action| actions.then(action));
        self.client.perform_actions(actions).await.with_context(|| format!("{text:?} was not typed"))
    }

    /// What has the focus now.
    pub async fn focus(&self) -> anyhow::Result<Focus> {
        Ok(serde_json::from_value(self.look("return page.focus()", json!([])).await?)?)
    }

    /// Waits until this has the focus, and shows it.
    pub async fn focused(&self, role: &str, name: &str) -> anyhow::Result<()> {
        let what = format!("the {role} {name:?} has the focus");
        let focus =
            self.wait(&what, async || Ok(Some(self.focus().await?).filter(|focus| focus.is(role, name)))).await?;
        ensure!(focus.ringed, "nobody can see that the {role} {name:?} has the focus");
        Ok(())
    }

    /// Presses Tab until this has the focus. Every stop on the way must be seen and have a name.
    pub async fn tab_to(&self, role: &str, name: &str) -> anyhow::Result<()> {
        self.step_to("Tab", role, name).await
    }

    /// The same backwards.
    pub async fn tab_back_to(&self, role: &str, name: &str) -> anyhow::Result<()> {
        self.step_to("Shift Tab", role, name).await
    }

    async fn step_to(&self, chord: &str, role: &str, name: &str) -> anyhow::Result<()> {
        self.find(role, name).await?;
        let mut way = Vec::new();
        for _ in 0..FURTHEST {
            self.key(chord).await?;
            let focus = self.focus().await?;
            let stop = format!("{} {:?}", focus.role, focus.name);
            // From the end of the page the focus goes through the document itself to its beginning.
            if !focus.role.is_empty() {
                ensure!(focus.ringed, "nobody can see that the {stop} has the focus");
                ensure!(!focus.name.is_empty(), "the {stop} takes the focus and has no name");
            }
            if focus.is(role, name) {
                return Ok(());
            }
            way.push(stop);
        }
        bail!("{FURTHEST} presses of {chord} do not lead to the {role} {name:?}, but to {}", way.join(", "))
    }
}
