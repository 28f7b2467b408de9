//! Which effects are still owed: for each entry of a watched stream, which groups have done theirs.

use std::rc::Rc;

use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::limits::{LEDGER_ENTRIES_MAX, LEDGER_GROUPS_MAX, LEDGER_STREAMS_MAX};
use crate::sim::shared_log::SharedLog;
use crate::sorted::SortedMap;

/// Streams that owe something.
#[derive(Clone, Default, Debug)]
pub(super) struct Duties {
    streams: SortedMap<Name, Stream>,
    met: Met,
}

/// Which limits were met.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Met {
    pub(super) entries: bool,
    pub(super) groups: bool,
    pub(super) streams: bool,
}

#[derive(Clone, Default, Debug)]
struct Stream {
    /// At most [`LEDGER_GROUPS_MAX`]; the position is the group's bit.
    groups: Vec<Group>,
    /// In the order of their ids.
    entries: SharedLog<Owed>,
    /// What is shared by all entries whose key is not known.
    no_key: Option<Name>,
    /// The key was deleted: its entries are remembered until new ones come, since what a service
    /// has in hand may be done all the same.
    is_gone: bool,
}

#[derive(Clone, Debug)]
struct Group {
    name: Name,
    /// What it owes; `None`: no service works in it, so nothing.
    what: Option<Rc<str>>,
    /// It owes nothing for entries up to this one; `None`: the group does not exist (yet).
    after: Option<StreamId>,
}

#[derive(Clone, Debug)]
struct Owed {
    id: StreamId,
    key: Name,
    /// A bit for each group that needs it no more.
    done: u32,
    /// A bit for each group whose loss was noted.
    lost: u32,
}

impl Stream {
    fn place(&self, id: StreamId) -> Option<u64> {
        // Most that is asked about is the newest.
        if self.entries.last().is_some_and(|last| last.id == id) {
            return Some(self.entries.next_seq() - 1);
        }
        let seq = self.entries.partition_point(|owed| owed.id < id);
        self.entries.get(seq).filter(|owed| owed.id == id).map(|_| seq)
    }

    fn group_idx(&self, name: &[u8]) -> Option<usize> {
        self.groups.iter().position(|group| *group.name == *name)
    }
}

impl Duties {
    pub(super) fn met(&self) -> Met {
        self.met
    }

    pub(super) fn expect(&mut self, stream: &Name, group: &Name, what: &Rc<str>) {
        if let Some(group) = self.group(stream, group) {
            group.what.get_or_insert_with(|| Rc::clone(what));
        }
    }

    /// The group, known from now on unless there are too many.
    fn group(&mut self, stream: &Name, name: &Name) -> Option<&mut Group> {
        let watched = self.stream(stream)?;
        let known = watched.group_idx(name);
        if known.is_none() && LEDGER_GROUPS_MAX <= watched.groups.len() {
            self.met.groups = true;
            return None;
        }
        let watched = self.streams.get_mut(stream)?;
        let group_idx = known.unwrap_or_else(|| {
            watched.groups.push(Group { name: name.clone(), what: None, after: None });
            watched.groups.len() - 1
        });
        watched.groups.get_mut(group_idx)
    }

    /// The stream, known from now on unless there are too many.
    fn stream(&mut self, name: &Name) -> Option<&mut Stream> {
        if LEDGER_STREAMS_MAX <= self.streams.len() {
            self.met.streams |= !self.streams.contains_key(name);
        } else if !self.streams.contains_key(name) {
            self.streams.insert(name.clone(), Stream::default());
        }
        self.streams.get_mut(name)
    }

    pub(super) fn groups_of(&self, stream: &[u8]) -> Vec<Name> {
        let groups = self.streams.get(stream).map(|stream| stream.groups.as_slice());
        groups.unwrap_or_default().iter().map(|group| group.name.clone()).collect()
    }

    /// `after`: where the group begins; `None` when it was destroyed.
    pub(super) fn begins(&mut self, stream: &Name, group: &Name, after: Option<StreamId>) {
        if let Some(group) = self.group(stream, group) {
            group.after = after;
        }
    }

    pub(super) fn added(&mut self, stream: &Name, id: StreamId) {
        let Some(stream) = self.stream(stream) else { return };
        if std::mem::take(&mut stream.is_gone) {
            stream.entries = SharedLog::default();
        }
        if stream.entries.last().is_none_or(|last| last.id < id) {
            let key = Rc::clone(stream.no_key.get_or_insert_with(|| Name::from(&b""[..])));
            stream.entries.push(Owed { id, key, done: 0, lost: 0 });
            while stream.entries.forget_to(LEDGER_ENTRIES_MAX).is_some() {}
            let owes = stream.groups.iter().any(|group| group.what.is_some());
            let forgets = owes && stream.entries.first_seq() != 0;
            self.met.entries |= forgets;
        }
    }

    /// The stream is gone, and with it its groups.
    pub(super) fn deleted(&mut self, stream: &[u8]) {
        let Some(stream) = self.streams.get_mut(stream) else { return };
        stream.is_gone = true;
        stream.groups.iter_mut().for_each(|group| group.after = None);
    }

