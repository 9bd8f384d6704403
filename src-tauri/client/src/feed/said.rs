//! The meaning of a stream's event, for both kinds of server.

use netraven_api::LogId;
use netraven_api::event::Changed;
use netraven_api::logs::LogEntry;
use serde_json::Value;

use super::parse::Event;

/// The meaning of one event.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// A log line with its id.
    Line(Box<LogEntry>),
    /// A log line without one, indistinguishable from the same line read later: only a hint.
    Hint,
    /// Something changed.
    Change(Changed),
    /// A position in the log, past lines that were filtered out.
    Place(LogId),
    /// A keep-alive.
    Alive,
    /// An event that is not understood.
    Broken(String),
}

/// Reads an event. Keep-alives are comments, or messages whose data looks like one.
pub fn read(event: &Event) -> Said {
    if event.is_cut {
        return Said::Broken("it is too long".to_owned());
    }
    match event.name.as_str() {
        "log" => match serde_json::from_str::<Value>(&event.data) {
            Ok(line) if line.get("id").is_some() => match serde_json::from_value(line) {
                Ok(line) => Said::Line(Box::new(line)),
                Err(error) => Said::Broken(error.to_string()),
            },
            Ok(line) if line.get("message").is_some() => Said::Hint,
            Ok(_) => Said::Broken("a line has no id and no message".to_owned()),
            Err(error) => Said::Broken(error.to_string()),
        },
        "changed" => match serde_json::from_str(&event.data) {
            Ok(change) => Said::Change(change),
            Err(error) => Said::Broken(error.to_string()),
        },
        _ => event.id.as_ref().and_then(|id| id.parse().ok()).map_or(Said::Alive, Said::Place),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::Parser;
    use super::*;

    /// What a Python server sends: a keep-alive that is a message, a line without id, a comment, and JSON that is none.
    const RAW: &str = "data: : keepalive\r\n\r\n\
        event: log\r\ndata: {\"timestamp\": \"2026-11-22T19:36:23.544598Z\", \"level\": \"ERROR\", \"message\": \"over \\u2713\", \
        \"job_id\": 2, \"device_id\": null, \"source\": null, \"extra\": {\"a\": 1}, \"log_type\": \"job\"}\r\n\r\n\
        : ping - 2026-11-22 19:36:38.585852+00:00\r\n\r\n\
        event: log\r\ndata: {\"message\": \"cut sho\r\n\r\n\
        event: log\r\nid: 8\r\ndata: {\"id\":8,\"timestamp\":\"2026-11-22T19:36:23Z\",\"log_type\":\"job\",\"level\":\"INFO\",\
        \"job_id\":2,\"device_id\":null,\"source\":null,\"message\":\"ours ✓\",\"meta\":null}\r\n\r\n\
        id: 9\r\n\r\n";

    fn said(pieces: &[&[u8]]) -> Vec<String> {
        let mut parser = Parser::default();
        let events = pieces.iter().flat_map(|piece| parser.push(piece).unwrap());
        let name = |said| match said {
            Said::Line(line) => format!("line {} {}", line.id, line.message),
            Said::Hint => "hint".to_owned(),
            Said::Change(_) => "change".to_owned(),
            Said::Place(id) => format!("place {id}"),
            Said::Alive => "alive".to_owned(),
            Said::Broken(_) => "broken".to_owned(),
        };
        events.map(|event| name(read(&event))).collect()
    }

    #[test]
    fn every_shape_is_understood_wherever_the_bytes_are_cut() {
        let expected = ["alive", "hint", "broken", "line 8 ours ✓", "place 9"];
        let bytes = RAW.as_bytes();
        for cut in 0..=bytes.len() {
            assert_eq!(said(&[&bytes[..cut], &bytes[cut..]]), expected, "cut at {cut}");
        }
        assert_eq!(said(&bytes.chunks(1).collect::<Vec<_>>()), expected);
    }
}
