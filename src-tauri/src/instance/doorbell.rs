//! How a second start reaches the first window: a loopback port, whose number and password are in a private file.
//!
//! It works where nothing else carries the message: without a session bus, and on any system with a data folder of its own.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use uuid::Uuid;

/// In the folder of the window: the port, and the word a caller has to send.
const FILE: &str = "doorbell";
/// The answer to the right word.
const COMING: &[u8] = b"coming";
/// Longest wait for a caller's word.
const LIMIT: Duration = Duration::from_secs(1);
/// Longest wait for the answer, which may come after another caller's silence.
const PATIENCE: Duration = Duration::from_secs(3);

/// Listens on a thread of its own until this process ends, and calls `coming` on every ring.
pub fn listen(folder: &Path, coming: impl Fn() + Send + 'static) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let word = Uuid::new_v4().simple().to_string();
    fs::create_dir_all(folder)?;
    write_private(&folder.join(FILE), &format!("{} {word}\n", listener.local_addr()?.port()))?;
    let answer = move || {
        for caller in listener.incoming().flatten() {
            if hears(caller, &word) {
                coming();
            }
        }
    };
    std::thread::Builder::new().name("doorbell".to_owned()).spawn(answer).map(drop)
}

/// Rings; returns whether the window of this folder answered. The file of a killed run leads to no answer.
pub fn ring(folder: &Path) -> bool {
    let Ok(text) = fs::read_to_string(folder.join(FILE)) else { return false };
    let Some((port, word)) = text.trim().split_once(' ') else { return false };
    let Ok(port) = port.parse::<u16>() else { return false };
    said(port, word).is_ok_and(|answer| answer == COMING)
}

/// Stops answering: this window is about to close, and the next start becomes the first.
pub fn take_down(folder: &Path) {
    let _ = fs::remove_file(folder.join(FILE));
}

fn said(port: u16, word: &str) -> io::Result<Vec<u8>> {
    let mut door = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), PATIENCE)?;
    door.set_read_timeout(Some(PATIENCE))?;
    door.set_write_timeout(Some(PATIENCE))?;
    door.write_all(word.as_bytes())?;
    let mut answer = vec![0; COMING.len()];
    door.read_exact(&mut answer)?;
    Ok(answer)
}

/// Whether the caller sends the word. A caller that sends little, slowly or nothing costs a second at most.
fn hears(mut caller: TcpStream, word: &str) -> bool {
    let mut heard = [0; 64];
    let read = caller.set_read_timeout(Some(LIMIT)).and_then(|()| caller.read(&mut heard));
    let knows = read.is_ok_and(|length| heard[..length] == *word.as_bytes());
    knows && caller.write_all(COMING).is_ok()
}

/// Writes a file that only this user may read, whole or not at all.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&fresh)?.write_all(text.as_bytes())?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn who_rings_is_heard_and_told_so() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("window, far too long for the name of a socket ".repeat(4));
        assert!(!ring(&folder), "nobody is there yet");
        let (heard, rings) = mpsc::channel();
        listen(&folder, move || heard.send(()).unwrap()).unwrap();
        for _ in 0..2 {
            assert!(ring(&folder));
            rings.recv_timeout(PATIENCE).unwrap();
        }
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.join(FILE)).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        take_down(&folder);
        assert!(!ring(&folder));
    }

    #[test]
    fn who_does_not_know_the_word_is_not_heard_and_keeps_nobody_out() {
        let root = tempfile::tempdir().unwrap();
        let (heard, rings) = mpsc::channel();
        listen(root.path(), move || heard.send(()).unwrap()).unwrap();
        let text = fs::read_to_string(root.path().join(FILE)).unwrap();
        let (port, word) = text.trim().split_once(' ').unwrap();
        let port = port.parse().unwrap();
        for wrong in ["", "x", &word[1..], &"x".repeat(500), &format!("{word}{word}")] {
            assert!(said(port, wrong).is_err(), "{wrong}");
        }
        let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        assert!(rings.try_recv().is_err());
        assert!(ring(root.path()), "a silent caller is given up");
    }

    #[test]
    fn what_a_killed_run_left_answers_nothing() {
        let root = tempfile::tempdir().unwrap();
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = stranger.local_addr().unwrap().port();
        for left in [format!("{port} word\n"), "1 word\n".to_owned(), "nonsense".to_owned(), String::new()] {
            fs::write(root.path().join(FILE), &left).unwrap();
            assert!(!ring(root.path()), "{left}");
        }
    }
}
