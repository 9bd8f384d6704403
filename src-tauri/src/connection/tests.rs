//! Sessions against a server of a few fixed answers, with a host that remembers in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use netraven_api::Endpoint;
use netraven_api::jobs::ListRecentJobs;
use netraven_api::users::Role;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Claims: user `ann`, role `user`, no end.
const TOKEN: &str = "e30.eyJzdWIiOiJhbm4iLCJyb2xlIjoidXNlciJ9.c2ln";

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

/// A server that knows ann's password, and her token for as long as it is told to.
async fn server() -> (String, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let good = Arc::new(AtomicBool::new(true));
    let is_good = good.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, is_good.clone()));
        }
    });
    (url, good)
}

async fn answer(mut stream: TcpStream, good: Arc<AtomicBool>) {
    let mut seen = vec![0; 8192];
    let mut length = 0;
    while !seen[..length].windows(4).any(|part| part == b"\r\n\r\n") || seen[..length].ends_with(b"\r\n\r\n") {
        length += stream.read(&mut seen[length..]).await.unwrap();
        if seen.starts_with(b"GET") && seen[..length].ends_with(b"\r\n\r\n") {
            break;
        }
    }
    let request = String::from_utf8_lossy(&seen[..length]).into_owned();
    let is_signed = good.load(Ordering::SeqCst) && request.contains(TOKEN);
    let (status, body) = match request.split(' ').nth(1).unwrap() {
        "/health" => ("200 OK", r#"{"status":"healthy"}"#.to_owned()),
        "/auth/token" if request.ends_with("password=right") => {
            ("200 OK", format!(r#"{{"access_token":"{TOKEN}","token_type":"bearer"}}"#))
        }
        "/jobs/recent" if is_signed => ("200 OK", "[]".to_owned()),
        _ => ("401 Unauthorized", r#"{"detail":"Could not validate credentials"}"#.to_owned()),
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
}

async fn sign_in(connection: &Connection, url: &str, password: &str) -> Result<(), Problem> {
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
    assert_eq!(connection.call(ListRecentJobs::default().request()).await.unwrap(), serde_json::json!([]));
    assert!(!format!("{:?}", host.settings.lock().unwrap()).contains(TOKEN));
}

#[tokio::test]
async fn a_wrong_password_leaves_the_session_as_it_was() {
    let (url, _) = server().await;
    let connection = connection(&Arc::default());
    connection.begin(None).await;
    assert_eq!(sign_in(&connection, &url, "wrong").await.unwrap_err().code, Code::Unauthenticated);
    assert_eq!(connection.session(), Session::Choose { profiles: vec![] });
    assert_eq!(connection.call(ListRecentJobs::default().request()).await.unwrap_err().code, Code::Unauthenticated);
}

#[tokio::test]
async fn a_refused_token_asks_to_sign_in_again_and_ends_what_belonged_to_the_session() {
    let (url, good) = server().await;
    let connection = connection(&Arc::default());
    sign_in(&connection, &url, "right").await.unwrap();
    let open = connection.open().unwrap();
    good.store(false, Ordering::SeqCst);
    assert_eq!(connection.call(ListRecentJobs::default().request()).await.unwrap_err().code, Code::Unauthenticated);
    match connection.session() {
        Session::SignIn { username: Some(name), reason: Some(_), .. } => assert_eq!(name, "ann"),
        other => panic!("{other:?}"),
    }
    assert!(open.scope.is_cancelled());
    good.store(true, Ordering::SeqCst);
    sign_in(&connection, &url, "right").await.unwrap();
    assert!(!connection.refused(open.generation).await);
    assert!(matches!(connection.session(), Session::Ready(_)), "a late refusal ended a newer session");
}

#[tokio::test]
async fn signing_out_goes_back_to_the_choice_with_the_server_in_it() {
    let (url, _) = server().await;
    let host = Arc::new(MemoryHost::default());
    let connection = connection(&host);
    sign_in(&connection, &url, "right").await.unwrap();
    connection.sign_out().await;
    let profiles = vec![netraven_api::native::Profile { url, username: "ann".into() }];
    assert_eq!(connection.session(), Session::Choose { profiles });
    assert_eq!(memory::place(host.as_ref()), None);
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
    memory::keep_profile(host.as_ref(), &url, "ann");
    memory::keep_place(host.as_ref(), Some(&Place::Remote(url.clone())));
    host.keep_setting("kept_tokens", serde_json::json!([format!("ann at {url}")]));
    let connection = connection(&host);
    connection.begin(None).await;
    let Session::SignIn { reason: Some(reason), .. } = connection.session() else {
        panic!("{:?}", connection.session())
    };
    assert!(reason.contains("no password store") && reason.contains("Sign in again"), "{reason}");
}
