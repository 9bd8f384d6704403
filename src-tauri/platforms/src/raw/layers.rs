//! A file and the platforms it extends: read, merged, and searched for the line of a field.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::patterns::Wrong;
use crate::definition::BadDefinition;
use crate::registry;

/// The fields that no file takes from the one it extends.
pub(super) const OWN: [&str; 3] = ["name", "title", "evidence"];
/// The field by which a platform is known from all others, relatives included.
const IDENTIFY: &str = "identify";

/// How many platforms may extend each other below a file.
const LONGEST_CHAIN: usize = 4;

/// The file itself, and below it the platforms it extends.
pub(super) struct Layers {
    /// What the file is spoken of by.
    file: String,
    layers: Vec<Layer>,
}

struct Layer {
    /// Name of the platform; empty for the file itself.
    platform: String,
    text: String,
}

impl Layers {
    /// Finds all that a file extends, first among `others`, then among the built-in platforms.
    pub(super) fn gather(
        file: &str,
        text: &str,
        others: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Layers, BadDefinition> {
        let itself = Layer { platform: String::new(), text: text.to_string() };
        let mut layers = Layers { file: file.to_string(), layers: vec![itself] };
        // Each name with whether the built-in platform is meant: one of the user's may have the same name.
        let mut chain: Vec<(String, bool)> = Vec::new();
        loop {
            let last = layers.layers.len() - 1;
            let (own, extended) = {
                let table = layers.parse(last)?;
                (word(&table, "name").unwrap_or_default(), word(&table, "extends"))
            };
            let Some(extended) = extended else { return Ok(layers) };
            if chain.is_empty() {
                chain.push((own.clone(), false));
            }
            // A file that extends its own name replaces that built-in platform.
            let theirs = if extended == own { None } else { others(&extended) };
            let next = (extended.clone(), theirs.is_none());
            let text = theirs.or_else(|| registry::built_in(&extended).map(str::to_string));
            let Some(text) = text else {
                let problem = format!("there is no platform `{extended}` that can be read");
                return Err(layers.refuse_extends(last, problem, "Write the name of a platform"));
            };
            if chain.contains(&next) || chain.len() > LONGEST_CHAIN {
                let names: Vec<&str> = chain.iter().map(|(name, _)| name.as_str()).chain([extended.as_str()]).collect();
                let names = names.join(", ");
                let problem = match chain.contains(&next) {
                    true => format!("the platforms extend each other in a circle: {names}"),
                    false => format!("more than {LONGEST_CHAIN} platforms extend each other: {names}"),
                };
                return Err(layers.refuse_extends(last, problem, "Extend a platform that extends none"));
            }
            chain.push(next);
            layers.layers.push(Layer { platform: extended, text });
        }
    }

    /// Everything the file says, and what it does not say as the platforms below have it.
    pub(super) fn merged(&self) -> Result<Spanned<DeTable<'_>>, BadDefinition> {
        let mut merged = self.parse(0)?;
        for layer in 1..self.layers.len() {
            let mut below = self.parse(layer)?;
            for own in OWN.into_iter().chain([IDENTIFY]) {
                below.remove(own);
            }
            merge(&mut merged, below);
        }
        Ok(Spanned::new(0..0, merged))
    }

    /// The refusal of a field, with its line.
    pub(super) fn refuse(&self, wrong: Wrong) -> BadDefinition {
        let (layer, line) = self.locate(&wrong.field);
        self.bad(layer, line, Some(wrong.field), wrong.problem, &wrong.write)
    }

    fn refuse_extends(&self, layer: usize, problem: String, write: &str) -> BadDefinition {
        self.bad(layer, self.line_of_extends(layer), Some("extends".to_string()), problem, write)
    }

    /// A refusal for what stands in a layer. Its line is one of the file itself, which is what its author can change.
    fn bad(
        &self,
        layer: usize,
        line: Option<usize>,
        field: Option<String>,
        problem: String,
        write: &str,
    ) -> BadDefinition {
        let advice = format!("{write}; docs/recipes/add-a-platform.md describes every field of a platform");
        let file = self.file.clone();
        if layer == 0 {
            return BadDefinition { file, line, field, problem, advice };
        }
        let platform = &self.layers[layer].platform;
        let place = match line {
            Some(line) => format!("line {line} of the platform {platform}, which this file extends"),
            None => format!("the platform {platform}, which this file extends"),
        };
        let problem = format!("{problem} ({place})");
        BadDefinition { file, line: self.line_of_extends(0), field, problem, advice }
    }

