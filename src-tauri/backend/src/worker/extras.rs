//! What a backup brings beside the configuration: whether it is saved, and files that are kept sealed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use netraven_api::DeviceId;
use netraven_api::evidence::{Evidence, FileSeen};
use netraven_api::startup::SavedState;

use super::patience::Undone;
use crate::places::kept_file_context;
use crate::platforms::Redaction;
use crate::platforms::startup::aligned;
use crate::platforms::{Definition, significant};
use crate::seal::SealKey;
use crate::session::{FetchedFile, Reading, StartupRead, Unread};
use crate::snapshots::sha256_of_bytes;
use crate::store::kept_files::NewFile;
use crate::store::startup::{NewStartup, StartupOutcome};

/// Bytes of a part of a kept file.
const PART: usize = 4 * 1024 * 1024;
/// Bytes of the largest startup configuration that is stored.
const LARGEST: usize = 16 * 1024 * 1024;
/// How long a difference is minimised.
const DIFFERENCE: Duration = Duration::from_secs(2);

/// What was found beside a configuration, secrets hidden.
pub(super) struct BackupExtras {
    pub(super) startup: StartupOutcome,
    pub(super) files: Vec<NewFile>,
    /// Each file that was asked for.
    seen: Vec<FileSeen>,
}

impl BackupExtras {
    /// Takes them out of a reading.
    pub(super) fn of(
        definition: &Definition,
        reading: &mut Reading,
        redaction: &Redaction,
        seal: &SealKey,
        device_id: DeviceId,
    ) -> BackupExtras {
        let startup = match reading.startup.take() {
            None => StartupOutcome::NotOffered,
            Some(read) => StartupOutcome::Seen(new_startup(definition, read, redaction)),
        };
        let mut extras = BackupExtras { startup, files: Vec::new(), seen: Vec::new() };
        for FetchedFile { path, bytes } in std::mem::take(&mut reading.files) {
            let path = redaction.sentence(&path);
            let seen = match bytes {
                Err(unread) => FileSeen { path, reason: Some(reason(&unread, redaction)), ..FileSeen::default() },
                Ok(bytes) => {
                    let file = sealed(path, &bytes, seal, device_id);
                    let (path, sha256) = (file.path.clone(), Some(file.sha256.clone()));
                    let seen = FileSeen { path, sha256, bytes: Some(file.bytes), reason: None };
                    extras.files.push(file);
                    seen
                }
            };
            extras.seen.push(seen);
        }
        extras
    }

    /// With the startup configuration as it is shown beside the running one, whose text is `running`.
    pub(super) async fn beside(self, definition: &Arc<Definition>, running: &str) -> Result<BackupExtras, Undone> {
        let StartupOutcome::Seen(NewStartup { text: Some(text), .. }) = &self.startup else { return Ok(self) };
        let (definition, running, text) = (Arc::clone(definition), running.to_owned(), text.clone());
        // Not work for a thread that serves requests.
        let work = move || aligned(&definition, &running, &text, Instant::now() + DIFFERENCE);
        let text = tokio::task::spawn_blocking(work).await.map_err(|error| Undone::Broken(error.into()))?;
        let startup = match self.startup {
            StartupOutcome::Seen(new) => StartupOutcome::Seen(NewStartup { text: Some(text), ..new }),
            other => other,
        };
        Ok(BackupExtras { startup, ..self })
    }

    /// Evidence that says so.
    pub(super) fn evidence(&self) -> Evidence {
        let (startup, startup_reason) = match &self.startup {
            StartupOutcome::Seen(new) => (Some(new.state.into()), new.reason.clone()),
            StartupOutcome::NotOffered | StartupOutcome::Untouched => (None, None),
        };
        Evidence { startup, startup_reason, files: self.seen.clone(), ..Evidence::default() }
    }

    /// What is to be said behind the message of a success: nothing where all is well.
    pub(super) fn sentences(&self) -> String {
        let mut said = String::new();
        match &self.startup {
            StartupOutcome::Seen(NewStartup { state: SavedState::Unsaved, .. }) => {
                said.push_str(" The device has unsaved changes.");
            }
            StartupOutcome::Seen(NewStartup { state: SavedState::Unknown, reason: Some(reason), .. }) => {
                said.push_str(&format!(" Whether its changes are saved is not known: {reason}"));
            }
            _ => {}
        }
        for FileSeen { path, reason, .. } in &self.seen {
            if let Some(reason) = reason {
                said.push_str(&format!(" The file `{path}` was not kept: {reason}"));
            }
        }
        said
    }
}

