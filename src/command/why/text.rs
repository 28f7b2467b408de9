//! The sentences behind [`why`](super::why): every reason, and its words in English.
//!
//! A reason carries what it talks about, so another language needs only another [`Reason::text`].

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
}

impl Reason {
    /// The reason in one sentence (or two short ones).
    pub fn text(&self) -> String {
        self.of_adding()
            .or_else(|| self.of_reading())
            .or_else(|| self.of_groups())
            .or_else(|| self.of_group_reads())
            .or_else(|| self.of_pending())
            .or_else(|| self.of_deletions())
            .unwrap_or_default()
    }

    fn of_adding(&self) -> Option<String> {
        Some(match self {
            Reason::OtherType { key, type_name } => {
                format!("{key} holds a {type_name}, which this command does not work on.")
            }
            Reason::CommandTooNew { name, since, profile } => format!(
                "{name} came with Redis {since}, and this server is {profile}. Choose a newer \
                 version in the settings to use it."
            ),
            Reason::OptionTooNew { option, since, profile } => format!(
                "{option} came with Redis {since}. A {profile} server does not know the word and \
                 reads it as something else, hence this error."
            ),
            Reason::Usage { name, syntax } => format!("It is written like this: {name} {syntax}"),
            Reason::NotMade { key } => format!(
                "NOMKSTREAM says not to make a stream, and {key} does not exist: nothing was added."
            ),
            Reason::NotGreater { last } => format!(
                "Ids only grow: the last id of this stream is {last}, so a new one must be \
                 greater. Write * to let the server choose."
            ),
            Reason::ZeroId => {
                "0-0 stands for \"before everything\", so no entry can have it; the smallest id is \
                 0-1."
                    .to_owned()
            }
            Reason::TakenForId { word } => format!(
                "\"{word}\" is no option of this version (or lacks its argument), so it was taken \
                 for the id."
            ),
            Reason::Exhausted => {
                "The last id of this stream is the greatest there is: nothing can follow it."
                    .to_owned()
            }
            Reason::Deduplicated { id } => format!(
                "This producer sent the same message before: {id} is that entry, and nothing was \
                 added."
            ),
            Reason::IdAheadOfClock { id, now } => format!(
                "The clock says {now}, but the stream had got further already. Ids never go back, \
                 so {id} simply follows the last one."
            ),
            Reason::NoWholeNode { len, n_first } => format!(
                "~ removes only whole nodes, and the first one (with {}) cannot go as a whole: all \
                 stay ({len} in the stream). Leave ~ out to trim exactly.",
                entries(*n_first)
            ),
            Reason::LimitTooSmall { limit, n_first } => format!(
                "LIMIT {limit} is smaller than the first node, which has {} and can only go as a \
                 whole: nothing was removed.",
                entries(*n_first)
            ),
            Reason::KeptForGroups { len } => format!(
                "ACKED keeps what a group has not read or not acknowledged yet: {} left.",
                entries(*len)
            ),
            Reason::NothingToTrim { len } => {
                format!("The stream ({}) is within the threshold already.", entries(*len))
            }
            Reason::IdmpForgotten => {
                "If a value changed, the stream forgot all idempotent ids that it knew.".to_owned()
            }
            _ => return None,
        })
    }

