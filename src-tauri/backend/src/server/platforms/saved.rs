//! Platforms that admins save: checked, proven by their recordings, and in use everywhere from the next session on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::logs::{Level, LogType};
use netraven_api::platforms::{
    CheckPlatform, CheckedPlatform, DeletePlatform, GetSavedPlatform, MOST_RECORDINGS, PlatformFile, PlatformRecording,
    PlatformSkeleton, SavePlatform, SavedPlatform, SketchPlatform,
};
use serde_json::{Value, json};

use super::prover::Heir;
use super::{number, refusal};
use crate::catalog::Loaded;
use crate::journal::{About, Signal};
use crate::platforms::{BadDefinition, Definition, Registry, skeleton};
use crate::server::AppState;
use crate::server::http::auth::Caller;
use crate::server::http::error::ApiError;
use crate::server::http::input::{Body, Query};
use crate::server::http::mount::Mount;
use crate::store::platform_files::{NewPlatformFile, recordings_place, text_place};

/// Longest name of a recording, in letters.
const LONGEST_NAME: usize = 60;

/// Mounts the endpoints of saved platforms.
pub fn mount(mount: &mut Mount) {
    mount.add::<CheckPlatform, _>(check);
    mount.add::<SavePlatform, _>(save);
    mount.add::<GetSavedPlatform, _>(get);
    mount.add::<DeletePlatform, _>(delete);
    mount.add::<SketchPlatform, _>(sketch);
}

async fn check(
    State(state): State<AppState>,
    Body(CheckPlatform { text }): Body<CheckPlatform>,
) -> Result<Json<CheckedPlatform>, ApiError> {
    let loaded = state.platforms.refreshed(&state.journal).await;
    let checked = match parsed(&loaded, &Arc::from(text)).await? {
        Err(bad) => CheckedPlatform { refusal: Some(refusal(&bad, None)), ..CheckedPlatform::default() },
        Ok(Definition { name, .. }) => CheckedPlatform {
            replaces_built_in: Registry::is_built_in(&name),
            saved: head(&state, &name).await?,
            covered_by: loaded.registry.file(&name).map(str::to_owned),
            name: Some(name),
            refusal: None,
        },
    };
    Ok(Json(checked))
}

async fn save(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<SavePlatform>,
) -> Result<Json<SavedPlatform>, ApiError> {
    let SavePlatform { text, based_on, recordings } = wanted;
    check_names(&recordings)?;
    let text: Arc<str> = Arc::from(text);
    let loaded = state.platforms.refreshed(&state.journal).await;
    let definition = parsed(&loaded, &text).await?.map_err(|bad| refused("text", in_words(&bad)))?;
    let name = definition.name.clone();
    // Before the recordings are replayed, and once more when it is written.
    if head(&state, &name).await?.map(|saved| saved.version) != based_on {
        return Err(stale(&state, &name, based_on).await?);
    }
    let heirs = heirs(&state, &loaded, &name, Some(Arc::clone(&text))).await?;
    let recordings = state.prover.prove(Arc::new(definition), recordings, heirs).await?;
    let saved = write(&state, &caller, &name, &text, &recordings, based_on).await?;
    let Some(saved) = saved else { return Err(stale(&state, &name, based_on).await?) };
    let replayed = match recordings.len() {
        0 => "without a recording".to_owned(),
        1 => "after its recording was replayed".to_owned(),
        many => format!("after its {many} recordings were replayed"),
    };
    let message = format!("{} saved the platform {name}, {replayed}.", caller.name());
    let meta = json!({ "platform": name, "version": saved.version, "recordings": recordings.len() });
    in_use(&state, &caller, message, meta).await;
    Ok(Json(saved))
}

async fn get(
    State(state): State<AppState>,
    Query(GetSavedPlatform { name }): Query<GetSavedPlatform>,
) -> Result<Json<PlatformFile>, ApiError> {
    let file = opened(&state, &name).await?;
    file.map(Json).ok_or_else(|| not_saved(&name))
}

