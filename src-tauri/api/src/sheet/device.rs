//! A row, checked as a whole: a device, or all the reasons why it is none.

use super::columns::{Cells, Column};
use super::near::near;
use super::tally::{Refusal, RefusalKind};
use super::{Place, Row, either, quoted};
use crate::address::Address;
use crate::devices::{DeviceInput, DeviceSource};
use crate::transport::Transport;
use crate::words::Word as _;

/// Most characters of a cell, as in the fields of [`DeviceInput`].
const LIMITS: &[(Column, usize)] = &[
    (Column::Hostname, 255),
    (Column::Address, 255),
    (Column::Description, 500),
    (Column::SerialNumber, 128),
    (Column::Model, 128),
    (Column::Notes, 100_000),
];
/// Most characters of a tag's name, and most tags in a row.
const TAG: usize = 50;
const TAGS: usize = 100;
/// Up to this many platforms are named in a refusal.
const FEW: usize = 12;

/// A device described by a row, in the form a server accepts.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The row's place in the file.
    pub place: Place,
    /// The row's number.
    pub number: i64,
    /// The device, without its tags.
    pub input: DeviceInput,
    /// Its tags, by name or number.
    pub tags: Vec<String>,
}

impl Entry {
    /// Its name.
    #[must_use]
    pub fn hostname(&self) -> &str {
        self.input.hostname.as_deref().unwrap_or_default()
    }

    /// Its address in the stored form.
    #[must_use]
    pub fn address(&self) -> &str {
        self.input.ip_address.as_deref().unwrap_or_default()
    }

    /// Its TCP port.
    #[must_use]
    pub fn port(&self) -> i64 {
        self.input.port.unwrap_or(22)
    }

    /// Its platform.
    #[must_use]
    pub fn platform(&self) -> &str {
        self.input.device_type.as_deref().unwrap_or_default()
    }

    /// Refuses its row.
    #[must_use]
    pub fn refused(&self, kind: RefusalKind, why: &str) -> Refusal {
        Refusal::new(self.place, self.number, self.input.hostname.clone(), kind, why)
    }
}

/// Makes a device of a row. `platforms` are the known ones, or `None` where the server does not list them.
///
/// # Errors
/// Returns everything that is wrong with the row at once.
pub fn check(row: Row, platforms: Option<&[String]>) -> Result<Entry, Refusal> {
    let Row { place, number, mut cells, fault } = row;
    let mut faults: Vec<String> = fault.into_iter().collect();
    let missing: Vec<&str> =
        Column::NEEDED.into_iter().filter(|needed| cells.get(*needed).is_none()).map(Column::name).collect();
    // A row without any cells already has its reason.
    if !missing.is_empty() && (faults.is_empty() || cells != Cells::default()) {
        faults.push(format!("the row has no {}", missing.join(" and no ")));
    }
    lengths(&cells, &mut faults);
    if let Some(name) = cells.get(Column::Hostname).filter(|name| !is_hostname(name)) {
        faults.push(format!(
            "the hostname {} must start with a letter (A to Z) or a digit, followed by letters, digits, dots, dashes and underscores only",
            quoted(name)
        ));
    }
    let address = cells.get(Column::Address).map(str::parse::<Address>);
    let address = address.and_then(|read| read.map_err(|why| faults.push(format!("the address {why}"))).ok());
    let platform = cells.get(Column::Platform).map(|name| platform(name, platforms));
    let platform = platform.and_then(|found| found.map_err(|why| faults.push(why)).ok());
    let port = cells.get(Column::Port).map(|text| text.parse::<u16>().ok().filter(|port| *port > 0).ok_or(text));
    if let Some(Err(text)) = port {
        faults.push(format!("the port {} is not a number from 1 to 65535", quoted(text)));
    }
    let transport = cells.get(Column::Transport).map(|word| Transport::parse_any_case(word).ok_or(word));
    if let Some(Err(word)) = transport {
        let known = either(&Transport::ALL);
        faults.push(format!("the transport {} must be {known}", quoted(word)));
    }
    if matches!(transport, Some(Ok(Transport::Tcp))) && port.is_none() {
        faults.push("the row has no port, which the transport tcp needs".to_owned());
    }
    let source = cells.get(Column::Source).map(|word| DeviceSource::parse(word).ok_or(word));
    if let Some(Err(word)) = source {
        faults.push(format!("the source {} must be local or imported", quoted(word)));
    }
    let tags = tags(cells.get(Column::Tags).unwrap_or_default(), &mut faults);
    if !faults.is_empty() {
        let hostname = cells.take(Column::Hostname);
        return Err(Refusal::new(place, number, hostname, RefusalKind::Wrong, &faults.join("; ")));
    }
    let transport = transport.and_then(Result::ok);
    // A port that nobody wrote is the usual one; SSH's is the server's own default.
    let usual = transport.filter(|transport| *transport != Transport::Ssh).and_then(Transport::usual_port);
    let port = port.and_then(Result::ok).or(usual).map(i64::from);
    let source = source.and_then(Result::ok).unwrap_or(DeviceSource::Imported);
    let input = DeviceInput {
        hostname: cells.take(Column::Hostname),
        ip_address: address.map(|address| address.to_string()),
        device_type: platform,
        port,
        transport,
        jump_host_id: None,
        direct: None,
        description: cells.take(Column::Description),
        serial_number: cells.take(Column::SerialNumber),
        model: cells.take(Column::Model),
        source: Some(source),
        notes: cells.take(Column::Notes),
        tags: None,
    };
    Ok(Entry { place, number, input, tags })
}

