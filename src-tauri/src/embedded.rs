//! The backend inside this application: started, asked for tokens, stopped.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use jiff::Timestamp;
use netraven_api::auth::Claims;
use netraven_api::problem::Code;
use netraven_api::{Problem, Secret};
use netraven_backend::{App, Config, StartError};
use netraven_client::{Tokens, token};

/// Longest wait for an orderly shutdown.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// A token is renewed this long before its end.
const RENEW_BEFORE_S: i64 = 60;

/// The running backend; clones share it.
#[derive(Clone)]
pub struct Embedded {
    url: String,
    running: Arc<Mutex<Running>>,
}

struct Running {
    app: Option<App>,
    token: Option<(Secret, Claims)>,
}

impl Embedded {
    /// Starts the backend on a data folder and reports each step as a sentence.
    pub async fn start(data_dir: &Path, step: impl Fn(&str) + Send + Sync + 'static) -> Result<Embedded, Problem> {
        let config = Config::embedded(data_dir.to_owned());
        let app = App::start(config, step).await.map_err(|error| problem_of(&error, data_dir))?;
        let url = app.url().to_owned();
        Ok(Embedded { url, running: Arc::new(Mutex::new(Running { app: Some(app), token: None })) })
    }

    /// Address of its API.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A token for the window, the same one until shortly before its end; empty once the backend is stopped.
    #[must_use]
    pub fn token(&self) -> Secret {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, claims)) = &running.token
            && token::lasts(claims, Timestamp::now(), RENEW_BEFORE_S)
        {
            return token.clone();
        }
        let Some(token) = running.app.as_ref().map(App::local_token) else { return Secret::default() };
        running.token = token::claims(&token).ok().map(|claims| (token.clone(), claims));
        token
    }

    /// Makes the next token a new one, after the old one was refused.
    fn renew(&self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).token = None;
    }

    /// Stops the backend in order; a second call does nothing.
    pub async fn stop(&self) {
        let app = self.running.lock().unwrap_or_else(PoisonError::into_inner).app.take();
        if let Some(app) = app
            && tokio::time::timeout(STOP_LIMIT, app.stop()).await.is_err()
        {
            tracing::warn!("the backend did not stop in time; the next start takes over its servers");
        }
    }
}

impl Tokens for Embedded {
    fn token(&self) -> Secret {
        Embedded::token(self)
    }

    fn renewed<'a>(&'a self, _refused: &'a Secret) -> BoxFuture<'a, bool> {
        self.renew();
        async { true }.boxed()
    }
}

fn problem_of(error: &StartError, data_dir: &Path) -> Problem {
    let Some(holder) = error.is_locked() else { return Problem::new(Code::Unavailable, error.to_string()) };
    let holder = if holder.is_empty() { String::new() } else { format!(" ({holder})") };
    let message = format!(
        "NetRaven is already running on {}{holder}. Use its window, close it first, or start this one with another \
         folder: netraven --data-dir DIR.",
        data_dir.display()
    );
    Problem::new(Code::Conflict, message)
}
