//! The one queue between the browser and the page.
//!
//! A listener does nothing but push a message. Pushing wakes the app, in a microtask of its own (so
//! still before the browser paints): nobody is ever called back while something is borrowed.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::Msg;

/// First in, first out. Clones are the same queue.
#[derive(Clone, Default)]
pub struct Inbox {
    shared: Rc<Shared>,
}

#[derive(Default)]
struct Shared {
    queue: RefCell<VecDeque<Msg>>,
    /// The app was woken and has not yet emptied the queue.
    awake: Cell<bool>,
    wake: RefCell<Option<Box<dyn Fn()>>>,
}

impl Inbox {
    /// An empty queue that wakes nobody yet.
    pub fn new() -> Inbox {
        Inbox::default()
    }

    /// Appends a message and sees to it that the app looks at it soon.
    pub fn push(&self, msg: Msg) {
        self.shared.queue.borrow_mut().push_back(msg);
        if !self.shared.awake.replace(true)
            && let Some(wake) = &*self.shared.wake.borrow()
        {
            wake();
        }
    }

    /// Runs a line as a client, exactly as if it had been typed there: how every button acts.
    pub fn run_line(&self, who: &str, line: &str) {
        self.push(Msg::Run { who: who.to_owned(), line: line.to_owned() });
    }

    /// Takes the oldest message; when there is none, the next push wakes again.
    pub fn pop(&self) -> Option<Msg> {
        let msg = self.shared.queue.borrow_mut().pop_front();
        if msg.is_none() {
            self.shared.awake.set(false);
        }
        msg
    }

    /// What to call when the queue stops being empty (at once, if it is not empty now). It must not
    /// run the app itself.
    pub fn on_wake(&self, wake: impl Fn() + 'static) {
        if self.shared.awake.get() {
            wake();
        }
        *self.shared.wake.borrow_mut() = Some(Box::new(wake));
    }
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox").field("n_waiting", &self.shared.queue.borrow().len()).finish()
    }
}