async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Query(DeletePlatform { name, version }): Query<DeletePlatform>,
) -> Result<(), ApiError> {
    let loaded = state.platforms.refreshed(&state.journal).await;
    if head(&state, &name).await?.is_none() {
        return Err(not_saved(&name));
    }
    heirs(&state, &loaded, &name, None).await?;
    if !state.store.delete_platform_file(&name, version, Registry::is_built_in(&name)).await? {
        let devices = state.store.devices_by_platform().await?.get(&name).copied().unwrap_or_default();
        if head(&state, &name).await?.is_none_or(|saved| saved.version != version) {
            return Err(stale(&state, &name, Some(version)).await?);
        }
        let have = if devices == 1 { "1 device has".to_owned() } else { format!("{devices} devices have") };
        let sentence = format!(
            "{have} the platform {name}, and no built-in platform has its name: give them another platform first."
        );
        return Err(ApiError::detail(StatusCode::CONFLICT, sentence));
    }
    let message = format!("{} deleted the saved platform {name}.", caller.name());
    in_use(&state, &caller, message, json!({ "platform": name })).await;
    Ok(())
}

async fn sketch(Body(SketchPlatform { file, text }): Body<SketchPlatform>) -> Result<Json<PlatformSkeleton>, ApiError> {
    let made = beside(move || skeleton::skeleton(&file, &text)).await?;
    let made = made.map_err(|none| refused("text", none.to_string()))?;
    let of = made.of.to_owned();
    Ok(Json(PlatformSkeleton { of, text: made.text, left_out: number(made.left_out) }))
}

/// Reads a text on a thread of its own: compiling many patterns takes a while.
async fn parsed(loaded: &Arc<Loaded>, text: &Arc<str>) -> Result<Result<Definition, BadDefinition>, ApiError> {
    let (loaded, text) = (Arc::clone(loaded), Arc::clone(text));
    beside(move || loaded.registry.parse(&text)).await
}

/// The platforms that extend one as they are once it has another text or is gone, with their recordings. One that could
/// not be read any more is a refusal.
async fn heirs(
    state: &AppState,
    loaded: &Arc<Loaded>,
    name: &str,
    text: Option<Arc<str>>,
) -> Result<Vec<Heir>, ApiError> {
    // Where the folder has a platform of this name, that is the one they extend.
    if loaded.registry.file(name).is_some() {
        return Ok(Vec::new());
    }
    let (registry, wanted) = (Arc::clone(loaded), name.to_owned());
    let read = beside(move || registry.registry.heirs(&wanted, text.as_deref())).await?;
    let read = read.map_err(|bad| {
        let sentence =
            format!("A platform that extends {name} could not be read any more: {bad}. Nothing was changed.");
        ApiError::detail(StatusCode::CONFLICT, sentence)
    })?;
    let mut heirs = Vec::new();
    for definition in read {
        // A file of the folder has no recordings here.
        let is_saved = loaded.registry.file(&definition.name).is_none();
        if let Some(file) = opened(state, &definition.name).await?.filter(|_| is_saved) {
            heirs.push(Heir { definition, recordings: file.recordings });
        }
    }
    Ok(heirs)
}

async fn write(
    state: &AppState,
    caller: &Caller,
    name: &str,
    text: &str,
    recordings: &[PlatformRecording],
    based_on: Option<i64>,
) -> Result<Option<SavedPlatform>, ApiError> {
    let recorded = serde_json::to_string(recordings).map_err(|error| ApiError::Broken(error.to_string()))?;
    let file = NewPlatformFile {
        name,
        text: &state.seal.seal_text(&text_place(name), text),
        recordings: &state.seal.seal_text(&recordings_place(name), &recorded),
        count: recordings.len(),
        by: caller.name(),
    };
    let saved = match based_on {
        None => state.store.add_platform_file(&file).await?,
        Some(version) => state.store.replace_platform_file(&file, version).await?,
    };
    Ok(saved)
}

