//! Credentials for signing in to devices. Passwords and private keys go in and never come out.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::evidence::ShownKey;
use crate::ids::{CredentialId, TagId};
use crate::page::Page;
use crate::secret::Secret;
use crate::sorting::{CredentialColumn, Order};
use crate::tags::Tag;

/// A credential, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credential {
    /// Id of the credential.
    pub id: CredentialId,
    /// User name on the devices.
    pub username: String,
    /// 1 to 1000; the smallest is tried first.
    pub priority: i64,
    /// What it is for, free text.
    pub description: Option<String>,
    /// Created by the product itself; cannot be deleted.
    pub is_system: bool,
    /// Whether a password is stored; without one, it has a private key. Not part of NetRaven's shape.
    #[serde(default = "stored")]
    pub has_password: bool,
    /// Whether a private key is stored. Not part of NetRaven's shape.
    #[serde(default)]
    pub has_private_key: bool,
    /// Type and fingerprint of the key, by which people tell which one it is. Not part of NetRaven's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ShownKey>,
    /// Whether it signs in with the keys of the SSH agent on the worker's machine; it has neither a password nor a
    /// private key then. Not part of NetRaven's shape.
    #[serde(default)]
    pub uses_agent: bool,
    /// SHA-256 fingerprint of the one key of the agent that is used; any of its keys if absent. Not part of NetRaven's
    /// shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_key: Option<String>,
    /// The patterns of the questions it has answers for, in the order they are tried; the answers stay on the server.
    /// Not part of NetRaven's shape.
    #[serde(default)]
    pub questions: Vec<String>,
    /// Whether an enable password is stored; otherwise the password is used. Not part of NetRaven's shape.
    #[serde(default)]
    pub has_enable_password: bool,
    /// The only networks it may be sent to, in CIDR form; empty for any address. Not part of NetRaven's shape.
    #[serde(default)]
    pub allowed_networks: Vec<String>,
    /// Tags; it serves the devices that share one.
    pub tags: Vec<Tag>,
    /// How many devices share a tag with it. Not part of NetRaven's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<i64>,
}

/// The answer to what a device asks at the sign-in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "AnswerOnWire")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionAnswer {
    /// Regular expression that is searched for in the text of a question, in any case, such as `token code`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub pattern: String,
    /// The answer. Write-only; where it is absent, the one that is stored for this pattern stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, write_only, max_length = 255))]
    pub answer: Option<Secret>,
}

/// [`QuestionAnswer`] as it is decoded: what is refused must not repeat a secret that stands in the wrong place.
#[derive(Deserialize)]
#[serde(untagged, expecting = "Each of `answers` has a `pattern` and an `answer`, both of them texts")]
enum AnswerOnWire {
    Whole {
        pattern: String,
        #[serde(default)]
        answer: Option<Secret>,
    },
}

impl From<AnswerOnWire> for QuestionAnswer {
    fn from(AnswerOnWire::Whole { pattern, answer }: AnswerOnWire) -> QuestionAnswer {
        QuestionAnswer { pattern, answer }
    }
}

/// A server that does not say whether there is a password has one in every credential.
fn stored() -> bool {
    true
}

/// Body of a new credential, and of a change (absent fields stay).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialInput {
    /// User name; needed for a new credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255))]
    pub username: Option<String>,
    /// Password; needed for a new credential without a private key that does not use the agent. Write-only; an empty
    /// text removes it where there is something else to sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, write_only, max_length = 255))]
    pub password: Option<Secret>,
    /// Private key, in OpenSSH's form or in PEM: Ed25519, ECDSA, or RSA of at least 2048 bits. It is tried before the
    /// password. Write-only; an empty text removes it where there is something else to sign in with. Not part of
    /// NetRaven's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, write_only, max_length = 32768))]
    pub private_key: Option<Secret>,
    /// Passphrase that opens the private key it is sent with. Write-only. Not part of NetRaven's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, write_only, max_length = 255))]
    pub passphrase: Option<Secret>,
    /// Whether it signs in with the keys of the SSH agent on the worker's machine, which that worker has to allow;
    /// instead of a password and a private key. Not part of NetRaven's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_agent: Option<bool>,
    /// The one key of the agent to use: its public half as in a file `.pub`, or its fingerprint (`SHA256:...`). An
    /// empty text allows any key. Not part of NetRaven's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 16384))]
    pub agent_key: Option<String>,
    /// Answers to what devices ask at the sign-in (keyboard-interactive), 16 at most: the first pattern found in a
    /// question says its answer. They replace those that are stored; an empty list removes them. Not part of NetRaven's
    /// shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_items = 16))]
    pub answers: Option<Vec<QuestionAnswer>>,
    /// Enable password. Write-only; an empty text removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, write_only, max_length = 255))]
    pub enable_password: Option<Secret>,
    /// 1 to 1000, 100 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub priority: Option<i64>,
    /// What it is for, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub description: Option<String>,
    /// Ids of the tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<TagId>>,
    /// The only networks it may be sent to, such as `10.0.0.0/8` or `2001:db8::/32`, 64 at most; a single address is a network
    /// of one. The address connected to counts, not the device's name. An empty list lifts the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_items = 64))]
    pub allowed_networks: Option<Vec<String>>,
}

