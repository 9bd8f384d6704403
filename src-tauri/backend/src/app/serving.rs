//! Serving the API: connections are taken, each within limits, until the end is asked for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_native_tls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::server::{Connection, Connections};

/// Longest a connection may take to send the head of a request, the first one or another.
const HEAD: Duration = Duration::from_secs(30);
/// Longest a connection may take to agree on its encryption.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Most bytes the head of a request may have.
const HEAD_BYTES: usize = 64 * 1024;
/// Pause after the system gave no connection.
const PAUSE: Duration = Duration::from_millis(50);

/// What is served, and how.
#[derive(Clone)]
pub(super) struct Serving {
    pub router: Router,
    pub tls: Option<TlsAcceptor>,
    pub connections: Arc<Connections>,
    pub stop: CancellationToken,
    /// Longest wait for the head of a request.
    pub head: Duration,
}

impl Serving {
    pub(super) fn new(
        router: Router,
        tls: Option<TlsAcceptor>,
        connections: Arc<Connections>,
        stop: CancellationToken,
    ) -> Serving {
        Serving { router, tls, connections, stop, head: HEAD }
    }

    /// Accepts connections until stopped, then waits for the requests in progress.
    pub(super) async fn run(self, listener: TcpListener) {
        let mut tasks = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = tasks.join_next(), if !tasks.is_empty() => continue,
                () = self.stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let connection = self.connections.enter();
                    tasks.spawn(self.clone().connection(stream, peer, connection));
                }
                Err(error) if is_of_one(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection could be accepted: another one is closed to make room");
                    self.connections.make_room();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        drop(listener);
        while tasks.join_next().await.is_some() {}
    }

    async fn connection(self, stream: TcpStream, peer: SocketAddr, connection: Connection) {
        // What is sent is sent whole: there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let served = async {
            match &self.tls {
                None => self.requests(stream, peer, &connection).await,
                Some(tls) => {
                    let agreed = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await;
                    if let Ok(Ok(stream)) = agreed {
                        self.requests(stream, peer, &connection).await;
                    }
                }
            }
        };
        tokio::select! {
            () = served => {}
            () = connection.closed() => {}
        }
    }

    async fn requests(&self, stream: impl AsyncRead + AsyncWrite + Unpin, peer: SocketAddr, connection: &Connection) {
        let service = tower::service_fn(|request: Request<Incoming>| {
            let (router, connection) = (self.router.clone(), connection.clone());
            async move {
                connection.asks();
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(peer));
                request.extensions_mut().insert(connection.clone());
                router.oneshot(request).await.map(|response| connection.answers(response))
            }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.head).max_buf_size(HEAD_BYTES);
        let serving = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        tokio::pin!(serving);
        // How a connection ends is its peer's affair.
        tokio::select! {
            _ = &mut serving => return,
            () = self.stop.cancelled() => {}
        }
        if !connection.is_silent() {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

/// Whether an error of accepting is about one connection, which its peer gave up, and not about the system.
fn is_of_one(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    async fn started(most: usize, head: Duration) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "here" }));
        let stop = CancellationToken::new();
        let serving = Serving { head, ..Serving::new(router, None, Connections::new(most), stop.clone()) };
        (address, stop, tokio::spawn(serving.run(listener)))
    }

    /// Everything the server answers on a connection that sent this, until it is closed.
    async fn told(address: SocketAddr, sent: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text).await;
        String::from_utf8_lossy(&text).into_owned()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn silence_half_a_head_and_an_idle_connection_end_by_themselves() {
        let (address, ..) = started(10, Duration::from_millis(300)).await;
        for sent in ["", "GET / HTTP/1.1\r\nHost: here\r\nX-Half: "] {
            assert!(!told(address, sent).await.contains("200 OK"), "{sent:?}");
        }
        let kept = told(address, "GET / HTTP/1.1\r\nHost: here\r\n\r\n").await;
        assert!(kept.contains("200 OK") && kept.ends_with("here"), "{kept}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn silent_connections_shut_nobody_out_and_do_not_hold_up_the_end() {
        let (address, stop, task) = started(20, Duration::from_secs(600)).await;
        let mut silent = Vec::new();
        for number in 0..100 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            if number % 2 == 0 {
                stream.write_all(b"GET / HTTP/1.1\r\nX-Half: ").await.unwrap();
            }
            silent.push(stream);
        }
        let answer = told(address, "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").await;
        assert!(answer.ends_with("here"), "{answer}");
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(30), task).await.expect("it ends").unwrap();
    }
}