/// A saved platform, opened.
async fn opened(state: &AppState, name: &str) -> Result<Option<PlatformFile>, ApiError> {
    let Some(sealed) = state.store.platform_file(name).await? else { return Ok(None) };
    let broken = |error: String| ApiError::Broken(format!("the saved platform {name} cannot be opened: {error}"));
    let open = |place: String, sealed: &str| state.seal.open_text(&place, sealed).map_err(|e| broken(e.to_string()));
    let text = open(text_place(name), &sealed.text)?.to_string();
    let recordings = open(recordings_place(name), &sealed.recordings)?;
    let recordings = serde_json::from_str(&recordings).map_err(|error| broken(error.to_string()))?;
    Ok(Some(PlatformFile { saved: sealed.saved, text, recordings }))
}

async fn head(state: &AppState, name: &str) -> Result<Option<SavedPlatform>, ApiError> {
    Ok(state.store.saved_platforms().await?.into_iter().find(|saved| saved.name == name))
}

/// Why a change cannot be made that was based on another version.
async fn stale(state: &AppState, name: &str, based_on: Option<i64>) -> Result<ApiError, ApiError> {
    let sentence = match (head(state, name).await?, based_on) {
        (Some(saved), Some(_)) => format!(
            "{} has changed {name} in the meantime, at {:.0}. Open it again, then make your change. Nothing was changed.",
            saved.changed_by, saved.changed_at
        ),
        (Some(saved), None) => format!(
            "A platform {name} is saved already; {} changed it last. Change that one, or give yours another name.",
            saved.changed_by
        ),
        (None, _) => format!(
            "No platform {name} is saved any more: it was deleted, or your text has another name than before. Save it as \
             a new platform."
        ),
    };
    Ok(ApiError::detail(StatusCode::CONFLICT, sentence))
}

/// Reads the platforms again here, and has further workers do the same. Whoever misses that notices at the next
/// session.
async fn in_use(state: &AppState, caller: &Caller, message: String, meta: Value) {
    let by = caller.name();
    state.journal.line(Level::Info, LogType::System, "server.platforms", About::default(), message, meta);
    if let Err(error) = state.platforms.reload(by, &state.journal).await {
        tracing::warn!("{error}");
    }
    state.journal.signal(&Signal::Platforms { by: by.to_owned() }).await;
}

fn check_names(recordings: &[PlatformRecording]) -> Result<(), ApiError> {
    if recordings.len() > MOST_RECORDINGS {
        return Err(refused(
            "recordings",
            format!("A platform has {MOST_RECORDINGS} recordings at most: leave some out."),
        ));
    }
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    for (index, PlatformRecording { name, .. }) in recordings.iter().enumerate() {
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fits) {
            let sentence = format!(
                "The name of recording {} is not 1 to {LONGEST_NAME} letters, digits, dashes, dots or underscores.",
                index + 1
            );
            return Err(refused("recordings", sentence));
        }
        if recordings[..index].iter().any(|earlier| earlier.name == *name) {
            return Err(refused("recordings", format!("Two recordings have the name {name}: rename one of them.")));
        }
    }
    Ok(())
}

/// A refusal without the file, which is the text itself.
fn in_words(bad: &BadDefinition) -> String {
    let line = bad.line.map(|line| format!("Line {line}: ")).unwrap_or_default();
    let field = bad.field.as_ref().map(|field| format!("`{field}` ")).unwrap_or_default();
    format!("{line}{field}{}. {}. Nothing was saved.", bad.problem, bad.advice)
}

fn refused(field: &str, sentence: String) -> ApiError {
    ApiError::body_field(field, "value_error", sentence, Value::Null)
}

fn not_saved(name: &str) -> ApiError {
    ApiError::not_found(format!("No platform '{name}' is saved."))
}

/// Computes on a thread of its own.
async fn beside<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let computed = tokio::task::spawn_blocking(compute).await;
    computed.map_err(|error| ApiError::Broken(format!("a platform could not be read: {error}")))
}
