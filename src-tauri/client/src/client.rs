//! A connection to one server: base URL, token, and requests, each with a time limit.

mod tokens;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use netraven_api::auth::{Login, TOKEN_PATH, Token};
use netraven_api::native::{AdminAction, Missing};
use netraven_api::problem::Code;
use netraven_api::{Endpoint, Problem, Request, Secret};
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::dialect::{self, Dialect};
use crate::limits::{CONNECT_LIMIT, TOTAL_LIMIT};
use crate::{address, problems};
use tokens::Plain;
pub use tokens::Tokens;
pub(crate) use wire::Seen;

/// A server's API, with or without a token. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    tokens: Option<Arc<dyn Tokens>>,
    dialect: Dialect,
    /// How many milliseconds the server's clock is ahead of this computer's.
    ahead: Arc<AtomicI64>,
}

impl Client {
    /// A client of the API at a base URL such as `https://host/api`. The server counts as one of our own until
    /// [`Client::learn`] has asked it. Nothing is sent yet.
    pub fn new(base_url: &str) -> Result<Client, Problem> {
        let base = address::parse_base(base_url)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("netraven-desktop/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_LIMIT)
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true)
            .redirect(wire::within_origin());
        if address::is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| {
            let message = format!("This computer's TLS could not be set up ({error}). Check its certificate store.");
            Problem::new(Code::Internal, message)
        })?;
        Ok(Client { http, base, tokens: None, dialect: Dialect::default(), ahead: Arc::default() })
    }

    /// The base URL, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Host and port of the server, for people.
    #[must_use]
    pub fn place(&self) -> String {
        address::place(&self.base)
    }

    /// Whether the server is on this computer.
    #[must_use]
    pub fn is_here(&self) -> bool {
        address::is_loopback(&self.base)
    }

    /// The same client with a token.
    #[must_use]
    pub fn with_token(self, token: Secret) -> Client {
        self.with_token_source(move || token.clone())
    }

    /// The same client with a source of tokens, asked for each request; for tokens that are renewed before they end.
    #[must_use]
    pub fn with_token_source(self, source: impl Fn() -> Secret + Send + Sync + 'static) -> Client {
        self.with_tokens(Arc::new(Plain(source)))
    }

    /// The same client with tokens that may be renewed when one is refused.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Arc<dyn Tokens>) -> Client {
        self.tokens = Some(tokens);
        self
    }

    /// The server's product and version, for people; empty until [`Client::learn`] has asked.
    #[must_use]
    pub fn server(&self) -> &str {
        self.dialect.server()
    }

    /// What the server does not offer, with reasons.
    #[must_use]
    pub fn missing(&self) -> Vec<Missing> {
        self.dialect.missing()
    }

    /// What the server lets every user do although our own server reserves it for admins.
    #[must_use]
    pub fn open_to_users(&self) -> Vec<AdminAction> {
        self.dialect.open_to_users()
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    pub(crate) fn speaking(mut self, dialect: Dialect) -> Client {
        self.dialect = dialect;
        self
    }

    /// Signs in. The token is returned, not kept: see [`Client::with_token`]. An earlier token of this user from this
    /// server, expired or not, proves that this is no guess: the server then does not make the user wait behind guesses.
    pub async fn login(&self, username: &str, password: &Secret, earlier: Option<&Secret>) -> Result<Token, Problem> {
        let form = Login { username: username.to_owned(), password: password.clone(), grant_type: None };
        let body = serde_html_form::to_string(&form).expect("a login is a flat struct of texts");
        let request = self
            .http
            .post(address::join(&self.base, TOKEN_PATH)?)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(TOTAL_LIMIT)
            .body(body);
        let request = match earlier {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        };
        let answer = self.exchange(request, &format!("POST {TOKEN_PATH}"), false).await.map_err(|problem| {
            if problem.code == Code::Unauthenticated {
                Problem { message: "Incorrect user name or password.".to_owned(), ..problem }
            } else {
                problem
            }
        })?;
        // The decoder's own message may quote the answer, which contains a token.
        serde_json::from_slice(&answer).map_err(|_| {
            let message = format!(
                "{} accepted the sign-in without returning a token; it is not a NetRaven server.",
                self.place()
            );
            Problem::new(Code::NotUnderstood, message)
        })
    }

    /// Sends a request and decodes its reply.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Reply, Problem> {
        let request = endpoint.request();
        match &self.dialect {
            Dialect::Own(_) => self.fetch(&request).await,
            Dialect::NetRaven(server) => {
                let what = name_of(&request);
                let answer = dialect::answer(self, server, request).await?;
                serde_json::from_value(answer).map_err(|error| problems::of_content(&self.place(), &what, &error))
            }
        }
    }

    /// Sends a request unchanged, in the server's own dialect; an empty answer is null.
    pub async fn forward(&self, request: Request) -> Result<Value, Problem> {
        match &self.dialect {
            Dialect::Own(_) => self.fetch(&request).await,
            Dialect::NetRaven(server) => dialect::answer(self, server, request).await,
        }
    }

    /// Sends a request untranslated and decodes the answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Problem> {
        let answer = self.deliver(request).await?;
        serde_json::from_slice(or_null(&answer)).map_err(|error| {
            if answer.trim_ascii_start().starts_with(b"<") {
                problems::of_page(&self.place(), &answer)
            } else {
                problems::of_content(&self.place(), &name_of(request), &error)
            }
        })
    }

    /// A GET that stays open, e.g. the live stream: the answer's head, its body still to be read.
    pub(crate) async fn open(&self, path: &str, prepare: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Opened {
        let builder = self.http.get(address::join(&self.base, path)?);
        let request = prepare(match self.token() {
            Some(token) => builder.bearer_auth(token.expose()),
            None => builder,
        });
        let what = format!("GET {}", without_query(path));
        let sent = tokio::time::timeout(TOTAL_LIMIT, request.send()).await.map_err(|_| {
            let message = format!("{} did not answer within {} s.", self.place(), TOTAL_LIMIT.as_secs());
            Problem::new(Code::Unreachable, message)
        })?;
        let response = sent.map_err(|error| problems::of_transport(&error, &self.place()))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refusal(response, &what).await) }
    }

    /// The server's current time, by its last answer.
    pub(crate) fn server_now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(SignedDuration::from_millis(self.ahead.load(Ordering::Relaxed))).unwrap_or(now)
    }

    /// The current token.
    pub(crate) fn token(&self) -> Option<Secret> {
        self.tokens.as_ref().map(|tokens| tokens.token())
    }

    /// The problem of a connection that broke after [`Client::open`].
    pub(crate) fn broken(&self, error: &reqwest::Error) -> Problem {
        problems::of_transport(error, &self.place())
    }
}

/// Answer of [`Client::open`].
type Opened = Result<Response, Problem>;

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

fn name_of(request: &Request) -> String {
    format!("{} {}", request.method.as_str(), without_query(&request.path))
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

fn or_null(answer: &[u8]) -> &[u8] {
    if answer.trim_ascii().is_empty() { b"null" } else { answer }
}
