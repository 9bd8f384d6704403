//! Platforms: the kinds of device the workers can talk to. NetRaven has no such resource.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::words::words;

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
    /// Whether it is defined in the user's folder.
    pub custom: bool,
}

/// Lists platforms by title, and refused files in the user's folder.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListPlatforms;

/// Answer to [`ListPlatforms`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Platforms {
    /// Platforms that can be used; the first is [`AUTO`], where devices can be recognised.
    pub items: Vec<Platform>,
    /// Sentences naming the files and fields that were refused.
    pub refused: Vec<String>,
}

endpoint! { ListPlatforms: Get "/platforms/" by User => Platforms }
