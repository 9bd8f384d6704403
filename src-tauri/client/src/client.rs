//! One server, reached: base URL, token, and requests with every wait limited.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use netraven_api::auth::{Login, TOKEN_PATH, Token};
use netraven_api::problem::Code;
use netraven_api::system::GetHealth;
use netraven_api::{Endpoint, Method, Problem, Request, Secret};
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use url::Url;

use crate::{address, fault};

/// Longest wait for a connection.
pub(crate) const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Longest wait for a complete answer.
pub(crate) const TOTAL_LIMIT: Duration = Duration::from_secs(30);
/// Most redirects followed, all within one origin.
const REDIRECTS: usize = 3;
/// Largest answer read.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Gives the token of a request; asked again for each one.
type TokenSource = Arc<dyn Fn() -> Secret + Send + Sync>;

/// A server's API, with or without a token. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<TokenSource>,
}

impl Client {
    /// A client of the API at a base URL such as `https://host/api`. Nothing is sent yet.
    pub fn new(base_url: &str) -> Result<Client, Problem> {
        let base = address::parse_base(base_url)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("netraven-desktop/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_LIMIT)
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true)
            .redirect(within_origin());
        if address::is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| {
            let message = format!("This computer's TLS could not be set up ({error}). Check its certificate store.");
            Problem::new(Code::Internal, message)
        })?;
        Ok(Client { http, base, token: None })
    }

    /// Finds the API at an address a person entered: there, or below it under `/api`.
    pub async fn discover(entered: &str) -> Result<Client, Problem> {
        let client = Client::new(entered)?;
        let problem = match client.send(&GetHealth).await {
            Ok(_) => return Ok(client),
            Err(problem) => problem,
        };
        let is_elsewhere = matches!(problem.code, Code::NotFound | Code::NotUnderstood);
        if is_elsewhere && !client.base.path().ends_with("/api") {
            let below = Client::new(&format!("{}/api", client.base_url()))?;
            if below.send(&GetHealth).await.is_ok() {
                return Ok(below);
            }
        }
        Err(problem)
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Host and port of the server, for people.
    #[must_use]
    pub fn place(&self) -> String {
        address::place(&self.base)
    }

    /// Whether the server is on this very computer.
    #[must_use]
    pub fn is_here(&self) -> bool {
        address::is_loopback(&self.base)
    }

    /// The same client with a token.
    #[must_use]
    pub fn with_token(self, token: Secret) -> Client {
        self.with_token_source(move || token.clone())
    }

    /// The same client with a source of tokens, asked for each request; for tokens that are made anew before they end.
    #[must_use]
    pub fn with_token_source(mut self, source: impl Fn() -> Secret + Send + Sync + 'static) -> Client {
        self.token = Some(Arc::new(source));
        self
    }

    /// Signs in. The token is returned, not kept: see [`Client::with_token`].
    pub async fn login(&self, username: &str, password: &Secret) -> Result<Token, Problem> {
        let form = Login { username: username.to_owned(), password: password.clone(), grant_type: None };
        let body = serde_html_form::to_string(&form).expect("a login is a flat struct of texts");
        let request = self
            .http
            .post(address::join(&self.base, TOKEN_PATH)?)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let answer = self.exchange(request, &format!("POST {TOKEN_PATH}"), false).await.map_err(|problem| {
            if problem.code == Code::Unauthenticated {
                Problem { message: "The user name or the password is not right.".to_owned(), ..problem }
            } else {
                problem
            }
        })?;
        // The decoder's own message may quote the answer, and the answer holds a token.
        serde_json::from_slice(&answer).map_err(|_| {
            let message =
                format!("{} answered the sign-in without a token; it is not a NetRaven server.", self.place());
            Problem::new(Code::NotUnderstood, message)
        })
    }

    /// Sends a request and decodes its reply.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Reply, Problem> {
        let request = endpoint.request();
        let what = name_of(&request);
        let answer = self.deliver(request).await?;
        serde_json::from_slice(or_null(&answer)).map_err(|error| fault::of_content(&self.place(), &what, &error))
    }

    /// Sends a request on as it is; an empty answer is null.
    pub async fn forward(&self, request: Request) -> Result<Value, Problem> {
        let what = name_of(&request);
        let answer = self.deliver(request).await?;
        serde_json::from_slice(or_null(&answer)).map_err(|error| fault::of_content(&self.place(), &what, &error))
    }

    /// A GET that stays open, e.g. the live stream: the answer's head, its body still to be read.
    pub(crate) async fn open(&self, path: &str, prepare: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Opened {
        let request = prepare(self.signed(self.http.get(address::join(&self.base, path)?)));
        let what = format!("GET {}", without_query(path));
        let sent = tokio::time::timeout(TOTAL_LIMIT, request.send()).await.map_err(|_| {
            let message = format!("{} did not answer within {} s.", self.place(), TOTAL_LIMIT.as_secs());
            Problem::new(Code::Unreachable, message)
        })?;
        let response = sent.map_err(|error| fault::of_transport(&error, &self.place()))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refusal(response, &what).await) }
    }

    /// The problem of a connection that broke after [`Client::open`].
    pub(crate) fn broken(&self, error: &reqwest::Error) -> Problem {
        fault::of_transport(error, &self.place())
    }

    async fn deliver(&self, request: Request) -> Result<Vec<u8>, Problem> {
        let url = address::join(&self.base, &request.path)?;
        let mut builder = match request.method {
            Method::Get => self.http.get(url),
            Method::Post => self.http.post(url),
            Method::Put => self.http.put(url),
            Method::Delete => self.http.delete(url),
        };
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        self.exchange(self.signed(builder), &name_of(&request), request.method == Method::Get).await
    }

    fn signed(&self, builder: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => builder.bearer_auth(token().expose()),
            None => builder,
        }
    }

    /// Sends and reads to the end; a repeatable request is sent once more when its connection turns out to be dead.
    async fn exchange(&self, builder: RequestBuilder, what: &str, repeatable: bool) -> Result<Vec<u8>, Problem> {
        let builder = builder.timeout(TOTAL_LIMIT).header(ACCEPT, "application/json");
        let spare = if repeatable { builder.try_clone() } else { None };
        let response = match (builder.send().await, spare) {
            (Err(error), Some(again)) if fault::is_dead_connection(&error) => {
                tracing::debug!(what, "connection was dead, sending once more");
                again.send().await
            }
            (result, _) => result,
        }
        .map_err(|error| fault::of_transport(&error, &self.place()))?;
        if response.status().is_success() { self.body(response).await } else { Err(self.refusal(response, what).await) }
    }

    async fn refusal(&self, response: Response, what: &str) -> Problem {
        let status = response.status();
        if status.is_redirection() {
            let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = target.and_then(|target| response.url().join(target).ok());
            return fault::of_redirect(&self.place(), target.as_ref().map(origin_of).as_deref());
        }
        let body = tokio::time::timeout(TOTAL_LIMIT, self.body(response)).await.ok().and_then(Result::ok);
        fault::of_answer(status, &body.unwrap_or_default(), what)
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Problem> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| fault::of_transport(&error, &self.place()))? {
            body.extend_from_slice(&chunk);
            if body.len() > BODY_LIMIT {
                let message = format!("The answer of {} is larger than 64 MB. Ask for fewer rows.", self.place());
                return Err(Problem::new(Code::NotUnderstood, message));
            }
        }
        Ok(body)
    }
}

/// Answer of [`Client::open`].
type Opened = Result<Response, Problem>;

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// Follows a redirect only to the very same scheme, host and port: a token must not travel.
fn within_origin() -> Policy {
    Policy::custom(|attempt| {
        let stays = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
        if stays && attempt.previous().len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
    })
}

fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
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
