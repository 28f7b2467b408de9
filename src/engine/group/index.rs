//! Slot numbers in order of their ids: four bytes each, in chunks that know their first id.

use std::collections::VecDeque;

use super::slab::Slab;
use crate::engine::StreamId;

/// Most slot numbers in one chunk.
const CHUNK_LEN_MAX: usize = 128;
/// A chunk that has shrunk to this is joined with a neighbour, if both fit.
const CHUNK_LEN_LOW: usize = CHUNK_LEN_MAX / 4;

#[derive(Clone, Debug)]
struct Chunk {
    first: StreamId,
    slots: Vec<u32>,
}

/// Slot numbers in order of their ids.
#[derive(Clone, Debug, Default)]
pub(super) struct IdIndex {
    chunks: VecDeque<Chunk>,
    len: u64,
}

/// A place in an index: the chunk, and the place in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Position(usize, usize);

impl IdIndex {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn first(&self) -> Option<u32> {
        self.chunks.front()?.slots.first().copied()
    }

    pub(super) fn last(&self) -> Option<u32> {
        self.chunks.back()?.slots.last().copied()
    }

    /// The slot with this id.
    pub(super) fn get(&self, id: StreamId, slab: &Slab) -> Option<u32> {
        let chunk = &self.chunks[self.chunk_idx(id)?];
        // What is delivered now is mostly new, and so behind all others.
        if slab.id(*chunk.slots.last()?) < id {
            return None;
        }
        let place = chunk.slots.binary_search_by_key(&id, |slot| slab.id(*slot)).ok()?;
        Some(chunk.slots[place])
    }

    /// Where the first id not before `start` is, if there is one.
    pub(super) fn seek(&self, start: StreamId, slab: &Slab) -> Option<Position> {
        let Some(chunk_idx) = self.chunk_idx(start) else {
            return (!self.chunks.is_empty()).then_some(Position(0, 0));
        };
        let slots = &self.chunks[chunk_idx].slots;
        let place = slots.partition_point(|slot| slab.id(*slot) < start);
        if place < slots.len() {
            Some(Position(chunk_idx, place))
        } else {
            (chunk_idx + 1 < self.chunks.len()).then_some(Position(chunk_idx + 1, 0))
        }
    }

    /// The slot at a place, and the next place.
    pub(super) fn step(&self, Position(chunk_idx, place): Position) -> Option<(u32, Position)> {
        let slots = &self.chunks.get(chunk_idx)?.slots;
        let slot = *slots.get(place)?;
        let at_end = place + 1 == slots.len();
        let next = if at_end { (chunk_idx + 1, 0) } else { (chunk_idx, place + 1) };
        Some((slot, Position(next.0, next.1)))
    }

    /// All slots, in order.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.chunks.iter().flat_map(|chunk| chunk.slots.iter().copied())
    }

    /// Adds a slot whose id is not in the index.
    pub(super) fn insert(&mut self, slot: u32, slab: &Slab) {
        let id = slab.id(slot);
        self.len += 1;
        let Some(chunk_idx) = self.chunk_idx(id) else {
            return self.insert_first(id, slot);
        };
        let is_last = chunk_idx + 1 == self.chunks.len();
        let chunk = &mut self.chunks[chunk_idx];
        let place = match chunk.slots.last() {
            // Deliveries come in order, so this is nearly always the place.
            Some(last) if slab.id(*last) < id => chunk.slots.len(),
            _ => chunk.slots.partition_point(|slot| slab.id(*slot) < id),
        };
        debug_assert!(chunk.slots.get(place).is_none_or(|slot| slab.id(*slot) != id));
        if chunk.slots.len() < CHUNK_LEN_MAX {
            chunk.slots.insert(place, slot);
            return;
        }
        // At the end of all a new chunk is begun, which leaves full ones behind; elsewhere the full
        // one is halved.
        let split_at = if is_last && place == CHUNK_LEN_MAX { place } else { CHUNK_LEN_MAX / 2 };
        let mut upper = chunk.slots.split_off(split_at);
        if place <= split_at && split_at != CHUNK_LEN_MAX {
            chunk.slots.insert(place, slot);
        } else {
            upper.insert(place - split_at, slot);
        }
        let first = slab.id(upper[0]);
        self.chunks.insert(chunk_idx + 1, Chunk { first, slots: upper });
    }

    /// Adds a slot before all others.
    fn insert_first(&mut self, id: StreamId, slot: u32) {
        match self.chunks.front_mut() {
            Some(chunk) if chunk.slots.len() < CHUNK_LEN_MAX => {
                chunk.first = id;
                chunk.slots.insert(0, slot);
            }
            _ => self.chunks.push_front(Chunk { first: id, slots: vec![slot] }),
        }
    }

    /// Removes the slot with this id and returns it.
    pub(super) fn remove(&mut self, id: StreamId, slab: &Slab) -> Option<u32> {
        let chunk_idx = self.chunk_idx(id)?;
        let chunk = &mut self.chunks[chunk_idx];
        let place = chunk.slots.binary_search_by_key(&id, |slot| slab.id(*slot)).ok()?;
        let slot = chunk.slots.remove(place);
        self.len -= 1;
        let len = chunk.slots.len();
        // `first` may stay below what is now the first id: it only has to separate the chunks.
        if len == 0 && 1 < self.chunks.len() {
            self.chunks.remove(chunk_idx);
            // Gives back room when most of it is empty.
            if 64 < self.chunks.capacity() && self.chunks.len() < self.chunks.capacity() / 4 {
                self.chunks.shrink_to(2 * self.chunks.len());
            }
        } else if self.len == 0 {
            self.chunks.truncate(1);
            self.chunks[0].first = StreamId::MIN;
        } else if len <= CHUNK_LEN_LOW {
            self.join(chunk_idx);
        }
        Some(slot)
    }

    /// Joins a small chunk with the one behind it if both fill at most half of one.
    fn join(&mut self, chunk_idx: usize) {
        let Some(next) = self.chunks.get(chunk_idx + 1) else { return };
        let len = self.chunks[chunk_idx].slots.len();
        if next.slots.len() + len <= CHUNK_LEN_MAX / 2
            && let Some(mut next) = self.chunks.remove(chunk_idx + 1)
        {
            let slots = &mut self.chunks[chunk_idx].slots;
            slots.append(&mut next.slots);
            slots.shrink_to(CHUNK_LEN_MAX / 2);
        }
    }

    fn chunk_idx(&self, id: StreamId) -> Option<usize> {
        match self.chunks.back() {
            Some(last) if last.first <= id => Some(self.chunks.len() - 1),
            _ => self.chunks.partition_point(|chunk| chunk.first <= id).checked_sub(1),
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let slots: usize = self.chunks.iter().map(|chunk| chunk.slots.capacity()).sum();
        slots * size_of::<u32>() + self.chunks.capacity() * size_of::<Chunk>()
    }

    pub(super) fn check_invariants(&self, slab: &Slab) {
        let ids: Vec<StreamId> = self.slots().map(|slot| slab.id(slot)).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert_eq!(ids.len() as u64, self.len);
        for (chunk_idx, chunk) in self.chunks.iter().enumerate() {
            assert!(chunk.slots.len() <= CHUNK_LEN_MAX);
            assert!(!chunk.slots.is_empty() || self.chunks.len() == 1);
            assert!(chunk.slots.first().is_none_or(|slot| chunk.first <= slab.id(*slot)));
            if let Some(next) = self.chunks.get(chunk_idx + 1) {
                assert!(chunk.slots.last().is_none_or(|slot| slab.id(*slot) < next.first));
            }
        }
    }
}
