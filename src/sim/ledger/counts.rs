//! How many times something was done to a business key.

use std::rc::Rc;

use crate::limits::LEDGER_KEYS_MAX;
use crate::sim::fingerprint::Fingerprint;

/// Many small sorted lists, shared between clones until one of them changes a list: a checkpoint
/// of a world with 100,000 orders then copies a few kilobytes.
const SHARDS: usize = 1_024;

/// Counters by `(what, key)`. A pair is known by its 64-bit hash: two orders that share one would
/// be counted as one, once in some billions.
#[derive(Clone, Default, Debug)]
pub(super) struct Counts {
    shards: Vec<Rc<Vec<(u64, u32)>>>,
    n_keys: usize,
    /// A new key was not counted.
    is_full: bool,
}

impl Counts {
    /// Counts one more and returns how many there are. Past the limit new keys are not counted:
    /// then each looks like the first.
    pub(super) fn add(&mut self, what: &str, key: &[u8]) -> u32 {
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, Rc::default);
        }
        let hash = hash(what, key);
        let Some(shard) = self.shards.get_mut(shard_idx(hash)) else { return 1 };
        match shard.binary_search_by_key(&hash, |(hash, _)| *hash) {
            Ok(at) => match Rc::make_mut(shard).get_mut(at) {
                Some((_, n)) => {
                    *n = n.saturating_add(1);
                    *n
                }
                None => 1,
            },
            Err(at) => {
                if self.n_keys < LEDGER_KEYS_MAX {
                    self.n_keys += 1;
                    Rc::make_mut(shard).insert(at, (hash, 1));
                } else {
                    self.is_full = true;
                }
                1
            }
        }
    }

    /// Whether a key came that is not counted.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(super) fn get(&self, what: &str, key: &[u8]) -> u32 {
        let hash = hash(what, key);
        let found = self.shards.get(shard_idx(hash)).and_then(|shard| {
            let at = shard.binary_search_by_key(&hash, |(hash, _)| *hash).ok()?;
            shard.get(at).map(|(_, n)| *n)
        });
        found.unwrap_or(0)
    }
}

fn shard_idx(hash: u64) -> usize {
    (hash % SHARDS as u64) as usize
}

fn hash(what: &str, key: &[u8]) -> u64 {
    let mut fingerprint = Fingerprint::default();
    fingerprint.bytes(what.as_bytes());
    fingerprint.bytes(key);
    fingerprint.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_limit_a_new_key_is_always_the_first() {
        let mut counts = Counts::default();
        counts.add("charged", b"old");
        counts.n_keys = LEDGER_KEYS_MAX;
        assert_eq!((counts.add("charged", b"old"), counts.is_full()), (2, false));
        assert_eq!((counts.add("charged", b"new"), counts.add("charged", b"new")), (1, 1));
        assert_eq!((counts.add("charged", b"old"), counts.n_keys), (3, LEDGER_KEYS_MAX));
        assert!(counts.is_full());
    }

    #[test]
    fn counts_by_what_and_key_and_clones_part() {
        let mut counts = Counts::default();
        assert_eq!(counts.get("charged", b"7"), 0);
        for n in 0..10_000_u32 {
            assert_eq!(counts.add("charged", n.to_string().as_bytes()), 1);
        }
        let before = counts.clone();
        assert_eq!((counts.add("charged", b"7"), counts.add("mailed", b"7")), (2, 1));
        assert_eq!((before.get("charged", b"7"), counts.get("charged", b"7")), (1, 2));
    }
}
