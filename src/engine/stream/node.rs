//! A run of entries, packed.
//!
//! Layout: the field names of the first entry (count, then each name), then the entries. An entry
//! is one byte of flags, the length of what follows, the distance of its milliseconds from the
//! node's first id, its sequence (the distance, if the milliseconds are the same), and then, if its
//! field names are those of the node, its values; otherwise the number of fields and each name and
//! value. Nothing ever moves: deleting an entry sets a flag. So the offset of an entry stays valid
//! as long as its node lives.

use super::StreamId;
use super::packed::{bytes, put_bytes, put_varint, redis, varint, varint_len};

/// The entry was deleted.
const DELETED: u8 = 1;
/// The entry has the field names of its node.
const SAME_FIELDS: u8 = 2;

/// Every so many entries the offset is noted, so that a search reads few of them.
const SKIP: u32 = 16;
/// Most bytes that a new node reserves.
const RESERVE_MAX: usize = 4096;

/// A run of entries.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The id of the entry that began the node.
    pub(super) first: StreamId,
    /// The id of the newest entry, deleted or not.
    pub(super) last: StreamId,
    pub(super) live: u32,
    pub(super) deleted: u32,
    /// Tells this node from any other that ever was in this stream.
    pub(super) serial: u64,
    /// What the items but the two counts take in Redis's encoding.
    redis_bytes: u64,
    /// Where the first entry is.
    entries_at: usize,
    packed: Vec<u8>,
    /// Offsets of the entries number [`SKIP`], 2 [`SKIP`]…
    skips: Vec<u32>,
    /// Whether the ids, deleted ones too, ascend. XSETID can lead back to before a trimmed entry.
    ordered: bool,
}

/// Where an entry is in its node, and its head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) id: StreamId,
    pub(super) at: usize,
    /// Where its fields begin.
    body: usize,
    /// Where the next entry begins.
    pub(super) end: usize,
    flags: u8,
}

impl Head {
    pub(super) fn is_live(self) -> bool {
        self.flags & DELETED == 0
    }
}

impl Node {
    /// A node that has its first entry: `fields` are names and values in turn.
    /// `reserve`: how many bytes it will probably need.
    pub(super) fn new(id: StreamId, fields: &[&[u8]], serial: u64, reserve: usize) -> Node {
        let mut node = Node {
            first: id,
            last: id,
            live: 0,
            deleted: 0,
            serial,
            redis_bytes: redis::EMPTY,
            entries_at: 0,
            packed: Vec::with_capacity(reserve.min(RESERVE_MAX)),
            skips: Vec::new(),
            ordered: true,
        };
        let n_fields = fields.len() / 2;
        put_varint(&mut node.packed, n_fields as u64);
        node.redis_bytes += redis::int(n_fields as i64) + redis::int(0);
        for name in fields.iter().step_by(2) {
            put_bytes(&mut node.packed, name);
            node.redis_bytes += redis::string(name);
        }
        node.entries_at = node.packed.len();
        node.append(id, fields);
        node
    }

    /// What the node takes in Redis's encoding.
    pub(super) fn redis_bytes(&self) -> u64 {
        let counts = redis::int(i64::from(self.live)) + redis::int(i64::from(self.deleted));
        self.redis_bytes + counts
    }

