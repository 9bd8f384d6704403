//! The first user of an installation, and where the password for the first sign-in is left.

use netraven_api::Secret;
use netraven_api::users::Role;

use super::ADMIN;
use crate::config::{Config, shown};
use crate::seal::{SealKey, password};
use crate::store::Store;
use crate::supervisor;

/// Makes the first user, whose password is given, or generated and left in a file only its owner can read.
pub(super) async fn ensure(config: &Config, store: &Store) -> anyhow::Result<()> {
    if store.has_users().await? {
        return Ok(());
    }
    let file = config.admin_password_file();
    let secret = match &config.admin_password {
        Some(given) => {
            let is_common = password::is_common(given.expose(), &[ADMIN.to_owned()]);
            anyhow::ensure!(!is_common, "The password for the user admin is refused: {}.", password::COMMON);
            given.clone()
        }
        None => {
            let generated = Secret::new(&SealKey::generate().to_text()[..24]);
            supervisor::write_private(&file, &format!("{}\n", generated.expose()))?;
            tracing::info!(file = shown(&file), "a password for the user admin was generated; it is in the file");
            generated
        }
    };
    let hash =
        tokio::task::spawn_blocking(move || password::hash(secret.expose(), &password::production_params())).await?;
    let made = store.create_user(ADMIN, &hash, Role::Admin).await?;
    if !made && config.admin_password.is_none() {
        // Another server on this database was first: the password that counts is the one it left.
        std::fs::remove_file(&file)?;
        tracing::info!("another server created the user admin first; use the password it set");
    }
    Ok(())
}
