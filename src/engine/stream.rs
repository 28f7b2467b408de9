//! A stream: the log of entries, the groups that read it, the producers that must not repeat
//! themselves.

mod idmp;
pub(super) mod log;
mod node;
mod packed;
mod range;
mod trim;

use super::event::{EventKind, Name, PendingLoss};
use super::group::{Group, GroupFloor, GroupMut, LagRule};
use super::sink::{Recorder, SignalKind};
use super::{StreamId, group};
use crate::sorted::SortedMap;
use crate::time::Millis;

pub use idmp::{Idmp, IdmpConfig, IdmpRecord, auto_iid};
pub use node::{EntryRef, Fields};
pub use range::{Range, RangeRev};
pub use trim::{Trim, TrimBy};

use log::Log;

/// A stream.
#[derive(Clone, Debug)]
pub struct Stream {
    pub(super) log: Log,
    groups: SortedMap<Name, Group>,
    floor: GroupFloor,
    idmp: Idmp,
}

/// When a node is full (`stream-node-max-bytes`, `stream-node-max-entries`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeLimits {
    /// In Redis's encoding; 0: no limit but Redis's own of 1 GiB.
    pub max_bytes: u64,
    /// Live and deleted entries; 0: no limit.
    pub max_entries: u64,
}

impl NodeLimits {
    /// What a server has unless configured.
    pub const DEFAULT: NodeLimits = NodeLimits { max_bytes: 4096, max_entries: 100 };
}

/// One node, as it shows from outside: `~` trimming removes whole ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeInfo {
    /// The id of the entry that began the node, deleted or not.
    pub first_id: StreamId,
    /// The id of its newest entry, deleted or not.
    pub last_id: StreamId,
    /// Entries that exist.
    pub n_live: u32,
    /// Entries that were deleted but still take their place.
    pub n_deleted: u32,
    /// What Redis would need for it, in bytes.
    pub redis_bytes: u64,
}

/// The id that XADD asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NewId {
    /// `*`
    Auto,
    /// `ms-*`
    AutoSeq(u64),
    /// `ms-seq`
    Exact(StreamId),
}

/// Why nothing was appended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppendError {
    /// The last id is the greatest there is.
    Exhausted,
    /// The id is not greater than the last id.
    NotGreater,
    /// The names and values together exceed 2^30 bytes.
    TooLarge,
}

/// What happens to the pending references of an entry that is to be removed (8.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RefPolicy {
    /// They stay and point at nothing.
    #[default]
    KeepRef,
    /// They go too, in every group.
    DelRef,
    /// The entry is removed only if every group has been offered it and acknowledged it.
    Acked,
}

/// What became of one id of XDELEX or XACKDEL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeleteOutcome {
    /// There was nothing to delete (-1).
    Missing,
    /// Gone (1).
    Deleted,
    /// Still referenced, so it stays (2).
    Referenced,
}

/// Most bytes of names and values that one entry may have.
const ENTRY_BYTES_MAX: usize = 1 << 30;

impl Stream {
    /// An empty stream.
    pub fn new(idmp: IdmpConfig) -> Stream {
        Stream {
            log: Log::default(),
            groups: SortedMap::new(),
            floor: GroupFloor::default(),
            idmp: Idmp::new(idmp),
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> u64 {
        self.log.len()
    }

    /// Whether there is no entry; the key lives on.
    pub fn is_empty(&self) -> bool {
        self.log.len() == 0
    }

    /// The last id that was given out or set.
    pub fn last_id(&self) -> StreamId {
        self.log.last_id
    }

    /// The id of the first entry; 0-0 when empty.
    pub fn first_id(&self) -> StreamId {
        self.log.first_id()
    }

    /// The id of the last entry; 0-0 when empty.
    pub fn last_live_id(&self) -> StreamId {
        self.log.last_live_id()
    }

    /// The greatest id that was deleted (not trimmed); 0-0 if none was.
    pub fn max_deleted_id(&self) -> StreamId {
        self.log.max_deleted_id
    }

    /// How many entries were ever added, as far as known.
    pub fn entries_added(&self) -> u64 {
        self.log.entries_added
    }

    /// How many nodes there are (`radix-tree-keys`).
    pub fn n_nodes(&self) -> usize {
        self.log.n_nodes()
    }

    /// How many inner nodes Redis's index of them might have (`radix-tree-nodes`): an estimate, at
    /// least 1.
    pub fn n_radix_nodes(&self) -> usize {
        let n = self.log.n_nodes();
        n + n / 4 + 1
    }

    /// The nodes, oldest first.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeInfo> {
        self.log.node_infos()
    }

    /// The entry with this id.
    pub fn get(&self, id: StreamId) -> Option<EntryRef<'_>> {
        self.log.get(id)
    }

