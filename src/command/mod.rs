//! Words in, reply bytes out.
//!
//! One file per command or family; each says what the command does, why one wants it and what
//! surprises, and carries its [`Spec`]: the single source for arity, options, HELP, completion and
//! COMMAND. [`Server`] runs them: a whole Redis without a socket and without a clock.
//!
//! Invariant: the only place where engine and resp meet; reads no clock.

pub mod args;
pub mod clients;
pub mod ctx;
pub mod error;
pub mod glob;
pub mod help;
pub mod hint;
pub mod id_text;
pub mod memory;
pub mod notify;
pub mod profile;
pub mod server;
pub mod settings;
pub mod spec;
pub mod state;
pub mod stats;
pub mod stream;
pub mod syntax;
pub mod table;
pub mod tokenize;
pub mod waiters;
pub mod why;
pub mod words;

mod dispatch;

mod admin;
mod client;
mod client_kill;
mod command_cmd;
mod command_docs;
mod config;
mod connection;
mod database;
mod debug;
mod expire;
mod info;
mod keys;
mod list;
mod monitor;
mod pubsub;
mod seconds;
mod set;
mod string;
mod transaction;

#[cfg(test)]
mod dispatch_tests;
#[cfg(test)]
pub(crate) mod testing;

pub use args::Args;
pub use ctx::{BlockOn, Ctx, Flow, Member, Wait};
pub use error::CommandError;
pub use profile::Profile;
pub use server::{ClientId, Outcome, Server};
pub use spec::{Since, Spec};
pub use words::Words;
