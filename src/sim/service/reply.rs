//! What a service understands of a reply (RESP2: services never say HELLO).
//!
//! Read where it stands, without building a tree of it: services hear millions of replies.

use crate::command::Words;
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::sim::service::options::KeyBy;

/// An entry that a worker got.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its id.
    pub id: StreamId,
    /// Fields and values in turn; `None` when the entry is gone and only its id is pending.
    pub fields: Option<Words>,
    /// It was delivered before (history, claim).
    pub again: bool,
}

impl Entry {
    /// About how much it takes in hand, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Entry>() + self.fields.as_ref().map_or(0, |fields| fields.packed().len())
    }

    /// What the business recognises the entry by. Falls back on the id.
    pub fn key(&self, by: &KeyBy) -> Name {
        let mut words = self.fields.iter().flat_map(Words::iter);
        let value = match by {
            KeyBy::FirstField => words.nth(1),
            KeyBy::Field(name) => loop {
                match (words.next(), words.next()) {
                    (Some(field), value) if *field == **name => break value,
                    (Some(_), _) => {}
                    (None, _) => break None,
                }
            },
            KeyBy::Entry => None,
        };
        match value {
            Some(value) => value.into(),
            None => self.id.to_string().into_bytes().into(),
        }
    }
}

/// A reply, as far as a service cares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reply<'a> {
    /// Nothing (nil, a missing array).
    Nil,
    /// An error, without the `-`.
    Error(&'a [u8]),
    /// A number.
    Int(i64),
    /// A status or a string.
    Text(&'a [u8]),
    /// An array, as bytes.
    Array(&'a [u8]),
}

impl<'a> Reply<'a> {
    /// Reads reply bytes; what cannot be read is an error.
    pub fn read(bytes: &'a [u8]) -> Reply<'a> {
        match (Cursor { rest: bytes }).next() {
            Some(Item::Nil) => Reply::Nil,
            Some(Item::Error(text)) => Reply::Error(text),
            Some(Item::Int(n)) => Reply::Int(n),
            Some(Item::Text(text)) => Reply::Text(text),
            Some(Item::Array(_)) => Reply::Array(bytes),
            None => Reply::Error(b"ERR unreadable reply"),
        }
    }

    /// The entries of an XREAD or XREADGROUP reply.
    pub fn read_entries(self, again: bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        let Some((mut cursor, n_streams)) = self.array() else { return entries };
        for _ in 0..n_streams {
            let Some(Item::Array(2)) = cursor.next() else { break };
            let (Some(_), Some(Item::Array(n))) = (cursor.next(), cursor.next()) else { break };
            cursor.entries(n, again, &mut entries);
        }
        entries
    }

    /// The cursor and the entries of an XAUTOCLAIM reply.
    pub fn claimed(self) -> Option<(StreamId, Vec<Entry>)> {
        let (mut cursor, _) = self.array()?;
        let Item::Text(go_on_at) = cursor.next()? else { return None };
        let Item::Array(n) = cursor.next()? else { return None };
        let mut entries = Vec::new();
        cursor.entries(n, true, &mut entries);
        Some((parse_id(go_on_at)?, entries))
    }

    /// The delivery count in an XPENDING reply for one entry.
    pub fn delivery_count(self) -> Option<u64> {
        let (mut cursor, _) = self.array()?;
        let Item::Array(4) = cursor.next()? else { return None };
        for _ in 0..3 {
            cursor.next()?;
        }
        match cursor.next()? {
            Item::Int(n) => u64::try_from(n).ok(),
            _ => None,
        }
    }

    /// A cursor behind the header of an array, and how many items follow.
    fn array(self) -> Option<(Cursor<'a>, usize)> {
        let Reply::Array(bytes) = self else { return None };
        let mut cursor = Cursor { rest: bytes };
        match cursor.next()? {
            Item::Array(n) => Some((cursor, n)),
            _ => None,
        }
    }
}

/// One step through a reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Item<'a> {
    Nil,
    Error(&'a [u8]),
    Int(i64),
    Text(&'a [u8]),
    /// The header of an array: so many items follow.
    Array(usize),
}

#[derive(Clone, Copy, Debug)]
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn next(&mut self) -> Option<Item<'a>> {
        let (kind, rest) = self.rest.split_first()?;
        let end = rest.iter().position(|byte| *byte == b'\r')?;
        let (line, rest) = rest.split_at(end);
        self.rest = rest.get(2..)?;
        Some(match kind {
            b'+' => Item::Text(line),
            b'-' => Item::Error(line),
            b':' => Item::Int(int(line)?),
            b'$' => match usize::try_from(int(line)?) {
                Ok(len) => {
                    let (text, rest) = self.rest.split_at_checked(len)?;
                    self.rest = rest.get(2..)?;
                    Item::Text(text)
                }
                Err(_) => Item::Nil,
            },
            b'*' => usize::try_from(int(line)?).map_or(Item::Nil, Item::Array),
            _ => return None,
        })
    }

    fn entries(&mut self, n: usize, again: bool, entries: &mut Vec<Entry>) {
        for _ in 0..n {
            match self.entry(again) {
                Some(entry) => entries.push(entry),
                None => return,
            }
        }
    }

    /// `[id, fields]`, and in a reply to CLAIM also how long it was idle and how often it was
    /// delivered.
    fn entry(&mut self, again: bool) -> Option<Entry> {
        let Item::Array(n_parts) = self.next()? else { return None };
        let Item::Text(id) = self.next()? else { return None };
        let fields = match self.next()? {
            Item::Array(n) => {
                let mut fields = Words::with_capacity(96);
                for _ in 0..n {
                    let Item::Text(word) = self.next()? else { return None };
                    fields.push(word);
                }
                Some(fields)
            }
            _ => None,
        };
        let mut claimed = false;
        for _ in 2..n_parts {
            claimed = matches!(self.next()?, Item::Int(n) if n != 0);
        }
        Some(Entry { id: parse_id(id)?, fields, again: again || claimed })
    }
}

fn int(digits: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match digits.split_first()? {
        (b'-', digits) => (true, digits),
        _ => (false, digits),
    };
    let n = unsigned(digits).and_then(|n| i64::try_from(n).ok())?;
    Some(if is_negative { -n } else { n })
}

fn unsigned(digits: &[u8]) -> Option<u64> {
    let add = |n: u64, digit: &u8| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        n.checked_mul(10)?.checked_add(digit)
    };
    if digits.is_empty() { None } else { digits.iter().try_fold(0, add) }
}

/// An id as the server prints it.
pub fn parse_id(text: &[u8]) -> Option<StreamId> {
    let dash = text.iter().position(|byte| *byte == b'-')?;
    let (ms, seq) = text.split_at(dash);
    Some(StreamId::new(unsigned(ms)?, unsigned(seq.get(1..)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_from_replies() {
        let bytes: &[u8] =
            b"*1\r\n*2\r\n$1\r\ns\r\n*2\r\n*2\r\n$3\r\n5-1\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n\
            $1\r\nb\r\n$1\r\n2\r\n*2\r\n$3\r\n6-0\r\n*-1\r\n";
        let entries = Reply::read(bytes).read_entries(false);
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
        let (cursor, entries) = Reply::read(bytes).claimed().unwrap();
        assert_eq!((cursor, entries.len(), entries[0].again), (StreamId::new(7, 0), 1, true));
        assert_eq!(Reply::read(b"*-1\r\n").claimed(), None);
    }

    #[test]
    fn the_delivery_count_is_the_fourth_column() {
        let bytes: &[u8] = b"*1\r\n*4\r\n$3\r\n5-1\r\n$1\r\na\r\n:12\r\n:3\r\n";
        assert_eq!(Reply::read(bytes).delivery_count(), Some(3));
        assert_eq!(Reply::read(b"*0\r\n").delivery_count(), None);
    }
}
