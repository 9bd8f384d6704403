//! The backend that a command works on: the one of a data folder, or one at an address.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use netraven_api::Secret;
use netraven_backend::{Config, DataDirLock, LockError};
use netraven_client::Client;

/// File of the lock of a data folder: without it no backend ever ran there.
const LOCK_FILE: &str = "netraven.lock";

/// How a command finds its backend.
#[derive(Args)]
pub struct TargetArgs {
    /// Data folder of the running backend; the system's application folder if absent.
    #[arg(long, conflicts_with = "url")]
    data_dir: Option<PathBuf>,
    /// Address of the backend, instead of the one that runs on the data folder.
    #[arg(long)]
    url: Option<String>,
    /// User of that backend.
    #[arg(long, default_value = "admin")]
    username: String,
    /// File that holds the user's password; else NETRAVEN_ADMIN_PASSWORD, else the folder's initial-admin-password.
    #[arg(long)]
    password_file: Option<PathBuf>,
}

/// A backend, and how to sign in to it.
pub struct Target {
    /// Address of its API.
    pub url: String,
    username: String,
    password: Secret,
}

impl Target {
    /// Finds the backend. `otherwise` is what else a person can do where none runs; it goes on after a comma.
    pub fn of(args: &TargetArgs, otherwise: &str) -> anyhow::Result<Target> {
        let data_dir = match (&args.url, &args.data_dir) {
            (Some(_), _) => None,
            (None, Some(given)) => Some(given.clone()),
            (None, None) => Some(Config::default_data_dir().context(
                "this system has no default folder for application data: give one with --data-dir, or an address \
                 with --url",
            )?),
        };
        let url = match (&args.url, &data_dir) {
            (Some(url), _) => url.clone(),
            (None, Some(data_dir)) => running_on(data_dir, otherwise)?,
            (None, None) => unreachable!("without an address there is a folder"),
        };
        let password = password(args, data_dir)?;
        Ok(Target { url, username: args.username.clone(), password })
    }

    /// A client that is signed in just now: tokens do not last as long as some commands.
    pub async fn sign_in(&self) -> anyhow::Result<Client> {
        self.signed_in(Client::new(&self.url)?).await
    }

    /// The same, for a server of any kind.
    pub async fn sign_in_to_any(&self) -> anyhow::Result<Client> {
        self.signed_in(Client::discover(&self.url).await?).await
    }

    async fn signed_in(&self, client: Client) -> anyhow::Result<Client> {
        let token = client.login(&self.username, &self.password, None).await?;
        Ok(client.with_token(token.access_token))
    }
}

/// The address of the backend that runs on a data folder, from its lock.
fn running_on(data_dir: &Path, otherwise: &str) -> anyhow::Result<String> {
    let folder = data_dir.display();
    let nobody = || {
        anyhow::anyhow!(
            "no backend runs on {folder}. Start the window or `netraven-server serve --data-dir \"{folder}\"` first, \
             or select another backend with --data-dir or --url{otherwise}"
        )
    };
    // Looking must not make a folder.
    if !data_dir.join(LOCK_FILE).exists() {
        return Err(nobody());
    }
    match DataDirLock::acquire(data_dir) {
        Ok(_free) => Err(nobody()),
        Err(LockError::Locked { info: Some(url), .. }) => Ok(url),
        Err(LockError::Locked { info: None, .. }) => {
            anyhow::bail!("the backend on {folder} is starting or stopping. Try again in a few seconds")
        }
        Err(unusable @ LockError::Unusable(_)) => Err(unusable.into()),
    }
}

fn password(args: &TargetArgs, data_dir: Option<PathBuf>) -> anyhow::Result<Secret> {
    let read = |file: &Path| {
        let text = std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
        anyhow::Ok(Secret::new(text.trim()))
    };
    if let Some(file) = &args.password_file {
        return read(file);
    }
    if let Some(given) = std::env::var("NETRAVEN_ADMIN_PASSWORD").ok().filter(|text| !text.is_empty()) {
        return Ok(Secret::new(given));
    }
    let first = data_dir.map(|data_dir| Config::embedded(data_dir).admin_password_file()).filter(|file| file.exists());
    match first {
        Some(file) if args.username == "admin" => read(&file),
        _ => anyhow::bail!(
            "the password of {} is not known: give it by --password-file or NETRAVEN_ADMIN_PASSWORD",
            args.username
        ),
    }
}
