//! Skeletons of platform files, read from an Oxidized model (Ruby) or a scrapli definition (YAML, Python).
//!
//! The text is searched for what such files usually say; nothing of it is executed. What cannot be taken is named in a
//! comment of the skeleton, by its line.

mod literal;
mod oxidized;
mod pattern;
mod pieces;
mod scrapli;
mod sketch;
mod yaml;

use netraven_api::platforms::AUTO;

use super::Registry;

/// The skeleton of a platform's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skeleton {
    /// What it was read from.
    pub of: &'static str,
    /// Its text.
    pub text: String,
    /// How many parts could not be taken.
    pub left_out: usize,
}

/// A file from which no skeleton can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSkeleton {
    /// It is of neither kind.
    #[error(
        "The file {0} is neither an Oxidized model (a Ruby class below Oxidized::Model) nor a scrapli definition (YAML or \
         Python with privilege levels). Choose such a file, or begin with a copy of a platform."
    )]
    Unknown(String),
    /// It is of a known kind and says nothing that could be taken.
    #[error("Nothing in {0} could be taken: it has neither a prompt nor a command. Choose another file.")]
    Empty(String),
}

/// Makes the skeleton of a platform's file from the text of a file, which gives the platform its name.
pub fn skeleton(file: &str, text: &str) -> Result<Skeleton, NoSkeleton> {
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let (of, sketch) = if text.contains("Oxidized::Model") {
        ("Oxidized model", oxidized::read(text))
    } else if text.contains("PrivilegeLevel(") {
        ("scrapli definition", scrapli::read_python(text))
    } else if ["privilege-levels:", "privilege_levels:"].iter().any(|key| text.contains(key)) {
        ("scrapli definition", scrapli::read_yaml(text))
    } else {
        return Err(NoSkeleton::Unknown(shown(file)));
    };
    if sketch.is_empty() {
        return Err(NoSkeleton::Empty(shown(file)));
    }
    let left_out = sketch.left.len();
    Ok(Skeleton { of, text: sketch.write(of, &shown(file), &name_of(file)), left_out })
}

/// The name of a platform after that of a file; one that is built in is not replaced by accident.
fn name_of(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_lowercase();
    let simple = |letter: char| if letter.is_ascii_lowercase() || letter.is_ascii_digit() { letter } else { '_' };
    let name: String = stem.chars().take(60).map(simple).collect();
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase());
    if is_name && name != AUTO && !Registry::is_built_in(&name) {
        return name;
    }
    format!("my_{}", name.trim_start_matches('_'))
}

/// The name of a file as a sentence and a comment can have it.
fn shown(file: &str) -> String {
    file.chars().filter(|letter| !letter.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests;
