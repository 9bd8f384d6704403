//! Requests of the web view that are no REST calls: the session, settings, the file dialog, the sample lab.

use std::path::{Path, PathBuf};

use netraven_api::Problem;
use netraven_api::native::{ExportFormat, ExportWhat, Native, PickedFile};
use netraven_api::problem::Code;
use serde::Serialize;
use serde_json::Value;
use tauri::{AppHandle, State, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};
use tokio::sync::oneshot;

use crate::{Shell, kept_file, window};

/// Largest file that is read.
const FILE_LIMIT: u64 = 10 * 1024 * 1024;
/// Longest name and largest value of a setting.
const SETTING_NAME_LIMIT: usize = 64;
const SETTING_VALUE_LIMIT: usize = 64 * 1024;

/// Handles a request; [`Native`] documents each answer.
#[tauri::command]
pub async fn native(app: AppHandle, shell: State<'_, Shell>, wish: Native) -> Result<Value, Problem> {
    let connection = &shell.connection;
    match wish {
        Native::Session => Ok(value(&connection.session())),
        Native::UseEmbedded => {
            connection.use_embedded();
            Ok(Value::Null)
        }
        Native::Retry => {
            connection.retry();
            Ok(Value::Null)
        }
        Native::SignIn { url, username, password, remember } => {
            connection.sign_in(&url, &username, &password, remember).await.map(|()| Value::Null)
        }
        Native::SignInAgain { password } => connection.sign_in_again(&password).await.map(|()| Value::Null),
        Native::Withdraw { ticket } => {
            connection.calls().withdraw(ticket);
            Ok(Value::Null)
        }
        Native::EditProfile { profile } => connection.edit_profile(&profile).map(|()| Value::Null),
        Native::ForgetProfile { url, username } => {
            connection.forget_profile(&url, &username).await;
            Ok(Value::Null)
        }
        Native::SignOut => {
            connection.sign_out().await;
            Ok(Value::Null)
        }
        Native::GetSetting { name } => {
            let name = setting_name(&name)?;
            Ok(shell.host.setting(&name).unwrap_or(Value::Null))
        }
        Native::SetSetting { name, value } => {
            let name = setting_name(&name)?;
            if value.to_string().len() > SETTING_VALUE_LIMIT {
                return Err(Problem::field("value", "The setting is too large to store."));
            }
            shell.host.keep_setting(&name, value);
            Ok(Value::Null)
        }
        Native::Zoom { percent } => window::zoom(&app, percent).map(|()| Value::Null),
        Native::PickFile { title, extensions } => Ok(value(&pick_file(&app, &title, &extensions).await?)),
        Native::SaveFile { title, name, text } => Ok(value(&save_file(&app, &title, &name, &text).await?)),
        Native::Export { what, format } => {
            let open = connection.open()?;
            let Some(path) = save_path(&app, &what, format).await? else { return Ok(Value::Null) };
            Ok(value(&shell.exports.start(open, what, format, path)?))
        }
        Native::ExportState => Ok(value(&shell.exports.state())),
        Native::ExportStop => Ok(value(&shell.exports.stop())),
        Native::SaveKeptFile { file_id, name } => {
            let open = connection.open()?;
            let dialog = app.dialog().file().set_title("Save the file").set_file_name(name);
            let Some(path) = chosen_path(dialog).await? else { return Ok(Value::Null) };
            kept_file::save(&open, file_id, &path).await?;
            Ok(value(&path.display().to_string()))
        }
        Native::LabStart { devices } => Ok(value(&connection.lab().start(&connection.open()?.client, devices).await?)),
        Native::LabStop => Ok(value(&connection.lab().remove(&connection.open()?.client).await?)),
        Native::LabState => Ok(value(&connection.lab().state())),
    }
}

fn value(reply: &impl Serialize) -> Value {
    serde_json::to_value(reply).expect("replies are plain data")
}

/// The name in the settings file: separate from the shell's own settings.
fn setting_name(name: &str) -> Result<String, Problem> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if name.is_empty() || name.len() > SETTING_NAME_LIMIT || !name.bytes().all(good) {
        return Err(Problem::field(
            "name",
            "A setting's name has 1 to 64 letters, digits, dots, dashes or underscores.",
        ));
    }
    Ok(format!("ui.{name}"))
}

async fn pick_file(app: &AppHandle, title: &str, extensions: &[String]) -> Result<Option<PickedFile>, Problem> {
    let mut dialog = app.dialog().file().set_title(title);
    if !extensions.is_empty() {
        let endings: Vec<&str> = extensions.iter().map(String::as_str).collect();
        dialog = dialog.add_filter(extensions.join(", "), &endings);
    }
    let (sender, receiver) = oneshot::channel();
    dialog.pick_file(move |picked| {
        let _nobody_waits = sender.send(picked);
    });
    let Some(picked) = receiver.await.ok().flatten() else { return Ok(None) };
    let refuse = |why: String| {
        let why = why.trim_end_matches('.');
        Problem::field("file", format!("\"{picked}\" cannot be read: {why}."))
    };
    let path = picked.clone().into_path().map_err(|error| refuse(error.to_string()))?;
    read_text(&path).await.map(Some).map_err(refuse)
}

