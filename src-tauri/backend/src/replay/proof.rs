//! What recordings prove of a platform: each is read with it, and gives the text that is expected.

use std::sync::Arc;

use netraven_api::platforms::PlatformRecording;
use netraven_lab::Recording;

use super::{Replayed, replay};
use crate::platforms::{Definition, Redactor, Unproven, first_difference, redact_known};

/// The key of the tags in expected texts. It is no secret: those of `tests/devices` are made with it too, so that a
/// recording can be passed on.
const KEY: [u8; 32] = [7; 32];

/// Reads recordings with a definition, one after the other. They are returned with what is expected of each; where that
/// is absent, it is the text that was read.
///
/// # Errors
/// The first recording that cannot be read, or gives another text.
pub async fn prove(
    definition: Arc<Definition>,
    recordings: Vec<PlatformRecording>,
) -> Result<Vec<PlatformRecording>, Unproven> {
    let mut proven = Vec::with_capacity(recordings.len());
    for recording in recordings {
        let unproven = |sentence: String| Unproven { recording: recording.name.clone(), sentence };
        let text = read(&definition, recording.session.clone()).await.map_err(unproven)?;
        match recording.expected.as_deref().map(|expected| first_difference(expected, &text)) {
            Some(Some(difference)) => return Err(unproven(format!("It gives another text: {difference}."))),
            Some(None) => proven.push(recording),
            None => proven.push(PlatformRecording { expected: Some(text), ..recording }),
        }
    }
    Ok(proven)
}

/// The text that would be stored of a recorded session, or why there is none.
async fn read(definition: &Arc<Definition>, session: String) -> Result<String, String> {
    let parsed = beside(move || Recording::parse(&session)).await?;
    let recording = parsed.map_err(|bad| format!("It is no recording: {bad}."))?;
    let replayed = replay(definition, &recording).await.map_err(|error| format!("It could not be played: {error}."))?;
    let definition = Arc::clone(definition);
    beside(move || text_of(&definition, &recording, replayed)).await?
}

fn text_of(definition: &Definition, recording: &Recording, replayed: Replayed) -> Result<String, String> {
    let redactor = Redactor::new(definition, &KEY);
    let Some(failure) = replayed.failure else { return Ok(redactor.redact(&replayed.text).text) };
    let mut sentence = format!("It cannot be read ({} at {}): {}", failure.cause, failure.stage, failure.message);
    if let Some(said) = &failure.said {
        sentence.push_str(&format!(" It said: `{}`.", redactor.redact(said).text.trim_end()));
    }
    if let Some(expected) = &failure.expected {
        sentence.push_str(&format!(" Expected: `{expected}`."));
    }
    let enable = recording.privilege.as_ref().and_then(|privilege| privilege.password.as_deref());
    Err(redact_known(&sentence, enable.as_slice()))
}

/// Computes on a thread of its own: a recording may be large.
async fn beside<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let computed = tokio::task::spawn_blocking(compute).await;
    computed.map_err(|_| "It could not be read: a defect; see the server's own log.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::SWITCH;
    use super::*;
    use crate::platforms::Registry;

    async fn proven(session: &str, expected: Option<&str>) -> Result<Vec<PlatformRecording>, Unproven> {
        let definition = Registry::load(None).0.get("cisco_ios").unwrap();
        let expected = expected.map(str::to_owned);
        let recording = PlatformRecording { name: "sw1".to_owned(), session: session.to_owned(), expected };
        prove(definition, vec![recording]).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_not_expected_yet_is_what_was_read_and_holds_from_then_on() {
        let first = proven(SWITCH, None).await.unwrap();
        let expected = first[0].expected.as_deref().unwrap();
        assert!(expected.starts_with("version 15.2\nhostname sw1\n"), "{expected}");
        assert_eq!(proven(SWITCH, Some(expected)).await.unwrap(), first);
        let other = expected.replace("hostname sw1", "hostname sw2");
        let unproven = proven(SWITCH, Some(&other)).await.unwrap_err();
        assert_eq!(unproven.recording, "sw1");
        assert_eq!(
            unproven.sentence,
            "It gives another text: line 2 is `hostname sw1`, and `hostname sw2` was expected."
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_recording_that_cannot_be_read_says_why() {
        let broken = proven("prompt = ", None).await.unwrap_err();
        assert!(broken.sentence.starts_with("It is no recording: line 1: "), "{}", broken.sentence);
        let refused = proven(&SWITCH.replace("show running-config", "show something-else"), None).await.unwrap_err();
        assert!(refused.sentence.starts_with("It cannot be read (command-rejected at "), "{}", refused.sentence);
    }
}
