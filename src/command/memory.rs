//! How much memory the data takes, for `maxmemory` and INFO.

use crate::engine::Store;

/// An estimate that is made anew every so often: counting everything costs time, and a limit need
/// not be exact.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    used_bytes: u64,
    /// At most so much came since the data was counted.
    added_bytes: u64,
    /// Everything that ever came.
    written_bytes: u64,
    n_asked: u32,
    peak_bytes: u64,
}

/// After how many questions the data is counted again when the limit may be near. Each command
/// that needs memory asks once, so the limit is overrun by at most that many commands. It is a
/// number of commands and not a time, so that a world replays alike.
const ASKED_MAX: u32 = 64;

/// What a command may take for each byte of its words, and for itself: fields are kept in the log
/// and in the index of their node, and a new key, group or consumer has its own place.
const GROWTH: u64 = 8;
const COMMAND_BYTES: u64 = 4096;
/// What a pending entry takes at most.
const PENDING_BYTES: u64 = 128;
/// More than this many entries are not believed to be delivered: the data is counted.
const DELIVERED_MAX: u64 = 1_000_000;

/// How many entries XREADGROUP delivers at most, if it says so.
fn count_option(words: &[&[u8]]) -> Option<u64> {
    let at = words.iter().position(|word| word.eq_ignore_ascii_case(b"COUNT"))?;
    let text = str::from_utf8(words.get(at + 1)?).ok()?;
    text.parse().ok().filter(|n| *n <= DELIVERED_MAX)
}

impl Memory {
    /// Whether the data takes more than `limit_bytes`, `words` being about to add to it. A yes is
    /// always counted anew, so that room which was made is seen at once. Far from the limit nothing
    /// is counted: what came since the last time cannot have reached it.
    pub fn exceeds(&mut self, limit_bytes: u64, words: &[&[u8]], store: &Store) -> bool {
        let is_near = limit_bytes <= self.used_bytes.saturating_add(self.added_bytes);
        if self.used_bytes == 0
            || limit_bytes < self.used_bytes
            || (is_near && ASKED_MAX <= self.n_asked)
        {
            self.count(store);
        }
        self.n_asked = self.n_asked.saturating_add(1);
        let n_bytes = words.iter().map(|word| word.len() as u64).sum::<u64>();
        let is = |name: &[u8]| words.first().is_some_and(|word| word.eq_ignore_ascii_case(name));
        // COPY adds what its words do not show, and so does a delivery.
        let n_delivered = if is(b"XREADGROUP") { count_option(words) } else { Some(0) };
        let (n_most, n_written) = match n_delivered {
            _ if is(b"COPY") => (limit_bytes, self.used_bytes),
            Some(n) => (n_bytes * GROWTH + COMMAND_BYTES + n * PENDING_BYTES, n_bytes),
            None => (limit_bytes, n_bytes),
        };
        // A few of those would be far beyond the limit.
        if limit_bytes / u64::from(ASKED_MAX) <= n_most {
            self.n_asked = ASKED_MAX;
        }
        self.added_bytes = self.added_bytes.saturating_add(n_most);
        self.written_bytes = self.written_bytes.saturating_add(n_written);
        limit_bytes < self.used_bytes
    }

    /// Counts now, in bytes.
    pub fn count(&mut self, store: &Store) -> u64 {
        self.used_bytes = count(store);
        self.peak_bytes = self.peak_bytes.max(self.used_bytes);
        self.added_bytes = 0;
        self.n_asked = 0;
        self.used_bytes
    }

    /// How many bytes ever came with commands that add data.
    pub fn written_bytes(&self) -> u64 {
        self.written_bytes
    }

    /// The greatest estimate so far, in bytes.
    pub fn peak_bytes(&self) -> u64 {
        self.peak_bytes
    }
}

/// What a key takes beyond its name and value: its place in the trees, in bytes.
pub const KEY_OVERHEAD_BYTES: usize = 96;

/// What one command may change at most of the pages that clones of a server share, in bytes: a
/// few pages of pending entries.
const CHANGED_BYTES: u64 = 16 * 1024;

/// About how much of the data a clone of it does not share, in bytes, `n_commands` after it was
/// made: each clone holds so much for itself.
pub fn unshared_bytes(store: &Store, n_commands: u64) -> u64 {
    let entries = (0..Store::N_DBS).flat_map(|db| store.db(db).entries());
    let pages_bytes = n_commands.saturating_mul(CHANGED_BYTES);
    let beside = |name: &[u8]| (name.len() + KEY_OVERHEAD_BYTES) as u64;
    entries.map(|(name, entry)| beside(name) + entry.value.unshared_bytes(pages_bytes)).sum()
}

fn count(store: &Store) -> u64 {
    let entries = (0..Store::N_DBS).flat_map(|db| store.db(db).entries());
    let bytes =
        entries.map(|(name, entry)| name.len() + KEY_OVERHEAD_BYTES + entry.value.memory_bytes());
    bytes.sum::<usize>() as u64
}
