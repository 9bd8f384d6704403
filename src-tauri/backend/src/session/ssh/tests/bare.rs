//! A bare SSH server that says exactly what a test scripts: what complete servers do not let one say, such as that the
//! password has expired. It speaks one set of algorithms.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

/// What the server does about a request.
pub(super) enum Say {
    /// Sends this payload.
    This(Vec<u8>),
    /// Closes the connection.
    Close,
}

/// What a script hears: the method of a request to sign in, the answers to its questions, or what comes on channels. The
/// method's name says whether it comes again (`none again`), and whether a key comes with its signature (`publickey signed`).
pub(super) type Script = fn(heard: &Heard) -> Vec<Say>;

pub(super) enum Heard {
    Method(String),
    Answers(Vec<String>),
    /// A packet about a channel (RFC 4254, section 5), as it came.
    Packet(Vec<u8>),
}

/// Serves one connection by the script, and reports the passwords it received.
pub(super) struct Bare {
    pub(super) address: SocketAddr,
    serving: JoinHandle<Vec<String>>,
}

impl Bare {
    /// A server for one connection.
    pub(super) fn start(script: Script) -> Bare {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            let mut passwords = Vec::new();
            // The client leaves whenever it likes.
            let _ = serve(listener.accept().unwrap().0, script, &mut passwords);
            passwords
        });
        Bare { address, serving }
    }

    /// The passwords that were sent, once the connection is over.
    pub(super) fn passwords(self) -> Vec<String> {
        self.serving.join().unwrap()
    }
}

pub(super) fn text(out: &mut Vec<u8>, bytes: impl AsRef<[u8]>) {
    let bytes = bytes.as_ref();
    out.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    out.extend(bytes);
}

pub(super) fn message(kind: u8, texts: &[&str]) -> Vec<u8> {
    let mut out = vec![kind];
    texts.iter().for_each(|each| text(&mut out, each));
    out
}

/// A refusal that offers these methods.
pub(super) fn refuse(methods: &str) -> Say {
    let mut out = message(51, &[methods]);
    out.push(0);
    Say::This(out)
}

/// A banner.
pub(super) fn banner(words: &str) -> Say {
    Say::This(message(53, &[words, ""]))
}

/// A farewell with words.
pub(super) fn farewell(words: &str) -> Say {
    let mut out = vec![1];
    out.extend(2_u32.to_be_bytes());
    text(&mut out, words);
    text(&mut out, "");
    Say::This(out)
}

/// Questions, hidden as they are typed.
pub(super) fn ask(instruction: &str, questions: &[&str]) -> Say {
    let mut out = message(60, &["", instruction, ""]);
    out.extend(u32::try_from(questions.len()).unwrap().to_be_bytes());
    for question in questions {
        text(&mut out, question);
        out.push(0);
    }
    Say::This(out)
}

pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl Reader<'_> {
    fn bytes(&mut self) -> Vec<u8> {
        let (length, rest) = self.0.split_first_chunk::<4>().unwrap();
        let (bytes, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        self.0 = rest;
        bytes.to_vec()
    }

    pub(super) fn text(&mut self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }
}

/// One direction of the encrypted connection (RFC 5647).
struct Seal {
    key: LessSafeKey,
    nonce: [u8; 12],
}

impl Seal {
    fn next(&mut self) -> Nonce {
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let count = u64::from_be_bytes(self.nonce[4..].try_into().unwrap()).wrapping_add(1);
        self.nonce[4..].copy_from_slice(&count.to_be_bytes());
        nonce
    }
}

struct Wire {
    stream: TcpStream,
    sealed: Option<(Seal, Seal)>,
}

impl Wire {
    fn send(&mut self, payload: &[u8]) -> std::io::Result<()> {
        let block = if self.sealed.is_some() { 16 } else { 8 };
        let counted = payload.len() + 1 + if self.sealed.is_some() { 0 } else { 4 };
        let mut padding = block - counted % block;
        if padding < 4 {
            padding += block;
        }
        let length = u32::try_from(payload.len() + 1 + padding).unwrap().to_be_bytes();
        let mut body = vec![u8::try_from(padding).unwrap()];
        body.extend(payload);
        body.extend(vec![0; padding]);
        if let Some((_, seal)) = &mut self.sealed {
            let nonce = seal.next();
            seal.key.seal_in_place_append_tag(nonce, Aad::from(length), &mut body).unwrap();
        }
        self.stream.write_all(&[&length[..], &body].concat())
    }

