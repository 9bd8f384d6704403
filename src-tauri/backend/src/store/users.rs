//! Users and their password hashes.

use netraven_api::sorting::UserColumn;
use netraven_api::users::{ListUsers, Role, User, UserChange, UserInput};
use netraven_api::{Order, UserId};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::listing::{List, Paging, RawPage, SortKey, any_of, like};
use super::{Result, Store, StoreError, explain};

const UNIQUE: &[(&str, &str)] =
    &[("users_username_key", "Username already registered"), ("users_email_key", "Email already registered")];

const LIST: List = List {
    from: "users u",
    counted: "users u",
    columns: "u.*",
    name: "u",
    around: "",
    row: "json_build_object('id', u.id, 'username', u.username, 'role', u.role, 'is_active', u.is_active)",
    then: &[],
    id: "u.id",
    order: Order::Ascending,
    pages_of_none: 1,
};

/// The database's expression for a column.
fn key(column: UserColumn) -> SortKey {
    match column {
        UserColumn::Id => SortKey::of("u.id"),
        UserColumn::Username => SortKey::of("lower(u.username)"),
        UserColumn::Role => SortKey::of("u.role"),
        UserColumn::IsActive => SortKey::of("u.is_active"),
    }
}

/// A user, and which of the user's sign-ins are valid.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The user.
    pub user: User,
    /// The mark a valid sign-in carries.
    pub mark: Uuid,
    /// A sign-in that is valid without it.
    pub kept: Option<Uuid>,
}

/// A user with the hash of the password.
#[derive(Clone)]
pub struct Account {
    /// The user.
    pub standing: Standing,
    /// Argon2id or bcrypt, in their own text forms.
    pub password_hash: String,
}

fn account(row: &PgRow) -> sqlx::Result<Account> {
    let role: &str = row.try_get("role")?;
    let user = User {
        id: UserId::new(row.try_get("id")?),
        username: row.try_get("username")?,
        email: row.try_get("email")?,
        full_name: row.try_get("full_name")?,
        role: Role::parse(role).unwrap_or(Role::User),
        is_active: row.try_get("is_active")?,
    };
    let standing = Standing { user, mark: row.try_get("sign_in_mark")?, kept: row.try_get("kept_sign_in")? };
    Ok(Account { standing, password_hash: row.try_get("password_hash")? })
}

impl Store {
    /// The account of a user name, if there is one.
    pub async fn account(&self, username: &str) -> Result<Option<Account>> {
        let row = sqlx::query(
            "select id, username, email, full_name, role, is_active, password_hash, sign_in_mark, kept_sign_in
             from users where username = $1",
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

    /// One page of users.
    pub async fn list_users(&self, query: &ListUsers) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size).sorted(key(query.sort.unwrap_or_default()), query.order);
        let roles: Vec<&str> = query.role.iter().map(|role| role.as_str()).collect();
        self.page(&LIST, &paging, |sql| {
            like(sql, "u.username", &query.username);
            any_of(sql, "u.role", &roles);
            if let Some(active) = query.is_active {
                sql.push(" and u.is_active = ").push_bind(active);
            }
        })
        .await
    }

    /// One user.
    pub async fn user(&self, id: UserId) -> Result<User> {
        Ok(self.account_of(id).await?.standing.user)
    }

    /// The account of a user.
    pub async fn account_of(&self, id: UserId) -> Result<Account> {
        let row = sqlx::query(
            "select id, username, email, full_name, role, is_active, password_hash, sign_in_mark, kept_sign_in
             from users where id = $1",
        )
        .bind(id.get())
        .fetch_optional(self.pool())
        .await?;
        row.as_ref().map(account).transpose()?.ok_or(StoreError::NotFound("User"))
    }

    /// Adds a user with all details; returns its id.
    pub async fn add_user(&self, new: &UserInput, password_hash: &str) -> Result<UserId> {
        let id: i64 = sqlx::query_scalar(
            "insert into users (username, email, full_name, role, password_hash) values ($1, $2, $3, $4, $5) returning id",
        )
        .bind(&new.username)
        .bind(&new.email)
        .bind(&new.full_name)
        .bind(new.role.unwrap_or(Role::User).as_str())
        .bind(password_hash)
        .fetch_one(self.pool())
        .await
        .map_err(|error| explain(error, UNIQUE))?;
        Ok(id.into())
    }

    /// Changes a user; absent fields stay, the `emptied` are cleared. The last active admin stays one. A new password, or being
    /// deactivated, ends every sign-in but the `kept` one.
    pub async fn update_user(
        &self,
        id: UserId,
        change: &UserChange,
        emptied: &[&str],
        password_hash: Option<&str>,
        kept: Option<Uuid>,
    ) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        keep_an_admin(&mut tx).await?;
        let done = sqlx::query(
            "update users set email = case when 'email' = any($7) then null else coalesce($2, email) end,
             full_name = case when 'full_name' = any($7) then null else coalesce($3, full_name) end,
             role = coalesce($4, role), is_active = coalesce($5, is_active),
             password_hash = coalesce($6, password_hash),
             sign_in_mark = case when $6 is not null or not $5 then gen_random_uuid() else sign_in_mark end,
             kept_sign_in = case when $6 is not null or not $5 then $8 else kept_sign_in end where id = $1",
        )
        .bind(id.get())
        .bind(&change.email)
        .bind(&change.full_name)
        .bind(change.role.map(Role::as_str))
        .bind(change.is_active)
        .bind(password_hash)
        .bind(emptied)
        .bind(kept)
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, UNIQUE))?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("User"));
        }
        an_admin_is_left(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a user, unless it is the last active admin.
    pub async fn delete_user(&self, id: UserId) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        keep_an_admin(&mut tx).await?;
        let done = sqlx::query("delete from users where id = $1").bind(id.get()).execute(&mut *tx).await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("User"));
        }
        an_admin_is_left(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Adds a user unless the name is taken; returns whether it did.
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

    /// Ends every sign-in of a user.
    pub async fn end_sign_ins(&self, user_id: UserId) -> Result<()> {
        sqlx::query("update users set sign_in_mark = gen_random_uuid(), kept_sign_in = null where id = $1")
            .bind(user_id.get())
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Sets a user's new password, which ends every sign-in but the `kept` one.
    pub async fn change_password(&self, user_id: UserId, password_hash: &str, kept: Uuid) -> Result<()> {
        sqlx::query(
            "update users set password_hash = $2, sign_in_mark = gen_random_uuid(), kept_sign_in = $3 where id = $1",
        )
        .bind(user_id.get())
        .bind(password_hash)
        .bind(kept)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Replaces the hash of an unchanged password.
    pub async fn set_password_hash(&self, user_id: UserId, password_hash: &str) -> Result<()> {
        sqlx::query("update users set password_hash = $2 where id = $1")
            .bind(user_id.get())
            .bind(password_hash)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

/// Two simultaneous changes could each leave the other's admin as the last: one waits for the other.
async fn keep_an_admin(tx: &mut sqlx::PgTransaction<'_>) -> Result<()> {
    sqlx::query("select id from users where role = 'admin' order by id for update").execute(&mut **tx).await?;
    Ok(())
}

async fn an_admin_is_left(tx: &mut sqlx::PgTransaction<'_>) -> Result<()> {
    let left: bool = sqlx::query_scalar("select exists (select 1 from users where role = 'admin' and is_active)")
        .fetch_one(&mut **tx)
        .await?;
    let sentence = "This is the last active admin: make someone else an admin first.";
    if left { Ok(()) } else { Err(StoreError::Conflict(sentence.to_owned())) }
}
