//! What a snapshot is said to be without its text: how large, of which commit, and whether it changed anything.

use dioxus::prelude::*;
use netraven_api::SnapshotId;
use netraven_api::configs::{ConfigHead, GetConfig};

use crate::components::{ErrorState, SkeletonRows};
use crate::data::{Query, use_query};
use crate::format;

/// How a snapshot stands to the one before it.
#[must_use]
pub fn change(head: &ConfigHead, before: Option<&ConfigHead>) -> Option<&'static str> {
    let Some(before) = before else { return Some("first") };
    let sha256 = |head: &ConfigHead| head.config_metadata.as_ref()?.sha256.clone();
    let same = sha256(head)? == sha256(before)?;
    Some(if same { "same text" } else { "changed" })
}

/// Size and commit, as far as they are known: `61,204 bytes · 8c1f0a2`.
#[must_use]
pub fn facts(head: &ConfigHead) -> Vec<String> {
    let Some(known) = &head.config_metadata else { return Vec::new() };
    let size = known.bytes.map(|bytes| format::count(bytes, "byte"));
    let commit = known.commit.as_ref().map(|commit| commit.chars().take(7).collect());
    size.into_iter().chain(commit).collect()
}

/// How many secrets its text hides, as words; none where it hides none.
#[must_use]
pub fn hidden(head: &ConfigHead) -> Option<String> {
    let hidden = head.config_metadata.as_ref()?.secrets_hidden.filter(|hidden| *hidden > 0)?;
    Some(format!("{} hidden in this text", format::count(hidden, "secret")))
}

/// Reads the text of a snapshot.
pub fn use_snapshot(id: impl Fn() -> SnapshotId + 'static) -> Query<netraven_api::configs::Config> {
    use_query(move || GetConfig(id()))
}

/// The text of a snapshot, or why it is not there.
#[component]
pub fn SnapshotBody(config: Query<netraven_api::configs::Config>) -> Element {
    match (config.value(), config.error()) {
        (Some(config), _) => rsx! {
            pre { class: "code-block mono", tabindex: "0", aria_label: "Configuration", "{config.config_data}" }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The snapshot could not be loaded", problem, onretry: move |()| config.refresh() }
        },
        (None, None) => rsx! { SkeletonRows { rows: 12, label: "Loading the snapshot" } },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn head(known: Value) -> ConfigHead {
        let config_metadata = Some(known.into());
        ConfigHead { id: 1.into(), device_id: 1.into(), retrieved_at: jiff::Timestamp::UNIX_EPOCH, config_metadata }
    }

    #[test]
    fn a_snapshot_says_what_is_known_of_it() {
        let (a, b) =
            (head(json!({"sha256": "a", "bytes": 61204, "commit": "8c1f0a2b9d"})), head(json!({"sha256": "b"})));
        assert_eq!(change(&a, Some(&b)), Some("changed"));
        assert_eq!(change(&a, Some(&a)), Some("same text"));
        assert_eq!(change(&a, Some(&head(json!({})))), None, "nothing tells them apart");
        assert_eq!(change(&a, None), Some("first"));
        assert_eq!(facts(&a), ["61,204 bytes", "8c1f0a2"]);
        assert_eq!((facts(&b).len(), hidden(&b)), (0, None));
        assert_eq!(hidden(&head(json!({"secrets_hidden": 1}))).as_deref(), Some("1 secret hidden in this text"));
    }
}
