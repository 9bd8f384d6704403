//! The trait of an endpoint: a request type that knows its method, path, access and reply.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::words::words;

/// HTTP method of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads, repeatable.
    Get,
    /// Creates or starts.
    Post,
    /// Changes; absent fields stay as they are.
    Put,
    /// Removes the resource.
    Delete,
}

impl Method {
    /// The method in HTTP's spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

words! {
    /// Who may call an endpoint.
    pub enum Access {
        /// Anyone, without a token.
        Open = "open": "open",
        /// Any active user.
        User = "user": "any user",
        /// Active users of role `admin`.
        Admin = "admin": "admins only",
    }
}

/// A request type that knows where it goes and what comes back.
pub trait Endpoint {
    /// The decoded answer of a success.
    type Reply: DeserializeOwned;
    /// HTTP method.
    const METHOD: Method;
    /// Path in NetRaven's own spelling (collections end in a slash, items do not), parameters in braces.
    const PATH: &'static str;
    /// Who may call it.
    const ACCESS: Access;
    /// Status of a success; 204 goes with the reply `()`.
    const STATUS: u16 = 200;

    /// The request to send.
    fn request(&self) -> Request;
}

/// An outgoing request, before base URL and token are added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Path with its parameters filled in and the query attached, e.g. `/jobs/?size=20`.
    pub path: String,
    /// JSON body, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
}

impl Request {
    /// A request for the endpoint, its path parameters not filled in yet.
    #[must_use]
    pub fn to<E: Endpoint + ?Sized>() -> Request {
        Request { method: E::METHOD, path: E::PATH.to_owned(), body: None }
    }

    /// Fills in the path parameter `{name}`.
    #[must_use]
    pub fn param(mut self, name: &str, id: impl Into<i64>) -> Request {
        self.path = self.path.replace(&format!("{{{name}}}"), &id.into().to_string());
        self
    }

    /// Attaches a query, after an existing one; lists repeat their key, absent values are left out.
    #[must_use]
    pub fn query(mut self, query: &impl Serialize) -> Request {
        let encoded = serde_html_form::to_string(query).expect("a query is a flat struct of scalars and lists");
        if !encoded.is_empty() {
            self.path.push(if self.path.contains('?') { '&' } else { '?' });
            self.path.push_str(&encoded);
        }
        self
    }

    /// Attaches a JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Request {
        self.body = Some(serde_json::to_value(body).expect("a body is plain data"));
        self
    }
}

/// Makes a request type an endpoint: method, path, who may call it, the status of a success unless it is 200, the reply, and
/// what goes into the request (`it` is the request type, `to` the request so far).
///
/// ```text
/// endpoint! { UpdateTag: Put "/tags/{tag_id}" by User => Tag, |it, to| to.param("tag_id", it.0).json(&it.1) }
/// ```
macro_rules! endpoint {
    ($name:ident: $method:ident $path:literal by $access:ident => $($status:literal)? $reply:ty) => {
        $crate::endpoint::endpoint! { $name: $method $path by $access => $($status)? $reply, |_it, to| to }
    };
    (
        $name:ident: $method:ident $path:literal by $access:ident => $($status:literal)? $reply:ty,
        |$it:ident, $to:ident| $built:expr
    ) => {
        impl $crate::endpoint::Endpoint for $name {
            type Reply = $reply;
            const METHOD: $crate::endpoint::Method = $crate::endpoint::Method::$method;
            const PATH: &'static str = $path;
            const ACCESS: $crate::endpoint::Access = $crate::endpoint::Access::$access;
            $(const STATUS: u16 = $status;)?

            fn request(&self) -> $crate::endpoint::Request {
                let ($it, $to) = (self, $crate::endpoint::Request::to::<Self>());
                $built
            }
        }
    };
}

pub(crate) use endpoint;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Part {
        size: Option<i64>,
        level: Vec<&'static str>,
    }

    #[test]
    fn a_second_query_goes_on_behind_the_first() {
        let part = |size, level| Part { size, level };
        let request = Request { method: Method::Get, path: "/logs/".to_owned(), body: None };
        let request = request.query(&part(Some(20), vec![])).query(&part(None, vec!["INFO", "ERROR"]));
        assert_eq!(request.query(&part(None, vec![])).path, "/logs/?size=20&level=INFO&level=ERROR");
    }
    #[test]
    fn an_endpoint_says_everything_in_a_line() {
        struct Empty;
        struct Change(i64, Part);
        endpoint! { Empty: Get "/lamps/" by Open => String }
        endpoint! { Change: Put "/lamps/{lamp}" by Admin => 202 (), |it, to| to.param("lamp", it.0).json(&it.1) }
        assert_eq!((Empty::METHOD, Empty::ACCESS, Empty::STATUS), (Method::Get, Access::Open, 200));
        assert_eq!(Empty.request(), Request { method: Method::Get, path: "/lamps/".to_owned(), body: None });
        assert_eq!((Change::METHOD, Change::ACCESS, Change::STATUS), (Method::Put, Access::Admin, 202));
        let request = Change(7, Part { size: Some(1), level: vec![] }).request();
        let body = serde_json::json!({"size": 1, "level": []});
        assert_eq!(request, Request { method: Method::Put, path: "/lamps/7".to_owned(), body: Some(body) });
    }
}
