//! `cargo xtask screens`: pictures of all pages, taken by the tests in the real window, and among them those of the documentation.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{process, test};

/// Colours of a picture that is kept: a page has two dozen, the rest are soft edges of letters.
const COLOURS: &str = "128";

/// Walks through all pages, which leaves a picture of each below the target folder, then replaces those that docs/screens keeps.
pub fn screens(project: &Project) -> Result<()> {
    test::prepare(project)?;
    process::run(test::runner(project)?.args(["--test", "gallery"]))?;
    let gallery = project.target.join("screens/gallery");
    let taken = pictures(&gallery)?;
    if taken.is_empty() {
        bail!("the tests took no picture: they drive the real window on Linux only");
    }
    let kept = pictures(&project.root.join("docs/screens"))?;
    let convert = process::find(&["magick", "convert"]).context("ImageMagick was not found")?;
    for old in &kept {
        let new = gallery.join(old.file_name().unwrap_or_default());
        if !taken.contains(&new) {
            bail!("no stop of the walk is called as {}: {} was not taken", old.display(), new.display());
        }
        reduce(&convert, &new, old)?;
    }
    eprintln!("{} pictures are in {}, {} of them in docs/screens too.", taken.len(), gallery.display(), kept.len());
    Ok(())
}

/// Writes a picture with few colours and nothing about when and where it was made.
fn reduce(convert: &Path, from: &Path, to: &Path) -> Result<()> {
    let mut command = Command::new(convert);
    command.arg(from).args(["-strip", "-dither", "None", "-colors", COLOURS, "-define", "png:compression-level=9"]);
    command.args(["-define", "png:exclude-chunks=date,time"]).arg(format!("PNG8:{}", to.display()));
    if !process::succeeds(&mut command) {
        bail!("ImageMagick could not reduce {}", from.display());
    }
    Ok(())
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "png"));
    files.sort();
    Ok(files)
}