fn lengths(cells: &Cells, faults: &mut Vec<String>) {
    for (column, most) in LIMITS {
        let length = cells.get(*column).map_or(0, |text| text.chars().count());
        if length > *most {
            faults.push(format!("{} has {length} characters; the maximum is {most}", column.said()));
        }
    }
    for column in Column::ALL {
        if cells.get(column).is_some_and(|text| text.contains('\0')) {
            faults.push(format!("{} contains a NUL character", column.said()));
        }
    }
}

/// Whether a text can be the name of a device or a jump host.
pub(crate) fn is_hostname(name: &str) -> bool {
    let is_word = |letter: char| letter.is_alphabetic() || letter.is_ascii_digit() || "._-".contains(letter);
    name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.chars().all(is_word)
}

/// The platform with a name in any case.
fn platform(name: &str, known: Option<&[String]>) -> Result<String, String> {
    let Some(known) = known else { return Ok(name.to_owned()) };
    if let Some(found) = known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(found.clone());
    }
    let near = near(&super::columns::plain(name), known);
    let advice = match (near.as_slice(), known) {
        ([], known) if known.len() <= FEW => format!("use one of {}", known.join(", ")),
        ([], _) => "use one from the list in Add device".to_owned(),
        (near, _) => format!("write {}", either(near)),
    };
    Err(format!("the platform {} is not known: {advice}", quoted(name)))
}

/// Names or numbers separated by `|`, each once.
fn tags(text: &str, faults: &mut Vec<String>) -> Vec<String> {
    let is_word = |letter: char| letter.is_alphabetic() || letter.is_ascii_digit() || "_- ".contains(letter);
    let mut tags: Vec<String> = Vec::new();
    for name in text.split('|').map(str::trim).filter(|name| !name.is_empty()) {
        if tags.len() == TAGS {
            faults.push(format!("the row has more than {TAGS} tags"));
            break;
        }
        let length = name.chars().count();
        if length > TAG {
            faults.push(format!("the tag {} has {length} characters; the maximum is {TAG}", quoted(name)));
        } else if !name.chars().all(is_word) {
            faults.push(format!(
                "the tag {} may contain only letters, digits, spaces, dashes and underscores; put | between tags",
                quoted(name)
            ));
        } else if !tags.iter().any(|tag| tag == name) {
            tags.push(name.to_owned());
        }
    }
    tags
}
