//! The seal key of an installation: the one its database was begun with, and no other.
//!
//! A value sealed with the key stands in the database. Without it a lost key file would be replaced silently, and a second
//! server with a data folder of its own would seal what the first cannot open.

use std::path::Path;

use crate::config::shown;
use crate::seal::SealKey;
use crate::start::StartError;
use crate::store::{Store, StoreError};

/// Setting that only the right key opens; also what it is sealed for.
const CHECK: &str = "seal_check";
/// What it holds once opened.
const OPENED: &str = "netraven";

/// The key in `file`, proven to be the database's. It is made only for a database that has none yet.
pub(super) async fn of_installation(file: &Path, store: &Store) -> Result<SealKey, StartError> {
    let unread = |error: StoreError| StartError::Other(format!("The settings could not be read: {error}."));
    let sealed: Option<String> = store.setting(CHECK).await.map_err(unread)?;
    let key = match &sealed {
        Some(_) => SealKey::load(file)?.ok_or_else(|| StartError::KeyLost { file: shown(file) })?,
        None => SealKey::load_or_create(file)?,
    };
    let sealed = match sealed {
        Some(sealed) => sealed,
        None => {
            store.add_setting(CHECK, &key.seal_text(CHECK, OPENED)).await.map_err(unread)?;
            // Read back: another server may have been first.
            store.setting(CHECK).await.map_err(unread)?.unwrap_or_default()
        }
    };
    match key.open_text(CHECK, &sealed) {
        Ok(_) => Ok(key),
        Err(_) => Err(StartError::OtherKey { file: shown(file) }),
    }
}
