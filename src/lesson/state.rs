//! Conditions over what is stored, judged with a reason.

use super::condition::{Compare, Condition};
use crate::engine::{Group, Pending, Store, Stream, StreamId};
use crate::sim::World;

/// The databases as goals look at them (database 0).
pub(super) struct State<'a> {
    store: &'a Store,
    world: &'a World,
}

type Judged = Result<(), String>;

impl<'a> State<'a> {
    pub(super) fn of(world: &'a World) -> State<'a> {
        State { store: world.server().store(), world }
    }

    /// The ids of a stream's entries, in their order; none if it is no stream.
    pub(super) fn ids(&self, key: &str) -> Vec<StreamId> {
        let Ok(stream) = self.stream(key) else { return Vec::new() };
        stream.range(StreamId::MIN, StreamId::MAX).map(|entry| entry.id).collect()
    }

    /// Whether a condition over the state holds; if not, why.
    pub(super) fn judge(&self, condition: &Condition) -> Judged {
        match condition {
            Condition::Length(key, compare, n) => {
                let n_entries = self.stream(key).map_or(0, |stream| number(stream.len()));
                compare_count(n_entries, *compare, *n, &format!("entries in {key}"))
            }
            Condition::Exists(key, wanted) => {
                let exists = self.store.get(0, key.as_bytes()).is_some();
                be(exists, *wanted, || format!("the key {key}"))
            }
            Condition::Entry(key, id, wanted) => {
                let there = self.stream(key).is_ok_and(|stream| stream.contains(*id));
                be(there, *wanted, || format!("the entry {id} in {key}"))
            }
            Condition::Field(key, field, value) => self.field(key, field, value),
            Condition::Fields(key, compare, n) => {
                let most = self.stream(key)?.range(StreamId::MIN, StreamId::MAX);
                let most = most.map(|entry| number(entry.n_fields() as u64)).max().unwrap_or(0);
                compare_count(most, *compare, *n, &format!("fields of an entry in {key}"))
            }
            Condition::SameMs(key, compare, n) => {
                let ids = self.ids(key);
                let most = ids.chunk_by(|a, b| a.ms == b.ms).map(<[StreamId]>::len).max();
                let what = format!("entries of {key} in one millisecond");
                compare_count(number(most.unwrap_or(0) as u64), *compare, *n, &what)
            }
            Condition::FirstId(key, compare, id) => {
                let first = self.stream(key)?.first_id();
                compare_id(first, *compare, *id, &format!("the first id of {key}"))
            }
            Condition::Value(key, text) => match self.store.string(0, key.as_bytes()) {
                Ok(Some(value)) if value == text.as_bytes() => Ok(()),
                Ok(Some(value)) => {
                    let value = String::from_utf8_lossy(value);
                    Err(format!("{key} is \"{value}\", not \"{text}\""))
                }
                _ => Err(format!("{key} holds no string yet")),
            },
            Condition::Items(key, compare, n) => {
                let list = self.store.list(0, key.as_bytes()).ok().flatten();
                let n_items = list.map_or(0, |list| number(list.len() as u64));
                compare_count(n_items, *compare, *n, &format!("elements in the list {key}"))
            }
            condition => self.judge_group(condition),
        }
    }

    fn judge_group(&self, condition: &Condition) -> Judged {
        match condition {
            Condition::Group(key, group, wanted) => {
                be(self.group(key, group).is_ok(), *wanted, || {
                    format!("the group {group} of {key}")
                })
            }
            Condition::Consumer(key, group, name, wanted) => {
                let there = self
                    .group(key, group)
                    .is_ok_and(|group| group.consumer(name.as_bytes()).is_some());
                be(there, *wanted, || format!("the consumer {name} in {group}"))
            }
            Condition::Consumers(key, group, compare, n) => {
                let n_consumers = number(self.group(key, group)?.n_consumers() as u64);
                compare_count(n_consumers, *compare, *n, &format!("consumers in {group}"))
            }
            Condition::Pending(key, group, consumer, compare, n) => {
                self.pending(key, group, consumer.as_deref(), *compare, *n)
            }
            Condition::Owner(key, group, id, consumer) => self.owner(key, group, *id, consumer),
            Condition::Deliveries(key, group, id, compare, n) => {
                let pending = self.group(key, group)?.pending(*id);
                let pending = pending.ok_or_else(|| format!("{id} is not pending in {group}"))?;
                let what = format!("deliveries of {id}");
                compare_count(number(pending.delivery_count), *compare, *n, &what)
            }
            Condition::Dangling(key, group, compare, n) => {
                let stream = self.stream(key)?;
                let gone = |id: &StreamId| !stream.contains(*id);
                let ids = pending_ids(self.group(key, group)?).map(|pending| pending.id);
                let n_gone = ids.filter(gone).count();
                let what = format!("pending ids in {group} whose entry is gone");
                compare_count(number(n_gone as u64), *compare, *n, &what)
            }
            Condition::LastDelivered(key, group, compare, id) => {
                let last = self.group(key, group)?.last_id();
                compare_id(last, *compare, *id, &format!("the last-delivered-id of {group}"))
            }
            Condition::Lag(key, group, compare, n) => {
                let rule = self.world.server().profile().lag_rule();
                let lag = self.stream(key)?.lag(self.group(key, group)?, rule);
                let lag = lag.ok_or_else(|| format!("the lag of {group} is unknown (nil)"))?;
                compare_count(lag, *compare, *n, &format!("entries that {group} was not offered"))
            }
            // Everything else is evidence and judged elsewhere.
            _ => Ok(()),
        }
    }

    fn stream(&self, key: &str) -> Result<&'a Stream, String> {
        match self.store.stream(0, key.as_bytes()) {
            Ok(Some(stream)) => Ok(stream),
            Ok(None) => Err(format!("there is no stream {key} yet")),
            Err(_) => Err(format!("{key} is no stream")),
        }
    }

