//! Users and their password hashes.

use netraven_api::users::{Role, User};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::{Result, Store};

/// A user with the hash of the password.
#[derive(Clone)]
pub struct Account {
    /// The user.
    pub user: User,
    /// Argon2id or bcrypt, in their own text forms.
    pub password_hash: String,
}

fn account(row: &PgRow) -> sqlx::Result<Account> {
    let role: String = row.try_get("role")?;
    Ok(Account {
        user: User {
            id: row.try_get("id")?,
            username: row.try_get("username")?,
            email: row.try_get("email")?,
            full_name: row.try_get("full_name")?,
            role: if role == "admin" { Role::Admin } else { Role::User },
            is_active: row.try_get("is_active")?,
        },
        password_hash: row.try_get("password_hash")?,
    })
}

impl Store {
    /// The account of a user name, if there is one.
    pub async fn account(&self, username: &str) -> Result<Option<Account>> {
        let row = sqlx::query(
            "select id, username, email, full_name, role, is_active, password_hash from users where username = $1",
        )
        .bind(username)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.as_ref().map(account).transpose()?)
    }

    /// Whether any user exists.
    pub async fn has_users(&self) -> Result<bool> {
        Ok(sqlx::query_scalar("select exists (select 1 from users)").fetch_one(self.pool()).await?)
    }

    /// Adds a user unless the name is taken; tells whether it did.
    pub async fn create_user(&self, username: &str, password_hash: &str, role: Role) -> Result<bool> {
        let done = sqlx::query(
            "insert into users (username, password_hash, role) values ($1, $2, $3) on conflict (username) do nothing",
        )
        .bind(username)
        .bind(password_hash)
        .bind(role.as_str())
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Replaces the password hash of a user.
    pub async fn set_password_hash(&self, user_id: i64, password_hash: &str) -> Result<()> {
        sqlx::query("update users set password_hash = $2 where id = $1")
            .bind(user_id)
            .bind(password_hash)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
