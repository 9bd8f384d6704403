//! Whole sessions with a telnet server and a console line.

use std::io::{Read, Write};
use std::net::TcpListener;

use netraven_api::ids::CredentialId;

use super::*;
use crate::platforms::Definition;
use crate::session::{Cancel, Failure, Limits, LogType, NEVER_SEEN, Observer, Reading, read};

struct NoObserver;

impl Observer for NoObserver {
    fn stage(&mut self, stage: Stage) {
        assert!(![Stage::KeyExchange, Stage::HostKey, Stage::SignIn].contains(&stage), "{stage} belongs to SSH");
    }

    fn log(&mut self, _level: Level, _log_type: LogType, message: String, _meta: serde_json::Value) {
        assert!(!message.contains("secret-1") && !message.contains("secret-2"), "{message}");
    }
}

/// The far end of a connection.
struct Far(TcpStream);

impl Far {
    fn say(&mut self, bytes: &[u8]) {
        // A client that has left hears nothing.
        let _ = self.0.write_all(bytes);
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        matches!(self.0.read(&mut byte), Ok(1)).then_some(byte[0])
    }

    /// The next line, without commands of telnet; none at the end.
    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        loop {
            match self.byte()? {
                255 => match self.byte()? {
                    251..=254 => {
                        self.byte()?;
                    }
                    250 => while self.byte()? != 240 {},
                    _ => {}
                },
                b'\r' => {
                    let end = self.byte()?;
                    assert!(end == 0 || end == b'\n', "a return is followed by {end}");
                    return Some(String::from_utf8(line).unwrap());
                }
                byte => line.push(byte),
            }
        }
    }

    /// Asks who is there, and returns what was answered.
    fn ask(&mut self) -> Option<(String, String)> {
        self.say(b"\r\nUsername: ");
        let user = self.line()?;
        self.say(format!("{user}\r\nPassword: ").as_bytes());
        Some((user, self.line()?))
    }

    /// A shell with its prompt.
    fn shell(&mut self) {
        self.say(b"\r\nsw1#");
        while let Some(line) = self.line() {
            let answer = match line.as_str() {
                "" => "",
                "show" => "hostname sw1\r\nend\r\n",
                _ => "% Invalid input\r\n",
            };
            self.say(format!("{line}\r\n{answer}sw1#").as_bytes());
        }
    }
}

/// What telnet servers ask for before they say anything.
const OPTIONS: &[u8] = &[255, 251, 1, 255, 251, 3, 255, 253, 24, 255, 253, 31, 255, 253, 39];

fn login(number: i64, networks: &[&str]) -> Login {
    Login {
        id: number.into(),
        username: format!("ops-{number}"),
        password: format!("secret-{number}").into(),
        key: None,
        agent: None,
        answers: Vec::new(),
        enable_password: None,
        networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
    }
}

/// The outcome of a visit to a server that serves this many connections one after the other.
fn visited(
    transport: Transport,
    logins: &[Login],
    connections: usize,
    serve: impl Fn(usize, &mut Far) + Send + 'static,
) -> Result<Reading, Box<Failure>> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Target::direct("127.0.0.1", listener.local_addr().unwrap().port());
    let server = std::thread::spawn(move || {
        for number in 0..connections {
            serve(number, &mut Far(listener.accept().unwrap().0));
        }
    });
    let text = "name = 'test'\ntitle = 'Test'\nvendor = 'Test'\ncomment = '!'\nerrors = ['^%']\n[prompt]\n\
                pattern = '(?P<host>\\w+)#'\n[[commands]]\nsend = 'show'\npurpose = 'config'\nend = '^end$'\n";
    let definition = Definition::parse("test.toml", text).unwrap();
    let limits = Limits::default();
    let visit =
        Visit { target: &target, transport, definition: &definition, logins, before: &NEVER_SEEN, limits: &limits };
    let result = read(visit, &Cancel::new(), &mut NoObserver);
    server.join().unwrap();
    result
}

#[test]
fn a_telnet_device_is_told_who_is_there_once_and_read() {
    let reading = visited(Transport::Telnet, &[login(1, &[])], 1, |_, far| {
        far.say(OPTIONS);
        far.say(b"\r\nAuthorized users only.\r\n");
        assert_eq!(far.ask(), Some(("ops-1".to_owned(), "secret-1".to_owned())));
        far.shell();
    });
    let reading = reading.unwrap();
    assert!(reading.answers[0].text.contains("hostname sw1\nend"), "{:?}", reading.answers[0].text);
    assert_eq!((reading.login_id, reading.host_key, reading.algorithms), (Some(1.into()), None, None));
    let stages: Vec<Stage> = reading.timings.iter().map(|(stage, _)| *stage).collect();
    assert_eq!(stages[..2], [Stage::Reach, Stage::Prompt]);
}

#[test]
fn a_console_line_that_is_silent_and_asks_nobody_is_woken_with_enter() {
    let reading = visited(Transport::Tcp, &[login(1, &[])], 1, |_, far| {
        // On a bare connection the Enter key is a return alone.
        let mut line = Vec::new();
        while let Some(byte) = far.byte() {
            if byte != b'\r' {
                line.push(byte);
                continue;
            }
            let answer = if line == b"show" { "hostname sw1\r\nend\r\n" } else { "" };
            let echo = String::from_utf8(std::mem::take(&mut line)).unwrap();
            far.say(format!("{echo}\r\n{answer}sw1#").as_bytes());
        }
    });
    let reading = reading.unwrap();
    assert!(reading.answers[0].text.contains("hostname sw1\nend"), "{:?}", reading.answers[0].text);
    assert_eq!(reading.login_id, None);
}

