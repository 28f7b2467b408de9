//! Conditions over what is stored, judged with a reason.

use super::condition::{Compare, Condition};
use super::reason::Found;
use crate::engine::{Group, Pending, Store, Stream, StreamId};
use crate::sim::World;

/// The databases as goals look at them (database 0).
pub(super) struct State<'a> {
    store: &'a Store,
    world: &'a World,
}

type Judged = Result<(), Found>;

impl<'a> State<'a> {
    pub(super) fn of(world: &'a World) -> State<'a> {
        State { store: world.server().store(), world }
    }

    /// The ids of a stream's entries, in their order; none if it is no stream.
    pub(super) fn ids(&self, key: &str) -> Vec<StreamId> {
        let Ok(stream) = self.stream(key) else { return Vec::new() };
        stream.range(StreamId::MIN, StreamId::MAX).map(|entry| entry.id).collect()
    }

    /// Whether a condition over the state holds; if not, what was found instead.
    pub(super) fn judge(&self, condition: &Condition) -> Judged {
        match condition {
            Condition::Length(key, compare, n) => {
                let n_entries = self.stream(key).map_or(0, |stream| number(stream.len()));
                compare_count(n_entries, *compare, *n)
            }
            Condition::Exists(key, wanted) => {
                let exists = self.store.get(0, key.as_bytes()).is_some();
                be(exists, *wanted)
            }
            Condition::Entry(key, id, wanted) => {
                let there = self.stream(key).is_ok_and(|stream| stream.contains(*id));
                be(there, *wanted)
            }
            Condition::Field(key, field, value) => self.field(key, field, value),
            Condition::Fields(key, compare, n) => {
                let most = self.stream(key)?.range(StreamId::MIN, StreamId::MAX);
                let most = most.map(|entry| number(entry.n_fields() as u64)).max().unwrap_or(0);
                compare_count(most, *compare, *n)
            }
            Condition::SameMs(key, compare, n) => {
                let ids = self.ids(key);
                let most = ids.chunk_by(|a, b| a.ms == b.ms).map(<[StreamId]>::len).max();
                compare_count(number(most.unwrap_or(0) as u64), *compare, *n)
            }
            Condition::FirstId(key, compare, id) => {
                let first = self.stream(key)?.first_id();
                compare_id(first, *compare, *id)
            }
            Condition::Value(key, text) => match self.store.string(0, key.as_bytes()) {
                Ok(Some(value)) if value == text.as_bytes() => Ok(()),
                Ok(Some(value)) => {
                    Err(Found::OtherString(String::from_utf8_lossy(value).into_owned()))
                }
                _ => Err(Found::NoString),
            },
            Condition::Items(key, compare, n) => {
                let list = self.store.list(0, key.as_bytes()).ok().flatten();
                let n_items = list.map_or(0, |list| number(list.len() as u64));
                compare_count(n_items, *compare, *n)
            }
            condition => self.judge_group(condition),
        }
    }

    fn judge_group(&self, condition: &Condition) -> Judged {
        match condition {
            Condition::Group(key, group, wanted) => be(self.group(key, group).is_ok(), *wanted),
            Condition::Consumer(key, group, name, wanted) => {
                let there = self
                    .group(key, group)
                    .is_ok_and(|group| group.consumer(name.as_bytes()).is_some());
                be(there, *wanted)
            }
            Condition::Consumers(key, group, compare, n) => {
                let n_consumers = number(self.group(key, group)?.n_consumers() as u64);
                compare_count(n_consumers, *compare, *n)
            }
            Condition::Pending(key, group, consumer, compare, n) => {
                self.pending(key, group, consumer.as_deref(), *compare, *n)
            }
            Condition::Owner(key, group, id, consumer) => self.owner(key, group, *id, consumer),
            Condition::Deliveries(key, group, id, compare, n) => {
                let pending = self.group(key, group)?.pending(*id);
                let pending = pending.ok_or(Found::NotPending)?;
                compare_count(number(pending.delivery_count), *compare, *n)
            }
            Condition::Dangling(key, group, compare, n) => {
                let stream = self.stream(key)?;
                let gone = |id: &StreamId| !stream.contains(*id);
                let ids = pending_ids(self.group(key, group)?).map(|pending| pending.id);
                let n_gone = ids.filter(gone).count();
                compare_count(number(n_gone as u64), *compare, *n)
            }
            Condition::LastDelivered(key, group, compare, id) => {
                let last = self.group(key, group)?.last_id();
                compare_id(last, *compare, *id)
            }
            Condition::Lag(key, group, compare, n) => {
                let rule = self.world.server().profile().lag_rule();
                let lag = self.stream(key)?.lag(self.group(key, group)?, rule);
                compare_count(lag.ok_or(Found::LagUnknown)?, *compare, *n)
            }
            // Everything else is evidence and judged elsewhere.
            _ => Ok(()),
        }
    }

    fn stream(&self, key: &str) -> Result<&'a Stream, Found> {
        match self.store.stream(0, key.as_bytes()) {
            Ok(Some(stream)) => Ok(stream),
            Ok(None) => Err(Found::NoStream),
            Err(_) => Err(Found::OtherType),
        }
    }

