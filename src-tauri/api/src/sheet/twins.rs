//! Rows for the same device: twice in a file, or in the file and on the server.

use std::collections::HashMap;

use super::tally::RefusalKind;
use super::{Entry, Place, Refusal};
use crate::transport::Transport;

/// The devices of the rows so far.
#[derive(Debug, Default)]
pub struct Seen {
    names: HashMap<String, Place>,
    addresses: HashMap<(String, i64), Place>,
}

impl Seen {
    /// Records a device.
    ///
    /// # Errors
    /// Refuses one with the name or address of an earlier row.
    pub fn note(&mut self, entry: Entry) -> Result<Entry, Refusal> {
        let name = entry.hostname().to_lowercase();
        let address = (entry.address().to_lowercase(), entry.port());
        let earlier = |place: &Place, what: &str| {
            let place = place.to_string().to_lowercase();
            entry.refused(RefusalKind::Taken, &format!("{place} already has {what}"))
        };
        if let Some(place) = self.names.get(&name) {
            return Err(earlier(place, &format!("the hostname {}", entry.hostname())));
        }
        if let Some(place) = self.addresses.get(&address) {
            return Err(earlier(place, &format!("the address {} with the port {}", entry.address(), entry.port())));
        }
        self.names.insert(name, entry.place);
        self.addresses.insert(address, entry.place);
        Ok(entry)
    }
}

/// An existing device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct There {
    /// Its name.
    pub hostname: String,
    /// Its address.
    pub ip_address: String,
    /// Its TCP port.
    pub port: i64,
    /// Its platform.
    pub device_type: String,
    /// What carries a session with it.
    pub transport: Transport,
}

/// How a row relates to the existing devices.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It describes a new one.
    New,
    /// It matches an existing one exactly: the file was imported before.
    Present(Refusal),
    /// It describes another one with a name or an address that is taken.
    Taken(Refusal),
}

/// Compares a row with the device that has its name and the one that has its address.
#[must_use]
pub fn compare(entry: &Entry, by_name: Option<&There>, by_place: Option<&There>) -> Fate {
    if let Some(there) = by_name {
        let place = place_of(&there.ip_address, there.port);
        let same_place = there.ip_address.eq_ignore_ascii_case(entry.address()) && there.port == entry.port();
        let same_platform = there.device_type == entry.platform();
        // A file that does not name the transport agrees with any.
        let same_transport = entry.input.transport.is_none_or(|transport| transport == there.transport);
        if same_place && same_platform && same_transport {
            let why = format!("{} at {place} already exists", there.hostname);
            return Fate::Present(entry.refused(RefusalKind::Present, &why));
        }
        let what = match (same_place, same_platform) {
            (false, _) => format!("at {place}"),
            (true, false) => format!("as {}", there.device_type),
            (true, true) => format!("with the transport {}", there.transport),
        };
        let why = format!(
            "the hostname {} already exists, {what}: an import does not change devices, so edit that device, or give \
             this row another hostname",
            there.hostname
        );
        return Fate::Taken(entry.refused(RefusalKind::Taken, &why));
    }
    match by_place {
        None => Fate::New,
        Some(there) => {
            let place = place_of(&there.ip_address, there.port);
            let why = format!("{} is already at {place}: give this device another address or port", there.hostname);
            Fate::Taken(entry.refused(RefusalKind::Taken, &why))
        }
    }
}

/// An address with a port, as people write them.
#[must_use]
pub fn place_of(address: &str, port: i64) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}
