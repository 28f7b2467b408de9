//! The data structures of a Redis that has streams.
//!
//! Invariant: no protocol text, no clock, no randomness, no input or output. The time is always an
//! argument (`now`), failure is a value, and what happened is reported as [`Event`]s.

pub mod event;
pub mod id;

pub use event::{Delivery, Event, EventKind, PendingLoss};
pub use id::StreamId;
