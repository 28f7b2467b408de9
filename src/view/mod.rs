//! Pictures and texts computed from the world, without a browser.
//!
//! Invariant: no web-sys; the same input gives the same output.

pub mod console;
pub mod sentence;
pub mod store;
