//! A record as lines with time, direction and text. What the device said is first put together, however it arrived, so that
//! redaction sees every line whole, and only then cut into what is shown.

use std::time::Duration;

use netraven_api::evidence::{Speaker, TranscriptLine, whole_ms};

use super::{Direction, Entry, LAST_SEEN, Transcript};
use crate::platforms::screen;

/// What the device said, line by line as a terminal would show it, and what was sent meanwhile.
struct Rendered<'a> {
    lines: Vec<String>,
    /// When each line began.
    at: Vec<Duration>,
    /// What was sent, each with the line that was the last one then.
    sent: Vec<(usize, &'a Entry)>,
    /// The first line after what was not kept.
    gap: Option<usize>,
}

impl Transcript {
    /// The record as lines. `hide` is given all the device said at once and answers as many lines, their secrets hidden; lines
    /// it leaves empty are left out.
    #[must_use]
    pub fn lines(&self, hide: impl Fn(&str) -> String) -> Vec<TranscriptLine> {
        let rendered = self.rendered();
        let hidden = hide(&rendered.lines.join("\n"));
        let mut sent = rendered.sent.iter().peekable();
        let mut lines = Vec::new();
        for (place, (said, at)) in hidden.split('\n').zip(&rendered.at).enumerate() {
            if rendered.gap == Some(place) {
                lines.push(TranscriptLine::note(format!("… {} bytes left out …", self.dropped)));
            }
            if !said.trim().is_empty() {
                lines.push(line(*at, Speaker::Device, said.trim_end()));
            }
            while let Some((_, entry)) = sent.next_if(|(line, _)| *line <= place) {
                lines.push(line(entry.at, Speaker::Worker, &String::from_utf8_lossy(&entry.bytes)));
            }
        }
        lines
    }

    /// The end of what the device said, about 2 KiB, beginning with a whole line; `hide` as for [`Transcript::lines`].
    #[must_use]
    pub fn last_seen(&self, hide: impl Fn(&str) -> String) -> String {
        let hidden = hide(&self.rendered().lines.join("\n"));
        let shown = hidden.trim_start_matches(['\n', '\r']);
        let mut from = shown.len().saturating_sub(LAST_SEEN);
        while !shown.is_char_boundary(from) {
            from += 1;
        }
        if from > 0
            && let Some(end) = shown[from..].find('\n')
        {
            from += end + 1;
        }
        shown[from..].to_owned()
    }

    fn rendered(&self) -> Rendered<'_> {
        let (mut bytes, mut at, mut sent): (Vec<u8>, Vec<Duration>, Vec<(usize, &Entry)>) = Default::default();
        let (mut gap, mut is_partial) = (None, false);
        at.push(Duration::ZERO);
        for (place, entry) in self.entries().enumerate() {
            if place == self.head.len() && self.dropped > 0 {
                bytes.push(b'\n');
                gap = Some(at.len());
                at.push(entry.at);
                // The rest of a line says nothing of what its beginning would have named a secret.
                is_partial = true;
            }
            if entry.direction == Direction::Sent {
                sent.push((at.len() - 1, entry));
                continue;
            }
            let mut said = entry.bytes.as_slice();
            if is_partial {
                let Some(end) = said.iter().position(|byte| *byte == b'\n') else { continue };
                said = &said[end + 1..];
                is_partial = false;
            }
            if bytes.last().is_none_or(|byte| *byte == b'\n') {
                at.pop();
                at.push(entry.at);
            }
            at.extend(said.iter().filter(|byte| **byte == b'\n').map(|_| entry.at));
            bytes.extend_from_slice(said);
        }
        let mut rows = Rows::of(&String::from_utf8_lossy(&bytes), &at);
        if let Some(gap) = gap {
            let start = rows.starts[gap];
            blank_rest_of_block(&mut rows.lines[start..]);
            rows.of_line(gap - 1).iter_mut().for_each(cut_address);
        }
        rows.of_line(at.len() - 1).iter_mut().for_each(cut_address);
        let gap = gap.map(|line| rows.starts[line]);
        sent.iter_mut().for_each(|(line, _)| *line = rows.starts[*line + 1] - 1);
        Rendered { lines: rows.lines, at: rows.at, sent, gap }
    }
}