    fn parse(&self, layer: usize) -> Result<DeTable<'_>, BadDefinition> {
        let text = &self.layers[layer].text;
        match DeTable::parse(text) {
            Ok(table) => Ok(table.into_inner()),
            Err(error) => {
                let line = line_at(text, error.span().map_or(0, |span| span.start));
                let reason = error.message().lines().next().unwrap_or_default().trim_end_matches('.');
                Err(self.bad(layer, Some(line), None, format!("is not TOML: {reason}"), "Correct that line"))
            }
        }
    }

    /// The layer that a field comes from, and the line there; of a missing field, those of the table that lacks it.
    fn locate(&self, field: &str) -> (usize, Option<usize>) {
        let path = path_parts(field);
        let mut best = (0, Trail::default());
        let layers = if OWN.contains(&field) { 1 } else { self.layers.len() };
        for layer in 0..layers {
            // Each was parsed before, so none is skipped.
            let Ok(table) = self.parse(layer) else { continue };
            let trail = follow(&DeValue::Table(table), &path);
            if trail.is_owned || trail.parts > best.1.parts {
                let is_owned = trail.is_owned;
                best = (layer, trail);
                if is_owned {
                    break;
                }
            }
        }
        let (layer, trail) = best;
        (layer, trail.offset.map(|offset| line_at(&self.layers[layer].text, offset)))
    }

    fn line_of_extends(&self, layer: usize) -> Option<usize> {
        let table = self.parse(layer).ok()?;
        let (key, _) = table.get_key_value("extends")?;
        Some(line_at(&self.layers[layer].text, key.span().start))
    }
}

/// The name a file gives its platform; none if it cannot be read.
pub(crate) fn name_of(text: &str) -> Option<String> {
    word(&DeTable::parse(text).ok()?.into_inner(), "name")
}

fn word(table: &DeTable<'_>, key: &str) -> Option<String> {
    Some(table.get(key)?.get_ref().as_str()?.to_string())
}

/// Adds what `upper` does not say. Tables are merged key by key, anything else is taken whole from one of the two.
fn merge<'t>(upper: &mut DeTable<'t>, lower: DeTable<'t>) {
    for (key, value) in lower {
        match upper.get_mut(&**key.get_ref()) {
            None => {
                upper.insert(key, value);
            }
            Some(said) => {
                if let (DeValue::Table(said), DeValue::Table(below)) = (said.get_mut(), value.into_inner()) {
                    merge(said, below);
                }
            }
        }
    }
}

enum PathPart<'f> {
    Key(&'f str),
    Index(usize),
}

/// Takes `commands[1].end` apart.
fn path_parts(field: &str) -> Vec<PathPart<'_>> {
    let parts = field.split('.').flat_map(|part| {
        let (key, indexes) = part.split_once('[').unwrap_or((part, ""));
        let indexes = indexes.split('[').filter_map(|index| index.trim_end_matches(']').parse().ok());
        std::iter::once(PathPart::Key(key)).chain(indexes.map(PathPart::Index))
    });
    parts.collect()
}

/// How far a path leads into a document.
#[derive(Default)]
struct Trail {
    /// How many of its parts are there.
    parts: usize,
    /// Where the last of them stands.
    offset: Option<usize>,
    /// Whether nothing of it can come from a layer below: all of it is there, or it leads through a list.
    is_owned: bool,
}

fn follow(root: &DeValue<'_>, path: &[PathPart<'_>]) -> Trail {
    let mut trail = Trail::default();
    let mut here = root;
    for part in path {
        let next = match part {
            PathPart::Key(key) => {
                let found = here.as_table().and_then(|table| table.get_key_value(*key));
                found.map(|(key, value)| (key.span().start, value.get_ref()))
            }
            PathPart::Index(index) => {
                let found = here.as_array().and_then(|array| array.get(*index));
                found.map(|value| (value.span().start, value.get_ref()))
            }
        };
        let Some((offset, value)) = next else { return trail };
        trail.parts += 1;
        trail.offset = Some(offset);
        trail.is_owned |= !value.is_table();
        here = value;
    }
    trail.is_owned = true;
    trail
}

/// The line a place in a text is on, counted from one.
fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
