//! Connections to the server: one shared by all short calls, one per blocking call, each replaced when it breaks.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::{MultiplexedConnection, PubSub};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ErrorKind, FromRedisValue, Pipeline, RedisError, Value,
};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::QueueError;

/// Longest time to make a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// Longest time for an answer to a non-blocking call.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// A call is tried this often when the connection breaks or the server is still loading its data.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

#[derive(Clone)]
pub(super) struct RedisLink(Arc<LinkState>);

struct LinkState {
    client: Client,
    server: String,
    shared: Mutex<SharedConnection>,
    blocking: std::sync::Mutex<Vec<MultiplexedConnection>>,
}

/// The shared connection; the number distinguishes a broken one from its replacement.
#[derive(Default)]
struct SharedConnection {
    number: u64,
    connection: Option<MultiplexedConnection>,
}

#[derive(Clone, Copy)]
enum Request<'a> {
    One(&'a Cmd),
    Many(&'a Pipeline),
}

impl RedisLink {
    pub(super) fn new(url: &str) -> Result<Self, QueueError> {
        let client =
            Client::open(url).map_err(|error| QueueError::BadUrl { reason: error.category().to_lowercase() })?;
        let server = match client.get_connection_info().addr() {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => format!("{host}:{port}"),
            ConnectionAddr::Unix(path) => path.display().to_string(),
            _ => "an unknown address".to_owned(),
        };
        Ok(Self(Arc::new(LinkState {
            client,
            server,
            shared: Mutex::default(),
            blocking: std::sync::Mutex::default(),
        })))
    }

    /// The server's address, without its password.
    pub(super) fn server(&self) -> &str {
        &self.0.server
    }

    /// Sends one command and reads its answer.
    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, QueueError> {
        self.parse(self.send(Request::One(command)).await?)
    }

    /// Sends many commands at once and reads their answers.
    pub(super) async fn ask_many<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, QueueError> {
        self.parse(self.send(Request::Many(commands)).await?)
    }

    /// Sends a command that the server answers within `wait`, on a connection used by nothing else meanwhile.
    pub(super) async fn ask_blocking<T: FromRedisValue>(&self, command: &Cmd, wait: Duration) -> Result<T, QueueError> {
        let idle = self.idle_connections().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        // A connection that failed or was abandoned half way is closed by dropping it.
        let limit = wait + ANSWER_LIMIT;
        let value = timeout(limit, connection.send_packed_command(command))
            .await
            .map_err(|_| self.too_slow(limit))?
            .map_err(|error| self.explain(&error))?;
        self.idle_connections().push(connection);
        self.parse(value)
    }

    /// A connection that listens to channels.
    pub(super) async fn pubsub(&self) -> Result<PubSub, QueueError> {
        let connecting = timeout(CONNECT_LIMIT, self.0.client.get_async_pubsub());
        connecting.await.map_err(|_| self.too_slow(CONNECT_LIMIT))?.map_err(|error| self.explain(&error))
    }

    async fn send(&self, request: Request<'_>) -> Result<Value, QueueError> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            let (error, passing) = match self.send_once(request).await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            if !passing || attempt == ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
            sleep(pause).await;
            pause *= 4;
        }
    }

    /// Adds to an error whether it may pass in a moment: a broken connection, a server that is just starting.
    async fn send_once(&self, request: Request<'_>) -> Result<Value, (QueueError, bool)> {
        let (number, mut connection) = self.shared().await.map_err(|error| {
            let passing = matches!(error, QueueError::Unreachable { .. });
            (error, passing)
        })?;
        let answer = match request {
            Request::One(command) => timeout(ANSWER_LIMIT, connection.send_packed_command(command)).await,
            Request::Many(commands) => {
                let all = connection.send_packed_commands(commands, 0, commands.len());
                timeout(ANSWER_LIMIT, all).await.map(|values| values.map(Value::Array))
            }
        };
        let Ok(answer) = answer else {
            self.forget(number).await;
            return Err((self.too_slow(ANSWER_LIMIT), false));
        };
        match answer.and_then(Value::extract_error) {
            Ok(value) => Ok(value),
            Err(error) => {
                let broken = is_broken(&error);
                if broken {
                    self.forget(number).await;
                }
                Err((self.explain(&error), broken || is_loading(&error)))
            }
        }
    }

    /// The shared connection, made first if need be.
    async fn shared(&self) -> Result<(u64, MultiplexedConnection), QueueError> {
        let mut shared = self.0.shared.lock().await;
        if let Some(connection) = &shared.connection {
            return Ok((shared.number, connection.clone()));
        }
        let connection = self.connect().await?;
        shared.number += 1;
        shared.connection = Some(connection.clone());
        Ok((shared.number, connection))
    }

    async fn forget(&self, number: u64) {
        let mut shared = self.0.shared.lock().await;
        if shared.number == number {
            shared.connection = None;
        }
    }

    async fn connect(&self) -> Result<MultiplexedConnection, QueueError> {
        // The crate's own limit of half a second would end blocking reads; ours are around every call.
        let config =
            AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(Some(CONNECT_LIMIT));
        let connecting = self.0.client.get_multiplexed_async_connection_with_config(&config);
        timeout(CONNECT_LIMIT, connecting)
            .await
            .map_err(|_| self.too_slow(CONNECT_LIMIT))?
            .map_err(|error| self.explain(&error))
    }

    fn idle_connections(&self) -> std::sync::MutexGuard<'_, Vec<MultiplexedConnection>> {
        self.0.blocking.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn parse<T: FromRedisValue>(&self, value: Value) -> Result<T, QueueError> {
        redis::from_redis_value(value).map_err(|error| self.explain(&error.into()))
    }

    fn too_slow(&self, limit: Duration) -> QueueError {
        QueueError::TooSlow { server: self.0.server.clone(), seconds: limit.as_secs() }
    }

    fn explain(&self, error: &RedisError) -> QueueError {
        let server = self.0.server.clone();
        let reason = error.to_string().trim_end_matches('.').to_owned();
        if is_broken(error) || is_loading(error) {
            QueueError::Unreachable { server, reason }
        } else {
            QueueError::Refused { server, reason }
        }
    }
}

fn is_broken(error: &RedisError) -> bool {
    // A refused password also ends the connection, but retrying does not help.
    if error.kind() == ErrorKind::AuthenticationFailed {
        return false;
    }
    error.is_io_error() || error.is_connection_dropped() || error.is_timeout() || error.is_unrecoverable_error()
}

/// A server that has just started reads its data first and answers everything with this.
fn is_loading(error: &RedisError) -> bool {
    error.to_string().contains("LOADING")
}
