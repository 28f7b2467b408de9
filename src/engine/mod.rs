//! The data structures of a Redis that has streams.
//!
//! Reading order: [`Store`] (databases of keys), [`Stream`] (the log, its groups, its producers),
//! [`GroupMut`] (what a consumer group does), [`Event`] (what happened).
//!
//! How a command uses it:
//!
//! ```
//! use streamlanes::engine::{Deliver, IdmpConfig, NewId, NodeLimits, Store, StreamId, StreamMut};
//! let (db, now) = (0, 1_700_000_000_000);
//! let mut store = Store::new();
//! let StreamMut { stream, mut rec } =
//!     store.stream_or_create(db, b"orders", IdmpConfig::DEFAULT, now).unwrap();
//! let fields: [&[u8]; 2] = [b"item", b"tea"];
//! let id = stream.append(NewId::Auto, &fields, NodeLimits::DEFAULT, now, &mut rec).unwrap();
//! stream.create_group(b"billing", StreamId::MIN, None, &mut rec);
//! let mut group = stream.group_mut(b"billing").unwrap();
//! let alice = group.open_consumer(b"alice", now, &mut rec);
//! let entry = group.deliver_next(alice, Deliver::new(now), &mut rec).unwrap();
//! assert_eq!((entry.id, entry.fields().next()), (id, Some((&b"item"[..], &b"tea"[..]))));
//! assert!(group.ack(id, &mut rec));
//! ```
//!
//! Invariant: no protocol text, no clock, no randomness, no input or output. The time is always an
//! argument (`now`), failure is a value, and what happened is reported as [`Event`]s.

pub mod event;
pub mod group;
pub mod id;
pub mod sink;
pub mod store;
pub mod stream;
pub mod value;

pub use event::{Delivery, Event, EventKind, Name, PendingLoss};
pub use group::{
    AutoClaim, AutoClaimed, Claim, ClaimOutcome, Claimed, Consumer, ConsumerId, Counting, Deliver,
    Group, GroupMut, HistoryItem, LagRule, Nack, NackMode, Pending, TimeWalk,
};
pub use id::StreamId;
pub use sink::{Recorder, Signal, SignalKind, Sink};
pub use store::{Db, Store, StreamMut};
pub use stream::{
    AppendError, DeleteOutcome, EntryRef, Fields, Idmp, IdmpConfig, IdmpRecord, NewId, NodeInfo,
    NodeLimits, Range, RangeRev, RefPolicy, Stream, Trim, TrimBy, auto_iid,
};
pub use value::{Entry, List, Set, Text, Value, WrongType};
