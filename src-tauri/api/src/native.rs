//! Messages between web view and shell other than REST calls: the session, settings, dialogs, the sample lab.
//!
//! The shell has one command for REST (`call`, taking a [`crate::Request`]), one for the feed (`feed`, taking a
//! [`FeedStart`] and a channel of `Vec<FeedMessage>`; `feed_stop` ends it), and one for everything here (`native`, taking a
//! [`Native`]). It broadcasts one event, [`SESSION_EVENT`], whenever [`Session`] changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::RunId;
use crate::logs::StreamFilter;
use crate::problem::Problem;
use crate::secret::Secret;
use crate::users::Role;
use crate::words::words;

mod export;
mod offer;

pub use export::{ExportFormat, ExportState, ExportWhat};
pub use offer::{AdminAction, Feature, Missing};

/// Name of the event that carries a new [`Session`].
pub const SESSION_EVENT: &str = "session";

/// The source of the window's data, and the signed-in user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::large_enum_variant, reason = "one is alive at a time; a box would be on no wire")
)]
pub enum Session {
    /// First start: the person chooses between this computer and a server.
    Choose {
        /// Servers used before, the last one first.
        profiles: Vec<Profile>,
    },
    /// The embedded backend is starting, or a server is being contacted.
    Starting {
        /// What is being done, as a sentence.
        step: String,
    },
    /// The backend here is stopping, before another place is opened or the application ends.
    Stopping {
        /// What is being done, as a sentence.
        step: String,
    },
    /// The backend could not be started, or the server not reached.
    Failed {
        /// Why, with what to do.
        problem: Problem,
        /// Whether it was the embedded backend.
        embedded: bool,
    },
    /// The server was reached; a person has to sign in (again).
    SignIn {
        /// Base URL.
        url: String,
        /// User name used last.
        username: Option<String>,
        /// Why another sign-in is needed, e.g. that the session expired.
        reason: Option<String>,
    },
    /// Signed in.
    Ready(Ready),
}

/// A session to work in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// "On this computer", or the server's host.
    pub place: String,
    /// Base URL of the API.
    pub url: String,
    /// Whether the backend runs inside this application.
    pub embedded: bool,
    /// Who is signed in.
    pub username: String,
    /// As what.
    pub role: Role,
    /// Where tokens and secrets are kept if not in the system's own store; a sentence for the status box.
    pub secrets_note: Option<String>,
    /// Folder of the embedded backend's data.
    pub data_dir: Option<String>,
    /// The server's product and version, e.g. "NetRaven API 1.0.0".
    #[serde(default)]
    pub server: String,
    /// Features this server lacks, each with the reason. See [`Ready::offers`] and [`Ready::reason`].
    #[serde(default)]
    pub missing: Vec<Missing>,
    /// Actions every user may take on this server although they are normally for admins. See [`Ready::may`].
    #[serde(default)]
    pub open_to_users: Vec<AdminAction>,
    /// When the sign-in expires, if it does.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Whether the password is needed again. The session continues meanwhile: its data, its feeds and its screen stay, and
    /// [`Native::SignInAgain`] provides the password.
    #[serde(default)]
    pub renewal: Renewal,
    /// The person's name and mark for the server; none for this computer.
    #[serde(default)]
    pub profile: Option<Profile>,
}

impl Ready {
    /// Whether the signed-in user may take an action on this server.
    #[must_use]
    pub fn may(&self, action: AdminAction) -> bool {
        self.role == Role::Admin || self.open_to_users.contains(&action)
    }

    /// Whether the server has a feature.
    #[must_use]
    pub fn offers(&self, feature: Feature) -> bool {
        self.reason(feature).is_none()
    }

    /// Why the server lacks a feature, as a sentence for a tooltip; none if it has it.
    #[must_use]
    pub fn reason(&self, feature: Feature) -> Option<&str> {
        self.missing.iter().find(|missing| missing.feature == feature).map(|missing| missing.reason.as_str())
    }
}

/// Whether a session needs the password again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renewal {
    /// The password is not wanted.
    #[default]
    None,
    /// The sign-in expires within a minute; until then everything works.
    Soon,
    /// The sign-in has expired. Requests are held for a while and sent once the password is given.
    Now,
}

/// A server used before, and the person's name for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Base URL.
    pub url: String,
    /// User name.
    pub username: String,
    /// The person's name for it; empty to use its host. See [`Profile::title`].
    #[serde(default)]
    pub name: String,
    /// Its mark in the window.
    #[serde(default)]
    pub colour: Colour,
    /// Whether it runs a production network: the window always shows a warning, and asks for the name before it
    /// deletes anything.
    #[serde(default)]
    pub production: bool,
}

impl Profile {
    /// A server not yet named.
    #[must_use]
    pub fn new(url: impl Into<String>, username: impl Into<String>) -> Profile {
        Profile { url: url.into(), username: username.into(), ..Profile::default() }
    }

    /// The given name, otherwise host and port.
    #[must_use]
    pub fn title(&self) -> &str {
        if !self.name.is_empty() {
            return &self.name;
        }
        let place = self.url.split_once("://").map_or(self.url.as_str(), |(_, place)| place);
        place.split('/').next().unwrap_or(place)
    }
}

