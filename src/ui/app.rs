//! The app: messages in, one after the other; panes brought up to date afterwards.
//!
//! A round takes everything out of the inbox, lets virtual time catch up with the wall clock, and
//! ends with the panes. Lines are first written to the browser's store and applied when it has
//! confirmed (about a millisecond); meanwhile the virtual clock stands.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::console::ConsoleMsg;
use super::crash;
use super::dom::{self, Listener};
use super::inbox::Inbox;
use super::lanes::LanesMsg;
use super::layout::LayoutMsg;
use super::lesson::LessonMsg;
use super::settings::{Settings, SettingsMsg};
use super::share::ShareMsg;
use super::side::SideMsg;
use super::storage::database::Written;
use super::storage::{Keeper, Ownership};
use super::ticker::{Ticker, Wake};
use super::timebar::TimeMsg;
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::sim::control::moves_history;
use crate::sim::{Input, Playback, Session, Submitted, WorldEvent, WorldEventKind};
use crate::time::Millis;
use crate::view::console::explain::{self, Explanation};
use crate::view::queue::LineQueue;
use crate::view::{head, text};

/// Something happened in the browser. Each pane adds its own kinds here.
#[derive(Debug)]
pub enum Msg {
    /// A frame or a timer that the app asked for.
    Tick,
    /// The tab was shown (`true`) or hidden.
    Visible(bool),
    /// Run a line as this client: what the console and every button do.
    Run { who: String, line: String },
    /// In the console.
    Console(ConsoleMsg),
    /// At the lanes.
    Lanes(LanesMsg),
    /// Show the life of an entry (database, key, id), or close it.
    Biography(Option<(u32, Name, StreamId)>),
    /// In the share dialog.
    Share(ShareMsg),
    /// At a splitter, or the room for the page changed.
    Layout(LayoutMsg),
    /// In the settings dialog.
    Setting(SettingsMsg),
    /// What is chosen now.
    Settings(Settings),
    /// The crash panel was read.
    CloseCrash,
    /// The browser confirmed a write, or said why not.
    Written(Written),
    /// It is decided which tab owns the store.
    Owner(Ownership),
    /// Keep a small value for the next visit.
    Keep { name: &'static str, text: String },
    /// In the lesson.
    Lesson(LessonMsg),
    /// Beside the lanes.
    Side(SideMsg),
    /// In the time bar.
    Time(TimeMsg),
    /// Go on in another session: a lesson begun again.
    Load(Rc<Session>),
    /// The page now shows the lesson of that number, or none.
    Place(Option<String>),
    /// Something that the user should read, but that is no reply: shown in the console.
    Notice(String),
    /// Something for a screen reader only.
    Say(String),
}

/// What the panes read. Only the app changes it.
#[derive(Debug)]
pub struct State {
    /// The world and its history.
    pub session: Session,
    /// What happened since the last [`Pane::render`].
    pub events: Vec<WorldEvent>,
    /// What is known about the lines that ran since then, by their numbers in the transcript.
    pub explained: Vec<(u64, Explanation)>,
    /// The wall clock of this round, in milliseconds since the page was opened.
    pub wall_ms: f64,
    /// The world is so busy that virtual time is slower than it should be.
    pub behind: bool,
    /// Why nothing is kept for the next visit, if so.
    pub not_kept: Option<String>,
}

/// What may look different since the last [`Pane::render`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// Something happened in the world: `State::events` says what.
    pub world: bool,
    /// The virtual time moved, or the way in which it moves.
    pub time: bool,
    /// The past was changed (undo, seek, a fork, another scenario): draw everything anew.
    pub history: bool,
    /// A setting changed (theme, version profile).
    pub settings: bool,
}

/// A part of the page.
pub trait Pane {
    /// Handles a message; a pane looks at its own kinds and ignores the rest. It changes only
    /// itself: what should happen to the world it pushes as [`Msg::Run`].
    fn update(&mut self, msg: &Msg, state: &State);

    /// Brings its part of the page up to date. Called once after the inbox was emptied.
    fn render(&mut self, state: &State, changes: Changes);

    /// Draws one frame of a motion; returns whether there is another. Called at every tick.
    fn animate(&mut self, _state: &State) -> bool {
        false
    }
}

