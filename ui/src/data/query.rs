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

/// What stays on screen while the answer to another wish is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meanwhile {
    /// Nothing: what answers another wish would be taken for the answer to this one.
    Nothing,
    /// The old rows of the same list; a page that shows them says that new ones are being read.
    OldRows,
}

/// What a query holds now.
struct State<T> {
    /// What is asked for, and the wish that the value is the answer to.
    path: Option<String>,
    of: Option<String>,
    value: Option<Rc<T>>,
    error: Option<Problem>,
    loading: bool,
    at: Option<Timestamp>,
    own: u64,
}

/// What is to be read, and what the person wished by it: a wish stays the same while its request follows the time.
#[derive(Clone, PartialEq)]
struct Wanted {
    request: Request,
    wish: String,
}

/// A handle to a query; copies are the same query.
pub struct Query<T: 'static> {
    state: Signal<State<T>>,
    wanted: Memo<Option<Wanted>>,
    again: Signal<u64>,
    meanwhile: Meanwhile,
}

impl Wanted {
    fn of(endpoint: &impl Endpoint) -> Option<Wanted> {
        let request = endpoint.request();
        Some(Wanted { wish: request.path.clone(), request })
    }

    fn in_time<E: Endpoint>(wish: &E, endpoint: &E) -> Option<Wanted> {
        Some(Wanted { request: endpoint.request(), wish: wish.request().path })
    }
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
    /// The newest value, which may be an older one while it is read again or after a failure. It answers the wish of now, unless
    /// the query is a list ([`use_list`]): then [`Query::is_of_before`] says whether it does.
    #[must_use]
    pub fn value(&self) -> Option<Rc<T>> {
        let shown = self.meanwhile == Meanwhile::OldRows || !self.is_of_before();
        self.state.read().value.clone().filter(|_| shown)
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

    /// How many changes this window had made itself when the value was asked for.
    #[must_use]
    pub fn own(&self) -> u64 {
        self.state.read().own
    }

    /// Whether the value answers an earlier wish: another period, filter or page than the one that is chosen now.
    #[must_use]
    pub fn is_of_before(&self) -> bool {
        let state = self.state.read();
        let wish = self.wanted.read().as_ref().map(|wanted| wanted.wish.clone());
        state.value.is_some() && wish.is_some() && state.of != wish
    }

    /// The wish that the value answers.
    #[must_use]
    pub fn answered(&self) -> String {
        self.state.read().of.clone().unwrap_or_default()
    }

    /// Reads it again.
    pub fn refresh(mut self) {
        self.again += 1;
    }
}

/// Keeps the reply to a request up to date. Signals read in `endpoint` are followed: another request is sent when they
/// change, and a newer answer always wins over an older one.
pub fn use_query<E: Endpoint<Reply: 'static>>(endpoint: impl Fn() -> E + 'static) -> Query<E::Reply> {
    use_query_maybe(move || Some(endpoint()))
}

/// [`use_query`] that asks nothing while `endpoint` gives none.
pub fn use_query_maybe<E: Endpoint<Reply: 'static>>(endpoint: impl Fn() -> Option<E> + 'static) -> Query<E::Reply> {
    use_wanted(Meanwhile::Nothing, move || Wanted::of(&endpoint()?))
}

/// [`use_query_maybe`] of requests that follow the time: `wish` is the same request at a time that stands still.
pub fn use_query_in_time<E: Endpoint<Reply: 'static>>(
    wish: impl Fn() -> E + 'static,
    endpoint: impl Fn() -> Option<E> + 'static,
) -> Query<E::Reply> {
    use_wanted(Meanwhile::Nothing, move || Wanted::in_time(&wish(), &endpoint()?))
}

/// [`use_query`] of a list that is searched, sorted and turned over: its old rows stay until the new ones are there, so that
/// the page does not flicker. Pages that show them check [`Query::is_of_before`].
pub fn use_list<E: Endpoint<Reply: 'static>>(endpoint: impl Fn() -> E + 'static) -> Query<E::Reply> {
    use_list_maybe(move || Some(endpoint()))
}

/// [`use_list`] that asks nothing while `endpoint` gives none.
pub fn use_list_maybe<E: Endpoint<Reply: 'static>>(endpoint: impl Fn() -> Option<E> + 'static) -> Query<E::Reply> {
    use_wanted(Meanwhile::OldRows, move || Wanted::of(&endpoint()?))
}

/// [`use_list`] of requests that follow the time, as [`use_query_in_time`] has them.
pub fn use_list_in_time<E: Endpoint<Reply: 'static>>(
    wish: impl Fn() -> E + 'static,
    endpoint: impl Fn() -> Option<E> + 'static,
) -> Query<E::Reply> {
    use_wanted(Meanwhile::OldRows, move || Wanted::in_time(&wish(), &endpoint()?))
}

