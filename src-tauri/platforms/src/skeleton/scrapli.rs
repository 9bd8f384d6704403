//! A scrapli definition: privilege levels, what marks a refusal, and what is sent at the start and at the end.

use super::literal::python_text;
use super::pattern::{SketchedPrompt, accepted, of_two, with_host};
use super::sketch::Sketch;
use super::yaml;

/// A privilege level.
#[derive(Clone, Debug, Default)]
struct Level {
    name: String,
    pattern: String,
    previous: String,
    escalate: String,
    asks: bool,
    escalate_prompt: String,
    line: usize,
}

impl Level {
    fn set(&mut self, field: &str, value: String) {
        match field {
            "name" => self.name = value,
            "pattern" => self.pattern = value,
            "previous-priv" => self.previous = value,
            "escalate" => self.escalate = value,
            "escalate-auth" => self.asks = value.eq_ignore_ascii_case("true"),
            "escalate-prompt" => self.escalate_prompt = value,
            _ => {}
        }
    }
}

/// Reads a definition in YAML.
pub(super) fn read_yaml(text: &str) -> Sketch {
    let (mut sketch, mut levels, mut desired) = (Sketch::default(), Vec::<Level>::new(), String::new());
    for found in yaml::lines(text) {
        let keys: Vec<&str> = found.keys.iter().map(String::as_str).collect();
        let below = keys.iter().position(|key| *key == "privilege-levels").map(|at| &keys[at + 1..]);
        let opening = keys.iter().any(|key| key.ends_with("on-open"));
        let closing = keys.iter().any(|key| key.ends_with("on-close"));
        let last = keys.last().copied().unwrap_or_default();
        match (below, last, found.value) {
            (Some([name]), _, None) => {
                levels.push(Level { name: (*name).to_owned(), line: found.line, ..Level::default() });
            }
            (Some([_, field]), _, Some(value)) => {
                if let Some(level) = levels.last_mut() {
                    level.set(field, value);
                }
            }
            (_, "default-desired-privilege-level", Some(value)) => desired = value,
            (_, "failed-when-contains", Some(value)) => sketch.errors.push(regex::escape(&value)),
            (_, "command" | "input", Some(value)) if opening => sketch.at_start(&value),
            (_, "command" | "input", Some(value)) if closing => sketch.at_end(&value),
            (_, "operation", Some(value)) if opening || closing => {
                let word = value.rsplit('.').next().unwrap_or_default();
                if !["acquire-priv", "send-command", "write", "return"].contains(&word) {
                    sketch.leave(found.line, &value, "an operation that has no counterpart");
                }
            }
            _ => {}
        }
    }
    settle(sketch, levels, &desired)
}

/// Reads a definition in Python.
pub(super) fn read_python(text: &str) -> Sketch {
    let mut sketch = Sketch::default();
    let mut levels = Vec::new();
    for (at, mark) in text.match_indices("PrivilegeLevel(") {
        let rest = &text[at + mark.len()..];
        let own = rest.split("PrivilegeLevel(").next().unwrap_or(rest);
        let mut level = Level { line: text[..at].matches('\n').count() + 1, ..Level::default() };
        for (field, argument) in [
            ("name", "name="),
            ("pattern", "pattern="),
            ("previous-priv", "previous_priv="),
            ("escalate", "escalate="),
            ("escalate-prompt", "escalate_prompt="),
        ] {
            level.set(field, argument_of(own, argument).and_then(python_text).map(|found| found.0).unwrap_or_default());
        }
        level.asks = argument_of(own, "escalate_auth=").is_some_and(|value| value.starts_with("True"));
        levels.push(level);
    }
    let values =
        |key: &'static str| text.match_indices(key).filter_map(move |(at, key)| value_of(&text[at + key.len()..]));
    let desired = values("default_desired_privilege_level").find_map(python_text).map(|found| found.0);
    let mut refusals = values("failed_when_contains").find_map(|rest| rest.strip_prefix('[')).unwrap_or_default();
    while let Some((refusal, rest)) = python_text(refusals.trim_start_matches([',', ' ', '\n', '\r', '\t'])) {
        sketch.errors.push(regex::escape(&refusal));
        refusals = rest;
    }
    read_calls(text, &mut sketch);
    settle(sketch, levels, &desired.unwrap_or_default())
}

