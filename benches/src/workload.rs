//! What is measured.
//!
//! Everybody gets the same keys, names, ids and values. `benches/peers/` says the same in
//! JavaScript and Python; a change here is a change there.

use std::str::FromStr;

/// The stream.
pub const KEY: &str = "orders";
/// The virtual time of the first entry, in milliseconds since 1970.
pub const START: u64 = 1_700_000_000_000;
/// Entries in each millisecond.
pub const ENTRIES_PER_MS: u64 = 3;
/// Entries of a page of W3.
pub const PAGE: u64 = 100;
/// The length to which W4 trims.
pub const MAXLEN: u64 = 1_000;
/// Consumers of the group of W2.
pub const CONSUMERS: u64 = 4;
/// Groups of W5, and consumers in each.
pub const GROUPS: u64 = 10;

/// A workload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Workload {
    /// W1: XADD of two fields of about 16 bytes; `n` entries.
    Add,
    /// W2: XREADGROUP COUNT 1 and XACK for each entry, one group, four consumers in turn; `n`
    /// entries.
    ReadAck,
    /// W3: XRANGE of the whole stream in pages of 100; `n` entries.
    Range,
    /// W4: XADD MAXLEN ~ 1000; `n` entries.
    AddTrimmed,
    /// W5: as W2, by ten groups of ten consumers each; `n` deliveries, of `n / 10` entries.
    Fan,
}

impl FromStr for Workload {
    type Err = String;

    fn from_str(name: &str) -> Result<Workload, String> {
        Ok(match name {
            "W1" => Workload::Add,
            "W2" => Workload::ReadAck,
            "W3" => Workload::Range,
            "W4" => Workload::AddTrimmed,
            "W5" => Workload::Fan,
            other => return Err(format!("no workload is called '{other}'")),
        })
    }
}

impl Workload {
    /// How many entries the stream has before the clock starts.
    pub fn n_before(self, n: u64) -> u64 {
        match self {
            Workload::Add | Workload::AddTrimmed => 0,
            Workload::ReadAck | Workload::Range => n,
            Workload::Fan => n / GROUPS,
        }
    }

    /// How many groups there are, and how many consumers take turns in each.
    pub fn groups(self) -> (u64, u64) {
        match self {
            Workload::Add | Workload::AddTrimmed | Workload::Range => (0, 0),
            Workload::ReadAck => (1, CONSUMERS),
            Workload::Fan => (GROUPS, 10),
        }
    }

    /// Of the `n`th delivery: its group, its consumer and its entry, all numbered from 0.
    pub fn delivery(self, n: u64) -> (u64, u64, u64) {
        let (n_groups, n_consumers) = self.groups();
        let entry = n / n_groups;
        (n % n_groups, entry % n_consumers, entry)
    }
}

/// The time of the `n`th entry.
pub fn time_of(n: u64) -> u64 {
    START + n / ENTRIES_PER_MS
}

/// The id of the `n`th entry, as its two numbers; the same as `*` gives at [`time_of`].
pub fn id_of(n: u64) -> (u64, u64) {
    (time_of(n), n % ENTRIES_PER_MS)
}

/// The name of a group.
pub fn group_name(n: u64) -> String {
    format!("group-{n}")
}

/// The name of a consumer.
pub fn consumer_name(n: u64) -> String {
    format!("consumer-{n}")
}

/// The values of fields: 1024 of 16 bytes, so that making them takes no time while the clock runs.
#[derive(Debug)]
pub struct Values(Vec<[u8; 16]>);

impl Default for Values {
    fn default() -> Values {
        Values::new()
    }
}

impl Values {
    /// The values.
    pub fn new() -> Values {
        let value = |n: u64| {
            let mut value = *b"value-0000000000";
            let mut rest = n * 7919;
            for digit in value[6..].iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
            value
        };
        Values((0..1024).map(value).collect())
    }

    /// The two fields of the `n`th entry, names and values.
    pub fn fields(&self, n: u64) -> [&[u8]; 4] {
        let value = |n: u64| &self.0[(n % 1024) as usize][..];
        [b"item", value(n), b"user", value(n * 7 + 1)]
    }
}
