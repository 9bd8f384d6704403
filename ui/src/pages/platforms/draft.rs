//! A platform as it is edited, before it is saved.

use netraven_api::platforms::bundle::Bundle;
use netraven_api::platforms::{CheckedPlatform, PlatformFile, PlatformRecording, SavePlatform, SavedPlatform};

/// A platform that is edited.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlatformDraft {
    /// The text of its file.
    pub text: String,
    /// Its recordings.
    pub recordings: Vec<PlatformRecording>,
    /// What it is a change of; none for a new one.
    pub saved: Option<SavedPlatform>,
    /// Where it comes from, if a person should know that.
    pub note: Option<String>,
}

impl PlatformDraft {
    /// A new platform with this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> PlatformDraft {
        PlatformDraft { text: text.into(), ..PlatformDraft::default() }
    }

    /// A change of a saved platform.
    #[must_use]
    pub fn of(file: PlatformFile) -> PlatformDraft {
        PlatformDraft { text: file.text, recordings: file.recordings, saved: Some(file.saved), note: None }
    }

    /// What an export wrote, or the text of a platform's file.
    ///
    /// # Errors
    /// A sentence about a mark that cannot be understood.
    pub fn imported(text: &str) -> Result<PlatformDraft, String> {
        let Bundle { text, recordings } = Bundle::read(text)?;
        Ok(PlatformDraft { text, recordings, ..PlatformDraft::default() })
    }

    /// What is to be saved once the text was checked: a change of the saved platform, unless the text has another name.
    #[must_use]
    pub fn request(&self, text: String, recordings: Vec<PlatformRecording>, checked: &CheckedPlatform) -> SavePlatform {
        let is_same = |saved: &&SavedPlatform| Some(&saved.name) == checked.name.as_ref();
        let based_on = self.saved.as_ref().filter(is_same).map(|saved| saved.version);
        SavePlatform { text, based_on, recordings }
    }
}

/// Whether a file is one of which a skeleton can be made.
#[must_use]
pub fn is_foreign(file: &str) -> bool {
    [".rb", ".py", ".yaml", ".yml"].iter().any(|ending| file.to_lowercase().ends_with(ending))
}

/// A name for a recording after that of its file, as none of the others has it.
#[must_use]
pub fn free_name(file: &str, taken: &[PlatformRecording]) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let name: String = stem.chars().map(|letter| if fits(letter) { letter } else { '-' }).take(50).collect();
    let name = if name.is_empty() { "recording".to_owned() } else { name };
    let is_taken = |name: &str| taken.iter().any(|recording| recording.name == name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(name: &str) -> PlatformRecording {
        PlatformRecording { name: name.to_owned(), session: String::new(), expected: None }
    }

    #[test]
    fn a_change_names_its_version_and_another_name_makes_it_new() {
        let saved = SavedPlatform {
            name: "acme_os".to_owned(),
            version: 7,
            changed_by: "ann".to_owned(),
            changed_at: jiff::Timestamp::UNIX_EPOCH,
            recordings: 0,
        };
        let draft = PlatformDraft { saved: Some(saved), ..PlatformDraft::default() };
        let checked = |name: &str| CheckedPlatform { name: Some(name.to_owned()), ..CheckedPlatform::default() };
        let based_on = |name: &str| draft.request(String::new(), Vec::new(), &checked(name)).based_on;
        assert_eq!((based_on("acme_os"), based_on("acme_os_2")), (Some(7), None));
    }

    #[test]
    fn a_recording_gets_a_name_of_its_own_that_the_server_takes() {
        assert_eq!(free_name("plain switch.toml", &[]), "plain-switch");
        assert_eq!(free_name("session.toml", &[recording("session"), recording("session-2")]), "session-3");
        assert_eq!(free_name(".toml", &[]), "recording");
    }

    #[test]
    fn a_skeleton_is_offered_for_files_of_others() {
        assert!(is_foreign("IOS.RB") && is_foreign("a.yml") && !is_foreign("acme.toml") && !is_foreign("rb"));
    }
}