fn use_wanted<T: DeserializeOwned + 'static>(
    meanwhile: Meanwhile,
    wanted: impl Fn() -> Option<Wanted> + 'static,
) -> Query<T> {
    let api = use_api();
    let cache = use_hook(|| try_consume_context::<Cache>().unwrap_or_default());
    let wanted = use_memo(wanted);
    let state = use_signal(|| State::first(wanted.peek().as_ref(), &cache));
    let again = use_signal(|| 0_u64);
    let topics = api.topics();
    let wake = use_hook(|| {
        let (wake, woken) = unbounded();
        spawn(keep(api, cache, wanted, state, woken));
        wake
    });
    use_effect(move || {
        let _ = again.read();
        if let (Some(topics), Some(wanted)) = (topics, wanted.read().as_ref()) {
            topics.watch(&wanted.request.path);
        }
        let _ = wake.unbounded_send(());
    });
    Query { state, wanted, again, meanwhile }
}

async fn keep<T: DeserializeOwned + 'static>(
    api: Api,
    cache: Cache,
    wanted: Memo<Option<Wanted>>,
    mut state: Signal<State<T>>,
    mut woken: UnboundedReceiver<()>,
) {
    while woken.next().await.is_some() {
        let mut stale = true;
        while std::mem::take(&mut stale) {
            while woken.next().now_or_never().flatten().is_some() {}
            let Some(asked) = wanted.peek().clone() else {
                state.set(State::empty());
                break;
            };
            state.write().begin(&asked, &cache);
            let (started, own) = (api.clock().now(), api.topics().map_or(0, |topics| topics.own()));
            let mut reading = api.exchange(asked.request.clone()).boxed_local();
            let reply = loop {
                match select(&mut reading, woken.next()).await {
                    Either::Left((reply, _)) => break Some(reply),
                    Either::Right((None, _)) => return,
                    // Another request: the answer under way is no longer of use.
                    Either::Right((Some(()), _)) if wanted.peek().as_ref() != Some(&asked) => break None,
                    Either::Right((Some(()), _)) => stale = true,
                }
            };
            let Some(reply) = reply else {
                stale = true;
                continue;
            };
            let now = api.clock().now();
            {
                let mut state = state.write();
                state.end(&asked, reply.and_then(decode), &cache, now);
                state.own = own;
            }
            // Answers that take long are asked for less often.
            let took = Duration::try_from(now.duration_since(started)).unwrap_or_default();
            let mut rest = api.clock().sleep(REST.max(took * 2));
            loop {
                match select(&mut rest, woken.next()).await {
                    Either::Left(_) => break,
                    Either::Right((None, _)) => return,
                    Either::Right((Some(()), _)) => {
                        stale = true;
                        if wanted.peek().as_ref() != Some(&asked) {
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
        State { path: None, of: None, value: None, error: None, loading: false, at: None, own: 0 }
    }

    fn first(wanted: Option<&Wanted>, cache: &Cache) -> State<T> {
        let mut state = State::empty();
        if let Some(wanted) = wanted {
            state.begin(wanted, cache);
        }
        state
    }

    /// Another page or filter of the same list keeps the old rows at hand; another thing does not.
    fn begin(&mut self, wanted: &Wanted, cache: &Cache) {
        let Wanted { request, wish } = wanted;
        self.loading = true;
        if self.path.as_ref() == Some(&request.path) {
            return;
        }
        let same_list = self.path.as_deref().is_some_and(|path| without_query(path) == without_query(&request.path));
        self.path = Some(request.path.clone());
        self.error = None;
        if let Some((value, at)) = cache.get(&request.path) {
            (self.value, self.at) = (Some(value), Some(at));
            self.of = Some(wish.clone());
        } else if !same_list {
            (self.value, self.at) = (None, None);
        }
    }

    fn end(&mut self, wanted: &Wanted, reply: Result<T, Problem>, cache: &Cache, now: Timestamp) {
        self.loading = false;
        match reply {
            Ok(value) => {
                let value = Rc::new(value);
                cache.put(&wanted.request.path, value.clone(), now);
                (self.value, self.at, self.error) = (Some(value), Some(now), None);
                self.of = Some(wanted.wish.clone());
            }
            Err(problem) => {
                self.error = Some(problem);
                // Old rows stay after a failure only if they are those that were asked for.
                if self.of.as_ref() != Some(&wanted.wish) {
                    (self.value, self.at) = (None, None);
                }
            }
        }
    }
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}
