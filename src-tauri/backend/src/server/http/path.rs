//! The one spelling of a path.

use axum::extract::Request;
use axum::http::Uri;

/// The one path a route is mounted under: without a leading `/api` and without a trailing slash.
pub fn canonical(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("/api").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        path = rest;
    }
    let path = path.trim_end_matches('/');
    if path.is_empty() { "/" } else { path }
}

/// Both `/jobs` and `/jobs/`, at the root and under `/api`, are the same route: no redirects, so no token is lost in one.
pub fn canonical_path(mut request: Request) -> Request {
    let path = request.uri().path();
    let short = canonical(path);
    if short != path {
        let target = match request.uri().query() {
            Some(query) => format!("{short}?{query}"),
            None => short.to_owned(),
        };
        if let Ok(uri) = target.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_path_is_one_route() {
        let path = |given: &str| {
            let request = Request::builder().uri(given).body(axum::body::Body::empty()).unwrap();
            canonical_path(request).uri().to_string()
        };
        assert_eq!(path("/jobs/?size=2"), "/jobs?size=2");
        assert_eq!(path("/api/jobs"), "/jobs");
        assert_eq!(path("/api/jobs/7/"), "/jobs/7");
        assert_eq!(path("/api/backups/count"), "/backups/count");
        assert_eq!(path("/api/api/backups/count"), "/backups/count");
        assert_eq!(path("/apiary"), "/apiary");
        assert_eq!(path("/api"), "/");
        assert_eq!(path("/"), "/");
    }
}
