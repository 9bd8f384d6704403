//! Sending: typed requests over the bridge, each with a time limit, each change announced to the pages that show it.

use std::rc::Rc;
use std::time::Duration;

use dioxus::prelude::{consume_context, try_consume_context, use_hook};
use futures::future::{Either, select};
use netraven_api::endpoint::Method;
use netraven_api::native::Native;
use netraven_api::problem::Code;
use netraven_api::{Endpoint, Problem, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bridge::{Answer, Bridge};
use crate::clock::Clock;
use crate::data::topics::Topics;

/// How long a request may take before it counts as lost.
const CALL_LIMIT: Duration = Duration::from_secs(60);
/// How long the shell may take for a wish that starts or stops something.
const WISH_LIMIT: Duration = Duration::from_secs(180);

/// Bridge and clock, as pages use them.
#[derive(Clone)]
pub struct Api {
    bridge: Rc<dyn Bridge>,
    clock: Rc<dyn Clock>,
    topics: Option<Topics>,
}

/// The API of this window.
pub fn use_api() -> Api {
    use_hook(|| Api { bridge: consume_context(), clock: consume_context(), topics: try_consume_context() })
}

impl Api {
    /// Sends a request and decodes its reply. A change that succeeds makes the queries that show it read again.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Reply, Problem> {
        let request = endpoint.request();
        let (method, path) = (request.method, request.path.clone());
        let reply = self.exchange(request).await.and_then(decode);
        if method != Method::Get
            && reply.is_ok()
            && let Some(topics) = self.topics
        {
            topics.changed_by(&path);
        }
        reply
    }

    /// Asks the shell for something and decodes its reply.
    pub async fn ask<T: DeserializeOwned>(&self, wish: Native) -> Result<T, Problem> {
        // A person may look at a file dialog for as long as they like.
        let is_dialog = matches!(wish, Native::PickFile { .. } | Native::SaveFile { .. } | Native::Export { .. });
        let limit = (!is_dialog).then_some(WISH_LIMIT);
        let answer = self.bridge.native(wish);
        let value = match limit {
            Some(limit) => self.within(limit, answer).await?,
            None => answer.await?,
        };
        decode(value)
    }

    /// The clock of this window.
    #[must_use]
    pub fn clock(&self) -> &Rc<dyn Clock> {
        &self.clock
    }

    /// The bridge of this window.
    #[must_use]
    pub fn bridge(&self) -> &Rc<dyn Bridge> {
        &self.bridge
    }

    /// What pages listen to, inside a session.
    #[must_use]
    pub fn topics(&self) -> Option<Topics> {
        self.topics
    }

    pub(super) async fn exchange(&self, request: Request) -> Result<Value, Problem> {
        self.within(CALL_LIMIT, self.bridge.call(request)).await
    }

    async fn within(&self, limit: Duration, answer: Answer) -> Result<Value, Problem> {
        match select(answer, self.clock.sleep(limit)).await {
            Either::Left((value, _)) => value,
            Either::Right(_) => Err(Problem::new(
                Code::Unreachable,
                format!(
                    "No reply within {} seconds. Check that the server is running, then try again.",
                    limit.as_secs()
                ),
            )),
        }
    }
}

pub(super) fn decode<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| {
        Problem::new(
            Code::NotUnderstood,
            format!("The server's reply could not be read ({error}). It may be a different version."),
        )
    })
}
