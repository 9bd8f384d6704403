//! A log view kept up to date: one page of history first, then live lines from exactly behind it.

use std::rc::Rc;
use std::time::Duration;

use dioxus::prelude::*;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::{Either, select};
use futures::{FutureExt, StreamExt};
use jiff::{SignedDuration, Timestamp};
use netraven_api::event::{FeedMessage, Link};
use netraven_api::logs::{ListLogs, LogEntry, LogFilter};
use netraven_api::native::FeedStart;
use netraven_api::page::Page;
use netraven_api::{LogId, Problem};

use crate::data::api::{Api, use_api};
use crate::state::logs::{LogLines, ReadPosition, history, stream};
use crate::state::tally::Tally;

/// Shortest time between two drawings of the lines over time, which has hundreds of pieces.
const CHART_PACE: SignedDuration = SignedDuration::from_millis(500);

/// Rows of one page of history.
const PAGE: usize = 100;
/// Pause before a log that could not be read is asked for again.
const AGAIN: Duration = Duration::from_secs(5);

/// A log view; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct LogView {
    /// The lines.
    pub lines: Signal<LogLines>,
    /// Why the history could not be read.
    pub problem: Signal<Option<Problem>>,
    /// Whether history is being read.
    pub loading: Signal<bool>,
    /// State of the live lines.
    pub link: Signal<Link>,
    /// What the reader should know about how the lines were found.
    pub note: Signal<Option<String>>,
    /// Where a search stopped although there are older lines: the time of the last one that was looked at.
    pub stopped: Signal<Option<Timestamp>>,
    /// Whether the number of lines in all is the server's guess.
    pub about: Signal<bool>,
    /// The live lines counted, whether they are in the period or not.
    pub tally: Signal<Tally>,
    /// When the tally was worth drawing again; it changes far more often. What came since is due with the next second.
    pub tallied: Signal<Timestamp>,
    wanted: Memo<LogFilter>,
    answered: Signal<Option<LogFilter>>,
    held: Signal<bool>,
    wishes: Signal<u64>,
    older: Signal<u64>,
    further: Signal<u64>,
}

impl LogView {
    /// A person wants arriving lines to wait.
    pub fn pause(mut self) {
        self.held.set(true);
        self.wait();
    }

    /// A person wants to see what waited, and to follow again.
    pub fn resume(mut self) {
        self.held.set(false);
        self.follow();
    }

    /// Pauses, or follows again.
    pub fn turn(&self) {
        if self.lines.peek().paused() { self.resume() } else { self.pause() }
    }

    /// The newest line came out of sight, or into it again. Lines wait while it is out of sight, so that what is being
    /// read stays in its place.
    pub fn look_away(&self, away: bool) {
        if away {
            self.wait();
        } else if !*self.held.peek() {
            self.follow();
        }
    }

    fn wait(mut self) {
        if !self.lines.peek().paused() {
            self.lines.write().pause();
        }
    }

    fn follow(mut self) {
        if self.lines.peek().paused() {
            self.lines.write().resume();
        }
    }

    /// Reads older lines, if there are any and there is room.
    pub fn read_older(mut self) {
        let lines = self.lines.peek();
        if lines.has_older() && lines.has_room() && !*self.loading.peek() {
            self.older += 1;
        }
    }

    /// Searches older lines, from where the search stopped.
    pub fn search_on(mut self) {
        if self.stopped.peek().is_some() && !*self.loading.peek() {
            self.further += 1;
        }
    }

    /// The server has counted the lines up to this one: the tally need not keep them.
    pub fn counted_up_to(mut self, id: LogId) {
        if self.tally.peek().has_up_to(id) {
            self.tally.write().forget(id);
        }
    }

    /// Whether the lines on screen are those of other filters than the ones chosen now, which are being read.
    #[must_use]
    pub fn is_of_before(&self) -> bool {
        self.answered.read().as_ref().is_some_and(|answered| *answered != *self.wanted.read())
    }

    /// Starts over.
    pub fn refresh(mut self) {
        self.wishes += 1;
    }
}

/// What wakes a log view.
#[derive(Clone, PartialEq)]
enum Wake {
    Begin,
    Older,
    Further,
}

/// Keeps the lines that match a filter; starts over when the filter changes.
pub fn use_log(filter: impl Fn() -> LogFilter + 'static) -> LogView {
    let api = use_api();
    let filter = use_memo(filter);
    let view = LogView {
        lines: use_signal(LogLines::default),
        problem: use_signal(|| None),
        loading: use_signal(|| true),
        link: use_signal(Link::default),
        note: use_signal(|| None),
        stopped: use_signal(|| None),
        about: use_signal(|| false),
        tally: use_signal(Tally::default),
        tallied: use_signal(|| Timestamp::UNIX_EPOCH),
        wanted: filter,
        answered: use_signal(|| None),
        held: use_signal(|| false),
        wishes: use_signal(|| 0),
        older: use_signal(|| 0),
        further: use_signal(|| 0),
    };
    let wake = use_hook(|| {
        let (wake, woken) = unbounded();
        spawn(keep(api, view, filter, woken));
        wake
    });
    let begin = wake.clone();
    use_effect(move || {
        let _ = (filter.read(), view.wishes.read());
        let _ = begin.unbounded_send(Wake::Begin);
    });
    let further = wake.clone();
    use_effect(move || {
        if *view.older.read() > 0 {
            let _ = wake.unbounded_send(Wake::Older);
        }
    });
    use_effect(move || {
        if *view.further.read() > 0 {
            let _ = further.unbounded_send(Wake::Further);
        }
    });
    view
}