/// Writes a text where a person chooses; the path of the file.
async fn save_file(app: &AppHandle, title: &str, name: &str, text: &str) -> Result<Option<String>, Problem> {
    let dialog = app.dialog().file().set_title(title).set_file_name(name);
    let (sender, receiver) = oneshot::channel();
    dialog.save_file(move |chosen| {
        let _nobody_waits = sender.send(chosen);
    });
    let Some(chosen) = receiver.await.ok().flatten() else { return Ok(None) };
    let refuse = |why: String| Problem::field("file", format!("The file cannot be written: {why}."));
    let path = chosen.into_path().map_err(|error| refuse(error.to_string()))?;
    tokio::fs::write(&path, text).await.map_err(|error| refuse(error.to_string()))?;
    Ok(Some(path.display().to_string()))
}

async fn save_path(app: &AppHandle, what: &ExportWhat, format: ExportFormat) -> Result<Option<PathBuf>, Problem> {
    let (name, title) = match what {
        ExportWhat::Logs { .. } => ("netraven-logs", "Export log lines"),
        ExportWhat::Runs { .. } => ("netraven-runs", "Export runs"),
    };
    let ending = format.ending();
    let dialog = app.dialog().file().set_title(title).set_file_name(format!("{name}.{ending}"));
    chosen_path(dialog.add_filter(format.title(), &[ending])).await
}

/// Where a person wants a file saved.
async fn chosen_path(dialog: FileDialogBuilder<Wry>) -> Result<Option<PathBuf>, Problem> {
    let (sender, receiver) = oneshot::channel();
    dialog.save_file(move |chosen| {
        let _nobody_waits = sender.send(chosen);
    });
    let Some(chosen) = receiver.await.ok().flatten() else { return Ok(None) };
    let refuse = |why: String| Problem::field("file", format!("The file cannot be written: {why}."));
    chosen.into_path().map(Some).map_err(|error| refuse(error.to_string()))
}

/// Reads a text file of bounded size in its current state; the error is a reason.
async fn read_text(path: &Path) -> Result<PickedFile, String> {
    let about = tokio::fs::metadata(path).await.map_err(|error| error.to_string())?;
    if !about.is_file() {
        return Err("it is not a file".to_owned());
    }
    if about.len() > FILE_LIMIT {
        return Err(format!("it is larger than {} MB", FILE_LIMIT / 1024 / 1024));
    }
    let bytes = tokio::fs::read(path).await.map_err(|error| error.to_string())?;
    let text = netraven_api::sheet::decode(&bytes)?.into_owned();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(PickedFile { name, text })
}

/// The problem of a request that needs a session.
pub fn no_session() -> Problem {
    Problem::new(Code::Unauthenticated, "Not connected. Choose a connection and sign in first.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_the_web_view_cannot_reach_the_shells_own() {
        assert_eq!(setting_name("theme").unwrap(), "ui.theme");
        for name in ["", "a b", "../x", &"x".repeat(65)] {
            assert_eq!(setting_name(name).unwrap_err().code, Code::Invalid, "{name}");
        }
    }

    #[tokio::test]
    async fn a_text_file_is_read_without_its_mark_and_anything_else_is_refused() {
        let folder = std::env::temp_dir().join(format!("netraven-pick-{}", std::process::id()));
        tokio::fs::create_dir_all(&folder).await.unwrap();
        let (good, bad) = (folder.join("good.csv"), folder.join("bad.csv"));
        tokio::fs::write(&good, "\u{feff}hostname\n").await.unwrap();
        tokio::fs::write(&bad, b"hostname\nZ\xfcrich\n").await.unwrap();
        let read = read_text(&good).await.unwrap();
        assert_eq!((read.name.as_str(), read.text.as_str()), ("good.csv", "hostname\n"));
        // The person may correct the file and choose it again.
        let excel: Vec<u8> = "\u{feff}hostname;Zürich\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        tokio::fs::write(&good, excel).await.unwrap();
        assert_eq!(read_text(&good).await.unwrap().text, "hostname;Zürich\n");
        assert!(read_text(&bad).await.unwrap_err().starts_with("Line 2 contains a character that is not UTF-8"));
        assert!(read_text(&folder).await.unwrap_err().contains("not a file"));
        assert!(read_text(&folder.join("absent")).await.is_err());
        tokio::fs::remove_dir_all(&folder).await.unwrap();
    }
}
