//! What a service understands of a reply.

use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::resp::{Value, decode};
use crate::sim::service::options::KeyBy;

/// An entry that a worker got.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its id.
    pub id: StreamId,
    /// Fields and values in turn; `None` when the entry is gone and only its id is pending.
    pub fields: Option<Vec<Vec<u8>>>,
    /// It was delivered before (history, claim).
    pub again: bool,
}

impl Entry {
    /// What the business recognises the entry by. Falls back on the id.
    pub fn key(&self, by: &KeyBy) -> Name {
        let fields = self.fields.as_deref().unwrap_or_default();
        let value = match by {
            KeyBy::FirstField => fields.get(1),
            KeyBy::Field(name) => {
                let pair =
                    fields.chunks(2).find(|pair| pair.first().is_some_and(|f| **f == **name));
                pair.and_then(|pair| pair.get(1))
            }
            KeyBy::Entry => None,
        };
        match value {
            Some(value) => value.as_slice().into(),
            None => self.id.to_string().into_bytes().into(),
        }
    }
}

/// A reply, as far as a service cares.
#[derive(Clone, PartialEq, Debug)]
pub enum Reply {
    /// Nothing (nil, an empty array).
    Nil,
    /// An error, without the `-`.
    Error(Vec<u8>),
    /// A number.
    Int(i64),
    /// A status or a string.
    Text(Vec<u8>),
    /// Anything deeper.
    Other(Value),
}

impl Reply {
    /// Reads reply bytes; what cannot be read is an error.
    pub fn read(bytes: &[u8]) -> Reply {
        match decode(bytes) {
            Ok((Value::NilBulk | Value::NilArray | Value::Null, _)) => Reply::Nil,
            Ok((Value::Error(text), _)) => Reply::Error(text),
            Ok((Value::Int(n), _)) => Reply::Int(n),
            Ok((Value::Simple(text) | Value::Bulk(text), _)) => Reply::Text(text),
            Ok((value, _)) => Reply::Other(value),
            Err(_) => Reply::Error(b"ERR unreadable reply".to_vec()),
        }
    }

    /// The entries of an XREAD or XREADGROUP reply (RESP2).
    pub fn into_read_entries(self, again: bool) -> Vec<Entry> {
        let Reply::Other(Value::Array(streams)) = self else { return Vec::new() };
        let mut entries = Vec::new();
        for stream in streams {
            if let Value::Array(pair) = stream
                && let Some(Value::Array(list)) = pair.into_iter().nth(1)
            {
                entries.extend(list.into_iter().filter_map(|value| entry(value, again)));
            }
        }
        entries
    }

    /// The cursor and the entries of an XAUTOCLAIM reply.
    pub fn into_claimed(self) -> Option<(StreamId, Vec<Entry>)> {
        let Reply::Other(Value::Array(parts)) = self else { return None };
        let mut parts = parts.into_iter();
        let Some(Value::Bulk(cursor)) = parts.next() else { return None };
        let Some(Value::Array(list)) = parts.next() else { return None };
        let entries = list.into_iter().filter_map(|value| entry(value, true)).collect();
        Some((parse_id(&cursor)?, entries))
    }

    /// The delivery count in an XPENDING reply for one entry.
    pub fn delivery_count(&self) -> Option<u64> {
        let Reply::Other(Value::Array(list)) = self else { return None };
        let Some(Value::Array(line)) = list.first() else { return None };
        match line.get(3) {
            Some(Value::Int(n)) => u64::try_from(*n).ok(),
            _ => None,
        }
    }
}

fn entry(value: Value, again: bool) -> Option<Entry> {
    let Value::Array(parts) = value else { return None };
    let claimed = matches!(parts.get(3), Some(Value::Int(n)) if *n != 0);
    let mut parts = parts.into_iter();
    let Some(Value::Bulk(id)) = parts.next() else { return None };
    let fields = match parts.next() {
        Some(Value::Array(list)) => Some(list.into_iter().filter_map(bulk).collect()),
        _ => None,
    };
    Some(Entry { id: parse_id(&id)?, fields, again: again || claimed })
}

fn bulk(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::Bulk(bytes) => Some(bytes),
        _ => None,
    }
}

/// An id as the server prints it.
pub fn parse_id(text: &[u8]) -> Option<StreamId> {
    let (ms, seq) = std::str::from_utf8(text).ok()?.split_once('-')?;
    Some(StreamId::new(ms.parse().ok()?, seq.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_from_replies() {
        let bytes: &[u8] =
            b"*1\r\n*2\r\n$1\r\ns\r\n*2\r\n*2\r\n$3\r\n5-1\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n\
            $1\r\nb\r\n$1\r\n2\r\n*2\r\n$3\r\n6-0\r\n*-1\r\n";
        let entries = Reply::read(bytes).into_read_entries(false);
        let keys: Vec<_> = [KeyBy::FirstField, KeyBy::Field(b"b"[..].into()), KeyBy::Entry]
            .iter()
            .map(|by| String::from_utf8_lossy(&entries[0].key(by)).into_owned())
            .collect();
        assert_eq!(keys, ["1", "2", "5-1"]);
        assert_eq!((entries[1].id, &entries[1].fields), (StreamId::new(6, 0), &None));
    }

    #[test]
    fn a_sweep_has_a_cursor_and_entries() {
        let bytes: &[u8] =
            b"*3\r\n$3\r\n7-0\r\n*1\r\n*2\r\n$3\r\n5-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n*0\r\n";
        let (cursor, entries) = Reply::read(bytes).into_claimed().unwrap();
        assert_eq!((cursor, entries.len(), entries[0].again), (StreamId::new(7, 0), 1, true));
        assert_eq!(Reply::read(b"*-1\r\n").into_claimed(), None);
    }

    #[test]
    fn the_delivery_count_is_the_fourth_column() {
        let bytes: &[u8] = b"*1\r\n*4\r\n$3\r\n5-1\r\n$1\r\na\r\n:12\r\n:3\r\n";
        assert_eq!(Reply::read(bytes).delivery_count(), Some(3));
        assert_eq!(Reply::read(b"*0\r\n").delivery_count(), None);
    }
}