/// A running page. Dropping it removes every listener and timer.
pub struct App {
    inbox: Inbox,
    state: State,
    panes: Vec<Box<dyn Pane>>,
    ticker: Ticker,
    keeper: Keeper,
    /// Lines that were written and wait for the confirmation, or wait to be written.
    queue: LineQueue,
    /// How many of them were written.
    n_ahead: usize,
    clock: Clock,
    /// The text of the scenario that the store knows.
    kept_scenario: Rc<str>,
    /// The number of the page's lesson.
    lesson: Option<String>,
    /// What the store knows of time: where the session stood, how it ran, and when by the wall
    /// clock that was told.
    kept_time: (Millis, Playback, f64),
    _listeners: Vec<Listener>,
}

/// How wall time becomes virtual time.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// Up to where wall time was used.
    wall_ms: f64,
    /// Wall time that a timer was expected to take; more than that and the gap is ignored.
    expected_ms: f64,
    /// Thousandths of a virtual millisecond that are left over.
    carry: u64,
}

/// A longer gap between two frames (a suspended laptop, a debugger) is not made up for.
const GAP_MS_MAX: f64 = 500.0;
/// Events that the world works off before the wall clock is looked at.
const EVENTS_PER_SLICE: usize = 200;
/// Wall time that one frame may spend in the world.
const FRAME_MS_MAX: f64 = 7.0;
/// The longest sleep while time runs; the clock on the page should not stand still.
const SLEEP_MS_MAX: u32 = 250;
/// How often the store is told what time it is: so much is lost when the browser dies.
const KEEP_TIME_MS: f64 = 1_000.0;
/// What is due within this time is awaited frame by frame.
const SLEEP_MS_MIN: u32 = 40;

impl App {
    /// Mounts an app with these panes; it lives as long as the returned handle.
    pub fn mount(
        inbox: Inbox,
        session: Session,
        keeper: Keeper,
        panes: Vec<Box<dyn Pane>>,
        lesson: Option<String>,
    ) -> Rc<RefCell<App>> {
        let document = dom::document();
        let visibility = inbox.clone();
        let on_visibility = Listener::new(&document, "visibilitychange", move |_| {
            visibility.push(Msg::Visible(!dom::document().hidden()));
        });
        let wall_ms = dom::wall_ms();
        let (events, playback) = (Vec::new(), session.playback());
        let app = Rc::new(RefCell::new(App {
            state: State {
                session,
                events,
                explained: Vec::new(),
                wall_ms,
                behind: false,
                not_kept: None,
            },
            panes,
            ticker: Ticker::new(&inbox),
            keeper,
            queue: LineQueue::default(),
            n_ahead: 0,
            clock: Clock { wall_ms, expected_ms: 0.0, carry: 0 },
            kept_scenario: Rc::from(""),
            lesson,
            kept_time: (0, playback, wall_ms),
            _listeners: vec![on_visibility],
            inbox,
        }));
        wake_in_microtasks(&app);
        app.borrow().inbox.push(Msg::Visible(!document.hidden()));
        app
    }

    /// What the panes see.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Handles everything in the inbox, then brings the panes up to date and decides when to be
    /// called again.
    fn round(&mut self) {
        self.state.wall_ms = dom::wall_ms();
        let before = (self.state.session.now(), self.state.session.playback());
        let mut changes = Changes::default();
        self.let_time_pass();
        let mut ticked = false;
        while let Some(msg) = self.inbox.pop() {
            ticked |= matches!(msg, Msg::Tick);
            self.update(&msg);
            for pane in &mut self.panes {
                pane.update(&msg, &self.state);
            }
        }
        if let Some(problem) = self.queue.take_problem() {
            self.inbox.push(Msg::Notice(problem));
        }
        self.run_lines();
        self.save();
        self.take_events(&mut changes);
        changes.time = before != (self.state.session.now(), self.state.session.playback());
        for pane in &mut self.panes {
            pane.render(&self.state, changes);
        }
        self.state.events.clear();
        self.state.explained.clear();
        let mut moving = changes.world || changes.history;
        if ticked {
            moving = false;
            for pane in &mut self.panes {
                moving |= pane.animate(&self.state);
            }
        }
        self.schedule(moving);
    }

