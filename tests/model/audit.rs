//! A stream's state put together from events alone: what the lanes and the ledger rely on.

use std::collections::{BTreeMap, BTreeSet};

use streamlanes::engine::{Delivery, EventKind, Name, Stream, StreamId};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    entries: BTreeSet<StreamId>,
    groups: BTreeMap<Name, Group>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Group {
    last_id: StreamId,
    consumers: BTreeSet<Name>,
    /// Owner and delivery count of what is pending.
    pending: BTreeMap<StreamId, (Option<Name>, u64)>,
}

impl Audit {
    /// The state as it really is.
    pub fn of(stream: &Stream) -> Audit {
        let entries = stream.range(StreamId::MIN, StreamId::MAX).map(|entry| entry.id).collect();
        let groups = stream.groups().map(|group| {
            let pending = group.pending_by_time().map(|p| {
                (p.id, (p.consumer.map(|consumer| consumer.name().clone()), p.delivery_count))
            });
            let consumers = group.consumers().map(|consumer| consumer.name().clone()).collect();
            let (last_id, pending) = (group.last_id(), pending.collect());
            (group.name().clone(), Group { last_id, consumers, pending })
        });
        Audit { entries, groups: groups.collect() }
    }

    fn group(&mut self, name: &Name) -> &mut Group {
        self.groups.get_mut(name).expect("the group was created")
    }

    /// Follows one event, which must fit.
    pub fn apply(&mut self, event: &EventKind) {
        match event {
            EventKind::Added { id } => assert!(self.entries.insert(*id)),
            EventKind::Deleted { id } => assert!(self.entries.remove(id)),
            EventKind::Trimmed { first, last, n } => {
                let trimmed: Vec<StreamId> = self.entries.range(first..=last).copied().collect();
                assert_eq!((trimmed.first(), trimmed.last()), (Some(first), Some(last)));
                assert_eq!(trimmed.len() as u64, *n);
                trimmed.iter().for_each(|id| assert!(self.entries.remove(id)));
            }
            EventKind::Delivered { group, consumer, id, count, how } => {
                let group = self.group(group);
                let new = (Some(consumer.clone()), *count);
                match how {
                    Delivery::NoAck => assert!(group.last_id < *id),
                    Delivery::New => assert_eq!(group.pending.insert(*id, new), None),
                    Delivery::Again => assert!(group.pending.insert(*id, new).is_some()),
                    Delivery::History => {
                        let old = group.pending.insert(*id, new);
                        assert_eq!(old.map(|old| old.0), Some(Some(consumer.clone())));
                    }
                }
                if *how != Delivery::History {
                    group.last_id = *id;
                }
            }
            EventKind::Claimed { group, from, to, id, count } => {
                let old = self.group(group).pending.insert(*id, (Some(to.clone()), *count));
                assert_eq!(old.and_then(|old| old.0), *from);
            }
            EventKind::Acked { group, consumer, id }
            | EventKind::PendingLost { group, consumer, id, .. } => {
                let old = self.group(group).pending.remove(id);
                assert_eq!(old.map(|old| old.0), Some(consumer.clone()));
            }
            EventKind::Released { group, from, id, count } => {
                let old = self.group(group).pending.insert(*id, (None, *count));
                assert_eq!(old.and_then(|old| old.0), *from);
            }
            EventKind::GroupCreated { group, last_delivered_id } => {
                let new = Group { last_id: *last_delivered_id, ..Group::default() };
                assert_eq!(self.groups.insert(group.clone(), new), None);
            }
            EventKind::GroupMoved { group, from, to } => {
                let group = self.group(group);
                assert_eq!(group.last_id, *from);
                group.last_id = *to;
            }
            EventKind::GroupDestroyed { group, .. } => {
                let group = self.groups.remove(group).expect("the group was created");
                assert!(group.pending.is_empty());
            }
            EventKind::ConsumerCreated { group, consumer } => {
                assert!(self.group(group).consumers.insert(consumer.clone()));
            }
            EventKind::ConsumerDeleted { group, consumer, .. } => {
                assert!(self.group(group).consumers.remove(consumer));
            }
            EventKind::LastIdSet { .. } | EventKind::Deduplicated { .. } => {}
            other => panic!("a stream has no such event: {other:?}"),
        }
    }
}
