//! Which server we pretend to be: what exists, and how it behaves.

use std::fmt;
use std::str::FromStr;

use super::table::{Entry, flag};
use crate::engine::{Counting, LagRule};

/// A server version, oldest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Profile {
    Redis62,
    Redis70,
    Redis72,
    Valkey8,
    Valkey9,
    Redis74,
    Redis80,
    Redis82,
    Redis84,
    Redis86,
    Redis88,
    Redis810,
}

impl Profile {
    /// Every profile, oldest first.
    pub const ALL: [Profile; 12] = [
        Profile::Redis62,
        Profile::Redis70,
        Profile::Redis72,
        Profile::Valkey8,
        Profile::Valkey9,
        Profile::Redis74,
        Profile::Redis80,
        Profile::Redis82,
        Profile::Redis84,
        Profile::Redis86,
        Profile::Redis88,
        Profile::Redis810,
    ];

    /// As people write it: `8.6`, `valkey-9`.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Redis62 => "6.2",
            Profile::Redis70 => "7.0",
            Profile::Redis72 => "7.2",
            Profile::Valkey8 => "valkey-8",
            Profile::Valkey9 => "valkey-9",
            Profile::Redis74 => "7.4",
            Profile::Redis80 => "8.0",
            Profile::Redis82 => "8.2",
            Profile::Redis84 => "8.4",
            Profile::Redis86 => "8.6",
            Profile::Redis88 => "8.8",
            Profile::Redis810 => "8.10",
        }
    }

    /// The Redis version whose stream vocabulary this profile has (Valkey forked from 7.2).
    pub fn redis_version(self) -> (u8, u8) {
        match self {
            Profile::Redis62 => (6, 2),
            Profile::Redis70 => (7, 0),
            Profile::Redis72 | Profile::Valkey8 | Profile::Valkey9 => (7, 2),
            Profile::Redis74 => (7, 4),
            Profile::Redis80 => (8, 0),
            Profile::Redis82 => (8, 2),
            Profile::Redis84 => (8, 4),
            Profile::Redis86 => (8, 6),
            Profile::Redis88 => (8, 8),
            Profile::Redis810 => (8, 10),
        }
    }

    /// Whether a waiting reader is woken for one key (before 7.2) instead of running again.
    pub fn wakes_by_key(self) -> bool {
        self.redis_version() < (7, 2)
    }

    /// Whether it is a Valkey.
    pub fn is_valkey(self) -> bool {
        matches!(self, Profile::Valkey8 | Profile::Valkey9)
    }

    /// Whether a thing that came with Redis `major.minor` exists here.
    pub fn has(self, since: (u8, u8)) -> bool {
        since <= self.redis_version()
    }
}

/// What exists and how it behaves. Each predicate says where the difference was seen: in a
/// differential run between two real servers (spec §8), or in the release history (spec §1).
impl Profile {
    /// XADD takes `1700-*` as an id (7.0, spec §1).
    pub fn has_partial_auto_id(self) -> bool {
        self.has((7, 0))
    }

    /// KEEPREF, DELREF and ACKED are options of XADD and XTRIM (8.2, spec §1). Before, XADD takes
    /// them for the id and XTRIM for a syntax error.
    pub fn has_reference_policies(self) -> bool {
        self.has((8, 2))
    }

    /// XADD takes IDMP and IDMPAUTO (8.6, spec §1).
    pub fn has_idmp(self) -> bool {
        self.has((8, 6))
    }

    /// XREADGROUP takes CLAIM (8.4, spec §1).
    pub fn has_read_claim(self) -> bool {
        self.has((8, 4))
    }

    /// XREAD and XREADGROUP take MAXCOUNT and MAXSIZE (8.10, spec §1).
    pub fn has_read_totals(self) -> bool {
        self.has((8, 10))
    }

    /// XREAD takes `+` for the last entry (7.4, spec §1, and Valkey 8, whose tests use it). Before,
    /// it is no id.
    pub fn has_read_last(self) -> bool {
        self.has((7, 4)) || self.is_valkey()
    }

    /// `+` of XREAD is the id before the last id, even if that entry is gone (Valkey 8.1.8 and
    /// 9.1.2, and Redis up to 7.4.1).
    pub fn reads_before_last_id(self) -> bool {
        self.is_valkey() || self == Profile::Redis74
    }

    /// There `+` is an error for a stream whose last id is 0-0 (in Redis 7.4.1, and no longer in
    /// 8.0.2 and Valkey 9.1.2).
    pub fn refuses_last_of_nothing(self) -> bool {
        matches!(self, Profile::Redis74 | Profile::Valkey8)
    }

    /// ENTRIESREAD, ENTRIESADDED and MAXDELETEDID exist, and XINFO shows the counters behind them
    /// (7.0, spec §1).
    pub fn has_entry_counters(self) -> bool {
        self.has((7, 0))
    }

    /// A read or claim makes the consumer even when it hands out nothing, and counts as a sign of
    /// life (7.2, spec §8). Before, only an answer does.
    pub fn creates_consumer_on_empty_read(self) -> bool {
        self.has((7, 2))
    }

    /// XINFO shows when a consumer last got something: `active-time`, `inactive` (7.2, spec §8).
    pub fn shows_active_time(self) -> bool {
        self.has((7, 2))
    }

    /// XINFO STREAM shows the idempotent producers (8.6, spec §8).
    pub fn shows_idmp(self) -> bool {
        self.has((8, 6))
    }

    /// XINFO STREAM FULL counts the entries that XNACK gave back (8.8, spec §5 XNACK).
    pub fn shows_nacked_count(self) -> bool {
        self.has((8, 8))
    }

