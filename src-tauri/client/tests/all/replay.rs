//! A server that answers as the NetRaven server written in Python does, with all its habits, byte by byte.
//!
//! Its rows are the files of `fixtures/python`, written in the shapes that server was seen to use.

use std::sync::{Arc, Mutex};

use netraven_api::Secret;
use netraven_client::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::replay_rows::{Asked, rows};

/// Claims: user `ann`, role `user`, no end.
pub const TOKEN: &str = "e30.eyJzdWIiOiJhbm4iLCJyb2xlIjoidXNlciJ9.c2ln";
/// Bytes of a body that are written one at a time; the rest goes in small pieces.
const ONE_BY_ONE: usize = 300;

/// The server and what a test changes in it.
#[derive(Clone)]
pub struct Replay {
    /// Its address.
    pub url: String,
    /// Its rows and its mood.
    pub world: Arc<Mutex<World>>,
}

/// Everything it knows.
pub struct World {
    /// Rows by resource.
    pub rows: std::collections::BTreeMap<&'static str, Vec<Value>>,
    /// Requests that came, as `GET /tags/?page=1`.
    pub asked: Vec<String>,
    /// Lists move by one row with each request.
    pub moves: bool,
    /// A job that makes every page fail that holds it.
    pub poisoned: Option<i64>,
    /// What the stream sends next.
    pub stream: Vec<String>,
    /// No credential fits what is added: it is saved, and the answer says that it was not.
    pub fits_no_credential: bool,
    /// Log rows written for each reading of results.
    pub notes_reading: bool,
}

/// An answer before it is written.
pub struct Answer {
    pub status: &'static str,
    pub kind: &'static str,
    pub body: String,
    pub location: Option<String>,
}

impl Answer {
    pub fn json(status: &'static str, body: &Value) -> Answer {
        Answer { status, kind: "application/json", body: body.to_string(), location: None }
    }

    pub fn detail(status: &'static str, text: &str) -> Answer {
        Answer::json(status, &json!({"detail": text}))
    }

    /// What an exception in the server looks like.
    pub fn broken() -> Answer {
        let body = "Internal Server Error".to_owned();
        Answer { status: "500 Internal Server Error", kind: "text/plain; charset=utf-8", body, location: None }
    }
}

impl Replay {
    /// Starts one on a free port.
    pub async fn start() -> Replay {
        let names = [
            "openapi",
            "tags",
            "devices",
            "credentials",
            "jobs",
            "scheduled",
            "results",
            "configs",
            "users",
            "logs",
            "log_stats",
            "status",
            "job_status",
        ];
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/python");
        let read = |name: &'static str| {
            let text = std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            (name, if let Value::Array(rows) = value { rows } else { vec![value] })
        };
        let world = World {
            rows: names.into_iter().map(read).collect(),
            asked: Vec::new(),
            moves: false,
            poisoned: None,
            stream: Vec::new(),
            fits_no_credential: false,
            notes_reading: true,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let replay = Replay { url, world: Arc::new(Mutex::new(world)) };
        let serving = replay.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        replay
    }

    /// A client that is signed in and knows what the server can do.
    pub async fn client(&self) -> Client {
        Client::discover(&self.url).await.unwrap().with_token(Secret::new(TOKEN))
    }

    /// Changes what the server knows.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.lock().unwrap());
    }

    /// The requests that came and begin so, and forgets them all.
    pub fn asked(&self, begin: &str) -> Vec<String> {
        let asked = std::mem::take(&mut self.world.lock().unwrap().asked);
        asked.into_iter().filter(|line| line.starts_with(begin)).collect()
    }

    async fn serve(self, mut stream: TcpStream) {
        while let Some(asked) = read(&mut stream).await {
            self.change(|world| world.asked.push(asked.line.clone()));
            if asked.path == "/logs/stream" && asked.is_signed {
                return self.keep_streaming(stream).await;
            }
            let answer = answer(&mut self.world.lock().unwrap(), &asked);
            let location = answer.location.map(|to| format!("location: {to}\r\n")).unwrap_or_default();
            let head = format!(
                "HTTP/1.1 {}\r\ncontent-length: {}\r\ncontent-type: {}\r\n{location}\r\n",
                answer.status,
                answer.body.len(),
                answer.kind
            );
            let (slow, rest) = answer.body.as_bytes().split_at(answer.body.len().min(ONE_BY_ONE));
            let pieces = slow.chunks(1).chain(rest.chunks(61));
            for piece in std::iter::once(head.as_bytes()).chain(pieces) {
                if stream.write_all(piece).await.is_err() {
                    return;
                }
            }
            // After an exception the server closes without having said so.
            if answer.status.starts_with("500") {
                return;
            }
        }
    }

    async fn keep_streaming(self, mut stream: TcpStream) {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
        let mut said = vec![head.to_owned(), chunk("data: : keepalive\r\n\r\n")];
        let mut left = [0];
        loop {
            for text in said {
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                _left = stream.read(&mut left) => return,
                () = tokio::time::sleep(std::time::Duration::from_millis(2)) => {}
            }
            said = std::mem::take(&mut self.world.lock().unwrap().stream).iter().map(|text| chunk(text)).collect();
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let head = super::support::read_head(stream).await;
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Asked::read(&head, &String::from_utf8(body).unwrap(), TOKEN)
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    let first = |name| Answer::json("200 OK", &world.rows[name][0]);
    match (asked.method.as_str(), asked.path.as_str()) {
        (_, "/health") => Answer::json("200 OK", &json!({"status": "healthy"})),
        (_, "/openapi.json") => first("openapi"),
        ("POST", "/auth/token") => sign_in(&asked.body),
        (_, path) if !asked.is_signed && !path.starts_with("/configs") => {
            Answer::detail("401 Unauthorized", "Could not validate credentials")
        }
        (_, "/system/status") => first("status"),
        ("GET", "/logs/stats") => first("log_stats"),
        ("GET", "/jobs/status") => first("job_status"),
        ("GET", "/users/me") => Answer::detail("403 Forbidden", "Operation not permitted. Requires admin privileges."),
        _ => rows(world, asked),
    }
}

fn sign_in(form: &str) -> Answer {
    let is = |pair: &str| form.split('&').any(|part| part == pair);
    match (is("username=ann"), is("username=gone"), is("password=right")) {
        (true, _, true) => Answer::json("200 OK", &json!({"access_token": TOKEN, "token_type": "bearer"})),
        (_, true, true) => Answer::detail("400 Bad Request", "Inactive user"),
        _ => Answer::detail("401 Unauthorized", "Incorrect username or password"),
    }
}
