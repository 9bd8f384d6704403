//! Platforms: the kinds of device the workers can talk to. NetRaven has no such resource.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;

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
    /// Platforms that can be used.
    pub items: Vec<Platform>,
    /// Sentences naming the files and fields that were refused.
    pub refused: Vec<String>,
}

endpoint! { ListPlatforms: Get "/platforms/" by User => Platforms }