    /// Appends an entry, which must be greater than every live one.
    pub(super) fn append(&mut self, id: StreamId, fields: &[&[u8]]) {
        debug_assert!(self.first <= id);
        let n_fields = fields.len() / 2;
        let ms = id.ms - self.first.ms;
        let seq = if ms == 0 { id.seq - self.first.seq } else { id.seq };
        let same = self.has_names(fields);
        let mut len = varint_len(ms) + varint_len(seq);
        let mut redis_bytes = 0;
        let mut rest = fields;
        if same {
            while let [_, value, more @ ..] = rest {
                len += varint_len(value.len() as u64) + value.len();
                redis_bytes += redis::string(value);
                rest = more;
            }
        } else {
            len += varint_len(n_fields as u64);
            redis_bytes += redis::int(n_fields as i64);
            for item in fields {
                len += varint_len(item.len() as u64) + item.len();
                redis_bytes += redis::string(item);
            }
        }
        // Flags, the two differences, and the number of pieces that stands at the end.
        let n_pieces = if same { n_fields + 3 } else { 2 * n_fields + 4 };
        let seq_difference = id.seq.wrapping_sub(self.first.seq) as i64;
        redis_bytes += redis::int(0) + redis::int(n_pieces as i64);
        redis_bytes += redis::int(ms as i64) + redis::int(seq_difference);

        let n_before = self.live + self.deleted;
        if n_before != 0 && n_before.is_multiple_of(SKIP) {
            self.skips.push(u32::try_from(self.packed.len()).expect("nodes are below 4 GiB"));
        }
        self.ordered &= self.last <= id;
        self.packed.reserve(1 + varint_len(len as u64) + len);
        self.packed.push(if same { SAME_FIELDS } else { 0 });
        put_varint(&mut self.packed, len as u64);
        let body_end = self.packed.len() + len;
        put_varint(&mut self.packed, ms);
        put_varint(&mut self.packed, seq);
        if same {
            let mut rest = fields;
            while let [_, value, more @ ..] = rest {
                put_bytes(&mut self.packed, value);
                rest = more;
            }
        } else {
            put_varint(&mut self.packed, n_fields as u64);
            fields.iter().for_each(|item| put_bytes(&mut self.packed, item));
        }
        debug_assert_eq!(self.packed.len(), body_end);
        self.redis_bytes += redis_bytes;
        self.live += 1;
        self.last = id;
    }

    /// Gives back memory that no further entry needs.
    pub(super) fn seal(&mut self) {
        self.packed.shrink_to_fit();
        self.skips.shrink_to_fit();
    }

    /// How many bytes its entries and names take.
    pub(super) fn packed_len(&self) -> usize {
        self.packed.len()
    }

    /// Whether the names among `fields` are those of the node.
    fn has_names(&self, fields: &[&[u8]]) -> bool {
        let mut at = 0;
        if varint(&self.packed, &mut at) != (fields.len() / 2) as u64 {
            return false;
        }
        let mut rest = fields;
        while let [name, _, more @ ..] = rest {
            if bytes(&self.packed, &mut at) != *name {
                return false;
            }
            rest = more;
        }
        true
    }

    /// Where the first entry is.
    pub(super) fn begin(&self) -> usize {
        self.entries_at
    }

    /// The head of the entry at an offset; `None` behind the last one.
    #[inline]
    pub(super) fn head(&self, at: usize) -> Option<Head> {
        let flags = *self.packed.get(at)?;
        let mut body = at + 1;
        let len = varint(&self.packed, &mut body) as usize;
        let end = body + len;
        let ms = varint(&self.packed, &mut body);
        let seq = varint(&self.packed, &mut body);
        let seq = if ms == 0 { self.first.seq + seq } else { seq };
        let id = StreamId { ms: self.first.ms + ms, seq };
        Some(Head { id, at, body, end, flags })
    }

    /// The heads of all entries from an offset on, deleted ones too.
    pub(super) fn heads(&self, at: usize) -> impl Iterator<Item = Head> {
        let mut next = at;
        std::iter::from_fn(move || {
            let head = self.head(next)?;
            next = head.end;
            Some(head)
        })
    }

    /// The first live entry from an offset on that is not before `start`.
    pub(super) fn seek(&self, at: usize, start: StreamId) -> Option<Head> {
        self.heads(at).find(|head| head.is_live() && start <= head.id)
    }

    /// Whether the ids, deleted ones too, ascend.
    pub(super) fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// An offset before which every live entry is smaller than `id`, and not far before it.
    pub(super) fn near(&self, id: StreamId) -> usize {
        let is_before = |at: &u32| self.head(*at as usize).is_some_and(|head| head.id <= id);
        let n_before = if self.ordered { self.skips.partition_point(is_before) } else { 0 };
        n_before.checked_sub(1).map_or(self.entries_at, |n| self.skips[n] as usize)
    }

