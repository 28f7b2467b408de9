//! The same stream, written as plainly as possible: lists that are searched from the front.

use std::collections::BTreeMap;

use streamlanes::engine::{
    AppendError, AutoClaim, Claim, DeleteOutcome, Nack, NackMode, NewId, NodeLimits, RefPolicy,
    StreamId, Trim, TrimBy,
};

pub type Fields = Vec<(Vec<u8>, Vec<u8>)>;

#[derive(Clone, Debug)]
pub struct Entry {
    pub id: StreamId,
    pub fields: Fields,
    pub live: bool,
}

/// The entries that share a node, deleted ones too.
pub type Node = Vec<Entry>;

#[derive(Clone, Debug)]
pub struct Pending {
    pub id: StreamId,
    pub consumer: Option<String>,
    pub time: u64,
    pub count: u64,
}

#[derive(Clone, Debug)]
pub struct Consumer {
    pub seen: u64,
    pub active: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub last_id: StreamId,
    pub entries_read: Option<u64>,
    /// In order of delivery time, those given back first.
    pub pel: Vec<Pending>,
    pub consumers: BTreeMap<String, Consumer>,
}

#[derive(Clone, Debug, Default)]
pub struct Stream {
    pub nodes: Vec<Node>,
    pub last_id: StreamId,
    pub max_deleted: StreamId,
    pub added: u64,
    pub groups: BTreeMap<String, Group>,
}

impl Stream {
    pub fn live(&self) -> impl Iterator<Item = &Entry> {
        self.nodes.iter().flatten().filter(|entry| entry.live)
    }

    pub fn get(&self, id: StreamId) -> Option<&Entry> {
        self.live().find(|entry| entry.id == id)
    }

    pub fn len(&self) -> u64 {
        self.live().count() as u64
    }

    pub fn first_id(&self) -> StreamId {
        self.live().next().map_or(StreamId::MIN, |entry| entry.id)
    }

    /// The greatest id of an entry; 0-0 when empty.
    pub fn last_live(&self) -> StreamId {
        self.live().last().map_or(StreamId::MIN, |entry| entry.id)
    }

    pub fn append(
        &mut self,
        id: NewId,
        fields: &Fields,
        limits: NodeLimits,
        now: u64,
    ) -> Result<StreamId, AppendError> {
        let last = self.last_id;
        if last == StreamId::MAX {
            return Err(AppendError::Exhausted);
        }
        let id = match id {
            NewId::Exact(id) => id,
            NewId::AutoSeq(ms) if ms == last.ms && last.seq == u64::MAX => {
                return Err(AppendError::NotGreater);
            }
            NewId::AutoSeq(ms) if ms == last.ms => StreamId::new(ms, last.seq + 1),
            NewId::AutoSeq(ms) => StreamId::new(ms, 0),
            NewId::Auto if now > last.ms => StreamId::new(now, 0),
            NewId::Auto if last.seq == u64::MAX => StreamId::new(last.ms + 1, 0),
            NewId::Auto => StreamId::new(last.ms, last.seq + 1),
        };
        if id <= last {
            return Err(AppendError::NotGreater);
        }
        // What trimming left behind the place to which XSETID led back.
        while self.nodes.last().is_some_and(|node| node[0].id > id) {
            self.nodes.pop();
        }
        let entry = Entry { id, fields: fields.clone(), live: true };
        let len: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        match self.nodes.last_mut() {
            Some(node)
                if node_bytes(node) + (len as u64) < limits.max_bytes
                    && (limits.max_entries == 0 || (node.len() as u64) < limits.max_entries) =>
            {
                node.push(entry);
            }
            _ => self.nodes.push(vec![entry]),
        }
        self.last_id = id;
        self.added += 1;
        Ok(id)
    }

    fn mark(&mut self, id: StreamId) -> bool {
        let entry = self.nodes.iter_mut().flatten().find(|entry| entry.live && entry.id == id);
        entry.map(|entry| entry.live = false).is_some()
    }

    fn drop_if_dead(&mut self, first: StreamId) {
        self.nodes.retain(|node| node[0].id != first || node.iter().any(|entry| entry.live));
    }

    pub fn delete(&mut self, id: StreamId) -> bool {
        let node = self.nodes.iter().rfind(|node| node[0].id <= id).map(|node| node[0].id);
        let deleted = self.mark(id);
        if deleted {
            self.drop_if_dead(node.unwrap());
            self.max_deleted = self.max_deleted.max(id);
        }
        deleted
    }

