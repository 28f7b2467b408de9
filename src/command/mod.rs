//! Words in, reply bytes out.
//!
//! One file per command or family; each says what the command does, why one wants it and what
//! surprises, and carries its [`Spec`]: the single source for arity, options, HELP, completion and
//! COMMAND. [`Server`] runs them: a whole Redis without a socket and without a clock.
//!
//! Invariant: the only place where engine and resp meet; reads no clock.

pub mod args;
pub mod ctx;
pub mod error;
pub mod profile;
pub mod server;
pub mod spec;
pub mod table;

pub use args::Args;
pub use ctx::{BlockOn, Ctx, Flow, Wait};
pub use error::CommandError;
pub use profile::Profile;
pub use server::{ClientId, Outcome, Server};
pub use spec::{Since, Spec};