fn new_startup(definition: &Definition, read: StartupRead, redaction: &Redaction) -> NewStartup {
    let checked_at = Timestamp::now();
    let found = |state, text, reason| NewStartup { state, checked_at, text, reason };
    match read {
        StartupRead::Saved => found(SavedState::Saved, None, None),
        StartupRead::Unread(unread) => found(SavedState::Unknown, None, Some(reason(&unread, redaction))),
        StartupRead::Unsaved(text) if text.len() > LARGEST => {
            let limit = LARGEST / (1024 * 1024);
            let reason = format!("The startup configuration is larger than the {limit} MiB that are stored.");
            found(SavedState::Unsaved, None, Some(reason))
        }
        StartupRead::Unsaved(text) => {
            let hidden = redaction.configuration(&significant(definition, &text)).text;
            found(SavedState::Unsaved, Some(hidden), None)
        }
    }
}

fn reason(unread: &Unread, redaction: &Redaction) -> String {
    let message = redaction.sentence(&unread.message);
    match &unread.said {
        Some(said) => format!("{message} It said: `{}`.", redaction.quoted(said)),
        None => message,
    }
}

fn sealed(path: String, bytes: &[u8], seal: &SealKey, device_id: DeviceId) -> NewFile {
    let sha256 = sha256_of_bytes(bytes);
    // An empty file has one part too.
    let pieces: Vec<&[u8]> = if bytes.is_empty() { vec![bytes] } else { bytes.chunks(PART).collect() };
    let part = |(place, piece): (usize, &&[u8])| seal.seal(&kept_file_context(device_id, &sha256, place), piece);
    let parts = pieces.iter().enumerate().map(part).collect();
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    NewFile { path, bytes: length, fetched_at: Timestamp::now(), parts, sha256 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::{Known, Registry};

    fn redaction(definition: &Definition) -> Redaction {
        Redaction::new(definition, &[7; 32], Vec::new(), Arc::new(Known::new(["lemon".to_owned()], &[7; 32])))
    }

    #[test]
    fn an_unsaved_startup_configuration_is_stored_with_its_secrets_hidden() {
        let ios = Registry::load(None).0.get("cisco_ios").expect("built in");
        let text = "Using 1605 out of 524288 bytes\nhostname a\nsnmp-server community QZpublic RO\nend\n";
        let found = new_startup(&ios, StartupRead::Unsaved(text.to_owned()), &redaction(&ios));
        let stored = found.text.unwrap();
        assert!(stored.starts_with("hostname a\n") && !stored.contains("QZpublic"), "{stored}");
        assert_eq!((found.state, found.reason), (SavedState::Unsaved, None));
        let large = "interface 1\n".repeat(LARGEST / 12 + 1);
        let found = new_startup(&ios, StartupRead::Unsaved(large), &redaction(&ios));
        assert_eq!((found.state, found.text), (SavedState::Unsaved, None));
        assert!(found.reason.unwrap().contains("larger than the 16 MiB"));
    }

    #[test]
    fn what_could_not_be_read_is_said_without_secrets() {
        let ios = Registry::load(None).0.get("cisco_ios").expect("built in");
        let unread = Unread { message: "It failed.".to_owned(), said: Some("% lemon may not".to_owned()) };
        let found = new_startup(&ios, StartupRead::Unread(unread), &redaction(&ios));
        assert_eq!((found.state, found.text), (SavedState::Unknown, None));
        let reason = found.reason.unwrap();
        assert!(reason.starts_with("It failed. It said: `% ") && !reason.contains("lemon"), "{reason}");
    }

    #[test]
    fn a_file_is_sealed_in_parts_that_open_in_their_place_alone() {
        let (seal, bytes) = (SealKey::generate(), vec![7; PART + 1]);
        let file = sealed("/a".to_owned(), &bytes, &seal, 5.into());
        assert_eq!((file.parts.len(), file.bytes), (2, i64::try_from(PART + 1).unwrap()));
        let open =
            |device: i64, place: usize| seal.open(&kept_file_context(device, &file.sha256, place), &file.parts[1]);
        assert_eq!(open(5, 1).unwrap().len(), 1);
        assert!(open(5, 0).is_err() && open(6, 1).is_err());
        assert_eq!(sealed("/a".to_owned(), b"", &seal, 5.into()).parts.len(), 1);
        assert!(!format!("{file:?}").contains("parts"));
    }
}
