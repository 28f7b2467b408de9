//! How much memory the data takes, for `maxmemory` and INFO.

use crate::engine::Store;

/// An estimate that is made anew every so many questions: counting everything costs time, and a
/// limit need not be exact.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    used_bytes: u64,
    n_asked: u32,
    peak_bytes: u64,
}

/// After how many questions the data is counted again. Each command that needs memory asks once, so
/// the limit is overrun by at most that many commands. It is a number of commands and not a time,
/// so that a world replays alike.
const ASKED_MAX: u32 = 64;

impl Memory {
    /// Whether the data takes more than `limit_bytes`. A yes is always counted anew, so that room
    /// which was made is seen at once.
    pub fn exceeds(&mut self, limit_bytes: u64, store: &Store) -> bool {
        if self.n_asked == 0 || limit_bytes < self.used_bytes {
            self.count(store);
        }
        self.n_asked = (self.n_asked + 1) % ASKED_MAX;
        limit_bytes < self.used_bytes
    }

    /// Counts now, in bytes.
    pub fn count(&mut self, store: &Store) -> u64 {
        self.used_bytes = count(store);
        self.peak_bytes = self.peak_bytes.max(self.used_bytes);
        self.used_bytes
    }

    /// The greatest estimate so far, in bytes.
    pub fn peak_bytes(&self) -> u64 {
        self.peak_bytes
    }
}

/// What a key takes beyond its name and value: its place in the trees, in bytes.
pub const KEY_OVERHEAD_BYTES: usize = 96;

fn count(store: &Store) -> u64 {
    let entries = (0..Store::N_DBS).flat_map(|db| store.db(db).entries());
    let bytes =
        entries.map(|(name, entry)| name.len() + KEY_OVERHEAD_BYTES + entry.value.memory_bytes());
    bytes.sum::<usize>() as u64
}
