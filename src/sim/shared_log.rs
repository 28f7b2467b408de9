//! A list that grows at its end, forgets at its start, and is cheap to clone.
//!
//! Checkpoints clone the world every few thousand commands. What only grows (transcript, ledger)
//! is therefore kept in chunks that clones share until one of them changes a chunk.

use std::collections::VecDeque;
use std::rc::Rc;

/// Items in one chunk: small enough that copying one after a checkpoint costs little, large enough
/// that a clone touches few reference counts.
const CHUNK: usize = 64;

/// Items numbered from 0 in the order in which they came; the oldest may be forgotten.
#[derive(Clone, Debug)]
pub struct SharedLog<T> {
    /// All full, except the last.
    chunks: VecDeque<Rc<Vec<T>>>,
    /// The number of the first item of the first chunk; a multiple of [`CHUNK`].
    first_seq: u64,
    len: usize,
}

impl<T> Default for SharedLog<T> {
    fn default() -> SharedLog<T> {
        SharedLog { chunks: VecDeque::new(), first_seq: 0, len: 0 }
    }
}

impl<T: Clone> SharedLog<T> {
    /// How many items are kept.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no item is kept.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of the oldest item that is kept (equal to [`SharedLog::next_seq`] if none is).
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// The number that the next item will get.
    pub fn next_seq(&self) -> u64 {
        self.first_seq + self.len as u64
    }

    /// Appends an item and returns its number.
    pub fn push(&mut self, item: T) -> u64 {
        let seq = self.next_seq();
        match self.chunks.back_mut() {
            Some(chunk) if chunk.len() < CHUNK => Rc::make_mut(chunk).push(item),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(item);
                self.chunks.push_back(Rc::new(chunk));
            }
        }
        self.len += 1;
        seq
    }

    /// The item with a number, unless it was forgotten or does not exist yet.
    pub fn get(&self, seq: u64) -> Option<&T> {
        let (chunk_idx, item_idx) = self.place(seq)?;
        self.chunks.get(chunk_idx)?.get(item_idx)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, seq: u64) -> Option<&mut T> {
        let (chunk_idx, item_idx) = self.place(seq)?;
        Rc::make_mut(self.chunks.get_mut(chunk_idx)?).get_mut(item_idx)
    }

    /// The newest item.
    pub fn last(&self) -> Option<&T> {
        self.chunks.back()?.last()
    }

    /// All items that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The items numbered `seq` and above, oldest first.
    pub fn iter_from(&self, seq: u64) -> impl Iterator<Item = &T> {
        (seq.max(self.first_seq)..self.next_seq()).filter_map(|seq| self.get(seq))
    }

    /// Forgets the oldest items, a whole chunk at a time, while at least `n_max` stay. Returns
    /// those that it forgot.
    pub fn forget_to(&mut self, n_max: usize) -> Option<Rc<Vec<T>>> {
        let n_first = self.chunks.front()?.len();
        if self.len - n_first < n_max || n_first < CHUNK {
            return None;
        }
        self.first_seq += n_first as u64;
        self.len -= n_first;
        self.chunks.pop_front()
    }

    /// The number of the first item for which `before` is false, in a list where all items for
    /// which it is true come first.
    pub fn partition_point(&self, mut before: impl FnMut(&T) -> bool) -> u64 {
        let n_chunks = self.chunks.partition_point(|chunk| chunk.last().is_some_and(&mut before));
        let start = self.first_seq + (n_chunks * CHUNK) as u64;
        let within = self.chunks.get(n_chunks).map_or(0, |chunk| chunk.partition_point(before));
        start.min(self.next_seq()) + within as u64
    }

    fn place(&self, seq: u64) -> Option<(usize, usize)> {
        let offset = usize::try_from(seq.checked_sub(self.first_seq)?).ok()?;
        (offset < self.len).then_some((offset / CHUNK, offset % CHUNK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaves_like_a_list_that_forgets_whole_chunks() {
        let mut log = SharedLog::default();
        for n in 0..1_000_u64 {
            assert_eq!(log.push(n), n);
            while log.forget_to(200).is_some() {}
            assert!(log.len() < 200 + CHUNK);
            assert_eq!(log.get(n), Some(&n));
            assert_eq!(log.get(n + 1), None);
        }
        let kept: Vec<u64> = log.iter().copied().collect();
        assert_eq!(kept, (log.first_seq()..1_000).collect::<Vec<_>>());
        assert_eq!(log.iter_from(990).count(), 10);
        assert_eq!(log.get(log.first_seq().wrapping_sub(1)), None);
        for n in [0, log.first_seq(), 900, 999, 1_000, 5_000] {
            let expected = n.clamp(log.first_seq(), 1_000);
            assert_eq!(log.partition_point(|item| *item < n), expected, "{n}");
        }
    }

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut log = SharedLog::default();
        (0..100).for_each(|n| {
            log.push(n);
        });
        let copy = log.clone();
        *log.get_mut(3).unwrap() = 33;
        log.push(100);
        assert_eq!((copy.get(3), copy.len()), (Some(&3), 100));
        assert_eq!((log.get(3), log.len()), (Some(&33), 101));
    }
}
