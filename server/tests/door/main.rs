//! The door from outside: a process, sockets and bytes.

mod clients;
mod crowd;
mod frames;
mod harness;
