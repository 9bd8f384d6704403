//! The session: where the data comes from, who is signed in, and whether news arrive.

use std::rc::Rc;

use dioxus::prelude::*;
use futures::StreamExt;
use futures::channel::mpsc::unbounded;
use netraven_api::event::{FeedMessage, Link};
use netraven_api::logs::Level;
use netraven_api::logs::{LiveFilter, StreamFilter};
use netraven_api::native::{AdminAction, Feature, FeedStart, Native, Ready, Session};
use netraven_api::users::Role;

use crate::data::{Topics, use_api};
use crate::state::notices::use_notices;

/// Keeps the session as the shell reports it.
pub fn use_session() -> Signal<Session> {
    let api = use_api();
    let mut session = use_signal(|| Session::Starting { step: "Opening NetRaven".to_owned() });
    use_future(move || {
        let api = api.clone();
        async move {
            let (sender, mut changes) = unbounded();
            // Listening first: a change between the question and the first event would be missed.
            let listening = api.bridge().on_session(Rc::new(move |session| {
                let _ = sender.unbounded_send(session);
            }));
            let guard = listening.await;
            match api.ask::<Session>(Native::Session).await {
                Ok(now) => session.set(now),
                Err(problem) => session.set(Session::Failed { problem, embedded: false }),
            }
            while let Some(now) = changes.next().await {
                session.set(now);
            }
            drop(guard);
        }
    });
    session
}

/// A session one can work in, as its pages see it.
#[derive(Clone, Copy, PartialEq)]
pub struct Workplace {
    ready: Signal<Ready>,
    link: Signal<Link>,
}

impl Workplace {
    /// Place, user and role.
    #[must_use]
    pub fn ready(&self) -> Ready {
        self.ready.read().clone()
    }

    /// Whether the person may do what only admins may.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.ready.read().role == Role::Admin
    }

    /// Why the person may not do something on this server, as a sentence for a tooltip; none if it is allowed.
    #[must_use]
    pub fn forbids(&self, action: AdminAction) -> Option<String> {
        let what = match action {
            AdminAction::AddCredential => "add credentials",
            AdminAction::ChangeCredential => "change credentials",
            AdminAction::DeleteCredential => "delete credentials",
            AdminAction::DeleteDevice => "delete devices",
            AdminAction::DeleteJob => "delete jobs",
            AdminAction::DeleteSnapshot => "delete snapshots",
            AdminAction::DeleteTag => "delete tags",
        };
        (!self.ready.read().may(action)).then(|| format!("Only admins may {what}."))
    }

    /// Why the server lacks a feature, as a sentence for a tooltip; none if it has it.
    #[must_use]
    pub fn refusal(&self, feature: Feature) -> Option<String> {
        self.ready.read().reason(feature).map(str::to_owned)
    }

    /// The name a person has to type before something is taken away from a server people depend on.
    #[must_use]
    pub fn guard(&self) -> Option<String> {
        let ready = self.ready.read();
        ready.profile.as_ref().filter(|profile| profile.production).map(|profile| profile.title().to_owned())
    }

    /// Whether news arrive as they happen.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link.read().clone()
    }
}

/// Provides the workplace and keeps one feed of changes open. Lines of level CRITICAL come with it and are
/// shown as notices; the pages that show logs open feeds of their own.
pub fn use_workplace_provider(ready: ReadSignal<Ready>, topics: Topics) -> Workplace {
    let (api, notices) = (use_api(), use_notices());
    let workplace = use_context_provider(|| Workplace {
        ready: Signal::new(ready.peek().clone()),
        link: Signal::new(Link::default()),
    });
    use_effect(move || {
        let mut known = workplace.ready;
        let now = ready();
        if *known.peek() != now {
            known.set(now);
        }
    });
    use_future(move || {
        let api = api.clone();
        let mut link = workplace.link;
        async move {
            let (sender, mut batches) = unbounded();
            let filter = LiveFilter { level: vec![Level::Critical.into()], ..LiveFilter::default() };
            let filter = StreamFilter { filter, changes: Some(true), after: None };
            let guard = api.bridge().feed(
                FeedStart { filter },
                Rc::new(move |batch| {
                    let _ = sender.unbounded_send(batch);
                }),
            );
            while let Some(batch) = batches.next().await {
                for message in batch {
                    match message {
                        FeedMessage::Changes { changes } => topics.apply(&changes),
                        FeedMessage::Lines { lines } => {
                            for line in lines {
                                notices.wrong(line.message);
                            }
                        }
                        // The log's own view says what it does not show.
                        FeedMessage::Skipped { .. } => {}
                        FeedMessage::Link { link: now } => {
                            // What changed before or while nothing arrived is unknown, so everything is read again.
                            if now == Link::Live && *link.peek() != Link::Live {
                                topics.bump_all();
                            }
                            if *link.peek() != now {
                                link.set(now);
                            }
                        }
                    }
                }
            }
            drop(guard);
        }
    });
    workplace
}

/// The workplace of this session.
pub fn use_workplace() -> Workplace {
    use_context()
}
