//! The system's own telnet server on a free loopback port: started for each connection, as inetd does.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::Context as _;

use super::system::{as_root, find};

/// What the program is called, by age.
const NAMES: [&str; 2] = ["in.telnetd", "telnetd"];

/// A listening server; it and its connections go when this is dropped.
pub struct Telnetd {
    /// The port it listens on at 127.0.0.1.
    pub port: u16,
    stopping: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

impl Telnetd {
    /// Starts it.
    pub fn start() -> anyhow::Result<Telnetd> {
        let program = find(&NAMES, "inetutils-telnetd")?;
        let socket = TcpListener::bind("127.0.0.1:0")?;
        let port = socket.local_addr()?.port();
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let listener = std::thread::Builder::new()
            .name("telnetd".to_owned())
            .spawn(move || serve(&socket, &program, &stop))
            .context("the listener for telnetd could not be started")?;
        Ok(Telnetd { port, stopping, listener: Some(listener) })
    }
}

impl Drop for Telnetd {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The listener waits for a connection; this one ends it.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn serve(socket: &TcpListener, program: &Path, stop: &AtomicBool) {
    let mut children = Vec::new();
    for stream in socket.incoming() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        match stream.and_then(|stream| spawn(program, stream)) {
            Ok(child) => children.push(child),
            Err(error) => eprintln!("{} was not started: {error}", program.display()),
        }
    }
    for mut child in children {
        // It ends with its connection, which the session has closed by now.
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn spawn(program: &Path, stream: TcpStream) -> io::Result<Child> {
    let name = program.to_str().ok_or(io::ErrorKind::InvalidInput)?;
    let output = OwnedFd::from(stream.try_clone()?);
    as_root(name).stdin(OwnedFd::from(stream)).stdout(output).stderr(Stdio::null()).spawn()
}
