//! The entries of a stream: nodes in order of their ids.

use std::collections::VecDeque;
use std::rc::Rc;

use super::node::{EntryRef, Head, Node};
use super::{NodeInfo, NodeLimits, StreamId};

/// Redis keeps no node greater than this, whatever is configured, in bytes.
const NODE_BYTES_MAX: u64 = 1 << 30;

/// A node and the id that it begins with, so that searching touches nothing else.
#[derive(Clone, Debug)]
struct Slot {
    first: StreamId,
    node: Rc<Node>,
}

/// The entries of a stream, and the numbers about them.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Log {
    nodes: VecDeque<Slot>,
    len: u64,
    first_id: StreamId,
    /// The greatest live id; 0-0 when empty.
    last_live: StreamId,
    /// In the first node nothing lives before this offset.
    head_at: usize,
    /// The entry of `first_id` went, or that of `last_live`; see [`Log::find_ends`].
    first_gone: bool,
    last_gone: bool,
    n_nodes_ever: u64,
    pub(super) last_id: StreamId,
    pub(super) max_deleted_id: StreamId,
    pub(super) entries_added: u64,
}

/// Remembers where in the log an id is. Only a hint: when the node is gone, it is searched again.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::engine) struct Place {
    /// All live entries before the offset have ids up to this one.
    after: StreamId,
    serial: u64,
    node_idx: usize,
    at: usize,
}

impl Log {
    pub(in crate::engine) fn len(&self) -> u64 {
        self.len
    }

    /// The first live id; 0-0 when empty.
    pub(in crate::engine) fn first_id(&self) -> StreamId {
        self.first_id
    }

    /// The last live id; 0-0 when empty.
    pub(in crate::engine) fn last_live_id(&self) -> StreamId {
        self.last_live
    }

    pub(in crate::engine) fn last_id(&self) -> StreamId {
        self.last_id
    }

    pub(in crate::engine) fn max_deleted_id(&self) -> StreamId {
        self.max_deleted_id
    }

    pub(in crate::engine) fn entries_added(&self) -> u64 {
        self.entries_added
    }

    pub(super) fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn node(&self, node_idx: usize) -> Option<&Node> {
        self.nodes.get(node_idx).map(|slot| &*slot.node)
    }

    pub(super) fn node_infos(&self) -> impl DoubleEndedIterator<Item = NodeInfo> {
        self.nodes.iter().map(|Slot { node, .. }| NodeInfo {
            first_id: node.first,
            last_id: node.last,
            n_live: node.live,
            n_deleted: node.deleted,
            redis_bytes: node.redis_bytes(),
        })
    }

    /// Appends an entry; the caller checked that its id is greater than `last_id`.
    pub(super) fn append(&mut self, id: StreamId, fields: &[&[u8]], limits: NodeLimits) {
        debug_assert!(self.last_id < id);
        self.drop_dead_behind(id);
        let mut len = 0;
        for item in fields {
            len += item.len() as u64;
        }
        match self.nodes.back_mut() {
            Some(Slot { node, .. }) if has_room(node, len, limits) => {
                Rc::make_mut(node).append(id, fields);
            }
            full => {
                // The next node mostly needs as much as this one did.
                let mut reserve = 0;
                if let Some(Slot { node, .. }) = full {
                    reserve = node.packed_len();
                    Rc::make_mut(node).seal();
                }
                self.n_nodes_ever += 1;
                let node = Rc::new(Node::new(id, fields, self.n_nodes_ever, reserve));
                self.nodes.push_back(Slot { first: id, node });
            }
        }
        if self.len == 0 {
            self.first_id = id;
        }
        self.len += 1;
        self.last_id = id;
        self.last_live = id;
        self.entries_added = self.entries_added.wrapping_add(1);
    }

    /// Removes nodes at the end that began after `id`. Trimming can leave a node of tombstones, and
    /// then XSETID lead back to before it; nodes must ascend.
    fn drop_dead_behind(&mut self, id: StreamId) {
        while let Some(Slot { first, node }) = self.nodes.back()
            && id < *first
        {
            assert_eq!(node.live, 0, "no entry is greater than the last id");
            self.drop_node(self.nodes.len() - 1);
            self.find_ends();
        }
    }

    /// The node in which an id would be.
    pub(super) fn node_idx(&self, id: StreamId) -> Option<usize> {
        self.nodes.partition_point(|slot| slot.first <= id).checked_sub(1)
    }

    fn find(&self, id: StreamId) -> Option<(usize, Head)> {
        if id < self.first_id || self.last_live < id {
            return None;
        }
        let node_idx = self.node_idx(id)?;
        let head = self.nodes[node_idx].node.seek(self.near(node_idx, id), id)?;
        (head.id == id).then_some((node_idx, head))
    }

    /// Where to begin a search for `id` in a node.
    fn near(&self, node_idx: usize, id: StreamId) -> usize {
        let near = self.nodes[node_idx].node.near(id);
        if node_idx == 0 { near.max(self.head_at) } else { near }
    }

    /// Where the entries of a node begin, but for deleted ones.
    pub(super) fn begin(&self, node_idx: usize) -> usize {
        let begin = self.nodes.get(node_idx).map_or(0, |slot| slot.node.begin());
        if node_idx == 0 { begin.max(self.head_at) } else { begin }
    }

    pub(in crate::engine) fn contains(&self, id: StreamId) -> bool {
        self.find(id).is_some()
    }