    fn of_reading(&self) -> Option<String> {
        Some(match self {
            Reason::NoKey { key } => {
                format!("There is no key {key}; to a reader that looks like an empty stream.")
            }
            Reason::EmptyStream { last } => format!(
                "The stream exists but holds no entry. It remembers its last id, {last}, and new \
                 ids go on from there."
            ),
            Reason::RangeReversed => {
                "The start is greater than the end. XRANGE wants the smaller id first, XREVRANGE \
                 the greater one."
                    .to_owned()
            }
            Reason::RangeEmpty { first, last } => {
                format!("No entry lies in that range: the stream goes from {first} to {last}.")
            }
            Reason::CountZero => "COUNT 0 is answered with nil, not with an empty list.".to_owned(),
            Reason::DollarWithoutBlock => {
                "$ means \"newer than what is there now\", so without BLOCK there is never \
                 anything. Read from 0, or from the last id you saw."
                    .to_owned()
            }
            Reason::NothingNewer { last } => {
                format!("Nothing is newer than that id: the stream ends at {last}.")
            }
            Reason::BlockTimedOut => {
                "Nothing arrived before the time of BLOCK was over; a reader just asks \
                 again."
                    .to_owned()
            }
            Reason::GreaterNeedsGroup => {
                "> means \"never handed out in this group\", so it needs XREADGROUP. With XREAD, \
                 name the last id you saw, or $ together with BLOCK."
                    .to_owned()
            }
            Reason::PlusIsLastEntry => {
                "+ gives the newest entry only, whatever COUNT says.".to_owned()
            }
            _ => return None,
        })
    }

    fn of_groups(&self) -> Option<String> {
        Some(match self {
            Reason::GroupExists { group, last, n_pending } => format!(
                "The group {group} exists already (at {last}, {n_pending} pending) and was left as \
                 it is. Start-up code usually ignores this error."
            ),
            Reason::NoGroupNoKey { key } => format!(
                "There is no stream {key}, hence no group. XGROUP CREATE {key} … $ MKSTREAM makes \
                 both."
            ),
            Reason::NoGroup { group, others } if others.is_empty() => format!(
                "This stream has no group yet. XGROUP CREATE makes {group}: with 0 to read \
                 everything, with $ to read only what comes."
            ),
            Reason::NoGroup { group, others } => {
                format!("This stream has no group {group}; it has: {others}.")
            }
            Reason::GroupNeedsKey { key } => format!(
                "A group belongs to a stream, and there is no stream {key}. Add MKSTREAM to CREATE \
                 to make an empty one."
            ),
            Reason::GroupSkips { n_skipped } => format!(
                "$ starts behind the newest entry: what is here already ({}) is skipped. To get \
                 that too, start at 0.",
                entries(*n_skipped)
            ),
            Reason::NothingDestroyed { group } => format!("There was no group {group}."),
            Reason::PendingDestroyed { consumer, n_pending } => format!(
                "What {consumer} had pending ({}) went with it: the group will not hand that out \
                 again. Claim first next time.",
                entries(n_pending.unsigned_abs())
            ),
            Reason::NothingPendingDestroyed { consumer } => {
                format!("Nothing was pending for {consumer}, so nothing was lost.")
            }
            Reason::ConsumerExists { consumer } => format!("{consumer} exists already."),
            Reason::GroupMovedBack { n_again } => format!(
                "What follows that id ({}) counts as new now. Readers that wait are not woken by \
                 this; the next XADD shows it to them.",
                entries(*n_again)
            ),
            _ => return None,
        })
    }

    fn of_group_reads(&self) -> Option<String> {
        Some(match self {
            Reason::GroupIsUpToDate { last, n_pending: 0 } => {
                format!("The group has handed out everything up to {last}; nothing is newer.")
            }
            Reason::GroupIsUpToDate { last, n_pending } => format!(
                "> asks for entries that nobody in the group got yet, and everything up to {last} \
                 was handed out. Pending: {}; a consumer reads its own again with 0, or claims.",
                entries(*n_pending)
            ),
            Reason::NoHistory { consumer, n_pending_others: 0 } => format!(
                "An id instead of > reads {consumer}'s own pending entries again, and there are \
                 none."
            ),
            Reason::NoHistory { consumer, n_pending_others } => format!(
                "An id instead of > reads {consumer}'s own pending entries again, and there are \
                 none (others have {}).",
                entries(*n_pending_others)
            ),
            Reason::BlockIgnored => {
                "BLOCK was ignored: an id instead of > reads what is pending, and that is answered \
                 at once."
                    .to_owned()
            }
            Reason::DeletedPayload { n_deleted } => format!(
                "An id without fields ({n_deleted} here): the entry was deleted while it was \
                 pending. Acknowledge the id to get rid of it."
            ),
            Reason::NoAckDelivered => {
                "With NOACK the entries count as done at once: if this consumer fails now, nobody \
                 will get them again."
                    .to_owned()
            }
            Reason::ClaimSwitchedOff => {
                "A stream that is read by id switches CLAIM off for the streams behind it; put the \
                 > streams first."
                    .to_owned()
            }
            Reason::LagUnknown { group } => format!(
                "The lag of {group} cannot be known now: something ahead of it was deleted, or it \
                 was moved by hand. It is known again once the group has read to the end."
            ),
            _ => return None,
        })
    }

