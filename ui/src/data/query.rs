//! A query: a GET request kept up to date for as long as the component that asked is on screen.

use std::rc::Rc;
use std::time::Duration;

use dioxus::prelude::*;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::{Either, select};
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use netraven_api::{Endpoint, Problem, Request};
use serde::de::DeserializeOwned;

use crate::data::api::{Api, decode, use_api};
use crate::data::cache::Cache;

/// The shortest time between two readings of one query, so that a run of many devices does not become a storm.
const REST: Duration = Duration::from_millis(250);

/// What a query holds now.
struct State<T> {
    path: Option<String>,
    value: Option<Rc<T>>,
    error: Option<Problem>,
    loading: bool,
    at: Option<Timestamp>,
}

/// A handle to a query; copies are the same query.
pub struct Query<T: 'static> {
    state: Signal<State<T>>,
    again: Signal<u64>,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Query<T> {
        *self
    }
}

impl<T> Copy for Query<T> {}

impl<T> PartialEq for Query<T> {
    fn eq(&self, other: &Query<T>) -> bool {
        self.state == other.state
    }
}

impl<T: 'static> Query<T> {
    /// The newest value, which may be an older one while a new one is read or after a failure.
    #[must_use]
    pub fn value(&self) -> Option<Rc<T>> {
        self.state.read().value.clone()
    }

    /// Why the last reading failed, if it did.
    #[must_use]
    pub fn error(&self) -> Option<Problem> {
        self.state.read().error.clone()
    }

    /// Whether it is being read now.
    #[must_use]
    pub fn loading(&self) -> bool {
        self.state.read().loading
    }

    /// When the value was read.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.state.read().at
    }

    /// Reads it again.
    pub fn refresh(&self) {
        let mut again = self.again;
        again += 1;
    }
}

/// Keeps the reply to a request up to date. Signals read in `endpoint` are followed: another request is sent when they
/// change, and a newer answer always wins over an older one.
pub fn use_query<E>(endpoint: impl Fn() -> E + 'static) -> Query<E::Reply>
where
    E: Endpoint,
    E::Reply: 'static,
{
    use_query_maybe(move || Some(endpoint()))
}

/// [`use_query`] that asks nothing while `endpoint` gives none.
pub fn use_query_maybe<E>(endpoint: impl Fn() -> Option<E> + 'static) -> Query<E::Reply>
where
    E: Endpoint,
    E::Reply: 'static,
{
    let api = use_api();
    let cache = use_hook(|| try_consume_context::<Cache>().unwrap_or_default());
    let request = use_memo(move || endpoint().map(|endpoint| endpoint.request()));
    let state = use_signal(|| State::first(request.peek().as_ref(), &cache));
    let again = use_signal(|| 0_u64);
    let topics = api.topics();
    let wake = use_hook(|| {
        let (wake, woken) = unbounded();
        spawn(keep(api, cache, request, state, woken));
        wake
    });
    use_effect(move || {
        let _ = again.read();
        if let (Some(topics), Some(request)) = (topics, request.read().as_ref()) {
            topics.watch(&request.path);
        }
        let _ = wake.unbounded_send(());
    });
    Query { state, again }
}

async fn keep<T: DeserializeOwned + 'static>(
    api: Api,
    cache: Cache,
    wanted: Memo<Option<Request>>,
    mut state: Signal<State<T>>,
    mut woken: UnboundedReceiver<()>,
) {
    while woken.next().await.is_some() {
        let mut stale = true;
        while std::mem::take(&mut stale) {
            while woken.next().now_or_never().flatten().is_some() {}
            let Some(request) = wanted.peek().clone() else {
                state.set(State::empty());
                break;
            };
            state.write().begin(&request, &cache);
            let started = api.clock().now();
            let mut reading = api.exchange(request.clone()).boxed_local();
            let reply = loop {
                match select(&mut reading, woken.next()).await {
                    Either::Left((reply, _)) => break Some(reply),
                    Either::Right((None, _)) => return,
                    // Another request: the answer under way is no longer of use.
                    Either::Right((Some(()), _)) if wanted.peek().as_ref() != Some(&request) => break None,
                    Either::Right((Some(()), _)) => stale = true,
                }
            };
            let Some(reply) = reply else {
                stale = true;
                continue;
            };
            let now = api.clock().now();
            state.write().end(&request, reply.and_then(decode), &cache, now);
            // Answers that take long are asked for less often.
            let took = Duration::try_from(now.duration_since(started)).unwrap_or_default();
            let mut rest = api.clock().sleep(REST.max(took * 2));
            loop {
                match select(&mut rest, woken.next()).await {
                    Either::Left(_) => break,
                    Either::Right((None, _)) => return,
                    Either::Right((Some(()), _)) => {
                        stale = true;
                        if wanted.peek().as_ref() != Some(&request) {
                            break;
                        }
                    }
                }
            }
        }
    }
}

impl<T: 'static> State<T> {
    fn empty() -> State<T> {
        State { path: None, value: None, error: None, loading: false, at: None }
    }

    fn first(request: Option<&Request>, cache: &Cache) -> State<T> {
        let mut state = State::empty();
        if let Some(request) = request {
            state.begin(request, cache);
        }
        state
    }

    /// Another page or filter of the same list keeps the old rows on screen; another thing does not.
    fn begin(&mut self, request: &Request, cache: &Cache) {
        self.loading = true;
        if self.path.as_ref() == Some(&request.path) {
            return;
        }
        let same_list = self.path.as_deref().is_some_and(|path| without_query(path) == without_query(&request.path));
        self.path = Some(request.path.clone());
        self.error = None;
        if let Some((value, at)) = cache.get(&request.path) {
            (self.value, self.at) = (Some(value), Some(at));
        } else if !same_list {
            (self.value, self.at) = (None, None);
        }
    }

    fn end(&mut self, request: &Request, reply: Result<T, Problem>, cache: &Cache, now: Timestamp) {
        self.loading = false;
        match reply {
            Ok(value) => {
                let value = Rc::new(value);
                cache.put(&request.path, value.clone(), now);
                (self.value, self.at, self.error) = (Some(value), Some(now), None);
            }
            Err(problem) => self.error = Some(problem),
        }
    }
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}
