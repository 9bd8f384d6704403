//! Lines on the clipboard, as text. They are what the server gave, its secrets hidden, as an export has them.

use dioxus::prelude::*;
use jiff::tz::TimeZone;
use netraven_api::logs::LogEntry;
use serde_json::Value;

use super::row::device_word;
use crate::dom;
use crate::format;
use crate::state::moment::use_moment;
use crate::state::notices::{Notices, use_notices};

/// Longest text that is copied.
const MOST_BYTES: usize = 1_000_000;

/// Copies lines and reports the outcome.
pub fn use_copy_lines() -> Callback<Vec<LogEntry>> {
    let (moment, notices) = (use_moment(), use_notices());
    use_callback(move |lines: Vec<LogEntry>| {
        let (text, copied) = text_of(&lines, &moment.zone());
        let said = said(copied, lines.len());
        spawn(async move { copy(notices, &text, said).await });
    })
}

async fn copy(notices: Notices, text: &str, said: String) {
    if dom::copy(text).await {
        notices.done(said);
    } else {
        notices.wrong("The clipboard is not available. Select the text and copy it.");
    }
}

fn said(copied: usize, wanted: usize) -> String {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    if copied == wanted {
        return format!("{} copied.", format::count_of(number(copied), "line was", "lines were"));
    }
    format!(
        "Only the newest {} of {} were copied: the rest is too long for the clipboard. Export to get all of them.",
        format::number(number(copied)),
        format::count(number(wanted), "line")
    )
}

/// Lines as text, one below the other, and how many of them fitted.
fn text_of(lines: &[LogEntry], zone: &TimeZone) -> (String, usize) {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let next = line_text(line, zone);
        if index > 0 && text.len() + next.len() >= MOST_BYTES {
            return (text, index);
        }
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&next);
    }
    (text, lines.len())
}

/// A line as text, in the order of the columns. A message of several lines stays one.
fn line_text(line: &LogEntry, zone: &TimeZone) -> String {
    let mut words = vec![format::full_time(line.timestamp, zone), line.level.to_string(), line.log_type.to_string()];
    words.extend(line.source.clone());
    words.extend(Some(device_word(line)).filter(|device| !device.is_empty()));
    words.extend(line.run_id.map(|run_id| format!("run {run_id}")));
    words.push(line.message.replace('\r', "").replace('\n', "\\n"));
    words.extend(line.meta.as_ref().filter(|meta| !meta.is_null()).map(Value::to_string));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str) -> LogEntry {
        let text = r#"{"id":13,"timestamp":"2026-11-23T14:04:00.013Z","log_type":"job","level":"ERROR","source":"worker.backup",
            "device_id":9,"run_id":4188,"message":"","meta":{"cause":"truncated"}}"#;
        LogEntry { message: message.to_owned(), ..serde_json::from_str(text).unwrap() }
    }

    #[test]
    fn a_line_as_text_holds_what_is_on_screen() {
        assert_eq!(
            line_text(&line("Cut short:\r\nend"), &TimeZone::fixed(jiff::tz::offset(1))),
            "2026-11-23 15:04:00.013 ERROR job worker.backup device 9 run 4188 Cut short:\\nend {\"cause\":\"truncated\"}"
        );
    }

    #[test]
    fn what_is_too_long_is_left_out_and_said() {
        let lines = vec![line(&"x".repeat(MOST_BYTES / 3)); 5];
        let (text, copied) = text_of(&lines, &TimeZone::UTC);
        assert_eq!((copied, text.lines().count()), (2, 2));
        assert!(said(copied, lines.len()).starts_with("Only the newest 2 of 5 lines were copied"));
        assert_eq!(text_of(&lines[..1], &TimeZone::UTC).1, 1);
        assert_eq!((said(1, 1), said(1_200, 1_200)), ("1 line was copied.".into(), "1,200 lines were copied.".into()));
        assert_eq!(text_of(&[line(&"x".repeat(2 * MOST_BYTES))], &TimeZone::UTC).1, 1, "one line is always whole");
    }
}
