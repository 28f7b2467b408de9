//! XREADGROUP: new entries, a consumer's own history, and what has been idle for too long.
//!
//! Each function gives one entry at a time, so that the caller can stop when its reply is big
//! enough; what was not asked for is not delivered.

use super::lag::{LagRule, entries_read_after};
use super::slab::{NIL, Slot};
use super::{ConsumerId, GroupMut};
use crate::engine::event::{Delivery, EventKind};
use crate::engine::{EntryRef, Recorder, StreamId};
use crate::time::Millis;

/// How new entries are delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deliver {
    /// The time of the command.
    pub now: Millis,
    /// They do not become pending.
    pub noack: bool,
    /// How `entries_read` is counted.
    pub rule: LagRule,
}

impl Deliver {
    /// As a recent Redis does without options.
    pub fn new(now: Millis) -> Deliver {
        Deliver { now, noack: false, rule: LagRule::Redis8 }
    }
}

/// One id of a consumer's own pending entries.
#[derive(Clone, Copy, Debug)]
pub struct HistoryItem<'a> {
    /// The id.
    pub id: StreamId,
    /// The entry; `None` if it is no longer in the stream.
    pub entry: Option<EntryRef<'a>>,
}

/// An entry that XREADGROUP CLAIM took over.
#[derive(Clone, Copy, Debug)]
pub struct Claimed<'a> {
    /// The entry.
    pub entry: EntryRef<'a>,
    /// How long it had been idle: since 1970 if XNACK had given it back.
    pub idle: Millis,
    /// How often it had been delivered before.
    pub delivery_count: u64,
}

/// How far [`GroupMut::claim_idle_next`] has come. Valid for one command.
#[derive(Clone, Copy, Debug)]
pub struct TimeWalk {
    next: u32,
    /// The last one that was delivered by now when the walk began. What is claimed moves behind it,
    /// and so is not claimed again; what stands behind it is from before the clock jumped back.
    last: u32,
    min_idle: Millis,
    now: Millis,
}

impl<'a> GroupMut<'a> {
    /// `>`: hands the next entry that the group has not been offered to a consumer; `None` if there
    /// is none.
    pub fn deliver_next(
        &mut self,
        consumer: ConsumerId,
        how: Deliver,
        rec: &mut Recorder<'_>,
    ) -> Option<EntryRef<'a>> {
        let group = &mut *self.group;
        let entry = self.log.next_after(group.last_id, &mut group.place)?;
        let id = entry.id;
        group.entries_read = entries_read_after(self.log, group, id, how.rule);
        self.floor.moved(group.last_id, id);
        group.last_id = id;
        let delivery = if how.noack {
            Delivery::NoAck
        } else {
            let member = group.consumer_mut(consumer.0)?;
            member.active_time = Some(how.now);
            match group.pel.find(id) {
                None => {
                    group.add_pending(id, consumer.0, how.now, 1);
                    Delivery::New
                }
                Some(slot) => {
                    group.give(slot, consumer.0, how.now);
                    group.pel.slab.get_mut(slot).delivery_count = 1;
                    Delivery::Again
                }
            }
        };
        self.report_delivery(consumer, id, 1, delivery, rec);
        Some(entry)
    }

    /// A history id: the first of the consumer's own pending entries after `after`. If it still
    /// exists, this counts as a delivery.
    pub fn history_next(
        &mut self,
        consumer: ConsumerId,
        after: StreamId,
        now: Millis,
        rec: &mut Recorder<'_>,
    ) -> Option<HistoryItem<'a>> {
        let group = &mut *self.group;
        let member = group.consumers.get(consumer.0 as usize)?.as_ref()?;
        let position = member.pending.seek(after.next()?, &group.pel.slab)?;
        let (slot, _) = member.pending.step(position)?;
        let id = group.pel.slab.id(slot);
        let entry = self.log.get(id);
        if entry.is_some() {
            group.pel.deliver(slot, consumer.0, now);
            let count = &mut group.pel.slab.get_mut(slot).delivery_count;
            *count = self.counting.one_more(*count);
            let count = *count;
            self.report_delivery(consumer, id, count, Delivery::History, rec);
        }
        Some(HistoryItem { id, entry })
    }

    /// Begins to look for entries that have been idle for `min_idle` at `now`.
    pub fn time_walk(&self, min_idle: Millis, now: Millis) -> TimeWalk {
        let pel = &self.group.pel;
        let mut last = pel.newest();
        while last != NIL && now < pel.slab.get(last).delivery_time {
            last = pel.slab.get(last).prev;
        }
        let next = if last == NIL { NIL } else { pel.oldest() };
        TimeWalk { next, last, min_idle, now }
    }

    /// XREADGROUP CLAIM: gives the next entry that has been idle for too long to a consumer; `None`
    /// if there is no further one. Entries that are gone are passed over. Between the steps of one
    /// walk nothing but other steps may happen to the group.
    pub fn claim_idle_next(
        &mut self,
        walk: &mut TimeWalk,
        consumer: ConsumerId,
        rec: &mut Recorder<'_>,
    ) -> Option<Claimed<'a>> {
        let now = walk.now;
        while walk.next != NIL {
            let slot = walk.next;
            let pending = self.group.pending_at(slot);
            if !pending.is_idle(walk.min_idle, now) {
                walk.next = NIL;
                return None;
            }
            let (id, delivery_time, delivery_count) =
                (pending.id, pending.delivery_time, pending.delivery_count);
            let next = self.group.pel.slab.get(slot).next;
            walk.next = if slot == walk.last { NIL } else { next };
            if let Some(entry) = self.log.get(id) {
                let count = self.counting.one_more(delivery_count);
                self.take_over(slot, consumer, now, count, now, rec);
                let idle = now.saturating_sub(delivery_time);
                return Some(Claimed { entry, idle, delivery_count });
            }
        }
        None
    }

    /// Gives a pending entry to another consumer, for XCLAIM and its relatives, which count the
    /// change.
    pub(super) fn take_over(
        &mut self,
        slot: u32,
        consumer: ConsumerId,
        delivery_time: Millis,
        count: u64,
        now: Millis,
        rec: &mut Recorder<'_>,
    ) {
        let group = &mut *self.group;
        let Slot { id, consumer: from, .. } = *group.pel.slab.get(slot);
        group.give(slot, consumer.0, delivery_time);
        group.pel.slab.get_mut(slot).delivery_count = count;
        if let Some(member) = group.consumer_mut(consumer.0) {
            member.active_time = Some(now);
        }
        if let Some(to) = rec.is_recording().then(|| group.name_of(consumer.0)).flatten() {
            let (group, from) = (group.name.clone(), group.name_of(from));
            rec.note(|| EventKind::Claimed { group, from, to, id, count });
        }
    }

    fn report_delivery(
        &self,
        consumer: ConsumerId,
        id: StreamId,
        count: u64,
        how: Delivery,
        rec: &mut Recorder<'_>,
    ) {
        if let Some(consumer) = rec.is_recording().then(|| self.group.name_of(consumer.0)).flatten()
        {
            let group = self.group.name.clone();
            rec.note(|| EventKind::Delivered { group, consumer, id, count, how });
        }
    }
}
