//! Events that wait for whoever draws them.

use std::collections::VecDeque;

use crate::limits::EVENTS_MAX;
use crate::sim::event::{WorldEvent, WorldEventKind};
use crate::time::Millis;

/// A bounded queue of events. Numbers go on counting while nothing is recorded, so that an event
/// has the same number in every run.
#[derive(Clone, Default, Debug)]
pub(super) struct EventBuffer {
    recording: bool,
    next_seq: u64,
    waiting: VecDeque<WorldEvent>,
}

impl EventBuffer {
    pub(super) fn push(&mut self, at: Millis, kind: WorldEventKind) {
        let seq = self.next_seq;
        self.next_seq += 1;
        if !self.recording {
            return;
        }
        if self.waiting.len() == EVENTS_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back(WorldEvent { seq, at, kind });
    }

    pub(super) fn pop(&mut self) -> Option<WorldEvent> {
        self.waiting.pop_front()
    }

    /// Takes the events out, so that a clone of the world does not copy them.
    pub(super) fn take(&mut self) -> VecDeque<WorldEvent> {
        std::mem::take(&mut self.waiting)
    }

    /// Puts back what was taken out.
    pub(super) fn put_back(&mut self, waiting: VecDeque<WorldEvent>) {
        self.waiting = waiting;
    }

    pub(super) fn record(&mut self, on: bool) {
        self.recording = on;
        if !on {
            self.waiting.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_whether_or_not_anyone_listens() {
        let mut events = EventBuffer::default();
        events.push(1, WorldEventKind::Reset);
        assert_eq!(events.pop(), None);
        events.record(true);
        events.push(2, WorldEventKind::Reset);
        assert_eq!(events.pop(), Some(WorldEvent { seq: 1, at: 2, kind: WorldEventKind::Reset }));
        for _ in 0..EVENTS_MAX + 10 {
            events.push(3, WorldEventKind::Reset);
        }
        assert_eq!((events.waiting.len(), events.pop().unwrap().seq), (EVENTS_MAX, 12));
    }
}
