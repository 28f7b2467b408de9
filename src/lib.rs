//! Streamlanes: Redis Streams that you can see.
//!
//! The crate is a stack of layers; an arrow means "may use".
//!
//! ```text
//! engine <- command -> resp
//!              ^
//!             sim <- lesson
//!              ^        ^
//!             view -----'
//!              ^
//!          ui, api            (wasm32 only)        time, limits, sorted: usable by all
//! ```
//!
//! * [`engine`]: streams, groups, pending entries and the few other types, as plain data
//!   structures.
//! * [`resp`]: reply bytes (RESP2, RESP3) and how they are laid out for reading.
//! * [`command`]: words in, reply bytes out: [`command::Server`] is a whole Redis without a socket.
//! * [`sim`]: the world around it: clock, clients, simulated services, faults, the journal.
//! * [`lesson`]: lesson files and the goals that check what a learner did.
//! * [`view`]: pictures and texts computed from the world, without a browser.
//! * `ui`, `api`: the page, and the door for host pages; only these see the browser.
//!
//! Invariant: below `ui` nothing reads a clock, a random source or the environment.

pub mod command;
pub mod engine;
pub mod lesson;
pub mod limits;
pub mod resp;
pub mod sim;
pub mod sorted;
pub mod time;
pub mod view;

#[cfg(all(target_arch = "wasm32", feature = "host-api"))]
pub mod api;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod ui;