async fn keep(api: Api, view: LogView, filter: Memo<LogFilter>, mut woken: UnboundedReceiver<Wake>) {
    let LogView { mut lines, mut problem, mut loading, mut link, mut note, mut about, mut tally, mut tallied, .. } =
        view;
    let (mut stopped, mut answered) = (view.stopped, view.answered);
    let mut next = woken.next().await;
    while next.is_some() {
        // Several wishes at once are one.
        while woken.next().now_or_never().flatten().is_some() {}
        let wanted = filter.peek().clone();
        loading.set(true);
        let reading = begin(&api, &wanted).boxed_local();
        let begun = match select(reading, woken.next()).await {
            Either::Left((begun, _)) => begun,
            Either::Right((wish, _)) => {
                next = wish;
                continue;
            }
        };
        loading.set(false);
        let after = match begun {
            Ok(Begun { page, after }) => {
                note.set(page.note);
                about.set(page.total_is_estimate);
                stopped.set(page.stopped_at);
                let mut fresh = LogLines::default();
                fresh.take_history(page.items, page.total, PAGE);
                lines.set(fresh);
                tally.set(Tally::default());
                tallied.set(Timestamp::UNIX_EPOCH);
                problem.set(None);
                answered.set(Some(wanted.clone()));
                after
            }
            Err(found) => {
                // Nothing arrives now, and the screen says so until it does.
                let retry_in_s = AGAIN.as_secs();
                link.set(Link::Reconnecting { reason: found.message.clone(), retry_in_s });
                // Old lines stay after a failure only if they are those that were asked for.
                if view.is_of_before() {
                    lines.set(LogLines::default());
                    answered.set(None);
                }
                problem.set(Some(found));
                next = match select(woken.next(), api.clock().sleep(AGAIN)).await {
                    Either::Left((wish, _)) => wish,
                    Either::Right(_) => Some(Wake::Begin),
                };
                continue;
            }
        };
        let (sender, mut batches) = unbounded();
        let guard = api.bridge().feed(
            FeedStart { filter: stream(&wanted, Some(after)) },
            Rc::new(move |batch| {
                let _ = sender.unbounded_send(batch);
            }),
        );
        next = loop {
            match select(batches.next(), woken.next()).await {
                Either::Left((Some(batch), _)) => take(&api, view, &wanted, batch),
                Either::Left((None, _)) => break woken.next().await,
                Either::Right((Some(Wake::Older), _)) => {
                    let position = view.lines.peek().position();
                    older(&api, view, &wanted, position).await;
                }
                Either::Right((Some(Wake::Further), _)) => {
                    let position = (*view.stopped.peek()).map(|at| ReadPosition { at, page: 1 });
                    older(&api, view, &wanted, position).await;
                }
                Either::Right((wish, _)) => break wish,
            }
        };
        drop(guard);
    }
}

fn take(api: &Api, view: LogView, wanted: &LogFilter, batch: Vec<FeedMessage>) {
    let LogView { mut lines, mut link, mut tally, mut tallied, .. } = view;
    let now = api.clock().now();
    for message in batch {
        match message {
            FeedMessage::Lines { lines: mut arrived } => {
                arrived.retain(|line| wanted.finds(line));
                if !arrived.is_empty() {
                    tally.write().take(&arrived);
                    if now.duration_since(*tallied.peek()) >= CHART_PACE {
                        tallied.set(now);
                    }
                }
                arrived.retain(|line| wanted.matches(line));
                if !arrived.is_empty() {
                    lines.write().take_live(arrived, now);
                }
            }
            FeedMessage::Link { link: now } => {
                if *link.peek() != now {
                    link.set(now);
                }
            }
            FeedMessage::Skipped { lines: count, why } => lines.write().skip(count, why),
            FeedMessage::Changes { .. } => {}
        }
    }
}

async fn older(api: &Api, view: LogView, wanted: &LogFilter, position: Option<ReadPosition>) {
    let LogView { mut lines, mut problem, mut loading, mut note, mut stopped, .. } = view;
    loading.set(true);
    match api.send(&history(wanted, position)).await {
        Ok(page) => {
            note.set(page.note);
            stopped.set(page.stopped_at);
            lines.write().take_history(page.items, page.total, PAGE);
        }
        Err(found) => problem.set(Some(found)),
    }
    loading.set(false);
}

/// What a view begins with.
struct Begun {
    page: Page<LogEntry>,
    /// The line behind which live lines begin.
    after: LogId,
}

/// Reads the newest lines, and where live ones begin: behind the last of them, so that none is between.
///
/// Where the filter asks for more than the stream knows, or finds nothing yet, live lines begin behind the newest line of
/// all, as the stream would send everything since the last match otherwise. That one is asked for first: what is written
/// before the lines are read comes twice then, and not never.
async fn begin(api: &Api, wanted: &LogFilter) -> Result<Begun, Problem> {
    if !wanted.exceeds_stream() {
        let page = api.send(&history(wanted, None)).await?;
        let last = page.items.iter().map(|line| line.id).max();
        if let Some(after) = last.or_else(|| wanted.start_time.is_none().then(LogId::default)) {
            return Ok(Begun { page, after });
        }
    }
    let newest = api.send(&ListLogs { size: Some(1), ..ListLogs::from(wanted.live.clone()) }).await?;
    let after = newest.items.first().map(|line| line.id).unwrap_or_default();
    Ok(Begun { page: api.send(&history(wanted, None)).await?, after })
}
