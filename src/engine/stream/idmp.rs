//! Idempotent producers: which entry a producer added under which id, so that a repeated XADD adds
//! nothing.

use std::collections::{BTreeMap, VecDeque};

use super::StreamId;
use crate::engine::event::Name;
use crate::time::Millis;

/// How long and how many ids are remembered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IdmpConfig {
    /// In seconds.
    pub duration_s: u32,
    /// Ids for each producer.
    pub maxsize: u32,
}

impl IdmpConfig {
    /// What a server has unless configured.
    pub const DEFAULT: IdmpConfig = IdmpConfig { duration_s: 100, maxsize: 100 };
}

/// What became of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdmpRecord {
    /// It is remembered now.
    Stored,
    /// It was remembered already, for the same entry.
    Same,
    /// The id stands for another entry; nothing was changed.
    Different,
}

/// The producers of a stream, and what they are known to have added.
#[derive(Clone, Debug)]
pub struct Idmp {
    config: IdmpConfig,
    producers: BTreeMap<Name, Producer>,
    /// When an id was remembered last.
    recorded_at: Millis,
    n_iids: u64,
    iids_added: u64,
    iids_duplicates: u64,
}

#[derive(Clone, Debug, Default)]
struct Producer {
    ids: BTreeMap<Name, StreamId>,
    /// The keys of `ids`, oldest first.
    order: VecDeque<Name>,
}

impl Producer {
    fn pop_oldest(&mut self) {
        if let Some(iid) = self.order.pop_front() {
            self.ids.remove(&iid);
        }
    }

    fn oldest(&self) -> Option<StreamId> {
        self.ids.get(self.order.front()?).copied()
    }
}

impl Idmp {
    pub(super) fn new(config: IdmpConfig) -> Idmp {
        let producers = BTreeMap::new();
        Idmp { config, producers, recorded_at: 0, n_iids: 0, iids_added: 0, iids_duplicates: 0 }
    }

    /// How long and how many ids are remembered.
    pub fn config(&self) -> IdmpConfig {
        self.config
    }

    /// How many producers have ids that are remembered (`pids-tracked`).
    pub fn n_producers(&self) -> usize {
        self.producers.len()
    }

    /// How many ids are remembered (`iids-tracked`).
    pub fn n_iids(&self) -> u64 {
        self.n_iids
    }

    /// How many ids were ever remembered.
    pub fn iids_added(&self) -> u64 {
        self.iids_added
    }

    /// How many times an id was found to be known.
    pub fn iids_duplicates(&self) -> u64 {
        self.iids_duplicates
    }

    /// The producers in byte order, each with its ids and entries, oldest first.
    pub fn producers(
        &self,
    ) -> impl Iterator<Item = (&Name, impl Iterator<Item = (&Name, StreamId)>)> {
        self.producers.iter().map(|(pid, producer)| {
            let Producer { ids, order } = producer;
            (pid, order.iter().filter_map(|iid| Some((iid, *ids.get(iid)?))))
        })
    }

    /// When the oldest id becomes too old, if there is one. One that is too old from the start, by
    /// an old entry's id, is found so only after it was remembered.
    pub fn next_due(&self) -> Option<Millis> {
        let oldest = self.producers.values().filter_map(Producer::oldest);
        let due = oldest.map(|id| id.ms.saturating_add(self.duration_ms())).min();
        due.map(|due| due.max(self.recorded_at.saturating_add(1)))
    }

    fn duration_ms(&self) -> u64 {
        u64::from(self.config.duration_s) * 1000
    }

    /// The entry under an id, which counts as a duplicate, and the producer's name.
    pub(super) fn lookup(&mut self, pid: &[u8], iid: &[u8]) -> Option<(Name, StreamId)> {
        let (name, producer) = self.producers.get_key_value(pid)?;
        let id = *producer.ids.get(iid)?;
        self.iids_duplicates = self.iids_duplicates.saturating_add(1);
        Some((name.clone(), id))
    }

    pub(super) fn record(
        &mut self,
        pid: &[u8],
        iid: &[u8],
        id: StreamId,
        now: Millis,
    ) -> IdmpRecord {
        let known = self.producers.get(pid).and_then(|producer| producer.ids.get(iid));
        if let Some(known) = known {
            return if *known == id { IdmpRecord::Same } else { IdmpRecord::Different };
        }
        let producer = match self.producers.get_mut(pid) {
            Some(producer) => producer,
            None => self.producers.entry(Name::from(pid)).or_default(),
        };
        self.recorded_at = now;
        let iid = Name::from(iid);
        producer.ids.insert(iid.clone(), id);
        producer.order.push_back(iid);
        self.n_iids += 1;
        self.iids_added = self.iids_added.saturating_add(1);
        while (self.config.maxsize.max(1) as usize) < producer.order.len() {
            producer.pop_oldest();
            self.n_iids -= 1;
        }
        IdmpRecord::Stored
    }

    pub(super) fn configure(&mut self, config: IdmpConfig) {
        if config != self.config {
            self.config = config;
            self.producers.clear();
            self.n_iids = 0;
        }
    }

    /// Forgets what is too old, from each producer's oldest on; how many.
    pub(super) fn expire(&mut self, now: Millis) -> u64 {
        let duration_ms = self.duration_ms();
        let mut n_expired = 0;
        self.producers.retain(|_, producer| {
            while producer.oldest().is_some_and(|id| id.ms.saturating_add(duration_ms) <= now) {
                producer.pop_oldest();
                n_expired += 1;
            }
            !producer.order.is_empty()
        });
        self.n_iids -= n_expired;
        n_expired
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let producers = self.producers.iter().map(|(pid, producer)| {
            let iids: usize = producer.order.iter().map(|iid| iid.len() + 80).sum();
            pid.len() + 96 + iids
        });
        producers.sum()
    }