    pub(super) fn named(&mut self, stream: &[u8], id: StreamId, key: Name) {
        let Some(stream) = self.streams.get_mut(stream) else { return };
        if let Some(owed) = stream.place(id).and_then(|seq| stream.entries.get_mut(seq)) {
            owed.key = key;
        }
    }

    /// The entry needs no more of this group; returns what was noted as lost, if it was.
    pub(super) fn settle(&mut self, stream: &[u8], group: &[u8], id: StreamId) -> Option<Rc<str>> {
        let stream = self.streams.get_mut(stream)?;
        let group_idx = stream.group_idx(group)?;
        let owed = stream.entries.get_mut(stream.place(id)?)?;
        let was_lost = owed.lost & (1 << group_idx) != 0;
        owed.done |= 1 << group_idx;
        owed.lost &= !(1 << group_idx);
        if was_lost { stream.groups.get(group_idx)?.what.clone() } else { None }
    }

    /// Notes a loss; `None` if there is none to note. Returns what will not be done, and to whom.
    pub(super) fn lose(
        &mut self,
        stream: &[u8],
        group: &[u8],
        id: StreamId,
    ) -> Option<(Rc<str>, Name)> {
        let stream = self.streams.get_mut(stream)?;
        let group_idx = stream.group_idx(group)?;
        let seq = stream.place(id)?;
        if !is_owed(stream.entries.get(seq)?, stream.groups.get(group_idx)?, group_idx) {
            return None;
        }
        let owed = stream.entries.get_mut(seq)?;
        owed.lost |= 1 << group_idx;
        Some((stream.groups.get(group_idx)?.what.clone()?, owed.key.clone()))
    }

    pub(super) fn owed(
        &self,
        stream: &[u8],
        group: &[u8],
        first: StreamId,
        last: StreamId,
    ) -> Vec<StreamId> {
        let Some(stream) = self.streams.get(stream) else { return Vec::new() };
        let Some(group_idx) = stream.group_idx(group) else { return Vec::new() };
        let Some(group) = stream.groups.get(group_idx) else { return Vec::new() };
        let from = stream.entries.partition_point(|owed| owed.id < first);
        let in_range = stream.entries.iter_from(from).take_while(|owed| owed.id <= last);
        in_range.filter(|owed| is_owed(owed, group, group_idx)).map(|owed| owed.id).collect()
    }
}

fn is_owed(owed: &Owed, group: &Group, group_idx: usize) -> bool {
    let reads_it = group.what.is_some() && group.after.is_some_and(|after| after < owed.id);
    reads_it && (owed.done | owed.lost) & (1 << group_idx) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_end_to_streams_groups_and_entries() {
        let name = |n: usize| Name::from(n.to_string().as_bytes());
        let what = Rc::from("done");
        let mut duties = Duties::default();
        for n in 0..LEDGER_GROUPS_MAX + 5 {
            duties.expect(&name(0), &name(n), &what);
        }
        assert_eq!(duties.groups_of(&name(0)).len(), LEDGER_GROUPS_MAX);
        assert_eq!(duties.met(), Met { groups: true, ..Met::default() });
        for n in 0..LEDGER_STREAMS_MAX + 5 {
            duties.added(&name(n), StreamId::new(1, 0));
        }
        assert_eq!(duties.streams.len(), LEDGER_STREAMS_MAX);
        assert_eq!(duties.met(), Met { groups: true, streams: true, entries: false });
        duties.begins(&name(0), &name(0), Some(StreamId::MIN));
        let n_entries = LEDGER_ENTRIES_MAX as u64 + 100;
        (2..n_entries).for_each(|ms| duties.added(&name(0), StreamId::new(ms, 0)));
        let n_owed = duties.owed(&name(0), &name(0), StreamId::MIN, StreamId::MAX).len();
        assert!((LEDGER_ENTRIES_MAX..LEDGER_ENTRIES_MAX + 64).contains(&n_owed), "{n_owed}");
        assert!(duties.met().entries);
        assert!(duties.lose(&name(0), &name(0), StreamId::new(2, 0)).is_none());
        assert!(duties.lose(&name(0), &name(0), StreamId::new(n_entries - 1, 0)).is_some());
    }

    #[test]
    fn a_group_owes_what_came_after_it_and_is_not_done() {
        let (stream, group, what) = (Name::from(&b"s"[..]), Name::from(&b"g"[..]), "done".into());
        let id = |ms| StreamId::new(ms, 0);
        let mut duties = Duties::default();
        duties.expect(&stream, &group, &what);
        (1..=5).for_each(|ms| duties.added(&stream, id(ms)));
        let owed = |duties: &Duties| duties.owed(&stream, &group, id(0), id(9));
        assert_eq!(owed(&duties), []);
        duties.begins(&stream, &group, Some(id(2)));
        assert_eq!(owed(&duties), [id(3), id(4), id(5)]);
        assert_eq!(duties.settle(&stream, &group, id(4)), None);
        duties.named(&stream, id(5), b"key"[..].into());
        let lost = duties.lose(&stream, &group, id(5));
        assert_eq!(lost, Some((Rc::clone(&what), b"key"[..].into())));
        assert_eq!(duties.lose(&stream, &group, id(5)), None);
        assert_eq!(owed(&duties), [id(3)]);
        assert_eq!(duties.settle(&stream, &group, id(5)), Some(what));
    }
}
