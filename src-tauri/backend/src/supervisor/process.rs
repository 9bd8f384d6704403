//! One child process that dies with us as far as the system allows, and is asked to end before it is made to.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Mutex, OnceLock, mpsc},
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    runtime::Handle,
    sync::oneshot,
    time::timeout,
};

use super::os;

/// Ways to ask a process to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProcessSignal {
    Interrupt,
    Terminate,
    Quit,
    Kill,
}

/// What to run.
pub(super) struct Launch {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    /// The account to run as; ours when absent.
    pub account: Option<os::SystemAccount>,
    /// Open folders and files the child needs under the same number.
    pub handed: Vec<os::Handle>,
    /// The child's output; collected by the caller when absent.
    pub log: Option<File>,
    /// What asks it to end orderly; also sent by the system when we die.
    pub farewell: ProcessSignal,
}

/// A running child. Dropped without [`Process::end`], it is asked to end and not waited for.
pub(super) struct Process {
    child: Child,
    pid: u32,
    farewell: ProcessSignal,
}

/// Starts a child.
///
/// On Linux the system sends the farewell when the *thread* that forked ends, so one thread that lives as long as this
/// process does all the forking; a runtime's own threads may end earlier.
pub(super) async fn spawn(launch: Launch) -> io::Result<Process> {
    type Job = Box<dyn FnOnce() + Send>;
    static KEEPER: OnceLock<Option<Mutex<mpsc::Sender<Job>>>> = OnceLock::new();
    let keeper = KEEPER.get_or_init(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new().name("server-keeper".to_owned());
        thread.spawn(move || jobs.into_iter().for_each(|job| job())).ok().map(|_| Mutex::new(sender))
    });
    let gone = || io::Error::other("the thread that starts servers has ended");
    let keeper = keeper.as_ref().ok_or_else(gone)?;
    let (reply, answer) = oneshot::channel();
    let runtime = Handle::current();
    let job: Job = Box::new(move || {
        let _runtime = runtime.enter();
        // If nobody waits any more, the answer is dropped here, which asks the child to end.
        let _ = reply.send(start(launch));
    });
    keeper.lock().map_err(|_| gone())?.send(job).map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

fn start(launch: Launch) -> io::Result<Process> {
    let Launch { program, arguments, account, handed, log, farewell } = launch;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(cfg!(windows));
    match log {
        Some(log) => command.stdout(log.try_clone()?).stderr(log),
        None => command.stdout(Stdio::piped()).stderr(Stdio::piped()),
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| stays_here(name)) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C");
    os::prepare(&mut command, account, handed, farewell);
    let child = command.spawn()?;
    let pid = child.id().ok_or_else(|| io::Error::other("the process ended at once"))?;
    Ok(Process { child, pid, farewell })
}

/// Settings of the person's own PostgreSQL must not reach the private one, and ours hold passwords.
fn stays_here(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    ["PG", "NETRAVEN_"].iter().any(|ours| name.starts_with(ours))
}

impl Process {
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits for the child's end; safe to drop and call again.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// What the child wrote until its end, if no log was given.
    pub(super) async fn output(mut self, limit: Duration) -> io::Result<(ExitStatus, String)> {
        use tokio::io::AsyncReadExt;
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let all = async {
            let read_out =
                async { if let Some(mut pipe) = stdout { pipe.read_to_end(&mut out).await.map(drop) } else { Ok(()) } };
            let read_err =
                async { if let Some(mut pipe) = stderr { pipe.read_to_end(&mut err).await.map(drop) } else { Ok(()) } };
            let (out, err, status) = tokio::join!(read_out, read_err, self.child.wait());
            out.and(err).and(status)
        };
        let status = match timeout(limit, all).await {
            Ok(status) => status?,
            Err(_) => {
                os::send_group(self.pid, ProcessSignal::Kill);
                return Err(io::Error::new(io::ErrorKind::TimedOut, format!("no end after {} s", limit.as_secs())));
            }
        };
        out.extend(err);
        Ok((status, String::from_utf8_lossy(&out).into_owned()))
    }

    /// Sends each signal and gives it its time; the first that works is returned.
    pub(super) async fn end(&mut self, steps: &[(Option<ProcessSignal>, Duration)]) -> Option<usize> {
        for (step, (signal, limit)) in steps.iter().enumerate() {
            if let Some(signal) = signal {
                os::send(self.pid, *signal);
            }
            if timeout(*limit, self.child.wait()).await.is_ok_and(|status| status.is_ok()) {
                return Some(step);
            }
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The number is ours for as long as the child was not waited for, so it cannot have been given to another.
        if self.child.id().is_some() {
            os::send(self.pid, self.farewell);
        }
    }
}
