//! Turns refusals and broken connections into problems: the one place where HTTP failures become sentences.

mod fields;
mod pattern;
mod tls;

use std::error::Error;
use std::io;

use netraven_api::Problem;
use netraven_api::problem::{Code, FieldError};
use reqwest::StatusCode;
use serde_json::Value;
use url::Url;

use crate::address;
use crate::limits::{CONNECT_LIMIT, TOTAL_LIMIT};

/// Most characters of a server's text that are shown.
const SHOWN_CHARS: usize = 600;

/// The problem in an answer that is no success. `what` names the request, e.g. `GET /jobs/`.
pub fn of_answer(status: StatusCode, body: &[u8], what: &str) -> Problem {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let detail = json.as_ref().and_then(|json| json.get("detail"));
    let mut problem = match detail {
        Some(Value::Array(refusals)) => of_validation(refusals),
        Some(Value::String(text)) => Problem::new(code_of(status, text), sentence(text)),
        _ => Problem::new(code_without_detail(status, json.is_some()), without_detail(status, what)),
    };
    let own = json.as_ref();
    if let Some(code) = own.and_then(|json| json.get("code")).and_then(|code| serde_json::from_value(code.clone()).ok())
    {
        problem.code = code;
    }
    let fields = own.and_then(|json| json.get("fields")).and_then(|fields| serde_json::from_value(fields.clone()).ok());
    if let Some(fields) = fields {
        problem.fields = fields;
    }
    if problem.code == Code::Inactive {
        problem.message =
            "This user is inactive on the server. Ask an administrator to reactivate the account.".to_owned();
    }
    if problem.code == Code::Unauthenticated {
        problem.message = "You are not signed in, or your sign-in has expired. Sign in again.".to_owned();
    }
    problem
}

/// The problem of a server that redirects elsewhere.
pub fn of_redirect(from: &Url, target: Option<&Url>) -> Problem {
    let place = address::place(from);
    let Some(target) = target else {
        let message = format!("{place} responds with a redirect that has no target. Check the address of the server.");
        return Problem::new(Code::NotUnderstood, message);
    };
    let origin = target.origin().ascii_serialization();
    let is_same_host = from.host() == target.host();
    let message = match (is_same_host, from.scheme(), target.scheme()) {
        (true, "http", "https") => format!(
            "{place} requires a secure connection: it redirects requests to {origin}, the same host. Enter {origin}{} instead.",
            from.path().trim_end_matches('/')
        ),
        (true, ..) => format!(
            "{place} redirects requests to {origin}, another port of the same host. If the API is there, enter its \
             address instead."
        ),
        (false, ..) => format!(
            "{place} redirects requests to {origin}, which is another server. Your sign-in was not sent there: if \
             you trust that server, enter its address instead."
        ),
    };
    Problem::new(Code::NotUnderstood, message)
}

/// The problem of a success whose content does not match the route.
pub fn of_content(place: &str, what: &str, error: &serde_json::Error) -> Problem {
    let message = format!(
        "The reply of {place} to {what} could not be read ({error}). It is not a NetRaven server, or it is a different version."
    );
    Problem::new(Code::NotUnderstood, message)
}

/// The problem of a web page in place of an answer of the API.
pub fn of_page(place: &str, body: &[u8]) -> Problem {
    let title = title_of(body).map_or_else(String::new, |title| format!(", \"{title}\""));
    let message = format!(
        "{place} responds with a web page{title}, not with the API. If that is the sign-in page of a proxy, complete \
         it in a browser or ask for access without it; if it is NetRaven's own page, enter the address of its API, \
         which often ends in /api."
    );
    Problem::new(Code::NotUnderstood, message)
}

