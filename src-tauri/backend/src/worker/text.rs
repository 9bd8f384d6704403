//! The text of a reading: as it is compared, stored and shown.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use netraven_api::SnapshotId;
use netraven_api::evidence::Facts;
use sha2::Sha256;

use super::patience::{Undone, patiently};
use crate::platforms::{Definition, Purpose, Redaction, comparable, facts_of, significant, steady};
use crate::session::{Cancel, Reading, text_of};
use crate::store::Store;

/// A reading as text: raw, and as it may be stored and shown.
pub(super) struct Text {
    pub(super) raw: String,
    pub(super) hidden: String,
    pub(super) secrets_hidden: usize,
    pub(super) marked: Marked,
    pub(super) facts: Facts,
    pub(super) prompt: String,
}

impl Text {
    pub(super) fn of(definition: &Definition, reading: &Reading, key: &[u8; 32], redaction: &Redaction) -> Text {
        let of = |purpose: Purpose| text_of(definition, &reading.answers, purpose);
        let (raw, about) = (of(Purpose::Config), of(Purpose::Facts));
        let facts = facts_of(definition, &about, &raw);
        let [model, serial, version] =
            [facts.model, facts.serial, facts.version].map(|fact| fact.map(|fact| redaction.sentence(&fact)));
        let facts = Facts { model, serial, version };
        let marked = Marked::of(definition, key, &raw);
        let redacted = redaction.configuration(&marked.significant);
        let prompt = redaction.sentence(&reading.prompt);
        Text { raw, hidden: redacted.text, secrets_hidden: redacted.hidden, marked, facts, prompt }
    }
}

/// The significant part of a configuration, and its fingerprint.
pub(super) struct Marked {
    significant: String,
    /// Changes whenever the configuration does, including a secret in it, unless the device shows that differently each
    /// time. The tags in the text are too short to rely on.
    pub(super) fingerprint: String,
}

impl Marked {
    pub(super) fn of(definition: &Definition, key: &[u8; 32], raw: &str) -> Marked {
        let significant = significant(definition, raw);
        let fingerprint = fingerprint(key, &comparable(definition, &significant));
        Marked { significant, fingerprint }
    }
}

/// Whether a configuration is that of this snapshot.
pub(super) fn is_same(snapshot: Option<&(SnapshotId, String)>, marked: &Marked) -> bool {
    snapshot.is_some_and(|(_, fingerprint)| *fingerprint == marked.fingerprint)
}

/// The text with the tags of the newest snapshot where a device shows a secret differently each time; all of that
/// snapshot's text if the two are the same. Should another run store one meanwhile, the tags are those of the snapshot
/// before it.
pub(super) async fn with_earlier_tags(
    store: &Store,
    cancel: &Cancel,
    definition: &Arc<Definition>,
    text: Text,
    newest: Option<&(SnapshotId, String)>,
) -> Result<Text, Undone> {
    let Some((id, _)) = newest.filter(|_| definition.has_unstable()) else { return Ok(text) };
    let Some(before) = patiently(cancel, || store.config_text(*id)).await? else { return Ok(text) };
    if is_same(newest, &text.marked) {
        return Ok(Text { hidden: before, ..text });
    }
    // Not work for a thread that serves requests.
    let definition = Arc::clone(definition);
    let work = move || Text { hidden: steady(&definition, &before, &text.hidden), ..text };
    tokio::task::spawn_blocking(work).await.map_err(|error| Undone::Broken(error.into()))
}

/// A keyed hash, hexadecimal: without the key nobody can test guessed secrets against it.
fn fingerprint(key: &[u8; 32], text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is taken");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A built-in platform with these unstable lines and none else.
    fn with_unstable(name: &str, unstable: &str) -> Definition {
        let text = format!("name = 'mine'\ntitle = 'Mine'\nextends = '{name}'\nunstable = [{unstable}]\n");
        Definition::parse("mine.toml", &text).unwrap()
    }

    fn fingerprint_of(definition: &Definition, text: &str) -> String {
        Marked::of(definition, &[7; 32], text).fingerprint
    }

    /// Another one would store the configuration of every device once more.
    #[test]
    fn the_fingerprint_of_a_text_without_unstable_lines_never_changes() {
        let text = "! Last configuration change at 13:57:08 CET\nhostname a\n!\nend\n";
        let known = "4dc6a3e51e78fbfeb0371f2343b02180651af1827f6c3fdde9dcf66109752137";
        assert_eq!(fingerprint_of(&with_unstable("cisco_ios", ""), text), known);
    }

    #[test]
    fn a_secret_that_is_sealed_at_each_showing_is_stored_and_not_compared() {
        let fortios = with_unstable("fortinet", r"'^\s*set \S+ ENC (\S.*)$'");
        let text = |name: &str, sealed: &str| format!("edit \"{name}\"\n    set passwd ENC {sealed}\nend\n");
        let before = fingerprint_of(&fortios, &text("bob", "AAAA=="));
        assert_eq!(fingerprint_of(&fortios, &text("bob", "BBBB==")), before);
        assert_ne!(fingerprint_of(&fortios, &text("eve", "AAAA==")), before);
        let marked = Marked::of(&fortios, &[7; 32], &text("bob", "AAAA=="));
        assert_eq!(marked.significant, text("bob", "AAAA=="));
    }
}
