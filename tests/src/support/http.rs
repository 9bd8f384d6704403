//! Requests as any program would send them, and their answers as they are: for what a typed client hides.

use anyhow::Context as _;
use netraven_api::Secret;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Sends requests to one server, with or without a token.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    url: String,
    authorization: Option<String>,
    /// A header of any kind that every request carries.
    header: Option<(String, String)>,
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Response headers.
    pub headers: HeaderMap,
    /// Body; null if it is empty, a text if it is no JSON.
    pub body: Value,
}

impl Answer {
    /// NetRaven's sentence for an error.
    #[must_use]
    pub fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }

    /// The refused fields of a 422, as `body.hostname`.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let list = self.body["detail"].as_array().cloned().unwrap_or_default();
        let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
        list.iter()
            .filter_map(|fault| fault["loc"].as_array())
            .map(|location| location.iter().map(part).collect::<Vec<_>>().join("."))
            .collect()
    }

    /// Whether this is FastAPI's shape of a 422: every fault has its kind, place and sentence.
    #[must_use]
    pub fn is_field_fault(&self) -> bool {
        let faults = self.body["detail"].as_array().filter(|faults| !faults.is_empty());
        self.status == 422
            && faults.is_some_and(|faults| {
                faults
                    .iter()
                    .all(|fault| fault["type"].is_string() && fault["loc"].is_array() && fault["msg"].is_string())
            })
    }
}

impl Http {
    /// Requests to this address, without a token.
    pub fn new(url: &str) -> anyhow::Result<Http> {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Http { client, url: url.trim_end_matches('/').to_owned(), authorization: None, header: None })
    }

    /// Requests to this address from one of this computer's own, without a token.
    pub fn from(url: &str, local: std::net::IpAddr) -> anyhow::Result<Http> {
        let client = reqwest::Client::builder().no_proxy().local_address(local).build()?;
        Ok(Http { client, ..Http::new(url)? })
    }

    /// The same with a token.
    #[must_use]
    pub fn with_token(&self, token: &Secret) -> Http {
        self.with_authorization(&format!("Bearer {}", token.expose()))
    }

    /// The same with any header `Authorization`.
    #[must_use]
    pub fn with_authorization(&self, header: &str) -> Http {
        Http { authorization: Some(header.to_owned()), ..self.clone() }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Http {
        Http { header: Some((name.to_owned(), value.to_owned())), ..self.clone() }
    }

    /// The same with another word before the token.
    #[must_use]
    pub fn with_scheme(&self, scheme: &str) -> Http {
        let token =
            self.authorization.as_deref().and_then(|header| header.split_once(' ')).map_or("", |(_, token)| token);
        self.with_authorization(&format!("{scheme} {token}"))
    }

    /// Sends a request with a JSON body, or with none.
    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        let request = self.request(method, path)?;
        let request = match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(serde_json::to_vec(body)?),
            None => request,
        };
        self.answer(request).await
    }

    /// Sends GET.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send("GET", path, None).await
    }

    /// Creates, or starts.
    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.send("POST", path, Some(&body)).await
    }

    /// Sends PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.send("PUT", path, Some(&body)).await
    }

    /// Sends DELETE.
    pub async fn delete(&self, path: &str) -> anyhow::Result<Answer> {
        self.send("DELETE", path, None).await
    }

    /// Sends a form.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        self.answer(self.request("POST", path)?.form(fields)).await
    }

    /// Sends a body of any kind, or of none that is named.
    pub async fn raw(&self, path: &str, kind: &str, body: &str) -> anyhow::Result<Answer> {
        let request = self.request("POST", path)?.body(body.to_owned());
        self.answer(if kind.is_empty() { request } else { request.header(CONTENT_TYPE, kind) }).await
    }

    /// Sends a file in a form, under the name `file`.
    pub async fn file(&self, path: &str, name: &str, content: &[u8]) -> anyhow::Result<Answer> {
        let part = reqwest::multipart::Part::bytes(content.to_vec()).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        self.answer(self.request("POST", path)?.multipart(form)).await
    }

    /// Reads with one more header.
    pub async fn get_with(&self, path: &str, name: &str, value: &str) -> anyhow::Result<Answer> {
        self.answer(self.request("GET", path)?.header(name, value)).await
    }

    fn request(&self, method: &str, path: &str) -> anyhow::Result<RequestBuilder> {
        let request = self.client.request(Method::from_bytes(method.as_bytes())?, format!("{}{path}", self.url));
        let request = match &self.header {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        Ok(match &self.authorization {
            Some(header) => request.header(AUTHORIZATION, header),
            None => request,
        })
    }

    async fn answer(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let response = request.send().await.context("the server answers")?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // A stream never ends: its head is the answer.
        let streams = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let text = if streams { String::new() } else { response.text().await? };
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
        };
        Ok(Answer { status, headers, body })
    }
}