    fn group(&self, key: &str, group: &str) -> Result<&'a Group, Found> {
        let found = self.stream(key)?.group(group.as_bytes());
        found.ok_or(Found::NoGroup)
    }

    fn field(&self, key: &str, field: &str, value: &str) -> Judged {
        let mut entries = self.stream(key)?.range(StreamId::MIN, StreamId::MAX);
        let has = entries.any(|entry| {
            let mut fields = entry.fields();
            fields.any(|(name, is)| name == field.as_bytes() && is == value.as_bytes())
        });
        if has { Ok(()) } else { Err(Found::NoField) }
    }

    fn pending(
        &self,
        key: &str,
        group_name: &str,
        consumer: Option<&str>,
        compare: Compare,
        n: i64,
    ) -> Judged {
        let group = self.group(key, group_name)?;
        let Some(name) = consumer else {
            let n_pending = number(group.n_pending());
            if compare.holds(n_pending, n) {
                return Ok(());
            }
            return Err(match pending_ids(group).next() {
                Some(first) if n == 0 => {
                    let owner = first.consumer.map(|owner| lossy(owner.name()));
                    Found::StillPending(n_pending, first.id, owner)
                }
                _ => Found::Number(n_pending),
            });
        };
        let n_pending = group.consumer(name.as_bytes()).map_or(0, |c| number(c.n_pending()));
        compare_count(n_pending, compare, n)
    }

    fn owner(&self, key: &str, group: &str, id: StreamId, wanted: &str) -> Judged {
        let pending = self.group(key, group)?.pending(id);
        let owner = pending.ok_or(Found::NotPending)?.consumer.map(|owner| &**owner.name());
        if owner == Some(wanted.as_bytes()) {
            return Ok(());
        }
        Err(Found::PendingFor(owner.map(lossy)))
    }
}

/// All pending entries of a group, by their ids.
fn pending_ids(group: &Group) -> impl Iterator<Item = Pending<'_>> {
    group.pending_range(StreamId::MIN, StreamId::MAX)
}

/// A count as the conditions compare it.
fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn be(is: bool, wanted: bool) -> Judged {
    if is == wanted { Ok(()) } else { Err(Found::Opposite) }
}

/// Whether a number compares as it should; if not, the number.
pub(super) fn compare_count(n_is: i64, compare: Compare, n: i64) -> Judged {
    if compare.holds(n_is, n) { Ok(()) } else { Err(Found::Number(n_is)) }
}

fn compare_id(is: StreamId, compare: Compare, id: StreamId) -> Judged {
    if compare.holds(is, id) { Ok(()) } else { Err(Found::Id(is)) }
}
