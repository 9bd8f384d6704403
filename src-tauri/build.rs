//! Tells Tauri where capabilities and permissions are, and makes sure that there is a web view to embed.

use std::fs;
use std::path::Path;

use tauri_build::{AppManifest, Attributes};

/// Stands in for the web view until it is built.
const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>NetRaven</title>\n\
<p>The interface is not built yet. Run <code>cargo xtask ui</code>, then build the application again.</p>\n</html>\n";

fn main() {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets the manifest's folder");
    let root = Path::new(&root);
    let dist = root.join("ui/dist");
    let index = dist.join("index.html");
    if !index.exists() {
        fs::create_dir_all(&dist).expect("ui/dist can be created");
        fs::write(&index, PLACEHOLDER).expect("ui/dist can be written");
    }
    println!("cargo:rerun-if-changed=ui/dist");
    println!("cargo:rerun-if-changed=icons");
    println!("cargo:rerun-if-changed=src-tauri/permissions");

    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .app_manifest(AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*.toml"));
    tauri_build::try_build(attributes).expect("tauri.conf.json, capabilities and permissions are in order");

    // Schemas for editors, which would otherwise stand at the top level.
    let _absent = fs::remove_dir_all(root.join("gen/schemas"));
    let _in_use = fs::remove_dir(root.join("gen"));
}
