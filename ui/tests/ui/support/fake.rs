//! A shell that gives prepared answers, remembers what it was asked, and never waits.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::LocalBoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use netraven_api::event::{Changed, FeedMessage, Link, Skip};
use netraven_api::logs::LogEntry;
use netraven_api::native::{
    ExportState, Feature, FeedStart, LabState, Missing, Native, PickedFile, Ready, Renewal, Session,
};
use netraven_api::problem::Code;
use netraven_api::users::Role;
use netraven_api::{Problem, Request};
use netraven_ui::bridge::{Answer, Bridge, Guard};
use netraven_ui::clock::Clock;
use serde::Serialize;
use serde_json::Value;

/// A moment, seconds before (or after) the tests' present.
pub fn at(seconds: i64) -> Timestamp {
    let now: Timestamp = "2026-11-23T14:05:00Z".parse().unwrap();
    Timestamp::from_second(now.as_second() + seconds).unwrap()
}

/// A clock that stands still. Short waits end at once; long ones never do.
pub struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        at(0)
    }

    fn zone(&self) -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(1))
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'static, ()> {
        if duration < Duration::from_secs(1) {
            futures::future::ready(()).boxed_local()
        } else {
            futures::future::pending().boxed_local()
        }
    }
}

enum Reply {
    Value(Value),
    Made(Box<dyn Fn(&str) -> Value>),
    Problem(Problem),
    Never,
}

type Listener = Rc<dyn Fn(Session)>;

/// A wish that waits, and where its answer goes.
type Waiting = (Native, oneshot::Sender<Result<Value, Problem>>);

struct Feed {
    start: FeedStart,
    on_batch: Rc<dyn Fn(Vec<FeedMessage>)>,
}

/// The fake shell.
pub struct Fake {
    replies: RefCell<HashMap<String, Reply>>,
    calls: RefCell<Vec<String>>,
    bodies: RefCell<Vec<(String, Value)>>,
    picked: RefCell<Option<PickedFile>>,
    wishes: RefCell<Vec<Native>>,
    settings: RefCell<HashMap<String, Value>>,
    refusal: RefCell<Option<Problem>>,
    export: RefCell<Option<ExportState>>,
    lab: RefCell<LabState>,
    lab_takes_long: Cell<bool>,
    waiting_lab: RefCell<Option<Waiting>>,
    feeds_wait: Cell<bool>,
    feeds: Rc<RefCell<HashMap<usize, Rc<Feed>>>>,
    session: RefCell<Session>,
    listener: RefCell<Option<Listener>>,
}

impl Fake {
    /// A shell in a session: on this computer, signed in as an admin.
    pub fn ready() -> Rc<Fake> {
        Fake::with(Session::Ready(Fake::admin()))
    }

    /// The same with the answers that a page needs.
    pub fn filled(answers: impl FnOnce(&Rc<Fake>)) -> Rc<Fake> {
        Fake::filled_as(Fake::admin(), answers)
    }

    /// The same for somebody who is no admin.
    pub fn user(answers: impl FnOnce(&Rc<Fake>)) -> Rc<Fake> {
        Fake::filled_as(Ready { role: Role::User, ..Fake::admin() }, answers)
    }

    /// The same at a server that does not offer something.
    pub fn lacking(feature: Feature, reason: &str, answers: impl FnOnce(&Rc<Fake>)) -> Rc<Fake> {
        let missing = vec![Missing { feature, reason: reason.to_owned() }];
        Fake::filled_as(Ready { missing, ..Fake::admin() }, answers)
    }

    fn filled_as(ready: Ready, answers: impl FnOnce(&Rc<Fake>)) -> Rc<Fake> {
        let fake = Fake::with(Session::Ready(ready));
        answers(&fake);
        fake
    }

    /// The session of [`Fake::ready`].
    pub fn admin() -> Ready {
        Ready {
            place: "On this computer".into(),
            url: "http://127.0.0.1:41873".into(),
            embedded: true,
            username: "admin".into(),
            role: Role::Admin,
            secrets_note: None,
            data_dir: Some("/home/anna/.local/share/netraven".into()),
            server: "NetRaven Desktop 0.1.0".into(),
            missing: Vec::new(),
            open_to_users: Vec::new(),
            expires_at: None,
            renewal: Renewal::None,
            profile: None,
        }
    }

