//! A client that says exactly what a test writes.

use super::*;
use crate::recording::Recording;
use crate::spec::DeviceSpec;

const FILE: &str = "/conf/config.xml";
const TEXT: &str = "<config>\n</config>\n";

fn server() -> Sftp {
    let text = format!(
        "platform = 'x'\nhostname = 'fw1'\nprompt = 'fw1#'\nbanner = ''\n[[file]]\npath = '/other'\ntext = ''\n\
         [[file]]\npath = '{FILE}'\ntext = '''\n{TEXT}'''\n"
    );
    let device = Arc::new(Device::new(DeviceSpec::replaying(Recording::parse(&text).unwrap())));
    Sftp::new(&device).unwrap()
}

/// A request with the number 7.
fn asks(kind: u8) -> Reply {
    Reply::new(kind).number(7)
}

/// The kind of the only answer, and its fields behind the number of the request.
fn answer(server: &mut Sftp, request: Reply) -> (u8, Vec<u8>) {
    let said = server.feed(&request.done()).unwrap();
    let Framed { kind, body, length } = Framed::first(&said, 1 << 20).unwrap().unwrap();
    assert_eq!((length, Fields(body).number()), (said.len(), Some(7)));
    (kind, body[4..].to_vec())
}

/// The code of an answer that brings nothing.
fn code_of(server: &mut Sftp, request: Reply) -> u32 {
    let (kind, body) = answer(server, request);
    assert_eq!(kind, 101);
    Fields(&body).number().unwrap()
}

fn opened(server: &mut Sftp) -> Vec<u8> {
    let (kind, body) = answer(server, asks(request::OPEN).bytes(FILE.as_bytes()).number(TO_READ).number(0));
    assert_eq!(kind, reply::HANDLE);
    Fields(&body).bytes().unwrap().to_vec()
}

#[test]
fn a_file_is_opened_measured_read_in_pieces_and_closed() {
    let mut server = server();
    let version = server.feed(&Reply::new(request::INIT).number(6).done()).unwrap();
    assert_eq!(version, Reply::new(reply::VERSION).number(3).done());
    let handle = opened(&mut server);
    let size = Reply::new(0).number(SHOWN).long(TEXT.len() as u64).number(MODE).done();
    for asked in [asks(request::FSTAT).bytes(&handle), asks(request::STAT).bytes(FILE.as_bytes())] {
        let (kind, body) = answer(&mut server, asked);
        assert_eq!((kind, body.as_slice()), (reply::ATTRIBUTES, &size[5..]));
    }
    let piece = |from: u64, most: u32| asks(request::READ).bytes(&handle).long(from).number(most);
    for (from, most, expected) in [(0, 8, &TEXT[..8]), (8, 100_000, &TEXT[8..])] {
        let (kind, body) = answer(&mut server, piece(from, most));
        assert_eq!((kind, Fields(&body).bytes()), (reply::DATA, Some(expected.as_bytes())));
    }
    for beyond in [TEXT.len() as u64, u64::MAX] {
        assert_eq!(code_of(&mut server, piece(beyond, 10)), code::END_OF_FILE);
    }
    assert_eq!(code_of(&mut server, asks(request::CLOSE).bytes(&handle)), code::OK);
    assert_eq!(server.device.commands(), [format!("sftp:{FILE}")]);
}

#[test]
fn what_is_not_there_and_what_would_change_it_is_refused() {
    let mut server = server();
    let open = |path: &str, how: u32| asks(request::OPEN).bytes(path.as_bytes()).number(how).number(0);
    assert_eq!(code_of(&mut server, open("/conf", TO_READ)), code::NO_SUCH_FILE);
    assert_eq!(code_of(&mut server, open(FILE, TO_READ | 2)), code::PERMISSION_DENIED);
    assert_eq!(code_of(&mut server, asks(request::STAT).bytes(b"/conf")), code::NO_SUCH_FILE);
    assert_eq!(code_of(&mut server, asks(request::FSTAT).bytes(&[0, 0, 0, 9])), code::FAILURE);
    assert_eq!(code_of(&mut server, asks(request::READ).bytes(b"x").long(0).number(1)), code::FAILURE);
    let remove = 13;
    assert_eq!(code_of(&mut server, asks(remove).bytes(FILE.as_bytes())), code::UNSUPPORTED);
}

#[test]
fn requests_come_in_any_pieces() {
    let mut server = server();
    let request = asks(request::REALPATH).bytes(b"/conf").done();
    let two = [request.as_slice(), &request].concat();
    let (first, rest) = two.split_at(request.len() + 3);
    let one = server.feed(first).unwrap();
    let expected = asks(reply::NAME).number(1).bytes(b"/conf").bytes(b"/conf").number(0).done();
    assert_eq!(one, expected);
    assert!(server.feed(&rest[..1]).unwrap().is_empty());
    assert_eq!(server.feed(&rest[1..]).unwrap(), expected);
}

#[test]
fn what_is_no_sftp_ends_the_channel_and_a_broken_request_only_itself() {
    assert_eq!(code_of(&mut server(), asks(request::READ).number(4)), code::BAD_MESSAGE);
    for broken in [[0, 0, 0, 0], *b"GET ", [0xff; 4]] {
        assert_eq!(server().feed(&broken), Err(NotSftp));
    }
    assert_eq!(server().feed(&[0, 0, 0, 2, request::READ, 0]), Err(NotSftp), "no number");
}

#[test]
fn a_device_without_files_has_no_sftp() {
    let device = Arc::new(Device::new(DeviceSpec::new("sw1", crate::Platform::CiscoIos)));
    assert!(Sftp::new(&device).is_none());
}