fn line(at: Duration, from: Speaker, text: &str) -> TranscriptLine {
    TranscriptLine { at_ms: Some(whole_ms(at)), from, text: text.to_owned() }
}

/// What lines look like: one that moves the cursor to other rows of the screen is as many lines there.
struct Rows {
    lines: Vec<String>,
    at: Vec<Duration>,
    /// Where the rows of each line start, and after them their number.
    starts: Vec<usize>,
}

impl Rows {
    /// The rows of a text, whose lines began at these times.
    fn of(text: &str, began: &[Duration]) -> Rows {
        let mut rows = Rows { lines: Vec::new(), at: Vec::new(), starts: vec![0] };
        for (line, at) in text.split('\n').zip(began) {
            for row in screen::line(line).split('\n') {
                rows.lines.push(row.to_owned());
                rows.at.push(*at);
            }
            rows.starts.push(rows.lines.len());
        }
        rows
    }

    fn of_line(&mut self, line: usize) -> &mut [String] {
        &mut self.lines[self.starts[line]..self.starts[line + 1]]
    }
}

/// Empties the lines of a key or a certificate whose beginning was not kept.
fn blank_rest_of_block(lines: &mut [String]) {
    let end = lines.iter().position(|line| line.contains("-----END "));
    let begin = lines.iter().position(|line| line.contains("-----BEGIN "));
    if let Some(end) = end
        && begin.is_none_or(|begin| begin > end)
    {
        lines[..=end].iter_mut().for_each(String::clear);
    }
}

