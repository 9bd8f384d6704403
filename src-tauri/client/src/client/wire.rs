//! One exchange over HTTP: sent, read to its end, and every failure reported as a problem.

use std::sync::atomic::Ordering;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use netraven_api::devices::{CheckImport, CheckSshConfig, ImportDevices, ImportSshConfig};
use netraven_api::problem::Code;
use netraven_api::{Endpoint as _, Method, Problem, Request, Secret};
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, LOCATION, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, StatusCode};
use url::Url;

use super::{Client, name_of};
use crate::limits::{IMPORT_LIMIT, TOTAL_LIMIT};
use crate::{address, problems};

/// Most redirects followed, all within one origin.
const REDIRECTS: usize = 3;
/// The difference of clocks that the duration of an answer and a date in whole seconds can account for.
const CLOCK_ROUNDING: SignedDuration = SignedDuration::from_secs(5);
/// Largest answer read.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// An answer, whatever its status.
pub(crate) struct Seen {
    pub status: StatusCode,
    pub is_page: bool,
    pub wants_sign_in: bool,
    pub leads_to: Option<Url>,
    pub body: Vec<u8>,
}

impl Client {
    /// Sends a request, and once more if its token was refused and a new one is available.
    pub(super) async fn deliver(&self, request: &Request) -> Result<Vec<u8>, Problem> {
        let token = self.token();
        let answer = self.attempt(request, token.as_ref()).await;
        match (answer, token) {
            (Err(problem), Some(refused)) if problem.code == Code::Unauthenticated && self.renewed(&refused).await => {
                let token = self.token();
                self.attempt(request, token.as_ref()).await
            }
            (answer, _) => answer,
        }
    }

    /// Whether a token other than the refused one is available.
    pub(crate) async fn renewed(&self, refused: &Secret) -> bool {
        match &self.tokens {
            Some(tokens) => tokens.renewed(refused).await,
            None => false,
        }
    }

    /// A GET without token that accepts any answer.
    pub(crate) async fn look(&self, path: &str) -> Result<Seen, Problem> {
        let builder = self.http.get(address::join(&self.base, path)?).timeout(TOTAL_LIMIT);
        let response = self.sent(builder, &format!("GET {path}"), true).await?;
        let headers = response.headers();
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_html = text(CONTENT_TYPE).starts_with("text/html");
        let wants_sign_in = text(WWW_AUTHENTICATE).to_ascii_lowercase().starts_with("basic");
        let leads_to = response.url().join(text(LOCATION)).ok().filter(|_| response.status().is_redirection());
        let status = response.status();
        let body = self.body(response).await?;
        let is_page = is_html || body.trim_ascii_start().starts_with(b"<");
        Ok(Seen { status, is_page, wants_sign_in, leads_to, body })
    }

    async fn attempt(&self, request: &Request, token: Option<&Secret>) -> Result<Vec<u8>, Problem> {
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
        if let Some(token) = token {
            builder = builder.bearer_auth(token.expose());
        }
        let imports = [ImportDevices::PATH, CheckImport::PATH, ImportSshConfig::PATH, CheckSshConfig::PATH];
        let is_import = imports.contains(&request.path.as_str());
        let builder = builder.timeout(if is_import { IMPORT_LIMIT } else { TOTAL_LIMIT });
        self.exchange(builder, &name_of(request), request.method == Method::Get).await
    }

    /// Sends a request within its time limit, and reads the answer to the end.
    pub(super) async fn exchange(
        &self,
        builder: RequestBuilder,
        what: &str,
        repeatable: bool,
    ) -> Result<Vec<u8>, Problem> {
        let response = self.sent(builder, what, repeatable).await?;
        if response.status().is_success() { self.body(response).await } else { Err(self.refusal(response, what).await) }
    }

    /// Sends a request within its time limit; a repeatable one is sent again if its connection turns out to be dead.
    async fn sent(&self, builder: RequestBuilder, what: &str, repeatable: bool) -> Result<Response, Problem> {
        let builder = builder.header(ACCEPT, "application/json");
        let spare = if repeatable { builder.try_clone() } else { None };
        let answered = match (builder.send().await, spare) {
            (Err(error), Some(again)) if problems::is_dead_connection(&error) => {
                tracing::debug!(what, "connection was dead, sending once more");
                again.send().await
            }
            (result, _) => result,
        };
        let response = answered.map_err(|error| problems::of_transport(&error, &self.place()))?;
        self.heed_clock(&response);
        Ok(response)
    }

    /// Measures how far the server's clock is from this computer's; a difference within rounding counts as none.
    fn heed_clock(&self, response: &Response) {
        let text = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let Some(there) = text.and_then(|text| rfc2822::parse(text).ok()) else { return };
        let ahead = there.timestamp().duration_since(Timestamp::now());
        let counts = ahead.abs() > CLOCK_ROUNDING;
        let ahead = if counts { i64::try_from(ahead.as_millis()).unwrap_or_default() } else { 0 };
        self.ahead.store(ahead, Ordering::Relaxed);
    }

    pub(super) async fn refusal(&self, response: Response, what: &str) -> Problem {
        let status = response.status();
        if status.is_redirection() {
            let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = target.and_then(|target| response.url().join(target).ok());
            return problems::of_redirect(&self.base, target.as_ref());
        }
        let body = tokio::time::timeout(TOTAL_LIMIT, self.body(response)).await.ok().and_then(Result::ok);
        problems::of_answer(status, &body.unwrap_or_default(), what)
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Problem> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| problems::of_transport(&error, &self.place()))? {
            body.extend_from_slice(&chunk);
            if body.len() > BODY_LIMIT {
                let message = format!("The response of {} is larger than 64 MB. Request fewer rows.", self.place());
                return Err(Problem::new(Code::NotUnderstood, message));
            }
        }
        Ok(body)
    }
}

/// Follows a redirect only to exactly the same scheme, host and port: a token must not travel.
pub(super) fn within_origin() -> Policy {
    Policy::custom(|attempt| {
        let stays = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
        if stays && attempt.previous().len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
    })
}
