//! Sessions against a server of a few fixed answers, with a host that remembers in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use netraven_api::jobs::ListRecentJobs;
use netraven_api::native::Renewal;
use netraven_api::problem::Code;
use netraven_api::tags::{CreateTag, TagInput};
use netraven_api::users::Role;
use netraven_api::{Endpoint, Secret};
use netraven_client::{Client, token};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Claims: user `ann`, role `user`, no end; and the same, signed later.
const TOKEN: &str = "e30.eyJzdWIiOiJhbm4iLCJyb2xlIjoidXNlciJ9.c2ln";
const LATER_TOKEN: &str = "e30.eyJzdWIiOiJhbm4iLCJyb2xlIjoidXNlciJ9.c2lnMg";

/// Which token the server issues and accepts.
const TOKEN_FIRST: usize = 0;
const TOKEN_AGAIN: usize = 1;
const NOBODY: usize = 2;
/// A token that ends a minute and a second after it is issued.
const SOON: usize = 3;
/// It only signs in again with the first token.
const EARLIER: usize = 4;
/// It signs in nobody who sends a token.
const STRANGERS: usize = 5;

/// A host that remembers in memory.
#[derive(Default)]
pub(crate) struct MemoryHost {
    settings: Mutex<HashMap<String, Value>>,
    announced: Mutex<Vec<Session>>,
}

impl Host for MemoryHost {
    fn announce(&self, session: &Session) {
        self.announced.lock().unwrap().push(session.clone());
    }

    fn setting(&self, name: &str) -> Option<Value> {
        self.settings.lock().unwrap().get(name).cloned()
    }

    fn keep_setting(&self, name: &str, value: Value) {
        let mut settings = self.settings.lock().unwrap();
        if value.is_null() {
            settings.remove(name)
        } else {
            settings.insert(name.to_owned(), value)
        };
    }
}

fn connection(host: &Arc<MemoryHost>) -> Arc<Connection> {
    Arc::new(Connection::new(host.clone(), PathBuf::from("unused"), Secrets::absent()))
}

fn remembered(host: &Arc<MemoryHost>) -> Remembered {
    Remembered::new(host.clone(), Secrets::absent())
}

/// A server that knows ann's password, and accepts the tokens in its list.
async fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (url, answer_all(listener))
}

fn answer_all(listener: TcpListener) -> Arc<AtomicUsize> {
    let good = Arc::new(AtomicUsize::new(TOKEN_FIRST));
    let is_good = good.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, is_good.clone()));
        }
    });
    good
}

