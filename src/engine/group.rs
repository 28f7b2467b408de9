//! Consumer groups: who was given which entry, and has not acknowledged it yet.

mod claim;
mod deliver;
mod floor;
mod index;
mod lag;
mod pel;
mod slab;

use std::rc::Rc;

use super::StreamId;
use super::event::{EventKind, Name, PendingLoss};
use super::sink::{Recorder, SignalKind};
use super::stream::log::{Log, Place};
use crate::sorted::SortedMap;
use crate::time::Millis;

pub use claim::{AutoClaim, AutoClaimed, Claim, ClaimOutcome, Nack, NackMode};
pub use deliver::{Claimed, Deliver, HistoryItem, TimeWalk};
pub(super) use floor::GroupFloor;
pub use lag::LagRule;
pub(super) use lag::lag;

use index::{IdIndex, Position};
use pel::Pel;
use slab::{NIL, Slot};

/// The delivery count that XNACK FATAL sets; it never grows further.
pub const DELIVERY_COUNT_MAX: u64 = i64::MAX as u64;

/// A consumer group.
#[derive(Clone, Debug)]
pub struct Group {
    name: Name,
    last_id: StreamId,
    entries_read: Option<u64>,
    pel: Pel,
    by_name: SortedMap<Name, u32>,
    /// Consumers by number; a number is used again after its consumer was deleted.
    consumers: Vec<Option<Consumer>>,
    /// Where in the log the next entry will be.
    place: Place,
}

/// Names a consumer within its group, until it is deleted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ConsumerId(u32);

impl ConsumerId {
    /// No consumer: for a claim that is known to claim nothing.
    pub const NOBODY: ConsumerId = ConsumerId(NIL);
}

/// A member of a group.
#[derive(Clone, Debug)]
pub struct Consumer {
    id: ConsumerId,
    name: Name,
    seen_time: Millis,
    active_time: Option<Millis>,
    pending: IdIndex,
}

impl Consumer {
    /// Its handle in the group.
    pub fn id(&self) -> ConsumerId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// When it last tried to read or claim.
    pub fn seen_time(&self) -> Millis {
        self.seen_time
    }

    /// When it last got something to work on; `None`: never.
    pub fn active_time(&self) -> Option<Millis> {
        self.active_time
    }

    /// How many entries it has pending.
    pub fn n_pending(&self) -> u64 {
        self.pending.len()
    }
}

/// A pending entry.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'a> {
    /// The entry, which need not exist any more.
    pub id: StreamId,
    /// Who has it; `None` after XNACK.
    pub consumer: Option<&'a Consumer>,
    /// When it was delivered last; 0 after XNACK.
    pub delivery_time: Millis,
    /// How often it was delivered.
    pub delivery_count: u64,
}

impl Pending<'_> {
    /// How long ago it was delivered; `None` after XNACK; 0 if the clock jumped back.
    pub fn idle(&self, now: Millis) -> Option<Millis> {
        self.consumer.map(|_| now.saturating_sub(self.delivery_time))
    }

    /// Whether XREADGROUP CLAIM takes it at `now`. What XNACK gave back is idle since 1970.
    pub fn is_idle(&self, min_idle: Millis, now: Millis) -> bool {
        now.checked_sub(self.delivery_time).is_some_and(|idle| min_idle <= idle)
    }
}

