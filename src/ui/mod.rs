//! The page: the only module that sees the DOM and the wall clock.
//!
//! Listeners only push a message into one FIFO [`Inbox`]; [`App`] takes them one by one, and then
//! the panes ([`Pane`]) bring the page up to date from the world. A button acts by running a line,
//! the same line that a user could have typed ([`Inbox::run_line`]).
//!
//! Invariant: nothing else sees the browser, and nothing here changes the world except by a line.

pub mod announce;
mod app;
pub mod start;

pub mod biography;
pub mod console;
pub mod lanes;
pub mod layout;
pub mod settings;

pub mod crash;
pub mod dom;
pub mod inbox;
pub mod lesson;
pub mod observer;
pub mod share;
pub mod side;
pub mod storage;
pub mod ticker;
pub mod timebar;

pub use app::{App, Changes, Msg, Pane, State};
pub use inbox::Inbox;
