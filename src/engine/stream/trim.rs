//! XTRIM, and the trimming of XADD.

use super::{RefPolicy, Stream};
use crate::engine::event::EventKind;
use crate::engine::{Recorder, SignalKind, StreamId};

/// What is to be removed, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trim {
    /// What is to be removed.
    pub by: TrimBy,
    /// `~`: only whole nodes.
    pub approx: bool,
    /// With `~`, DELREF and ACKED remove nothing: so it was before 8.6, by mistake.
    pub approx_keeps_all: bool,
    /// Most entries to be looked at for removal; 0: any number.
    pub limit: u64,
    /// What happens to pending references.
    pub refs: RefPolicy,
}

/// What is to be removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrimBy {
    /// The oldest, until so many are left.
    MaxLen(u64),
    /// All that are older than this id.
    MinId(StreamId),
}

/// Removed entries that follow one another, for the event.
struct Run {
    ids: Option<(StreamId, StreamId)>,
    n: u64,
}

impl Run {
    fn add(&mut self, first: StreamId, last: StreamId, n: u64) {
        self.ids = Some((self.ids.map_or(first, |(first, _)| first), last));
        self.n += n;
    }

    /// An entry stays: what was removed so far is reported.
    fn end(&mut self, rec: &mut Recorder<'_>) {
        if let Some((first, last)) = self.ids.take() {
            let n = std::mem::take(&mut self.n);
            rec.note(|| EventKind::Trimmed { first, last, n });
        }
    }
}

impl Stream {
    /// Removes old entries; how many. Never raises `max_deleted_id`.
    pub fn trim(&mut self, trim: &Trim, rec: &mut Recorder<'_>) -> u64 {
        let len_before = self.log.len();
        let mut run = Run { ids: None, n: 0 };
        let mut node_idx = 0;
        while let Some(node) = self.log.node(node_idx) {
            let (live, last) = (u64::from(node.live), node.last);
            if self.is_enough(trim, StreamId::MIN) {
                break;
            }
            let n_removed = len_before - self.log.len();
            if trim.limit != 0 && trim.limit < n_removed.saturating_add(live) {
                break;
            }
            let eligible = match trim.by {
                TrimBy::MaxLen(max_len) => max_len <= self.log.len() - live,
                TrimBy::MinId(min_id) => last < min_id,
            };
            if eligible && trim.refs == RefPolicy::KeepRef {
                self.drop_first_node(&mut run, rec);
                continue;
            }
            if trim.approx && (trim.refs == RefPolicy::KeepRef || trim.approx_keeps_all) {
                break;
            }
            self.trim_node(node_idx, trim, &mut run, rec);
            // Where trimming stops the node stays, even if all that is left of it are tombstones.
            if !eligible {
                break;
            }
            if !self.log.drop_if_dead(node_idx) {
                node_idx += 1;
            }
        }
        run.end(rec);
        let n_removed = len_before - self.log.len();
        self.log.find_ends();
        if n_removed != 0 {
            rec.changed(n_removed);
            rec.signal(SignalKind::Changed);
        }
        n_removed
    }

    /// Whether trimming stops before an entry with this id.
    fn is_enough(&self, trim: &Trim, id: StreamId) -> bool {
        match trim.by {
            TrimBy::MaxLen(max_len) => self.log.len() <= max_len,
            TrimBy::MinId(min_id) => min_id <= id && id != StreamId::MIN,
        }
    }

    fn drop_first_node(&mut self, run: &mut Run, rec: &Recorder<'_>) {
        if rec.is_recording()
            && let Some(node) = self.log.node(0)
            && let Some(first) = node.seek(node.begin(), StreamId::MIN)
            && let Some(last) = node.last_live()
        {
            run.add(first.id, last.id, u64::from(node.live));
        }
        self.log.drop_node(0);
    }

    /// Removes entries of one node one by one.
    fn trim_node(&mut self, node_idx: usize, trim: &Trim, run: &mut Run, rec: &mut Recorder<'_>) {
        let Some(node) = self.log.node(node_idx) else { return };
        // A deleted entry can stop MINID too, but only if the ids do not ascend.
        let mut at = if node.is_ordered() { self.log.begin(node_idx) } else { node.begin() };
        while let Some(head) = self.log.node(node_idx).and_then(|node| node.head(at)) {
            if self.is_enough(trim, head.id) {
                break;
            }
            at = head.end;
            if !head.is_live() {
                continue;
            }
            match trim.refs {
                RefPolicy::KeepRef => {}
                RefPolicy::DelRef => self.drop_references(head.id, rec),
                RefPolicy::Acked if self.is_still_referenced(head.id) => {
                    run.end(rec);
                    continue;
                }
                RefPolicy::Acked => {}
            }
            run.add(head.id, head.id, 1);
            self.log.delete_at(node_idx, head);
        }
    }
}
