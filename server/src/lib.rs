//! The native door: the engine of the page, served over RESP to any Redis client.
//!
//! One thread does everything, as in Redis: commands run one after another, each at the wall
//! clock's time, so [`streamlanes::command::Server`] needs no lock. Every connection is one task;
//! what is read is cut into commands ([`request`]), run, and answered with one write.
//!
//! Invariant: knows sockets and the wall clock, and no command.

pub mod connection;
pub mod door;
pub mod inline;
pub mod limits;
pub mod listen;
pub mod options;
pub mod request;
pub mod socket;
