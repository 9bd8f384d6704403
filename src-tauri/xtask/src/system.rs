//! What the machine must have: found out, and on Debian and Ubuntu installed.
//!
//! Elsewhere the exact command is printed instead: only there is it the person who knows the machine better.

mod apt;
mod needs;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
pub use crate::system::needs::Purpose;
use crate::system::needs::{Check, NEEDS, Need};

/// The target of the web view.
pub const WASM: &str = "wasm32-unknown-unknown";

/// A package manager, and with it which column of the table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packages {
    Apt,
    Dnf,
    Pacman,
    Brew,
    Winget,
    Unknown,
}

/// Makes sure that everything for these purposes is installed.
pub fn prepare(purposes: &[Purpose]) -> Result<()> {
    let packages = Packages::of_this_machine();
    let missing = missing(packages, purposes);
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
    if packages != Packages::Apt {
        bail!("{names}: not found. {}Then run the same command again", packages.advice(&missing));
    }
    eprintln!("Not found yet: {names}. Installing with apt.");
    apt::install(&missing).with_context(|| format!("could not install {names}"))?;
    let still: Vec<_> = self::missing(packages, purposes).iter().map(|need| need.what).collect();
    if !still.is_empty() {
        bail!("apt reported success, but {} cannot be found; please install it by hand", still.join(", "));
    }
    Ok(())
}

/// Makes sure that rustc can compile for the web view.
pub fn wasm_target() -> Result<()> {
    let has_target = || {
        process::answer(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
            .is_some_and(|folder| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()))
    };
    if has_target() {
        return Ok(());
    }
    if process::find(&["rustup"]).is_none() {
        bail!("rustc lacks the target {WASM} and rustup was not found; install Rust from https://rustup.rs");
    }
    process::run(Command::new("rustup").args(["target", "add", WASM]))?;
    if !has_target() {
        bail!("rustup added {WASM}, but not to the rustc on PATH; is another Rust before rustup's on PATH?");
    }
    Ok(())
}

fn missing(packages: Packages, purposes: &[Purpose]) -> Vec<&'static Need> {
    let needed = |need: &&Need| {
        purposes.contains(&need.purpose) && need.package(packages).is_some() && !is_there(&need.check, packages)
    };
    // pkg-config comes first in the table: without it no library can be seen.
    NEEDS.iter().filter(needed).collect()
}

fn is_there(check: &Check, packages: Packages) -> bool {
    match check {
        Check::Program(names) => process::find(names).is_some(),
        // Windows has no pkg-config; openssl-sys is pointed there by OPENSSL_DIR.
        Check::Library(_) if packages == Packages::Winget => std::env::var_os("OPENSSL_DIR").is_some(),
        Check::Library(name) => {
            process::succeeds(Command::new("pkg-config").args(["--exists", name]))
                || (packages == Packages::Brew
                    && ["/opt/homebrew/opt", "/usr/local/opt"]
                        .iter()
                        .any(|folder| fs::exists(format!("{folder}/openssl@3")).unwrap_or(false)))
        }
        Check::DebianPackage(name) => process::answer(Command::new("dpkg-query").args(["-W", "-f=${Status}", name]))
            .is_some_and(|status| status == "install ok installed"),
    }
}

impl Packages {
    fn of_this_machine() -> Self {
        match std::env::consts::OS {
            "macos" => Self::Brew,
            "windows" => Self::Winget,
            _ => Self::of_os_release(&fs::read_to_string("/etc/os-release").unwrap_or_default()),
        }
    }

    /// Reads `ID` and `ID_LIKE` of a Linux distribution.
    fn of_os_release(text: &str) -> Self {
        let values = text.lines().filter_map(|line| line.split_once('='));
        let ids = values.filter(|(key, _)| matches!(*key, "ID" | "ID_LIKE")).map(|(_, value)| value.trim_matches('"'));
        for id in ids.flat_map(str::split_whitespace) {
            match id {
                "debian" | "ubuntu" => return Self::Apt,
                "fedora" | "rhel" => return Self::Dnf,
                "arch" => return Self::Pacman,
                _ => {}
            }
        }
        Self::Unknown
    }

    /// The exact command that installs what is missing, or what to look for.
    fn advice(self, missing: &[&Need]) -> String {
        let mut names: Vec<&str> = missing.iter().filter_map(|need| need.package(self)).collect();
        names.dedup();
        match self {
            Self::Apt => format!("Run: sudo apt-get install {}. ", names.join(" ")),
            Self::Dnf => format!("Run: sudo dnf install {}. ", names.join(" ")),
            Self::Pacman => format!("Run: sudo pacman -S --needed {}. ", names.join(" ")),
            Self::Brew => format!("Run: xcode-select --install; brew install {}. ", names.join(" ")),
            Self::Winget => {
                let commands: Vec<_> = names.iter().map(|name| format!("winget install --id {name}")).collect();
                format!("Run: {}; set OPENSSL_DIR to the folder of OpenSSL. ", commands.join("; "))
            }
            Self::Unknown => {
                format!("Install what Debian calls {} with your system's package manager. ", names.join(" "))
            }
        }
    }
}

impl Need {
    /// The name in this package manager, if the thing is needed on that system at all.
    fn package(&self, packages: Packages) -> Option<&'static str> {
        match packages {
            Packages::Apt => self.apt,
            Packages::Dnf => self.dnf,
            Packages::Pacman => self.pacman,
            Packages::Brew => self.brew,
            Packages::Winget => self.winget,
            // A font cannot be looked for without dpkg, and tests run without it.
            Packages::Unknown => self.apt.filter(|_| !matches!(self.check, Check::DebianPackage(_))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_distributions_are_known_by_what_they_are_like() {
        let cases = [
            ("ID=debian\nVERSION_ID=\"13\"", Packages::Apt),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"", Packages::Apt),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", Packages::Dnf),
            ("NAME=EndeavourOS\nID=endeavouros\nID_LIKE=arch", Packages::Pacman),
            ("ID=nixos", Packages::Unknown),
        ];
        for (text, expected) in cases {
            assert_eq!(Packages::of_os_release(text), expected, "{text}");
        }
    }

    #[test]
    fn advice_is_a_command_to_type() {
        let servers: Vec<&Need> = NEEDS.iter().filter(|need| need.purpose == Purpose::Embedded).collect();
        assert_eq!(Packages::Pacman.advice(&servers), "Run: sudo pacman -S --needed postgresql valkey. ");
    }

    #[test]
    fn a_program_nobody_has_is_missing() {
        assert!(!is_there(&Check::Program(&["netraven-no-such-program"]), Packages::Apt));
        assert!(is_there(&Check::Program(&["netraven-no-such-program", "cargo"]), Packages::Apt));
    }
}
