//! "Why?": the sentence under a reply that surprises.

use super::n_entries;
use crate::command::hint::{Hint, Missing};
use crate::command::why::Reason;

/// The sentence (or two short ones) for a reply that surprises.
pub fn why(reason: &Reason) -> String {
    of_adding(reason)
        .or_else(|| of_reading(reason))
        .or_else(|| of_groups(reason))
        .or_else(|| of_group_reads(reason))
        .or_else(|| of_pending(reason))
        .or_else(|| of_deletions(reason))
        .unwrap_or_default()
}

fn of_adding(reason: &Reason) -> Option<String> {
    Some(match reason {
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
            "The last id of this stream is the greatest there is: nothing can follow it.".to_owned()
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
            n_entries(*n_first)
        ),
        Reason::LimitTooSmall { limit, n_first } => format!(
            "LIMIT {limit} is smaller than the first node, which has {} and can only go as a \
             whole: nothing was removed.",
            n_entries(*n_first)
        ),
        Reason::KeptForGroups { len } => format!(
            "ACKED keeps what a group has not read or not acknowledged yet: {} left.",
            n_entries(*len)
        ),
        Reason::NothingToTrim { len } => {
            format!("The stream ({}) is within the threshold already.", n_entries(*len))
        }
        Reason::IdmpForgotten => {
            "If a value changed, the stream forgot all idempotent ids that it knew.".to_owned()
        }
        _ => return None,
    })
}

fn of_reading(reason: &Reason) -> Option<String> {
    Some(match reason {
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
        Reason::PlusIsLastEntry => "+ gives the newest entry only, whatever COUNT says.".to_owned(),
        _ => return None,
    })
}

fn of_groups(reason: &Reason) -> Option<String> {
    Some(match reason {
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
            n_entries(*n_skipped)
        ),
        Reason::NothingDestroyed { group } => format!("There was no group {group}."),
        Reason::PendingDestroyed { consumer, n_pending } => format!(
            "What {consumer} had pending ({}) went with it: the group will not hand that out \
             again. Claim first next time.",
            n_entries(n_pending.unsigned_abs())
        ),
        Reason::NothingPendingDestroyed { consumer } => {
            format!("Nothing was pending for {consumer}, so nothing was lost.")
        }
        Reason::ConsumerExists { consumer } => format!("{consumer} exists already."),
        Reason::GroupMovedBack { n_again } => format!(
            "What follows that id ({}) counts as new now. Readers that wait are not woken by \
             this; the next XADD shows it to them.",
            n_entries(*n_again)
        ),
        _ => return None,
    })
}

fn of_group_reads(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::GroupIsUpToDate { last, n_pending: 0 } => {
            format!("The group has handed out everything up to {last}; nothing is newer.")
        }
        Reason::GroupIsUpToDate { last, n_pending } => format!(
            "> asks for entries that nobody in the group got yet, and everything up to {last} \
             was handed out. Pending: {}; a consumer reads its own again with 0, or claims.",
            n_entries(*n_pending)
        ),
        Reason::NoHistory { consumer, n_pending_others: 0 } => format!(
            "An id instead of > reads {consumer}'s own pending entries again, and there are \
             none."
        ),
        Reason::NoHistory { consumer, n_pending_others } => format!(
            "An id instead of > reads {consumer}'s own pending entries again, and there are \
             none (others have {}).",
            n_entries(*n_pending_others)
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

fn of_pending(reason: &Reason) -> Option<String> {
    Some(match reason {
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
            format!("Pending: {}, but none matches what was asked for.", n_entries(*n_pending))
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
            n_entries(*n_pending)
        ),
        Reason::CursorGoesOn { cursor } => format!(
            "There may be more: go on with {cursor} as the start. 0-0 would mean that all were \
             looked at."
        ),
        _ => return None,
    })
}

fn of_deletions(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::NothingDeleted { id, last } if last < id => {
            format!("{id} does not exist: the stream ends at {last}.")
        }
        Reason::NothingDeleted { id, .. } => {
            format!("{id} is not in the stream: it never was, or is deleted or trimmed already.")
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
        Reason::Unknown(unknown) => hint(unknown),
        Reason::Released { n } => format!(
            "{n} given back: they stay pending for nobody, and the next claim gets them first."
        ),
        _ => return None,
    })
}

/// What to do instead of a command that nobody knows.
pub fn hint(hint: &Hint) -> String {
    match hint {
        Hint::Newer { name, since: (major, minor), profile } => {
            format!("{name} came with Redis {major}.{minor}; this playground now is {profile}.")
        }
        Hint::DidYouMean(name) => format!("Did you mean {name}?"),
        Hint::Knows { name, words } => format!("{name} here knows {}.", words.join(", ")),
        Hint::NotHere(missing) => {
            let what = match missing {
                Missing::Scripts => "Scripts",
                Missing::Clusters => "Clusters",
                Missing::Modules => "Modules",
                Missing::Replicas => "Replicas",
                Missing::Files => "Files",
                Missing::Hashes => "Hashes",
                Missing::SortedSets => "Sorted sets",
                Missing::OtherTypes => "Other types",
                Missing::AccessLists => "Access lists and sharded channels",
            };
            format!("{what} are not part of this playground: HELP lists what is.")
        }
        Hint::SeeHelp => "HELP lists the commands of this playground.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
