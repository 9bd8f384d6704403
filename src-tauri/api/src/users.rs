//! Users: who may sign in, and as what.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::UserId;
use crate::page::Page;
use crate::secret::Secret;
use crate::sorting::{Order, UserColumn};
use crate::words::words;

words! {
    /// A user's role.
    pub enum Role {
        /// May do everything.
        Admin = "admin",
        /// May read, run, cancel, create and edit devices, jobs and tags.
        User = "user",
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Id of the user.
    pub id: UserId,
    /// Name to sign in with.
    pub username: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// What the user may do.
    pub role: Role,
    /// Whether the user may sign in.
    pub is_active: bool,
}

/// The signed-in user.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetMe;

endpoint! { GetMe: Get "/users/me" by User => User }

/// Changes the caller's own password. All the user's other sign-ins end.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeOwnPassword(pub PasswordChange);

endpoint! { ChangeOwnPassword: Put "/users/me/password" by User => 204 (), |it, to| to.json(&it.0) }

/// Ends all the caller's sign-ins, including this one.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignOutEverywhere(pub PasswordCheck);

endpoint! { SignOutEverywhere: Post "/users/me/sign-out" by User => 204 (), |it, to| to.json(&it.0) }

/// A user as shown in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserPublic {
    /// Id of the user.
    pub id: UserId,
    /// Name to sign in with.
    pub username: String,
    /// What the user may do.
    pub role: Role,
    /// Whether the user may sign in.
    pub is_active: bool,
}

/// Body of a new user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserInput {
    /// Name to sign in with, unique, case-sensitive; cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 50, pattern = r"^[a-zA-Z0-9_\-\.]+$"))]
    pub username: Option<String>,
    /// Password. Write-only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, write_only, min_length = 8, max_length = 100))]
    pub password: Option<Secret>,
    /// E-mail address, unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 254, pattern = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)*$"))]
    pub email: Option<String>,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub full_name: Option<String>,
    /// Role, `user` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// Body of a change of the caller's own password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The current password. Write-only.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, write_only, max_length = 1000))]
    pub current_password: Secret,
    /// The new password. Write-only.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, write_only, min_length = 8, max_length = 100))]
    pub new_password: Secret,
}

/// Body of a sign-out everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordCheck {
    /// The current password. Write-only.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, write_only, max_length = 1000))]
    pub current_password: Secret,
}

/// Body of a change of a user; absent fields stay, null clears an e-mail address or full name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserChange {
    /// New password. Write-only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, write_only, min_length = 8, max_length = 100))]
    pub password: Option<Secret>,
    /// E-mail address, unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 254, pattern = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)*$"))]
    pub email: Option<String>,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub full_name: Option<String>,
    /// New role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether the user may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
}

/// Lists users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListUsers {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Part of the name, any case.
    pub username: Option<String>,
    /// Any of these roles.
    pub role: Vec<Role>,
    /// Active or not.
    pub is_active: Option<bool>,
    /// Column the rows are sorted by; `id` if absent. Ties are in the order of ids.
    #[cfg_attr(feature = "openapi", schema(default = UserColumn::default))]
    pub sort: Option<UserColumn>,
    /// `asc` or `desc`; `asc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "asc"))]
    pub order: Option<Order>,
}

endpoint! { ListUsers: Get "/users/" by Admin => Page<UserPublic>, |it, to| to.query(it) }

/// One user.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetUser(pub UserId);

endpoint! { GetUser: Get "/users/{user_id}" by Admin => User, |it, to| to.param("user_id", it.0) }

/// A new user.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateUser(pub UserInput);

endpoint! { CreateUser: Post "/users/" by Admin => 201 User, |it, to| to.json(&it.0) }

/// Changes a user. The last active admin stays one.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateUser(pub UserId, pub UserChange);

endpoint! { UpdateUser: Put "/users/{user_id}" by Admin => User, |it, to| to.param("user_id", it.0).json(&it.1) }

/// Removes a user; not the caller's own account, nor the last active admin.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteUser(pub UserId);

endpoint! { DeleteUser: Delete "/users/{user_id}" by Admin => 204 (), |it, to| to.param("user_id", it.0) }