/// Cuts an address at which a line breaks off: it may hold a password, which only the host after it would reveal.
fn cut_address(line: &mut String) {
    if let Some(start) = line.rfind("://")
        && !line[start..].trim_end_matches('@').contains(['@', ' ', '"'])
    {
        line.truncate(start + "://".len());
        line.push('…');
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::super::KEPT;
    use super::*;
    use crate::platforms::{Redactor, Registry};

    const CONFIG: &str = "hostname R1\r\nenable secret 5 $1$QZ01$QZ02\r\nusername op password 0 QZ03 QZ04\r\n\
        snmp-server community QZ05 RO\r\nsnmp-server user u g v3 auth sha QZ06 priv aes 128 QZ07\r\n\
        crypto isakmp key QZ08 address 192.0.2.1\r\ninterface Tunnel1\r\n ip nhrp authentication QZ09\r\n\
        \x20standby 1 authentication QZ10\r\nkey chain K\r\n key 1\r\n  key-string 7 QZ11\r\n\
        archive\r\n path ftp://backup:QZ12@10.3.3.3/cfg\r\n-----BEGIN RSA PRIVATE KEY-----\r\nQZ13\r\nQZ14\r\n\
        -----END RSA PRIVATE KEY-----\r\nline vty 0 4\r\n password 7 QZ15\r\nend\r\nR1#";

    fn hide(text: &str) -> String {
        static PLATFORM: LazyLock<Redactor> = LazyLock::new(|| {
            let definition = Registry::load(None).0.get("cisco_ios").expect("built in");
            Redactor::new(&definition, &[7; 32]).keeping_lines()
        });
        PLATFORM.redact(text).text
    }

    fn shown(transcript: &Transcript) -> String {
        format!("{}\n{}", written(transcript, hide).join("\n"), transcript.last_seen(hide))
    }

    fn written(transcript: &Transcript, hide: impl Fn(&str) -> String) -> Vec<String> {
        transcript.lines(hide).iter().map(ToString::to_string).collect()
    }

    fn heard(pieces: &[&str]) -> Transcript {
        let mut transcript = Transcript::default();
        for (index, piece) in (0_u64..).zip(pieces) {
            transcript.received(Duration::from_secs(index), piece.as_bytes());
        }
        transcript
    }

    #[test]
    fn no_secret_survives_wherever_a_reading_is_cut_in_pieces_or_ends() {
        for at in 0..CONFIG.len() {
            let (first, second) = CONFIG.split_at(at);
            let pieces = shown(&heard(&[first, second]));
            assert!(!pieces.contains("QZ"), "cut at {at}, before {second:.12}: {pieces}");
            assert!(pieces.contains("hostname R1\n") && pieces.ends_with("end\nR1#"), "{pieces}");
            let ended = shown(&heard(&[first]));
            assert!(!ended.contains("QZ"), "ended at {at}, before {second:.12}: {ended}");
        }
    }

    #[test]
    fn no_secret_survives_where_the_middle_was_not_kept() {
        let line = b"a line\r\n";
        for at in 1..CONFIG.len() {
            let (first, second) = CONFIG.split_at(at);
            let mut transcript = Transcript::default();
            transcript.received(Duration::ZERO, &line.repeat(KEPT / line.len()));
            transcript.received(Duration::from_secs(1), first.as_bytes());
            transcript.received(Duration::from_secs(2), second.as_bytes());
            // So much more that exactly the first part is no longer kept.
            transcript.received(Duration::from_secs(2), b"\r\n");
            let rest = KEPT - second.len() - 2;
            transcript.received(Duration::from_secs(2), &b" ".repeat(rest));
            assert_eq!(transcript.dropped(), first.len() as u64);
            let shown = shown(&transcript);
            assert!(!shown.contains("QZ"), "cut at {at}, before {second:.12}: {shown}");
        }
    }

    #[test]
    fn a_record_reads_as_a_conversation() {
        let mut transcript = Transcript::default();
        transcript.received(Duration::from_millis(10), b"\r\nR1#");
        transcript.sent(Duration::from_millis(20), b"show run\n");
        transcript.received(Duration::from_millis(30), b"show run\r\npassword 7 ");
        transcript.received(Duration::from_millis(500), b"0822\r\nend\r\nR1#");
        assert_eq!(
            written(&transcript, str::to_owned),
            [
                "    0.010 < R1#show run",
                "    0.020 > \"show run\\n\"",
                "    0.030 < password 7 0822",
                "    0.500 < end",
                "    0.500 < R1#",
            ]
        );
    }

    #[test]
    fn every_row_of_the_screen_is_a_line_of_the_record() {
        let mut transcript = heard(&["\x1b[1;1Hbackup ftp://ops:QZ1\x1b[2;1Hloading\x1b[1K\rsw1#"]);
        transcript.sent(Duration::from_secs(1), b"show run\n");
        transcript.received(Duration::from_secs(2), b"show run\r\nenable secret \x1b[3;15H5 QZ2\r\nsw1#");
        let hidden = written(&transcript, hide);
        assert!(!hidden.join("\n").contains("QZ2"), "{hidden:?}");
        assert_eq!(hidden[2], "    1.000 > \"show run\\n\"", "{hidden:?}");
        assert_eq!(hidden.last().unwrap(), "    2.000 < sw1#", "{hidden:?}");
        // A row that a record breaks off in may end within an address, and need not be the last one.
        let broken = heard(&["\x1b[1;1Hbackup ftp://ops:QZ1\x1b[2;1Hsw1#"]);
        assert!(!shown(&broken).contains("QZ1"), "{}", shown(&broken));
    }

    #[test]
    fn the_last_seen_text_begins_with_a_whole_line_of_what_a_screen_would_show() {
        let mut transcript = Transcript::default();
        transcript.received(Duration::ZERO, &b"x".repeat(10_000));
        transcript.received(Duration::ZERO, b"\r\n\x1b[1mR1\x1b[0m#\xff");
        assert_eq!(transcript.last_seen(str::to_owned), "R1#\u{fffd}");
        transcript.received(Duration::ZERO, &b"y".repeat(10_000));
        assert_eq!(transcript.last_seen(str::to_owned), "y".repeat(LAST_SEEN));
    }
}
