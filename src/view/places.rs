//! The place of each entry in the log: counted in the order of XADD, so that nothing moves when
//! something is deleted.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use crate::engine::StreamId;
use crate::limits::PLACES_MAX;

/// How many empty places are kept in front of the first entry: what was trimmed stays visible for
/// a while as an empty box.
const N_GONE_KEPT: usize = 24;

/// The places of one stream.
#[derive(Clone, Default, Debug)]
pub struct Places {
    ids: VecDeque<StreamId>,
    /// The place of `ids[0]`.
    begin: u64,
    /// Places whose entry was deleted or trimmed.
    gone: BTreeSet<u64>,
}

impl Places {
    /// The places of entries in ascending order; those of `gone` are empty.
    pub fn of(live: impl Iterator<Item = StreamId>, gone: &BTreeSet<StreamId>) -> Places {
        let mut places = Places::default();
        let mut gone = gone.iter().copied().peekable();
        for id in live {
            while let Some(empty) = gone.next_if(|empty| *empty < id) {
                places.push_gone(empty);
            }
            gone.next_if(|empty| *empty == id);
            places.push(id);
        }
        for empty in gone {
            places.push_gone(empty);
        }
        places
    }

    /// Appends an entry and returns its place.
    pub fn push(&mut self, id: StreamId) -> u64 {
        self.ids.push_back(id);
        if PLACES_MAX < self.ids.len() {
            self.drop_first();
        }
        self.end() - 1
    }

    fn push_gone(&mut self, id: StreamId) {
        let place = self.push(id);
        self.gone.insert(place);
    }

    /// Empties all places from `first` to `last`, both included; returns those that held an entry
    /// until now (a range that includes them).
    pub fn remove(&mut self, first: StreamId, last: StreamId) -> Range<u64> {
        let range = self.behind_less(first)..self.behind(last);
        self.gone.extend(range.clone());
        while N_GONE_KEPT < self.n_gone_in_front() {
            self.drop_first();
        }
        range
    }

    /// Whether more places than are kept are empty in front. Looks only as far as needed.
    fn n_gone_in_front(&self) -> usize {
        let expected = self.begin..;
        let in_front = self.gone.range(self.begin..).zip(expected);
        in_front.take(N_GONE_KEPT + 1).take_while(|(gone, place)| **gone == *place).count()
    }

    fn drop_first(&mut self) {
        self.ids.pop_front();
        self.gone.remove(&self.begin);
        self.begin += 1;
    }

    /// Whether each further entry takes the place of the oldest.
    pub fn is_full(&self) -> bool {
        PLACES_MAX <= self.ids.len()
    }

    /// The first place that is remembered.
    pub fn begin(&self) -> u64 {
        self.begin
    }

    /// The place behind the last one: where the next entry will be.
    pub fn end(&self) -> u64 {
        self.begin + self.ids.len() as u64
    }

    /// The first place that holds an entry, or the end.
    pub fn first_live(&self) -> u64 {
        let mut place = self.begin;
        for gone in self.gone.range(self.begin..) {
            if *gone != place {
                break;
            }
            place += 1;
        }
        place
    }

    /// How many entries there are in a range of places.
    pub fn n_live(&self, range: Range<u64>) -> u64 {
        let range = range.start.max(self.begin)..range.end.min(self.end());
        if range.is_empty() {
            return 0;
        }
        range.end - range.start - self.gone.range(range.clone()).count() as u64
    }

    /// The id at a place, and whether its entry is gone.
    pub fn get(&self, place: u64) -> Option<(StreamId, bool)> {
        let idx = usize::try_from(place.checked_sub(self.begin)?).ok()?;
        Some((*self.ids.get(idx)?, self.gone.contains(&place)))
    }

    /// The place of an entry, whether it is gone or not, if it is remembered.
    pub fn place_of(&self, id: StreamId) -> Option<u64> {
        let place = self.behind_less(id);
        self.get(place).filter(|(found, _)| *found == id).map(|_| place)
    }

    /// The place behind all entries up to `id`.
    pub fn behind(&self, id: StreamId) -> u64 {
        self.begin + self.ids.partition_point(|other| *other <= id) as u64
    }

    fn behind_less(&self, id: StreamId) -> u64 {
        self.begin + self.ids.partition_point(|other| *other < id) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(ms: u64) -> StreamId {
        StreamId::new(ms, 0)
    }

    fn filled(n: u64) -> Places {
        Places::of((1..=n).map(id), &BTreeSet::new())
    }

    #[test]
    fn places_stay_when_entries_go() {
        let mut places = filled(5);
        assert_eq!(places.remove(id(3), id(3)), 2..3);
        assert_eq!(places.place_of(id(4)), Some(3));
        assert_eq!(places.get(2), Some((id(3), true)));
        assert_eq!(places.n_live(0..5), 4);
        assert_eq!(places.push(id(9)), 5);
        assert_eq!(places.behind(id(7)), 5);
        assert_eq!(places.place_of(id(7)), None);
    }

    #[test]
    fn beyond_the_limit_the_oldest_have_no_place() {
        let n = PLACES_MAX as u64;
        let mut places = filled(n - 1);
        assert!(!places.is_full());
        (n..n + 5).for_each(|ms| {
            places.push(id(ms));
        });
        assert_eq!((places.begin(), places.end(), places.n_live(0..u64::MAX)), (4, n + 4, n));
        assert!(places.is_full());
        assert_eq!(places.place_of(id(4)), None);
    }

    #[test]
    fn what_is_trimmed_is_forgotten_after_a_while() {
        let mut places = filled(1_000);
        for ms in 1..=900 {
            places.remove(id(ms), id(ms));
        }
        assert_eq!(places.first_live(), 900);
        assert_eq!(places.begin(), 900 - N_GONE_KEPT as u64);
        assert_eq!(places.end(), 1_000);
        assert_eq!(places.n_live(0..1_000), 100);
        assert_eq!(places.get(0), None);
    }

    #[test]
    fn pending_ids_without_an_entry_have_an_empty_place() {
        let gone = BTreeSet::from([id(2), id(4), id(9)]);
        let places = Places::of([id(3), id(4)].into_iter(), &gone);
        let all: Vec<_> = (0..4).filter_map(|place| places.get(place)).collect();
        assert_eq!(all, [(id(2), true), (id(3), false), (id(4), false), (id(9), true)]);
    }
}