/// The problem of a request that got no answer.
pub fn of_transport(error: &reqwest::Error, place: &str) -> Problem {
    let chain = chain(error);
    let has = |word: &str| chain.iter().any(|text| text.contains(word));
    let tls = has("certificate") || has("ssl") || has("tls") || has("handshake");
    let why = if error.is_timeout() && error.is_connect() {
        format!("{place} cannot be reached: the connection timed out after {} s.", CONNECT_LIMIT.as_secs())
            + " Check the address, the network and any firewall between."
    } else if error.is_timeout() {
        format!("{place} accepted the request but did not finish its response within {} s.", TOTAL_LIMIT.as_secs())
            + " Try again; if it persists, check the server's log."
    } else if error.is_dns() || has("dns error") || has("lookup address") {
        format!("The name of {place} could not be resolved. Check the spelling, or use the IP address.")
    } else if has_kind(error, io::ErrorKind::ConnectionRefused) {
        format!(
            "{place} refuses the connection: nothing is listening there. Check the port, and that the server is running."
        )
    } else if error.is_connect() && tls {
        tracing::debug!(place, ?chain, "no secure connection");
        let (why, advice) = tls::reason(&chain);
        format!("No secure connection to {place}: {why}. {advice}")
    } else if error.is_connect() {
        format!("{place} cannot be reached ({}). Check the address and the network.", last(&chain))
    } else {
        format!("The connection to {place} was lost ({}). Try again.", last(&chain))
    };
    Problem::new(Code::Unreachable, why)
}

/// Whether the server closed an idle connection, so that this request never reached it.
pub fn is_dead_connection(error: &reqwest::Error) -> bool {
    !error.is_timeout() && !error.is_connect() && (error.is_request() || error.is_body())
}

fn of_validation(refusals: &[Value]) -> Problem {
    let fields: Vec<FieldError> = refusals.iter().map(fields::field).collect();
    let named: Vec<String> =
        fields.iter().map(|it| sentence(&format!("{}: {}", fields::last_part(&it.field), it.message))).collect();
    let message = match named.as_slice() {
        [] => "The server refused the input without giving a reason.".to_owned(),
        [one] => one.clone(),
        many => sentence(&format!("{} values were refused. {}", many.len(), many.join(" "))),
    };
    Problem { code: Code::Invalid, message, fields }
}

fn code_of(status: StatusCode, detail: &str) -> Code {
    match status.as_u16() {
        401 => Code::Unauthenticated,
        // NetRaven says so with 400 at the sign-in and with 403 afterwards.
        400 | 403 if detail == "Inactive user" => Code::Inactive,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        409 => Code::Conflict,
        // NetRaven answers a duplicate with 400 and "already registered" or "already exists".
        400 if detail.contains("already") => Code::Conflict,
        429 => Code::TooMany,
        502..=504 => Code::Unavailable,
        400..=499 => Code::Invalid,
        _ => Code::Internal,
    }
}

fn code_without_detail(status: StatusCode, is_json: bool) -> Code {
    match status.as_u16() {
        404 | 405 if !is_json => Code::NotUnderstood,
        300..=399 => Code::NotUnderstood,
        _ => code_of(status, ""),
    }
}

fn without_detail(status: StatusCode, what: &str) -> String {
    let number = status.as_u16();
    match number {
        403 => "You are not allowed to do this. Ask an administrator.".to_owned(),
        404 | 405 => format!("There is no NetRaven API at this address ({what} gives {number}). Check the address."),
        429 => "Too many attempts. Wait a minute and try again.".to_owned(),
        502..=504 => format!("The server is starting or cannot reach its own parts ({number}). Try again in a moment."),
        500..=599 => format!("The server failed at {what} ({number}). See its log for the reason."),
        _ => format!("The server refused {what} ({number})."),
    }
}

/// A server's text as a sentence: trimmed, of bounded length, with an end.
fn sentence(text: &str) -> String {
    let mut text: String = text.trim().chars().take(SHOWN_CHARS).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// The title of a web page, shortened.
fn title_of(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(16 * 1024)]).into_owned();
    // Only ASCII letters change, so that positions stay.
    let lower = text.to_ascii_lowercase();
    let begin = lower.find("<title")?;
    let begin = begin + lower[begin..].find('>')? + 1;
    let end = begin + lower[begin..].find("</title")?;
    let title: String = text[begin..end].split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
    (!title.is_empty()).then_some(title)
}

fn chain(error: &reqwest::Error) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next = error.source();
    while let Some(source) = next {
        texts.push(source.to_string().to_lowercase());
        next = source.source();
    }
    texts
}

fn last(chain: &[String]) -> &str {
    chain.last().map_or("no reason given", String::as_str)
}

