//! Adding the hosts of an OpenSSH ssh_config, and checking the outcome in advance. Not part of NetRaven.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{CredentialId, TagId};
use crate::words::words;

/// A file of ssh hosts, and what its new devices get.
///
/// Hosts that a `ProxyJump` names become jump hosts, the other names without wildcards devices. `Match` blocks with
/// conditions and `Include` are not followed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SshConfigInput {
    /// Text of the file, as ssh_config(5) describes it.
    #[cfg_attr(feature = "openapi", schema(max_length = 16777216))]
    pub config: String,
    /// Platform of new devices; `auto`, which has it recognised, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 2, max_length = 50, pattern = r"^[\w\-]+$"))]
    pub device_type: Option<String>,
    /// Ids of the tags of new devices; the tag `default` is always added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<TagId>>,
    /// Id of the credential of new jump hosts whose user name no credential has, or for which the file names no user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<CredentialId>,
    /// Names of devices that are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_out: Option<Vec<String>>,
    /// Whether hosts that differ are changed to what the file says. If absent, they stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<bool>,
}

/// Adds the jump hosts of a file, all in one transaction, then its devices in batches of 500, each in a transaction of
/// its own. What is there already stays as it is, unless a change is asked for; each change is a transaction of its
/// own.
///
/// Only admins may add or change jump hosts. Devices added by others wait for approval.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportSshConfig(pub SshConfigInput);

endpoint! {
    ImportSshConfig: Post "/devices/import/ssh-config" by User => SshConfigOutcome,
    |it, to| to.json(&it.0)
}

/// Reports what an import of the same file would do now, without doing it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckSshConfig(pub SshConfigInput);

endpoint! {
    CheckSshConfig: Post "/devices/import/ssh-config/check" by User => SshConfigOutcome,
    |it, to| to.json(&it.0)
}

words! {
    /// What a host of a file becomes.
    pub enum SshHostKind {
        /// A jump host.
        JumpHost = "jump_host": "jump host",
        /// A device.
        Device = "device": "device",
    }
}

words! {
    /// How a host of a file relates to what the server has.
    pub enum SshHostFate {
        /// It is added.
        New = "new": "New",
        /// It is there already, just so, perhaps under another name.
        Same = "same": "Same",
        /// It is there, but differs.
        Changed = "changed": "Differs",
        /// It cannot be imported.
        Wrong = "wrong": "Wrong",
    }
}

/// A host of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SshHost {
    /// Line number in the file.
    pub line: i64,
    /// Its name.
    pub name: String,
    /// What it becomes.
    pub kind: SshHostKind,
    /// How it relates to what the server has.
    pub fate: SshHostFate,
    /// Where and how it is reached and signed in to, or why it is not added, as a sentence.
    pub message: String,
}

/// How many hosts have each fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SshHostCounts {
    /// Added.
    pub new: i64,
    /// There already.
    pub same: i64,
    /// There, but different.
    pub changed: i64,
    /// Not importable.
    pub wrong: i64,
}

/// A line that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SshConfigRemark {
    /// Its number, from 1.
    pub line: i64,
    /// Why, as a sentence that begins with the line.
    pub message: String,
}

/// A user name that new hosts are signed in to with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SshConfigLogin {
    /// User name; absent for hosts without one.
    #[serde(default)]
    pub username: Option<String>,
    /// How many new jump hosts name it.
    pub jump_hosts: i64,
    /// How many new devices name it.
    pub devices: i64,
    /// The first files of private keys that the file names for it. The server cannot read them.
    #[serde(default)]
    pub identity_files: Vec<String>,
    /// Whether the credentials that exist suffice.
    pub found: bool,
    /// Which credential is used, or what to add, as a sentence.
    pub message: String,
}

/// The outcome of an import, expected or actual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SshConfigOutcome {
    /// How many jump hosts have each fate.
    pub jump_hosts: SshHostCounts,
    /// How many devices have each fate.
    pub devices: SshHostCounts,
    /// How many of those that differ are changed to what the file says.
    pub updated: i64,
    /// Hosts in the order of their lines, the first 500 of each fate.
    pub hosts: Vec<SshHost>,
    /// Lines that were not understood, the first 500.
    pub remarks: Vec<SshConfigRemark>,
    /// How many lines were not understood.
    pub not_understood: i64,
    /// The user names of new hosts, the first 100.
    pub logins: Vec<SshConfigLogin>,
    /// Why hosts were not looked at, as a sentence; absent if all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}
