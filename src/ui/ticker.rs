//! Calls the app back for the next frame or after a while, and only when it asked for it.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::dom::window;
use super::{Inbox, Msg};

/// One callback at a time: either the next animation frame or a timer. Dropping it cancels.
#[derive(Debug)]
pub struct Ticker {
    on_frame: Closure<dyn FnMut(f64)>,
    on_timer: Closure<dyn FnMut()>,
    waiting: Option<Waiting>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Waiting {
    Frame(i32),
    Timer(i32),
}

/// When to be called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// At the next animation frame.
    Frame,
    /// After that many milliseconds of wall time.
    After(u32),
    /// Not at all.
    Never,
}

impl Ticker {
    /// A ticker that pushes [`Msg::Tick`].
    pub fn new(inbox: &Inbox) -> Ticker {
        let (frames, timers) = (inbox.clone(), inbox.clone());
        Ticker {
            on_frame: Closure::new(move |_now: f64| frames.push(Msg::Tick)),
            on_timer: Closure::new(move || timers.push(Msg::Tick)),
            waiting: None,
        }
    }

    /// A tick arrived: nothing is scheduled any more.
    pub fn arrived(&mut self) {
        self.waiting = None;
    }

    /// Schedules the next tick. A frame that is already waiting stays, whatever is asked for: who
    /// asked for it may be in the middle of a motion, and a message that comes between two frames
    /// knows nothing of that. A timer is replaced.
    pub fn schedule(&mut self, wake: Wake) {
        if matches!(self.waiting, Some(Waiting::Frame(_))) {
            return;
        }
        self.cancel();
        // A browser that refuses to schedule leaves the world standing still; nothing is lost.
        self.waiting = match wake {
            Wake::Never => None,
            Wake::Frame => {
                let run = self.on_frame.as_ref().unchecked_ref();
                window().request_animation_frame(run).ok().map(Waiting::Frame)
            }
            Wake::After(ms) => {
                let run = self.on_timer.as_ref().unchecked_ref();
                let ms = i32::try_from(ms).unwrap_or(i32::MAX);
                let timer = window().set_timeout_with_callback_and_timeout_and_arguments_0(run, ms);
                timer.ok().map(Waiting::Timer)
            }
        };
    }

    fn cancel(&mut self) {
        match self.waiting.take() {
            Some(Waiting::Frame(handle)) => {
                // It may have run already, which is as good as cancelled.
                let _ = window().cancel_animation_frame(handle);
            }
            Some(Waiting::Timer(handle)) => window().clear_timeout_with_handle(handle),
            None => {}
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.cancel();
    }
}
