//! The live stream as a client without our code would read it: events and comments, one by one.

use std::time::Duration;

use anyhow::{Context as _, bail};
use netraven_api::LogId;
use netraven_api::logs::LogEntry;

/// Longest wait for the next event or comment; the server gives a sign of life every ten seconds.
const SILENCE: Duration = Duration::from_secs(20);

/// What a stream said.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A log line, with the id of its event.
    Line(LogId, Box<LogEntry>),
    /// Another event: its name and its data.
    Other(String, String),
    /// A comment.
    Comment(String),
}

/// An open stream.
pub struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    /// Opens `/logs/stream` with a query such as `?run_id=3`, behind a line if one is named.
    pub async fn open(url: &str, token: &str, query: &str, last: Option<LogId>) -> anyhow::Result<Stream> {
        let mut request = reqwest::Client::builder().no_proxy().build()?.get(format!("{url}/logs/stream{query}"));
        request = request.bearer_auth(token).header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = request.send().await?.error_for_status()?;
        let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        anyhow::ensure!(kind.starts_with("text/event-stream"), "the stream is of the type {kind:?}");
        Ok(Stream { response, text: String::new() })
    }

    /// The next event or comment.
    pub async fn next(&mut self) -> anyhow::Result<Said> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                return parse(&event);
            }
            let chunk = tokio::time::timeout(SILENCE, self.response.chunk()).await;
            match chunk.context("the stream is silent")?? {
                Some(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                None => bail!("the server ended the stream"),
            }
        }
    }

    /// The next log line; signs of life alone are not enough.
    pub async fn line(&mut self) -> anyhow::Result<LogEntry> {
        let line = async {
            loop {
                if let Said::Line(id, line) = self.next().await? {
                    anyhow::ensure!(id == line.id, "the event's id {id} is not its line's {}", line.id);
                    return Ok(*line);
                }
            }
        };
        tokio::time::timeout(SILENCE, line).await.context("the stream brings no further line")?
    }
}

fn parse(event: &str) -> anyhow::Result<Said> {
    let field = |name: &str| {
        let start = format!("{name}:");
        let lines = event.lines().filter_map(|line| line.strip_prefix(&start));
        let lines: Vec<&str> = lines.map(|text| text.strip_prefix(' ').unwrap_or(text)).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    };
    match (field("event"), field("data")) {
        (Some(name), Some(data)) if name == "log" => {
            let id = field("id").context("a line has an id")?.parse()?;
            Ok(Said::Line(id, Box::new(serde_json::from_str(&data)?)))
        }
        (name, Some(data)) => Ok(Said::Other(name.unwrap_or_default(), data)),
        (_, None) => Ok(Said::Comment(field("").unwrap_or_default())),
    }
}
