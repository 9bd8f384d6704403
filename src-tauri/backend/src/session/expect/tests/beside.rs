//! Commands on a channel of their own, and files.

use super::*;
use crate::platforms::{Encoding, Via};

/// A platform without a shell.
fn shell_less(via: Via, send: &str) -> Definition {
    let mut definition = definition("end = '^end$'\nheader = ['^Building']");
    definition.encoding = Encoding::named("latin1").unwrap();
    definition.commands[0].via = via;
    definition.commands[0].send = send.to_string();
    definition
}

fn printing(name: &'static str, bytes: &'static [u8], errors: &'static str, status: i32) -> Device {
    let mut device = Device::new("R1#");
    device.beside.insert(name, (bytes, errors, status));
    device
}

const BYTES: &[u8] = b"Building...\r\nhostname caf\xe9\r\nR1#\r\n--More--\r\nend\r\n";

#[test]
fn a_command_on_a_channel_of_its_own_and_a_file_need_no_shell() {
    for (via, send, name) in [(Via::Exec, "show run", "show run"), (Via::Sftp, "/conf/run", "sftp:/conf/run")] {
        let definition = shell_less(via, send);
        let mut device = printing(name, BYTES, "", 0);
        let outcome = read_first(&mut device, &definition);
        assert_eq!(outcome.text(), "hostname caf\u{e9}\nR1#\n--More--\nend\n");
        assert_eq!(outcome.result.as_ref().ok().unwrap().prompt, "");
        assert_eq!(lines(&device), [name, name], "nothing is typed, and what is new is read twice");
        let written = outcome.transcript.lines(str::to_owned);
        assert!(written.iter().any(|line| line.text.contains(name)), "{written:?}");
        assert!(written.iter().any(|line| line.text == "end"), "{written:?}");
    }
}

#[test]
fn what_does_not_end_well_is_not_stored() {
    let definition = shell_less(Via::Exec, "show run");
    let outcome = read(&mut printing("show run", BYTES, "no room\nat all\n", 2), &definition);
    assert_eq!(outcome.failure(), (Cause::CommandRejected, Stage::Read));
    assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some("no room"));
    let outcome = read(&mut printing("show run", b"hostname R1\ninterface 1\n", "", 0), &definition);
    assert_eq!(outcome.failure(), (Cause::Truncated, Stage::ProveComplete));
    assert_eq!(read(&mut printing("show run", b"", "", 0), &definition).failure().0, Cause::EmptyAnswer);
    let limits = Limits { max_bytes: 20, ..Limits::default() };
    assert_eq!(speak(&mut printing("show run", BYTES, "", 0), &definition, &limits).failure().0, Cause::TooLarge);
    let missing = read(&mut printing("other", b"", "", 0), &shell_less(Via::Sftp, "/conf/run"));
    assert_eq!(missing.failure().0, Cause::CommandRejected);
}

#[test]
fn another_command_is_tried_where_one_ends_badly() {
    let mut definition = shell_less(Via::Exec, "show all");
    definition.commands[0].or_else = vec!["show run".to_string()];
    let mut device = printing("show run", BYTES, "", 0);
    device.beside.insert("show all", (b"", "usage: show run\n", 1));
    assert_eq!(read(&mut device, &definition).sent(), ["show run"]);
}

#[test]
fn a_file_may_be_fetched_beside_a_shell() {
    let mut definition = definition("end = '^end$'");
    let file = Command { via: Via::Sftp, ..command(&definition, "/conf/boot", Purpose::Config) };
    definition.commands.push(file);
    let mut device = router(vec![say(CONFIG)]);
    device.beside.insert("sftp:/conf/boot", (b"boot\nend\n", "", 0));
    let outcome = read(&mut device, &definition);
    assert_eq!((outcome.text(), outcome.sent()), ("boot\nend\n", vec!["show run", "/conf/boot"]));
    assert_eq!(outcome.result.as_ref().ok().unwrap().prompt, "R1#");
}