    fn update(&mut self, msg: &Msg) {
        match msg {
            Msg::Tick => self.ticker.arrived(),
            Msg::Run { who, line } => self.queue.push(who, line),
            Msg::Written(result) => {
                self.keeper.written();
                if let Err(problem) = result {
                    self.stop_keeping(problem.clone());
                }
                self.apply_written();
            }
            Msg::Owner(ownership) => self.decide_owner(*ownership),
            Msg::Load(session) => {
                self.queue.lines.clear();
                self.state.session = (**session).clone();
                self.state.session.show_anew();
                // Its beginning may differ even if its scenario does not.
                self.kept_scenario = Rc::from("");
            }
            Msg::Place(lesson) => {
                self.lesson.clone_from(lesson);
                // The store is told anew to whom the session belongs.
                self.kept_scenario = Rc::from("");
            }
            Msg::Visible(false) => self.put_time(),
            Msg::Keep { name, text } => self.keeper.put_value(name, text.clone()),
            _ => {}
        }
    }

    fn decide_owner(&mut self, ownership: Ownership) {
        let decides = self.keeper.decide(ownership);
        if decides && ownership == Ownership::Another {
            self.does_not_keep(text::OPEN_ELSEWHERE.to_owned());
        }
    }

    /// From here on nothing is kept, and the user is told so.
    fn does_not_keep(&mut self, why: String) {
        self.inbox.push(Msg::Notice(why.clone()));
        self.state.not_kept = Some(why);
    }

    /// Lets virtual time catch up with the wall clock, as far as one frame allows.
    fn let_time_pass(&mut self) {
        let wall_ms = self.state.wall_ms;
        let elapsed_ms = wall_ms - self.clock.wall_ms;
        self.clock.wall_ms = wall_ms;
        let playback = self.state.session.playback();
        if 0 < self.n_ahead {
            return;
        }
        if let Some(target) = self.state.session.pending_jump() {
            return self.advance_to(target);
        }
        let gap = GAP_MS_MAX + self.clock.expected_ms < elapsed_ms;
        if !playback.running || gap || elapsed_ms <= 0.0 {
            return;
        }
        // Microseconds of wall time times a speed in thousandths: thousandths of a virtual ms.
        let wall_us = (elapsed_ms * 1_000.0) as u64;
        let permille = wall_us * u64::from(playback.speed_permille) / 1_000 + self.clock.carry;
        self.clock.carry = permille % 1_000;
        self.advance_to(self.state.session.now() + permille / 1_000);
    }

    /// Lets the world come as near to a time as one frame allows.
    fn advance_to(&mut self, until: Millis) {
        loop {
            let progress = self.state.session.advance_to(until, EVENTS_PER_SLICE);
            self.state.behind = !progress.reached;
            let spent_ms = dom::wall_ms() - self.state.wall_ms;
            if progress.reached || FRAME_MS_MAX < spent_ms {
                break;
            }
        }
    }

    /// Writes the waiting lines into the store, or runs them if that is not needed.
    fn run_lines(&mut self) {
        while 0 == self.n_ahead && !self.queue.lines.is_empty() && self.keeper.is_decided() {
            let n_plain =
                self.queue.lines.iter().take_while(|(_, line)| !moves_history(line)).count();
            if n_plain == 0 {
                self.apply_lines(1);
                continue;
            }
            let at = self.state.session.now();
            let input = |(who, line): &(String, String)| Input {
                at,
                who: who.as_str().into(),
                line: line.as_str().into(),
            };
            let inputs: Vec<Input> = self.queue.lines[..n_plain].iter().map(input).collect();
            self.put_time();
            match self.keeper.write_ahead(self.state.session.n_applied(), &inputs) {
                Ok(true) => self.n_ahead = n_plain,
                Ok(false) => self.apply_lines(n_plain),
                Err(problem) => self.stop_keeping(problem),
            }
        }
    }

    fn apply_written(&mut self) {
        if !self.keeper.is_writing() && 0 < self.n_ahead {
            let n_lines = std::mem::take(&mut self.n_ahead);
            self.apply_lines(n_lines);
            self.clock.wall_ms = dom::wall_ms();
        }
    }

