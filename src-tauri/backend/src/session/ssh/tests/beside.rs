//! Commands and files beside the shell, of a device that says exactly what a test scripts.

use std::time::{Duration, Instant};

use netraven_api::outcome::Cause;

use super::bare::{Bare, Heard, Reader, Say, Script, refuse, text};
use super::{NoObserver, definition, login};
use crate::platforms::{Definition, TerminalRules, Via};
use crate::session::expect::terminal::{Beside, Bounds, Brought, ByteChannel, Incoming};
use crate::session::observer::Progress;
use crate::session::report::SessionError;
use crate::session::ssh::{Shell, SignIns, as_sent};
use crate::session::{Cancel, Limits, Target};

/// No test waits longer than this for the device.
const PATIENCE: Duration = Duration::from_secs(30);
const CONFIG: Beside<'_> = Beside::File("/conf/config.xml");

/// A packet to the client's channel of this number.
fn packet(kind: u8, channel: u32, parts: &[&[u8]]) -> Say {
    Say::This([&[kind][..], &channel.to_be_bytes(), &parts.concat()].concat())
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    text(&mut out, bytes);
    out
}

fn accepted(channel: u32) -> Say {
    packet(99, channel, &[])
}

fn printed(channel: u32, bytes: &[u8]) -> Say {
    packet(94, channel, &[&counted(bytes)])
}

fn complained(channel: u32, bytes: &[u8]) -> Say {
    packet(95, channel, &[&1_u32.to_be_bytes(), &counted(bytes)])
}

fn ended_with(channel: u32, status: u32) -> Say {
    packet(98, channel, &[&counted(b"exit-status"), &[0], &status.to_be_bytes()])
}

fn killed(channel: u32) -> Say {
    packet(98, channel, &[&counted(b"exit-signal"), &[0], &counted(b"KILL"), &[0], &counted(b""), &counted(b"")])
}

fn over(channel: u32) -> Say {
    packet(96, channel, &[])
}

fn closed(channel: u32) -> Say {
    packet(97, channel, &[])
}

/// A device that lets everybody in, opens every channel, has a shell and no SFTP, and runs commands as told.
fn device(heard: &Heard, exec: fn(u32, &str) -> Vec<Say>) -> Vec<Say> {
    let heard = match heard {
        Heard::Method(name) if name == "password" => return vec![Say::This(vec![52])],
        Heard::Packet(heard) => heard,
        _ => return vec![refuse("password")],
    };
    let number = |at: usize| u32::from_be_bytes(heard[at..at + 4].try_into().unwrap());
    match heard[0] {
        // It calls a channel by the client's own number, which stands behind the word `session`.
        90 => {
            let [own, window, largest] = [number(12), 1 << 20, 1 << 15].map(u32::to_be_bytes);
            vec![packet(91, number(12), &[&own, &window, &largest])]
        }
        97 => vec![closed(number(1))],
        98 => {
            let (channel, mut reader) = (number(1), Reader(&heard[5..]));
            match reader.text().as_str() {
                "exec" => exec(channel, &Reader(&reader.0[1..]).text()),
                "subsystem" => vec![packet(100, channel, &[])],
                _ => vec![accepted(channel)],
            }
        }
        _ => Vec::new(),
    }
}

fn nothing(_channel: u32, _command: &str) -> Vec<Say> {
    Vec::new()
}

/// A platform without a command for the shell.
fn without_shell() -> Definition {
    let mut definition = definition();
    definition.commands.iter_mut().for_each(|command| command.via = Via::Exec);
    definition
}

fn open(script: Script, definition: &Definition, bounds: &Bounds<'_>) -> Result<Shell, SessionError> {
    let target = Target::direct("127.0.0.1", Bare::start(script).address.port());
    let mut observer = NoObserver;
    let mut progress = Progress::new(&mut observer);
    let opened = SignIns::new(None).open(&target, definition, &[login(None, "old-Password-1")], bounds, &mut progress);
    opened.map(|(shell, _)| shell)
}