    /// The last live entry.
    pub(super) fn last_live(&self) -> Option<Head> {
        let starts = self.skips.iter().rev().map(|at| *at as usize);
        let mut starts = starts.chain([self.entries_at]);
        starts.find_map(|at| self.heads(at).filter(|head| head.is_live()).last())
    }

    /// Marks a live entry as deleted.
    pub(super) fn delete(&mut self, head: Head) {
        debug_assert!(self.packed[head.at] & DELETED == 0);
        self.packed[head.at] |= DELETED;
        self.live -= 1;
        self.deleted += 1;
    }

    /// The entry with its fields.
    #[inline]
    pub(super) fn entry(&self, head: Head) -> EntryRef<'_> {
        let mut body = head.body;
        let (names, n_fields) = if head.flags & SAME_FIELDS != 0 {
            let mut at = 0;
            let n_fields = varint(&self.packed, &mut at) as usize;
            (Some(&self.packed[at..self.entries_at]), n_fields)
        } else {
            (None, varint(&self.packed, &mut body) as usize)
        };
        EntryRef { id: head.id, n_fields, names, body: &self.packed[body..head.end] }
    }

    /// How much memory the node takes, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        size_of::<Node>() + self.packed.capacity() + self.skips.capacity() * size_of::<u32>()
    }

    pub(super) fn check_invariants(&self) {
        let heads: Vec<Head> = self.heads(self.entries_at).collect();
        let live: Vec<_> = heads.iter().filter(|head| head.is_live()).collect();
        assert_eq!(live.len(), self.live as usize);
        assert_eq!(heads.len(), (self.live + self.deleted) as usize);
        assert_eq!(heads.first().map(|head| head.id), Some(self.first));
        assert_eq!(heads.last().map(|head| head.id), Some(self.last));
        assert_eq!(heads.last().map(|head| head.end), Some(self.packed.len()));
        assert!(live.is_sorted_by(|a, b| a.id < b.id));
        // Counting again what the counter counted while it grew.
        let first = self.entry(heads[0]);
        let fields: Vec<&[u8]> = first.fields().flat_map(|(name, value)| [name, value]).collect();
        let mut copy = Node::new(self.first, &fields, 0, 0);
        for head in &heads[1..] {
            let entry = self.entry(*head);
            let fields: Vec<&[u8]> =
                entry.fields().flat_map(|(name, value)| [name, value]).collect();
            copy.append(head.id, &fields);
        }
        assert_eq!(copy.redis_bytes, self.redis_bytes);
        assert_eq!(copy.skips, self.skips);
        assert_eq!(self.ordered, heads.is_sorted_by(|a, b| a.id <= b.id));
    }
}

/// An entry, borrowed from its stream.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
    /// Its id.
    pub id: StreamId,
    n_fields: usize,
    /// The names of the node, packed; `None` if the entry has its own.
    names: Option<&'a [u8]>,
    body: &'a [u8],
}

impl<'a> EntryRef<'a> {
    /// How many fields it has.
    pub fn n_fields(&self) -> usize {
        self.n_fields
    }

    /// Its fields as `(name, value)`, in the order in which they were given.
    pub fn fields(&self) -> Fields<'a> {
        Fields { names: self.names, body: self.body, left: self.n_fields }
    }
}

/// The fields of an entry as `(name, value)`.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    names: Option<&'a [u8]>,
    body: &'a [u8],
    left: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        self.left = self.left.checked_sub(1)?;
        let name = match &mut self.names {
            Some(names) => take(names),
            None => take(&mut self.body),
        };
        Some((name, take(&mut self.body)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Fields<'_> {}

/// Takes the next string off the front.
#[inline]
fn take<'a>(packed: &mut &'a [u8]) -> &'a [u8] {
    let mut at = 0;
    let taken = bytes(packed, &mut at);
    *packed = &packed[at..];
    taken
}
