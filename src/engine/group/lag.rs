//! How far a group has come: `entries_read` and lag (spec §6).

use super::Group;
use crate::engine::StreamId;
use crate::engine::stream::log::Log;

/// Whose rule decides when the lag is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LagRule {
    /// Redis 7.0: any deletion ahead makes it unknown, unless it was before the first entry.
    Redis7,
    /// Valkey 8: deletions before the first entry count too, and whoever lags behind the first
    /// entry is counted anew.
    Valkey8,
    /// Redis 7.2.7 and later: besides, it stays known when nothing was deleted behind the first
    /// entry.
    Redis8,
}

/// How many entries of a group are still to come; `None` if it cannot be known.
pub(in crate::engine) fn lag(log: &Log, group: &Group, rule: LagRule) -> Option<i64> {
    let added = log.entries_added();
    if added == 0 {
        return Some(0);
    }
    if rule == LagRule::Redis8 {
        let first = log.first_id();
        if log.len() == 0 {
            return Some(0);
        }
        if group.last_id < first && log.max_deleted_id() < first {
            return i64::try_from(log.len()).ok();
        }
    }
    let known = group.entries_read.filter(|_| !tombstone_ahead(log, group.last_id, rule));
    let read = known.or_else(|| estimate(log, group.last_id, rule))?;
    Some(added.wrapping_sub(read) as i64)
}

/// `entries_read` after `id` was handed out as the next entry; `group.last_id` is still the one
/// before it.
pub(super) fn entries_read_after(
    log: &Log,
    group: &Group,
    id: StreamId,
    rule: LagRule,
) -> Option<u64> {
    let is_next = match rule {
        LagRule::Redis7 => !tombstone_ahead(log, id, rule),
        LagRule::Valkey8 | LagRule::Redis8 => {
            log.first_id() <= group.last_id && !tombstone_ahead(log, group.last_id, rule)
        }
    };
    match group.entries_read {
        Some(n) if is_next => Some(n.saturating_add(1)),
        read if log.entries_added() == 0 => read,
        _ => estimate(log, id, rule),
    }
}

/// How many entries were added up to `id`, if that can be known.
fn estimate(log: &Log, id: StreamId, rule: LagRule) -> Option<u64> {
    let (added, len) = (log.entries_added(), log.len());
    let (first, last, deleted) = (log.first_id(), log.last_id(), log.max_deleted_id());
    if added == 0 {
        return Some(0);
    }
    if len == 0 && id <= last {
        return Some(added);
    }
    if rule != LagRule::Redis7 && id != StreamId::MIN && id < deleted {
        return None;
    }
    if id == last {
        return Some(added);
    }
    if last < id {
        return None;
    }
    let nothing_deleted_inside = deleted == StreamId::MIN || deleted < first;
    if nothing_deleted_inside && id < first {
        return Some(added.wrapping_sub(len));
    }
    if nothing_deleted_inside && id == first {
        return Some(added.wrapping_sub(len).wrapping_add(1));
    }
    None
}

/// Whether an entry at or behind `last` was deleted. Redis 7 forgets about deletions before the
/// first entry, though the group may not have come so far.
fn tombstone_ahead(log: &Log, last: StreamId, rule: LagRule) -> bool {
    let deleted = log.max_deleted_id();
    if rule == LagRule::Redis7 && deleted < log.first_id() {
        return false;
    }
    log.len() != 0 && deleted != StreamId::MIN && last <= deleted
}
