//! What web view and shell say to each other beside REST calls: the session, settings, dialogs, the sample lab.
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
pub use offer::{Deed, Feature, Missing};

/// Name of the event that carries a new [`Session`].
pub const SESSION_EVENT: &str = "session";

/// Where the window's data comes from, and who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::large_enum_variant, reason = "one is alive at a time; a box would be on no wire")
)]
pub enum Session {
    /// First start: the person chooses between this computer and a server.
    Choose {
        /// Servers used before.
        profiles: Vec<Profile>,
    },
    /// The embedded backend starts, or a server is being reached.
    Starting {
        /// What is being done, as a sentence.
        step: String,
    },
    /// What runs here is being stopped, before another place is chosen or the application ends.
    Stopping {
        /// What is being done, as a sentence.
        step: String,
    },
    /// It could not be started or reached.
    Failed {
        /// Why, with what to do.
        problem: Problem,
        /// Whether it was the embedded backend.
        embedded: bool,
    },
    /// A server is reached; a person has to sign in (again).
    SignIn {
        /// Base URL.
        url: String,
        /// User name used last.
        username: Option<String>,
        /// Why again, e.g. that the session ran out.
        reason: Option<String>,
    },
    /// Signed in.
    Ready(Ready),
}

/// A session one can work in.
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
    /// Where tokens and secrets are kept, when that is not the system's own store; a sentence for the status box.
    pub secrets_note: Option<String>,
    /// Folder of the embedded backend's data.
    pub data_dir: Option<String>,
    /// What the server is, and its version, e.g. "NetRaven API 1.0.0".
    #[serde(default)]
    pub server: String,
    /// What this server does not offer, each with the reason. Ask with [`Ready::offers`] and [`Ready::reason`].
    #[serde(default)]
    pub missing: Vec<Missing>,
    /// What every user of this server may do although it is for admins elsewhere. Ask with [`Ready::may`].
    #[serde(default)]
    pub open_to_users: Vec<Deed>,
    /// When the sign-in ends, if it does.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Whether the password is wanted again. The session goes on meanwhile: its data, its feeds and its screen stay, and
    /// [`Native::SignInAgain`] answers the wish.
    #[serde(default)]
    pub renewal: Renewal,
    /// What the person calls the server and how it is marked; none for this computer.
    #[serde(default)]
    pub profile: Option<Profile>,
}

impl Ready {
    /// Whether the signed-in person may do something on this server.
    #[must_use]
    pub fn may(&self, deed: Deed) -> bool {
        self.role == Role::Admin || self.open_to_users.contains(&deed)
    }

    /// Whether the server offers something.
    #[must_use]
    pub fn offers(&self, feature: Feature) -> bool {
        self.reason(feature).is_none()
    }

    /// Why the server does not offer something, as a sentence for a tooltip; none if it does.
    #[must_use]
    pub fn reason(&self, feature: Feature) -> Option<&str> {
        self.missing.iter().find(|missing| missing.feature == feature).map(|missing| missing.reason.as_str())
    }
}

/// Whether a session wants the password again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renewal {
    /// No.
    #[default]
    None,
    /// The sign-in ends within a minute; until then everything works.
    Soon,
    /// The sign-in has ended. Requests are held for a while and sent once the password was given.
    Now,
}

/// A server used before, and what a person calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Base URL.
    pub url: String,
    /// User name.
    pub username: String,
    /// What the person calls it; empty for its host. Ask with [`Profile::title`].
    #[serde(default)]
    pub name: String,
    /// Its mark in the window.
    #[serde(default)]
    pub colour: Colour,
    /// Whether it runs a network that people depend on: the window says so all the time, and asks for the name before it
    /// takes something away.
    #[serde(default)]
    pub production: bool,
}

impl Profile {
    /// A server without a name of its own yet.
    #[must_use]
    pub fn new(url: impl Into<String>, username: impl Into<String>) -> Profile {
        Profile { url: url.into(), username: username.into(), ..Profile::default() }
    }

