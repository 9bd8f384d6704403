//! The recorded sessions under `devices/`, each with what its case says of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use netraven_api::startup::SavedState;
use netraven_lab::Recording;
use serde::Deserialize;

/// A folder under `devices/<platform>/`.
pub struct Case {
    pub folder: PathBuf,
    pub recording: Recording,
    pub says: CaseFile,
    /// The text as it is stored.
    pub expected: String,
}

/// What has to come of a recording.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    pub hidden: usize,
    pub secrets: Vec<String>,
    pub kept: Vec<String>,
    pub gone: Vec<String>,
    /// Whether the device's changes are saved; absent where its platform has no startup configuration.
    pub startup: Option<SavedState>,
    pub facts: CaseFacts,
}

#[derive(Deserialize, Default, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct CaseFacts {
    pub model: Option<String>,
    pub serial: Option<String>,
    pub version: Option<String>,
}

impl From<netraven_api::evidence::Facts> for CaseFacts {
    fn from(facts: netraven_api::evidence::Facts) -> CaseFacts {
        CaseFacts { model: facts.model, serial: facts.serial, version: facts.version }
    }
}

impl Case {
    fn read(folder: PathBuf) -> anyhow::Result<Case> {
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).with_context(|| path.display().to_string())
        };
        let about = || folder.display().to_string();
        let recording = Recording::parse(&text("session.toml")?).with_context(about)?;
        let says = toml::from_str(&text("case.toml")?).with_context(about)?;
        let expected = text("expected.cfg")?;
        Ok(Case { folder, recording, says, expected })
    }

    /// A sentence about this case.
    pub fn sentence(&self, about: impl std::fmt::Display) -> String {
        format!("{}: {about}", self.folder.display())
    }
}

/// Every case, by folder.
pub fn all() -> anyhow::Result<Vec<Case>> {
    let mut folders = Vec::new();
    for platform in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("devices"))? {
        for case in fs::read_dir(platform?.path())? {
            folders.push(case?.path());
        }
    }
    folders.sort();
    folders.into_iter().map(Case::read).collect()
}
