//! What a file says, block by block, and which of it holds for a name.

use std::collections::HashMap;

use super::jumps::{self, JumpPart};
use super::keywords;
use super::lines::{ConfigLine, lines};
use super::pattern::{Effort, is_pattern, matches};
use super::{HOSTS, LINES, LONGEST_NAME, Remarks};
use crate::sheet::quoted;

/// Most private keys that are kept for a host.
const KEYS: usize = 8;

/// A value, and the line it was read from.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// The line.
    pub line: i64,
    /// The value; none if it was not understood.
    pub value: Option<T>,
}

/// How a host is reached.
#[derive(Clone, Debug)]
pub enum Proxy {
    /// Directly, whatever is said later.
    Nothing,
    /// Through jump hosts, one at least.
    Jumps(Vec<JumpPart>),
    /// By the words of a command.
    Command,
}

/// What is said of a host.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Its address, with tokens.
    pub host_name: Option<Setting<String>>,
    /// Its TCP port.
    pub port: Option<Setting<i64>>,
    /// Its user name.
    pub user: Option<Setting<String>>,
    /// How it is reached.
    pub proxy: Option<Setting<Proxy>>,
    /// Files of private keys, as written.
    pub identity_files: Vec<String>,
}

impl Settings {
    /// Adds what another block says: the first value counts, and only private keys add up.
    fn fill(&mut self, later: &Settings) {
        fn keep<T: Clone>(first: &mut Option<T>, later: &Option<T>) {
            if first.is_none() {
                first.clone_from(later);
            }
        }
        keep(&mut self.host_name, &later.host_name);
        keep(&mut self.port, &later.port);
        keep(&mut self.user, &later.user);
        keep(&mut self.proxy, &later.proxy);
        let room = KEYS.saturating_sub(self.identity_files.len());
        self.identity_files.extend(later.identity_files.iter().take(room).cloned());
    }
}

/// The lines from one `Host` to the next. Its names without wildcards are in `Blocks::named`.
#[derive(Debug, Default)]
struct Block {
    always: bool,
    patterns: Vec<String>,
    negated: Vec<String>,
    settings: Settings,
}

/// A file.
#[derive(Debug)]
pub struct Blocks {
    all: Vec<Block>,
    /// The blocks that give a name without wildcards.
    named: HashMap<String, Vec<usize>>,
    /// The blocks that hold for every name, or have patterns.
    wild: Vec<usize>,
    /// The names without wildcards, and the lines they first stand in.
    pub aliases: Vec<(String, i64)>,
    /// What was not understood.
    pub remarks: Remarks,
}

impl Blocks {
    /// Reads a text.
    ///
    /// # Errors
    /// Says as a sentence why the file is too long.
    pub fn read(text: &str) -> Result<Blocks, String> {
        let first = Block { always: true, ..Block::default() };
        let mut blocks = Blocks {
            all: vec![first],
            named: HashMap::new(),
            wild: vec![0],
            aliases: Vec::new(),
            remarks: Remarks::default(),
        };
        // Whether the lines belong to a block that is left out.
        let mut left_out = false;
        for line in lines(text) {
            if line.number > LINES {
                return Err(format!("The file has more than {LINES} lines: import it in parts."));
            }
            let keyword = line.keyword.to_ascii_lowercase();
            match keyword.as_str() {
                "host" => {
                    left_out = false;
                    blocks.begin(&line);
                    if blocks.aliases.len() > HOSTS {
                        return Err(format!("The file names more than {HOSTS} hosts: import it in parts."));
                    }
                }
                "match" => left_out = !blocks.begin_match(&line),
                _ if left_out => {}
                _ => blocks.set(&keyword, &line),
            }
        }
        Ok(blocks)
    }

    /// Everything that is said of a name.
    pub fn settings_of(&self, name: &str, effort: &mut Effort) -> Settings {
        effort.spend(self.wild.len());
        let mut hits: Vec<usize> = self.named.get(name).cloned().unwrap_or_default();
        for index in &self.wild {
            let block = &self.all[*index];
            if block.always || block.patterns.iter().any(|pattern| matches(pattern, name, effort)) {
                hits.push(*index);
            }
        }
        hits.sort_unstable();
        hits.dedup();
        let mut settings = Settings::default();
        for block in hits.into_iter().map(|index| &self.all[index]) {
            if !block.negated.iter().any(|pattern| matches(pattern, name, effort)) {
                settings.fill(&block.settings);
            }
        }
        settings
    }