    /// A shell whose session is in some state.
    pub fn with(session: Session) -> Rc<Fake> {
        Rc::new(Fake {
            replies: RefCell::default(),
            calls: RefCell::default(),
            bodies: RefCell::default(),
            picked: RefCell::default(),
            wishes: RefCell::default(),
            settings: RefCell::default(),
            refusal: RefCell::default(),
            export: RefCell::default(),
            lab: RefCell::default(),
            lab_takes_long: Cell::default(),
            waiting_lab: RefCell::default(),
            feeds_wait: Cell::default(),
            feeds: Rc::default(),
            session: RefCell::new(session),
            listener: RefCell::default(),
        })
    }

    /// Answers requests to a route, such as `GET /runs/`, with a value; with a query, those that are just so.
    pub fn answer(&self, route: &str, value: &impl Serialize) {
        self.replies.borrow_mut().insert(route.to_owned(), Reply::Value(serde_json::to_value(value).unwrap()));
    }

    /// Answers requests to a route with what is made of their query.
    pub fn answer_query(&self, route: &str, make: impl Fn(&str) -> Value + 'static) {
        self.replies.borrow_mut().insert(route.to_owned(), Reply::Made(Box::new(make)));
    }

    /// Refuses requests to a route.
    pub fn refuse(&self, route: &str, problem: Problem) {
        self.replies.borrow_mut().insert(route.to_owned(), Reply::Problem(problem));
    }

    /// Lets requests to a route wait for ever.
    pub fn hang(&self, route: &str) {
        self.replies.borrow_mut().insert(route.to_owned(), Reply::Never);
    }

    /// Refuses wishes that can be refused (signing in, starting).
    pub fn refuse_wishes(&self, problem: Problem) {
        *self.refusal.borrow_mut() = Some(problem);
    }

    /// The requests sent to a route so far, query included.
    pub fn calls(&self, route: &str) -> Vec<String> {
        let calls = self.calls.borrow();
        calls.iter().filter(|call| call.split('?').next() == Some(route)).cloned().collect()
    }

    /// The bodies sent to a route so far.
    pub fn bodies(&self, route: &str) -> Vec<Value> {
        self.bodies.borrow().iter().filter(|(sent, _)| sent == route).map(|(_, body)| body.clone()).collect()
    }

    /// The file a person will choose.
    pub fn pick(&self, name: &str, text: &str) {
        *self.picked.borrow_mut() = Some(PickedFile { name: name.to_owned(), text: text.to_owned() });
    }

    /// How far an export is; none where no file is chosen.
    pub fn export(&self, state: Option<ExportState>) {
        *self.export.borrow_mut() = state;
    }

    /// What the shell itself was asked for.
    pub fn wishes(&self) -> Vec<Native> {
        self.wishes.borrow().clone()
    }

    /// Lets the start of the lab wait for [`Fake::finish_lab`].
    pub fn slow_lab(&self) {
        self.lab_takes_long.set(true);
    }

    /// A lab that runs already.
    pub fn start_lab(&self) {
        *self.lab.borrow_mut() = LabState { devices: 12, run_id: Some(4188.into()) };
    }

    /// Ends a start of the lab that waits.
    pub fn finish_lab(&self) {
        let (wish, sender) = self.waiting_lab.take().expect("a start of the lab waits");
        sender.send(self.wish(wish)).expect("the application still waits for the lab");
    }

    /// Opens feeds that do not connect until [`Fake::link`] says so.
    pub fn hold_feeds(&self) {
        self.feeds_wait.set(true);
    }

    /// The filters of the feeds that are open and carry lines of a page.
    pub fn log_feeds(&self) -> Vec<FeedStart> {
        self.feeds
            .borrow()
            .values()
            .map(|feed| feed.start.clone())
            .filter(|start| start.filter.changes.is_none())
            .collect()
    }

    /// Sends live lines to the feeds of pages.
    pub fn lines(&self, lines: &[LogEntry]) {
        self.push(false, &FeedMessage::Lines { lines: lines.to_vec() });
    }

    /// Tells pages of lines that will not come.
    pub fn skipped(&self, lines: u64, why: Skip) {
        self.push(false, &FeedMessage::Skipped { lines, why });
    }

    /// Tells what changed.
    pub fn changed(&self, change: Changed) {
        self.push(true, &FeedMessage::Changes { changes: vec![change] });
    }

    /// Tells every feed the state of the connection.
    pub fn link(&self, link: &Link) {
        for changes in [true, false] {
            self.push(changes, &FeedMessage::Link { link: link.clone() });
        }
    }

    /// Changes the session.
    pub fn session(&self, session: Session) {
        let listener = self.listener.borrow().clone().expect("the application listens");
        *self.session.borrow_mut() = session.clone();
        listener(session);
    }

