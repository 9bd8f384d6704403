//! Dialects: the differences of other servers, absorbed so that all callers see one API, ours.
//!
//! Requests to a server of our own pass through. For the NetRaven server written in Python they are translated, resource by
//! resource: requests are rewritten, replies brought into the shapes of `netraven-api`, and what it lacks is composed
//! from what it has, or refused with the reason. What it can do is read from its `openapi.json`.

mod configs;
mod credentials;
mod description;
mod devices;
mod jobs;
mod lists;
mod logs;
mod names;
mod offered;
mod parsed_request;
mod platforms;
mod results;
mod row;
mod runs;
mod secrets;
mod system;
mod tags;
mod used;
mod users;
mod words;

use std::sync::Arc;

use jiff::Timestamp;
use netraven_api::native::{AdminAction, Feature, Missing};
use netraven_api::{Method, Problem, Request};
use serde_json::Value;

use crate::Client;
pub(crate) use description::Description;
pub(crate) use lists::Server;
pub(crate) use logs::Tail;
use parsed_request::ParsedRequest;
pub(crate) use runs::{JobState, states as job_states};

/// The kind of a server.
#[derive(Clone)]
pub(crate) enum Dialect {
    /// One of our own, and the name it gives itself.
    Own(Arc<str>),
    /// The NetRaven server written in Python.
    NetRaven(Arc<Server>),
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect::Own(Arc::from(""))
    }
}

impl Dialect {
    /// The dialect of a server that described itself.
    pub fn of(description: Description) -> Dialect {
        if description.is_own() {
            Dialect::Own(Arc::from(description.title()))
        } else {
            Dialect::NetRaven(Arc::new(Server::new(description)))
        }
    }

    /// The name it gives itself.
    pub fn server(&self) -> &str {
        match self {
            Dialect::Own(title) => title,
            Dialect::NetRaven(server) => server.description.title(),
        }
    }

    /// What it does not offer.
    pub fn missing(&self) -> Vec<Missing> {
        match self {
            Dialect::Own(_) => Vec::new(),
            Dialect::NetRaven(server) => offered::missing(&server.description),
        }
    }

    /// What it lets every user do although our own server reserves it for admins.
    pub fn open_to_users(&self) -> Vec<AdminAction> {
        match self {
            Dialect::Own(_) => Vec::new(),
            Dialect::NetRaven(_) => offered::OPEN_TO_USERS.to_vec(),
        }
    }
}

/// One request being answered: the server to ask, and what is known about it.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub client: &'a Client,
    pub server: &'a Server,
}

/// Answers a request in our own shapes, with whatever the server has.
pub(crate) async fn answer(client: &Client, server: &Server, request: Request) -> Result<Value, Problem> {
    let context = Context { client, server };
    let request = ParsedRequest::read(&request);
    if request.method != Method::Get {
        server.forget();
    }
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let reply = match segments.as_slice() {
        ["users", "me"] => users::me(context),
        ["users", "me", "password"] => Err(offered::refusal(Feature::OwnPassword)),
        ["users", "me", "sign-out"] => Err(offered::refusal(Feature::SignOutEverywhere)),
        ["users", rest @ ..] => users::answer(context, &request, rest).await,
        ["system", "status"] => system::status(context).await,
        ["platforms"] => platforms::list(context).await,
        ["reports", "crypto"] => Err(offered::refusal(Feature::CryptoReport)),
        ["platforms", ..] => Err(offered::refusal(Feature::PlatformFiles)),
        ["session-policy"] | [_, _, "session-policy"] if !server.description.shows(Method::Get, "/session-policy") => {
            Err(offered::refusal(Feature::SessionPolicies))
        }
        ["tags", rest @ ..] => tags::answer(context, &request, rest).await,
        ["jump-hosts", ..] if !server.description.shows(Method::Get, "/jump-hosts/") => {
            Err(offered::refusal(Feature::JumpHosts))
        }
        ["trials", ..] if !server.description.shows(Method::Post, "/trials/") => Err(offered::refusal(Feature::Trials)),
        // Such a file is about jump hosts: without them its devices would be reached in another way than it says.
        ["devices", "import", "ssh-config", ..] if !server.description.shows(Method::Get, "/jump-hosts/") => {
            Err(offered::refusal(Feature::JumpHosts))
        }
        ["credentials", rest @ ..] => credentials::answer(context, &request, rest).await,
        ["devices", rest @ ..] => devices::answer(context, &request, rest).await,
        ["jobs", rest @ ..] => jobs::answer(context, &request, rest).await,
        ["runs", rest @ ..] => runs::answer(context, &request, rest).await,
        ["job-results", rest @ ..] => results::answer(context, &request, rest).await,
        ["logs", rest @ ..] => logs::answer(context, &request, rest).await,
        ["configs", rest @ ..] => configs::answer(context, &request, rest).await,
        ["files", ..] => Err(offered::refusal(Feature::KeptFiles)),
        _ => context.plain(&request).await,
    };
    if request.method != Method::Get {
        server.changed();
    }
    reply
}

impl Context<'_> {
    /// Forwards a request, only making its path canonical; one the server does not describe is refused.
    pub async fn plain(self, request: &ParsedRequest) -> Result<Value, Problem> {
        let path = request.path();
        if !self.server.description.has(request.method, &path) {
            return Err(offered::no_route(request.method, &path));
        }
        self.client.fetch(&request.respelled(&self.server.description)).await
    }

    /// Reads a resource of the server in the server's own form.
    pub async fn get(self, path: &str, params: &[(&str, String)]) -> Result<Value, Problem> {
        let request = Request { method: Method::Get, path: path.to_owned(), body: None };
        let request = if params.is_empty() { request } else { request.query(&params) };
        self.client.fetch(&request).await
    }

    /// The current time by the server's clock.
    pub fn now(self) -> Timestamp {
        self.client.server_now()
    }

    /// Sends a change with a body.
    pub async fn change(self, method: Method, path: String, body: Option<Value>) -> Result<Value, Problem> {
        self.client.fetch(&Request { method, path, body }).await
    }
}
