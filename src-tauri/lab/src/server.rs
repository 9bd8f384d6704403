//! The SSH side of a device: accepts connections, logs users in, opens shells and channels for files.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use russh::client::GexParams;
use russh::kex::dh::groups::{DH_GROUP1, DH_GROUP14, DhGroup};
use russh::server::Session as SshSession;
use russh::server::{Auth, ChannelOpenHandle, Handler, Msg, Response, run_stream};
use russh::{Channel, ChannelId, MethodKind, MethodSet, Pty};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::device::Device;
use crate::offer;
use crate::session::{Input, Session};
use crate::sftp::Sftp;
use crate::spec::Fault;
use crate::talk::Talk;
use crate::telnet::{self, Carrier};
use crate::wire::{Cut, Wire};

/// How long to wait after the system refused to accept a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const NOT_SSH: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nServer: lab\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\nBad request\n";

/// Accepts connections for a device until the task is aborted.
pub(crate) async fn listen(listener: TcpListener, device: Arc<Device>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let number = device.connections.fetch_add(1, Relaxed) + 1;
                let cut = Arc::new(Cut::default());
                let open = device.opened(&cut);
                let device = device.clone();
                tokio::spawn(async move {
                    serve(stream, device, number, cut).await;
                    drop(open);
                });
            }
            Err(error) => {
                tracing::warn!("a simulated device could not accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, device: Arc<Device>, number: u64, cut: Arc<Cut>) {
    let _ = stream.set_nodelay(true);
    let mut wire = Wire::new(stream, cut.clone());
    match device.fault() {
        Some(Fault::ClosesAtConnect) => return,
        Some(Fault::NeverAnswers) => return swallow(&mut wire).await,
        Some(Fault::NotSsh) => {
            let mut request = [0; 512];
            let _ = wire.read(&mut request).await;
            let _ = wire.write_all(NOT_SSH).await;
            let _ = wire.shutdown().await;
            return swallow(&mut wire).await;
        }
        _ => {}
    }
    if device.spec.options.carrier != Carrier::Ssh {
        return telnet::serve(wire, device, cut).await;
    }
    let config = Arc::new(offer::config(&device, number));
    let handler = Connection { methods: config.methods.clone(), device, round: 0, channels: HashMap::new(), cut };
    match run_stream(config, wire, handler).await {
        Ok(session) => {
            if let Err(error) = session.await {
                tracing::trace!("a simulated device's session ended: {error}");
            }
        }
        Err(error) => tracing::trace!("a simulated device got no session: {error}"),
    }
}

/// Reads until the other side closes.
async fn swallow(wire: &mut Wire) {
    let mut buffer = [0; 512];
    while matches!(wire.read(&mut buffer).await, Ok(n) if n > 0) {}
}

/// One client's connection.
struct Connection {
    device: Arc<Device>,
    methods: MethodSet,
    /// How many rounds of questions were answered.
    round: usize,
    channels: HashMap<ChannelId, Line>,
    cut: Arc<Cut>,
}

/// What a channel is to carry.
enum Asked {
    Shell,
    Command(String),
    Files(Sftp),
}

/// One session channel.
#[derive(Default)]
struct Line {
    terminal: bool,
    input: Option<UnboundedSender<Input>>,
}

impl Connection {
    fn judge(&self, user: &str, password: &str) -> Auth {
        let spec = &self.device.spec;
        let right = user == spec.username && password == spec.password;
        if right && self.device.fault() != Some(Fault::WrongPassword) {
            self.device.logins.fetch_add(1, Relaxed);
            return Auth::Accept;
        }
        self.device.logins_refused.fetch_add(1, Relaxed);
        self.reject()
    }

    /// The one right answer was the old password; whatever is answered next is refused.
    fn ask_for_a_new_one(&mut self, answers: Vec<Vec<u8>>) -> Auth {
        if answers != [self.device.spec.password.as_bytes()] {
            return self.reject();
        }
        let prompts = vec![(Cow::Borrowed("New password: "), false), (Cow::Borrowed("Retype new password: "), false)];
        Auth::Partial {
            name: "".into(),
            instructions: "Your password has expired. Choose a new one.".into(),
            prompts: prompts.into(),
        }
    }

    /// Asks the next round of questions, or lets the user in after the last one.
    fn ask_on(&self) -> Auth {
        let Some(questions) = self.device.spec.options.sign_in_rounds.get(self.round) else {
            self.device.logins.fetch_add(1, Relaxed);
            return Auth::Accept;
        };
        let prompts: Vec<(Cow<'static, str>, bool)> =
            questions.iter().map(|question| (Cow::Owned(question.text.clone()), question.echo)).collect();
        Auth::Partial { name: "".into(), instructions: "".into(), prompts: prompts.into() }
    }

    /// Goes on with the questions if all answers of this round are right.
    fn answered(&mut self, user: &str, answers: &[String]) -> Auth {
        let questions = self.device.spec.options.sign_in_rounds.get(self.round);
        let right = questions.into_iter().flatten().map(|question| &question.answer);
        if user == self.device.spec.username && right.eq(answers) {
            self.round += 1;
            return self.ask_on();
        }
        self.device.logins_refused.fetch_add(1, Relaxed);
        self.reject()
    }

    fn reject(&self) -> Auth {
        Auth::Reject { proceed_with_methods: Some(self.methods.clone()), partial_success: false }
    }

    fn type_into(&mut self, channel: ChannelId, input: Input) {
        if let Some(sender) = self.channels.get(&channel).and_then(|line| line.input.as_ref()) {
            // A shell that has ended takes nothing more.
            let _ = sender.send(input);
        }
    }

    /// Starts what was asked for on the channel, or nothing where something runs there already.
    fn open(&mut self, channel: ChannelId, ssh: &mut SshSession, asked: Asked) -> Result<(), russh::Error> {
        let Some(line) = self.channels.get_mut(&channel).filter(|line| line.input.is_none()) else {
            return ssh.channel_failure(channel);
        };
        ssh.channel_success(channel)?;
        let (sender, input) = unbounded_channel();
        line.input = Some(sender);
        let session = Session {
            talk: Talk::new(self.device.clone(), line.terminal),
            device: self.device.clone(),
            handle: ssh.handle(),
            channel,
            input,
            waiting: VecDeque::new(),
            cut: self.cut.clone(),
        };
        match asked {
            Asked::Shell => drop(tokio::spawn(session.interactive())),
            Asked::Command(command) => drop(tokio::spawn(session.exec(command))),
            Asked::Files(sftp) => drop(tokio::spawn(session.serve_files(sftp))),
        }
        Ok(())
    }
}

impl Handler for Connection {
    type Error = russh::Error;

    async fn lookup_dh_gex_group(&mut self, asked: &GexParams) -> Result<Option<DhGroup>, Self::Error> {
        let is_small = matches!(self.device.fault(), Some(Fault::SmallGroup { .. }));
        let fits = DH_GROUP14.bit_size() <= asked.max_group_size();
        Ok(if is_small { Some(DH_GROUP1) } else { fits.then_some(DH_GROUP14) })
    }

    async fn auth_none(&mut self, _user: &str) -> Result<Auth, Self::Error> {
        Ok(self.reject())
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        let offered = self.methods.contains(&MethodKind::Password);
        Ok(if offered { self.judge(user, password) } else { self.reject() })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        if !self.methods.contains(&MethodKind::KeyboardInteractive) {
            return Ok(self.reject());
        }
        let fault = self.device.fault();
        let two = fault == Some(Fault::TwoPrompts);
        let asks_itself = !self.device.spec.options.sign_in_rounds.is_empty();
        let Some(response) = response else {
            if asks_itself {
                self.round = 0;
                return Ok(self.ask_on());
            }
            let user_name = (Cow::Borrowed("Username: "), true);
            let password = (Cow::Borrowed("Password: "), false);
            let prompts = if two { vec![user_name, password] } else { vec![password] };
            return Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts: prompts.into() });
        };
        if fault == Some(Fault::ExpiredPassword) {
            return Ok(self.ask_for_a_new_one(response.map(|answer| answer.to_vec()).collect()));
        }
        let answers: Vec<String> = response.map(|answer| String::from_utf8_lossy(&answer).into_owned()).collect();
        if asks_itself {
            return Ok(self.answered(user, &answers));
        }
        Ok(match (two, answers.as_slice()) {
            (true, [name, password]) if name == user => self.judge(user, password),
            (false, [password]) => self.judge(user, password),
            _ => self.judge(user, ""),
        })
    }

    async fn authentication_banner(&mut self) -> Result<Option<String>, Self::Error> {
        Ok(self.device.spec.options.login_banner.clone())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut SshSession,
    ) -> Result<(), Self::Error> {
        self.channels.insert(channel.id(), Line::default());
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(Pty, u32)],
        session: &mut SshSession,
    ) -> Result<(), Self::Error> {
        if let Some(line) = self.channels.get_mut(&channel) {
            line.terminal = true;
        }
        session.channel_success(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut SshSession) -> Result<(), Self::Error> {
        if self.device.spec.options.no_shell {
            return session.channel_failure(channel);
        }
        self.open(channel, session, Asked::Shell)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut SshSession,
    ) -> Result<(), Self::Error> {
        self.open(channel, session, Asked::Command(String::from_utf8_lossy(data).into_owned()))
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut SshSession,
    ) -> Result<(), Self::Error> {
        match Sftp::new(&self.device).filter(|_| name == "sftp") {
            Some(sftp) => self.open(channel, session, Asked::Files(sftp)),
            None => session.channel_failure(channel),
        }
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], _: &mut SshSession) -> Result<(), Self::Error> {
        self.type_into(channel, Input::Typed(data.to_vec()));
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, _session: &mut SshSession) -> Result<(), Self::Error> {
        self.type_into(channel, Input::End);
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut SshSession) -> Result<(), Self::Error> {
        self.channels.remove(&channel);
        Ok(())
    }
}