    pub(super) fn check_invariants(&self) {
        let mut n_iids = 0;
        for producer in self.producers.values() {
            assert!(!producer.order.is_empty());
            assert!(producer.order.len() <= self.config.maxsize.max(1) as usize);
            assert_eq!(producer.order.len(), producer.ids.len());
            assert!(producer.order.iter().all(|iid| producer.ids.contains_key(iid)));
            n_iids += producer.order.len() as u64;
        }
        assert_eq!(n_iids, self.n_iids);
    }
}

/// IDMPAUTO's id: 128 bits over the pairs of `fields` (names and values in turn) that do not depend
/// on the order of the pairs. Equal on every platform.
///
/// Each pair is hashed by itself and the hashes are added up, so the order falls out and a repeated
/// pair counts twice. It keeps accidents apart, not attackers: a producer that wants to collide
/// with itself may.
pub fn auto_iid(fields: &[&[u8]]) -> [u8; 16] {
    let mut sum = (0_u64, 0_u64);
    for pair in fields.chunks_exact(2) {
        let low = mix(hash(hash(0x9e37_79b9_7f4a_7c15, pair[0]), pair[1]));
        let high = mix(hash(hash(0xc2b2_ae3d_27d4_eb4f, pair[0]), pair[1]));
        sum = (sum.0.wrapping_add(low), sum.1.wrapping_add(high));
    }
    let mut iid = [0; 16];
    iid[..8].copy_from_slice(&mix(sum.0 ^ fields.len() as u64).to_le_bytes());
    iid[8..].copy_from_slice(&mix(sum.1).to_le_bytes());
    iid
}

/// Folds a string, with its length, into a state: eight bytes at a time.
fn hash(mut state: u64, bytes: &[u8]) -> u64 {
    state = mix(state ^ bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = mix(state.rotate_left(5) ^ u64::from_le_bytes(word));
    }
    state
}

/// Spreads every bit over all others: multiplying and folding down, thrice (the constants are those
/// of MurmurHash3's finalizer, which is in the public domain).
fn mix(mut n: u64) -> u64 {
    n ^= n >> 33;
    n = n.wrapping_mul(0xff51_afd7_ed55_8ccd);
    n ^= n >> 33;
    n = n.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    n ^ (n >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_auto(a: &[&str], b: &[&str], same: bool) {
        let iid = |words: &[&str]| {
            let fields: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
            auto_iid(&fields)
        };
        assert_eq!(iid(a) == iid(b), same, "{a:?} {b:?}");
    }

    #[test]
    fn the_automatic_id_sees_pairs_but_not_their_order() {
        check_auto(&["a", "1", "b", "2"], &["b", "2", "a", "1"], true);
        check_auto(&["a", "1", "b", "2"], &["a", "2", "b", "1"], false);
        check_auto(&["a", "1"], &["1", "a"], false);
        check_auto(&["ab", "c"], &["a", "bc"], false);
        check_auto(&["a", "1"], &["a", "1", "a", "1"], false);
        check_auto(&["a", ""], &["", "a"], false);
        check_auto(&["12345678", "x"], &["12345678\0", "x"], false);
        // The same on every platform: a journal that is replayed must find the same duplicates.
        let fields: [&[u8]; 2] = [b"item", b"tea"];
        assert_eq!(auto_iid(&fields), auto_iid(&fields));
    }

    #[test]
    fn the_oldest_ids_are_forgotten_by_number_and_by_time() {
        let mut idmp = Idmp::new(IdmpConfig { duration_s: 1, maxsize: 2 });
        let id = |ms| StreamId::new(ms, 0);
        for (iid, ms) in [("a", 10), ("b", 20), ("c", 30)] {
            assert_eq!(idmp.record(b"p", iid.as_bytes(), id(ms), ms), IdmpRecord::Stored);
        }
        assert_eq!(idmp.lookup(b"p", b"a"), None);
        assert_eq!(idmp.lookup(b"p", b"b").map(|found| found.1), Some(id(20)));
        assert_eq!(idmp.record(b"p", b"b", id(20), 20), IdmpRecord::Same);
        assert_eq!(idmp.record(b"p", b"b", id(21), 21), IdmpRecord::Different);
        assert_eq!(idmp.next_due(), Some(1020));
        assert_eq!((idmp.expire(1019), idmp.expire(1020), idmp.n_iids()), (0, 1, 1));
        assert_eq!((idmp.expire(1030), idmp.n_producers()), (1, 0));
        assert_eq!((idmp.iids_added(), idmp.iids_duplicates()), (3, 1));
        idmp.check_invariants();
    }

    #[test]
    fn only_a_different_configuration_forgets() {
        let mut idmp = Idmp::new(IdmpConfig::DEFAULT);
        idmp.record(b"p", b"a", StreamId::new(1, 0), 1);
        idmp.configure(IdmpConfig::DEFAULT);
        assert_eq!(idmp.n_iids(), 1);
        idmp.configure(IdmpConfig { maxsize: 7, ..IdmpConfig::DEFAULT });
        assert_eq!((idmp.n_iids(), idmp.n_producers(), idmp.iids_added()), (0, 0, 1));
    }
}
