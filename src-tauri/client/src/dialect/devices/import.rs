//! The import of a CSV file on a server that has none of this shape: row by row, so that the fate of each is known. Its own
//! import takes a file, too, but knows tags by their numbers alone and tells refusals in the words of its libraries.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{StreamExt, stream};
use netraven_api::devices::{ImportError, Imported};
use netraven_api::problem::Code;
use netraven_api::{Method, Problem};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::create;
use crate::dialect::Talk;
use crate::dialect::asked::Asked;
use crate::dialect::lists::MOST_ROWS;
use crate::dialect::row::Row;

/// Columns every file needs.
const NEEDED: [&str; 3] = ["hostname", "ip_address", "device_type"];
/// Rows sent at once.
const AT_ONCE: usize = 4;
/// Longest time rows are sent; the window waits little longer for an answer.
const LIMIT: Duration = Duration::from_secs(40);

/// A row as it is sent, or why it is not.
struct Line {
    number: i64,
    hostname: Option<String>,
    device: Result<Map<String, Value>, String>,
}

/// Adds the devices of a file, each taken or refused by itself.
pub async fn answer(talk: Talk<'_>, asked: &Asked) -> Result<Imported, Problem> {
    let fields = asked.fields()?;
    let text = fields.get("csv").and_then(Value::as_str).unwrap_or_default();
    let mut lines = read(text)?;
    let until = Instant::now() + LIMIT;
    let tags = tags(talk, &lines).await?;
    lines.iter_mut().for_each(|line| name_tags(line, &tags));
    let sent = lines.into_iter().map(|line| async move {
        let (number, hostname) = (line.number, line.hostname);
        let refused = |message: String| Some(ImportError { line: number, hostname: hostname.clone(), message });
        match line.device {
            Err(why) => refused(why),
            Ok(_) if Instant::now() >= until => {
                refused("This row was not sent: the import took too long. Import it again.".to_owned())
            }
            Ok(device) => create(talk, device).await.err().map(|problem| problem.message).and_then(refused),
        }
    });
    let fates: Vec<Option<ImportError>> = stream::iter(sent).buffered(AT_ONCE).collect().await;
    let added = fates.iter().filter(|fate| fate.is_none()).count();
    Ok(Imported { added: i64::try_from(added).unwrap_or(i64::MAX), errors: fates.into_iter().flatten().collect() })
}

/// The rows of a text, blank ones left out. Columns are separated by what separates the names in the first line.
fn read(text: &str) -> Result<Vec<Line>, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|it| {
        let count = head.bytes().filter(|byte| byte == it).count();
        (count, u8::from(*it == b','))
    });
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .has_headers(true)
        .from_reader(text.as_bytes());
    let broken = |error: csv::Error| Problem::field("body.csv", format!("The file cannot be read as CSV: {error}."));
    let columns: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_lowercase).collect();
    let absent: Vec<&str> = NEEDED.into_iter().filter(|name| !columns.iter().any(|column| column == name)).collect();
    if !absent.is_empty() {
        let message = format!("The first line does not name {}. Name the columns in it.", absent.join(", "));
        return Err(Problem::field("body.csv", message));
    }
    let mut lines = Vec::new();
    let mut seen = BTreeMap::new();
    let mut count = LineCount { text, read: 0, line: 1 };
    for record in reader.records() {
        let record = record.map_err(broken)?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let number = count.line_at(record.position().map_or(0, csv::Position::byte));
        let cell = |name: &str| {
            let place = columns.iter().position(|column| column == name)?;
            record.get(place).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let mut line = Line { number, hostname: cell("hostname"), device: device(cell) };
        // The server refuses what is there already; rows of one file are sent at the same time.
        for name in ["hostname", "ip_address"] {
            let Some(value) = cell(name).filter(|_| line.device.is_ok()) else { continue };
            let first = *seen.entry((name, value.to_lowercase())).or_insert(number);
            if first != number {
                line.device = Err(format!("Line {first} has the {} {value} already.", name.replace("ip_", "IP ")));
            }
        }
        lines.push(line);
    }
    Ok(lines)
}

/// Numbers of lines by their place in a text, counted once from its beginning to its end. The reader's own count is late
/// where lines end in two characters.
struct LineCount<'a> {
    text: &'a str,
    read: usize,
    line: i64,
}

