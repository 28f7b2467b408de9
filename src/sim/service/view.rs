//! What the page may know of a service.

use std::rc::Rc;

use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::time::Millis;

/// What a service is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServiceKind {
    /// Appends entries to a stream.
    Producer,
    /// Reads a stream (in a group, or alone with its own cursor) and works on its entries.
    Consumer,
    /// Takes over entries that wait too long with others, and works on them.
    Claimer,
    /// Reads one stream and appends to the next.
    Stage,
}

impl ServiceKind {
    /// The word after SIM ADD.
    pub fn name(self) -> &'static str {
        match self {
            ServiceKind::Producer => "PRODUCER",
            ServiceKind::Consumer => "CONSUMER",
            ServiceKind::Claimer => "CLAIMER",
            ServiceKind::Stage => "STAGE",
        }
    }
}

/// What a service does right now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServiceState {
    /// Waits for its own next turn (a producer between two messages, a claimer between sweeps).
    Idle,
    /// Waits for the server: its read blocks.
    Waiting,
    /// Works on an entry until then.
    Working { entry: StreamId, until: Millis },
    /// Frozen: nothing happens inside, its connection stays.
    Frozen { until: Millis },
    /// Finishes what it has in hand.
    Stopping,
    /// Ended in good order.
    Stopped,
    /// Dead; what it had in memory is lost.
    Crashed,
}

/// A service, for looking at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceView {
    /// Its name; also the name of its client and of its consumer.
    pub name: Rc<str>,
    /// What it is for.
    pub kind: ServiceKind,
    /// The stream that it writes (producer) or reads.
    pub stream: Name,
    /// The group that it reads in.
    pub group: Option<Name>,
    /// The stream that a stage writes to.
    pub to: Option<Name>,
    /// What it does right now.
    pub state: ServiceState,
    /// The entries that it has in memory, the one in work first.
    pub in_hand: Vec<StreamId>,
    /// Its options as they would follow its name in SIM ADD.
    pub options: String,
    /// Messages sent (producer, stage, dead letters).
    pub n_sent: u64,
    /// Entries received, redeliveries counted again.
    pub n_received: u64,
    /// Entries whose effect it had.
    pub n_done: u64,
    /// Entries on which its handler failed.
    pub n_failed: u64,
    /// Error replies.
    pub n_errors: u64,
    /// The last error reply, without the `-`.
    pub last_error: Option<Rc<str>>,
}
