//! Users.

use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::users::{Role, User};
use netraven_api::{Method, Page, Problem, UserId};
use serde_json::Value;

use super::lists::{MOST_ROWS, rows_of};
use super::parsed_request::ParsedRequest;
use super::row::{Row, reply};
use super::{Context, offered};
use crate::token;

/// The signed-in user, from the token: the server gives a user without the role `admin` no profile.
pub fn me(context: Context<'_>) -> Result<Value, Problem> {
    let token = context.client.token().ok_or_else(|| Problem::new(Code::Unauthenticated, "You are not signed in."))?;
    let claims = token::claims(&token)?;
    let role = token::role(&claims);
    Ok(reply(&User {
        id: UserId::default(),
        username: claims.sub,
        email: None,
        full_name: None,
        role,
        is_active: true,
    }))
}

/// Answers requests for users.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    if request.method == Method::Post && rest.is_empty() && email(request).is_none() {
        return Err(Problem::field("body.email", offered::reason(Feature::UserWithoutEmail)));
    }
    let found = match context.plain(request).await {
        Err(problem) if problem.code == Code::Internal => return Err(taken(context, request, rest, problem).await),
        found => found?,
    };
    match (request.method, rest) {
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

/// The requested e-mail address.
fn email(request: &ParsedRequest) -> Option<String> {
    let fields = request.fields().ok()?;
    let text = fields.get("email")?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The problem of a change the server failed at. It fails without a reason when another user has the e-mail address, and it
/// only shows addresses one user at a time.
async fn taken(context: Context<'_>, request: &ParsedRequest, rest: &[&str], problem: Problem) -> Problem {
    let Some(email) = email(request) else { return problem };
    let Ok(users) = context.all("/users/", &[], MOST_ROWS).await else { return problem };
    let changed = rest.first().and_then(|text| text.parse::<UserId>().ok());
    for row in users.rows.iter().map(Row).filter(|row| Some(row.id()) != changed) {
        let Ok(other) = context.get(&format!("/users/{}", row.id::<UserId>()), &[]).await else { continue };
        let other = user(Row(&other));
        if other.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(&email)) {
            let message = format!("{email} is already the address of {}. Enter another one.", other.username);
            return Problem::field("body.email", message);
        }
    }
    problem
}

/// A user in either of the server's two shapes.
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