    pub(in crate::engine) fn get(&self, id: StreamId) -> Option<EntryRef<'_>> {
        let (node_idx, head) = self.find(id)?;
        Some(self.nodes[node_idx].node.entry(head))
    }

    /// The first live entry at or after `start`: its node and head.
    pub(super) fn seek(&self, start: StreamId) -> Option<(usize, Head)> {
        if self.last_live < start || self.len == 0 {
            return None;
        }
        let from = self.node_idx(start).unwrap_or(0);
        (from..self.nodes.len()).find_map(|node_idx| {
            let node = &*self.nodes[node_idx].node;
            Some((node_idx, node.seek(self.near(node_idx, start), start)?))
        })
    }

    /// The first live entry after `after`; `place` remembers where the next one will be.
    pub(in crate::engine) fn next_after(
        &self,
        after: StreamId,
        place: &mut Place,
    ) -> Option<EntryRef<'_>> {
        if self.last_live <= after {
            return None;
        }
        let hinted = || {
            let slot = self.nodes.get(place.node_idx)?;
            let known = place.after == after && slot.node.serial == place.serial;
            let head = known.then(|| slot.node.seek(place.at, after.next()?)).flatten()?;
            Some((place.node_idx, head))
        };
        let (node_idx, head) = match hinted() {
            Some(found) => found,
            None => self.seek(after.next()?)?,
        };
        let node = &*self.nodes[node_idx].node;
        *place = Place { after: head.id, serial: node.serial, node_idx, at: head.end };
        Some(node.entry(head))
    }

    /// Deletes an entry, without raising `max_deleted_id`; whether it was there.
    pub(super) fn delete(&mut self, id: StreamId) -> bool {
        let Some((node_idx, head)) = self.find(id) else { return false };
        self.delete_at(node_idx, head);
        self.drop_if_dead(node_idx);
        self.find_ends();
        true
    }

    /// Marks an entry. The caller goes on with [`Log::drop_if_dead`] and [`Log::find_ends`].
    pub(super) fn delete_at(&mut self, node_idx: usize, head: Head) {
        Rc::make_mut(&mut self.nodes[node_idx].node).delete(head);
        self.len -= 1;
        self.first_gone |= head.id == self.first_id;
        self.last_gone |= head.id == self.last_live;
    }

    /// Removes a node if it has no live entry; whether it did.
    pub(super) fn drop_if_dead(&mut self, node_idx: usize) -> bool {
        let dead = self.nodes[node_idx].node.live == 0;
        if dead {
            self.drop_node(node_idx);
        }
        dead
    }

    /// Removes a node with all that is in it.
    pub(super) fn drop_node(&mut self, node_idx: usize) {
        if let Some(Slot { node, .. }) = self.nodes.remove(node_idx) {
            self.len -= u64::from(node.live);
            if node_idx == 0 {
                self.head_at = 0;
                self.first_gone = true;
            }
        }
        // Gives back room for nodes when most of it is empty.
        let len = self.nodes.len();
        if 64 < self.nodes.capacity() && len < self.nodes.capacity() / 4 {
            self.nodes.shrink_to(2 * len);
        }
    }

    /// Finds the first and the last live id again, if they went.
    pub(super) fn find_ends(&mut self) {
        // A node without live entries is rare: only trimming leaves one, where it stops.
        let mut live_nodes = (0..).zip(&self.nodes).filter(|(_, slot)| slot.node.live != 0);
        if self.len == 0 {
            (self.first_id, self.last_live, self.head_at) = (StreamId::MIN, StreamId::MIN, 0);
        } else if self.first_gone
            && let Some((node_idx, slot)) = live_nodes.next()
        {
            let first = slot.node.seek(self.begin(node_idx), StreamId::MIN);
            self.first_id = first.map_or(StreamId::MIN, |head| head.id);
            self.head_at = first.filter(|_| node_idx == 0).map_or(0, |head| head.at);
        }
        if self.last_gone {
            let last = self.nodes.iter().rev().find_map(|slot| slot.node.last_live());
            self.last_live = last.map_or(StreamId::MIN, |head| head.id);
        }
        (self.first_gone, self.last_gone) = (false, false);
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let nodes: usize = self.nodes.iter().map(|slot| slot.node.memory_bytes()).sum();
        nodes + self.index_bytes()
    }

    /// What the log takes beside its nodes, in bytes.
    pub(super) fn index_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Slot>()
    }

    pub(super) fn check_invariants(&self) {
        let mut len = 0;
        for Slot { first, node } in &self.nodes {
            node.check_invariants();
            assert_eq!(*first, node.first);
            len += u64::from(node.live);
        }
        assert_eq!(len, self.len);
        assert!(self.nodes.iter().is_sorted_by(|a, b| a.first < b.first));
        assert!(!self.first_gone);
        assert!(!self.last_gone);
        let first_of = |slot: &Slot| slot.node.seek(slot.node.begin(), StreamId::MIN);
        let head = self.nodes.front().and_then(first_of);
        assert!(head.is_none_or(|head| self.head_at <= head.at));
        let first = self.nodes.iter().find_map(first_of).map(|head| head.id);
        assert_eq!(first.unwrap_or(StreamId::MIN), self.first_id);
        let last = self.nodes.iter().rev().find_map(|slot| slot.node.last_live());
        assert_eq!(last.map_or(StreamId::MIN, |head| head.id), self.last_live);
        assert!(self.last_live <= self.last_id);
    }
}

/// Whether `len` more bytes of names and values still go into a node (spec §3.3).
fn has_room(node: &Node, len: u64, limits: NodeLimits) -> bool {
    let max_bytes = match limits.max_bytes {
        0 => NODE_BYTES_MAX,
        n => n.min(NODE_BYTES_MAX),
    };
    let n_entries = u64::from(node.live) + u64::from(node.deleted);
    node.redis_bytes().saturating_add(len) < max_bytes
        && (limits.max_entries == 0 || n_entries < limits.max_entries)
}