words! {
    /// The colour that marks a server in the window; never the only mark.
    pub enum Colour {
        /// No mark.
        None = "none",
        /// The blue mark.
        Blue = "blue",
        /// The green mark.
        Green = "green",
        /// The amber mark.
        Amber = "amber",
        /// The red mark.
        Red = "red",
        /// The violet mark.
        Violet = "violet",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro of closed lists writes the type")]
impl Default for Colour {
    fn default() -> Colour {
        Colour::None
    }
}

words! {
    /// The colours of the window.
    pub enum Theme {
        /// Light text on dark.
        Dark = "dark": "Dark",
        /// Dark text on light.
        Light = "light": "Light",
        /// Black, white and strong lines.
        Contrast = "contrast": "High contrast",
        /// As the system says.
        System = "system": "Match system",
    }
}

words! {
    /// How the window writes times.
    pub enum Times {
        /// In the time zone of this computer.
        Local = "local",
        /// In UTC.
        Utc = "utc",
        /// As "4 s ago".
        Relative = "relative",
    }
}

/// A request of the web view to the shell. Each documents the reply it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one is alive at a time; a box would be on no wire")]
pub enum Native {
    /// The current session: [`Session`].
    Session,
    /// Start (or restart) the embedded backend: nothing; progress follows as [`SESSION_EVENT`].
    UseEmbedded,
    /// Repeat a start that failed: nothing; progress follows as [`SESSION_EVENT`].
    Retry,
    /// Connect to a server and sign in: nothing, or a [`Problem`].
    SignIn {
        /// Base URL.
        url: String,
        /// User name.
        username: String,
        /// The user's password.
        password: Secret,
        /// Keep the token in the system's store, so that the next start needs no password while the token is valid.
        remember: bool,
    },
    /// Sign in again as the same user, within the open session ([`Ready::renewal`]): nothing, or a [`Problem`].
    /// Held requests are sent, and feeds continue where they stopped.
    SignInAgain {
        /// The user's password.
        password: Secret,
    },
    /// Withdraw a request whose answer is no longer wanted: nothing. One held for a new sign-in is never sent;
    /// a change already on its way to the server is not recalled.
    Withdraw {
        /// The ticket it was sent with.
        ticket: u64,
    },
    /// Forget the token and return to the choice: nothing.
    SignOut,
    /// Change the name and mark of a server used before, found by URL and user name: nothing, or a
    /// [`Problem`]; the new state follows as [`SESSION_EVENT`].
    EditProfile {
        /// The profile with the new values.
        profile: Profile,
    },
    /// Forget a server used before, and the token kept for it: nothing; the new state follows as [`SESSION_EVENT`].
    ForgetProfile {
        /// Base URL.
        url: String,
        /// User name.
        username: String,
    },
    /// Read a setting: its JSON value or null.
    GetSetting {
        /// Name, e.g. `theme`.
        name: String,
    },
    /// Change a setting: nothing.
    SetSetting {
        /// Name, e.g. `theme`.
        name: String,
        /// The JSON value to store.
        value: serde_json::Value,
    },
    /// Draw the whole window larger or smaller, from 50 to 300 percent of the normal size: nothing.
    Zoom {
        /// Zoom factor in percent.
        percent: u16,
    },
    /// Let a person choose a text file: [`PickedFile`] or null.
    PickFile {
        /// Title of the dialog.
        title: String,
        /// File name endings without the dot, e.g. `csv`.
        extensions: Vec<String>,
    },
    /// Let a person choose where to save a text, and write it there: the file's name, or null if no file was chosen.
    SaveFile {
        /// Title of the dialog.
        title: String,
        /// Suggested name of the file.
        name: String,
        /// The text.
        text: String,
    },
    /// Let a person choose a file and start writing the results of a filter to it: [`ExportState`], or null if no file was
    /// chosen.
    Export {
        /// What is exported.
        what: ExportWhat,
        /// Format of the file.
        format: ExportFormat,
    },
    /// State of the newest export: [`ExportState`].
    ExportState,
    /// Stop the export and remove its file: [`ExportState`].
    ExportStop,
    /// Start the sample lab, add its devices, credential and job, and run the job: [`LabState`].
    LabStart {
        /// Number of simulated devices.
        devices: u16,
    },
    /// Stop the sample lab and remove what it added: [`LabState`].
    LabStop,
    /// State of the sample lab: [`LabState`].
    LabState,
}

/// A text file a person chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickedFile {
    /// File name.
    pub name: String,
    /// The file's content.
    pub text: String,
}

/// State of the sample lab.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabState {
    /// Number of running simulated devices; 0 if the lab is off.
    pub devices: u16,
    /// Id of the run started with it.
    pub run_id: Option<RunId>,
}

/// Tag that every device, credential and job of the sample lab carries.
pub const LAB_TAG: &str = "sample-lab";

/// Opens the feed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FeedStart {
    /// What to send.
    pub filter: StreamFilter,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::Role;

    #[test]
    fn a_session_told_without_its_newer_fields_offers_everything() {
        let text = r#"{"place":"x","url":"http://x","embedded":false,"username":"ann","role":"user",
            "secrets_note":null,"data_dir":null}"#;
        let mut ready: Ready = serde_json::from_str(text).unwrap();
        assert_eq!((ready.role, ready.renewal, ready.offers(Feature::CancelRun)), (Role::User, Renewal::None, true));
        assert!(!ready.may(AdminAction::DeleteDevice), "for admins unless the server says otherwise");
        ready.open_to_users.push(AdminAction::DeleteDevice);
        assert!(ready.may(AdminAction::DeleteDevice) && !ready.may(AdminAction::DeleteJob));
        ready.missing.push(Missing { feature: Feature::CancelRun, reason: "No.".into() });
        assert_eq!((ready.reason(Feature::CancelRun), ready.offers(Feature::HostKeys)), (Some("No."), true));
    }
}
