//! `netraven-server platforms`: lists the platforms, for people, as a document, or as the schema of their files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use netraven_api::platforms::PlatformEvidence;
use netraven_backend::platforms::{self, Definition, Registry};
use netraven_lab::Recording;

use super::platform;

/// What is listed, and how.
#[derive(Args)]
pub struct ListArgs {
    /// As a Markdown table.
    #[arg(long)]
    markdown: bool,
    /// Folder of recordings, as `PLATFORM/CASE/session.toml`: the table then says what they prove.
    #[arg(long, value_name = "DIR", requires = "markdown")]
    recordings: Option<PathBuf>,
    /// Folder of your own platforms.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Prints the JSON Schema of a platform file instead, for editors.
    #[arg(long, conflicts_with_all = ["markdown", "folder"])]
    schema: bool,
}

/// What the recordings of a platform prove.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Recorded {
    recordings: usize,
    pager: bool,
    privilege: bool,
}

/// Lists what was asked for; fails if a file of the user's was refused.
pub fn run(args: &ListArgs) -> anyhow::Result<()> {
    if args.schema {
        println!("{}", serde_json::to_string_pretty(&platforms::json_schema())?);
        return Ok(());
    }
    let (registry, refused) = Registry::load(args.folder.as_deref());
    if args.markdown {
        let recorded = args.recordings.as_deref().map(read).transpose()?.unwrap_or_default();
        println!("{}", table(&registry, &recorded));
    } else {
        registry.iter().for_each(|definition| println!("{:<24} {}", definition.name, definition.title));
    }
    if refused.is_empty() {
        return Ok(());
    }
    let sentences: Vec<String> = refused.iter().map(ToString::to_string).collect();
    Err(anyhow::anyhow!("{}", sentences.join("\n")))
}

/// Reads the recordings in a folder, by the name of their platform.
fn read(folder: &Path) -> anyhow::Result<BTreeMap<String, Recorded>> {
    let mut recorded: BTreeMap<String, Recorded> = BTreeMap::new();
    for platform in entries(folder)? {
        for case in entries(&platform)? {
            let file = case.join("session.toml");
            let recording = platform::text(&file, platform::LARGEST_RECORDING)
                .and_then(|text| Ok(Recording::parse(&text)?))
                .with_context(|| file.display().to_string())?;
            let one = recorded.entry(recording.platform.clone()).or_default();
            one.recordings += 1;
            one.pager |= recording.pager.is_some();
            one.privilege |= recording.privilege.is_some();
        }
    }
    Ok(recorded)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths: Result<Vec<PathBuf>, std::io::Error> = entries.map(|entry| Ok(entry?.path())).collect();
    paths.with_context(|| folder.display().to_string())
}

fn table(registry: &Registry, recorded: &BTreeMap<String, Recorded>) -> String {
    let head = "| platform | name | vendor | evidence | recordings | pager replayed | privilege replayed |\n\
                | --- | --- | --- | --- | --- | --- | --- |";
    let rows = registry.iter().map(|definition| row(definition, recorded.get(&definition.name).copied()));
    std::iter::once(head.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn row(definition: &Definition, recorded: Option<Recorded>) -> String {
    let recorded = recorded.unwrap_or_default();
    let word = |has: bool, replayed: bool| match (has, replayed) {
        (false, _) => "has none",
        (true, true) => "yes",
        (true, false) => "no",
    };
    format!(
        "| `{}` | {} | {} | {} | {} | {} | {} |",
        definition.name,
        definition.title,
        definition.vendor,
        definition.evidence.map_or("not said", PlatformEvidence::title),
        recorded.recordings,
        word(!definition.paging.more.is_empty(), recorded.pager),
        word(!definition.privilege.is_empty(), recorded.privilege),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_recordings_prove_and_what_the_platform_does_not_have() {
        let registry = Registry::load(None).0;
        let shown = |name: &str, recorded: Option<Recorded>| row(&registry.get(name).expect("built in"), recorded);
        let paged = Recorded { recordings: 2, pager: true, privilege: false };
        let ios = "| `cisco_ios` | Cisco IOS / IOS XE | Cisco | Recorded session | 2 | yes | no |";
        assert_eq!(shown("cisco_ios", Some(paged)), ios);
        let junos = "| `juniper_junos` | Juniper Junos | Juniper | Recorded session | 0 | no | has none |";
        assert_eq!(shown("juniper_junos", None), junos);
    }
}
