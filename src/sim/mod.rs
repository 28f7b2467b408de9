//! The world around the server: virtual clock, clients, simulated services, faults, journal.
//!
//! Invariant: acts on the server only through commands; integers only; deterministic: the same
//! scenario, seed and journal give the same world.
