//! What happened, as data: the lanes, the event feed, the biography of an entry, the ledger and the
//! auditor in the tests are all drawn from these.

use std::rc::Rc;

use super::StreamId;
use crate::time::Millis;

/// A key, group, consumer or field name: binary-safe and cheap to clone.
pub type Name = Rc<[u8]>;

/// One thing that happened to one key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When, in the time of the command that caused it.
    pub at: Millis,
    /// The database index (SELECT).
    pub db: u32,
    /// The key it happened to.
    pub key: Name,
    /// What happened.
    pub kind: EventKind,
}

/// What happened. Group and consumer names are Redis's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// XADD appended an entry.
    Added { id: StreamId },
    /// XADD with IDMP found the message already there and added nothing.
    Deduplicated { id: StreamId, producer: Name },
    /// A group handed an entry to a consumer.
    Delivered { group: Name, consumer: Name, id: StreamId, count: u64, how: Delivery },
    /// An entry changed its owner (XCLAIM, XAUTOCLAIM, XREADGROUP CLAIM); `from` is `None` when it
    /// had no owner (after XNACK, or FORCE made it).
    Claimed { group: Name, from: Option<Name>, to: Name, id: StreamId, count: u64 },
    /// XACK (or XACKDEL) took an entry off the pending list.
    Acked { group: Name, consumer: Option<Name>, id: StreamId },
    /// XNACK gave an entry back: it is pending for nobody.
    Released { group: Name, from: Option<Name>, id: StreamId, count: u64 },
    /// XDEL, XDELEX or XACKDEL removed an entry from the log.
    Deleted { id: StreamId },
    /// Trimming removed `n` entries, all between `first` and `last` (both removed).
    Trimmed { first: StreamId, last: StreamId, n: u64 },
    /// A pending entry disappeared without an ack.
    PendingLost { group: Name, consumer: Option<Name>, id: StreamId, why: PendingLoss },
    /// XGROUP CREATE.
    GroupCreated { group: Name, last_delivered_id: StreamId },
    /// XGROUP SETID or XCLAIM LASTID moved the group.
    GroupMoved { group: Name, from: StreamId, to: StreamId },
    /// XGROUP DESTROY, with the pending entries it took along.
    GroupDestroyed { group: Name, n_pending: u64 },
    /// A consumer came into being, by name or by reading.
    ConsumerCreated { group: Name, consumer: Name },
    /// XGROUP DELCONSUMER, with the pending entries it took along.
    ConsumerDeleted { group: Name, consumer: Name, n_pending: u64 },
    /// XSETID changed the stream's last id.
    LastIdSet { id: StreamId },
    /// The key came into being (any type).
    KeyCreated,
    /// The key was deleted, flushed or overwritten.
    KeyDeleted,
    /// The key expired.
    KeyExpired,
    /// The key was renamed, moved or swapped; its content goes on living as `to` in `db`.
    KeyMoved { db: u32, to: Name },
    /// A string, list or set changed.
    ValueChanged,
    /// A message was published; `key` of the event is the channel.
    Published { n_receivers: u64 },
}

/// How an entry came to a consumer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// `>`: never delivered in this group before (or the group was moved back).
    New,
    /// `>` with NOACK: not pending afterwards.
    NoAck,
    /// A history id: the consumer reads its own pending entries again.
    History,
    /// `>` after the group was moved back: the entry was pending and changed hands.
    Again,
}

/// Why a pending entry disappeared without an ack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PendingLoss {
    /// DELREF removed every reference.
    DelRef,
    /// A claim found that the entry is no longer in the stream.
    EntryGone,
    /// XGROUP DELCONSUMER.
    ConsumerDeleted,
    /// XGROUP DESTROY.
    GroupDestroyed,
}