impl Group {
    pub(super) fn new(name: Name, last_id: StreamId, entries_read: Option<u64>) -> Group {
        Group {
            name,
            last_id,
            entries_read,
            pel: Pel::new(),
            by_name: SortedMap::new(),
            consumers: Vec::new(),
            place: Place::default(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The last id that was handed out (`last-delivered-id`).
    pub fn last_id(&self) -> StreamId {
        self.last_id
    }

    /// How many entries were handed out, counted from the beginning of the stream; `None`: unknown.
    pub fn entries_read(&self) -> Option<u64> {
        self.entries_read
    }

    /// How many entries are pending.
    pub fn n_pending(&self) -> u64 {
        self.pel.len()
    }

    /// How many of them XNACK gave back.
    pub fn n_nacked(&self) -> u64 {
        self.pel.n_nacked()
    }

    /// How many consumers there are.
    pub fn n_consumers(&self) -> usize {
        self.by_name.len()
    }

    /// The consumers, in byte order of their names.
    pub fn consumers(&self) -> impl DoubleEndedIterator<Item = &Consumer> {
        self.by_name.values().filter_map(|number| self.consumers.get(*number as usize)?.as_ref())
    }

    /// A consumer.
    pub fn consumer(&self, name: &[u8]) -> Option<&Consumer> {
        let number = self.by_name.get(name)?;
        self.consumers.get(*number as usize)?.as_ref()
    }

    /// The pending entry with this id.
    pub fn pending(&self, id: StreamId) -> Option<Pending<'_>> {
        self.pel.find(id).map(|slot| self.pending_at(slot))
    }

    /// The pending entries from `start` to `end`, both included, in order of their ids.
    pub fn pending_range(
        &self,
        start: StreamId,
        end: StreamId,
    ) -> impl Iterator<Item = Pending<'_>> {
        self.walk(&self.pel.index, start, end)
    }

    /// Those of one consumer.
    pub fn pending_of<'a>(
        &'a self,
        consumer: &'a Consumer,
        start: StreamId,
        end: StreamId,
    ) -> impl Iterator<Item = Pending<'a>> {
        self.walk(&consumer.pending, start, end)
    }

    /// The smallest and the greatest pending id.
    pub fn pending_ends(&self) -> Option<(StreamId, StreamId)> {
        let (first, last) = (self.pel.index.first()?, self.pel.index.last()?);
        Some((self.pel.slab.id(first), self.pel.slab.id(last)))
    }

    /// The pending entries in the order in which XREADGROUP CLAIM looks at them: those that XNACK
    /// gave back, then from the longest delivered on.
    pub fn pending_by_time(&self) -> impl Iterator<Item = Pending<'_>> {
        let mut slot = self.pel.oldest();
        std::iter::from_fn(move || {
            if slot == NIL {
                return None;
            }
            let pending = self.pending_at(slot);
            slot = self.pel.slab.get(slot).next;
            Some(pending)
        })
    }

    fn walk<'a>(
        &'a self,
        index: &'a IdIndex,
        start: StreamId,
        end: StreamId,
    ) -> impl Iterator<Item = Pending<'a>> {
        let mut next: Option<Position> = index.seek(start, &self.pel.slab);
        std::iter::from_fn(move || {
            let (slot, behind) = index.step(next?)?;
            next = Some(behind);
            Some(self.pending_at(slot)).filter(|pending| pending.id <= end)
        })
    }

    fn pending_at(&self, slot: u32) -> Pending<'_> {
        let Slot { id, delivery_time, delivery_count, consumer, .. } = *self.pel.slab.get(slot);
        let consumer = self.consumers.get(consumer as usize).and_then(Option::as_ref);
        Pending { id, consumer, delivery_time, delivery_count }
    }

    fn name_of(&self, number: u32) -> Option<Name> {
        let consumer = self.consumers.get(number as usize)?.as_ref()?;
        Some(consumer.name.clone())
    }

    fn consumer_mut(&mut self, number: u32) -> Option<&mut Consumer> {
        self.consumers.get_mut(number as usize)?.as_mut()
    }

    /// Makes a consumer that does not exist.
    fn add_consumer(&mut self, name: &[u8], now: Millis, rec: &mut Recorder<'_>) -> u32 {
        let vacant = self.consumers.iter().position(Option::is_none);
        let place = vacant.unwrap_or_else(|| {
            self.consumers.push(None);
            self.consumers.len() - 1
        });
        let number = place as u32;
        assert!(number != NIL, "more consumers than numbers");
        let name = Name::from(name);
        self.by_name.insert(name.clone(), number);
        self.consumers[place] = Some(Consumer {
            id: ConsumerId(number),
            name: name.clone(),
            seen_time: now,
            active_time: None,
            pending: IdIndex::default(),
        });
        let group = &self.name;
        rec.event(|| EventKind::ConsumerCreated { group: group.clone(), consumer: name });
        number
    }

    /// Adds an entry that is not pending.
    fn add_pending(&mut self, id: StreamId, number: u32, time: Millis, count: u64) {
        let slot = self.pel.insert(id, number, time, count);
        let Group { pel, consumers, .. } = self;
        if let Some(Some(consumer)) = consumers.get_mut(number as usize) {
            consumer.pending.insert(slot, &pel.slab);
        }
    }

    /// Gives a pending entry to a consumer, delivered at `time`.
    fn give(&mut self, slot: u32, number: u32, time: Millis) {
        let Slot { consumer: from, .. } = *self.pel.slab.get(slot);
        if from != number {
            self.disown(slot);
            let Group { pel, consumers, .. } = self;
            if let Some(Some(consumer)) = consumers.get_mut(number as usize) {
                consumer.pending.insert(slot, &pel.slab);
            }
        }
        self.pel.deliver(slot, number, time);
    }

    /// Takes an entry out of its consumer's view, and leaves it in the group's.
    fn disown(&mut self, slot: u32) {
        let Group { pel, consumers, .. } = self;
        let Slot { id, consumer, .. } = *pel.slab.get(slot);
        if let Some(Some(consumer)) = consumers.get_mut(consumer as usize) {
            let removed = consumer.pending.remove(id, &pel.slab);
            debug_assert_eq!(removed, Some(slot));
        }
    }

    /// Takes an entry out of all views; its owner's number.
    fn remove_pending(&mut self, slot: u32) -> u32 {
        let number = self.pel.slab.get(slot).consumer;
        self.disown(slot);
        self.pel.remove(slot);
        number
    }

    /// Takes `id` out of the pending entries, without an ack.
    pub(super) fn lose(&mut self, id: StreamId, why: PendingLoss, rec: &mut Recorder<'_>) -> bool {
        let Some(slot) = self.pel.find(id) else { return false };
        let number = self.remove_pending(slot);
        rec.event(|| EventKind::PendingLost {
            group: self.name.clone(),
            consumer: self.name_of(number),
            id,
            why,
        });
        true
    }

    /// Reports that every pending entry goes, just before the group does.
    pub(super) fn lose_all(&self, why: PendingLoss, rec: &mut Recorder<'_>) {
        if rec.is_recording() {
            for pending in self.pending_range(StreamId::MIN, StreamId::MAX) {
                let consumer = pending.consumer.map(|consumer| consumer.name.clone());
                let (group, id) = (self.name.clone(), pending.id);
                rec.note(|| EventKind::PendingLost { group, consumer, id, why });
            }
        }
    }

    /// About how much memory the group takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.pel.slab.memory_bytes() + self.bytes_beside_pages()
    }

    /// How much of that a clone does not share; see [`super::Value::unshared_bytes`].
    pub(super) fn unshared_bytes(&self, pages_bytes: u64) -> u64 {
        let pages = (self.pel.slab.memory_bytes() as u64).min(pages_bytes);
        pages + self.bytes_beside_pages() as u64
    }

    fn bytes_beside_pages(&self) -> usize {
        let consumers = self
            .consumers()
            .map(|consumer| 2 * consumer.name.len() + 160 + consumer.pending.memory_bytes());
        size_of::<Group>() + self.pel.index.memory_bytes() + consumers.sum::<usize>()
    }

    /// Puts pending entries of one delivery time in the order of their ids.
    pub(super) fn order_pending_by_id(&mut self) {
        self.pel.order_by_id();
    }

    /// Checks what must always be true; costly.
    ///
    /// # Panics
    /// If something is wrong: a bug in the engine.
    pub fn check_invariants(&self) {
        self.pel.check_invariants();
        let mut n_owned = 0;
        for (number, consumer) in self.consumers.iter().enumerate() {
            let Some(consumer) = consumer else { continue };
            assert_eq!(consumer.id.0 as usize, number);
            assert_eq!(self.by_name.get(&consumer.name), Some(&(number as u32)));
            consumer.pending.check_invariants(&self.pel.slab);
            for slot in consumer.pending.slots() {
                let entry = self.pel.slab.get(slot);
                assert_eq!(entry.consumer as usize, number);
                assert_eq!(self.pel.find(entry.id), Some(slot));
            }
            n_owned += consumer.pending.len();
        }
        assert_eq!(n_owned + self.pel.n_nacked(), self.pel.len());
        assert_eq!(self.by_name.len(), self.consumers.iter().flatten().count());
    }
}

