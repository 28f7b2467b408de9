//! The pending entries of a group, by id and by delivery time.
//!
//! The order of time is a list through the slots. Entries that XNACK gave back stand before all
//! others, in the order in which they were given back; behind them the time never falls.

use super::index::IdIndex;
use super::slab::{NIL, Slab, Slot};
use crate::engine::StreamId;
use crate::time::Millis;

/// The pending entries of a group.
#[derive(Clone, Debug)]
pub(super) struct Pel {
    pub(super) slab: Slab,
    pub(super) index: IdIndex,
    oldest: u32,
    newest: u32,
    /// The last of those that XNACK gave back.
    last_nacked: u32,
    n_nacked: u64,
}

impl Pel {
    pub(super) fn new() -> Pel {
        Pel {
            slab: Slab::default(),
            index: IdIndex::default(),
            oldest: NIL,
            newest: NIL,
            last_nacked: NIL,
            n_nacked: 0,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.slab.len()
    }

    pub(super) fn n_nacked(&self) -> u64 {
        self.n_nacked
    }

    /// The first in the order of time; [`NIL`] if there is none.
    pub(super) fn oldest(&self) -> u32 {
        self.oldest
    }

    /// The last in the order of time; [`NIL`] if there is none.
    pub(super) fn newest(&self) -> u32 {
        self.newest
    }

    pub(super) fn find(&self, id: StreamId) -> Option<u32> {
        self.index.get(id, &self.slab)
    }

    /// Adds an entry that is not pending.
    pub(super) fn insert(&mut self, id: StreamId, consumer: u32, time: Millis, count: u64) -> u32 {
        let slot = self.slab.insert(Slot {
            id,
            delivery_time: time,
            delivery_count: count,
            consumer,
            prev: NIL,
            next: NIL,
        });
        self.index.insert(slot, &self.slab);
        self.link_by_time(slot);
        slot
    }

    /// Adds an entry that is not pending as one that was given back.
    pub(super) fn insert_nacked(&mut self, id: StreamId, count: u64) -> u32 {
        let slot = self.slab.insert(Slot {
            id,
            delivery_time: 0,
            delivery_count: count,
            consumer: NIL,
            prev: NIL,
            next: NIL,
        });
        self.index.insert(slot, &self.slab);
        self.link_nacked(slot);
        slot
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, slot: u32) {
        let id = self.slab.id(slot);
        let removed = self.index.remove(id, &self.slab);
        debug_assert_eq!(removed, Some(slot));
        self.unlink(slot);
        self.slab.remove(slot);
    }

    /// Sets owner and delivery time, and moves the entry to where that time belongs.
    pub(super) fn deliver(&mut self, slot: u32, consumer: u32, time: Millis) {
        self.unlink(slot);
        let entry = self.slab.get_mut(slot);
        entry.consumer = consumer;
        entry.delivery_time = time;
        self.link_by_time(slot);
    }

    /// Takes the owner away and moves the entry behind the others that were given back.
    pub(super) fn nack(&mut self, slot: u32) {
        self.unlink(slot);
        let entry = self.slab.get_mut(slot);
        entry.consumer = NIL;
        entry.delivery_time = 0;
        self.link_nacked(slot);
    }

    fn link_nacked(&mut self, slot: u32) {
        self.link_after(slot, self.last_nacked);
        self.last_nacked = slot;
        self.n_nacked += 1;
    }

    /// Puts an owned entry behind the last one whose time is not greater. Searched from both ends
    /// at once: a new delivery belongs at the end, a claim with an old time mostly at the
    /// beginning.
    fn link_by_time(&mut self, slot: u32) {
        let time = self.slab.get(slot).delivery_time;
        let mut back = self.newest;
        let mut front = self.last_nacked;
        let after = loop {
            if back == self.last_nacked || self.slab.get(back).delivery_time <= time {
                break back;
            }
            let next = if front == NIL { self.oldest } else { self.slab.get(front).next };
            if time < self.slab.get(next).delivery_time {
                break front;
            }
            front = next;
            back = self.slab.get(back).prev;
        };
        self.link_after(slot, after);
    }

    /// Puts a slot behind another; behind [`NIL`] means at the very beginning.
    fn link_after(&mut self, slot: u32, prev: u32) {
        let next = if prev == NIL { self.oldest } else { self.slab.get(prev).next };
        let entry = self.slab.get_mut(slot);
        entry.prev = prev;
        entry.next = next;
        self.set_next(prev, slot);
        self.set_prev(next, slot);
    }

    fn unlink(&mut self, slot: u32) {
        let Slot { prev, next, consumer, .. } = *self.slab.get(slot);
        if consumer == NIL {
            self.n_nacked -= 1;
        }
        if slot == self.last_nacked {
            self.last_nacked = prev;
        }
        self.set_next(prev, next);
        self.set_prev(next, prev);
    }

    fn set_next(&mut self, slot: u32, next: u32) {
        if slot == NIL {
            self.oldest = next;
        } else {
            self.slab.get_mut(slot).next = next;
        }
    }

    fn set_prev(&mut self, slot: u32, prev: u32) {
        if slot == NIL {
            self.newest = prev;
        } else {
            self.slab.get_mut(slot).prev = prev;
        }
    }

    /// Puts entries of one delivery time in the order of their ids.
    pub(super) fn order_by_id(&mut self) {
        let mut slots: Vec<u32> = self.index.slots().collect();
        let place = |slot: &u32| {
            let entry = self.slab.get(*slot);
            (entry.consumer != NIL, entry.delivery_time)
        };
        slots.sort_by_key(place);
        (self.oldest, self.newest) = (NIL, NIL);
        self.last_nacked = NIL;
        for slot in slots {
            self.link_after(slot, self.newest);
            if self.slab.get(slot).consumer == NIL {
                self.last_nacked = slot;
            }
        }
    }

    pub(super) fn check_invariants(&self) {
        self.slab.check_invariants();
        self.index.check_invariants(&self.slab);
        assert_eq!(self.index.len(), self.slab.len());
        let (mut slot, mut prev) = (self.oldest, NIL);
        let (mut n, mut n_nacked, mut time) = (0, 0, 0);
        while slot != NIL {
            let entry = self.slab.get(slot);
            assert_eq!(entry.prev, prev);
            if entry.consumer == NIL {
                assert_eq!(n, n_nacked, "what was given back stands first");
                assert_eq!(entry.delivery_time, 0);
                n_nacked += 1;
            }
            assert!(time <= entry.delivery_time);
            time = entry.delivery_time;
            n += 1;
            assert_eq!(slot == self.last_nacked, n == n_nacked && n_nacked == self.n_nacked);
            (prev, slot) = (slot, entry.next);
        }
        assert_eq!(self.newest, prev);
        assert_eq!((n, n_nacked), (self.slab.len(), self.n_nacked));
    }
}
