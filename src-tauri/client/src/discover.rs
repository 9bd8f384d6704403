//! Finds the API at an address a person entered, and explains what is there if it is none.

use netraven_api::Problem;
use netraven_api::problem::Code;
use netraven_api::system::Health;
use serde_json::Value;
use url::Url;

use crate::Client;
use crate::client::Seen;
use crate::dialect::{Description, Dialect};
use crate::{address, problems};

/// The server's health route.
const HEALTH: &str = "/health";
/// Where the server describes itself.
const OPENAPI: &str = "/openapi.json";
/// A list only our own servers have; requested without a token if the description is blocked.
const OWN_LIST: &str = "/runs/";

/// Why there is no usable API at a place; the later ones say more.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    /// Something else, or nothing.
    Elsewhere,
    /// A web page, or a sign-in in front of everything.
    Page,
    /// An API that answers, but not one this client can use.
    Near,
}

impl Client {
    /// Finds the API at an address a person entered: there, below it under `/api`, or above it if `/api` was entered in
    /// vain. The returned client knows what the server can do.
    pub async fn discover(entered: &str) -> Result<Client, Problem> {
        let client = Client::new(entered)?;
        let other = match client.base_url().strip_suffix("/api") {
            Some(above) => above.to_owned(),
            None => format!("{}/api", client.base_url()),
        };
        let (mut distance, mut problem) = match client.probe().await {
            Ok(client) => return Ok(client),
            Err(found) => found,
        };
        if problem.code == Code::NotUnderstood
            && let Ok(other) = Client::new(&other)
        {
            match other.probe().await {
                Ok(client) => return Ok(client),
                Err((further, found)) if further > distance => (distance, problem) = (further, found),
                Err(_) => {}
            }
        }
        tracing::debug!(page = distance == Distance::Page, "no API found");
        Err(problem)
    }

    /// The same client, with knowledge of what the server can do. Its health is not checked.
    pub async fn learn(self) -> Result<Client, Problem> {
        let dialect = self.describe().await.map_err(|(_, problem)| problem)?;
        Ok(self.speaking(dialect))
    }

    async fn probe(self) -> Result<Client, (Distance, Problem)> {
        let place = self.place();
        let seen = self.look(HEALTH).await.map_err(|problem| (Distance::Elsewhere, problem))?;
        if let Some(found) = in_front(self.base(), &seen) {
            return Err(found);
        }
        if !seen.status.is_success() {
            let problem = problems::of_answer(seen.status, &seen.body, &format!("GET {HEALTH}"));
            let code = if problem.code == Code::Unavailable { problem.code } else { Code::NotUnderstood };
            let message =
                if code == Code::Unavailable { problem.message } else { nothing_at(&place, seen.status.as_u16()) };
            return Err((Distance::Elsewhere, Problem::new(code, message)));
        }
        if serde_json::from_slice::<Health>(&seen.body).is_err() {
            let message = format!("{place} responds, but it is not a NetRaven server: {}.", what_it_is(&seen.body));
            return Err((Distance::Near, Problem::new(Code::NotUnderstood, message)));
        }
        let dialect = self.describe().await?;
        Ok(self.speaking(dialect))
    }

    async fn describe(&self) -> Result<Dialect, (Distance, Problem)> {
        let seen = self.look(OPENAPI).await.map_err(|problem| (Distance::Elsewhere, problem))?;
        let described = if seen.status.is_success() { serde_json::from_slice::<Value>(&seen.body).ok() } else { None };
        if let Some(described) = described {
            let description = Description::read(&described);
            return match description.gap() {
                None => Ok(Dialect::of(description)),
                Some(gap) => {
                    let message = gap.message(&self.place(), description.title());
                    Err((Distance::Near, Problem::new(Code::NotUnderstood, message)))
                }
            };
        }
        // Some proxies block the description from outside. A single list then distinguishes the two kinds of server.
        let seen = self.look(OWN_LIST).await.map_err(|problem| (Distance::Elsewhere, problem))?;
        let is_unknown_route = seen.status.as_u16() == 404 && serde_json::from_slice::<Value>(&seen.body).is_ok();
        Ok(if is_unknown_route { Dialect::of(Description::unread()) } else { Dialect::default() })
    }
}

/// What stands in front of the API, if something does.
fn in_front(base: &Url, seen: &Seen) -> Option<(Distance, Problem)> {
    let place = address::place(base);
    if let Some(target) = &seen.leads_to {
        return Some((Distance::Page, problems::of_redirect(base, Some(target))));
    }
    if seen.wants_sign_in || matches!(seen.status.as_u16(), 401 | 403 | 407) {
        let message = format!(
            "A proxy in front of {place} requires its own sign-in ({}). Ask its administrator for access to the API \
             without it.",
            seen.status.as_u16()
        );
        return Some((Distance::Page, Problem::new(Code::NotUnderstood, message)));
    }
    let is_page = seen.is_page && seen.status.is_success();
    is_page.then(|| (Distance::Page, problems::of_page(&place, &seen.body)))
}

fn nothing_at(place: &str, status: u16) -> String {
    format!("There is no NetRaven API at this address of {place} (GET {HEALTH} gives {status}). Check its path.")
}

/// A short description of an answer that is not ours.
fn what_it_is(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => {
            let names: Vec<&str> = fields.keys().take(5).map(String::as_str).collect();
            format!("its {HEALTH} has the fields {}", names.join(", "))
        }
        Ok(_) => format!("its {HEALTH} is a different kind of JSON"),
        Err(_) => format!("its {HEALTH} is not JSON"),
    }
}
