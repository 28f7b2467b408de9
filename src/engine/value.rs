//! What a key holds.

use std::collections::{BTreeSet, VecDeque};

use super::Stream;
use super::event::Name;
use crate::time::Millis;

/// The content of a list, head first.
pub type List = VecDeque<Vec<u8>>;
/// The content of a set, in byte order.
pub type Set = BTreeSet<Vec<u8>>;

/// The value of a key.
#[derive(Clone, Debug)]
pub enum Value {
    /// XADD…
    Stream(Box<Stream>),
    /// SET…
    Str(Vec<u8>),
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

    /// About how much memory the value takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        const ITEM: usize = size_of::<Vec<u8>>();
        match self {
            Value::Stream(stream) => stream.memory_bytes(),
            Value::Str(bytes) => bytes.capacity(),
            Value::List(list) => list.iter().map(|item| ITEM + item.capacity()).sum(),
            Value::Set(set) => set.iter().map(|item| ITEM + item.capacity()).sum(),
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
