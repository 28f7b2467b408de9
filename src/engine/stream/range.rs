//! Walking over entries.

use super::StreamId;
use super::log::Log;
use super::node::{EntryRef, Head};

/// Entries in ascending order.
#[derive(Clone, Debug)]
pub struct Range<'a> {
    log: &'a Log,
    /// Where to look next: node and offset.
    next: Option<(usize, usize)>,
    end: StreamId,
}

impl<'a> Range<'a> {
    pub(super) fn new(log: &'a Log, start: StreamId, end: StreamId) -> Range<'a> {
        let next = log.seek(start).map(|(node_idx, head)| (node_idx, head.at));
        Range { log, next, end }
    }
}

impl<'a> Iterator for Range<'a> {
    type Item = EntryRef<'a>;

    fn next(&mut self) -> Option<EntryRef<'a>> {
        let (mut node_idx, mut at) = self.next.take()?;
        let mut node = self.log.node(node_idx)?;
        loop {
            match node.head(at) {
                Some(head) if !head.is_live() => at = head.end,
                Some(head) if self.end < head.id => return None,
                Some(head) => {
                    self.next = Some((node_idx, head.end));
                    return Some(node.entry(head));
                }
                None => {
                    node_idx += 1;
                    node = self.log.node(node_idx)?;
                    at = node.begin();
                }
            }
        }
    }
}

/// Entries in descending order.
#[derive(Clone, Debug)]
pub struct RangeRev<'a> {
    log: &'a Log,
    start: StreamId,
    end: StreamId,
    /// Nodes below this index are still to be walked.
    node_idx: usize,
    /// What is left of the node at `node_idx`, its last entry at the end.
    heads: Vec<Head>,
}

impl<'a> RangeRev<'a> {
    pub(super) fn new(log: &'a Log, start: StreamId, end: StreamId) -> RangeRev<'a> {
        let node_idx = log.node_idx(end).map_or(0, |node_idx| node_idx + 1);
        RangeRev { log, start, end, node_idx, heads: Vec::new() }
    }
}

impl<'a> Iterator for RangeRev<'a> {
    type Item = EntryRef<'a>;

    fn next(&mut self) -> Option<EntryRef<'a>> {
        loop {
            if let Some(head) = self.heads.pop() {
                return Some(self.log.node(self.node_idx)?.entry(head));
            }
            self.node_idx = self.node_idx.checked_sub(1)?;
            let node = self.log.node(self.node_idx)?;
            let in_range = |head: &Head| self.start <= head.id && head.id <= self.end;
            let heads = node.heads(node.begin()).filter(|head| head.is_live());
            self.heads.extend(heads.filter(in_range));
            if self.heads.is_empty() && node.first < self.start {
                self.node_idx = 0;
                return None;
            }
        }
    }
}
