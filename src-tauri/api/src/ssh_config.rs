//! Files of hosts as OpenSSH's ssh_config(5) describes them: the one reader for server, window and command line.
//!
//! It knows no server. A file that cannot be read to the end in bounded time is refused.

mod blocks;
mod jumps;
mod keywords;
mod lines;
mod pattern;
mod resolve;

use std::collections::HashMap;

use crate::sheet::Sheet;
use blocks::Blocks;
use resolve::Resolver;

/// Most lines of a file.
pub const LINES: i64 = 200_000;
/// Most names without wildcards in a file.
pub const HOSTS: usize = 50_000;
/// Most jump hosts of a file.
pub const JUMP_HOSTS: usize = 500;
/// Most remarks that are kept; the others are counted.
pub const REMARKS: usize = 500;

/// Most characters of a name, as in the fields of a device.
const LONGEST_NAME: usize = 255;
/// Lines by which a file is recognised.
const FIRST: usize = 100;

/// A host that can be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigHost {
    /// Line of its first `Host` entry, or of the `ProxyJump` that names it.
    pub line: i64,
    /// Its name: as in its entry, for a jump host without characters that a name cannot have.
    pub name: String,
    /// Its address in the stored form.
    pub address: String,
    /// TCP port.
    pub port: i64,
    /// User name, if the file has one.
    pub user: Option<String>,
    /// Files of private keys, as written.
    pub identity_files: Vec<String>,
    /// How it is reached.
    pub way: ConfigWay,
}

impl ConfigHost {
    /// The jump host it is reached through, by its place in [`SshConfig::jump_hosts`].
    #[must_use]
    pub fn through(&self) -> Option<usize> {
        match self.way {
            ConfigWay::Through(index) => Some(index),
            ConfigWay::Unsaid | ConfigWay::Direct => None,
        }
    }
}

/// How a host is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigWay {
    /// The file does not say.
    Unsaid,
    /// Without a jump host: the file says `none`.
    Direct,
    /// Through a jump host, by its place in [`SshConfig::jump_hosts`].
    Through(usize),
}

/// A name that leads to a host which is listed under another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherName {
    /// Line of its first `Host` entry.
    pub line: i64,
    /// The name.
    pub name: String,
    /// The name the host is listed under.
    pub of: String,
}

/// A host that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongHost {
    /// Line of its first `Host` entry.
    pub line: i64,
    /// Its name.
    pub name: String,
    /// Why, without a full stop.
    pub why: String,
}

/// A line that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its number, from 1.
    pub line: i64,
    /// Why, as a sentence that begins with the line.
    pub sentence: String,
}

/// The lines that were not understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// The first of them.
    pub listed: Vec<Remark>,
    /// How many there are.
    pub count: i64,
}

impl Remarks {
    /// Counts a line, and keeps why it was not understood if it is one of the first.
    fn add(&mut self, line: i64, why: impl FnOnce() -> String) {
        self.count += 1;
        if self.listed.len() < REMARKS {
            self.listed.push(Remark { line, sentence: format!("Line {line}: {}.", why()) });
        }
    }
}

/// What a file describes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshConfig {
    /// The jump hosts, each after the one it is reached through; three in a row at most.
    pub jump_hosts: Vec<ConfigHost>,
    /// The other hosts with a name of their own, in the order of the file.
    pub devices: Vec<ConfigHost>,
    /// Names that lead to one of these hosts too.
    pub other_names: Vec<OtherName>,
    /// Hosts that cannot be imported.
    pub wrong: Vec<WrongHost>,
    /// Lines that were not understood.
    pub remarks: Remarks,
}

/// Reads a text.
///
/// # Errors
/// Says as a sentence why the file as a whole cannot be read.
pub fn read(text: &str) -> Result<SshConfig, String> {
    let blocks = Blocks::read(text)?;
    let (jump_hosts, hosts, wrong) = resolved(&blocks)?;
    let mut config = SshConfig { jump_hosts, wrong, remarks: blocks.remarks, ..SshConfig::default() };
    config.sort_out(hosts);
    Ok(config)
}

/// The jump hosts of a file, its hosts with a name of their own, and those that cannot be imported.
type Resolved = (Vec<ConfigHost>, Vec<ConfigHost>, Vec<WrongHost>);

fn resolved(blocks: &Blocks) -> Result<Resolved, String> {
    let mut resolver = Resolver::new(blocks);
    let (mut hosts, mut wrong) = (Vec::new(), Vec::new());
    for (name, line) in &blocks.aliases {
        match resolver.host(name, *line) {
            Ok(host) => hosts.push(host),
            Err(why) => wrong.push(WrongHost { line: *line, name: name.chars().take(LONGEST_NAME).collect(), why }),
        }
        if resolver.is_spent() {
            return Err("The file has too many patterns for so many hosts: import it in parts.".to_owned());
        }
    }
    Ok((resolver.jump_hosts, hosts, wrong))
}

impl SshConfig {
    /// Tells devices from jump hosts and from other names of a host: two names that lead to one place are one host.
    fn sort_out(&mut self, hosts: Vec<ConfigHost>) {
        type Place = (String, i64, Option<usize>);
        let place = |host: &ConfigHost| -> Place { (host.address.clone(), host.port, host.through()) };
        let mut places: HashMap<Place, String> = HashMap::new();
        for host in &self.jump_hosts {
            places.entry(place(host)).or_insert_with(|| host.name.clone());
        }
        let jumps = self.jump_hosts.iter().map(|host| (host.name.as_str(), place(host)));
        let jumps: HashMap<&str, Place> = jumps.collect();
        let mut lines: HashMap<String, i64> = HashMap::new();
        for host in hosts {
            let here = place(&host);
            if jumps.get(host.name.as_str()) == Some(&here) {
                continue;
            }
            if let Some(of) = places.get(&here) {
                self.other_names.push(OtherName { line: host.line, name: host.name, of: of.clone() });
            } else if let Some(line) = lines.get(&host.name.to_lowercase()) {
                let why = format!("line {line} already has the name {}", host.name);
                self.wrong.push(WrongHost { line: host.line, name: host.name, why });
            } else {
                lines.insert(host.name.to_lowercase(), host.line);
                places.insert(here, host.name.clone());
                self.devices.push(host);
            }
        }
    }
}

/// Whether a text is such a file and not a file of devices in columns: most of its first lines begin with a keyword.
#[must_use]
pub fn is_ssh_config(text: &str) -> bool {
    let (mut known, mut count) = (0, 0);
    for line in lines::lines(text).take(FIRST) {
        count += 1;
        known += usize::from(keywords::is_known(line.keyword));
    }
    known * 2 > count && Sheet::open(text).is_err()
}

/// A TCP port.
fn port(text: &str) -> Option<i64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<u16>().ok().filter(|port| is_number && *port > 0).map(i64::from)
}

#[cfg(test)]
mod tests;
