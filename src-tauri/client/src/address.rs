//! Where a server is: the base URL a person enters, and the URL of one request below it.

use netraven_api::Problem;
use netraven_api::problem::Code;
use url::Url;

/// Reads a base URL; returned without trailing slash, query and fragment.
pub fn parse_base(text: &str) -> Result<Url, Problem> {
    let refuse = |why: &str| Problem::field("url", format!("\"{}\" cannot be used: {why}", text.trim()));
    let entered = text.trim();
    if entered.is_empty() {
        return Err(Problem::field("url", "Enter the address of the server, e.g. https://netraven.example.net/api."));
    }
    if !entered.contains("://") {
        return Err(refuse("the address must start with https:// or http://."));
    }
    let mut url = Url::parse(entered).map_err(|error| refuse(&format!("it is not a valid address ({error}).")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("only https:// and http:// addresses can be used for a NetRaven server."));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(refuse("the name of the server is missing."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Problem::field(
            "url",
            "Remove user name and password from the address; enter them in their own fields.",
        ));
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// The URL of a request: the base and a path that begins with a slash. A path that escapes the base is refused.
pub fn join(base: &Url, path: &str) -> Result<Url, Problem> {
    let prefix = base.as_str().trim_end_matches('/');
    let outside = || Problem::new(Code::NotFound, format!("The API has no route {path}."));
    if !path.starts_with('/') {
        return Err(outside());
    }
    let url = Url::parse(&format!("{prefix}{path}")).map_err(|_| outside())?;
    let below = url.path().strip_prefix(base.path().trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
    if below && url.origin() == base.origin() { Ok(url) } else { Err(outside()) }
}

/// Host and port, as people write them.
pub fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether the address is this computer itself, which no proxy can reach.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> String {
        parse_base(text).unwrap().to_string()
    }

    #[test]
    fn a_base_is_taken_with_or_without_path_port_and_slash() {
        assert_eq!(base("https://host"), "https://host/");
        assert_eq!(base(" http://host:8000/api/ "), "http://host:8000/api");
        assert_eq!(base("https://host/tools/netraven//?x=1#y"), "https://host/tools/netraven");
        assert_eq!(base("http://[::1]:8000"), "http://[::1]:8000/");
    }

    #[test]
    fn what_is_no_base_is_refused_with_a_sentence() {
        for text in ["", "host", "localhost:8000", "ftp://host", "file:///etc", "https://", "https://me:pw@host"] {
            let problem = parse_base(text).unwrap_err();
            assert_eq!(problem.code, Code::Invalid, "{text}");
            assert_eq!(problem.fields[0].field, "url", "{text}");
            assert!(problem.message.ends_with('.'), "{}", problem.message);
            assert!(!problem.message.contains("pw@"), "{}", problem.message);
        }
    }

    #[test]
    fn a_request_stays_below_its_base() {
        let api = parse_base("https://host/api").unwrap();
        assert_eq!(join(&api, "/jobs/?size=2").unwrap().as_str(), "https://host/api/jobs/?size=2");
        let root = parse_base("https://host").unwrap();
        assert_eq!(join(&root, "/jobs/").unwrap().as_str(), "https://host/jobs/");
        for path in ["jobs", "/../users", "/../apiary/", "@evil/", ""] {
            assert!(join(&api, path).is_err(), "{path}");
        }
        assert_eq!(join(&root, "//evil/x").unwrap().host_str(), Some("host"));
    }
}
