//! The shapes that several commands answer with.

use crate::engine::EntryRef;
use crate::resp::{Protocol, Writer};

/// `[id, [field, value, ...]]`
pub fn write(out: &mut Writer<'_>, entry: &EntryRef<'_>) {
    out.array(2);
    write_parts(out, entry);
}

/// `id, [field, value, ...]`, for shapes that go on.
pub fn write_parts(out: &mut Writer<'_>, entry: &EntryRef<'_>) {
    out.bulk_id(entry.id.ms, entry.id.seq);
    out.array(2 * entry.n_fields());
    for (field, value) in entry.fields() {
        out.bulk(field);
        out.bulk(value);
    }
}

/// What stands in front of a stream's entries: in RESP2 a pair, in RESP3 the key of a map.
pub fn stream_header(out: &mut Writer<'_>, key: &[u8]) {
    if out.protocol() == Protocol::Resp2 {
        out.array(2);
    }
    out.bulk(key);
}
