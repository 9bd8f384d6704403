//! The web view: compile to wasm, bind to JavaScript, and bring `ui/dist` up to date.
//!
//! The desktop program embeds `ui/dist` when it is compiled. So only files whose bytes changed are written:
//! otherwise every run would compile the program again.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::project::{Build, Project};
use crate::system::{self, Purpose};
use crate::{process, serve};

/// Longest a recording may take: its jobs take some ten minutes.
const RECORDING_LIMIT: Duration = Duration::from_secs(40 * 60);

/// What `cargo xtask ui` can be asked for.
#[derive(clap::Args, Clone, Copy, Default)]
pub struct Options {
    /// Small and slow to build.
    #[arg(long)]
    pub release: bool,
    /// With recorded data, into target/ui-demo instead of ui/dist, and serve it to a browser on this computer until Ctrl-C.
    #[arg(long)]
    pub demo: bool,
    /// Build the demo without serving it.
    #[arg(long, requires = "demo")]
    pub no_serve: bool,
    /// Record the demo's data anew from a real backend with the sample lab, and build nothing.
    #[arg(long, requires = "demo")]
    pub record: bool,
    /// Port the demo is served on; any free one if 0.
    #[arg(long, default_value_t = 4180, requires = "demo")]
    pub port: u16,
}

/// Builds the web view after making sure that the wasm target is there, and says where it is. The demo is served as well.
pub fn command(project: &Project, options: &Options) -> Result<()> {
    refuse_demo_release(options)?;
    if options.record {
        return record(project);
    }
    system::wasm_target()?;
    // Before the long build: a port that is taken is said at once.
    let listener = (options.demo && !options.no_serve).then(|| serve::open(options.port)).transpose()?;
    let folder = build(project, options)?;
    eprintln!("The web view is in {}.", folder.display());
    if let Some(listener) = listener {
        let address = listener.local_addr().context("could not find the port")?;
        eprintln!("Look at it in a browser: http://{address}/ (Ctrl-C ends it)");
        serve::serve(&listener, &folder)?;
    }
    Ok(())
}

/// The file that the demo plays.
fn tape(project: &Project) -> PathBuf {
    project.root.join("ui/src/demo/tape.json")
}

/// Starts the recorder, which starts a backend with servers of its own and the sample lab.
fn record(project: &Project) -> Result<()> {
    system::prepare(&[Purpose::Build, Purpose::Embedded])?;
    let programs = project.build_programs(&["netraven-tape", "netraven-test-servers"], Build::Debug)?;
    let mut recorder = Command::new(programs.join("netraven-tape"));
    recorder.arg(tape(project)).env("NETRAVEN_BIN_DIR", &programs);
    process::run_within(&mut recorder, RECORDING_LIMIT)
}

/// The demo's data is for working on the screen and must not reach anybody's release.
fn refuse_demo_release(options: &Options) -> Result<()> {
    if options.demo && options.release {
        bail!("a release cannot contain the demo's data; leave out --release or --demo");
    }
    Ok(())
}

/// Builds the web view and returns the folder that holds it.
pub fn build(project: &Project, options: &Options) -> Result<PathBuf> {
    refuse_demo_release(options)?;
    if options.demo && !tape(project).is_file() {
        bail!("the demo has nothing to play: record it first by `cargo xtask ui --demo --record`");
    }
    let folder = if options.demo { project.target.join("ui-demo") } else { project.root.join("ui").join("dist") };
    let wasm = compile(project, options)?;
    let assets = static_files(&project.root.join("ui"))?;
    let print = fingerprint(&wasm, &assets)?;
    let stamp = project.target.join(if options.demo { "ui-demo.stamp" } else { "ui-dist.stamp" });
    let known = fs::read_to_string(&stamp).unwrap_or_default();
    if known == print && assets.keys().all(|name| folder.join(name).is_file()) && folder.join("ui_bg.wasm").is_file() {
        return Ok(folder);
    }
    let stage = project.target.join("ui-stage");
    bind(&wasm, &stage, options.release)?;
    for (name, file) in &assets {
        copy(file, &stage.join(name))?;
    }
    publish(&stage, &folder)?;
    fs::write(&stamp, print).with_context(|| format!("could not write {}", stamp.display()))?;
    Ok(folder)
}

fn compile(project: &Project, options: &Options) -> Result<PathBuf> {
    let profile = if options.release { "wasm-release" } else { "wasm-dev" };
    let mut cargo = project.cargo("build");
    cargo.args(["--package", "netraven-ui", "--bin", "netraven-ui", "--target", system::WASM, "--profile", profile]);
    if options.demo {
        // The crate refuses the demo where debug assertions are off, as in a release. The profile has them off for Dioxus'
        // sake, so they are switched on for the crate itself.
        let assertions = format!("profile.{profile}.package.netraven-ui.debug-assertions=true");
        cargo.args(["--features", "demo", "--config", &assertions]);
    }
    process::run(&mut cargo)?;
    Ok(project.target.join(system::WASM).join(profile).join("netraven-ui.wasm"))
}

