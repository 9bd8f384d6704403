//! `cargo xtask screens`: the pictures of the documentation, taken by the tests in the real window.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{process, test};

/// Colours of a picture that is kept: a page has two dozen, the rest are soft edges of letters.
const COLOURS: &str = "128";

/// Walks through all pages, then puts every picture into docs/screens in place of the old ones.
pub fn screens(project: &Project) -> Result<()> {
    test::prepare(project)?;
    process::run(test::runner(project)?.args(["--test", "gallery"]))?;
    let taken = pictures(&project.target.join("screens/gallery"))?;
    if taken.is_empty() {
        bail!("the tests took no picture: they drive the real window on Linux only");
    }
    let shown = project.root.join("docs/screens");
    fs::create_dir_all(&shown).with_context(|| format!("could not create {}", shown.display()))?;
    for old in pictures(&shown)? {
        fs::remove_file(&old).with_context(|| format!("could not remove {}", old.display()))?;
    }
    let convert = process::find(&["magick", "convert"]).context("ImageMagick was not found")?;
    for picture in &taken {
        reduce(&convert, picture, &shown.join(picture.file_name().unwrap_or_default()))?;
    }
    eprintln!("{} pictures are in {}.", taken.len(), shown.display());
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