    fn group(&self, key: &str, group: &str) -> Result<&'a Group, String> {
        let found = self.stream(key)?.group(group.as_bytes());
        found.ok_or_else(|| format!("{key} has no group {group}"))
    }

    fn field(&self, key: &str, field: &str, value: &str) -> Judged {
        let mut entries = self.stream(key)?.range(StreamId::MIN, StreamId::MAX);
        let has = entries.any(|entry| {
            let mut fields = entry.fields();
            fields.any(|(name, is)| name == field.as_bytes() && is == value.as_bytes())
        });
        if has { Ok(()) } else { Err(format!("no entry of {key} has {field} = {value}")) }
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
            let first = pending_ids(group).next().map(|pending| {
                let owner =
                    pending.consumer.map(|c| String::from_utf8_lossy(c.name()).into_owned());
                let owner = owner.unwrap_or_else(|| "nobody".to_owned());
                format!(": {} is still pending for {owner}", pending.id)
            });
            return Err(match first {
                Some(first) if n == 0 => format!("{n_pending} pending in {group_name}{first}"),
                _ => {
                    format!("{n_pending} pending in {group_name}; it takes {} {n}", compare.words())
                }
            });
        };
        let n_pending = group.consumer(name.as_bytes()).map_or(0, |c| number(c.n_pending()));
        compare_count(n_pending, compare, n, &format!("pending for {name} in {group_name}"))
    }

    fn owner(&self, key: &str, group: &str, id: StreamId, wanted: &str) -> Judged {
        let pending = self.group(key, group)?.pending(id);
        let pending = pending.ok_or_else(|| format!("{id} is not pending in {group}"))?;
        match pending.consumer.map(|consumer| &**consumer.name()) {
            Some(name) if name == wanted.as_bytes() => Ok(()),
            Some(name) => {
                let name = String::from_utf8_lossy(name);
                Err(format!("{id} is pending for {name}, not for {wanted}"))
            }
            None => Err(format!("{id} is pending for nobody, not for {wanted}")),
        }
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

fn be(is: bool, wanted: bool, what: impl Fn() -> String) -> Judged {
    match (is, wanted) {
        (true, true) | (false, false) => Ok(()),
        (false, true) => Err(format!("{} is not there", what())),
        (true, false) => Err(format!("{} is there", what())),
    }
}

fn compare_count(n_is: i64, compare: Compare, n: i64, what: &str) -> Judged {
    if compare.holds(n_is, n) {
        return Ok(());
    }
    Err(format!("{what}: {n_is}; it takes {} {n}", compare.words()))
}

fn compare_id(is: StreamId, compare: Compare, id: StreamId, what: &str) -> Judged {
    if compare.holds(is, id) {
        return Ok(());
    }
    Err(format!("{what} is {is}; it takes {} {id}", compare.sign()))
}
