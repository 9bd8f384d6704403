//! Which clients a server on loopback serves: programs on this computer, and no web page built to reach it. A page of
//! another site can point its own name at 127.0.0.1; its requests still carry that name, or that page's origin.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;

use super::error::ApiError;

/// Which hosts and origins are answered.
#[derive(Clone, Copy, Debug)]
pub struct AllowedHosts {
    loopback_only: bool,
}

impl AllowedHosts {
    /// Those of a server that listens here: all, unless it is loopback without a proxy in front.
    pub fn of(bound: SocketAddr, behind_proxy: bool) -> AllowedHosts {
        AllowedHosts { loopback_only: bound.ip().is_loopback() && !behind_proxy }
    }

    fn refuses(self, headers: &HeaderMap, uri: &Uri) -> Option<ApiError> {
        // A proxy in between may go by the other one.
        if headers.get_all(HOST).iter().count() > 1 {
            return Some(ApiError::bad_request("The request has more than one Host header: send one."));
        }
        if !self.loopback_only {
            return None;
        }
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or("?").to_owned();
        // Absolute requests name the host in the address; both are checked, whichever one is used elsewhere.
        let named = uri.authority().map(|authority| authority.as_str().to_owned());
        let named: Vec<String> = named.into_iter().chain(headers.get_all(HOST).iter().map(text)).collect();
        let host = named.first().map_or("", String::as_str);
        if named.is_empty() || !named.iter().all(|host| is_loopback(host)) {
            let sentence =
                "This server only answers programs on its own computer: use http://127.0.0.1 or http://localhost.";
            return Some(ApiError::detail(StatusCode::MISDIRECTED_REQUEST, sentence));
        }
        let known = |origin: &str| {
            let same = origin.split_once("://").is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host));
            same || ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"].contains(&origin)
        };
        let sentence = "Requests from pages of other sites are refused.";
        let foreign = !headers.get_all(ORIGIN).iter().all(|origin| known(&text(origin)));
        foreign.then(|| ApiError::detail(StatusCode::FORBIDDEN, sentence))
    }
}

/// Refuses requests sent by another site's web page.
pub async fn check(State(hosts): State<AllowedHosts>, request: Request, next: Next) -> Result<Response, ApiError> {
    match hosts.refuses(request.headers(), request.uri()) {
        Some(error) => Err(error),
        None => Ok(next.run(request).await),
    }
}

/// Whether a `Host` with or without a port is a name or an address of this computer itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(host: &str, origin: Option<&str>) -> Option<StatusCode> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        let refused =
            AllowedHosts::of(([127, 0, 0, 1], 8000).into(), false).refuses(&headers, &Uri::from_static("/jobs"));
        refused.map(|error| match error {
            ApiError::Detail(status, _) => status,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn only_this_computer_is_answered() {
        for host in ["127.0.0.1:8000", "127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000", "127.9.9.9:1"] {
            assert_eq!(answer(host, None), None, "{host}");
        }
        for host in
            ["evil.example", "evil.example:8000", "192.0.2.1:8000", "localhost.evil.example", "", "[2001:db8::1]:8000"]
        {
            assert_eq!(answer(host, None), Some(StatusCode::MISDIRECTED_REQUEST), "{host}");
        }
        assert_eq!(answer("127.0.0.1:8000", Some("http://127.0.0.1:8000")), None);
        assert_eq!(answer("127.0.0.1:8000", Some("tauri://localhost")), None);
        for origin in ["http://evil.example", "http://127.0.0.1:9000", "null", "http://localhost:8000"] {
            assert_eq!(answer("127.0.0.1:8000", Some(origin)), Some(StatusCode::FORBIDDEN), "{origin}");
        }
        let mut two = HeaderMap::new();
        two.append(HOST, "127.0.0.1:8000".parse().unwrap());
        two.append(HOST, "evil.example".parse().unwrap());
        for bound in [[127, 0, 0, 1], [0, 0, 0, 0]] {
            let refused = AllowedHosts::of((bound, 8000).into(), false).refuses(&two, &Uri::from_static("/jobs"));
            assert!(matches!(refused, Some(ApiError::Detail(StatusCode::BAD_REQUEST, _))), "{refused:?}");
        }
        let mut foreign = HeaderMap::new();
        foreign.append(HOST, "evil.example".parse().unwrap());
        let refused = AllowedHosts::of(([127, 0, 0, 1], 8000).into(), false)
            .refuses(&foreign, &Uri::from_static("http://127.0.0.1:8000/jobs"));
        assert!(refused.is_some(), "a foreign Host beside an address of loopback");
        assert!(
            !AllowedHosts::of(([0, 0, 0, 0], 8000).into(), false).loopback_only,
            "a server for a network is named as the network likes"
        );
    }
}
