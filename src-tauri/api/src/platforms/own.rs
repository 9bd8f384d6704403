//! Platforms that admins save: kept in the database, and used by every server and worker without a restart.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RefusedPlatform;
use crate::endpoint::endpoint;

/// Most recordings of a platform.
pub const MOST_RECORDINGS: usize = 20;

/// What is known of a saved platform beside its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedPlatform {
    /// Its name.
    pub name: String,
    /// Number of its last change. A change names the version it was based on.
    pub version: i64,
    /// Name of the user who changed it last.
    pub changed_by: String,
    /// When that was.
    pub changed_at: Timestamp,
    /// How many recordings are saved beside it.
    pub recordings: i64,
}

/// A recorded session that a platform has to read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformRecording {
    /// Its name among those of the platform: letters, digits, dashes, dots and underscores.
    pub name: String,
    /// The text of `session.toml`: what the device says, command by command.
    pub session: String,
    /// What is to be stored of it, secrets hidden. If it is absent, the first replay that succeeds fills it in.
    #[serde(default)]
    pub expected: Option<String>,
}

/// A recording may hold the secrets of a device.
impl fmt::Debug for PlatformRecording {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PlatformRecording").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Checks the text of a platform's file. Nothing is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckPlatform {
    /// The text.
    #[cfg_attr(feature = "openapi", schema(max_length = 262144))]
    pub text: String,
}

/// Answer to [`CheckPlatform`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckedPlatform {
    /// The name it gives its platform; absent if the text was refused.
    #[serde(default)]
    pub name: Option<String>,
    /// Why the text was refused; absent if it can be used.
    #[serde(default)]
    pub refusal: Option<RefusedPlatform>,
    /// Whether a built-in platform has this name and would be replaced.
    #[serde(default)]
    pub replaces_built_in: bool,
    /// What is saved under this name already.
    #[serde(default)]
    pub saved: Option<SavedPlatform>,
    /// Path of the file in the server's folder that has the same name: on that server it is used instead.
    #[serde(default)]
    pub covered_by: Option<String>,
}

endpoint! { CheckPlatform: Post "/platforms/check" by Admin => CheckedPlatform, |it, to| to.json(it) }

/// Saves a platform, if all its recordings and those of the saved platforms that extend it are read as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavePlatform {
    /// The text of its file; the name in it is that of the platform.
    #[cfg_attr(feature = "openapi", schema(max_length = 262144))]
    pub text: String,
    /// The version that was changed; absent for a platform that is not saved yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub based_on: Option<i64>,
    /// Its recordings, 20 at most. They replace those saved before.
    #[serde(default)]
    pub recordings: Vec<PlatformRecording>,
}

endpoint! { SavePlatform: Put "/platforms/saved" by Admin => SavedPlatform, |it, to| to.json(it) }

/// Reads a saved platform whole, to change it or to write it to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetSavedPlatform {
    /// Name of the platform.
    #[cfg_attr(feature = "openapi", schema(max_length = 255))]
    pub name: String,
}

/// Answer to [`GetSavedPlatform`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformFile {
    /// Its version, and who changed it.
    pub saved: SavedPlatform,
    /// The text of its file.
    pub text: String,
    /// Its recordings.
    pub recordings: Vec<PlatformRecording>,
}

endpoint! { GetSavedPlatform: Get "/platforms/saved" by Admin => PlatformFile, |it, to| to.query(it) }

/// Deletes a saved platform with its recordings. Devices that have it then use the built-in platform of its name;
/// without one, a platform that devices have is not deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletePlatform {
    /// Name of the platform.
    #[cfg_attr(feature = "openapi", schema(max_length = 255))]
    pub name: String,
    /// The version that is to be deleted.
    pub version: i64,
}

endpoint! { DeletePlatform: Delete "/platforms/saved" by Admin => 204 (), |it, to| to.query(it) }

/// Makes the skeleton of a platform's file from an Oxidized model or a scrapli definition. Nothing is executed or
/// saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SketchPlatform {
    /// Name of the file, from which the platform gets its name.
    #[cfg_attr(feature = "openapi", schema(max_length = 255))]
    pub file: String,
    /// The text of the file.
    #[cfg_attr(feature = "openapi", schema(max_length = 262144))]
    pub text: String,
}

/// Answer to [`SketchPlatform`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformSkeleton {
    /// What the file is: `Oxidized model` or `scrapli definition`.
    pub of: String,
    /// The text of the skeleton. It is not proven, and its comments name what could not be taken.
    pub text: String,
    /// How many parts of the file could not be taken.
    pub left_out: i64,
}

endpoint! { SketchPlatform: Post "/platforms/skeleton" by Admin => PlatformSkeleton, |it, to| to.json(it) }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint as _;

    #[test]
    fn a_saved_platform_is_named_in_the_query() {
        let request = DeletePlatform { name: "acme_os".to_owned(), version: 7 }.request();
        assert_eq!(request.path, "/platforms/saved?name=acme_os&version=7");
        let request = SavePlatform { text: String::new(), based_on: None, recordings: Vec::new() }.request();
        assert_eq!(request.body, Some(serde_json::json!({ "text": "", "recordings": [] })));
    }

    #[test]
    fn what_a_device_said_is_not_printed() {
        let session = "password hunter2".to_owned();
        let recording = PlatformRecording { name: "plain".to_owned(), session, expected: None };
        assert_eq!(format!("{recording:?}"), "PlatformRecording { name: \"plain\", .. }");
    }
}