/// Lists credentials by priority.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListCredentials {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Part of the user name, any case.
    pub username: Option<String>,
    /// Priority, exact.
    pub priority: Option<i64>,
    /// Any of these tags.
    pub tag_id: Vec<TagId>,
    /// Column the rows are sorted by; `priority` if absent. `devices` is how many devices share a tag with it. Ties are in the
    /// order of ids, and rows without a value come last.
    #[cfg_attr(feature = "openapi", schema(default = CredentialColumn::default))]
    pub sort: Option<CredentialColumn>,
    /// `asc` or `desc`; `asc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "asc"))]
    pub order: Option<Order>,
}

endpoint! { ListCredentials: Get "/credentials/" by User => Page<Credential>, |it, to| to.query(it) }

/// One credential.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetCredential(pub CredentialId);

endpoint! {
    GetCredential: Get "/credentials/{credential_id}" by User => Credential,
    |it, to| to.param("credential_id", it.0)
}

/// A new credential.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateCredential(pub CredentialInput);

endpoint! { CreateCredential: Post "/credentials/" by Admin => 201 Credential, |it, to| to.json(&it.0) }

/// Changes a credential. NetRaven's path ends with a slash here.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateCredential(pub CredentialId, pub CredentialInput);

endpoint! {
    UpdateCredential: Put "/credentials/{credential_id}/" by Admin => Credential,
    |it, to| to.param("credential_id", it.0).json(&it.1)
}

/// Removes a credential.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteCredential(pub CredentialId);

endpoint! {
    DeleteCredential: Delete "/credentials/{credential_id}" by Admin => 204 (),
    |it, to| to.param("credential_id", it.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_keys_has_a_password_in_every_credential() {
        let row = serde_json::json!({
            "id": 1, "username": "x", "priority": 5, "description": null, "is_system": false, "tags": [], "key": null
        });
        let credential: Credential = serde_json::from_value(row).unwrap();
        assert!(credential.has_password && !credential.has_private_key && credential.key.is_none());
        assert!(!credential.uses_agent && credential.questions.is_empty());
    }

    #[test]
    fn an_answer_in_the_wrong_place_is_refused_without_being_repeated() {
        for wrong in [serde_json::json!("s3same"), serde_json::json!({"pattern": "x", "answer": ["s3same"]})] {
            let refused = serde_json::from_value::<QuestionAnswer>(wrong).unwrap_err().to_string();
            assert!(refused.contains("`pattern`") && !refused.contains("s3same"), "{refused}");
        }
        let given = serde_json::json!({"pattern": "token", "answer": "s3same"});
        let answer: QuestionAnswer = serde_json::from_value(given).unwrap();
        assert_eq!(answer.answer, Some(Secret::new("s3same")));
        assert!(!format!("{answer:?}").contains("s3same"));
    }

    #[test]
    fn neither_key_nor_passphrase_prints() {
        let secret = |text: &str| Some(Secret::new(text));
        let input = CredentialInput {
            private_key: secret("b3Blbn"),
            passphrase: secret("sesame"),
            ..CredentialInput::default()
        };
        let shown = format!("{input:?}");
        assert!(!shown.contains("b3Blbn") && !shown.contains("sesame"), "{shown}");
    }
}
