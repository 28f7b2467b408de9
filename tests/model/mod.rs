//! The engine beside a naive model and an auditor of its events.

pub mod audit;
pub mod crowd;
pub mod naive;
pub mod ops;

use streamlanes::engine::{
    ClaimOutcome, Deliver, EntryRef, GroupMut, IdmpConfig, LagRule, Name, NodeLimits, Recorder,
    Sink, Stream, StreamId,
};

use audit::Audit;
use naive::Fields;
use ops::{FIELDS, Op};

/// Where the clock begins.
const START: u64 = 3;

pub struct Pair {
    real: Stream,
    model: naive::Stream,
    audit: Audit,
    checkpoint: (Stream, naive::Stream),
    sink: Sink,
    key: Name,
    now: u64,
    limits: NodeLimits,
}

impl Pair {
    pub fn new() -> Pair {
        let real = Stream::new(IdmpConfig::DEFAULT);
        let model = naive::Stream::default();
        let mut sink = Sink::default();
        sink.record(true);
        Pair {
            checkpoint: (real.clone(), model.clone()),
            real,
            model,
            audit: Audit::default(),
            sink,
            key: Name::from(&b"orders"[..]),
            now: START,
            limits: NodeLimits { max_bytes: 4096, max_entries: 4 },
        }
    }

    /// Runs one operation on both and compares what it returned.
    pub fn step(&mut self, op: &Op) {
        let Pair { real, model, sink, key, now, .. } = self;
        let rec = &mut Recorder::new(sink, 0, key, *now);
        match op {
            Op::Clock(by) => *now = now.saturating_add_signed(*by),
            Op::Limits(limits) => self.limits = *limits,
            Op::Append(id, fields) => {
                let fields = owned(FIELDS[*fields]);
                let flat: Vec<&[u8]> =
                    fields.iter().flat_map(|(name, value)| [&name[..], &value[..]]).collect();
                let real = real.append(*id, &flat, self.limits, *now, rec);
                assert_eq!(real, model.append(*id, &fields, self.limits, *now));
            }
            Op::Delete(id) => assert_eq!(real.delete(*id, rec), model.delete(*id)),
            Op::DeleteEx(id, refs) => {
                assert_eq!(real.delete_ex(*id, *refs, rec), model.delete_ex(*id, *refs));
            }
            Op::AckDelete(group, id, refs) => {
                let real = real.ack_delete(group.as_bytes(), *id, *refs, rec);
                assert_eq!(real, model.ack_delete(group, *id, *refs));
            }
            Op::Trim(trim) => assert_eq!(real.trim(trim, rec), model.trim(trim)),
            Op::SetLastId(id, added, deleted) => {
                // What XSETID refuses.
                let refused = *id < model.last_live()
                    || *id < model.max_deleted
                    || deleted.is_some_and(|deleted| *id < deleted)
                    || added.is_some_and(|added| added < model.len());
                if !refused {
                    real.set_last_id(*id, *added, *deleted, rec);
                    model.last_id = *id;
                    model.added = added.unwrap_or(model.added);
                    let deleted = deleted.filter(|deleted| *deleted != StreamId::MIN);
                    model.max_deleted = deleted.unwrap_or(model.max_deleted);
                }
            }
            Op::CreateGroup(name, id, read) => {
                let is_new = !model.groups.contains_key(*name);
                assert_eq!(real.create_group(name.as_bytes(), *id, *read, rec), is_new);
                model.groups.entry(name.to_string()).or_insert_with(|| naive::Group {
                    last_id: *id,
                    entries_read: *read,
                    pel: Vec::new(),
                    consumers: Default::default(),
                });
            }
            Op::DestroyGroup(name) => {
                let existed = model.groups.remove(*name).is_some();
                assert_eq!(real.destroy_group(name.as_bytes(), false, rec), existed);
            }
            Op::Checkpoint => {
                let (real, model) = &self.checkpoint;
                compare(real, model);
                self.checkpoint = (self.real.clone(), self.model.clone());
            }
            Op::Range(start, end) => compare_range(real, model, *start, *end),
            _ => group_step(real, model, *now, op, rec),
        }
        while let Some(event) = self.sink.poll_event() {
            self.audit.apply(&event.kind);
        }
        self.real.check_invariants();
        compare(&self.real, &self.model);
        assert_eq!(self.audit, Audit::of(&self.real));
    }
}