/// A group with the log that it reads. Entries that it hands out are borrowed from the log, so they
/// stay valid while more is done with the group.
#[derive(Debug)]
pub struct GroupMut<'a> {
    log: &'a Log,
    group: &'a mut Group,
    floor: &'a mut GroupFloor,
    counting: Counting,
}

/// What a delivery count of 2^63 - 1 becomes by one more delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counting {
    /// It stays (8.8): XNACK FATAL sets it.
    Stops,
    /// It goes on as an unsigned number, which is shown as a negative one.
    GoesOn,
}

impl Counting {
    fn one_more(self, count: u64) -> u64 {
        match self {
            Counting::Stops if DELIVERY_COUNT_MAX <= count => count,
            Counting::Stops | Counting::GoesOn => count.wrapping_add(1),
        }
    }
}

impl<'a> GroupMut<'a> {
    pub(super) fn new(
        log: &'a Log,
        group: &'a mut Group,
        floor: &'a mut GroupFloor,
    ) -> GroupMut<'a> {
        GroupMut { log, group, floor, counting: Counting::Stops }
    }

    /// The same, with another way to count deliveries.
    #[must_use]
    pub fn counting(self, counting: Counting) -> GroupMut<'a> {
        GroupMut { counting, ..self }
    }

    /// The group, for reading.
    pub fn group(&self) -> &Group {
        self.group
    }

    /// Whether there is an entry that the group has not been offered.
    pub fn has_news(&self) -> bool {
        self.group.last_id < self.log.last_live_id()
    }

    /// Whether [`GroupMut::claim_idle_next`] would give something.
    pub fn has_claimable(&self, min_idle: Millis, now: Millis) -> bool {
        let mut by_time = self.group.pending_by_time();
        let oldest = by_time.find(|pending| self.log.contains(pending.id));
        oldest.is_some_and(|pending| pending.is_idle(min_idle, now))
    }

    /// Whether the stream has an entry with this id.
    pub fn contains(&self, id: StreamId) -> bool {
        self.log.contains(id)
    }

    /// The consumer that reads or claims now; it is made if it does not exist.
    pub fn open_consumer(
        &mut self,
        name: &[u8],
        now: Millis,
        rec: &mut Recorder<'_>,
    ) -> ConsumerId {
        let number = match self.group.by_name.get(name) {
            Some(number) => *number,
            None => self.group.add_consumer(name, now, rec),
        };
        if let Some(consumer) = self.group.consumer_mut(number) {
            consumer.seen_time = now;
        }
        ConsumerId(number)
    }

    /// A consumer looked in vain; whether it is still the one that it was when its name was
    /// taken from the group.
    pub fn looked(&mut self, consumer: ConsumerId, name: &Name, now: Millis) -> bool {
        match self.group.consumer_mut(consumer.0) {
            Some(consumer) if Rc::ptr_eq(&consumer.name, name) => {
                consumer.seen_time = now;
                true
            }
            _ => false,
        }
    }

    /// XGROUP CREATECONSUMER: whether it is new.
    pub fn create_consumer(&mut self, name: &[u8], now: Millis, rec: &mut Recorder<'_>) -> bool {
        let is_new = !self.group.by_name.contains_key(name);
        if is_new {
            self.group.add_consumer(name, now, rec);
        }
        is_new
    }

    /// XGROUP DELCONSUMER: how many pending entries went with it; `None` if there is no such one.
    pub fn delete_consumer(&mut self, name: &[u8], rec: &mut Recorder<'_>) -> Option<u64> {
        let number = self.group.by_name.remove(name)?;
        let consumer = self.group.consumers.get_mut(number as usize)?.take()?;
        let n_pending = consumer.pending.len();
        let slots: Vec<u32> = consumer.pending.slots().collect();
        for slot in slots {
            let id = self.group.pel.slab.id(slot);
            self.group.pel.remove(slot);
            rec.note(|| EventKind::PendingLost {
                group: self.group.name.clone(),
                consumer: Some(consumer.name.clone()),
                id,
                why: PendingLoss::ConsumerDeleted,
            });
        }
        let group = self.group.name.clone();
        rec.event(|| EventKind::ConsumerDeleted { group, consumer: consumer.name, n_pending });
        Some(n_pending)
    }

    /// XGROUP SETID.
    pub fn set_last_id(&mut self, id: StreamId, entries_read: Option<u64>, rec: &mut Recorder<'_>) {
        let from = std::mem::replace(&mut self.group.last_id, id);
        self.floor.moved(from, id);
        self.group.entries_read = entries_read;
        rec.signal(SignalKind::GroupMoved);
        rec.event(|| EventKind::GroupMoved { group: self.group.name.clone(), from, to: id });
    }

    /// XCLAIM LASTID: moves the group forward, never back; `entries_read` stays.
    pub fn raise_last_id(&mut self, id: StreamId, rec: &mut Recorder<'_>) {
        let from = self.group.last_id;
        if from < id {
            self.group.last_id = id;
            self.floor.moved(from, id);
            rec.event(|| EventKind::GroupMoved { group: self.group.name.clone(), from, to: id });
        }
    }

    /// XACK, for one id: whether it was pending.
    pub fn ack(&mut self, id: StreamId, rec: &mut Recorder<'_>) -> bool {
        let Some(slot) = self.group.pel.find(id) else { return false };
        let number = self.group.remove_pending(slot);
        rec.event(|| EventKind::Acked {
            group: self.group.name.clone(),
            consumer: self.group.name_of(number),
            id,
        });
        true
    }
}
