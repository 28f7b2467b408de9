//! What the business saw: every charge, mail and parcel, whatever Redis thinks happened.
//!
//! At-least-once delivery becomes visible here: an effect that happened twice for one entry or one
//! business key is a duplicate, an entry that can no longer have its effect is a loss.

use std::rc::Rc;

use super::shared_log::SharedLog;
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::time::Millis;

/// One effect outside Redis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    /// Numbered from 0.
    pub seq: u64,
    /// When, in virtual time.
    pub at: Millis,
    /// What was done: `charged`, `mailed`, `shipped` …
    pub what: Rc<str>,
    /// The stream of the entry.
    pub stream: Name,
    /// The entry that asked for it.
    pub entry: StreamId,
    /// The business key (an order number): the value of the entry's key field.
    pub key: Name,
    /// The service that did it.
    pub who: Rc<str>,
    /// How many times this was done to this business key by now; above 1: a duplicate.
    pub n_times: u32,
    /// The receiver recognised the repetition (an idempotent handler) and did nothing.
    pub suppressed: bool,
}

impl Effect {
    /// Whether the customer felt this one too often.
    pub fn is_duplicate(&self) -> bool {
        1 < self.n_times && !self.suppressed
    }
}

/// Something that should have had an effect and no longer will.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// Numbered from 0.
    pub seq: u64,
    /// When it became certain, in virtual time.
    pub at: Millis,
    /// What will not be done.
    pub what: Rc<str>,
    /// The stream of the entry.
    pub stream: Name,
    /// The entry.
    pub entry: StreamId,
    /// The business key.
    pub key: Name,
    /// Why.
    pub why: LossReason,
    /// Something (a replay by SETID, a copy in memory) had the effect after all.
    pub recovered: bool,
}

/// Why an effect will not happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LossReason {
    /// It was acked, or read with NOACK, and then the service crashed before the effect.
    AckedTooEarly,
    /// It was trimmed or deleted before the service had done it.
    Trimmed,
    /// Its pending entry went away with a consumer or a group.
    PendingDeleted,
    /// The handler failed and nobody will try again (ACK BEFORE, NOACK).
    Failed,
}

/// All effects and losses; the oldest are forgotten at the limits, the counters are not.
#[derive(Clone, Default, Debug)]
pub struct Ledger {
    effects: SharedLog<Effect>,
    losses: SharedLog<Loss>,
    n_duplicates: u64,
    n_suppressed: u64,
    n_lost: u64,
}

impl Ledger {
    /// The effects that are kept, oldest first.
    pub fn effects(&self) -> impl DoubleEndedIterator<Item = &Effect> {
        self.effects.iter()
    }

    /// The losses that are kept, oldest first (also those that were recovered).
    pub fn losses(&self) -> impl DoubleEndedIterator<Item = &Loss> {
        self.losses.iter()
    }

    /// How many effects there ever were.
    pub fn n_effects(&self) -> u64 {
        self.effects.next_seq()
    }

    /// How many effects the customer felt too often.
    pub fn n_duplicates(&self) -> u64 {
        self.n_duplicates
    }

    /// How many repetitions an idempotent handler made harmless.
    pub fn n_suppressed(&self) -> u64 {
        self.n_suppressed
    }

    /// How many losses stand (were not recovered).
    pub fn n_lost(&self) -> u64 {
        self.n_lost
    }
}
