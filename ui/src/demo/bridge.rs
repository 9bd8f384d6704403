//! The bridge of the demo: the world in memory instead of a shell and a server.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use dioxus::prelude::spawn;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use netraven_api::event::{FeedMessage, Link};
use netraven_api::native::{FeedStart, LabState, Native, PickedFile, Ready, Renewal, Session};
use netraven_api::problem::Code;
use netraven_api::users::Role;
use netraven_api::{Problem, Request};
use serde_json::Value;

use super::answers::answer;
use super::log;
use super::world::World;
use crate::bridge::{Answer, Bridge, Guard};
use crate::clock::Clock;

/// How long an answer takes: long enough for the signs of loading to be seen.
const DELAY: Duration = Duration::from_millis(80);
/// Pause between two looks at what is new.
const TICK: Duration = Duration::from_secs(1);
/// Where the demo says it is.
const URL: &str = "https://demo.invalid";

type Listener = Rc<dyn Fn(Session)>;

/// The bridge of the demo.
pub struct DemoBridge {
    clock: Rc<dyn Clock>,
    world: Rc<RefCell<World>>,
    session: RefCell<Session>,
    settings: RefCell<HashMap<String, Value>>,
    listener: RefCell<Option<Listener>>,
}

impl DemoBridge {
    /// A demo that begins now, signed in as an admin.
    #[must_use]
    pub fn new(clock: Rc<dyn Clock>) -> DemoBridge {
        let world = Rc::new(RefCell::new(World::new(clock.now())));
        DemoBridge {
            clock,
            world,
            session: RefCell::new(ready("admin")),
            settings: RefCell::default(),
            listener: RefCell::default(),
        }
    }

    fn change(&self, session: Session) {
        *self.session.borrow_mut() = session.clone();
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            listener(session);
        }
    }

    fn grant(&self, wish: Native) -> Result<Value, Problem> {
        let json = |value: Result<Value, serde_json::Error>| {
            value.map_err(|error| Problem::new(Code::Internal, format!("The answer cannot be written: {error}.")))
        };
        match wish {
            Native::Session => return json(serde_json::to_value(&*self.session.borrow())),
            Native::GetSetting { name } => {
                return Ok(self.settings.borrow().get(&name).cloned().unwrap_or(Value::Null));
            }
            Native::SetSetting { name, value } => {
                self.settings.borrow_mut().insert(name, value);
            }
            Native::SignIn { username, .. } => self.change(ready(&username)),
            Native::UseEmbedded | Native::Retry => self.change(ready("admin")),
            Native::SignOut => self.change(Session::SignIn {
                url: URL.into(),
                username: Some("admin".into()),
                reason: Some(
                    "The demo accepts any password. A name that starts with user signs in as a user, any \
                              other as an admin."
                        .into(),
                ),
            }),
            Native::PickFile { .. } => {
                let text = "hostname,ip_address,device_type\nlab-edge-09,10.20.8.5,cisco_ios\nlab-edge-01,10.20.8.1,cisco_ios\n";
                return json(serde_json::to_value(PickedFile { name: "devices.csv".into(), text: text.into() }));
            }
            Native::Export { .. } | Native::ExportState | Native::ExportStop | Native::SaveFile { .. } => {
                return Err(Problem::new(Code::NotOffered, "The demo writes no files; the window does."));
            }
            Native::LabStart { .. } | Native::LabStop => {
                return Err(Problem::new(
                    Code::NotOffered,
                    "The demo plays what was recorded of the sample lab; the lab itself is in the window.",
                ));
            }
            Native::LabState => return json(serde_json::to_value(LabState::default())),
            Native::SignInAgain { .. }
            | Native::Withdraw { .. }
            | Native::Zoom { .. }
            | Native::EditProfile { .. }
            | Native::ForgetProfile { .. } => {}
        }
        Ok(Value::Null)
    }
}

/// The session of a user.
fn ready(username: &str) -> Session {
    Session::Ready(Ready {
        place: "Demo data".into(),
        url: URL.into(),
        embedded: false,
        username: username.into(),
        role: if username.starts_with("user") { Role::User } else { Role::Admin },
        secrets_note: None,
        data_dir: None,
        server: "In this browser".into(),
        missing: Vec::new(),
        open_to_users: Vec::new(),
        expires_at: None,
        renewal: Renewal::None,
        profile: None,
    })
}

impl Bridge for DemoBridge {
    fn call(&self, request: Request) -> Answer {
        let (world, clock) = (self.world.clone(), self.clock.clone());
        async move {
            clock.sleep(DELAY).await;
            answer(&mut world.borrow_mut(), &request, clock.now())
        }
        .boxed_local()
    }

    fn native(&self, wish: Native) -> Answer {
        futures::future::ready(self.grant(wish)).boxed_local()
    }

    fn feed(&self, start: FeedStart, on_batch: Rc<dyn Fn(Vec<FeedMessage>)>) -> Guard {
        let (world, clock) = (self.world.clone(), self.clock.clone());
        let ended = Rc::new(Cell::new(false));
        let end = ended.clone();
        let last_line = world.borrow().lines.last().map(|line| line.id).unwrap_or_default();
        let mut told = start.filter.after.unwrap_or(last_line);
        let mut changes = world.borrow().changes.len();
        spawn(async move {
            on_batch(vec![FeedMessage::Link { link: Link::Live }]);
            loop {
                clock.sleep(TICK).await;
                if ended.get() {
                    return;
                }
                let mut batch = Vec::new();
                {
                    let mut world = world.borrow_mut();
                    world.advance(clock.now());
                    let new = world.lines.partition_point(|line| line.id <= told);
                    let lines: Vec<_> = world.lines[new..]
                        .iter()
                        .filter(|line| log::streams(&start.filter.filter, line))
                        .cloned()
                        .collect();
                    told = world.lines.last().map_or(told, |line| line.id);
                    if !lines.is_empty() {
                        batch.push(FeedMessage::Lines { lines });
                    }
                    if start.filter.changes == Some(true) && changes < world.changes.len() {
                        batch.push(FeedMessage::Changes { changes: world.changes[changes..].to_vec() });
                        changes = world.changes.len();
                    }
                }
                if !batch.is_empty() {
                    on_batch(batch);
                }
            }
        });
        Guard::new(move || end.set(true))
    }

    fn on_session(&self, on_change: Rc<dyn Fn(Session)>) -> LocalBoxFuture<'static, Guard> {
        *self.listener.borrow_mut() = Some(on_change);
        futures::future::ready(Guard::new(|| {})).boxed_local()
    }
}
