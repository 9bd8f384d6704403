//! Replaying the recordings of a platform before it is saved. The server knows no sessions: it is given the function
//! that replays.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use netraven_api::platforms::PlatformRecording;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::platforms::{Definition, Unproven};
use crate::server::http::error::ApiError;

/// Platforms whose recordings are replayed at the same time.
const AT_ONCE: usize = 2;
/// How long all recordings of a platform may take, the wait for a place included. The client waits 30 seconds for an
/// answer.
const LIMIT: Duration = Duration::from_secs(25);

/// The recordings with what is expected of each, or the first that does not give it.
type Proven = Result<Vec<PlatformRecording>, Unproven>;
/// Reads recordings with a definition, as a backup would.
type Prove = dyn Fn(Arc<Definition>, Vec<PlatformRecording>) -> BoxFuture<'static, Proven> + Send + Sync;

/// Replays recordings; clones share the places.
#[derive(Clone)]
pub struct Prover {
    prove: Arc<Prove>,
    places: Arc<Semaphore>,
    limit: Duration,
}

/// A platform that extends the one that is to be saved.
pub struct Heir {
    /// It as it then is.
    pub definition: Arc<Definition>,
    /// Its recordings.
    pub recordings: Vec<PlatformRecording>,
}

impl Prover {
    /// One that replays in this way.
    pub fn new(
        prove: impl Fn(Arc<Definition>, Vec<PlatformRecording>) -> BoxFuture<'static, Proven> + Send + Sync + 'static,
    ) -> Prover {
        Prover { prove: Arc::new(prove), places: Arc::new(Semaphore::new(AT_ONCE)), limit: LIMIT }
    }

    /// Replays the recordings of a platform, and those of platforms that extend it. Returns those of the platform
    /// itself, with what is expected of each; what differs is refused.
    pub async fn prove(
        &self,
        definition: Arc<Definition>,
        recordings: Vec<PlatformRecording>,
        heirs: Vec<Heir>,
    ) -> Result<Vec<PlatformRecording>, ApiError> {
        let all = self.prove_all(definition, recordings, heirs);
        timeout(self.limit, all).await.unwrap_or_else(|_| {
            let seconds = self.limit.as_secs();
            let sentence = format!(
                "The recordings were not read within {seconds} seconds: save fewer or shorter ones. Nothing was saved."
            );
            Err(refused(sentence))
        })
    }

    async fn prove_all(
        &self,
        definition: Arc<Definition>,
        recordings: Vec<PlatformRecording>,
        heirs: Vec<Heir>,
    ) -> Result<Vec<PlatformRecording>, ApiError> {
        let _place = self.places.acquire().await;
        let proven = (self.prove)(definition, recordings).await.map_err(|unproven| refusal(None, &unproven))?;
        for Heir { definition, recordings } in heirs {
            let name = definition.name.clone();
            let proven = (self.prove)(definition, recordings).await;
            proven.map_err(|unproven| refusal(Some(&name), &unproven))?;
        }
        Ok(proven)
    }
}

fn refusal(heir: Option<&str>, unproven: &Unproven) -> ApiError {
    let Unproven { recording, sentence } = unproven;
    let of = heir.map(|name| format!(" of {name}, which extends this platform")).unwrap_or_default();
    refused(format!("The recording {recording}{of}: {sentence} Nothing was saved."))
}

fn refused(sentence: String) -> ApiError {
    ApiError::body_field("recordings", "value_error", sentence, Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::Registry;

    fn message(error: ApiError) -> String {
        match error {
            ApiError::Fields(fields) => fields[0].message.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// One that finds every recording wrong whose name is `bad`.
    fn prover() -> Prover {
        Prover::new(|_, recordings| {
            Box::pin(async move {
                match recordings.iter().find(|recording| recording.name == "bad") {
                    Some(bad) => Err(Unproven { recording: bad.name.clone(), sentence: "It differs.".to_owned() }),
                    None => Ok(recordings),
                }
            })
        })
    }

    #[tokio::test]
    async fn a_recording_that_differs_is_named_also_one_of_a_platform_that_extends_this_one() {
        let linux = Registry::load(None).0.get("linux").unwrap();
        let named =
            |name: &str| vec![PlatformRecording { name: name.to_owned(), session: String::new(), expected: None }];
        let heirs = |name: &str| vec![Heir { definition: Arc::clone(&linux), recordings: named(name) }];
        let proven = prover().prove(Arc::clone(&linux), named("good"), heirs("other")).await.unwrap();
        assert_eq!(proven, named("good"));
        let own = prover().prove(Arc::clone(&linux), named("bad"), Vec::new()).await.unwrap_err();
        assert_eq!(message(own), "The recording bad: It differs. Nothing was saved.");
        let heir = prover().prove(Arc::clone(&linux), named("good"), heirs("bad")).await.unwrap_err();
        assert!(message(heir).starts_with("The recording bad of linux, which extends this platform: It differs."));
    }

    #[tokio::test]
    async fn recordings_that_take_too_long_are_given_up() {
        let linux = Registry::load(None).0.get("linux").unwrap();
        let never = Prover::new(|_, _| Box::pin(std::future::pending()));
        let never = Prover { limit: Duration::ZERO, ..never };
        let given_up = never.prove(linux, Vec::new(), Vec::new()).await.unwrap_err();
        assert!(message(given_up).starts_with("The recordings were not read within 0 seconds"));
    }
}
