//! From what a file says to the hosts it describes. A jump host is looked up in the file like any other host.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::blocks::{Blocks, Proxy, Setting, Settings};
use super::jumps::JumpPart;
use super::pattern::Effort;
use super::{ConfigHost, ConfigWay, JUMP_HOSTS, LONGEST_NAME};
use crate::address::Address;
use crate::jump_hosts::LONGEST_CHAIN;
use crate::sheet::{is_hostname, quoted};

/// Steps that the patterns of one file may take.
const EFFORT: u64 = 100_000_000;
/// Most characters of the name of a jump host, less those of a number that tells it from another one.
const JUMP_NAME: usize = 90;

/// What tells one jump host from another: address, port, user and the one before it.
type HopKey = (String, i64, Option<String>, Option<usize>);

/// Reads hosts out of a file, and collects the jump hosts they need.
pub struct Resolver<'a> {
    blocks: &'a Blocks,
    effort: Effort,
    known: HashMap<String, Rc<Settings>>,
    lines: HashMap<&'a str, i64>,
    names: HashSet<String>,
    keys: HashMap<HopKey, usize>,
    /// The jump hosts so far, each after the one it is reached through.
    pub jump_hosts: Vec<ConfigHost>,
}

impl<'a> Resolver<'a> {
    /// A reader that has read nothing yet.
    pub fn new(blocks: &'a Blocks) -> Resolver<'a> {
        Resolver {
            blocks,
            effort: Effort::of(EFFORT),
            known: HashMap::new(),
            lines: blocks.aliases.iter().map(|(name, line)| (name.as_str(), *line)).collect(),
            names: HashSet::new(),
            keys: HashMap::new(),
            jump_hosts: Vec::new(),
        }
    }

    /// Whether the patterns took so many steps that nothing more can be said.
    pub fn is_spent(&self) -> bool {
        self.effort.is_spent()
    }

    /// The host of a name.
    ///
    /// # Errors
    /// Says why it cannot be imported, without a full stop.
    pub fn host(&mut self, name: &str, line: i64) -> Result<ConfigHost, String> {
        let length = name.chars().count();
        if length > LONGEST_NAME {
            return Err(format!("its name has {length} characters; the maximum is {LONGEST_NAME}"));
        }
        if !is_hostname(name) {
            return Err(format!(
                "the name {} must start with a letter (A to Z) or a digit, followed by letters, digits, dots, dashes \
                 and underscores only",
                quoted(name)
            ));
        }
        let settings = self.settings_of(name);
        let address = address(&settings, name)?;
        let (port, user) = (value(&settings.port, "port")?.unwrap_or(22), value(&settings.user, "user")?);
        let way = match &settings.proxy {
            None => ConfigWay::Unsaid,
            Some(Setting { value: Some(Proxy::Nothing), .. }) => ConfigWay::Direct,
            Some(proxy) => ConfigWay::Through(self.through(proxy, &mut vec![name.to_owned()])?),
        };
        let identity_files = settings.identity_files.clone();
        Ok(ConfigHost { line, name: name.to_owned(), address, port, user, identity_files, way })
    }

    fn settings_of(&mut self, name: &str) -> Rc<Settings> {
        if let Some(known) = self.known.get(name) {
            return Rc::clone(known);
        }
        let settings = Rc::new(self.blocks.settings_of(name, &mut self.effort));
        self.known.insert(name.to_owned(), Rc::clone(&settings));
        settings
    }

    /// The last jump host of a way. `before` are the hosts that led here, the device first.
    fn through(&mut self, proxy: &Setting<Proxy>, before: &mut Vec<String>) -> Result<usize, String> {
        let line = proxy.line;
        match &proxy.value {
            Some(Proxy::Jumps(parts)) => {
                let mut last = None;
                for part in parts {
                    last = Some(self.jump_host(part, last, line, before)?);
                }
                last.ok_or_else(|| format!("line {line} names no jump host"))
            }
            Some(Proxy::Command) => Err(format!(
                "it is reached by the command of line {line}, which is not imported: write ProxyJump instead"
            )),
            Some(Proxy::Nothing) | None => {
                Err(format!("line {line}, which says how it is reached, was not understood"))
            }
        }
    }

    /// A jump host behind another one; the first of a way is reached as its own entry says.
    fn jump_host(
        &mut self,
        part: &JumpPart,
        behind: Option<usize>,
        line: i64,
        before: &mut Vec<String>,
    ) -> Result<usize, String> {
        let host = &part.host;
        if behind.is_none() && before.contains(host) {
            return Err(format!("{host} would be reached through itself: write ProxyJump none in an entry for it"));
        }
        let of_jump = |why: String| format!("the jump host {host}: {why}");
        let settings = self.settings_of(host);
        let address = address(&settings, host).map_err(of_jump)?;
        let port = match part.port {
            Some(port) => port,
            None => value(&settings.port, "port").map_err(of_jump)?.unwrap_or(22),
        };
        let user = match &part.user {
            Some(user) => Some(user.clone()),
            None => value(&settings.user, "user").map_err(of_jump)?,
        };
        let behind = match &settings.proxy {
            Some(proxy) if behind.is_none() && !matches!(proxy.value, Some(Proxy::Nothing)) => {
                if before.len() >= LONGEST_CHAIN {
                    return Err(format!("{LONGEST_CHAIN} jump hosts in a row are the most; before {host} are more"));
                }
                before.push(host.clone());
                let found = self.through(proxy, before);
                before.pop();
                Some(found.map_err(of_jump)?)
            }
            _ => behind,
        };
        if self.length(behind) >= LONGEST_CHAIN {
            return Err(format!("{LONGEST_CHAIN} jump hosts in a row are the most; with {host} there would be more"));
        }
        let line = self.lines.get(host.as_str()).copied().unwrap_or(line);
        self.keep(
            host,
            ConfigHost {
                line,
                name: String::new(),
                address,
                port,
                user,
                identity_files: settings.identity_files.clone(),
                way: behind.map_or(ConfigWay::Unsaid, ConfigWay::Through),
            },
        )
    }

    /// How many jump hosts there are up to this one.
    fn length(&self, mut last: Option<usize>) -> usize {
        let mut length = 0;
        while let Some(index) = last {
            length += 1;
            last = self.jump_hosts[index].through();
        }
        length
    }

    /// Keeps a jump host once, under a name of its own.
    fn keep(&mut self, called: &str, host: ConfigHost) -> Result<usize, String> {
        let key = (host.address.clone(), host.port, host.user.clone(), host.through());
        if let Some(index) = self.keys.get(&key) {
            return Ok(*index);
        }
        let index = self.jump_hosts.len();
        if index == JUMP_HOSTS {
            return Err(format!("the file has more than {JUMP_HOSTS} jump hosts before this one"));
        }
        let plain = plain_name(called);
        let mut name = plain.clone();
        let mut number = 2;
        while !self.names.insert(name.to_lowercase()) {
            name = format!("{plain}-{number}");
            number += 1;
        }
        self.keys.insert(key, index);
        self.jump_hosts.push(ConfigHost { name, ..host });
        Ok(index)
    }
}

/// A name as a jump host may have it: an IPv6 address has its colons replaced.
fn plain_name(called: &str) -> String {
    let is_word = |letter: char| letter.is_alphabetic() || letter.is_ascii_digit() || "._-".contains(letter);
    let plain: String =
        called.chars().take(JUMP_NAME).map(|letter| if is_word(letter) { letter } else { '-' }).collect();
    if is_hostname(&plain) { plain } else { format!("jump{plain}") }
}

/// The address of a name, in the form it is stored in.
fn address(settings: &Settings, name: &str) -> Result<String, String> {
    let text = match value(&settings.host_name, "address")? {
        None => name.to_owned(),
        Some(text) => {
            // `%%` first becomes a letter that no address has, so that its sign begins no token.
            text.replace("%%", "\0").replace("%h", name).replace('\0', "%")
        }
    };
    text.parse::<Address>().map(|address| address.to_string()).map_err(|why| format!("the address {why}"))
}

/// A value that was understood, if there is one.
fn value<T: Clone>(setting: &Option<Setting<T>>, what: &str) -> Result<Option<T>, String> {
    match setting {
        None => Ok(None),
        Some(Setting { value: Some(value), .. }) => Ok(Some(value.clone())),
        Some(Setting { line, .. }) => Err(format!("its {what} in line {line} was not understood")),
    }
}
