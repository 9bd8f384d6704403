//! A request of the window, parsed for translation.
//!
//! The query is read by name and not as the types of `netraven-api`, so that, at worst, a filter they gain is
//! ignored here.

use jiff::Timestamp;
use netraven_api::{Method, Problem, Request, Word};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::description::Description;
use super::row::time;

/// Method, segments of the path, query and body.
pub struct ParsedRequest {
    pub method: Method,
    pub segments: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

impl ParsedRequest {
    /// Parses a request; a trailing slash makes no difference.
    pub fn read(request: &Request) -> ParsedRequest {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let segments = path.trim_matches('/').split('/').map(str::to_owned).collect();
        let query = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        ParsedRequest { method: request.method, segments, query, body: request.body.clone() }
    }

    /// Every value of a filter.
    pub fn many(&self, name: &str) -> Vec<String> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// The value of a filter; the last of several.
    pub fn one(&self, name: &str) -> Option<String> {
        self.many(name).pop()
    }

    /// A word of a closed list, in any case; none if the list has no such word.
    pub fn word<W: Word>(&self, name: &str) -> Option<W> {
        self.one(name).and_then(|text| W::parse_any_case(&text))
    }

    /// A number.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Problem> {
        let read = |text: String| text.parse().map_err(|_| refused(name, &text, "a number"));
        self.one(name).map(read).transpose()
    }

    /// An id.
    pub fn id<I: From<i64>>(&self, name: &str) -> Result<Option<I>, Problem> {
        Ok(self.number(name)?.map(I::from))
    }

    /// A time.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        let read = |text: String| time(&text).ok_or_else(|| refused(name, &text, "a time"));
        self.one(name).map(read).transpose()
    }

    /// Every time of a list.
    pub fn times(&self, name: &str) -> Result<Vec<Timestamp>, Problem> {
        let read = |text: &String| time(text).ok_or_else(|| refused(name, text, "a time"));
        self.many(name).iter().map(read).collect()
    }

    /// Some filters as they were given, to be applied by the server.
    pub fn given<'a>(&self, names: &[&'a str]) -> Vec<(&'a str, String)> {
        names.iter().flat_map(|name| self.many(name).into_iter().map(|value| (*name, value))).collect()
    }

    /// The fields of the body.
    pub fn fields(&self) -> Result<Map<String, Value>, Problem> {
        match &self.body {
            Some(Value::Object(fields)) => Ok(fields.clone()),
            _ => Err(Problem::field("body", "The request has no fields.")),
        }
    }

    /// The path without a trailing slash.
    pub fn path(&self) -> String {
        format!("/{}", self.segments.join("/"))
    }

    /// The request again, with its path in the server's spelling.
    pub fn respelled(&self, description: &Description) -> Request {
        let path = description.spelled(self.method, &self.path());
        let request = Request { method: self.method, path, body: self.body.clone() };
        if self.query.is_empty() { request } else { request.query(&self.query) }
    }
}

/// An id in a path.
pub fn id<I: From<i64>>(text: &str) -> Result<I, Problem> {
    text.parse::<i64>().map(I::from).map_err(|_| refused("id", text, "a number"))
}

fn refused(name: &str, text: &str, kind: &str) -> Problem {
    Problem::field(format!("query.{name}"), format!("\"{text}\" is not {kind}."))
}
