//! The commands that a worker sends.

use crate::command::Words;
use crate::engine::StreamId;
use crate::sim::service::Turn;
use crate::sim::service::options::{AckPolicy, GroupStart, WorkerOptions};
use crate::sim::service::reply::Entry;
use crate::sim::service::template::Filling;

fn words(parts: &[&[u8]]) -> Words {
    let mut words = Words::with_capacity(160);
    parts.iter().for_each(|part| words.push(part));
    words
}

pub(super) fn create_group(stream: &[u8], group: &[u8], start: GroupStart) -> Words {
    let start: &[u8] = if start == GroupStart::All { b"0" } else { b"$" };
    words(&[b"XGROUP", b"CREATE", stream, group, start, b"MKSTREAM"])
}

pub(super) fn delete_consumer(stream: &[u8], group: &[u8], name: &str) -> Words {
    words(&[b"XGROUP", b"DELCONSUMER", stream, group, name.as_bytes()])
}

/// XREAD from a cursor; without one, from what comes next.
pub(super) fn read_alone(options: &WorkerOptions, cursor: Option<StreamId>) -> Words {
    let mut line = words(&[b"XREAD", b"COUNT"]);
    line.push_number(options.count);
    line.push("BLOCK");
    line.push_number(options.block_ms);
    line.push("STREAMS");
    line.push(&options.stream);
    match cursor {
        Some(cursor) => line.push_id(cursor),
        None => line.push("$"),
    }
    line
}

/// XREADGROUP: what is pending for the consumer after an id, or what is new.
pub(super) fn read_group(
    options: &WorkerOptions,
    group: &[u8],
    name: &str,
    drain_from: Option<StreamId>,
) -> Words {
    let mut line = words(&[b"XREADGROUP", b"GROUP", group, name.as_bytes(), b"COUNT"]);
    line.push_number(options.count);
    if drain_from.is_none() {
        if options.min_idle_ms == 0 {
            line.push("BLOCK");
            line.push_number(options.block_ms);
        }
        if options.ack == AckPolicy::NoAck {
            line.push("NOACK");
        }
        let min_idle_ms = (options.min_idle_ms != 0).then_some(options.min_idle_ms);
        if let Some(claim_ms) = options.claim_ms.or(min_idle_ms) {
            line.push("CLAIM");
            line.push_number(claim_ms);
        }
    }
    line.push("STREAMS");
    line.push(&options.stream);
    match drain_from {
        Some(id) => line.push_id(id),
        None => line.push(">"),
    }
    line
}

pub(super) fn sweep(options: &WorkerOptions, group: &[u8], name: &str, cursor: StreamId) -> Words {
    let mut line = words(&[b"XAUTOCLAIM", &options.stream, group, name.as_bytes()]);
    line.push_number(options.min_idle_ms);
    line.push_id(cursor);
    line.push("COUNT");
    line.push_number(options.count);
    line
}

pub(super) fn ack(stream: &[u8], group: &[u8], ids: impl IntoIterator<Item = StreamId>) -> Words {
    let mut line = words(&[b"XACK", stream, group]);
    ids.into_iter().for_each(|id| line.push_id(id));
    line
}

/// XPENDING for one entry: its fourth column is the delivery count.
pub(super) fn pending_of(stream: &[u8], group: &[u8], id: StreamId) -> Words {
    let mut line = words(&[b"XPENDING", stream, group]);
    line.push_id(id);
    line.push_id(id);
    line.push("1");
    line
}

/// SET NX: only the first who comes with this business key gets OK.
pub(super) fn guard(effect: &str, key: &[u8], name: &str) -> Words {
    let mut line = words(&[b"SET"]);
    line.append(effect.as_bytes());
    line.append(b":");
    line.append(key);
    line.end_word();
    line.push(name);
    line.push("NX");
    line
}

/// The entry's own fields, and what the stage adds, to the next stream. An idempotent stage lets
/// Redis 8.6 recognise the repetition.
pub(super) fn forward(options: &WorkerOptions, entry: &Entry, turn: &mut Turn<'_>) -> Words {
    let mut line = words(&[b"XADD", &options.to]);
    if options.idempotent {
        line.push("IDMP");
        line.push(&options.effect[..]);
        line.push_id(entry.id);
    }
    line.push("*");
    entry.fields.iter().flat_map(Words::iter).for_each(|word| line.push(word));
    if let Some(fields) = &options.fields {
        let filling =
            Filling { number: turn.stats.n_sent + 1, key: 0, name: turn.name, id: entry.id };
        fields.fill(filling, turn.rng, &mut line);
    }
    line
}

/// The entry's own fields, and where it came from.
pub(super) fn dead_letter(key: &[u8], options: &WorkerOptions, entry: &Entry, name: &str) -> Words {
    let mut line = words(&[b"XADD", key, b"*"]);
    entry.fields.iter().flat_map(Words::iter).for_each(|word| line.push(word));
    line.push("dead-stream");
    line.push(&options.stream);
    line.push("dead-id");
    line.push_id(entry.id);
    line.push("dead-by");
    line.push(name);
    line
}
