//! Reads server-sent events from bytes that arrive in any pieces.

/// Longest line, and longest event, that is kept; longer ones are skipped.
const LIMIT: usize = 16 * 1024 * 1024;
/// Most bytes skipped before the stream counts as no stream of events.
const PATIENCE: usize = 2 * LIMIT;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its name; empty for the default event.
    pub name: String,
    /// Its own id, if it has one.
    pub id: Option<String>,
    /// Its data, lines joined by `\n`.
    pub data: String,
    /// It was longer than the limit: its data is incomplete.
    pub is_cut: bool,
}

/// A line or an event has no end.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

/// State between two pieces.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The last byte was a CR: an LF that follows belongs to it.
    after_cr: bool,
    begun: bool,
    /// Bytes of this event that were skipped.
    passed: usize,
}

impl Parser {
    /// Takes the next piece and returns the events it completes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let ends_crlf = std::mem::replace(&mut self.after_cr, byte == b'\r') && byte == b'\n';
            match byte {
                b'\n' if ends_crlf => {}
                b'\r' | b'\n' => events.extend(self.end_line()),
                _ if self.event.is_cut || self.line.len() + self.event.data.len() >= LIMIT => self.pass(byte)?,
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    /// Skips a byte. Only whether its line was empty is kept, to detect the end of the event.
    fn pass(&mut self, byte: u8) -> Result<(), TooLong> {
        if !std::mem::replace(&mut self.event.is_cut, true) {
            self.event.data = String::new();
            self.line = vec![byte];
        } else if self.line.is_empty() {
            self.line.push(byte);
        }
        self.passed += 1;
        if self.passed > PATIENCE { Err(TooLong) } else { Ok(()) }
    }

    fn end_line(&mut self) -> Option<Event> {
        let bytes = std::mem::take(&mut self.line);
        if self.event.is_cut && !bytes.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        let first = !std::mem::replace(&mut self.begun, true);
        let line = if first { text.strip_prefix('\u{feff}').unwrap_or(&text) } else { &text };
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.event.name = value.to_owned(),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.event.id = Some(value.to_owned()),
            // Comments have an empty field name; `retry` and unknown fields are skipped.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        let has_data = std::mem::take(&mut self.has_data);
        self.passed = 0;
        (has_data || event.is_cut || event.id.is_some()).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Vec<Event> {
        Parser::default().push(text.as_bytes()).unwrap()
    }

    fn event(name: &str, id: Option<&str>, data: &str) -> Event {
        Event { name: name.into(), id: id.map(Into::into), data: data.into(), is_cut: false }
    }

    #[test]
    fn events_are_read_with_all_three_line_ends() {
        for end in ["\n", "\r\n", "\r"] {
            let text =
                ["event: log", "id: 7", "data: {\"a\":1}", "", ": keepalive", "", "data:x", "data", "", ""].join(end);
            assert_eq!(parse(&text), [event("log", Some("7"), "{\"a\":1}"), event("", None, "x\n")], "{end:?}");
        }
    }

    #[test]
    fn comments_unknown_fields_and_empty_events_give_nothing() {
        assert_eq!(parse(": ping - 2026\r\n\r\nretry: 10\n\nfoo: bar\n\nevent: log\n\n"), []);
    }

    #[test]
    fn a_keepalive_written_as_data_is_a_default_event() {
        assert_eq!(parse("data: : keepalive\r\n\r\n"), [event("", None, ": keepalive")]);
    }

    #[test]
    fn an_id_alone_is_kept_and_a_byte_order_mark_is_not() {
        assert_eq!(parse("\u{feff}id: 12\n\n"), [event("", Some("12"), "")]);
    }

    #[test]
    fn an_event_that_is_not_ended_is_not_given() {
        assert_eq!(parse("event: log\ndata: half"), []);
    }

    #[test]
    fn an_event_that_is_too_long_is_told_of_and_the_next_one_read() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(b"event: log\nid: 7\ndata: "), Ok(vec![]));
        let piece = vec![b'x'; LIMIT / 2 + 1];
        assert_eq!((parser.push(&piece), parser.push(&piece)), (Ok(vec![]), Ok(vec![])));
        let cut = Event { is_cut: true, ..event("log", Some("7"), "") };
        let rest = "xx\ndata: more\n\nevent: log\nid: 8\ndata: {}\n\n";
        assert_eq!(parser.push(rest.as_bytes()), Ok(vec![cut, event("log", Some("8"), "{}")]));
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut parser = Parser::default();
        let piece = vec![b'x'; LIMIT];
        let pushed: Vec<_> = (0..4).map(|_| parser.push(&piece)).collect();
        assert_eq!((&pushed[0], &pushed[3]), (&Ok(vec![]), &Err(TooLong)));
    }

    fn events() -> impl Strategy<Value = Vec<(Event, &'static str)>> {
        let one = ("(log|changed|)", prop::option::of("[0-9]{1,6}"), "[ -~é✓\\n]{0,20}");
        let event = one.prop_map(|(name, id, data)| Event { name, id, data, is_cut: false });
        prop::collection::vec((event, prop::sample::select(vec!["\n", "\r\n", "\r"])), 0..8)
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_events_that_were_written(
            written in events(), cuts in prop::collection::vec(1usize..9, 1..40)
        ) {
            let mut text = String::new();
            for (event, end) in &written {
                text.push_str(&format!(": sign of life{end}"));
                if !event.name.is_empty() {
                    text.push_str(&format!("event: {}{end}", event.name));
                }
                if let Some(id) = &event.id {
                    text.push_str(&format!("id: {id}{end}"));
                }
                for line in event.data.split('\n') {
                    text.push_str(&format!("data: {line}{end}"));
                }
                text.push_str(end);
            }
            let (mut parser, mut read, mut rest) = (Parser::default(), Vec::new(), text.as_bytes());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                read.extend(parser.push(piece).unwrap());
                rest = after;
            }
            let expected: Vec<Event> = written.into_iter().map(|(event, _)| event).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
