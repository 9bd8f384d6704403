//! Trials: checked, written down, and handed to whichever worker looks first.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::TrialId;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::trials::{CancelTrial, GetTrial, StartTrial, Trial, TrialInput, TrialPurpose};
use serde_json::{Value, json};

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Body, Id};
use super::http::mount::Mount;
use crate::journal::{About, Signal};
use crate::platforms::{BadDefinition, Definition};

/// Mounts the endpoints of trials.
pub fn mount(mount: &mut Mount) {
    mount.add::<StartTrial, _>(start);
    mount.add::<GetTrial, _>(get);
    mount.add::<CancelTrial, _>(cancel);
}

async fn start(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<TrialInput>,
) -> Result<Json<Trial>, ApiError> {
    let is_particular = input.credential_id.is_some() || input.platform.is_some();
    if is_particular && !caller.author().approves {
        let sentence = "Only admins may try a platform of their own or choose the credential: both decide what is sent \
                        to the device.";
        return Err(ApiError::detail(StatusCode::FORBIDDEN, sentence));
    }
    if let Some(text) = input.platform.clone() {
        check(&state, text).await?;
    }
    let id = state.store.add_trial(&input, caller.name()).await?;
    let trial = state.store.trial(id).await?;
    let what = match trial.purpose {
        TrialPurpose::Connection => "tests the connection to",
        TrialPurpose::Backup => "tries the platform on",
        TrialPurpose::Record => "records a session with",
    };
    let about = About { device_id: Some(trial.device_id), ..About::default() };
    let message = format!("{} {what} {}. Nothing of it is stored as a result.", caller.name(), trial.hostname);
    let meta = json!({ "trial_id": id, "purpose": trial.purpose, "own_platform": trial.own_platform });
    state.journal.line(Level::Info, LogType::Job, "server.trials", about, message, meta);
    // If the signal is lost, a worker looks by itself.
    state.journal.signal(&Signal::TrialAsked).await;
    Ok(Json(trial))
}

/// Refuses a text that is no platform, by line and field.
async fn check(state: &AppState, text: String) -> Result<(), ApiError> {
    let loaded = state.platforms.refreshed(&state.journal).await;
    let parse = move || {
        let others = |name: &str| loaded.registry.text(name).map(str::to_owned);
        Definition::parse_with("text", &text, &others).map(|_| ())
    };
    let parsed = tokio::task::spawn_blocking(parse).await.map_err(|error| ApiError::Broken(error.to_string()))?;
    // The text itself may hold passwords, so it is not repeated.
    parsed.map_err(|bad| ApiError::body_field("platform", "value_error", refusal(&bad), Value::Null))
}

fn refusal(bad: &BadDefinition) -> String {
    let line = bad.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let field = bad.field.as_ref().map(|field| format!("`{field}`: ")).unwrap_or_default();
    format!("Value error, {line}{field}{}. {}.", bad.problem, bad.advice)
}

async fn get(State(state): State<AppState>, caller: Caller, Id(id): Id<TrialId>) -> Result<Json<Trial>, ApiError> {
    Ok(Json(seen(&state, &caller, id).await?))
}

async fn cancel(State(state): State<AppState>, caller: Caller, Id(id): Id<TrialId>) -> Result<Json<Trial>, ApiError> {
    seen(&state, &caller, id).await?;
    if state.store.cancel_trial(id, caller.name()).await? {
        // If the signal is lost, the worker sees it in the database within a second.
        state.journal.signal(&Signal::CancelTrial { trial_id: id }).await;
        state.journal.changed(Changed::Trial { trial_id: id }).await;
    }
    Ok(Json(state.store.trial(id).await?))
}

/// A trial that this caller may see: an admin any, others their own.
async fn seen(state: &AppState, caller: &Caller, id: TrialId) -> Result<Trial, ApiError> {
    let trial = state.store.trial(id).await?;
    match caller.author().approves || trial.asked_by == caller.name() {
        true => Ok(trial),
        false => Err(ApiError::not_found("Trial not found")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_text_is_refused_by_line_and_field() {
        let text = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\nerrors = ['(']\n\
                    prompt = { pattern = '(?P<host>x)>' }\n\
                    commands = [{ send = 'show', purpose = 'config' }]\n";
        let said = refusal(&Definition::parse("text", text).unwrap_err());
        assert!(said.starts_with("Value error, line 4: `errors[0]`: "), "{said}");
    }
}