    pub fn is_referenced(&self, id: StreamId) -> bool {
        let offered_to_all = self.groups.values().all(|group| id <= group.last_id);
        let pending = self.groups.values().any(|group| group.find(id).is_some());
        !self.groups.is_empty() && (!offered_to_all || pending)
    }

    pub fn delete_ex(&mut self, id: StreamId, refs: RefPolicy) -> DeleteOutcome {
        if refs == RefPolicy::Acked && self.is_referenced(id) {
            return DeleteOutcome::Referenced;
        }
        if refs == RefPolicy::DelRef {
            self.groups.values_mut().for_each(|group| group.pel.retain(|p| p.id != id));
        }
        if self.delete(id) { DeleteOutcome::Deleted } else { DeleteOutcome::Missing }
    }

    pub fn ack_delete(&mut self, group: &str, id: StreamId, refs: RefPolicy) -> DeleteOutcome {
        if !self.groups.get_mut(group).is_some_and(|group| group.remove(id)) {
            return DeleteOutcome::Missing;
        }
        match self.delete_ex(id, refs) {
            DeleteOutcome::Missing => DeleteOutcome::Deleted,
            outcome => outcome,
        }
    }

    pub fn trim(&mut self, trim: &Trim) -> u64 {
        let before = self.len();
        let n_nodes = self.nodes.len();
        // Nodes are taken by the id that began them, since they may vanish under the walk.
        let firsts: Vec<StreamId> = self.nodes.iter().map(|node| node[0].id).collect();
        for first in firsts.iter().take(n_nodes) {
            let enough = |stream: &Stream| match trim.by {
                TrimBy::MaxLen(n) => stream.len() <= n,
                TrimBy::MinId(_) => false,
            };
            let node = self.nodes.iter().find(|node| node[0].id == *first).unwrap().clone();
            let live = node.iter().filter(|entry| entry.live).count() as u64;
            if enough(self) || (trim.limit != 0 && before - self.len() + live > trim.limit) {
                break;
            }
            let eligible = match trim.by {
                TrimBy::MaxLen(n) => self.len() - live >= n,
                TrimBy::MinId(id) => node.last().unwrap().id < id,
            };
            let keep_ref = trim.refs == RefPolicy::KeepRef;
            if !eligible && keep_ref && trim.approx {
                break;
            }
            for entry in &node {
                let past = match trim.by {
                    TrimBy::MaxLen(_) => enough(self) && !(keep_ref && eligible),
                    TrimBy::MinId(id) => entry.id >= id,
                };
                if past {
                    break;
                }
                if !entry.live || (trim.refs == RefPolicy::Acked && self.is_referenced(entry.id)) {
                    continue;
                }
                if trim.refs == RefPolicy::DelRef {
                    self.groups.values_mut().for_each(|g| g.pel.retain(|p| p.id != entry.id));
                }
                self.mark(entry.id);
            }
            if !eligible {
                break;
            }
            self.drop_if_dead(*first);
        }
        before - self.len()
    }

    /// The entries after `id`.
    fn after(&self, id: StreamId) -> Vec<Entry> {
        self.live().filter(|entry| entry.id > id).cloned().collect()
    }

    fn estimate(&self, id: StreamId) -> Option<u64> {
        let (first, last, deleted) = (self.first_id(), self.last_id, self.max_deleted);
        match () {
            () if self.added == 0 => Some(0),
            () if self.len() == 0 && id <= last => Some(self.added),
            () if id != StreamId::MIN && id < deleted => None,
            () if id == last => Some(self.added),
            () if id > last => None,
            () if deleted != StreamId::MIN && deleted >= first => None,
            () if id < first => Some(self.added.wrapping_sub(self.len())),
            () if id == first => Some(self.added.wrapping_sub(self.len()).wrapping_add(1)),
            () => None,
        }
    }

    fn tombstone_ahead(&self, last: StreamId) -> bool {
        self.len() != 0 && self.max_deleted != StreamId::MIN && last <= self.max_deleted
    }

    pub fn lag(&self, group: &Group) -> Option<i64> {
        if self.added == 0 || self.len() == 0 {
            return Some(0);
        }
        if group.last_id < self.first_id() && self.max_deleted < self.first_id() {
            return Some(self.len() as i64);
        }
        let read = match group.entries_read {
            Some(read) if !self.tombstone_ahead(group.last_id) => read,
            _ => self.estimate(group.last_id)?,
        };
        Some(self.added.wrapping_sub(read) as i64)
    }