/// The operations that need a group.
fn group_step(
    real: &mut Stream,
    model: &mut naive::Stream,
    now: u64,
    op: &Op,
    rec: &mut Recorder<'_>,
) {
    match op {
        Op::SetGroup(name, id, read) => {
            let Some(mut group) = real.group_mut(name.as_bytes()) else { return };
            group.set_last_id(*id, *read, rec);
            let group = model.groups.get_mut(*name).unwrap();
            (group.last_id, group.entries_read) = (*id, *read);
        }
        Op::RaiseGroup(name, id) => {
            let Some(mut group) = real.group_mut(name.as_bytes()) else { return };
            group.raise_last_id(*id, rec);
            let group = model.groups.get_mut(*name).unwrap();
            group.last_id = group.last_id.max(*id);
        }
        Op::CreateConsumer(name, consumer) => {
            let Some(mut group) = real.group_mut(name.as_bytes()) else { return };
            let consumers = &mut model.groups.get_mut(*name).unwrap().consumers;
            let is_new = !consumers.contains_key(*consumer);
            assert_eq!(group.create_consumer(consumer.as_bytes(), now, rec), is_new);
            let new = naive::Consumer { seen: now, active: None };
            consumers.entry(consumer.to_string()).or_insert(new);
        }
        Op::DeleteConsumer(name, consumer) => {
            let Some(mut group) = real.group_mut(name.as_bytes()) else { return };
            let model = model.groups.get_mut(*name).unwrap();
            let n_before = model.pel.len();
            model.pel.retain(|p| p.consumer.as_deref() != Some(consumer));
            let n_lost = (n_before - model.pel.len()) as u64;
            let existed = model.consumers.remove(*consumer).is_some();
            let real = group.delete_consumer(consumer.as_bytes(), rec);
            assert_eq!(real, existed.then_some(n_lost));
        }
        Op::Nack(name, id, nack) => {
            let Some(mut group) = real.group_mut(name.as_bytes()) else { return };
            assert_eq!(group.nack(*id, nack, rec), model.nack(name, *id, nack));
        }
        Op::Ack(name, id) => {
            let Some(mut group) = real.group_mut(name.as_bytes()) else { return };
            assert_eq!(group.ack(*id, rec), model.groups.get_mut(*name).unwrap().remove(*id));
        }
        _ => member_step(real, model, now, op, rec),
    }
}

/// The operations that need a group and a consumer.
fn member_step(
    real: &mut Stream,
    model: &mut naive::Stream,
    now: u64,
    op: &Op,
    rec: &mut Recorder<'_>,
) {
    match op {
        Op::Read { group: name, consumer, count, noack } => {
            let Some((mut group, id)) = open(real, model, name, consumer, now, rec) else { return };
            let how = Deliver { noack: *noack, ..Deliver::new(now) };
            let read: Vec<_> =
                (0..*count).map_while(|_| group.deliver_next(id, how, rec)).map(key).collect();
            let expected = model.read(name, consumer, *count, *noack, now);
            let expected: Vec<_> = expected.into_iter().map(|e| (e.id, e.fields)).collect();
            assert_eq!(read, expected);
        }
        Op::History { group: name, consumer, after, count } => {
            let Some((mut group, id)) = open(real, model, name, consumer, now, rec) else { return };
            let (mut read, mut at) = (Vec::new(), *after);
            while read.len() < *count
                && let Some(item) = group.history_next(id, at, now, rec)
            {
                at = item.id;
                read.push((item.id, item.entry.is_some()));
            }
            assert_eq!(read, model.history(name, consumer, *after, *count, now));
        }
        Op::ClaimIdle { group: name, consumer, min_idle, count } => {
            let Some((mut group, id)) = open(real, model, name, consumer, now, rec) else { return };
            let mut walk = group.time_walk(*min_idle, now);
            let claimed: Vec<_> = (0..*count)
                .map_while(|_| group.claim_idle_next(&mut walk, id, rec))
                .map(|claimed| (claimed.entry.id, claimed.idle, claimed.delivery_count))
                .collect();
            assert_eq!(claimed, model.claim_idle(name, consumer, *min_idle, *count, now));
        }
        Op::Claim { group: name, consumer, id, ago, claim } => {
            let Some((mut group, to)) = open(real, model, name, consumer, now, rec) else { return };
            let mut claim = *claim;
            (claim.now, claim.delivery_time) = (now, now.saturating_sub(*ago));
            let outcome = group.claim(*id, to, &claim, rec);
            let claimed = matches!(outcome, ClaimOutcome::Claimed(_));
            assert_eq!(claimed, model.claim(name, consumer, *id, &claim));
        }
        Op::AutoClaim { group: name, consumer, claim } => {
            let Some((mut group, to)) = open(real, model, name, consumer, now, rec) else { return };
            let mut claim = *claim;
            claim.now = now;
            let mut claimed = Vec::new();
            let real = group.autoclaim(to, &claim, rec, |entry| claimed.push(entry.id));
            assert_eq!((claimed, real.gone, real.next), model.autoclaim(name, consumer, &claim));
        }
        other => panic!("not an operation of a member: {other:?}"),
    }
}

