//! Platforms: the kinds of device the workers can talk to. NetRaven has no such resource.

pub mod bundle;
mod own;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::words::words;

pub use own::{
    CheckPlatform, CheckedPlatform, DeletePlatform, GetSavedPlatform, MOST_RECORDINGS, PlatformFile, PlatformRecording,
    PlatformSkeleton, SavePlatform, SavedPlatform, SketchPlatform,
};

words! {
    /// How far a platform is proven.
    pub enum PlatformEvidence {
        /// By recordings of whole sessions with real devices.
        Session = "session": "Recorded session",
        /// By answers or prompts of real devices.
        Answers = "answers": "Recorded answers",
        /// By the vendor's documentation alone.
        Documentation = "documentation": "Documentation only",
    }
}

words! {
    /// Where the definition of a platform comes from.
    pub enum PlatformSource {
        /// It is built in.
        BuiltIn = "built_in": "Built in",
        /// It was saved by an admin, or is a file in the server's folder; no built-in platform has its name.
        Own = "own": "Yours",
        /// The same, used instead of the built-in platform of the same name.
        Replaces = "replaces": "Yours, replaces built-in",
    }
}

words! {
    /// What a command of a platform is sent for.
    pub enum CommandPurpose {
        /// Its answer is the configuration, or a part of it.
        Config = "config": "Configuration",
        /// Its answer is the startup configuration, or a part of it.
        Startup = "startup": "Startup configuration",
        /// Its answer holds model, serial number or version.
        Facts = "facts": "Facts",
        /// It is a file that is kept sealed.
        File = "file": "Kept file",
    }
}

/// The platform of a device that is to be recognised. It stands beside the others in [`Platforms`]; no definition has
/// this name.
pub const AUTO: &str = "auto";

words! {
    /// How sure it is that a device has a platform.
    pub enum Certainty {
        /// The device says so itself, its prompt fits, and no other platform matches as well.
        Certain = "certain": "certain",
        /// It matches better than all others.
        Likely = "likely": "likely",
        /// Others match as well, or it hardly matches.
        Unsure = "unsure": "unsure",
    }
}

/// The platform that a device was recognised as having.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recognised {
    /// Name of the platform.
    pub platform: String,
    /// How sure it is.
    pub sure: Certainty,
    /// When it was recognised.
    pub at: Timestamp,
}

/// A platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Platform {
    /// Netmiko's `device_type`, e.g. `cisco_ios`.
    pub name: String,
    /// Name for people, e.g. "Cisco IOS / IOS XE".
    pub title: String,
    /// Vendor for people, e.g. "Cisco".
    pub vendor: String,
    /// Whether it was saved by an admin, or is defined in the server's folder.
    pub custom: bool,
    /// Where its definition comes from; absent if the server does not report it.
    #[serde(default)]
    pub source: Option<PlatformSource>,
    /// How far it is proven; absent if its file does not say so.
    #[serde(default)]
    pub evidence: Option<PlatformEvidence>,
    /// Name of the platform from which it takes everything that its own file does not say.
    #[serde(default)]
    pub extends: Option<String>,
    /// Path of its file in the server's folder; absent if it is not defined there.
    #[serde(default)]
    pub file: Option<String>,
    /// What is saved under its name; absent if nothing is. If it also has a file, this server uses the file.
    #[serde(default)]
    pub saved: Option<SavedPlatform>,
    /// How many devices use it; absent if the server does not report it.
    #[serde(default)]
    pub devices: Option<i64>,
}

/// A file in the server's folder, or a saved platform, that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedPlatform {
    /// Path of the file, or what a saved platform is spoken of by.
    pub file: String,
    /// Name of the saved platform that is refused; absent for a file in the server's folder.
    #[serde(default)]
    pub saved: Option<String>,
    /// The line, counted from one; absent where it concerns the whole file, such as a field that is missing.
    #[serde(default)]
    pub line: Option<i64>,
    /// The field, as a dotted path such as `commands[1].end`; absent where it concerns the whole file.
    #[serde(default)]
    pub field: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub advice: String,
}

