//! Lists the built-in platforms, so that a new one is a file and nothing else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed=definitions");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("platforms.rs");
    fs::write(out, list(&root.join("definitions"))).expect("the build folder can be written");
}

fn list(folder: &Path) -> String {
    let files = fs::read_dir(folder).expect("the folder of platforms is part of the crate");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("the folder can be read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let mut list = String::from("&[");
    for file in files {
        let name = file.file_name().expect("a listed file has a name").to_string_lossy().into_owned();
        write!(list, "({name:?}, include_str!({:?})),", file.to_string_lossy()).expect("a string takes everything");
    }
    list + "]"
}
