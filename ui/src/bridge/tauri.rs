//! The bridge inside the desktop window: hand-written bindings to the few functions of `window.__TAURI__` in use.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use js_sys::{JSON, Object, Reflect};
use netraven_api::event::{FeedMessage, Link};
use netraven_api::native::{FeedStart, Native, SESSION_EVENT, Session};
use netraven_api::problem::Code;
use netraven_api::{Problem, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::frames::Frames;
use super::pulse::{self, Pulse};
use super::{Answer, Bridge, Guard, batch};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"], js_name = invoke, catch)]
    async fn invoke(command: &str, arguments: JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "event"], js_name = listen, catch)]
    async fn listen(event: &str, handler: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"])]
    type Channel;

    #[wasm_bindgen(constructor, js_namespace = ["window", "__TAURI__", "core"])]
    fn new() -> Channel;

    #[wasm_bindgen(method, setter, js_name = onmessage)]
    fn set_onmessage(this: &Channel, handler: &JsValue);
}

/// Pause between two looks whether a feed still lives.
const LOOK: Duration = Duration::from_secs(pulse::LOOK_S);
/// Pause before a feed that the shell did not open is asked for again.
const OPEN_AGAIN: Duration = Duration::from_secs(2);

/// The shell this page runs in.
pub struct Tauri;

impl Bridge for Tauri {
    fn call(&self, request: Request) -> Answer {
        Box::pin(async move {
            let ticket = Ticket::next();
            let answer = ask("call", &[("request", to_js(&request)?), ("ticket", to_js(&ticket.number)?)]).await;
            ticket.answered.set(true);
            answer
        })
    }

    fn native(&self, wish: Native) -> Answer {
        Box::pin(async move { ask("native", &[("wish", to_js(&wish)?)]).await })
    }

    fn feed(&self, start: FeedStart, on_batch: Rc<dyn Fn(Vec<FeedMessage>)>) -> Guard {
        let frames = Frames::new(on_batch);
        let open = Opened::default();
        spawn_local(keep_open(start, Rc::new(move |messages| frames.push(messages)), open.clone()));
        Guard::new(move || {
            open.end();
            spawn_local(async move { open.stopped().await });
        })
    }

    fn on_session(&self, on_change: Rc<dyn Fn(Session)>) -> LocalBoxFuture<'static, Guard> {
        Box::pin(async move {
            let handler = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
                let payload = Reflect::get(&event, &JsValue::from_str("payload")).unwrap_or(JsValue::NULL);
                if let Ok(session) = from_js::<Session>(&payload) {
                    on_change(session);
                }
            });
            let listening = listen(SESSION_EVENT, handler.as_ref()).await;
            if let Err(error) = &listening {
                web_sys::console::error_1(error);
            }
            Guard::new(move || {
                if let Ok(Ok(end)) = listening.map(JsCast::dyn_into::<js_sys::Function>) {
                    let _ = end.call0(&JsValue::NULL);
                }
                drop(handler);
            })
        })
    }
}

/// The number of a call. Dropped before the answer came, as when the page that asked is left, it takes the call back.
struct Ticket {
    number: u64,
    answered: Cell<bool>,
}

impl Ticket {
    fn next() -> Ticket {
        thread_local! {
            static NEXT: Cell<u64> = const { Cell::new(0) };
        }
        NEXT.with(|next| {
            // Counted from the time in microseconds: numbers of a page that was loaded before do not come again.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time after 1970")]
            let number = next.get().max(js_sys::Date::now() as u64 * 1_000) + 1;
            next.set(number);
            Ticket { number, answered: Cell::new(false) }
        })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.answered.get() {
            return;
        }
        let wish = Native::Withdraw { ticket: self.number };
        spawn_local(async move {
            if let Ok(wish) = to_js(&wish) {
                let _ = ask("native", &[("wish", wish)]).await;
            }
        });
    }
}

