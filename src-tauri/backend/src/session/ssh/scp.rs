//! A file by SCP: what `scp -f` prints, which is a line about the file, its bytes, and a byte that says whether they
//! are right.

use netraven_api::outcome::Cause;

use super::beside::Aside;
use super::exec::Execution;
use super::sftp::{denied, missing, not_sent, unsettled, whole};
use crate::session::expect::terminal::Brought;
use crate::session::report::SessionError;

/// No line about a file is longer.
const LONGEST_LINE: usize = 8 * 1024;
/// What is sent when the next part may come, and received when a part is over.
const GO_ON: u8 = 0;
const ADVICE: &str = "Enable SFTP or SCP on the device, or have the platform read the configuration by a command.";

/// Fetches a file. One that changes while it is sent is fetched again, once.
pub(super) fn fetch(aside: &mut Aside<'_>, path: &str) -> Result<Brought, SessionError> {
    for _ in 0..2 {
        if let Some(bytes) = transfer(aside, path)? {
            return Ok(whole(bytes));
        }
    }
    Err(unsettled(path))
}

/// Fetches a file once; `None` if the device says that it could not send what it announced.
fn transfer(aside: &mut Aside<'_>, path: &str) -> Result<Option<Vec<u8>>, SessionError> {
    let started = Execution::start(aside, &format!("scp -f {}", quoted(path)))?;
    let mut execution = started.map_err(|error| {
        let said = error.message().to_owned();
        aside.unless_lost(&error, not_offered(path).quoting(Some(said)))
    })?;
    execution.put(aside, GO_ON)?;
    let size = announced(path, &line(aside, &mut execution, path)?)?;
    if size > aside.max_bytes() {
        return Err(aside.too_large());
    }
    execution.put(aside, GO_ON)?;
    // The byte behind the file counts too.
    while execution.bytes.len() <= size && execution.pump(aside)? {}
    let Some(verdict) = execution.bytes.get(size).copied() else {
        let came = execution.bytes.len();
        let message = format!("The device sent only {came} of the {size} bytes of the file `{path}`.");
        return Err(SessionError::new(Cause::Truncated, message));
    };
    execution.put(aside, GO_ON)?;
    execution.bytes.truncate(size);
    Ok((verdict == GO_ON).then_some(execution.bytes))
}

/// The first line the device says, without its end.
fn line(aside: &mut Aside<'_>, execution: &mut Execution<'_>, path: &str) -> Result<Vec<u8>, SessionError> {
    let mut goes_on = true;
    loop {
        if let Some(end) = execution.bytes.iter().position(|byte| *byte == b'\n') {
            let mut line: Vec<u8> = execution.bytes.drain(..=end).collect();
            line.pop();
            return Ok(line);
        }
        if !goes_on || execution.bytes.len() > LONGEST_LINE {
            let said = [execution.errors.as_slice(), &execution.bytes].concat();
            return Err(not_offered(path).quoting(last_line(&said)));
        }
        goes_on = execution.pump(aside)?;
    }
}

/// The size in the line `C0644 1234 config.xml`. The line of a refusal begins with byte 1 or 2; any other is no SCP.
fn announced(path: &str, line: &[u8]) -> Result<usize, SessionError> {
    let said = String::from_utf8_lossy(line);
    let size = said.strip_prefix('C').and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
    match (size, line.first()) {
        (Some(size), _) => Ok(size),
        (None, Some(1 | 2)) => Err(refused(path, said[1..].trim())),
        (None, _) => Err(not_offered(path).quoting(last_line(line))),
    }
}

/// What a refusal means; the protocol has only words for it.
fn refused(path: &str, said: &str) -> SessionError {
    let words = said.to_lowercase();
    let has = |any: &[&str]| any.iter().any(|word| words.contains(word));
    let why = if has(&["no such", "not found", "not exist"]) {
        missing(path)
    } else if has(&["permission", "denied", "not allowed", "not authorized"]) {
        denied(path)
    } else {
        not_sent(path)
    };
    why.quoting(Some(said.to_owned()))
}

fn not_offered(path: &str) -> SessionError {
    let message = format!("The device offers neither SFTP nor SCP, so the file `{path}` cannot be fetched.");
    SessionError::new(Cause::CommandRejected, message).advising(ADVICE)
}

fn last_line(said: &[u8]) -> Option<String> {
    let said = String::from_utf8_lossy(said);
    said.lines().map(str::trim).rfind(|line| !line.is_empty()).map(str::to_owned)
}

/// The path for the device's shell. A plain one stays as it is: not every device that speaks SCP has a shell.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:@%+,=".contains(c);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_not_take_it_as_it_is() {
        assert_eq!(quoted("/conf/config.xml"), "/conf/config.xml");
        assert_eq!(quoted("flash:/my config"), "'flash:/my config'");
        assert_eq!(quoted("/it's;reboot"), r"'/it'\''s;reboot'");
    }

    #[test]
    fn the_line_about_a_file_is_its_size_or_a_refusal() {
        assert_eq!(announced("/a", b"C0644 1234 config with blanks.xml").unwrap(), 1234);
        let refusal = |line: &[u8]| announced("/a", line).unwrap_err();
        let error = refusal(b"\x01scp: /a: No such file or directory");
        assert_eq!((error.message.as_str(), error.cause), ("The device has no file `/a`.", Cause::CommandRejected));
        assert_eq!(error.said.as_deref(), Some("scp: /a: No such file or directory"));
        assert!(refusal(b"\x02scp: /a: Permission denied").message.contains("may not read"));
        assert!(refusal(b"\x01scp: /a: not a regular file").message.contains("does not send"));
        assert!(refusal(b"% Invalid input").message.contains("neither SFTP nor SCP"));
        assert!(refusal(b"C0644 many config.xml").message.contains("neither SFTP nor SCP"));
    }
}