    fn of_pending(&self) -> Option<String> {
        Some(match self {
            Reason::NotPending { id, last_delivered } => format!(
                "{id} is not pending in this group: it was acknowledged before, or never handed \
                 out (the group is at {last_delivered})."
            ),
            Reason::NotDelivered { id, last_delivered } => format!(
                "{id} was not handed out yet: the group is at {last_delivered}. Read it with \
                 XREADGROUP first."
            ),
            Reason::AckNoKey { key } => {
                format!("There is no stream {key}. XACK does not call that an error.")
            }
            Reason::AckNoGroup { group } => {
                format!("There is no group {group}. XACK does not call that an error.")
            }
            Reason::NoneMatches { n_pending } => {
                format!("Pending: {}, but none matches what was asked for.", entries(*n_pending))
            }
            Reason::NothingPending => {
                "Nothing is pending: all that was handed out is acknowledged.".to_owned()
            }
            Reason::ClaimNotPending { id } => format!(
                "{id} is not pending in this group, so there is nothing to claim (FORCE would make \
                 it pending)."
            ),
            Reason::ClaimNotIdle { id, consumer, idle_ms, idle_ms_min } => format!(
                "{id} has been with {consumer} for {idle_ms} ms only; you asked for at least \
                 {idle_ms_min}."
            ),
            Reason::ClaimGone { id } => format!(
                "{id} is no longer in the stream, so the claim took it off the pending list \
                 instead."
            ),
            Reason::ClaimDropped { n_dropped } => format!(
                "Pending ids whose entry is gone ({n_dropped} here) were taken off the list; the \
                 last part names them."
            ),
            Reason::NoneIdle { n_pending, idle_ms_min } => format!(
                "Pending: {}, but none of those looked at has been idle for {idle_ms_min} ms.",
                entries(*n_pending)
            ),
            Reason::CursorGoesOn { cursor } => format!(
                "There may be more: go on with {cursor} as the start. 0-0 would mean that all were \
                 looked at."
            ),
            _ => return None,
        })
    }

    fn of_deletions(&self) -> Option<String> {
        Some(match self {
            Reason::NothingDeleted { id, last } if last < id => {
                format!("{id} does not exist: the stream ends at {last}.")
            }
            Reason::NothingDeleted { id, .. } => {
                format!(
                    "{id} is not in the stream: it never was, or is deleted or trimmed already."
                )
            }
            Reason::DanglingPending { id, groups } => format!(
                "{id} is gone from the log but still pending in {groups}: its consumer will get \
                 the id without fields until it is acknowledged."
            ),
            Reason::MinusOne { acks: true } => {
                "-1: that id is not pending in this group, so it was neither acknowledged nor \
                 deleted."
                    .to_owned()
            }
            Reason::MinusOne { acks: false } => "-1: there is no entry with that id.".to_owned(),
            Reason::StillReferenced => {
                "2: kept, because a group has not read it yet or still has it pending.".to_owned()
            }
            Reason::Released { n: 0 } => {
                "None of these ids was pending, so nothing was given back.".to_owned()
            }
            Reason::Released { n } => format!(
                "{n} given back: they stay pending for nobody, and the next claim gets them first."
            ),
            _ => return None,
        })
    }
}

/// `1 entry`, `2 entries`.
fn entries(n: u64) -> String {
    if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") }
}