/// Keeps a feed open until it is ended: asks for it again where the shell did not open it, or says nothing any more.
async fn keep_open(mut start: FeedStart, on_batch: Rc<dyn Fn(Vec<FeedMessage>)>, opened: Opened) {
    let pulse = Rc::new(Pulse::default());
    while !opened.has_ended() {
        let (take, heard) = (on_batch.clone(), pulse.clone());
        let handler = Closure::<dyn Fn(JsValue)>::new(move |sent: JsValue| {
            // A batch that is none counts as a line that was not understood.
            let messages = batch::read(&JSON::stringify(&sent).map(String::from).unwrap_or_default());
            heard.hear(&messages);
            if !messages.is_empty() {
                take(messages);
            }
        });
        let channel = Channel::new();
        channel.set_onmessage(handler.as_ref());
        let asked = match to_js(&start) {
            Ok(start) => ask("feed", &[("start", start), ("channel", JsValue::from(channel))]).await,
            Err(problem) => Err(problem),
        };
        let reason = match asked {
            Ok(id) => {
                opened.keep(id);
                pulse.reset();
                loop {
                    gloo_timers::future::sleep(LOOK).await;
                    if opened.has_ended() || pulse.look() {
                        break;
                    }
                }
                opened.stopped().await;
                "Live updates stopped. Reconnecting.".to_owned()
            }
            Err(problem) => problem.message,
        };
        if !opened.has_ended() {
            start.filter.after = pulse.last().max(start.filter.after);
            on_batch(vec![FeedMessage::Link { link: Link::Reconnecting { reason, retry_in_s: OPEN_AGAIN.as_secs() } }]);
        }
        // A batch may be under way: the handler outlives the stop.
        gloo_timers::future::sleep(OPEN_AGAIN).await;
        drop(handler);
    }
}

/// The number of an open feed, which may come after the feed was already dropped.
#[derive(Clone, Default)]
struct Opened {
    id: Rc<RefCell<Option<Value>>>,
    ended: Rc<Cell<bool>>,
}

impl Opened {
    fn keep(&self, id: Value) {
        *self.id.borrow_mut() = Some(id);
        if self.ended.get() {
            let this = self.clone();
            spawn_local(async move { this.stopped().await });
        }
    }

    fn has_ended(&self) -> bool {
        self.ended.get()
    }

    fn end(&self) {
        self.ended.set(true);
    }

    async fn stopped(&self) {
        let id = self.id.borrow_mut().take();
        if let Some(id) = id
            && let Ok(id) = to_js(&id)
        {
            let _ = ask("feed_stop", &[("id", id)]).await;
        }
    }
}

async fn ask(command: &str, arguments: &[(&str, JsValue)]) -> Result<Value, Problem> {
    let object = Object::new();
    for (name, value) in arguments {
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    match invoke(command, object.into()).await {
        Ok(answer) => from_js(&answer),
        Err(error) => Err(from_js::<Problem>(&error).unwrap_or_else(|_| broken(&error))),
    }
}

fn to_js(value: &impl Serialize) -> Result<JsValue, Problem> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| Problem::new(Code::Internal, format!("A request could not be encoded: {error}.")))
}

/// Reads a JavaScript value by way of its JSON, which measured faster for long batches than walking the object.
fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, Problem> {
    let text = if value.is_undefined() {
        "null".to_owned()
    } else {
        JSON::stringify(value).map(String::from).map_err(|error| broken(&error))?
    };
    serde_json::from_str(&text)
        .map_err(|error| Problem::new(Code::NotUnderstood, format!("A reply could not be decoded: {error}.")))
}

fn broken(error: &JsValue) -> Problem {
    let reason = error
        .as_string()
        .or_else(|| JSON::stringify(error).ok().map(String::from))
        .unwrap_or_else(|| "no reason given".to_owned());
    Problem::new(Code::Internal, format!("The window could not reach the application: {reason}"))
}
