//! The door from outside: a process, sockets and bytes.

mod crowd;
mod frames;
mod harness;