    /// Begins the block of a `Host` line.
    fn begin(&mut self, line: &ConfigLine<'_>) {
        let index = self.all.len();
        let mut block = Block::default();
        match line.words() {
            Ok(words) if words.is_empty() => self.remarks.add(line.number, || "Host has no value".to_owned()),
            Ok(words) => {
                for word in words {
                    if let Some(negated) = word.strip_prefix('!') {
                        block.negated.push(negated.to_owned());
                    } else if is_pattern(&word) {
                        block.patterns.push(word);
                    } else {
                        self.name(word, line.number, index);
                    }
                }
            }
            Err(why) => self.remarks.add(line.number, || why),
        }
        if !block.patterns.is_empty() {
            self.wild.push(index);
        }
        self.all.push(block);
    }

    fn name(&mut self, name: String, line: i64, index: usize) {
        let blocks = self.named.entry(name.clone()).or_default();
        if blocks.is_empty() {
            self.aliases.push((name, line));
        }
        blocks.push(index);
    }

    /// Begins the block of a `Match` line; returns whether it is read.
    fn begin_match(&mut self, line: &ConfigLine<'_>) -> bool {
        if line.words().is_ok_and(|words| matches!(words.as_slice(), [word] if word.eq_ignore_ascii_case("all"))) {
            self.wild.push(self.all.len());
            self.all.push(Block { always: true, ..Block::default() });
            return true;
        }
        self.remarks.add(line.number, || {
            "the conditions of a Match block are not evaluated: it is left out up to the next Host".to_owned()
        });
        false
    }

    fn set(&mut self, keyword: &str, line: &ConfigLine<'_>) {
        let Blocks { all, remarks, .. } = self;
        let Some(Block { settings, .. }) = all.last_mut() else { return };
        match keyword {
            "hostname" => keep_first(&mut settings.host_name, line, remarks, host_name),
            "port" => keep_first(&mut settings.port, line, remarks, port),
            "user" => keep_first(&mut settings.user, line, remarks, user),
            "proxyjump" => keep_first(&mut settings.proxy, line, remarks, proxy_jump),
            "proxycommand" => keep_first(&mut settings.proxy, line, remarks, proxy_command),
            "identityfile" => match line.word() {
                Ok(file) if file.eq_ignore_ascii_case("none") => {}
                Ok(file) if settings.identity_files.len() < KEYS => {
                    settings.identity_files.push(file.chars().take(LONGEST_NAME).collect());
                }
                Ok(_) => {}
                Err(why) => remarks.add(line.number, || why),
            },
            "include" => remarks.add(line.number, || {
                "Include is not followed: the hosts of that file are missing here, so import it too".to_owned()
            }),
            _ if keywords::is_without_effect(keyword) => {}
            _ => remarks.add(line.number, || keywords::unknown(line.keyword)),
        }
    }
}

/// Reads a value, unless an earlier line of the block gave one.
fn keep_first<T>(
    setting: &mut Option<Setting<T>>,
    line: &ConfigLine<'_>,
    remarks: &mut Remarks,
    read: fn(&ConfigLine<'_>) -> Result<T, String>,
) {
    if setting.is_some() {
        return;
    }
    let value = read(line).map_err(|why| remarks.add(line.number, || why)).ok();
    *setting = Some(Setting { line: line.number, value });
}

fn host_name(line: &ConfigLine<'_>) -> Result<String, String> {
    let text = line.word()?;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '%' && !matches!(letters.next(), Some('h' | '%')) {
            let shown = quoted(&text);
            return Err(format!("the address {shown} contains another token than %h: write %% for the sign itself"));
        }
    }
    Ok(text)
}

fn port(line: &ConfigLine<'_>) -> Result<i64, String> {
    let text = line.word()?;
    super::port(&text).ok_or_else(|| jumps::no_port(&text))
}

fn user(line: &ConfigLine<'_>) -> Result<String, String> {
    let text = line.word()?;
    if text.contains('%') || text.contains("${") {
        return Err(format!("the user {} contains a token, which is not resolved: write the name", quoted(&text)));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(format!("the user {} has more than {LONGEST_NAME} characters", quoted(&text)));
    }
    Ok(text)
}

fn proxy_jump(line: &ConfigLine<'_>) -> Result<Proxy, String> {
    if line.is_none() {
        return Ok(Proxy::Nothing);
    }
    jumps::parse(&line.words()?).map(Proxy::Jumps)
}

fn proxy_command(line: &ConfigLine<'_>) -> Result<Proxy, String> {
    Ok(if line.is_none() { Proxy::Nothing } else { Proxy::Command })
}