/// Writes `ui.js` and `ui_bg.wasm` into an empty stage folder.
fn bind(wasm: &Path, stage: &Path, release: bool) -> Result<()> {
    if stage.exists() {
        fs::remove_dir_all(stage).with_context(|| format!("could not empty {}", stage.display()))?;
    }
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name("ui").typescript(false).web(true)?;
    bindgen.remove_name_section(release).remove_producers_section(release);
    bindgen.generate(stage).with_context(|| {
        format!(
            "could not bind {} to JavaScript; the versions of wasm-bindgen and wasm-bindgen-cli-support in \
             Cargo.toml must be equal",
            wasm.display()
        )
    })
}

/// `index.html` and everything under `assets/`, by the name each has in the finished folder.
fn static_files(ui: &Path) -> Result<BTreeMap<PathBuf, PathBuf>> {
    let mut files = BTreeMap::new();
    files.insert(PathBuf::from("index.html"), ui.join("index.html"));
    let assets = ui.join("assets");
    if assets.is_dir() {
        for name in files_below(&assets)? {
            files.insert(Path::new("assets").join(&name), assets.join(&name));
        }
    }
    Ok(files)
}

/// Makes `folder` hold exactly what `stage` holds, touching only files that differ.
fn publish(stage: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
    let wanted = files_below(stage)?;
    for name in &wanted {
        let (from, to) = (stage.join(name), folder.join(name));
        if fs::read(&to).ok() == Some(read(&from)?) {
            continue;
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).with_context(|| format!("could not create {}", parent.display()))?;
        }
        // The target folder may be on another disk than the repository: copy beside the file, then rename.
        let beside = folder.join(".next");
        copy(&from, &beside)?;
        fs::rename(&beside, &to).with_context(|| format!("could not replace {}", to.display()))?;
    }
    for name in files_below(folder)?.into_iter().filter(|name| !wanted.contains(name)) {
        let old = folder.join(name);
        fs::remove_file(&old).with_context(|| format!("could not remove {}", old.display()))?;
    }
    Ok(())
}

/// Changes when the compiled view, a static file or this build step's own code changes.
fn fingerprint(wasm: &Path, assets: &BTreeMap<PathBuf, PathBuf>) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    include_str!("ui.rs").hash(&mut hasher);
    read(wasm)?.hash(&mut hasher);
    for (name, file) in assets {
        name.hash(&mut hasher);
        read(file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The names of all files under a folder, relative to it, sorted.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(relative) = waiting.pop() {
        let here = folder.join(&relative);
        for entry in fs::read_dir(&here).with_context(|| format!("could not read {}", here.display()))? {
            let entry = entry.with_context(|| format!("could not read {}", here.display()))?;
            let name = relative.join(entry.file_name());
            if entry.path().is_dir() {
                waiting.push(name);
            } else {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("could not read {}", file.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).with_context(|| format!("could not create {}", parent.display()))?;
    }
    fs::copy(from, to).with_context(|| format!("could not copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_never_built_for_a_release() {
        let project = Project { root: "/nowhere".into(), target: "/nowhere".into() };
        let options = Options { release: true, demo: true, ..Options::default() };
        for refused in [build(&project, &options).map(|_| ()), command(&project, &options)] {
            let sentence = refused.unwrap_err().to_string();
            assert_eq!(sentence, "a release cannot contain the demo's data; leave out --release or --demo");
        }
    }

    #[test]
    fn publishing_touches_only_what_changed() {
        let base = std::env::temp_dir().join(format!("netraven-xtask-publish-{}", std::process::id()));
        let (stage, dist) = (base.join("stage"), base.join("dist"));
        for (folder, name, text) in [
            (&stage, "ui.js", "same"),
            (&stage, "assets/new.css", "new"),
            (&stage, "index.html", "changed"),
            (&dist, "ui.js", "same"),
            (&dist, "index.html", "old"),
            (&dist, "gone.js", "left over"),
        ] {
            fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
            fs::write(folder.join(name), text).unwrap();
        }
        let before = fs::metadata(dist.join("ui.js")).unwrap().modified().unwrap();

        publish(&stage, &dist).unwrap();

        assert_eq!(files_below(&dist).unwrap(), files_below(&stage).unwrap());
        assert_eq!(fs::read_to_string(dist.join("index.html")).unwrap(), "changed");
        assert_eq!(fs::metadata(dist.join("ui.js")).unwrap().modified().unwrap(), before);
        fs::remove_dir_all(&base).unwrap();
    }
}