impl LineCount<'_> {
    /// The line of a record that begins there, or behind the ends of lines that are there.
    fn line_at(&mut self, byte: u64) -> i64 {
        let bytes = self.text.as_bytes();
        let from = usize::try_from(byte).unwrap_or(bytes.len()).min(bytes.len());
        let ends = bytes[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        while self.read < from + ends {
            let is_end = match bytes[self.read] {
                b'\n' => true,
                b'\r' => bytes.get(self.read + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += i64::from(is_end);
            self.read += 1;
        }
        self.line
    }
}

/// A device as the server takes it, its tags still by name; or what is missing or wrong.
fn device(cell: impl Fn(&str) -> Option<String>) -> Result<Map<String, Value>, String> {
    let absent: Vec<&str> = NEEDED.into_iter().filter(|name| cell(name).is_none()).collect();
    if !absent.is_empty() {
        return Err(format!("The row has no {}.", absent.join(" and no ")));
    }
    let mut device: Map<String, Value> = ["hostname", "ip_address", "device_type", "description"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), Value::String(cell(name)?))))
        .collect();
    if let Some(port) = cell("port") {
        let number = port.parse::<u16>().ok().filter(|port| *port > 0);
        let number = number.ok_or_else(|| format!("\"{port}\" is no port: enter a number from 1 to 65535."))?;
        device.insert("port".to_owned(), json!(number));
    }
    let names = cell("tags").unwrap_or_default();
    let names: Vec<&str> = names.split('|').map(str::trim).filter(|name| !name.is_empty()).collect();
    device.insert("tags".to_owned(), json!(names));
    Ok(device)
}

/// The ids of the tags that rows name; those that do not exist are made. A tag that cannot be made has the reason instead.
async fn tags(talk: Talk<'_>, lines: &[Line]) -> Result<BTreeMap<String, Result<i64, String>>, Problem> {
    let named = lines.iter().filter_map(|line| line.device.as_ref().ok()).flat_map(names_of);
    let named: BTreeSet<String> = named.map(str::to_owned).collect();
    let mut known = BTreeMap::new();
    if named.is_empty() {
        return Ok(known);
    }
    let there = talk.all("/tags/", &[], MOST_ROWS).await?;
    let find = |name: &str| {
        let rows = || there.rows.iter().map(Row);
        let by_name = rows().find(|row| row.word("name") == name);
        by_name.or_else(|| rows().find(|row| Some(row.id()) == name.parse().ok())).map(Row::id)
    };
    for name in named {
        let id = match find(&name) {
            Some(id) => Ok(id),
            None => {
                let body = json!({ "name": name });
                match talk.change(Method::Post, "/tags/".to_owned(), Some(body)).await {
                    Ok(made) => Ok(Row(&made).id()),
                    Err(problem) if problem.code == Code::Unauthenticated => return Err(problem),
                    Err(problem) => Err(format!("The tag {name} could not be made. {}", problem.message)),
                }
            }
        };
        known.insert(name, id);
    }
    Ok(known)
}

fn names_of(device: &Map<String, Value>) -> impl Iterator<Item = &str> {
    device.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn name_tags(line: &mut Line, tags: &BTreeMap<String, Result<i64, String>>) {
    let Ok(device) = &mut line.device else { return };
    let ids: Result<Vec<i64>, String> = names_of(device).filter_map(|name| tags.get(name).cloned()).collect();
    match ids {
        Ok(ids) => {
            device.insert("tags".to_owned(), json!(ids));
        }
        Err(why) => line.device = Err(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_people_write_them() {
        let text = "\u{feff}Hostname;ip_address; device_type ;tags;\r\nr1;10.0.0.1;linux;a|2;\r\n;;;;\r\nr2;;linux;;\r\nR1;10.0.0.9;linux\r\n";
        let lines = read(text).unwrap();
        let fates: Vec<(i64, Option<&str>)> =
            lines.iter().map(|line| (line.number, line.device.as_ref().err().map(String::as_str))).collect();
        assert_eq!(
            fates,
            [(2, None), (4, Some("The row has no ip_address.")), (5, Some("Line 2 has the hostname R1 already."))]
        );
        assert_eq!(lines[0].device.as_ref().unwrap()["tags"], json!(["a", "2"]));
        let problem = read("name,address\nr1,10.0.0.1\n").err().unwrap();
        assert!(problem.message.starts_with("The first line does not name hostname, ip_address, device_type."));
        let old = read("hostname,ip_address,device_type\rr1,10.0.0.1,linux\r\rr2,10.0.0.2,linux").unwrap();
        assert_eq!(old.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 4]);
        let ports = read("hostname,ip_address,device_type,port\nr1,10.0.0.1,linux,ssh\n").unwrap();
        assert!(ports[0].device.as_ref().unwrap_err().contains("\"ssh\" is no port"));
    }
}