fn has_kind(error: &reqwest::Error, kind: io::ErrorKind) -> bool {
    let mut next = error.source();
    while let Some(source) = next {
        if source.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == kind) {
            return true;
        }
        next = source.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, code: Code, message: &str) -> Problem {
        let problem = of_answer(StatusCode::from_u16(status).unwrap(), body.as_bytes(), "GET /jobs/");
        assert_eq!(problem.code, code, "{body}");
        assert!(problem.message.contains(message), "{}", problem.message);
        problem
    }

    #[test]
    fn a_detail_becomes_the_sentence_and_the_status_the_code() {
        check(404, r#"{"detail":"Job not found"}"#, Code::NotFound, "Job not found.");
        check(403, r#"{"detail":"Insufficient privileges"}"#, Code::Forbidden, "Insufficient privileges.");
        check(400, r#"{"detail":"Hostname already registered: r1"}"#, Code::Conflict, "r1.");
        check(400, r#"{"detail":"A cron string is needed"}"#, Code::Invalid, "cron");
        check(409, r#"{"detail":"A run is active."}"#, Code::Conflict, "A run is active.");
        check(400, r#"{"detail":"Inactive user"}"#, Code::Inactive, "inactive on the server");
        check(403, r#"{"detail":"Inactive user"}"#, Code::Inactive, "inactive on the server");
        check(401, r#"{"detail":"Could not validate credentials"}"#, Code::Unauthenticated, "Sign in again.");
        check(429, r#"{"detail":"Too many attempts"}"#, Code::TooMany, "Too many");
        check(503, r#"{"detail":"The database is restarting"}"#, Code::Unavailable, "restarting.");
    }

    #[test]
    fn a_redirect_says_whether_it_is_the_same_host() {
        let said = |from: &str, to: &str| of_redirect(&from.parse().unwrap(), to.parse().ok().as_ref()).message;
        let secure = said("http://nr.example/api/", "https://nr.example/api/health");
        assert!(secure.contains("the same host. Enter https://nr.example/api instead."), "{secure}");
        assert!(said("https://nr.example/", "https://nr.example:8443/x").contains("another port of the same host"));
        assert!(
            said("http://nr.example/", "https://sso.example/x")
                .contains("https://sso.example, which is another server")
        );
        assert!(said("http://nr.example/", "").contains("has no target"));
    }

    #[test]
    fn an_answer_that_is_no_json_is_told_by_its_status() {
        check(500, "Internal Server Error", Code::Internal, "failed at GET /jobs/ (500)");
        check(404, "<html>", Code::NotUnderstood, "no NetRaven API");
        check(502, "<html>", Code::Unavailable, "(502)");
        check(429, "", Code::TooMany, "Too many");
    }

    #[test]
    fn a_web_page_is_named_by_its_title() {
        let page = of_page("host", b"<!doctype html><html><head><TITLE>Sign in -\n Example</TITLE>");
        assert!(page.message.contains("web page, \"Sign in - Example\","), "{}", page.message);
        assert!(of_page("host", b"<p>").message.contains("a web page, not"));
    }

    #[test]
    fn a_validation_list_becomes_fields_without_the_input() {
        let body = r#"{"detail":[
            {"type":"missing","loc":["body","hostname"],"msg":"Field required","input":{"password":"hunter2"}},
            {"type":"value_error","loc":["query","tag_id",0],"msg":"Value error, not a number","ctx":{"error":{}}}]}"#;
        let problem = check(422, body, Code::Invalid, "2 values were refused. hostname: Enter a value. tag_id.0: Not");
        assert_eq!(problem.fields[0], FieldError { field: "body.hostname".into(), message: "Enter a value.".into() });
        assert_eq!(problem.fields[1].field, "query.tag_id.0");
        assert!(!format!("{problem:?}").contains("hunter2"));
    }

    #[test]
    fn a_code_of_the_server_goes_before_the_status() {
        let body = r#"{"detail":"Active already","code":"conflict","fields":[{"field":"job","message":"active"}]}"#;
        let problem = check(400, body, Code::Conflict, "Active already.");
        assert_eq!(problem.fields.len(), 1);
    }
}
