//! What a key holds.

use std::collections::{BTreeSet, VecDeque};

use super::Stream;
use super::event::Name;
use crate::time::Millis;

/// The content of a list, head first.
pub type List = VecDeque<Vec<u8>>;
/// The content of a set, in byte order.
pub type Set = BTreeSet<Vec<u8>>;

/// The content of a string.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text {
    /// What it says.
    pub bytes: Vec<u8>,
    /// APPEND touched it, so that Redis would not store it in a short form.
    pub is_appended: bool,
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Text {
        Text { bytes, is_appended: false }
    }
}

/// The value of a key.
#[derive(Clone, Debug)]
pub enum Value {
    /// XADD…
    Stream(Box<Stream>),
    /// SET…
    Str(Text),
    /// RPUSH…; never empty.
    List(List),
    /// SADD…; never empty.
    Set(Set),
}

impl Value {
    /// As TYPE reports it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Stream(_) => "stream",
            Value::Str(_) => "string",
            Value::List(_) => "list",
            Value::Set(_) => "set",
        }
    }

    /// What COPY makes of it.
    pub fn copied(&self) -> Value {
        match self {
            Value::Stream(stream) => Value::Stream(Box::new(stream.copied())),
            other => other.clone(),
        }
    }

    /// About how much memory the value takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        const ITEM: usize = size_of::<Vec<u8>>();
        match self {
            Value::Stream(stream) => stream.memory_bytes(),
            Value::Str(text) => text.bytes.capacity(),
            Value::List(list) => list.iter().map(|item| ITEM + item.capacity()).sum(),
            Value::Set(set) => set.iter().map(|item| ITEM + item.capacity()).sum(),
        }
    }

    /// How much of that a clone does not share, in bytes; of the pages of pending entries at most
    /// `pages_bytes` have changed since.
    pub fn unshared_bytes(&self, pages_bytes: u64) -> u64 {
        match self {
            Value::Stream(stream) => stream.unshared_bytes(pages_bytes),
            other => other.memory_bytes() as u64,
        }
    }
}

/// A key with its value and its time to live.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) name: Name,
    pub(super) expires_at: Option<Millis>,
    /// Grows with every key that comes into being; SCAN walks in this order.
    pub(super) serial: u64,
    /// What the key holds.
    pub value: Value,
}

impl Entry {
    /// The key.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// When the key expires: it is gone once the time is greater.
    pub fn expires_at(&self) -> Option<Millis> {
        self.expires_at
    }
}

/// The key holds another type than the one asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WrongType;