    fn receive(&mut self) -> std::io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let tag = if self.sealed.is_some() { 16 } else { 0 };
        let mut body = vec![0; u32::from_be_bytes(length) as usize + tag];
        self.stream.read_exact(&mut body)?;
        if let Some((seal, _)) = &mut self.sealed {
            let nonce = seal.next();
            seal.key.open_in_place(nonce, Aad::from(length), &mut body).unwrap();
            body.truncate(body.len() - tag);
        }
        let padding = usize::from(body[0]);
        Ok(body[1..body.len() - padding].to_vec())
    }

    fn line(&mut self) -> std::io::Result<String> {
        let (mut line, mut byte) = (Vec::new(), [0]);
        while !line.ends_with(b"\n") {
            self.stream.read_exact(&mut byte)?;
            line.push(byte[0]);
        }
        Ok(String::from_utf8(line).unwrap().trim_end().to_owned())
    }
}

fn number(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let mut number = bytes[start..].to_vec();
    if number.first().is_some_and(|first| first & 0x80 != 0) {
        number.insert(0, 0);
    }
    text(out, number);
}

fn exchange(wire: &mut Wire) -> std::io::Result<()> {
    let ours = "SSH-2.0-Bare";
    wire.stream.write_all(format!("{ours}\r\n").as_bytes())?;
    let theirs = wire.line()?;
    let mut offer = vec![20];
    offer.extend([7; 16]);
    for list in [
        "curve25519-sha256",
        "ssh-ed25519",
        "aes128-gcm@openssh.com",
        "aes128-gcm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-256",
        "none",
        "none",
        "",
        "",
    ] {
        text(&mut offer, list);
    }
    offer.extend([0; 5]);
    wire.send(&offer)?;
    let their_offer = wire.receive()?;
    let host = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
    let mut host_key = message(0, &["ssh-ed25519"])[1..].to_vec();
    text(&mut host_key, host.public_key());
    let first = wire.receive()?;
    let their_public = Reader(&first[1..]).bytes();
    let private = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new()).unwrap();
    let public = private.compute_public_key().unwrap();
    let shared =
        agree_ephemeral(private, UnparsedPublicKey::new(&X25519, &their_public), (), |shared| Ok(shared.to_vec()))
            .unwrap();
    let mut secret = Vec::new();
    number(&mut secret, &shared);
    let mut hashed = Vec::new();
    for part in [theirs.as_bytes(), ours.as_bytes(), &their_offer, &offer, &host_key, &their_public, public.as_ref()] {
        text(&mut hashed, part);
    }
    hashed.extend(&secret);
    let hash = digest(&SHA256, &hashed);
    let mut signature = message(0, &["ssh-ed25519"])[1..].to_vec();
    text(&mut signature, host.sign(hash.as_ref()));
    let mut reply = vec![31];
    text(&mut reply, &host_key);
    text(&mut reply, &public);
    text(&mut reply, &signature);
    wire.send(&reply)?;
    wire.send(&[21])?;
    wire.receive()?;
    let key = |letter: u8| digest(&SHA256, &[&secret[..], hash.as_ref(), &[letter], hash.as_ref()].concat());
    let seal = |nonce: u8, name: u8| Seal {
        key: LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key(name).as_ref()[..16]).unwrap()),
        nonce: key(nonce).as_ref()[..12].try_into().unwrap(),
    };
    wire.sealed = Some((seal(b'A', b'C'), seal(b'B', b'D')));
    Ok(())
}

fn serve(stream: TcpStream, script: Script, passwords: &mut Vec<String>) -> std::io::Result<()> {
    let mut wire = Wire { stream, sealed: None };
    exchange(&mut wire)?;
    let mut asked = false;
    loop {
        let packet = wire.receive()?;
        let mut reader = Reader(&packet[1..]);
        let heard = match packet[0] {
            5 => {
                wire.send(&message(6, &["ssh-userauth"]))?;
                continue;
            }
            50 => {
                let (_user, _service, name) = (reader.text(), reader.text(), reader.text());
                passwords.extend((name == "password").then(|| Reader(&reader.0[1..]).text()));
                let is_signed = name == "publickey" && reader.0[0] == 1;
                let is_again = name == "none" && std::mem::replace(&mut asked, true);
                Heard::Method(match (is_signed, is_again) {
                    (true, _) => format!("{name} signed"),
                    (false, true) => format!("{name} again"),
                    (false, false) => name,
                })
            }
            61 => {
                let (_, rest) = reader.0.split_first_chunk::<4>().unwrap();
                let mut answers = Vec::new();
                let mut reader = Reader(rest);
                while !reader.0.is_empty() {
                    answers.push(reader.text());
                }
                passwords.extend(answers.iter().filter(|answer| !answer.is_empty()).cloned());
                Heard::Answers(answers)
            }
            90..=100 => Heard::Packet(packet),
            _ => continue,
        };
        for say in script(&heard) {
            match say {
                Say::This(payload) => wire.send(&payload)?,
                Say::Close => return wire.stream.shutdown(std::net::Shutdown::Both),
            }
        }
    }
}
