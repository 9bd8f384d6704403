//! A libssh2 client for the tests: logs in, types, and waits for what must come, never longer than a limit.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use netraven_lab::{DeviceSpec, Lab, Running};
use ssh2::{Channel, HashType, KeyboardInteractivePrompt, MethodType, Prompt, Session};

/// No test waits longer than this for anything.
const LIMIT: Duration = Duration::from_secs(60);

/// How a connection was when reading stopped.
#[derive(Debug, PartialEq, Clone, Copy)]
pub enum Ended {
    /// The device closed it.
    Closed,
    /// It is still open, nothing came.
    TimedOut,
}

/// A lab with one device.
pub async fn only(spec: DeviceSpec) -> Lab {
    Lab::start(vec![spec]).await.expect("a free port on loopback")
}

/// Runs a client, which blocks, beside the devices.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Waits until the device has no connection open.
pub async fn idle(device: &Running) {
    tokio::time::timeout(LIMIT, device.idle()).await.expect("the connection ends");
    assert_eq!(device.sessions_open(), 0);
}

/// Sends a line to a port that may speak anything, and reads until its end or the limit.
pub fn plain_tcp(address: SocketAddr, limit: Duration) -> (String, Ended) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(limit)).unwrap();
    // A device that closes at once may have done so already.
    let _ = stream.write_all(b"SSH-2.0-test\r\n");
    let mut read = Vec::new();
    let ended = match stream.read_to_end(&mut read) {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ended::TimedOut,
        _ => Ended::Closed,
    };
    (String::from_utf8(read).unwrap(), ended)
}

/// What one command prints until the connection ends, by a client that loses nothing of it. (libssh2 throws away what it
/// received together with the end.)
pub async fn exec_until_end(address: SocketAddr, command: &str) -> String {
    struct AnyKey;
    impl russh::client::Handler for AnyKey {
        type Error = russh::Error;
        async fn check_server_key(&mut self, _: &russh::keys::PublicKeyOrCertificate) -> Result<bool, russh::Error> {
            Ok(true)
        }
    }
    let mut session = russh::client::connect(Arc::default(), address, AnyKey).await.unwrap();
    assert!(session.authenticate_password("lab", "lab-password").await.unwrap().success());
    let mut channel = session.channel_open_session().await.unwrap();
    channel.exec(false, command).await.unwrap();
    let mut output = Vec::new();
    while let Some(message) = tokio::time::timeout(LIMIT, channel.wait()).await.unwrap() {
        if let russh::ChannelMsg::Data { data } = message {
            output.extend_from_slice(&data);
        }
    }
    String::from_utf8(output).unwrap()
}

/// A connection past its key exchange.
pub struct Client {
    pub session: Session,
}

/// Answers visible prompts with the user name and hidden ones with the password.
struct Answers<'a>(&'a str, &'a str);

impl KeyboardInteractivePrompt for Answers<'_> {
    fn prompt<'b>(&mut self, _username: &str, _instructions: &str, prompts: &[Prompt<'b>]) -> Vec<String> {
        prompts.iter().map(|prompt| if prompt.echo { self.0 } else { self.1 }.to_owned()).collect()
    }
}

impl Client {
    pub fn connect(address: SocketAddr) -> Client {
        let mut session = Session::new().unwrap();
        session.set_tcp_stream(TcpStream::connect(address).unwrap());
        session.set_timeout(LIMIT.as_millis() as u32);
        session.handshake().unwrap();
        Client { session }
    }

    pub fn methods(&self, user: &str) -> String {
        self.session.auth_methods(user).unwrap().to_owned()
    }

    pub fn password(self, user: &str, password: &str) -> Client {
        self.session.userauth_password(user, password).unwrap();
        self
    }

    pub fn keyboard_interactive(self, user: &str, password: &str) -> Client {
        self.session.userauth_keyboard_interactive(user, &mut Answers(user, password)).unwrap();
        self
    }

    pub fn host_key_hash(&self) -> Vec<u8> {
        self.session.host_key_hash(HashType::Sha256).unwrap().to_vec()
    }

    /// Key exchange, host key, cipher and MAC in use.
    pub fn algorithms(&self) -> String {
        [MethodType::Kex, MethodType::HostKey, MethodType::CryptCs, MethodType::MacCs]
            .map(|method| self.session.methods(method).unwrap_or_default().to_owned())
            .join(" ")
    }

    /// What one command prints, to its end.
    pub fn exec(&self, command: &str) -> String {
        let mut channel = self.session.channel_session().unwrap();
        channel.exec(command).unwrap();
        let mut output = String::new();
        channel.read_to_string(&mut output).unwrap();
        output
    }

    pub fn shell(self) -> Shell {
        let mut channel = self.session.channel_session().unwrap();
        channel.request_pty("vt100", None, Some((511, 24, 0, 0))).unwrap();
        channel.shell().unwrap();
        Shell { channel, session: self.session, pending: Vec::new() }
    }
}

/// An interactive shell.
pub struct Shell {
    channel: Channel,
    session: Session,
    pending: Vec<u8>,
}

impl Shell {
    pub fn write(&mut self, typed: &str) {
        self.channel.write_all(typed.as_bytes()).unwrap();
    }

    /// Types and reads on until `expected`.
    pub fn say(&mut self, typed: &str, expected: &str) -> String {
        self.write(typed);
        self.until(expected)
    }

    /// Reads until `expected`, which is the end of what is returned.
    pub fn until(&mut self, expected: &str) -> String {
        let since = Instant::now();
        loop {
            let found = self.pending.windows(expected.len()).position(|window| window == expected.as_bytes());
            if let Some(at) = found {
                let read = self.pending.drain(..at + expected.len()).collect();
                return String::from_utf8(read).unwrap();
            }
            let so_far = || String::from_utf8_lossy(&self.pending).into_owned();
            assert!(since.elapsed() < LIMIT, "{expected:?} never came, only {:?}", so_far());
            let mut buffer = [0; 32 * 1024];
            match self.channel.read(&mut buffer) {
                Ok(0) => panic!("the shell ended before {expected:?}: {:?}", so_far()),
                Ok(read) => self.pending.extend_from_slice(&buffer[..read]),
                Err(error) => panic!("{error} before {expected:?}: {:?}", so_far()),
            }
        }
    }

    /// Reads until the device closes.
    pub fn until_end(self) -> (String, Ended) {
        self.quiet_for(LIMIT)
    }

    /// Reads until the device closes or says nothing for so long.
    pub fn quiet_for(mut self, limit: Duration) -> (String, Ended) {
        self.session.set_timeout(limit.as_millis() as u32);
        let mut buffer = [0; 32 * 1024];
        let ended = loop {
            match self.channel.read(&mut buffer) {
                Ok(0) => break Ended::Closed,
                Ok(read) => self.pending.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::TimedOut => break Ended::TimedOut,
                Err(_) => break Ended::Closed,
            }
        };
        (String::from_utf8(std::mem::take(&mut self.pending)).unwrap(), ended)
    }
}