/// Lists platforms by title, and what was refused. Files and saved platforms that have changed are read again first.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListPlatforms;

/// Answer to [`ListPlatforms`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Platforms {
    /// Platforms that can be used; the first is [`AUTO`], where devices can be recognised.
    pub items: Vec<Platform>,
    /// Sentences naming the files and fields that were refused.
    pub refused: Vec<String>,
    /// The same refusals in their parts.
    #[serde(default)]
    pub refusals: Vec<RefusedPlatform>,
    /// The server's folder of such files; absent if it does not report it.
    #[serde(default)]
    pub folder: Option<String>,
}

endpoint! { ListPlatforms: Get "/platforms/" by User => Platforms }

/// Reads the files in the server's folder again, and has further workers read theirs. Sessions under way keep the
/// definition they began with.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReloadPlatforms;

endpoint! { ReloadPlatforms: Post "/platforms/reload" by Admin => Platforms }

/// Reads one platform: what is sent, how its prompt looks, and the text of its file. What is not built in may hold
/// passwords: only admins may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetPlatform {
    /// Name of the platform.
    #[cfg_attr(feature = "openapi", schema(max_length = 255))]
    pub name: String,
}

/// A command of a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformCommand {
    /// What is sent; for a file that is fetched, `sftp:` and its path.
    pub send: String,
    /// What is sent instead if the device refuses that, in order.
    pub or_else: Vec<String>,
    /// What it is sent for.
    pub purpose: CommandPurpose,
}

/// Answer to [`GetPlatform`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformDetails {
    /// Its name.
    pub name: String,
    /// Its commands, in the order in which they are sent.
    pub commands: Vec<PlatformCommand>,
    /// The pattern of a prompt; absent where nothing is typed into a shell.
    pub prompt: Option<String>,
    /// The pattern of a privileged session's prompt; absent where there is no such mode.
    pub privileged: Option<String>,
    /// The commands that lead to a privileged session, in order.
    pub privilege: Vec<String>,
    /// The commands that turn paging off.
    pub paging_off: Vec<String>,
    /// How many patterns recognise a pager.
    pub pagers: i64,
    /// How many rules hide a secret in a line, or a block of lines.
    pub secrets: i64,
    /// How many rules leave out lines that are not stored, or blocks of them.
    pub volatile: i64,
    /// How many rules name lines that are stored but not compared, or blocks of them.
    pub unstable: i64,
    /// The text of its file.
    pub text: String,
}

endpoint! { GetPlatform: Get "/platforms/file" by User => PlatformDetails, |it, to| to.query(it) }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint as _;

    #[test]
    fn a_list_of_an_older_server_is_still_read() {
        let linux = r#"{"name": "linux", "title": "Linux", "vendor": "Linux", "custom": false}"#;
        let told = format!(r#"{{"items": [{linux}], "refused": []}}"#);
        let list: Platforms = serde_json::from_str(&told).unwrap();
        assert_eq!((list.items[0].source, list.items[0].evidence, list.items[0].devices), (None, None, None));
        assert!(list.refusals.is_empty() && list.folder.is_none() && list.items[0].saved.is_none());
    }

    #[test]
    fn the_words_on_the_wire_are_those_of_the_files() {
        let written = PlatformEvidence::ALL.map(|evidence| serde_json::to_string(&evidence).unwrap());
        assert_eq!(written, ["\"session\"", "\"answers\"", "\"documentation\""]);
        assert_eq!(PlatformEvidence::Documentation.title(), "Documentation only");
    }

    #[test]
    fn one_platform_is_asked_for_by_its_name() {
        let request = GetPlatform { name: "cisco_ios".to_owned() }.request();
        assert_eq!(request.path, "/platforms/file?name=cisco_ios");
    }
}
