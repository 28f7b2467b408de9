//! Every reason, as data.

use crate::command::hint::Hint;
use crate::engine::StreamId;

/// Why a reply surprises.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    // ---- any command
    /// The key holds another type.
    OtherType { key: String, type_name: &'static str },
    /// The command is younger than the server.
    CommandTooNew { name: &'static str, since: String, profile: String },
    /// An option is younger than the server.
    OptionTooNew { option: &'static str, since: String, profile: String },
    /// Too few or too many words.
    Usage { name: &'static str, syntax: &'static str },

    // ---- XADD
    /// NOMKSTREAM on a missing key.
    NotMade { key: String },
    /// An explicit id is not above the last one.
    NotGreater { last: StreamId },
    /// 0-0 is no id for an entry.
    ZeroId,
    /// A word was taken for the id.
    TakenForId { word: String },
    /// The last id is the greatest there is.
    Exhausted,
    /// IDMP found the message.
    Deduplicated { id: StreamId },
    /// The clock is behind the stream.
    IdAheadOfClock { id: StreamId, now: u64 },

    // ---- trimming
    /// `~` found no whole node.
    NoWholeNode { len: u64, n_first: u64 },
    /// LIMIT is smaller than the first node.
    LimitTooSmall { limit: u64, n_first: u64 },
    /// ACKED kept entries.
    KeptForGroups { len: u64 },
    /// Nothing is beyond the threshold.
    NothingToTrim { len: u64 },

    // ---- ranges and lengths
    /// The key does not exist.
    NoKey { key: String },
    /// The stream exists and is empty.
    EmptyStream { last: StreamId },
    /// The start is greater than the end.
    RangeReversed,
    /// Nothing has an id in the range.
    RangeEmpty { first: StreamId, last: StreamId },
    /// COUNT 0.
    CountZero,

    // ---- XREAD
    /// `$` without BLOCK.
    DollarWithoutBlock,
    /// Nothing is newer.
    NothingNewer { last: StreamId },
    /// The time of BLOCK is over.
    BlockTimedOut,
    /// `>` belongs to XREADGROUP.
    GreaterNeedsGroup,
    /// `+` shows the last entry only.
    PlusIsLastEntry,

    // ---- groups
    /// BUSYGROUP.
    GroupExists { group: String, last: StreamId, n_pending: u64 },
    /// NOGROUP, and the key is missing too.
    NoGroupNoKey { key: String },
    /// NOGROUP, and these groups exist.
    NoGroup { group: String, others: String },
    /// XGROUP on a missing key.
    GroupNeedsKey { key: String },
    /// CREATE with $ on a stream that has entries.
    GroupSkips { n_skipped: u64 },
    /// DESTROY of a missing group.
    NothingDestroyed { group: String },
    /// DELCONSUMER took pending entries along.
    PendingDestroyed { consumer: String, n_pending: i64 },
    /// DELCONSUMER found nothing pending.
    NothingPendingDestroyed { consumer: String },
    /// CREATECONSUMER on one that exists.
    ConsumerExists { consumer: String },
    /// SETID moved the group back.
    GroupMovedBack { n_again: u64 },

    // ---- XREADGROUP
    /// `>` and the group is at the end.
    GroupIsUpToDate { last: StreamId, n_pending: u64 },
    /// A history read of a consumer that has nothing pending.
    NoHistory { consumer: String, n_pending_others: u64 },
    /// BLOCK with a history id.
    BlockIgnored,
    /// Pending entries whose content is gone.
    DeletedPayload { n_deleted: usize },
    /// NOACK: nothing is pending.
    NoAckDelivered,
    /// A history id switched CLAIM off.
    ClaimSwitchedOff,

    // ---- XACK, XPENDING, claims
    /// XACK found nothing: the id is pending in no consumer of the group.
    NotPending { id: StreamId, last_delivered: StreamId },
    /// XACK found nothing: the id was not handed out yet.
    NotDelivered { id: StreamId, last_delivered: StreamId },
    /// XACK found nothing: no such key.
    AckNoKey { key: String },
    /// XACK found nothing: no such group.
    AckNoGroup { group: String },
    /// XPENDING's list is empty though entries are pending.
    NoneMatches { n_pending: u64 },
    /// Nothing is pending.
    NothingPending,
    /// XCLAIM: not pending.
    ClaimNotPending { id: StreamId },
    /// XCLAIM: not idle enough.
    ClaimNotIdle { id: StreamId, consumer: String, idle_ms: u64, idle_ms_min: u64 },
    /// XCLAIM: the entry is gone.
    ClaimGone { id: StreamId },
    /// XAUTOCLAIM dropped ids of deleted entries.
    ClaimDropped { n_dropped: usize },
    /// XAUTOCLAIM found nothing that is idle enough.
    NoneIdle { n_pending: u64, idle_ms_min: u64 },
    /// XAUTOCLAIM's cursor goes on.
    CursorGoesOn { cursor: String },

    // ---- deleting
    /// XDEL found nothing.
    NothingDeleted { id: StreamId, last: StreamId },
    /// XDEL removed an entry that is still pending somewhere.
    DanglingPending { id: StreamId, groups: String },
    /// XDELEX or XACKDEL answered -1.
    MinusOne { acks: bool },
    /// XDELEX or XACKDEL answered 2.
    StillReferenced,

    // ---- the rest
    /// XINFO GROUPS cannot know the lag.
    LagUnknown { group: String },
    /// XCFGSET forgot the ids.
    IdmpForgotten,
    /// XNACK released entries.
    Released { n: i64 },
    /// No command is called like that.
    Unknown(Hint),
}