    fn push(&self, changes: bool, message: &FeedMessage) {
        let feeds: Vec<Rc<Feed>> = self.feeds.borrow().values().cloned().collect();
        for feed in feeds.iter().filter(|feed| feed.start.filter.changes.is_some() == changes) {
            (feed.on_batch)(vec![message.clone()]);
        }
    }

    fn wish(&self, wish: Native) -> Result<Value, Problem> {
        self.wishes.borrow_mut().push(wish.clone());
        let refusal = self.refusal.borrow().clone().map_or(Ok(Value::Null), Err);
        match wish {
            Native::Session => Ok(serde_json::to_value(&*self.session.borrow()).unwrap()),
            Native::GetSetting { name } => Ok(self.settings.borrow().get(&name).cloned().unwrap_or(Value::Null)),
            Native::SetSetting { name, value } => {
                refusal?;
                self.settings.borrow_mut().insert(name, value);
                Ok(Value::Null)
            }
            Native::Export { .. } | Native::ExportState | Native::ExportStop => {
                refusal?;
                Ok(serde_json::to_value(&*self.export.borrow()).unwrap())
            }
            Native::SaveFile { name, .. } => refusal.map(|_| name.into()),
            Native::PickFile { .. } => Ok(serde_json::to_value(&*self.picked.borrow()).unwrap()),
            Native::SignIn { .. }
            | Native::SignInAgain { .. }
            | Native::Withdraw { .. }
            | Native::Zoom { .. }
            | Native::UseEmbedded
            | Native::Retry
            | Native::EditProfile { .. }
            | Native::ForgetProfile { .. }
            | Native::SignOut => refusal,
            Native::LabStart { devices } => {
                refusal?;
                *self.lab.borrow_mut() = LabState { devices, run_id: Some(4188.into()) };
                Ok(serde_json::to_value(&*self.lab.borrow()).unwrap())
            }
            Native::LabStop => {
                *self.lab.borrow_mut() = LabState::default();
                Ok(serde_json::to_value(&*self.lab.borrow()).unwrap())
            }
            Native::LabState => Ok(serde_json::to_value(&*self.lab.borrow()).unwrap()),
        }
    }
}

impl Bridge for Fake {
    fn call(&self, request: Request) -> Answer {
        let (method, path) = (request.method.as_str(), request.path);
        self.calls.borrow_mut().push(format!("{method} {path}"));
        let route = format!("{method} {}", path.split('?').next().unwrap_or_default());
        if let Some(body) = request.body {
            self.bodies.borrow_mut().push((route.clone(), body));
        }
        let replies = self.replies.borrow();
        match replies.get(&format!("{method} {path}")).or_else(|| replies.get(&route)) {
            Some(Reply::Value(value)) => futures::future::ready(Ok(value.clone())).boxed_local(),
            Some(Reply::Made(make)) => {
                let value = make(path.split_once('?').map_or("", |(_, query)| query));
                futures::future::ready(Ok(value)).boxed_local()
            }
            Some(Reply::Problem(problem)) => futures::future::ready(Err(problem.clone())).boxed_local(),
            Some(Reply::Never) => futures::future::pending().boxed_local(),
            None => {
                let problem = Problem::new(Code::NotFound, format!("The fake shell knows no {route}."));
                futures::future::ready(Err(problem)).boxed_local()
            }
        }
    }

    fn native(&self, wish: Native) -> Answer {
        if self.lab_takes_long.get() && matches!(wish, Native::LabStart { .. }) {
            let (sender, receiver) = oneshot::channel();
            *self.waiting_lab.borrow_mut() = Some((wish, sender));
            return receiver.map(|answer| answer.expect("the fake shell answers")).boxed_local();
        }
        futures::future::ready(self.wish(wish)).boxed_local()
    }

    fn feed(&self, start: FeedStart, on_batch: Rc<dyn Fn(Vec<FeedMessage>)>) -> Guard {
        let number = self.feeds.borrow().keys().max().map_or(1, |last| last + 1);
        if !self.feeds_wait.get() {
            on_batch(vec![FeedMessage::Link { link: Link::Live }]);
        }
        self.feeds.borrow_mut().insert(number, Rc::new(Feed { start, on_batch }));
        let feeds = self.feeds.clone();
        Guard::new(move || {
            feeds.borrow_mut().remove(&number);
        })
    }

    fn on_session(&self, on_change: Rc<dyn Fn(Session)>) -> LocalBoxFuture<'static, Guard> {
        *self.listener.borrow_mut() = Some(on_change);
        futures::future::ready(Guard::new(|| {})).boxed_local()
    }
}