    /// The given name, else host and port.
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
        /// Blue.
        Blue = "blue",
        /// Green.
        Green = "green",
        /// Amber.
        Amber = "amber",
        /// Red.
        Red = "red",
        /// Violet.
        Violet = "violet",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro of closed lists writes the type")]
impl Default for Colour {
    fn default() -> Colour {
        Colour::None
    }
}

/// A wish of the web view to the shell. Each names the reply it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one is alive at a time; a box would be on no wire")]
pub enum Native {
    /// The session as it is now: [`Session`].
    Session,
    /// Start (or start again) the embedded backend: nothing; [`SESSION_EVENT`] tells the rest.
    UseEmbedded,
    /// Try a start that failed once more: nothing; [`SESSION_EVENT`] tells the rest.
    Retry,
    /// Reach a server and sign in: nothing, or a [`Problem`].
    SignIn {
        /// Base URL.
        url: String,
        /// User name.
        username: String,
        /// Password.
        password: Secret,
        /// Keep the token in the system's store, so that the next start needs no password while it lasts.
        remember: bool,
    },
    /// Sign in again as the same user, within the session that is open ([`Ready::renewal`]): nothing, or a [`Problem`].
    /// Requests that were held are sent, and feeds go on where they stopped.
    SignInAgain {
        /// Password.
        password: Secret,
    },
    /// Take back a request whose answer nobody waits for any more: nothing. One that is held for a new sign-in is never sent;
    /// a change that is on its way to the server stays on its way.
    Withdraw {
        /// The number it was sent with.
        ticket: u64,
    },
    /// Forget the token and go back to the choice: nothing.
    SignOut,
    /// Change what a server used before is called and how it is marked, found by URL and user name: nothing, or a
    /// [`Problem`]; [`SESSION_EVENT`] tells the rest.
    EditProfile {
        /// The server as it shall be.
        profile: Profile,
    },
    /// Forget a server used before, and the token kept for it: nothing; [`SESSION_EVENT`] tells the rest.
    ForgetProfile {
        /// Base URL.
        url: String,
        /// User name.
        username: String,
    },
    /// A setting: the JSON value or null.
    GetSetting {
        /// Name, e.g. `theme`.
        name: String,
    },
    /// Changes a setting: nothing.
    SetSetting {
        /// Name.
        name: String,
        /// Value.
        value: serde_json::Value,
    },
    /// Draw the whole window larger or smaller, from 50 to 300 percent of the usual size: nothing.
    Zoom {
        /// In percent.
        percent: u16,
    },
    /// Lets a person choose a text file: [`PickedFile`] or null.
    PickFile {
        /// Title of the dialog.
        title: String,
        /// File name endings without the dot, e.g. `csv`.
        extensions: Vec<String>,
    },
    /// Lets a person choose a file and begins to write what a filter finds to it: [`ExportState`], or null where no file was
    /// chosen.
    Export {
        /// What is written.
        what: ExportWhat,
        /// How.
        format: ExportFormat,
    },
    /// The newest export as it is: [`ExportState`].
    ExportState,
    /// Stops the export and removes what was written: [`ExportState`].
    ExportStop,
    /// Starts the sample lab, adds its devices, credential and job, and runs the job: [`LabState`].
    LabStart {
        /// Number of simulated devices.
        devices: u16,
    },
    /// Stops the sample lab and removes what it added: [`LabState`].
    LabStop,
    /// The sample lab as it is: [`LabState`].
    LabState,
}

/// A chosen text file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickedFile {
    /// File name.
    pub name: String,
    /// Text.
    pub text: String,
}

/// State of the sample lab.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabState {
    /// Simulated devices that run; 0 if the lab is off.
    pub devices: u16,
    /// The run that was started with it.
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
        assert!(!ready.may(Deed::DeleteDevice), "for admins unless the server says otherwise");
        ready.open_to_users.push(Deed::DeleteDevice);
        assert!(ready.may(Deed::DeleteDevice) && !ready.may(Deed::DeleteJob));
        ready.missing.push(Missing { feature: Feature::CancelRun, reason: "No.".into() });
        assert_eq!((ready.reason(Feature::CancelRun), ready.offers(Feature::HostKeys)), (Some("No."), true));
    }
}