    /// COPY takes pending entries id by id, so that those of one delivery time change places for
    /// XREADGROUP CLAIM (8.6.2; 8.10.2 takes them in their order:
    /// tests/differ/cases/copied-order.txt).
    pub fn copies_pending_by_id(self) -> bool {
        !self.has((8, 8))
    }

    /// When the lag is known. Redis 7.2.7 and 7.4.2 have the rule of 8.0 (their release notes name
    /// pull requests 13338 and 13473); Valkey took over half of it (its tests of 8.1.1 and 9.1.2).
    pub fn lag_rule(self) -> LagRule {
        match self {
            Profile::Redis62 | Profile::Redis70 => LagRule::Redis7,
            Profile::Valkey8 | Profile::Valkey9 => LagRule::Valkey8,
            _ => LagRule::Redis8,
        }
    }

    /// XAUTOCLAIM has a greatest COUNT: ids of 16 bytes must fit into memory (7.0; 6.2.14 takes
    /// any).
    pub fn limits_autoclaim_count(self) -> bool {
        self.has((7, 0))
    }

    /// BLOCK refuses a time so far away that it overflows (8.2.3 does; 7.0.15 and 6.2.14 wrap
    /// around, so that the wait is over at once).
    pub fn refuses_far_timeouts(self) -> bool {
        self.has((7, 2))
    }

    /// BLPOP waits for ever if its time-out is not longer than this, in microseconds: 6.2.14 rounds
    /// down, and a thousandth of a second, as a binary fraction, is less than a millisecond.
    pub fn micros_for_ever(self) -> i64 {
        if self.has((7, 0)) { 0 } else { 1000 }
    }

    /// An XADD of `ms-*` behind the last sequence of that millisecond complains about the id (8.2.3
    /// does; 7.0.15 calls the elements too large).
    pub fn words_full_millisecond(self) -> bool {
        self.has((7, 2))
    }

    /// An XADD whose fields do not pair up: 7.0 words it like every wrong number of arguments.
    pub fn xadd_wrong_arity(self) -> &'static str {
        if self.has((7, 0)) {
            "ERR wrong number of arguments for 'xadd' command"
        } else {
            "ERR wrong number of arguments for XADD"
        }
    }

    /// ENTRIESREAD may not exceed the number of entries ever added (8.2, spec §8).
    pub fn caps_entries_read(self) -> bool {
        self.has((8, 2))
    }

    /// A delivery count stops at the greatest number (8.8: 8.10.2 does); before, it goes on.
    pub fn counting(self) -> Counting {
        if self.has((8, 8)) { Counting::Stops } else { Counting::GoesOn }
    }

    /// A command is refused when it is to be queued, which lets EXEC fail. For Valkey that goes for
    /// MULTI and WATCH as well (8.1.8, 9.1.2); Redis refuses these two without consequence.
    pub fn refuses_in_multi(self, entry: &Entry) -> bool {
        entry.flags & flag::NO_MULTI != 0
            || self.is_valkey() && ["MULTI", "WATCH"].contains(&entry.spec.name)
    }

    /// MULTI queues commands even when memory is short (7.4.5, Valkey 8.0.1 and later ones do;
    /// 6.2.14 and 7.2.4 refuse all but those that end the transaction).
    pub fn queues_without_memory(self) -> bool {
        self.has((7, 4)) || self.is_valkey()
    }

    /// SET with a time in the past deletes the key without a word of setting it (8.10.2; not in
    /// 8.6.2).
    pub fn sets_no_past(self) -> bool {
        self.has((8, 8))
    }

    /// XGROUP DESTROY leaves entries protected from ACKED that only the destroyed group was not
    /// offered, if ACKED had looked at the groups before (8.2.3 does; 8.6.2 and 8.10.2 do not).
    pub fn keeps_floor_of_destroyed_groups(self) -> bool {
        !self.has((8, 6))
    }

    /// XSETID refuses an id below the greatest deleted one even without MAXDELETEDID (7.2, spec
    /// §8).
    pub fn setid_minds_deleted_ids(self) -> bool {
        self.has((7, 2))
    }

    /// A claim that meets a deleted entry takes it off the pending list, and XAUTOCLAIM lists it in
    /// a third element (7.0, spec §1). Before, the claim succeeds and the entry is shown as nil.
    pub fn claims_drop_deleted_entries(self) -> bool {
        self.has((7, 0))
    }

    /// Subcommands have an arity of their own (7.0): `XGROUP CREATE k` counts arguments for
    /// `xgroup|create`. Before, the container complains in its own words.
    pub fn subcommands_have_arity(self) -> bool {
        self.has((7, 0))
    }

    /// What an odd number of words behind STREAMS is answered with (seen in 7.0.15, 7.2.4,
    /// 7.4.1 and 8.0.6).
    pub fn unbalanced_streams(self, group: bool) -> &'static str {
        match (self.has((7, 2)), self.has((8, 0)), group) {
            (true, _, true) => {
                "ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' \
                 must be specified."
            }
            (_, true, false) => {
                "ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' \
                 must be specified."
            }
            (true, _, false) => {
                "ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be \
                 specified."
            }
            (false, ..) => {
                "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be \
                 specified."
            }
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No profile of that name; the message lists those that exist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownProfile(pub String);

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
        write!(f, "no version profile '{}': choose one of {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownProfile {}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Profile, UnknownProfile> {
        let found = Profile::ALL.into_iter().find(|profile| profile.name() == name);
        found.ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}
