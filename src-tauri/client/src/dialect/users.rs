//! Users.

use netraven_api::problem::Code;
use netraven_api::users::{Role, User};
use netraven_api::{Method, Page, Problem};
use serde_json::Value;

use super::Talk;
use super::asked::Asked;
use super::lists::rows_of;
use super::row::{Row, reply};
use crate::token;

/// The signed-in user, from the token: the server tells a user without the role `admin` nothing about itself.
pub fn me(talk: Talk<'_>) -> Result<Value, Problem> {
    let token = talk.client.token().ok_or_else(|| Problem::new(Code::Unauthenticated, "You are not signed in."))?;
    let claims = token::claims(&token)?;
    let role = token::role(&claims);
    Ok(reply(&User { id: 0, username: claims.sub, email: None, full_name: None, role, is_active: true }))
}

/// Answers what is asked of users.
pub async fn answer(talk: Talk<'_>, asked: &Asked, rest: &[&str]) -> Result<Value, Problem> {
    let found = talk.plain(asked).await?;
    match (asked.method, rest) {
        (Method::Get, []) => {
            let mut users: Vec<User> = rows_of(&found).iter().map(|row| user(Row(row))).collect();
            users.sort_by(|a, b| a.username.cmp(&b.username).then(a.id.cmp(&b.id)));
            let number = |name| Row(&found).number(name).unwrap_or(1);
            Ok(reply(&Page::new(users, number("total"), number("page"), number("size"))))
        }
        (Method::Delete, _) => Ok(found),
        _ => Ok(reply(&user(Row(&found)))),
    }
}

/// A user in either of the two shapes the server has.
fn user(row: Row) -> User {
    User {
        id: row.id(),
        username: row.word("username"),
        email: row.text("email"),
        full_name: row.text("full_name"),
        role: if row.word("role") == Role::Admin.as_str() { Role::Admin } else { Role::User },
        is_active: row.flag("is_active"),
    }
}