    fn apply_lines(&mut self, n_lines: usize) {
        for (who, line) in self.queue.lines.drain(..n_lines) {
            crash::running(self.state.session.n_applied());
            crash::remember(&who, &line);
            if let Submitted::Applied { seq } = self.state.session.submit(&who, &line) {
                let explanation = explain::of_line(&self.state.session, seq);
                self.state.explained.push((seq, explanation));
            }
        }
        crash::idle();
    }

    fn save(&mut self) {
        // What was written ahead is not in the journal yet; it is not to be taken back.
        let scenario = self.state.session.world().scenario();
        if !Rc::ptr_eq(&scenario.text, &self.kept_scenario) {
            self.kept_scenario = Rc::clone(&scenario.text);
            let head = head::write(&self.state.session, self.lesson.as_deref());
            self.keeper.put_value("world", head);
        }
        self.keep_time();
        if 0 == self.n_ahead
            && let Err(problem) = self.keeper.sync(&self.state.session)
        {
            self.stop_keeping(problem);
        }
    }

    /// Tells the store now and then where in time the session stands.
    fn keep_time(&mut self) {
        let session = &self.state.session;
        let (now, playback, told_ms) = self.kept_time;
        let is_due = !playback.running || KEEP_TIME_MS <= self.state.wall_ms - told_ms;
        if playback != session.playback() || (is_due && now != session.now()) {
            self.put_time();
        }
    }

    /// The time goes into the store with the next write: `now end running speed`.
    fn put_time(&mut self) {
        let session = &self.state.session;
        let (now, end, playback) = (session.now(), session.end(), session.playback());
        let (running, speed) = (u8::from(playback.running), playback.speed_permille);
        self.kept_time = (now, playback, self.state.wall_ms);
        self.keeper.put_value("time", format!("{now} {end} {running} {speed}"));
    }

    fn stop_keeping(&mut self, problem: String) {
        self.keeper.stop();
        self.does_not_keep(text::not_kept(&problem, true));
    }

    fn take_events(&mut self, changes: &mut Changes) {
        while let Some(event) = self.state.session.poll_event() {
            changes.history |= event.kind == WorldEventKind::Reset;
            self.state.events.push(event);
        }
        changes.world = !self.state.events.is_empty();
    }

    fn schedule(&mut self, moving: bool) {
        let hurries = self.state.behind || self.state.session.pending_jump().is_some();
        let wake = if moving || hurries { Wake::Frame } else { self.next_wake() };
        self.clock.expected_ms = match wake {
            Wake::After(ms) => f64::from(ms),
            Wake::Frame | Wake::Never => 0.0,
        };
        self.ticker.schedule(wake);
    }

    fn next_wake(&self) -> Wake {
        let session = &self.state.session;
        let playback = session.playback();
        if !playback.running || dom::document().hidden() {
            return Wake::Never;
        }
        let Some(at) = session.next_wakeup() else { return Wake::After(SLEEP_MS_MAX) };
        let virtual_ms = at.saturating_sub(session.now());
        let wall_ms = virtual_ms.saturating_mul(1_000) / u64::from(playback.speed_permille.max(1));
        match u32::try_from(wall_ms).unwrap_or(SLEEP_MS_MAX).min(SLEEP_MS_MAX) {
            ms if ms < SLEEP_MS_MIN => Wake::Frame,
            ms => Wake::After(ms),
        }
    }
}

/// Lets the inbox wake the app in a microtask: after the listener that pushed has returned, before
/// the browser paints.
fn wake_in_microtasks(app: &Rc<RefCell<App>>) {
    let weak = Rc::downgrade(app);
    app.borrow().inbox.on_wake(move || {
        let weak = weak.clone();
        // Frees itself when it has run, and a microtask always runs.
        let run = Closure::once_into_js(move || {
            let Some(app) = weak.upgrade() else { return };
            // Still borrowed only when a round has panicked: then this page is done for, and the
            // next one is on its way (see `crash`).
            if let Ok(mut app) = app.try_borrow_mut() {
                app.round();
            }
        });
        dom::window().queue_microtask(run.unchecked_ref());
    });
}