    /// Whether there is an entry with this id.
    pub fn contains(&self, id: StreamId) -> bool {
        self.log.contains(id)
    }

    /// Entries from `start` to `end`, both included, oldest first; none if `start` is greater.
    pub fn range(&self, start: StreamId, end: StreamId) -> Range<'_> {
        Range::new(&self.log, start, end)
    }

    /// Entries from `start` to `end`, both included, newest first; none if `start` is greater.
    pub fn range_rev(&self, start: StreamId, end: StreamId) -> RangeRev<'_> {
        RangeRev::new(&self.log, start, end)
    }

    /// Entries after `id`, oldest first.
    pub fn after(&self, id: StreamId) -> Range<'_> {
        match id.next() {
            Some(start) => self.range(start, StreamId::MAX),
            None => self.range(StreamId::MAX, StreamId::MIN),
        }
    }

    /// The id that the next entry gets.
    ///
    /// # Errors
    /// [`AppendError::Exhausted`], [`AppendError::NotGreater`]
    pub fn resolve(&self, id: NewId, now: Millis) -> Result<StreamId, AppendError> {
        let last = self.log.last_id;
        let next = last.next().ok_or(AppendError::Exhausted)?;
        match id {
            NewId::Auto if last.ms < now => Ok(StreamId::new(now, 0)),
            NewId::Auto => Ok(next),
            NewId::AutoSeq(ms) if last.ms < ms => Ok(StreamId::new(ms, 0)),
            NewId::AutoSeq(ms) if ms == last.ms && last.seq != u64::MAX => Ok(next),
            NewId::Exact(id) if last < id => Ok(id),
            NewId::AutoSeq(_) | NewId::Exact(_) => Err(AppendError::NotGreater),
        }
    }

    /// XADD: appends an entry; `fields` are names and values in turn. A last name without a value
    /// is left out, and without any field nothing sensible happens: the caller checks.
    ///
    /// # Errors
    /// See [`AppendError`]; nothing was changed then.
    pub fn append(
        &mut self,
        id: NewId,
        fields: &[&[u8]],
        limits: NodeLimits,
        now: Millis,
        rec: &mut Recorder<'_>,
    ) -> Result<StreamId, AppendError> {
        debug_assert!(fields.len().is_multiple_of(2));
        let fields = &fields[..fields.len() / 2 * 2];
        let id = self.resolve(id, now)?;
        let len = fields.iter().fold(0, |len: usize, item| len.saturating_add(item.len()));
        if ENTRY_BYTES_MAX < len {
            return Err(AppendError::TooLarge);
        }
        self.log.append(id, fields, limits);
        rec.event(|| EventKind::Added { id });
        rec.signal(SignalKind::Ready);
        Ok(id)
    }

    /// The number of entries ever added stops at the greatest signed one, as in Redis 8.10. Before,
    /// it goes on and is shown as a negative one.
    pub fn stop_counting_entries(&mut self) {
        self.log.entries_added = self.log.entries_added.min(i64::MAX as u64);
    }

    /// XDEL: deletes an entry; whether it was there. Pending references stay.
    pub fn delete(&mut self, id: StreamId, rec: &mut Recorder<'_>) -> bool {
        let deleted = self.log.delete(id);
        if deleted {
            self.log.max_deleted_id = self.log.max_deleted_id.max(id);
            rec.event(|| EventKind::Deleted { id });
            rec.signal(SignalKind::Changed);
        }
        deleted
    }

    /// XDELEX, for one id.
    pub fn delete_ex(
        &mut self,
        id: StreamId,
        refs: RefPolicy,
        rec: &mut Recorder<'_>,
    ) -> DeleteOutcome {
        match refs {
            RefPolicy::KeepRef => {}
            RefPolicy::DelRef => self.drop_references(id, rec),
            RefPolicy::Acked if self.is_still_referenced(id) => return DeleteOutcome::Referenced,
            RefPolicy::Acked => {}
        }
        if self.delete(id, rec) { DeleteOutcome::Deleted } else { DeleteOutcome::Missing }
    }

    /// XACKDEL, for one id; [`DeleteOutcome::Missing`] if it is not pending in the group, or if
    /// there is no such group.
    pub fn ack_delete(
        &mut self,
        group: &[u8],
        id: StreamId,
        refs: RefPolicy,
        rec: &mut Recorder<'_>,
    ) -> DeleteOutcome {
        let acked = self.group_mut(group).is_some_and(|mut group| group.ack(id, rec));
        if !acked {
            return DeleteOutcome::Missing;
        }
        match self.delete_ex(id, refs, rec) {
            DeleteOutcome::Referenced => DeleteOutcome::Referenced,
            DeleteOutcome::Deleted | DeleteOutcome::Missing => DeleteOutcome::Deleted,
        }
    }

    /// Whether some group has not been offered `id` yet, or has it pending.
    pub fn is_referenced(&self, id: StreamId) -> bool {
        let Some(floor) = self.floor.known().or_else(|| self.lowest_last_id()) else {
            return false;
        };
        !self.groups.is_empty()
            && (floor < id || self.groups.values().any(|group| group.pending(id).is_some()))
    }

    fn lowest_last_id(&self) -> Option<StreamId> {
        self.groups.values().map(Group::last_id).min()
    }

    /// As [`Stream::is_referenced`], for one id of many: the groups' floor stays known.
    fn is_still_referenced(&mut self, id: StreamId) -> bool {
        if self.floor.known().is_none()
            && let Some(lowest) = self.lowest_last_id()
        {
            self.floor.set(lowest);
        }
        self.is_referenced(id)
    }

    /// Takes `id` out of the pending entries of every group.
    fn drop_references(&mut self, id: StreamId, rec: &mut Recorder<'_>) {
        for group in self.groups.values_mut() {
            group.lose(id, PendingLoss::DelRef, rec);
        }
    }

    /// XSETID, without its checks: the caller made them.
    pub fn set_last_id(
        &mut self,
        id: StreamId,
        entries_added: Option<u64>,
        max_deleted_id: Option<StreamId>,
        rec: &mut Recorder<'_>,
    ) {
        assert!(self.log.last_live_id() <= id, "no entry is greater than the last id");
        self.log.last_id = id;
        if let Some(n) = entries_added {
            self.log.entries_added = n;
        }
        if let Some(id) = max_deleted_id.filter(|id| *id != StreamId::MIN) {
            self.log.max_deleted_id = id;
        }
        rec.event(|| EventKind::LastIdSet { id });
    }

    /// The groups, in byte order of their names.
    pub fn groups(&self) -> impl DoubleEndedIterator<Item = &Group> {
        self.groups.values()
    }

    /// How many groups there are.
    pub fn n_groups(&self) -> usize {
        self.groups.len()
    }

    /// A group, for reading.
    pub fn group(&self, name: &[u8]) -> Option<&Group> {
        self.groups.get(name)
    }

    /// A group, with the log that it reads.
    pub fn group_mut(&mut self, name: &[u8]) -> Option<GroupMut<'_>> {
        let Stream { log, groups, floor, .. } = self;
        groups.get_mut(name).map(|group| GroupMut::new(log, group, floor))
    }

    /// XGROUP CREATE: whether the group is new; if not, nothing was changed.
    pub fn create_group(
        &mut self,
        name: &[u8],
        last_id: StreamId,
        entries_read: Option<u64>,
        rec: &mut Recorder<'_>,
    ) -> bool {
        if self.groups.contains_key(name) {
            return false;
        }
        let name = Name::from(name);
        self.floor.joined(last_id);
        self.groups.insert(name.clone(), Group::new(name.clone(), last_id, entries_read));
        rec.event(|| EventKind::GroupCreated { group: name, last_delivered_id: last_id });
        true
    }

    /// XGROUP DESTROY: whether there was such a group. With `keeps_floor` entries that only this
    /// group was not offered may stay protected from ACKED: so it was before 8.6, by mistake.
    pub fn destroy_group(
        &mut self,
        name: &[u8],
        keeps_floor: bool,
        rec: &mut Recorder<'_>,
    ) -> bool {
        let Some(group) = self.groups.remove(name) else { return false };
        if !keeps_floor {
            self.floor.forget();
        }
        group.lose_all(PendingLoss::GroupDestroyed, rec);
        let (group, n_pending) = (group.name().clone(), group.n_pending());
        rec.event(|| EventKind::GroupDestroyed { group, n_pending });
        rec.signal(SignalKind::LostGroup);
        true
    }

    /// How many entries a group has yet to be offered; `None` if that cannot be known (spec §6).
    /// Negative only if ENTRIESREAD said more than was ever added, which versions before 8.2 allow.
    pub fn lag(&self, group: &Group, rule: LagRule) -> Option<i64> {
        group::lag(&self.log, group, rule)
    }

    /// The oldest pending entry of a group, by delivery time, that still exists; XREADGROUP CLAIM
    /// asks whether it is idle enough.
    pub fn oldest_claimable<'a>(&self, group: &'a Group) -> Option<group::Pending<'a>> {
        group.pending_by_time().find(move |pending| self.log.contains(pending.id))
    }

    /// Whether [`GroupMut::claim_idle_next`] would give something.
    pub fn has_claimable(&self, group: &Group, min_idle: Millis, now: Millis) -> bool {
        self.oldest_claimable(group).is_some_and(|pending| pending.is_idle(min_idle, now))
    }

    /// When [`Stream::has_claimable`] becomes true, if nothing else happens.
    pub fn next_claimable_at(&self, group: &Group, min_idle: Millis) -> Option<Millis> {
        let pending = self.oldest_claimable(group)?;
        Some(pending.delivery_time.saturating_add(min_idle))
    }

    /// The producers and their ids.
    pub fn idmp(&self) -> &Idmp {
        &self.idmp
    }

    /// XADD IDMP: the entry that this producer added under this id, if it is still known.
    pub fn idmp_lookup(
        &mut self,
        pid: &[u8],
        iid: &[u8],
        rec: &mut Recorder<'_>,
    ) -> Option<StreamId> {
        let (producer, id) = self.idmp.lookup(pid, iid)?;
        rec.event(|| EventKind::Deduplicated { id, producer });
        Some(id)
    }

    /// XADD IDMP and XIDMPRECORD: remembers which entry a producer added under an id.
    pub fn idmp_record(
        &mut self,
        pid: &[u8],
        iid: &[u8],
        id: StreamId,
        rec: &mut Recorder<'_>,
    ) -> IdmpRecord {
        let outcome = self.idmp.record(pid, iid, id, rec.at());
        if outcome == IdmpRecord::Stored {
            rec.idmp_used();
        }
        outcome
    }

    /// XCFGSET: a value that differs from the present one forgets all ids.
    pub fn configure_idmp(&mut self, config: IdmpConfig) {
        self.idmp.configure(config);
    }

    /// Forgets the ids that are too old at `now`; how many.
    pub fn expire_idmp(&mut self, now: Millis) -> u64 {
        self.idmp.expire(now)
    }

    /// About how much memory the stream takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let groups: usize = self.groups.values().map(Group::memory_bytes).sum();
        self.log.memory_bytes() + groups + self.bytes_beside_log()
    }

    /// How much of that a clone does not share; see [`super::Value::unshared_bytes`].
    pub fn unshared_bytes(&self, pages_bytes: u64) -> u64 {
        let groups = self.groups.values().map(|group| group.unshared_bytes(pages_bytes));
        (self.log.index_bytes() + self.bytes_beside_log()) as u64 + groups.sum::<u64>()
    }

    fn bytes_beside_log(&self) -> usize {
        size_of::<Stream>() + self.idmp.memory_bytes()
    }

    /// What COPY makes of it: all that shows. The groups' floor is found again when it is needed.
    pub fn copied(&self) -> Stream {
        Stream { floor: GroupFloor::default(), ..self.clone() }
    }

    /// Puts pending entries of one delivery time in the order of their ids.
    pub fn order_pending_by_id(&mut self) {
        self.groups.values_mut().for_each(Group::order_pending_by_id);
    }

    /// Checks what must always be true; costly.
    ///
    /// # Panics
    /// If something is wrong: a bug in the engine.
    pub fn check_invariants(&self) {
        if let (Some(floor), Some(lowest)) = (self.floor.known(), self.lowest_last_id()) {
            assert!(floor <= lowest, "no group stands below the floor");
        }
        self.log.check_invariants();
        self.idmp.check_invariants();
        for (name, group) in &self.groups {
            assert_eq!(name, group.name());
            group.check_invariants();
        }
    }
}
