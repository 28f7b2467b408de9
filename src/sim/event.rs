//! What happened in the world, for lanes, feed and lessons.

use std::rc::Rc;

use super::ledger::{Effect, Loss};
use crate::engine::Event;
use crate::time::Millis;

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorldEvent {
    /// Numbered from 0 within a world; the same after a seek. Gaps mean that events were dropped
    /// because nobody took them.
    pub seq: u64,
    /// When, in virtual time.
    pub at: Millis,
    /// What.
    pub kind: WorldEventKind,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WorldEventKind {
    /// Everything may have changed at once: a seek, an undo, another scenario. Draw anew.
    Reset,
    /// Something happened to a key.
    Engine(Event),
    /// A line was sent; its number in the transcript.
    Sent { seq: u64 },
    /// A line got its reply or note; its number in the transcript.
    Replied { seq: u64 },
    /// A service changed.
    Service { name: Rc<str>, change: ServiceChange },
    /// A fault was injected, or struck.
    Fault { name: Rc<str>, fault: Fault },
    /// The business saw an effect.
    Effect(Effect),
    /// The business lost something.
    Loss(Loss),
    /// The server's clock was set; how far it stands from virtual time now, in ms.
    ClockSet { offset_ms: i64 },
}

/// How a service changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceChange {
    /// SIM ADD.
    Added,
    /// SIM SET changed an option; the option's name.
    Changed(Rc<str>),
    /// It connected and began (again).
    Started,
    /// It finished what it had in hand and ended (SIM STOP, or its TOTAL was reached).
    Stopped,
    /// It lost what it had in memory.
    Crashed,
    /// SIM REMOVE.
    Removed,
    /// It began to work on an entry.
    Working { entry: crate::engine::StreamId, until: Millis },
    /// Its handler failed on an entry.
    Failed { entry: crate::engine::StreamId },
    /// It sent an entry to the dead letters.
    DeadLettered { entry: crate::engine::StreamId },
}

/// A fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Does nothing until then.
    Frozen { until: Millis },
    /// Works this much slower, in thousandths.
    Slowed { factor_permille: u32 },
    /// The next reply will not arrive.
    LoseReplyArmed,
    /// A reply did not arrive.
    ReplyLost,
    /// Will crash when it comes to a point of its work.
    CrashArmed,
    /// The connection was cut.
    HungUp,
    /// A business key was made to fail every handler.
    Poisoned,
}
