//! Time as a number.
//!
//! Invariant: nothing here asks what time it is; a time is always an argument.

/// Milliseconds since 1970-01-01 00:00 UTC, as Redis uses them for entry ids and idle times.
pub type Millis = u64;

/// The virtual time at which every world begins: 2023-11-14 22:13:20 UTC, because its ids
/// (`1700000000000-0`) are easy to recognise.
pub const WORLD_START: Millis = 1_700_000_000_000;
