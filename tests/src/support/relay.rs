//! A line between a program and Postgres that can fall silent at a chosen moment, as when the program's machine is frozen or
//! gone: neither side hears from the other, and neither learns of it.

use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// A relay; it ends with the test's runtime.
pub struct Relay {
    /// The database's address through it.
    pub url: String,
    silent: Arc<AtomicBool>,
}

impl Relay {
    /// Starts one. It falls silent for good once a connection has sent a statement that contains `word`, and the one message
    /// after it, which has it carried out.
    pub async fn silent_after(database_url: &str, word: &'static str) -> anyhow::Result<Relay> {
        let options = PgConnectOptions::from_str(database_url)?;
        let socket = options.get_socket().map(|folder| folder.join(format!(".s.PGSQL.{}", options.get_port())));
        let upstream = (options.get_host().to_owned(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (who, rest) = database_url.split_once('@').context("the address names a user")?;
        let (_, place) = rest.split_once('/').context("the address names a database")?;
        let database = place.split('?').next().unwrap_or(place);
        let url = format!("{who}@127.0.0.1:{}/{database}?sslmode=disable", listener.local_addr()?.port());
        let silent = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&silent);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (shared, socket, upstream) = (Arc::clone(&shared), socket.clone(), upstream.clone());
                tokio::spawn(async move {
                    match socket {
                        Some(path) => join(client, UnixStream::connect(path).await?, word, shared).await,
                        None => join(client, TcpStream::connect(upstream).await?, word, shared).await,
                    }
                });
            }
        });
        Ok(Relay { url, silent })
    }

    /// Whether it has fallen silent.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.silent.load(Ordering::SeqCst)
    }
}

/// Carries both ways until silence, and then keeps both ends open.
async fn join(
    client: TcpStream,
    server: impl AsyncRead + AsyncWrite + Unpin,
    word: &str,
    silent: Arc<AtomicBool>,
) -> std::io::Result<()> {
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let mut named = false;
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            count = from_client.read(&mut asked) => {
                let count = count?;
                if count == 0 {
                    return Ok(());
                }
                if silent.load(Ordering::SeqCst) {
                    continue;
                }
                to_server.write_all(&asked[..count]).await?;
                if named {
                    silent.store(true, Ordering::SeqCst);
                }
                named |= asked[..count].windows(word.len()).any(|bytes| bytes == word.as_bytes());
            }
            count = from_server.read(&mut answered) => {
                let count = count?;
                if count == 0 {
                    return Ok(());
                }
                if !silent.load(Ordering::SeqCst) {
                    to_client.write_all(&answered[..count]).await?;
                }
            }
        }
    }
}
