//! Who waits for what: blocked clients, in the order in which they blocked.
//!
//! A signal is only written down while a command runs; the server hands the data out after the
//! command, or after EXEC, by running the waiting commands again (spec "Blocking").

use std::collections::VecDeque;

use crate::engine::event::Name;
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Millis;

use super::ctx::{BlockOn, Member, Wait};
use super::server::ClientId;

/// A client that waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// What it waits for. The deadline stays that of the first time it blocked.
    pub on: BlockOn,
    /// In which database.
    pub db: u32,
    /// The command's number in the table.
    pub number: u16,
    /// When it began to wait.
    pub since: Millis,
}

/// One place in the line of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Waiter {
    id: ClientId,
    wait: Wait,
    /// See [`BlockOn::member`].
    member: Option<Member>,
}

/// All waiting clients and the signals that were not handled yet.
#[derive(Clone, Debug, Default)]
pub struct Waiters {
    by_key: SortedMap<u32, SortedMap<Name, VecDeque<Waiter>>>,
    deadlines: SortedSet<(Millis, ClientId)>,
    retries: SortedSet<(Millis, ClientId)>,
    ready: VecDeque<(u32, Name)>,
    n: usize,
    held_bytes: u64,
}

/// What a place in the line of a key takes beside the key's letters, in bytes.
const PLACE_BYTES: usize = 240;

fn held_bytes(waiting: &Waiting) -> u64 {
    waiting.on.keys.iter().map(|key| (key.len() + PLACE_BYTES) as u64).sum()
}

impl Waiters {
    /// How many clients wait.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// About what their places take, in bytes.
    pub fn held_bytes(&self) -> u64 {
        self.held_bytes
    }

    /// How many of them have a deadline.
    pub fn n_deadlines(&self) -> usize {
        self.deadlines.len()
    }

    /// How many keys are waited for.
    pub fn n_keys(&self) -> usize {
        self.by_key.values().map(SortedMap::len).sum()
    }

    /// How many keys have a waiter that also wants to know of the key's end.
    pub fn n_keys_on_end(&self) -> usize {
        let lines = self.by_key.values().flat_map(SortedMap::values);
        lines.filter(|line| has_group_reader(line)).count()
    }

    /// Puts a client at the end of the line of each of its keys.
    pub fn add(&mut self, id: ClientId, waiting: &Waiting) {
        let keys = self.by_key.get_or_insert_with(waiting.db, Default::default);
        for key in &waiting.on.keys {
            let line = keys.get_or_insert_with(key.clone(), Default::default);
            if !line.iter().any(|waiter| waiter.id == id) {
                let (wait, member) = (waiting.on.wait, waiting.on.member.clone());
                line.push_back(Waiter { id, wait, member });
            }
        }
        self.deadlines.extend(waiting.on.deadline.map(|at| (at, id)));
        self.retries.extend(waiting.on.retry_at.map(|at| (at, id)));
        self.n += 1;
        self.held_bytes += held_bytes(waiting);
    }

    /// Takes a client out of all lines.
    pub fn remove(&mut self, id: ClientId, waiting: &Waiting) {
        if let Some(keys) = self.by_key.get_mut(&waiting.db) {
            for key in &waiting.on.keys {
                let Some(line) = keys.get_mut(key) else { continue };
                if let Some(at) = line.iter().position(|waiter| waiter.id == id) {
                    line.remove(at);
                }
                if line.is_empty() {
                    keys.remove(key);
                }
            }
            if keys.is_empty() {
                self.by_key.remove(&waiting.db);
            }
        }
        if let Some(at) = waiting.on.deadline {
            self.deadlines.remove(&(at, id));
        }
        if let Some(at) = waiting.on.retry_at {
            self.retries.remove(&(at, id));
        }
        self.n -= 1;
        self.held_bytes = self.held_bytes.saturating_sub(held_bytes(waiting));
    }

    /// The group of the reader at the front of the line of a key; see [`BlockOn::member`].
    pub fn first_group(&self, db: u32, key: &[u8]) -> Option<Name> {
        let line = self.by_key.get(&db).and_then(|keys| keys.get(key));
        line?.front()?.member.as_ref().map(|member| member.group.clone())
    }

    /// Those at the front of the line of a key, as far as they are those of `expected` and
    /// `looked` says that they looked in vain, go to the end of it. How many they are.
    pub fn pass_over(
        &mut self,
        db: u32,
        key: &[u8],
        expected: &[(ClientId, Wait)],
        mut looked: impl FnMut(&Member) -> bool,
    ) -> usize {
        let line = self.by_key.get_mut(&db).and_then(|keys| keys.get_mut(key));
        let Some(line) = line else { return 0 };
        let pairs = line.iter().zip(expected);
        let passed = pairs.take_while(|(waiter, (id, _))| {
            waiter.id == *id && waiter.member.as_ref().is_some_and(&mut looked)
        });
        let n_passed = passed.count();
        line.rotate_left(n_passed);
        n_passed
    }

    /// A key was created or got data.
    pub fn signal(&mut self, db: u32, key: &[u8]) {
        if self.n == 0 {
            return;
        }
        let Some((name, _)) = self.by_key.get(&db).and_then(|keys| keys.get_key_value(key)) else {
            return;
        };
        if !self.ready.iter().any(|(other_db, other)| *other_db == db && **other == *key) {
            self.ready.push_back((db, name.clone()));
        }
    }

    /// A key was deleted or overwritten, or one of its groups destroyed: only readers of groups
    /// want to know.
    pub fn signal_end(&mut self, db: u32, key: &[u8]) {
        if self.n == 0 {
            return;
        }
        let line = self.by_key.get(&db).and_then(|keys| keys.get(key));
        if line.is_some_and(has_group_reader) {
            self.signal(db, key);
        }
    }

    /// The time to look again has come for a client: signals all its keys, as Redis does.
    pub fn retry(&mut self, at: Millis, id: ClientId, waiting: &Waiting) {
        self.retries.remove(&(at, id));
        for key in &waiting.on.keys {
            self.signal(waiting.db, key);
        }
    }

    /// The keys of a database that somebody waits for, in byte order.
    pub fn keys(&self, db: u32) -> Vec<Name> {
        self.by_key.get(&db).map_or_else(Vec::new, |keys| keys.keys().cloned().collect())
    }

    /// Whether a signal waits to be handled.
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Takes the oldest signal.
    pub fn take_ready(&mut self) -> Option<(u32, Name)> {
        self.ready.pop_front()
    }

    /// The clients that wait for a key, first come first.
    pub fn line(&self, db: u32, key: &[u8]) -> Vec<(ClientId, Wait)> {
        let line = self.by_key.get(&db).and_then(|keys| keys.get(key));
        line.map_or_else(Vec::new, |line| line.iter().map(|it| (it.id, it.wait)).collect())
    }

    /// The next deadline, and whose.
    pub fn next_deadline(&self) -> Option<(Millis, ClientId)> {
        self.deadlines.first().copied()
    }

    /// The next time to look again, and for whom.
    pub fn next_retry(&self) -> Option<(Millis, ClientId)> {
        self.retries.first().copied()
    }
}

fn has_group_reader(line: &VecDeque<Waiter>) -> bool {
    line.iter().any(|waiter| waiter.wait == Wait::Group)
}