    pub fn read(
        &mut self,
        name: &str,
        consumer: &str,
        count: usize,
        noack: bool,
        now: u64,
    ) -> Vec<Entry> {
        let entries: Vec<Entry> =
            self.after(self.groups[name].last_id).into_iter().take(count).collect();
        for Entry { id, .. } in &entries {
            let group = &self.groups[name];
            let read = match group.entries_read {
                Some(read)
                    if group.last_id >= self.first_id() && !self.tombstone_ahead(group.last_id) =>
                {
                    Some(read.saturating_add(1))
                }
                read if self.added == 0 => read,
                _ => self.estimate(*id),
            };
            let group = self.groups.get_mut(name).unwrap();
            group.entries_read = read;
            group.last_id = *id;
            if !noack {
                group.remove(*id);
                group.place(Pending {
                    id: *id,
                    consumer: Some(consumer.into()),
                    time: now,
                    count: 1,
                });
                group.consumers.get_mut(consumer).unwrap().active = Some(now);
            }
        }
        entries
    }

    /// Ids with whether they still exist.
    pub fn history(
        &mut self,
        name: &str,
        consumer: &str,
        after: StreamId,
        count: usize,
        now: u64,
    ) -> Vec<(StreamId, bool)> {
        let owner = Some(consumer.to_owned());
        let group = &self.groups[name];
        let mut ids: Vec<StreamId> =
            group.pel.iter().filter(|p| p.consumer == owner).map(|p| p.id).collect();
        ids.sort();
        let ids = ids.into_iter().filter(|id| *id > after).take(count);
        let found: Vec<_> = ids.map(|id| (id, self.get(id).is_some())).collect();
        let group = self.groups.get_mut(name).unwrap();
        for (id, exists) in &found {
            if *exists {
                group.redeliver(*id, consumer, now, one_more);
            }
        }
        found
    }

    /// Ids with idle time and count before.
    pub fn claim_idle(
        &mut self,
        name: &str,
        consumer: &str,
        min_idle: u64,
        count: usize,
        now: u64,
    ) -> Vec<(StreamId, u64, u64)> {
        let pel = self.groups[name].pel.clone();
        let mut claimed = Vec::new();
        for Pending { id, time, count: deliveries, .. } in pel {
            let idle_enough = time <= now && now - time >= min_idle;
            if !idle_enough || claimed.len() == count {
                break;
            }
            if self.get(id).is_none() {
                continue;
            }
            let group = self.groups.get_mut(name).unwrap();
            group.redeliver(id, consumer, now, one_more);
            group.consumers.get_mut(consumer).unwrap().active = Some(now);
            claimed.push((id, now - time, deliveries));
        }
        claimed
    }

    /// Whether the entry was claimed.
    pub fn claim(&mut self, name: &str, consumer: &str, id: StreamId, claim: &Claim) -> bool {
        let exists = self.get(id).is_some();
        let group = self.groups.get_mut(name).unwrap();
        if !exists {
            group.remove(id);
            return false;
        }
        match group.find(id).cloned() {
            Some(p) => {
                if !idle_for_claim(&p, claim.min_idle, claim.now) {
                    return false;
                }
            }
            None if claim.force => {
                group.pel.push(Pending { id, consumer: None, time: 0, count: 1 });
            }
            None => return false,
        }
        group.redeliver(id, consumer, claim.delivery_time, |count| match claim.retry_count {
            Some(count) => count,
            None if claim.just_id => count,
            None => one_more(count),
        });
        group.consumers.get_mut(consumer).unwrap().active = Some(claim.now);
        true
    }

    /// Claimed ids, gone ids, where to go on.
    pub fn autoclaim(
        &mut self,
        name: &str,
        consumer: &str,
        claim: &AutoClaim,
    ) -> (Vec<StreamId>, Vec<StreamId>, StreamId) {
        let (mut claimed, mut gone, mut n_looks) = (Vec::new(), Vec::new(), 0);
        let mut ids: Vec<StreamId> = self.groups[name].pel.iter().map(|p| p.id).collect();
        ids.sort();
        let mut ids = ids.into_iter().filter(|id| *id >= claim.start).peekable();
        while n_looks < claim.count * 10 && ((claimed.len() + gone.len()) as u64) < claim.count {
            let Some(id) = ids.next() else { break };
            n_looks += 1;
            let exists = self.get(id).is_some();
            let group = self.groups.get_mut(name).unwrap();
            if !exists {
                group.remove(id);
                gone.push(id);
            } else if idle_for_claim(group.find(id).unwrap(), claim.min_idle, claim.now) {
                group.redeliver(id, consumer, claim.now, |count| {
                    if claim.just_id { count } else { one_more(count) }
                });
                group.consumers.get_mut(consumer).unwrap().active = Some(claim.now);
                claimed.push(id);
            }
        }
        (claimed, gone, ids.next().unwrap_or(StreamId::MIN))
    }

