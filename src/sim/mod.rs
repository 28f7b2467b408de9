//! The world around the server: virtual clock, clients, simulated services, faults, journal.
//!
//! Read [`session`] first: it is the only door for the page. A [`Session`] is a [`World`] plus its
//! history; every change of the world is a line in the journal.
//!
//! Invariant: acts on the server only through commands; integers only; deterministic: the same
//! scenario, seed and journal give the same world.

pub mod session;

pub mod control;
pub mod event;
pub mod ledger;
pub mod saved;
pub mod scenario;
pub mod service;
pub mod share;
pub mod transcript;
pub mod world;

pub mod fingerprint;
pub mod line;
pub mod quantity;
pub mod queue;
pub mod rng;
pub mod shared_log;
pub mod words;

pub use event::{Fault, ServiceChange, WorldEvent, WorldEventKind};
pub use ledger::{Effect, Ledger, Loss, LossReason};
pub use saved::Saved;
pub use scenario::{Scenario, ScenarioError};
pub use service::{ServiceKind, ServiceState, ServiceView};
pub use session::{Aside, Input, Playback, Progress, Session, Submitted};
pub use share::{Damage, Decoded, ShareError};
pub use transcript::{EntryState, Origin, Transcript, TranscriptEntry};
pub use world::{ClientView, World};