/// What the functions send that are called when a session opens and when it is closed.
fn read_calls(text: &str, sketch: &mut Sketch) {
    let mut closes = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().trim_start_matches("async ").starts_with("def ") {
            closes = line.contains("close");
        }
        let sent = ["send_command(", "channel_input=", "write("].iter().find_map(|call| {
            let rest = line.split_once(call)?.1;
            python_text(rest.strip_prefix("command=").or(rest.strip_prefix("channel_input=")).unwrap_or(rest))
        });
        match sent {
            Some((command, _)) if closes => sketch.at_end(&command),
            Some((command, _)) => sketch.at_start(&command),
            None if is_other_call(line) => sketch.leave(index + 1, line, "a call that has no counterpart"),
            None => {}
        }
    }
}

/// Whether a line sends something in a way that is not read here.
fn is_other_call(line: &str) -> bool {
    let sends = line.contains("conn.send_") || line.contains(".send_interactive(");
    sends && !line.contains("send_return")
}

/// What stands behind a key of a dictionary, or behind an argument's name.
fn value_of(behind: &str) -> Option<&str> {
    let rest = behind.trim_start_matches(['"', '\'']).trim_start();
    Some(rest.strip_prefix([':', '='])?.trim_start())
}

/// What stands behind `name=`, which is no part of a longer name.
fn argument_of<'t>(call: &'t str, name: &str) -> Option<&'t str> {
    let is_longer = |before: &str| before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    let (at, _) = call.match_indices(name).find(|(at, _)| !is_longer(&call[..*at]))?;
    Some(call[at + name.len()..].trim_start())
}

/// The steps from the lowest level to the one that reads, and the prompts on the way.
fn settle(mut sketch: Sketch, levels: Vec<Level>, desired: &str) -> Sketch {
    let named = |name: &str| levels.iter().find(|level| level.name == name && !name.is_empty());
    let Some(top) = named(desired).or(levels.first()) else { return sketch };
    let mut way = vec![top];
    while let Some(below) = way.last().and_then(|level| named(&level.previous)).filter(|_| way.len() < levels.len()) {
        way.push(below);
    }
    way.reverse();
    for level in way.iter().skip(1).filter(|level| !level.escalate.is_empty()) {
        let asks = Some(level.escalate_prompt.clone()).filter(|_| level.asks);
        let prompt = asks.clone().and_then(accepted);
        if asks.is_some() && prompt.is_none() {
            sketch.leave(level.line, &level.escalate_prompt, "how it asks for the password cannot be translated");
        }
        sketch.privilege.push((level.escalate.trim().to_owned(), prompt));
    }
    let both = way.first().filter(|_| way.len() > 1).and_then(|first| of_two(&first.pattern, &top.pattern));
    let is_one = both.is_some() && way.len() == 2;
    let alone = || Some(SketchedPrompt { pattern: with_host(&top.pattern)?, privileged: None });
    sketch.prompt = both.or_else(alone);
    if sketch.prompt.is_none() {
        sketch.leave(top.line, &top.pattern, "a prompt that cannot be translated");
    }
    let others = way.iter().filter(|level| !is_one && level.name != top.name);
    for level in others {
        sketch.leave(level.line, &level.pattern, "a prompt on the way that `pattern` has to match too");
    }
    let aside = levels.iter().filter(|level| way.iter().all(|step| step.name != level.name));
    for level in aside {
        sketch.leave(level.line, &level.name, "a level that reading does not need");
    }
    sketch
}
