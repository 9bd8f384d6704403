//! Where the project is, where cargo puts what it builds, and how cargo is called.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// The repository and its target folder.
pub struct Project {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, absolute.
    pub target: PathBuf,
}

/// Debug or release, for everything that runs natively.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// Cargo's `dev` profile.
    Debug,
    /// Cargo's `release` profile.
    Release,
}

impl Build {
    /// Release when asked for, debug otherwise.
    pub fn release(wanted: bool) -> Self {
        if wanted { Self::Release } else { Self::Debug }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

impl Project {
    /// Finds the repository this xtask belongs to, and asks cargo for its target folder.
    pub fn find() -> Result<Self> {
        let compiled = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        // Cargo says where we are now, unless it speaks of another package: a test that called us.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let manifest = manifest.filter(|folder| folder.ends_with("src-tauri/xtask")).unwrap_or(compiled);
        let root = manifest
            .ancestors()
            .nth(2)
            .with_context(|| format!("{} is not inside the repository", manifest.display()))?
            .to_owned();
        let answer = process::output(
            cargo_program()
                .args(["metadata", "--no-deps", "--format-version=1"])
                .arg("--manifest-path")
                .arg(root.join("Cargo.toml")),
        )
        .context("could not ask cargo for the target folder")?;
        let metadata: serde_json::Value = serde_json::from_str(&answer).context("could not read cargo's metadata")?;
        let target = metadata["target_directory"].as_str().context("cargo's metadata names no target folder")?;
        Ok(Self { root, target: target.into() })
    }

    /// Cargo, in the root of the repository, with the same target folder wherever it was called from.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = cargo_program();
        command.arg(subcommand).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// The folder of built programs.
    pub fn programs(&self, build: Build) -> PathBuf {
        self.target.join(build.folder())
    }

    /// Builds the named programs and returns the folder they are in.
    ///
    /// All members but xtask are selected, although only these programs are built: the features of shared
    /// dependencies are then those of the tests, and nothing is compiled twice.
    pub fn build_programs(&self, names: &[&str], build: Build) -> Result<PathBuf> {
        let mut cargo = self.cargo("build");
        cargo.args(["--workspace", "--exclude", "xtask"]);
        for name in names {
            cargo.args(["--bin", name]);
        }
        if build == Build::Release {
            cargo.arg("--release");
        }
        process::run(&mut cargo)?;
        Ok(self.programs(build))
    }
}

/// The cargo that started us, else the one on `PATH`.
fn cargo_program() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