fn open<'a>(
    real: &'a mut Stream,
    model: &mut naive::Stream,
    name: &str,
    consumer: &str,
    now: u64,
    rec: &mut Recorder<'_>,
) -> Option<(GroupMut<'a>, streamlanes::engine::ConsumerId)> {
    let mut group = real.group_mut(name.as_bytes())?;
    let id = group.open_consumer(consumer.as_bytes(), now, rec);
    let consumers = &mut model.groups.get_mut(name).unwrap().consumers;
    let new = naive::Consumer { seen: now, active: None };
    consumers.entry(consumer.to_owned()).or_insert(new).seen = now;
    Some((group, id))
}

fn owned(fields: &[(&str, &str)]) -> Fields {
    fields
        .iter()
        .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
        .collect()
}

fn key(entry: EntryRef<'_>) -> (StreamId, Fields) {
    let fields = entry.fields().map(|(name, value)| (name.to_vec(), value.to_vec()));
    assert_eq!(entry.n_fields(), entry.fields().len());
    (entry.id, fields.collect())
}

/// Compares everything that can be seen.
fn compare(real: &Stream, model: &naive::Stream) {
    assert_eq!(real.len(), model.len());
    assert_eq!(real.first_id(), model.first_id());
    assert_eq!(real.last_live_id(), model.last_live());
    assert_eq!(real.last_id(), model.last_id);
    assert_eq!(real.max_deleted_id(), model.max_deleted);
    assert_eq!(real.entries_added(), model.added);
    let nodes: Vec<_> =
        real.nodes().map(|node| (node.first_id, node.last_id, node.redis_bytes)).collect();
    let expected = model
        .nodes
        .iter()
        .map(|node| (node[0].id, node[node.len() - 1].id, naive::node_bytes(node)));
    assert_eq!(nodes, expected.collect::<Vec<_>>());
    compare_range(real, model, StreamId::MIN, StreamId::MAX);

    assert_eq!(real.n_groups(), model.groups.len());
    for (group, (name, expected)) in real.groups().zip(&model.groups) {
        assert_eq!(**group.name(), *name.as_bytes());
        assert_eq!(group.last_id(), expected.last_id);
        assert_eq!(group.entries_read(), expected.entries_read);
        assert_eq!(real.lag(group, LagRule::Redis8), model.lag(expected));
        compare_pending(group, expected);
    }
}

fn compare_pending(group: &streamlanes::engine::Group, expected: &naive::Group) {
    let name = |p: &streamlanes::engine::Pending<'_>| {
        p.consumer.map(|consumer| String::from_utf8(consumer.name().to_vec()).unwrap())
    };
    let by_time = group.pending_by_time();
    let by_time: Vec<_> =
        by_time.map(|p| (p.id, name(&p), p.delivery_time, p.delivery_count)).collect();
    let pel = expected.pel.iter().map(|p| (p.id, p.consumer.clone(), p.time, p.count));
    assert_eq!(by_time, pel.collect::<Vec<_>>());

    let mut ids: Vec<StreamId> = expected.pel.iter().map(|p| p.id).collect();
    ids.sort();
    let by_id = group.pending_range(StreamId::MIN, StreamId::MAX);
    assert_eq!(by_id.map(|p| p.id).collect::<Vec<_>>(), ids);
    assert_eq!(group.pending_ends(), ids.first().copied().zip(ids.last().copied()));
    for id in &ids {
        assert_eq!(group.pending(*id).map(|p| p.id), Some(*id));
    }

    assert_eq!(group.n_consumers(), expected.consumers.len());
    for (consumer, (name, expected_consumer)) in group.consumers().zip(&expected.consumers) {
        assert_eq!(**consumer.name(), *name.as_bytes());
        assert_eq!(consumer.seen_time(), expected_consumer.seen);
        assert_eq!(consumer.active_time(), expected_consumer.active);
        let own = expected.pel.iter().filter(|p| p.consumer.as_deref() == Some(name));
        let mut own: Vec<StreamId> = own.map(|p| p.id).collect();
        own.sort();
        let pending = group.pending_of(consumer, StreamId::MIN, StreamId::MAX);
        assert_eq!(pending.map(|p| p.id).collect::<Vec<_>>(), own);
        assert_eq!(consumer.n_pending(), own.len() as u64);
    }
}

fn compare_range(real: &Stream, model: &naive::Stream, start: StreamId, end: StreamId) {
    let expected = model.live().filter(|e| start <= e.id && e.id <= end);
    let mut expected: Vec<_> = expected.map(|e| (e.id, e.fields.clone())).collect();
    assert_eq!(real.range(start, end).map(key).collect::<Vec<_>>(), expected);
    let after: Vec<_> = real.after(start).map(|entry| entry.id).collect();
    let live = model.live().map(|entry| entry.id);
    assert_eq!(after, live.filter(|id| start < *id).collect::<Vec<_>>());
    expected.reverse();
    assert_eq!(real.range_rev(start, end).map(key).collect::<Vec<_>>(), expected);
    for id in [start, end] {
        assert_eq!(real.get(id).map(key), model.get(id).map(|e| (e.id, e.fields.clone())));
        assert_eq!(real.is_referenced(id), model.is_referenced(id));
    }
}
