//! The command line: where the data is, and what the window shows without asking.

use std::path::{Path, PathBuf};

use clap::Parser;
use directories::ProjectDirs;

/// NetRaven Desktop: the job status dashboard of a network, with its backend inside.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "netraven", version)]
pub struct Arguments {
    /// Folder of settings, databases and snapshots [default: the system's folder for application data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Use the backend on this computer, without asking
    #[arg(long, conflicts_with = "remote")]
    pub embedded: bool,
    /// Use the NetRaven server at this address, without asking
    #[arg(long, value_name = "URL")]
    pub remote: Option<String>,
}

/// What the window shows without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The backend on this computer.
    Embedded,
    /// A server.
    Remote(String),
}

impl Arguments {
    /// The place named on the command line.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        if self.embedded { Some(Place::Embedded) } else { self.remote.clone().map(Place::Remote) }
    }

    /// The data folder as an absolute path, and whether it is the system's own for this application.
    #[must_use]
    pub fn folder(&self) -> (PathBuf, bool) {
        let given = self.data_dir.as_deref().map(absolute);
        let usual = usual_folder();
        let is_usual = given.as_ref().is_none_or(|given| *given == usual);
        (given.unwrap_or(usual), is_usual)
    }
}

fn usual_folder() -> PathBuf {
    ProjectDirs::from("dev", "netraven", "NetRaven")
        .map_or_else(|| absolute(Path::new("netraven-data")), |folders| folders.data_local_dir().to_owned())
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["netraven"], words].concat())
    }

    #[test]
    fn a_place_on_the_command_line_skips_the_choice() {
        assert_eq!(parse(&[]).unwrap().place(), None);
        assert_eq!(parse(&["--embedded"]).unwrap().place(), Some(Place::Embedded));
        let remote = parse(&["--data-dir", "x", "--remote", "https://host"]).unwrap();
        assert_eq!(remote.place(), Some(Place::Remote("https://host".into())));
        assert!(parse(&["--embedded", "--remote", "https://host"]).is_err());
    }

    #[test]
    fn a_given_folder_is_absolute_and_not_the_usual_one() {
        let (folder, is_usual) = parse(&["--data-dir", "some folder"]).unwrap().folder();
        assert!(folder.is_absolute() && folder.ends_with("some folder") && !is_usual);
        assert!(parse(&[]).unwrap().folder().1);
    }
}