    pub fn nack(&mut self, name: &str, id: StreamId, nack: &Nack) -> bool {
        let exists = self.get(id).is_some();
        let group = self.groups.get_mut(name).unwrap();
        let count = match group.find(id) {
            Some(p) => p.count,
            None if nack.force && exists => 0,
            None => return false,
        };
        group.remove(id);
        let count = match nack.mode {
            _ if nack.retry_count.is_some() => nack.retry_count.unwrap(),
            NackMode::Silent => count.saturating_sub(1),
            NackMode::Fail => count,
            NackMode::Fatal => i64::MAX as u64,
        };
        let n_nacked = group.pel.iter().filter(|p| p.consumer.is_none()).count();
        group.pel.insert(n_nacked, Pending { id, consumer: None, time: 0, count });
        true
    }
}

impl Group {
    pub fn find(&self, id: StreamId) -> Option<&Pending> {
        self.pel.iter().find(|p| p.id == id)
    }

    pub fn remove(&mut self, id: StreamId) -> bool {
        let len = self.pel.len();
        self.pel.retain(|p| p.id != id);
        self.pel.len() != len
    }

    /// Puts an owned entry where its time belongs.
    fn place(&mut self, pending: Pending) {
        let before = |p: &Pending| p.consumer.is_none() || p.time <= pending.time;
        let at = self.pel.iter().rposition(before).map_or(0, |at| at + 1);
        self.pel.insert(at, pending);
    }

    fn redeliver(&mut self, id: StreamId, to: &str, time: u64, count: impl Fn(u64) -> u64) {
        let old = self.find(id).unwrap().clone();
        self.remove(id);
        self.place(Pending { id, consumer: Some(to.into()), time, count: count(old.count) });
    }
}

fn one_more(count: u64) -> u64 {
    if count == i64::MAX as u64 { count } else { count + 1 }
}

fn idle_for_claim(p: &Pending, min_idle: u64, now: u64) -> bool {
    min_idle == 0 || p.consumer.is_none() || (p.time <= now && now - p.time >= min_idle)
}

/// The size of a node by the rules of Redis's encoding, item by item.
pub fn node_bytes(node: &Node) -> u64 {
    let names = |entry: &Entry| -> Vec<Vec<u8>> {
        entry.fields.iter().map(|(name, _)| name.clone()).collect()
    };
    let number = |n: i64| n.to_string().into_bytes();
    let n_live = node.iter().filter(|entry| entry.live).count();
    let mut items = vec![number(n_live as i64), number((node.len() - n_live) as i64)];
    items.push(number(node[0].fields.len() as i64));
    items.extend(names(&node[0]));
    items.push(number(0));
    for entry in node {
        let same = names(entry) == names(&node[0]);
        let before = items.len();
        items.push(number(2));
        items.push(number(entry.id.ms.wrapping_sub(node[0].id.ms) as i64));
        items.push(number(entry.id.seq.wrapping_sub(node[0].id.seq) as i64));
        if !same {
            items.push(number(entry.fields.len() as i64));
        }
        for (name, value) in &entry.fields {
            if !same {
                items.push(name.clone());
            }
            items.push(value.clone());
        }
        items.push(number((items.len() - before) as i64));
    }
    7 + items.iter().map(|item| item_bytes(item)).sum::<u64>()
}

fn item_bytes(item: &[u8]) -> u64 {
    let number = std::str::from_utf8(item).ok().and_then(|text| text.parse::<i64>().ok());
    let encoded = match number.filter(|n| n.to_string().as_bytes() == item) {
        Some(0..=127) => 1,
        Some(-4096..=4095) => 2,
        Some(n) if i16::try_from(n).is_ok() => 3,
        Some(n) if (-(1 << 23)..1 << 23).contains(&n) => 4,
        Some(n) if i32::try_from(n).is_ok() => 5,
        Some(_) => 9,
        None if item.len() < 64 => 1 + item.len() as u64,
        None if item.len() < 4096 => 2 + item.len() as u64,
        None => 5 + item.len() as u64,
    };
    let back = 1 + [127, 16_383, 2_097_151].iter().filter(|limit| **limit < encoded).count() as u64;
    encoded + back
}
