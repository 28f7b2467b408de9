//! XCLAIM, XAUTOCLAIM, XNACK: pending entries that change hands, or nobody's.

use super::slab::NIL;
use super::{ConsumerId, DELIVERY_COUNT_MAX, GroupMut};
use crate::engine::event::{EventKind, PendingLoss};
use crate::engine::{EntryRef, Recorder, SignalKind, StreamId};
use crate::time::Millis;

/// What XCLAIM is to do with each id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The time of the command.
    pub now: Millis,
    /// Entries that were delivered less long ago stay where they are.
    pub min_idle: Millis,
    /// The time of delivery that the entry gets.
    pub delivery_time: Millis,
    /// RETRYCOUNT; `None`: one more than before.
    pub retry_count: Option<u64>,
    /// JUSTID: the count stays (unless `retry_count` sets it).
    pub just_id: bool,
    /// FORCE: entries that are not pending become so.
    pub force: bool,
    /// A pending id whose entry is no longer in the stream is taken off the list (7.0). Before, it
    /// was claimed like any other.
    pub drop_gone: bool,
}

/// What became of one id of XCLAIM.
#[derive(Clone, Copy, Debug)]
pub enum ClaimOutcome<'a> {
    /// It belongs to the consumer now.
    Claimed(EntryRef<'a>),
    /// It belongs to the consumer now, but the entry is no longer in the stream.
    ClaimedGone,
    /// It is no longer in the stream; if it was pending, it is not any more.
    Gone,
    /// It is not pending.
    NotPending,
    /// It was delivered too recently.
    NotIdle,
}

/// What XAUTOCLAIM is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AutoClaim {
    /// The time of the command, and of the delivery.
    pub now: Millis,
    /// Entries that were delivered less long ago stay where they are.
    pub min_idle: Millis,
    /// The first id to look at.
    pub start: StreamId,
    /// Most entries to claim or to find gone; ten times as many are looked at.
    pub count: u64,
    /// JUSTID: the delivery count stays.
    pub just_id: bool,
}

/// What XAUTOCLAIM did, besides the entries that it claimed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AutoClaimed {
    /// Where to go on; 0-0 at the end.
    pub next: StreamId,
    /// Ids that were pending but are no longer in the stream, and so are not pending any more.
    pub gone: Vec<StreamId>,
}

/// How XNACK gives an entry back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NackMode {
    /// As if the last delivery had not been: the count falls by one.
    Silent,
    /// The delivery failed: the count stays.
    Fail,
    /// It can never succeed: the count becomes the greatest there is.
    Fatal,
}

/// What XNACK is to do with each id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Nack {
    /// What becomes of the delivery count.
    pub mode: NackMode,
    /// RETRYCOUNT: the delivery count, whatever the mode says.
    pub retry_count: Option<u64>,
    /// FORCE: entries that are not pending become so.
    pub force: bool,
}

impl<'a> GroupMut<'a> {
    /// XCLAIM, for one id.
    pub fn claim(
        &mut self,
        id: StreamId,
        consumer: ConsumerId,
        claim: &Claim,
        rec: &mut Recorder<'_>,
    ) -> ClaimOutcome<'a> {
        let entry = self.log.get(id);
        if entry.is_none() && claim.drop_gone {
            self.group.lose(id, PendingLoss::EntryGone, rec);
            return ClaimOutcome::Gone;
        }
        let slot = match self.group.pel.find(id) {
            Some(slot) => {
                if !self.is_idle_enough(slot, claim.min_idle, claim.now) {
                    return ClaimOutcome::NotIdle;
                }
                slot
            }
            None if claim.force && entry.is_some() => {
                rec.signal(SignalKind::GroupMoved);
                self.group.pel.insert_nacked(id, 1)
            }
            None => return ClaimOutcome::NotPending,
        };
        let count = self.group.pel.slab.get(slot).delivery_count;
        let count = match claim.retry_count {
            Some(count) => count.min(DELIVERY_COUNT_MAX),
            None if claim.just_id => count,
            None => self.counting.one_more(count),
        };
        self.take_over(slot, consumer, claim.delivery_time, count, claim.now, rec);
        rec.changed(1);
        entry.map_or(ClaimOutcome::ClaimedGone, ClaimOutcome::Claimed)
    }

    /// XAUTOCLAIM: `visit` gets every entry that was claimed, in order.
    pub fn autoclaim(
        &mut self,
        consumer: ConsumerId,
        claim: &AutoClaim,
        rec: &mut Recorder<'_>,
        mut visit: impl FnMut(EntryRef<'a>),
    ) -> AutoClaimed {
        let mut n_left = claim.count;
        let mut n_looks = claim.count.saturating_mul(10);
        let mut next = Some(claim.start);
        let mut gone = Vec::new();
        while n_left != 0 && n_looks != 0 {
            let Some((slot, id)) = self.first_pending_from(next) else { break };
            next = id.next();
            n_looks -= 1;
            let Some(entry) = self.log.get(id) else {
                self.group.lose(id, PendingLoss::EntryGone, rec);
                gone.push(id);
                n_left -= 1;
                continue;
            };
            if !self.is_idle_enough(slot, claim.min_idle, claim.now) {
                continue;
            }
            let count = self.group.pel.slab.get(slot).delivery_count;
            let count = if claim.just_id { count } else { self.counting.one_more(count) };
            self.take_over(slot, consumer, claim.now, count, claim.now, rec);
            rec.changed(1);
            visit(entry);
            n_left -= 1;
        }
        let next = self.first_pending_from(next).map_or(StreamId::MIN, |(_, id)| id);
        AutoClaimed { next, gone }
    }

    /// XNACK, for one id: whether it was given back.
    pub fn nack(&mut self, id: StreamId, nack: &Nack, rec: &mut Recorder<'_>) -> bool {
        let group = &mut *self.group;
        let (slot, count) = match group.pel.find(id) {
            Some(slot) => (slot, group.pel.slab.get(slot).delivery_count),
            None if nack.force && self.log.contains(id) => (group.pel.insert_nacked(id, 0), 0),
            None => return false,
        };
        let from = group.pel.slab.get(slot).consumer;
        group.disown(slot);
        group.pel.nack(slot);
        let count = match (nack.retry_count, nack.mode) {
            (Some(count), _) => count.min(DELIVERY_COUNT_MAX),
            (None, NackMode::Silent) => count.saturating_sub(1),
            (None, NackMode::Fail) => count,
            (None, NackMode::Fatal) => DELIVERY_COUNT_MAX,
        };
        group.pel.slab.get_mut(slot).delivery_count = count;
        rec.signal(SignalKind::Released);
        rec.event(|| EventKind::Released {
            group: group.name.clone(),
            from: group.name_of(from),
            id,
            count,
        });
        true
    }

    /// The first pending entry at or after an id.
    fn first_pending_from(&self, start: Option<StreamId>) -> Option<(u32, StreamId)> {
        let pel = &self.group.pel;
        let position = pel.index.seek(start?, &pel.slab)?;
        let (slot, _) = pel.index.step(position)?;
        Some((slot, pel.slab.id(slot)))
    }

    fn is_idle_enough(&self, slot: u32, min_idle: Millis, now: Millis) -> bool {
        let entry = self.group.pel.slab.get(slot);
        min_idle == 0
            || entry.consumer == NIL
            || now.checked_sub(entry.delivery_time).is_some_and(|idle| min_idle <= idle)
    }
}
