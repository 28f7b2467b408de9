//! The app: messages in, one after the other; panes brought up to date afterwards.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::Inbox;
use super::dom::{self, Listener};
use super::ticker::{Ticker, Wake};

/// Something happened in the browser. Each pane adds its own kinds here.
#[derive(Debug)]
pub enum Msg {
    /// A frame or a timer that the app asked for.
    Tick,
    /// The tab was shown (`true`) or hidden.
    Visible(bool),
    /// Run a line as this client: what the console and every button do.
    Run { who: String, line: String },
}

/// What the panes read. Only the app changes it.
#[derive(Debug)]
pub struct State {
    /// The wall clock of this round, in milliseconds since the page was opened.
    pub wall_ms: f64,
}

/// What may look different since the last [`Pane::render`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// A line ran or something happened in the world.
    pub world: bool,
    /// The virtual time moved.
    pub time: bool,
    /// The past was changed (undo, seek, a fork, another scenario): draw everything anew.
    pub history: bool,
    /// A setting changed (theme, version profile).
    pub settings: bool,
}

/// A part of the page.
pub trait Pane {
    /// Handles a message; a pane looks at its own kinds and ignores the rest. It changes only itself:
    /// what should happen to the world it pushes as [`Msg::Run`].
    fn update(&mut self, msg: &Msg, state: &State);

    /// Brings its part of the page up to date. Called once after the inbox was emptied.
    fn render(&mut self, state: &State, changes: Changes);

    /// Draws one frame of a motion; returns whether there is another. Called once a frame while any
    /// pane is in motion or the world runs.
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
    _listeners: Vec<Listener>,
}

impl App {
    /// Mounts an app with these panes; it lives as long as the returned handle.
    ///
    /// # Errors
    /// When the page lacks an element.
    pub fn mount(inbox: Inbox, panes: Vec<Box<dyn Pane>>) -> Result<Rc<RefCell<App>>, JsValue> {
        let document = dom::document();
        let visibility = inbox.clone();
        let on_visibility = Listener::new(&document, "visibilitychange", move |_| {
            visibility.push(Msg::Visible(!dom::document().hidden()));
        });
        let app = Rc::new(RefCell::new(App {
            state: State { wall_ms: dom::wall_ms() },
            panes,
            ticker: Ticker::new(&inbox),
            _listeners: vec![on_visibility],
            inbox,
        }));
        wake_in_microtasks(&app);
        app.borrow().inbox.push(Msg::Visible(!document.hidden()));
        Ok(app)
    }

    /// Handles everything in the inbox, then brings the panes up to date and decides when to be
    /// called again.
    fn round(&mut self) {
        self.state.wall_ms = dom::wall_ms();
        let mut changes = Changes::default();
        let mut ticked = false;
        while let Some(msg) = self.inbox.pop() {
            ticked |= matches!(msg, Msg::Tick);
            self.update(&msg, &mut changes);
            for pane in &mut self.panes {
                pane.update(&msg, &self.state);
            }
        }
        for pane in &mut self.panes {
            pane.render(&self.state, changes);
        }
        let mut moving = changes != Changes::default();
        if ticked {
            moving = false;
            for pane in &mut self.panes {
                moving |= pane.animate(&self.state);
            }
        }
        self.ticker.schedule(if moving { Wake::Frame } else { self.next_wake() });
    }

    fn update(&mut self, msg: &Msg, changes: &mut Changes) {
        match msg {
            Msg::Tick => self.ticker.arrived(),
            Msg::Visible(_) => changes.time = true,
            Msg::Run { .. } => changes.world = true,
        }
    }

    fn next_wake(&self) -> Wake {
        Wake::Never
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
            if let Some(app) = weak.upgrade() {
                app.borrow_mut().round();
            }
        });
        dom::window().queue_microtask(run.unchecked_ref());
    });
}
