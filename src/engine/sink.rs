//! Where the engine reports what happened: events for those who draw, signals for those who wait.

use std::collections::VecDeque;

use super::event::{Event, EventKind, Name};
use crate::sorted::SortedSet;
use crate::time::Millis;

/// Something that a blocked or watching client may care about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signal {
    /// The database index.
    pub db: u32,
    /// The key.
    pub key: Name,
    /// What happened to it.
    pub kind: SignalKind,
}

/// What happened to a key. For WATCH it changed, but if only a group of its stream did.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SignalKind {
    /// It changed in a way that wakes nobody.
    Changed,
    /// It has new data, or came into being: readers look again.
    Ready,
    /// It was deleted, overwritten or renamed away: group readers look again.
    Gone,
    /// It lost a group: group readers look again.
    LostGroup,
    /// A pending entry was given back: group readers that claim look again.
    Released,
    /// A group was moved, or got an entry that it was not offered: readers that claim whatever is
    /// pending look again.
    GroupMoved,
}

/// The queues behind a [`Recorder`]. Both are off at first, and cost nothing while they are off.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    recording: bool,
    listening: bool,
    pub(super) n_changes: u64,
    events: VecDeque<Event>,
    signals: VecDeque<Signal>,
    /// Streams that may have idempotency ids to expire.
    pub(super) idmp_keys: SortedSet<(u32, Name)>,
}

impl Sink {
    /// Whether events are kept. Turning it off drops those not yet taken.
    pub fn record(&mut self, on: bool) {
        self.recording = on;
        if !on {
            self.events = VecDeque::new();
        }
    }

    /// Whether signals are kept: on while somebody is blocked or watches. Turning it off drops
    /// those not yet taken.
    pub fn listen(&mut self, on: bool) {
        self.listening = on;
        if !on {
            self.signals = VecDeque::new();
        }
    }

    /// Whether events are kept.
    pub fn is_recording(&self) -> bool {
        self.recording
    }

    /// Whether signals are kept.
    pub fn is_listening(&self) -> bool {
        self.listening
    }

    /// How many things happened to data so far, as Redis counts what is worth saving: what one
    /// XREADGROUP hands out of a stream is one change, and reading one's own pending entries again
    /// is none.
    pub fn n_changes(&self) -> u64 {
        self.n_changes
    }

    /// The oldest event that was not taken yet.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The oldest signal that was not taken yet.
    pub fn poll_signal(&mut self) -> Option<Signal> {
        self.signals.pop_front()
    }

    /// Reports an event about a key that changed nothing.
    pub fn push_event(&mut self, event: Event) {
        if self.recording {
            self.events.push_back(event);
        }
    }

    /// Reports a signal about a key.
    pub fn push_signal(&mut self, db: u32, key: &Name, kind: SignalKind) {
        if self.listening {
            self.signals.push_back(Signal { db, key: key.clone(), kind });
        }
    }
}

/// Reports what happens to one key during one command.
#[derive(Debug)]
pub struct Recorder<'a> {
    sink: &'a mut Sink,
    db: u32,
    key: &'a Name,
    at: Millis,
}

impl<'a> Recorder<'a> {
    /// A recorder for what happens to `key` of database `db` at `at`.
    pub fn new(sink: &'a mut Sink, db: u32, key: &'a Name, at: Millis) -> Recorder<'a> {
        Recorder { sink, db, key, at }
    }

    /// When it happens.
    pub fn at(&self) -> Millis {
        self.at
    }

    /// Whether somebody wants the events; what is costly to find out need not be found out
    /// otherwise.
    pub fn is_recording(&self) -> bool {
        self.sink.recording
    }

    /// Reports a change; `kind` is called only if somebody wants the event.
    #[inline]
    pub fn event(&mut self, kind: impl FnOnce() -> EventKind) {
        self.changed(1);
        self.note(kind);
    }

    /// Counts changes whose events are reported otherwise.
    #[inline]
    pub fn changed(&mut self, n: u64) {
        self.sink.n_changes += n;
    }

    /// Reports an event that is no change.
    #[inline]
    pub fn note(&mut self, kind: impl FnOnce() -> EventKind) {
        if self.sink.recording {
            let event = Event { at: self.at, db: self.db, key: self.key.clone(), kind: kind() };
            self.sink.events.push_back(event);
        }
    }

    /// Reports a signal.
    #[inline]
    pub fn signal(&mut self, kind: SignalKind) {
        if self.sink.listening {
            self.sink.push_signal(self.db, self.key, kind);
        }
    }

    /// The stream has idempotency ids now, which will have to expire.
    pub(super) fn idmp_used(&mut self) {
        let key = (self.db, self.key.clone());
        self.sink.idmp_keys.insert(key);
    }
}