fn within<T>(work: impl FnOnce(&Bounds<'_>) -> T) -> T {
    let limits = Limits { max_bytes: 1024, ..Limits::default() };
    let cancel = Cancel::new();
    work(&Bounds { limits: &limits, cancel: &cancel, deadline: Instant::now() + PATIENCE })
}

fn asked(script: Script, request: Beside<'_>) -> Result<Brought, SessionError> {
    within(|bounds| open(script, &definition(), bounds)?.beside(request, PATIENCE, bounds))
}

fn refusal(script: Script, request: Beside<'_>) -> SessionError {
    asked(script, request).err().unwrap()
}

#[test]
fn a_command_brings_both_streams_as_bytes_and_its_status() {
    let script: Script = |heard| {
        device(heard, |channel, command| {
            assert_eq!(command, "show config");
            vec![
                accepted(channel),
                printed(channel, b"hostname r\xe9\n"),
                complained(channel, b"deprecated\n"),
                printed(channel, b"end\n"),
                ended_with(channel, 3),
                over(channel),
                closed(channel),
            ]
        })
    };
    let brought = asked(script, Beside::Exec("show config")).unwrap();
    assert_eq!(brought.bytes, b"hostname r\xe9\nend\n");
    assert_eq!((brought.errors.as_slice(), brought.status), (b"deprecated\n".as_slice(), Some(3)));
}

#[test]
fn a_status_that_was_not_given_is_none_and_a_signal_is_a_failure() {
    let script: Script = |heard| {
        device(heard, |channel, _| vec![accepted(channel), printed(channel, b"end\n"), over(channel), closed(channel)])
    };
    let brought = asked(script, Beside::Exec("show")).unwrap();
    assert_eq!((brought.bytes.as_slice(), brought.status), (b"end\n".as_slice(), None));
    let error = refusal(
        |heard| {
            device(heard, |channel, _| {
                vec![accepted(channel), printed(channel, b"en"), killed(channel), over(channel), closed(channel)]
            })
        },
        Beside::Exec("show"),
    );
    assert_eq!((error.cause, error.said.as_deref()), (Cause::Truncated, Some("SIGKILL")));
}

#[test]
fn a_channel_that_is_refused_says_whether_a_shell_is_in_the_way() {
    let script: Script = |heard| match heard {
        Heard::Packet(heard) if heard[0] == 90 && heard[12..16] != [0; 4] => {
            let channel = u32::from_be_bytes(heard[12..16].try_into().unwrap());
            vec![packet(92, channel, &[&1_u32.to_be_bytes(), &counted(b"no"), &counted(b"")])]
        }
        _ => device(heard, nothing),
    };
    let error = refusal(script, Beside::Exec("show"));
    assert_eq!(error.cause, Cause::CommandRejected);
    assert!(error.message.contains("no second channel beside its shell"), "{}", error.message);
    assert!(error.advice.is_some_and(|advice| advice.contains("exec")));
}

#[test]
fn a_refused_command_a_silent_one_and_a_lost_connection_are_told_apart() {
    let refused =
        refusal(|heard| device(heard, |channel, _| vec![packet(100, channel, &[])]), Beside::Exec("show secret-word"));
    assert_eq!(refused.cause, Cause::CommandRejected);
    assert!(!refused.message.contains("secret-word"), "a command may hold a password: {}", refused.message);
    let lost = refusal(
        |heard| device(heard, |channel, _| vec![accepted(channel), printed(channel, b"host"), Say::Close]),
        Beside::Exec("show"),
    );
    assert_eq!(lost.cause, Cause::Disconnected);
    let silent: Script = |heard| device(heard, |channel, _| vec![accepted(channel), printed(channel, b"host")]);
    let error = within(|bounds| {
        let mut shell = open(silent, &definition(), bounds).unwrap();
        shell.beside(Beside::Exec("show"), Duration::from_secs(1), bounds).err().unwrap()
    });
    assert_eq!(error.message, "The device was silent for 1 s before its answer was complete.");
    assert_eq!(error.cause, Cause::Timeout);
}

#[test]
fn an_answer_beside_the_shell_has_the_same_limit_as_one_in_it() {
    let script: Script = |heard| {
        device(heard, |channel, _| {
            vec![accepted(channel), printed(channel, &[b'a'; 700]), complained(channel, &[b'b'; 700])]
        })
    };
    assert_eq!(refusal(script, Beside::Exec("show")).cause, Cause::TooLarge);
    let script: Script =
        |heard| device(heard, |channel, _| vec![accepted(channel), printed(channel, b"C0644 5000 config.xml\n")]);
    assert_eq!(refusal(script, CONFIG).cause, Cause::TooLarge);
}

#[test]
fn a_file_comes_by_scp_where_there_is_no_sftp() {
    let script: Script = |heard| {
        device(heard, |channel, command| {
            assert_eq!(command, "scp -f /conf/config.xml");
            vec![accepted(channel), printed(channel, b"C0644 6 config.xml\n"), printed(channel, b"<a/>\n\xe9\0")]
        })
    };
    let brought = asked(script, CONFIG).unwrap();
    assert_eq!((brought.bytes.as_slice(), brought.status), (b"<a/>\n\xe9".as_slice(), None));
}

#[test]
fn a_file_that_is_missing_denied_cut_short_or_not_offered_has_its_own_sentence() {
    let missing = refusal(
        |heard| {
            device(heard, |channel, _| {
                vec![accepted(channel), printed(channel, b"\x01scp: No such file or directory\n")]
            })
        },
        CONFIG,
    );
    assert_eq!(missing.message, "The device has no file `/conf/config.xml`.");
    assert_eq!(missing.said.as_deref(), Some("scp: No such file or directory"));
    let denied = refusal(
        |heard| device(heard, |channel, _| vec![accepted(channel), printed(channel, b"\x01scp: Permission denied\n")]),
        CONFIG,
    );
    assert_eq!(denied.message, "The account may not read the file `/conf/config.xml`.");
    let not_offered = refusal(
        |heard| {
            device(heard, |channel, _| {
                let complaint = complained(channel, b"sh: scp: not found\n");
                vec![accepted(channel), complaint, ended_with(channel, 127), over(channel), closed(channel)]
            })
        },
        CONFIG,
    );
    assert!(not_offered.message.contains("neither SFTP nor SCP"), "{}", not_offered.message);
    assert_eq!(not_offered.said.as_deref(), Some("sh: scp: not found"));
    let short = refusal(
        |heard| {
            device(heard, |channel, _| {
                let file = printed(channel, b"C0644 60 config.xml\n<a/>\n");
                vec![accepted(channel), file, over(channel), closed(channel)]
            })
        },
        CONFIG,
    );
    assert_eq!(short.message, "The device sent only 5 of the 60 bytes of the file `/conf/config.xml`.");
    let causes = [missing.cause, denied.cause, not_offered.cause, short.cause];
    assert_eq!(causes, [Cause::CommandRejected, Cause::CommandRejected, Cause::CommandRejected, Cause::Truncated]);
}

#[test]
fn a_file_that_changes_each_time_is_given_up() {
    let script: Script = |heard| {
        device(heard, |channel, _| {
            vec![accepted(channel), printed(channel, b"C0644 4 config.xml\n<a/>\x01scp: file changed size\n")]
        })
    };
    assert_eq!(refusal(script, CONFIG).cause, Cause::Unsettled);
}

#[test]
fn a_platform_without_a_command_for_the_shell_gets_none() {
    let script: Script = |heard| match heard {
        Heard::Packet(heard) if heard[0] == 98 && Reader(&heard[5..]).text() != "exec" => vec![Say::Close],
        _ => device(heard, |channel, _| {
            vec![accepted(channel), printed(channel, b"end\n"), ended_with(channel, 0), over(channel), closed(channel)]
        }),
    };
    within(|bounds| {
        let mut shell = open(script, &without_shell(), bounds).unwrap();
        assert!(matches!(shell.read(&mut [0; 8], Duration::from_millis(1)), Ok(Incoming::Closed)));
        let brought = shell.beside(Beside::Exec("show"), PATIENCE, bounds).unwrap();
        assert_eq!((brought.bytes.as_slice(), brought.status), (b"end\n".as_slice(), Some(0)));
    });
}

#[test]
fn the_terminal_is_the_one_the_platform_wants() {
    // What comes with the request: its name, a byte, the terminal's name, its width.
    let narrow: Script = |heard| match heard {
        Heard::Packet(request)
            if request[0] == 98
                && Reader(&request[5..]).text() == "pty-req"
                && request[26..30] != 132_u32.to_be_bytes() =>
        {
            vec![Say::Close]
        }
        _ => device(heard, nothing),
    };
    let opened = |rules: TerminalRules| {
        let mut definition = definition();
        definition.terminal = rules;
        within(|bounds| open(narrow, &definition, bounds).is_ok())
    };
    let rules = TerminalRules { width: 132, height: 200, none: false };
    assert!(opened(rules) && !opened(TerminalRules { width: 80, ..rules }));
    assert!(opened(TerminalRules { width: 80, none: true, ..rules }), "none is asked for");
}

#[test]
fn the_suffix_of_a_platform_is_only_sent() {
    let mut definition = definition();
    definition.login_suffix = "+ct".into();
    assert_eq!(as_sent(&login(None, "old-Password-1"), &definition).username, "ops+ct");
}
