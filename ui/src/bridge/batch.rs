//! Reads a batch of the feed. What is not understood of it costs itself alone, and is counted.

use netraven_api::event::{FeedMessage, Skip};
use netraven_api::logs::LogEntry;
use serde_json::Value;

/// The messages of a batch, as JSON.
#[must_use]
pub fn read(text: &str) -> Vec<FeedMessage> {
    serde_json::from_str(text).unwrap_or_else(|_| read_apart(text))
}

fn read_apart(text: &str) -> Vec<FeedMessage> {
    let Ok(Value::Array(messages)) = serde_json::from_str(text) else { return vec![skipped(1)] };
    messages.into_iter().flat_map(read_message).collect()
}

fn read_message(message: Value) -> Vec<FeedMessage> {
    let Some(sent) = message.get("lines").and_then(Value::as_array) else {
        // Something else than lines, which a later version may say.
        return serde_json::from_value(message).into_iter().collect();
    };
    let lines: Vec<LogEntry> = sent.iter().filter_map(|line| serde_json::from_value(line.clone()).ok()).collect();
    let lost = sent.len() - lines.len();
    let mut read = vec![FeedMessage::Lines { lines }];
    if lost > 0 {
        read.push(skipped(u64::try_from(lost).unwrap_or(u64::MAX)));
    }
    read
}

fn skipped(lines: u64) -> FeedMessage {
    FeedMessage::Skipped { lines, why: Skip::NotUnderstood }
}

#[cfg(test)]
mod tests {
    use netraven_api::event::Link;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_that_is_not_understood_costs_itself_alone_and_is_counted() {
        let line =
            json!({"id": 7, "timestamp": "2026-11-22T19:36:23Z", "log_type": "job", "level": "INFO", "message": "x"});
        let batch = json!([
            {"kind": "lines", "lines": [line, {"id": "eight"}, {"id": 9, "message": 5}]},
            {"kind": "weather", "sun": true},
            {"kind": "link", "link": {"state": "live"}},
        ]);
        let read = read(&batch.to_string());
        let [FeedMessage::Lines { lines }, lost, link] = read.as_slice() else { panic!("{read:?}") };
        assert_eq!((lines.len(), lines[0].id.get()), (1, 7));
        assert_eq!((lost, link), (&skipped(2), &FeedMessage::Link { link: Link::Live }));
        assert_eq!(super::read("no batch"), [skipped(1)]);
        assert_eq!(super::read("[]"), []);
    }
}
