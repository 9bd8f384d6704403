//! Sessions with the backend on this computer: started with its lab, entered, and stopped.

use std::sync::Arc;

use netraven_api::Problem;
use netraven_api::native::{Ready, Renewal, Session};
use netraven_client::{Client, token};

use super::Connection;
use crate::arguments::Place;
use crate::embedded::Embedded;
use crate::seal_copy;

/// Name of the embedded backend for people.
const HERE: &str = "On this computer";

impl Connection {
    /// Starts the embedded backend in the background.
    pub fn use_embedded(self: &Arc<Self>) {
        let connection = self.clone();
        tauri::async_runtime::spawn(async move { connection.start_embedded().await });
    }

    pub(super) async fn start_embedded(self: &Arc<Self>) {
        let _one_at_a_time = self.change.lock().await;
        if self.standing.ends() {
            return;
        }
        if self.standing.has_embedded() {
            return self.standing.announce();
        }
        let first = Session::Starting { step: "Starting the backend on this computer.".to_owned() };
        let generation = self.standing.enter(first, None, None);
        let teller = Arc::downgrade(&self.standing);
        let step = move |text: &str| {
            if let Some(standing) = teller.upgrade() {
                standing.tell_step(generation, text);
            }
        };
        let start = async {
            seal_copy::restore(self.host.as_ref(), &self.secrets, &self.data_dir).await?;
            Embedded::start(&self.data_dir, step).await
        };
        let started = tokio::select! {
            started = start => started,
            () = self.abort.cancelled() => return,
        };
        // The web view asks for the lab as soon as there is a session.
        if started.is_ok()
            && let Err(problem) = self.lab.wake().await
        {
            tracing::warn!(%problem, "the sample lab did not restart");
        }
        match started.and_then(|embedded| self.enter_embedded(embedded)) {
            Ok(client) => {
                self.remembered.keep_place(Some(&Place::Embedded));
                if let Err(problem) = self.lab.make_known(&client).await {
                    tracing::warn!(%problem, "the new ports of the sample lab's devices were not stored");
                }
                self.note_secrets();
            }
            Err(problem) => {
                tracing::error!(%problem, "the embedded backend did not start");
                self.standing.enter(Session::Failed { problem, embedded: true }, None, None);
            }
        }
    }

    /// Keeps a copy of the seal key, and shows in the session where the secrets are. The store may be slow: nothing waits for it.
    fn note_secrets(self: &Arc<Self>) {
        let (connection, generation) = (self.clone(), self.standing.generation());
        tauri::async_runtime::spawn(async move {
            let note = seal_copy::keep(connection.host.as_ref(), &connection.secrets, &connection.data_dir).await;
            connection.standing.revise(generation, |ready| ready.secrets_note = Some(note));
        });
    }

    fn enter_embedded(&self, embedded: Embedded) -> Result<Client, Problem> {
        let source = embedded.clone();
        let client = Client::new(embedded.url())?.with_tokens(Arc::new(source));
        let claims = token::claims(&embedded.token())?;
        let ready = Ready {
            place: HERE.to_owned(),
            url: client.base_url().to_owned(),
            embedded: true,
            username: claims.sub.clone(),
            role: token::role(&claims),
            secrets_note: None,
            data_dir: Some(self.data_dir.display().to_string()),
            server: concat!("NetRaven Desktop ", env!("CARGO_PKG_VERSION")).to_owned(),
            missing: Vec::new(),
            open_to_users: Vec::new(),
            expires_at: None,
            renewal: Renewal::None,
            profile: None,
        };
        self.standing.enter(Session::Ready(ready), Some(client.clone()), Some(embedded));
        Ok(client)
    }

    pub(super) async fn leave_embedded(&self) {
        let Some(embedded) = self.standing.take_embedded() else { return };
        let step = "Stopping the backend on this computer.".to_owned();
        self.standing.enter(Session::Stopping { step }, None, None);
        self.lab.halt().await;
        embedded.stop().await;
    }
}