async fn answer(mut stream: TcpStream, good: Arc<AtomicUsize>) {
    let mut seen = vec![0; 8192];
    let mut length = 0;
    while !seen[..length].windows(4).any(|part| part == b"\r\n\r\n") || seen[..length].ends_with(b"\r\n\r\n") {
        length += stream.read(&mut seen[length..]).await.unwrap();
        if seen.starts_with(b"GET") && seen[..length].ends_with(b"\r\n\r\n") {
            break;
        }
    }
    let request = String::from_utf8_lossy(&seen[..length]).into_owned();
    let token = match good.load(Ordering::SeqCst) {
        TOKEN_FIRST => TOKEN.to_owned(),
        TOKEN_AGAIN | EARLIER | STRANGERS => LATER_TOKEN.to_owned(),
        SOON => soon(),
        _ => "nobody's".to_owned(),
    };
    // A short-lived token differs each time.
    let signed =
        if good.load(Ordering::SeqCst) == SOON { "Bearer e30.".to_owned() } else { format!("Bearer {token}\r\n") };
    let is_signed = request.contains(&signed);
    let lets_in = match good.load(Ordering::SeqCst) {
        EARLIER => request.contains(&format!("Bearer {TOKEN}\r\n")),
        STRANGERS => !request.to_ascii_lowercase().contains("authorization:"),
        _ => true,
    };
    let (status, body) = match request.split(' ').nth(1).unwrap() {
        "/health" => ("200 OK", r#"{"status":"healthy"}"#.to_owned()),
        "/auth/token" if lets_in && request.ends_with("password=right") => {
            ("200 OK", format!(r#"{{"access_token":"{token}","token_type":"bearer"}}"#))
        }
        "/jobs/recent" if is_signed => ("200 OK", "[]".to_owned()),
        _ => ("401 Unauthorized", r#"{"detail":"Could not validate credentials"}"#.to_owned()),
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
}

fn soon() -> String {
    let end = jiff::Timestamp::now().as_second() + 62;
    let payload = format!(r#"{{"sub":"ann","role":"user","exp":{end}}}"#);
    format!("e30.{}.c2ln", base64_of(payload.as_bytes()))
}

/// Base64 for URLs, without padding.
fn base64_of(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letters = |chunk: &[u8]| -> Vec<char> {
        let number = chunk.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        (0..=chunk.len()).map(|place| char::from(LETTERS[(number >> (18 - 6 * place)) as usize & 63])).collect()
    };
    bytes.chunks(3).flat_map(letters).collect()
}

async fn sign_in(connection: &Arc<Connection>, url: &str, password: &str) -> Result<(), Problem> {
    connection.sign_in(url, "ann", &Secret::new(password), true).await
}

#[tokio::test]
async fn the_first_start_asks_and_a_second_one_goes_where_the_first_went() {
    let (url, _) = server().await;
    let host = Arc::new(MemoryHost::default());
    let first = connection(&host);
    first.begin(None).await;
    assert_eq!(first.session(), Session::Choose { profiles: vec![] });
    sign_in(&first, &url, "right").await.unwrap();
    let second = connection(&host);
    second.begin(None).await;
    assert_eq!(second.session(), Session::SignIn { url, username: Some("ann".into()), reason: None });
}

#[tokio::test]
async fn signing_in_tells_who_and_where_and_what_is_not_kept() {
    let (url, _) = server().await;
    let host = Arc::new(MemoryHost::default());
    let connection = connection(&host);
    sign_in(&connection, &url, "right").await.unwrap();
    let Session::Ready(ready) = connection.session() else { panic!("{:?}", connection.session()) };
    assert_eq!((ready.username.as_str(), ready.role, ready.embedded), ("ann", Role::User, false));
    assert_eq!(ready.url, url);
    assert!(ready.secrets_note.unwrap().contains("no password store"));
    assert_eq!(host.announced.lock().unwrap().last(), Some(&connection.session()));
    assert_eq!(connection.calls().call(ListRecentJobs::default().request()).await.unwrap(), serde_json::json!([]));
    assert!(!format!("{:?}", host.settings.lock().unwrap()).contains(TOKEN));
}

#[tokio::test]
async fn a_wrong_password_leaves_the_session_as_it_was() {
    let (url, _) = server().await;
    let connection = connection(&Arc::default());
    connection.begin(None).await;
    assert_eq!(sign_in(&connection, &url, "wrong").await.unwrap_err().code, Code::Unauthenticated);
    assert_eq!(connection.session(), Session::Choose { profiles: vec![] });
    let problem = connection.calls().call(ListRecentJobs::default().request()).await.unwrap_err();
    assert_eq!(problem.code, Code::Unauthenticated);
}

/// Waits until the session looks a certain way.
async fn until(connection: &Connection, what: impl Fn(&Session) -> bool) {
    let seen = async {
        while !what(&connection.session()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("the session changes");
}

fn wants_password(session: &Session) -> bool {
    matches!(session, Session::Ready(Ready { renewal: Renewal::Now, .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_token_was_refused_is_held_and_sent_once_the_password_was_given() {
    let (url, good) = server().await;
    let host = Arc::new(MemoryHost::default());
    let connection = connection(&host);
    sign_in(&connection, &url, "right").await.unwrap();
    let open = connection.open().unwrap();
    good.store(TOKEN_AGAIN, Ordering::SeqCst);
    let held = connection.clone();
    let call = tokio::spawn(async move { held.calls().call(ListRecentJobs::default().request()).await });
    until(&connection, wants_password).await;
    let problem = connection.sign_in_again(&Secret::new("wrong")).await.unwrap_err();
    assert_eq!(problem.code, Code::Unauthenticated);
    assert!(wants_password(&connection.session()) && !call.is_finished());
    connection.sign_in_again(&Secret::new("right")).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap(), serde_json::json!([]));
    let Session::Ready(ready) = connection.session() else { panic!("{:?}", connection.session()) };
    assert_eq!((ready.renewal, ready.username.as_str()), (Renewal::None, "ann"));
    assert!(!open.scope.is_cancelled(), "what belonged to the session ended");
}

/// A client with an earlier sign-in does not have to wait behind guesses.
#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_sign_in_is_shown_to_its_own_server_and_to_no_other() {
    let (url, good) = server().await;
    let (elsewhere, stranger) = server().await;
    let host = Arc::new(MemoryHost::default());
    let connection = connection(&host);
    sign_in(&connection, &url, "right").await.unwrap();
    good.store(EARLIER, Ordering::SeqCst);
    assert!(Client::new(&url).unwrap().login("ann", &Secret::new("right"), None).await.is_err(), "nothing is shown");
    connection.sign_in_again(&Secret::new("right")).await.unwrap();
    // The token has changed; the first is no longer valid.
    assert_eq!(connection.sign_in_again(&Secret::new("right")).await.unwrap_err().code, Code::Unauthenticated);

    good.store(TOKEN_FIRST, Ordering::SeqCst);
    connection.sign_in_again(&Secret::new("right")).await.unwrap();
    good.store(EARLIER, Ordering::SeqCst);
    sign_in(&connection, &url, "right").await.unwrap();

    stranger.store(STRANGERS, Ordering::SeqCst);
    sign_in(&connection, &elsewhere, "right").await.unwrap();
    good.store(STRANGERS, Ordering::SeqCst);
    sign_in(&connection, &url, "right").await.unwrap();
    let bob = connection.sign_in(&url, "bob", &Secret::new("right"), true).await;
    assert!(bob.is_ok(), "another user's sign-in is not shown: {bob:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_change_that_was_taken_back_is_never_sent() {
    let (url, good) = server().await;
    let connection = connection(&Arc::default());
    sign_in(&connection, &url, "right").await.unwrap();
    good.store(NOBODY, Ordering::SeqCst);
    let change = || CreateTag(TagInput { name: Some("late".into()), ..TagInput::default() }).request();
    let held = connection.clone();
    let call = tokio::spawn(async move { held.calls().call_by(7, change()).await });
    until(&connection, wants_password).await;
    assert!(!call.is_finished(), "it waits for the password");
    connection.calls().withdraw(7);
    // An ended session sends nothing more, whatever becomes of the sign-in.
    let ended = tokio::time::timeout(Duration::from_secs(20), call).await.expect("it waits no longer");
    assert_eq!(ended.unwrap().unwrap_err().code, Code::Unauthenticated);
    assert!(wants_password(&connection.session()), "nobody signed in meanwhile");
    // The withdrawal may overtake the call.
    connection.calls().withdraw(8);
    let early = tokio::time::timeout(Duration::from_secs(20), connection.calls().call_by(8, change())).await;
    assert_eq!(early.expect("it does not wait").unwrap_err().code, Code::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_lets_nobody_wait_for_a_password() {
    let (url, good) = server().await;
    let connection = connection(&Arc::default());
    sign_in(&connection, &url, "right").await.unwrap();
    good.store(NOBODY, Ordering::SeqCst);
    let held = connection.clone();
    let call = tokio::spawn(async move { held.calls().call(ListRecentJobs::default().request()).await });
    until(&connection, wants_password).await;
    connection.sign_out().await;
    assert_eq!(call.await.unwrap().unwrap_err().code, Code::Unauthenticated);
    let problem = connection.sign_in_again(&Secret::new("right")).await.unwrap_err();
    assert_eq!(problem.code, Code::Unauthenticated);
    assert!(matches!(connection.session(), Session::Choose { .. }), "{:?}", connection.session());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_asked_for_before_the_sign_in_ends() {
    let (url, good) = server().await;
    good.store(SOON, Ordering::SeqCst);
    let connection = connection(&Arc::default());
    sign_in(&connection, &url, "right").await.unwrap();
    let Session::Ready(ready) = connection.session() else { panic!("{:?}", connection.session()) };
    assert!(ready.expires_at.is_some() && ready.renewal == Renewal::None, "{ready:?}");
    until(&connection, |session| matches!(session, Session::Ready(Ready { renewal: Renewal::Soon, .. }))).await;
    assert_eq!(connection.calls().call(ListRecentJobs::default().request()).await.unwrap(), serde_json::json!([]));
}

#[tokio::test]
async fn signing_out_goes_back_to_the_choice_with_the_server_in_it() {
    let (url, _) = server().await;
    let host = Arc::new(MemoryHost::default());
    let connection = connection(&host);
    sign_in(&connection, &url, "right").await.unwrap();
    connection.sign_out().await;
    let profiles = vec![netraven_api::native::Profile::new(url, "ann")];
    assert_eq!(connection.session(), Session::Choose { profiles });
    assert_eq!(remembered(&host).place(), None);
}

#[tokio::test]
async fn an_address_that_cannot_be_one_fails_with_its_reason() {
    let connection = connection(&Arc::default());
    connection.begin(Some(Place::Remote("ftp://host".into()))).await;
    let Session::Failed { problem, embedded: false } = connection.session() else {
        panic!("{:?}", connection.session())
    };
    assert_eq!(problem.code, Code::Invalid);
}

#[tokio::test]
async fn the_end_is_told_and_a_second_start_during_it_too() {
    let (url, _) = server().await;
    let host = Arc::new(MemoryHost::default());
    let connection = connection(&host);
    sign_in(&connection, &url, "right").await.unwrap();
    connection.shut_down().await;
    assert_eq!(connection.session(), Session::Stopping { step: "Stopping.".into() });
    connection.tell_restart();
    let told = host.announced.lock().unwrap().last().cloned();
    assert!(matches!(told, Some(Session::Stopping { step }) if step.contains("opens again")));
    connection.begin(None).await;
    assert!(matches!(connection.session(), Session::Stopping { .. }), "nothing is shown after the end has begun");
}

#[tokio::test]
async fn a_sign_in_to_a_host_that_never_answers_does_not_hold_up_the_end() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let connection = connection(&Arc::default());
    let signing_in = sign_in(&connection, &url, "right");
    let ending = async {
        let _reached = silent.accept().await.unwrap();
        let began = std::time::Instant::now();
        connection.shut_down().await;
        began.elapsed()
    };
    let (refused, took) = tokio::join!(signing_in, ending);
    assert_eq!(refused.unwrap_err().code, Code::Unavailable);
    assert!(took < GRACE / 2, "{took:?}");
}

#[tokio::test]
async fn a_kept_sign_in_that_cannot_be_read_says_why_it_is_asked_for_again() {
    let (url, _) = server().await;
    let host = Arc::new(MemoryHost::default());
    remembered(&host).keep_profile(&url, "ann");
    remembered(&host).keep_place(Some(&Place::Remote(url.clone())));
    host.keep_setting("kept_tokens", serde_json::json!([format!("ann at {url}")]));
    let connection = connection(&host);
    connection.begin(None).await;
    let Session::SignIn { reason: Some(reason), .. } = connection.session() else {
        panic!("{:?}", connection.session())
    };
    assert!(reason.contains("no password store") && reason.contains("Sign in again"), "{reason}");
}

/// The tests have no store that keeps a token: this one is passed in.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_is_reached_without_a_press() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let connection = connection(&Arc::default());
    let problem = Problem::new(Code::Unreachable, "Nothing listens there.");
    let generation = connection.standing.enter(Session::Failed { problem, embedded: false }, None, None);
    let token = Secret::new(TOKEN);
    let kept = super::remote::Kept {
        client: Client::new(&format!("http://{address}")).unwrap(),
        claims: token::claims(&token).unwrap(),
        token,
    };
    let pause = netraven_client::Pause::new(Duration::from_millis(20), Duration::from_millis(50));
    tokio::spawn(kept.reach(Arc::downgrade(&connection), generation, pause));
    let good = answer_all(TcpListener::bind(address).await.unwrap());
    until(&connection, |session| matches!(session, Session::Ready(Ready { embedded: false, .. }))).await;
    assert_eq!(good.load(Ordering::SeqCst), TOKEN_FIRST);
}