#[test]
fn a_refusal_is_known_however_the_shell_puts_it_and_the_next_credential_has_a_connection_of_its_own() {
    for words in ["Login incorrect", "% Authentication failed", "Access denied"] {
        for asks_again in [false, true] {
            let failure = visited(Transport::Telnet, &[login(1, &[])], 1, move |_, far| {
                far.say(OPTIONS);
                far.ask();
                far.say(format!("\r\n{words}\r\n").as_bytes());
                if asks_again {
                    assert_eq!(far.ask(), None, "the same password is not sent again");
                }
            });
            let failure = failure.unwrap_err();
            assert_eq!((failure.cause, failure.stage), (Cause::AuthFailed, Stage::Prompt), "{words}: {failure:?}");
            assert_eq!(failure.refused_logins, [CredentialId::new(1)]);
        }
    }
    let logins = [login(1, &[]), login(2, &["10.0.0.0/8"]), login(2, &["127.0.0.0/8"])];
    let reading = visited(Transport::Telnet, &logins, 2, |number, far| {
        far.say(OPTIONS);
        let told = far.ask();
        if number == 0 {
            far.say(b"\r\nLogin incorrect\r\n");
        } else {
            assert_eq!(told, Some(("ops-2".to_owned(), "secret-2".to_owned())));
            far.shell();
        }
    });
    assert_eq!(reading.unwrap().login_id, Some(2.into()));
    // The one left may not be sent there: the refusal is the answer.
    let failure = visited(Transport::Telnet, &logins[..2], 1, |_, far| {
        far.ask();
    });
    let failure = failure.unwrap_err();
    assert_eq!((failure.cause, failure.stage), (Cause::AuthFailed, Stage::Prompt), "{failure:?}");
}

#[test]
fn a_credential_that_may_not_be_sent_there_is_no_reason_to_connect() {
    for transport in [Transport::Telnet, Transport::Tcp] {
        let failure = visited(transport, &[login(1, &["10.0.0.0/8"])], 0, |_, _| {}).unwrap_err();
        assert_eq!((failure.cause, failure.stage), (Cause::OutsideNetworks, Stage::Reach));
    }
}

#[test]
fn a_port_that_speaks_ssh_or_tls_is_told_as_that() {
    for (greeting, told) in
        [(&b"SSH-2.0-OpenSSH_9.2\r\n"[..], "speaks SSH"), (&b"\x15\x03\x01\x00\x02\x02\x0a"[..], "speaks TLS")]
    {
        for transport in [Transport::Telnet, Transport::Tcp] {
            let failure = visited(transport, &[login(1, &[])], 1, move |_, far| {
                far.say(greeting);
                assert_eq!(far.byte(), None, "nothing is typed there");
            });
            let failure = failure.unwrap_err();
            assert_eq!((failure.cause, failure.stage), (Cause::PromptNotSeen, Stage::Prompt));
            assert!(failure.message.contains(told) && failure.advice.is_some(), "{failure:?}");
        }
    }
}

#[test]
fn a_device_that_let_nobody_in_is_not_said_to_have() {
    let failure = visited(Transport::Telnet, &[login(1, &[])], 1, |_, far| {
        far.say(b"\r\nEnter new password: ");
        while far.byte().is_some() {}
    });
    let failure = failure.unwrap_err();
    assert_eq!(failure.cause, Cause::AuthFailed);
    assert!(failure.message.starts_with("Connected, but"), "{}", failure.message);
}

#[test]
fn cancelling_ends_the_wait_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Target::direct("127.0.0.1", listener.local_addr().unwrap().port());
    let cancel = Cancel::new();
    let switch = cancel.clone();
    let device = std::thread::spawn(move || {
        let mut far = Far(listener.accept().unwrap().0);
        switch.cancel();
        while far.byte().is_some() {}
    });
    let text = "name = 'test'\ntitle = 'Test'\nvendor = 'Test'\ncomment = '!'\nerrors = ['^%']\n[prompt]\n\
                pattern = '(?P<host>\\w+)#'\n[[commands]]\nsend = 'show'\npurpose = 'config'\n";
    let definition = Definition::parse("test.toml", text).unwrap();
    let (limits, logins) = (Limits::default(), [login(1, &[])]);
    let visit = Visit {
        target: &target,
        transport: Transport::Telnet,
        definition: &definition,
        logins: &logins,
        before: &NEVER_SEEN,
        limits: &limits,
    };
    let began = Instant::now();
    let failure = read(visit, &cancel, &mut NoObserver).unwrap_err();
    assert_eq!(failure.cause, Cause::Cancelled);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    device.join().unwrap();
}

#[test]
fn what_is_asked_beside_the_shell_is_refused_with_the_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (address, cancel, limits) = (listener.local_addr().unwrap(), Cancel::new(), Limits::default());
    let socket = Arc::new(stream);
    let mut shell = PlainShell {
        _watched: cancel.watch(&socket),
        socket,
        address: address.into(),
        negotiation: None,
        transport: Transport::Tcp,
        first: Vec::new(),
        received: Vec::new(),
        text: Vec::new(),
    };
    let bounds = Bounds { limits: &limits, cancel: &cancel, deadline: Instant::now() + limits.total };
    for request in [Beside::Exec("show"), Beside::File("/config")] {
        let error = shell.beside(request, Duration::ZERO, &bounds).err().unwrap();
        assert!(error.cause == Cause::CommandRejected && error.message.starts_with("Raw TCP carries a shell alone"));
    }
}

#[test]
fn enter_on_a_bare_connection_is_a_return() {
    assert_eq!(bare(b"show\n\nnext\r\nlast\r \xff"), b"show\r\rnext\r\nlast\r \xff");
}
