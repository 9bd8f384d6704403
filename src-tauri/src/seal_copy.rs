//! A second copy of the embedded backend's seal key in the system's password store, in case its file is lost.
//!
//! The backend only reads the file: ADR 0006 explains why. The settings of the folder name the copy, so that a
//! moved folder finds it again, and a folder without one never opens the store.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::Path;

use netraven_api::problem::Code;
use netraven_api::{Problem, Secret};
use netraven_backend::Config;
use serde_json::{Value, json};

use crate::host::Host;
use crate::secrets::Secrets;

/// Setting that names the copy.
const NAME: &str = "seal_key_copy";
/// Folder of the database: before it exists, nothing is sealed, and a new key is right.
const DATABASE: &str = "postgres";
/// Where the secrets are, if there is nothing else to report.
const FILES: &str = "The embedded backend keeps its secrets in its data folder, in files only you can read.";

/// Restores a lost key file from the copy, before the backend would make a new key that opens nothing.
pub async fn restore(host: &dyn Host, secrets: &Secrets, data_dir: &Path) -> Result<(), Problem> {
    let file = Config::embedded(data_dir.to_owned()).seal_key_file();
    let Some(name) = name(host) else { return Ok(()) };
    if file.exists() || !data_dir.join(DATABASE).exists() {
        return Ok(());
    }
    let lost = |reason: String| {
        let message = format!(
            "The key that opens the stored credentials is missing: {} is gone. {reason} Restore the file from a \
             backup, or try again.",
            file.display()
        );
        Problem::new(Code::Unavailable, message)
    };
    match secrets.read(&name).await {
        Ok(Some(key)) => {
            write_private(&file, &key)
                .map_err(|error| lost(format!("Its copy could not be written there ({error}).")))?;
            tracing::warn!(file = %file.display(), "the seal key was missing and was restored from the password store");
            Ok(())
        }
        Ok(None) => Err(lost("The system's password store is locked, or has lost its copy.".to_owned())),
        Err(error) => Err(lost(format!("Its copy could not be read: {error}."))),
    }
}

/// Keeps the copy if there is none yet; returns the sentence where the secrets are now.
pub async fn keep(host: &dyn Host, secrets: &Secrets, data_dir: &Path) -> String {
    let both = format!("{FILES} The key that seals credentials is also in the system's password store.");
    if name(host).is_some() {
        return both;
    }
    let file = Config::embedded(data_dir.to_owned()).seal_key_file();
    let Ok(text) = fs::read_to_string(&file) else { return FILES.to_owned() };
    let new = format!("seal key {:016x}", RandomState::new().build_hasher().finish());
    match secrets.keep(&new, &Secret::new(text.trim())).await {
        Ok(()) => {
            host.keep_setting(NAME, json!(new));
            both
        }
        Err(error) => format!("{FILES} There is no second copy: {error}."),
    }
}

fn name(host: &dyn Host) -> Option<String> {
    host.setting(NAME).as_ref().and_then(Value::as_str).map(str::to_owned)
}

fn write_private(file: &Path, key: &Secret) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    // A whole file appears under the name, or none.
    let fresh = file.with_added_extension("restored");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(&fresh)?;
    writeln!(opened, "{}", key.expose())?;
    opened.sync_all()?;
    fs::rename(&fresh, file)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::connection::tests::MemoryHost;

    /// A data folder with a database and this key.
    fn folder(name: &str, key: &str) -> (PathBuf, PathBuf) {
        let folder = std::env::temp_dir().join(format!("netraven-seal-copy-{name}-{}", std::process::id()));
        let file = Config::embedded(folder.clone()).seal_key_file();
        fs::create_dir_all(folder.join(DATABASE)).unwrap();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, key).unwrap();
        (folder, file)
    }

    #[tokio::test]
    async fn without_a_store_the_note_says_that_there_is_no_copy() {
        let (host, (folder, file)) = (MemoryHost::default(), folder("absent", "a key"));
        let note = keep(&host, &Secrets::absent(), &folder).await;
        assert!(note.contains("no second copy") && note.contains("no password store"), "{note}");
        assert_eq!(host.setting(NAME), None);
        fs::remove_file(&file).unwrap();
        restore(&host, &Secrets::absent(), &folder).await.unwrap();
        assert!(!file.exists(), "what was never copied is not missed here");
        fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_lost_key_whose_copy_cannot_be_had_stops_the_start() {
        let (host, (folder, file)) = (MemoryHost::default(), folder("lost", "a key"));
        host.keep_setting(NAME, json!("seal key 1"));
        restore(&host, &Secrets::absent(), &folder).await.unwrap();
        fs::remove_file(&file).unwrap();
        let problem = restore(&host, &Secrets::absent(), &folder).await.unwrap_err();
        assert!(problem.message.contains("seal-key is gone") && problem.message.contains("no password store"));
        fs::remove_dir(folder.join(DATABASE)).unwrap();
        restore(&host, &Secrets::absent(), &folder).await.unwrap();
        assert!(!file.exists(), "without a database a new key is right");
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_lost_key_is_put_back_from_its_copy() {
        use std::os::unix::fs::PermissionsExt;

        if !crate::own_session::is_inside() {
            return crate::own_session::with_store("seal_copy::tests::a_lost_key_is_put_back_from_its_copy");
        }
        let (host, secrets, (folder, file)) = (MemoryHost::default(), Secrets::system(), folder("kept", "a key\n"));
        let note = keep(&host, &secrets, &folder).await;
        assert!(note.contains("also in the system's password store"), "{note}");
        assert!(!format!("{:?}", host.setting(NAME)).contains("a key"));
        fs::remove_file(&file).unwrap();
        restore(&host, &secrets, &folder).await.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "a key\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }
}
