//! Jump hosts: SSH servers through which devices are reached. Not part of NetRaven.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::devices::TrustedKey;
use crate::endpoint::endpoint;
use crate::evidence::ShownKey;
use crate::ids::{CredentialId, JumpHostId};
use crate::nullable::given;
use crate::page::Page;
use crate::sorting::{JumpHostColumn, Order};
use crate::words::{Open, words};

/// How many jump hosts may stand one behind the other.
pub const LONGEST_CHAIN: usize = 3;

/// A jump host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JumpHost {
    /// Id of the jump host.
    pub id: JumpHostId,
    /// Name, unique.
    pub name: String,
    /// IPv4 or IPv6 address, or a name; of one behind another, as that one reaches it.
    pub address: String,
    /// TCP port.
    pub port: i64,
    /// Id of the credential it is signed in to with.
    pub credential_id: CredentialId,
    /// User name of that credential.
    pub username: String,
    /// The jump host it is reached through; absent where the worker connects to it.
    #[serde(default)]
    pub through: Option<JumpHostId>,
    /// Name of that jump host.
    #[serde(default)]
    pub through_name: Option<String>,
    /// Whether devices without another choice are reached through it.
    #[serde(default)]
    pub is_default: bool,
    /// Remarks, free text.
    #[serde(default)]
    pub note: Option<String>,
    /// Its stored host key; absent until the first sign-in.
    #[serde(default)]
    pub host_key: Option<JumpHostKey>,
    /// The other key it showed last, under which no password was sent; absent once it is trusted.
    #[serde(default)]
    pub offered_key: Option<OfferedKey>,
    /// How many devices are reached through it.
    #[serde(default)]
    pub devices: i64,
}

/// The stored host key of a jump host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JumpHostKey {
    /// The key.
    pub key: ShownKey,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// The admin who trusted it in place of another key; none for a key stored on first use.
    #[serde(default)]
    pub trusted_by: Option<String>,
}

/// A key that a jump host showed instead of the stored one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferedKey {
    /// The key.
    pub key: ShownKey,
    /// When it was last shown.
    pub seen_at: Timestamp,
}

words! {
    /// Who chose how a device is reached.
    pub enum WayChoice {
        /// The device itself.
        Device = "device": "chosen for this device",
        /// One of its tags.
        Tag = "tag": "chosen by its tags",
        /// The server, for all devices without another choice.
        Server = "server": "the server's default",
    }
}

/// How a device is reached, and who chose that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceWay {
    /// The jump hosts before it by name, the one nearest to the worker first; empty if it is reached directly.
    #[serde(default)]
    pub names: Vec<String>,
    /// Who chose it; absent if nobody did, so that the device is reached directly.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub chosen_by: Option<Open<WayChoice>>,
    /// Which jump host each tag says, where they disagree: the device is not reached then.
    #[serde(default)]
    pub disagreement: Option<String>,
}

/// Body of a new jump host, and of a change (absent fields stay).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JumpHostInput {
    /// Name; needed for a new jump host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, pattern = r"^[a-zA-Z0-9][\w\.\-]*$"))]
    pub name: Option<String>,
    /// Address: IPv4, IPv6, a link-local one with its zone, or a name; needed for a new jump host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255))]
    pub address: Option<String>,
    /// TCP port, 22 if absent in a new jump host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 65535))]
    pub port: Option<i64>,
    /// Id of the credential; needed for a new jump host. It need not share a tag with anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<CredentialId>,
    /// Another jump host it is reached through, three in a row at most; null for none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<JumpHostId>))]
    pub through: Option<Option<JumpHostId>>,
    /// Whether devices without another choice are reached through it; true takes that from the jump host that had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
    /// Remarks, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub note: Option<String>,
}

/// Lists jump hosts by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListJumpHosts {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Part of the name, any case.
    pub name: Option<String>,
    /// Column the rows are sorted by; `name` if absent. Ties are in the order of ids, and rows without a value come last.
    #[cfg_attr(feature = "openapi", schema(default = JumpHostColumn::default))]
    pub sort: Option<JumpHostColumn>,
    /// `asc` or `desc`; `asc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "asc"))]
    pub order: Option<Order>,
}

endpoint! { ListJumpHosts: Get "/jump-hosts/" by User => Page<JumpHost>, |it, to| to.query(it) }

/// One jump host.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetJumpHost(pub JumpHostId);

endpoint! {
    GetJumpHost: Get "/jump-hosts/{jump_host_id}" by User => JumpHost,
    |it, to| to.param("jump_host_id", it.0)
}

/// A new jump host.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateJumpHost(pub JumpHostInput);

endpoint! { CreateJumpHost: Post "/jump-hosts/" by Admin => 201 JumpHost, |it, to| to.json(&it.0) }

/// Changes a jump host.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateJumpHost(pub JumpHostId, pub JumpHostInput);

endpoint! {
    UpdateJumpHost: Put "/jump-hosts/{jump_host_id}" by Admin => JumpHost,
    |it, to| to.param("jump_host_id", it.0).json(&it.1)
}

/// Removes a jump host that nothing is reached through.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteJumpHost(pub JumpHostId);

endpoint! {
    DeleteJumpHost: Delete "/jump-hosts/{jump_host_id}" by Admin => 204 (),
    |it, to| to.param("jump_host_id", it.0)
}

/// Stores exactly the key that the jump host showed last, replacing the stored one.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrustJumpHostKey(pub JumpHostId, pub TrustedKey);

endpoint! {
    TrustJumpHostKey: Put "/jump-hosts/{jump_host_id}/host-key" by Admin => JumpHost,
    |it, to| to.param("jump_host_id", it.0).json(&it.1)
}

/// Forgets the stored host key, so that the next sign-in accepts the jump host's new one.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgetJumpHostKey(pub JumpHostId);

endpoint! {
    ForgetJumpHostKey: Delete "/jump-hosts/{jump_host_id}/host-key" by Admin => 204 (),
    |it, to| to.param("jump_host_id", it.0)
}
