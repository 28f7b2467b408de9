//! The databases: keys with values, times to live, and what moves keys around.
//!
//! A key is expired exactly when the caller says what time it is: whoever owns the store calls
//! [`Store::expire`] before each command and whenever [`Store::next_due`] has come. So no lookup
//! has to ask for the time, and the order of what happened does not depend on who looks first.

mod keyspace;

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Event, EventKind, Name};
use super::{Entry, IdmpConfig, List, Recorder, Set, SignalKind, Sink, Stream, Value, WrongType};
use crate::time::Millis;

/// All databases.
#[derive(Clone, Debug)]
pub struct Store {
    dbs: Vec<Db>,
    next_serial: u64,
    /// How many keys of all databases have a time to live.
    n_expiring: usize,
    /// The queues of events and signals.
    pub sink: Sink,
}

/// One database.
#[derive(Clone, Debug, Default)]
pub struct Db {
    map: BTreeMap<Name, Entry>,
    expiries: BTreeSet<(Millis, Name)>,
    by_serial: BTreeMap<u64, Name>,
}

/// A stream that may be changed, and the recorder that such changes want.
#[derive(Debug)]
pub struct StreamMut<'a> {
    /// The stream.
    pub stream: &'a mut Stream,
    /// Reports what happens to it.
    pub rec: Recorder<'a>,
}

impl Default for Store {
    fn default() -> Store {
        Store::new()
    }
}

impl Store {
    /// How many databases there are; indexes below it are valid everywhere.
    pub const N_DBS: u32 = 16;

    /// Sixteen empty databases, recording nothing.
    pub fn new() -> Store {
        let dbs = (0..Store::N_DBS).map(|_| Db::default()).collect();
        Store { dbs, next_serial: 1, n_expiring: 0, sink: Sink::default() }
    }

    /// A database, for reading.
    ///
    /// # Panics
    /// If there is no such database: SELECT, MOVE, COPY and SWAPDB check the index.
    pub fn db(&self, db: u32) -> &Db {
        &self.dbs[db as usize]
    }

    fn db_mut(&mut self, db: u32) -> &mut Db {
        &mut self.dbs[db as usize]
    }

    /// What a key holds.
    pub fn get(&self, db: u32, key: &[u8]) -> Option<&Entry> {
        self.db(db).get(key)
    }

    /// The stream at `key`; `None` if the key does not exist.
    ///
    /// # Errors
    /// [`WrongType`] if the key holds something else; likewise below.
    pub fn stream(&self, db: u32, key: &[u8]) -> Result<Option<&Stream>, WrongType> {
        match self.get(db, key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Stream(stream)) => Ok(Some(stream)),
            Some(_) => Err(WrongType),
        }
    }

    /// The string at `key`.
    ///
    /// # Errors
    /// [`WrongType`]
    pub fn string(&self, db: u32, key: &[u8]) -> Result<Option<&[u8]>, WrongType> {
        match self.get(db, key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(&text.bytes)),
            Some(_) => Err(WrongType),
        }
    }

    /// The list at `key`.
    ///
    /// # Errors
    /// [`WrongType`]
    pub fn list(&self, db: u32, key: &[u8]) -> Result<Option<&List>, WrongType> {
        match self.get(db, key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::List(list)) => Ok(Some(list)),
            Some(_) => Err(WrongType),
        }
    }

    /// The set at `key`.
    ///
    /// # Errors
    /// [`WrongType`]
    pub fn set(&self, db: u32, key: &[u8]) -> Result<Option<&Set>, WrongType> {
        match self.get(db, key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Set(set)) => Ok(Some(set)),
            Some(_) => Err(WrongType),
        }
    }

    /// The stream at `key`, to be changed at `now`.
    ///
    /// # Errors
    /// [`WrongType`]
    pub fn stream_mut(
        &mut self,
        db: u32,
        key: &[u8],
        now: Millis,
    ) -> Result<Option<StreamMut<'_>>, WrongType> {
        let Store { dbs, sink, .. } = self;
        match dbs[db as usize].map.get_mut(key) {
            None => Ok(None),
            Some(Entry { name, value: Value::Stream(stream), .. }) => {
                Ok(Some(StreamMut { stream, rec: Recorder::new(sink, db, name, now) }))
            }
            Some(_) => Err(WrongType),
        }
    }

    /// The stream at `key`, to be changed at `now`; an empty one is made if the key does not exist.
    ///
    /// # Errors
    /// [`WrongType`]
    pub fn stream_or_create(
        &mut self,
        db: u32,
        key: &[u8],
        idmp: IdmpConfig,
        now: Millis,
    ) -> Result<StreamMut<'_>, WrongType> {
        if !self.db(db).map.contains_key(key) {
            self.insert(db, key, Value::Stream(Box::new(Stream::new(idmp))), now);
        }
        match self.stream_mut(db, key, now) {
            Ok(Some(found)) => Ok(found),
            Ok(None) | Err(WrongType) => Err(WrongType),
        }
    }

    /// The value at `key`, to be changed. Afterwards call [`Store::changed`], and
    /// [`Store::remove`] if a list or set was emptied. Streams are changed through
    /// [`Store::stream_mut`].
    pub fn value_mut(&mut self, db: u32, key: &[u8]) -> Option<&mut Value> {
        self.db_mut(db).map.get_mut(key).map(|entry| &mut entry.value)
    }

    /// Reports that the string, list or set at `key` changed: [`SignalKind::Ready`] if it has more
    /// to give (a push), otherwise [`SignalKind::Changed`].
    pub fn changed(&mut self, db: u32, key: &[u8], kind: SignalKind, now: Millis) {
        let Store { dbs, sink, .. } = self;
        if let Some(entry) = dbs[db as usize].map.get(key) {
            let mut rec = Recorder::new(sink, db, &entry.name, now);
            rec.event(|| EventKind::ValueChanged);
            rec.signal(kind);
        }
    }

    /// Deletes a key; whether it existed.
    pub fn remove(&mut self, db: u32, key: &[u8], now: Millis) -> bool {
        let removed = self.take(db, key);
        if let Some(entry) = &removed {
            self.report(db, &entry.name, now, EventKind::KeyDeleted);
            self.sink.push_signal(db, &entry.name, SignalKind::Gone);
        }
        removed.is_some()
    }

    /// Puts a value at a key, without time to live; what was there before is gone.
    pub fn insert(&mut self, db: u32, key: &[u8], value: Value, now: Millis) {
        self.remove(db, key, now);
        let name = Name::from(key);
        self.put(db, name.clone(), value, None);
        self.report(db, &name, now, EventKind::KeyCreated);
        self.sink.push_signal(db, &name, SignalKind::Ready);
    }

    /// Sets or takes away (`None`) the time to live of a key; whether the key exists.
    pub fn set_expiry(&mut self, db: u32, key: &[u8], expires_at: Option<Millis>) -> bool {
        let Store { dbs, sink, n_expiring, .. } = self;
        let Db { map, expiries, .. } = &mut dbs[db as usize];
        let Some(entry) = map.get_mut(key) else { return false };
        if let Some(old) = entry.expires_at.take() {
            *n_expiring -= usize::from(expiries.remove(&(old, entry.name.clone())));
        }
        if let Some(at) = expires_at {
            *n_expiring += usize::from(expiries.insert((at, entry.name.clone())));
        }
        entry.expires_at = expires_at;
        sink.n_changes += 1;
        sink.push_signal(db, &entry.name, SignalKind::Changed);
        true
    }

    /// Removes every key whose time is over at `now` (`expires_at < now`), the earliest first; how
    /// many there were.
    pub fn expire(&mut self, now: Millis) -> u64 {
        let mut n_expired = 0;
        for db in 0..Store::N_DBS {
            while let Some((at, _)) = self.db(db).expiries.first() {
                if now <= *at {
                    break;
                }
                let Some((_, name)) = self.db_mut(db).expiries.pop_first() else { break };
                self.n_expiring -= 1;
                let taken = self.take(db, &name);
                assert!(taken.is_some(), "a key with a time to live exists");
                self.report(db, &name, now, EventKind::KeyExpired);
                self.sink.push_signal(db, &name, SignalKind::Gone);
                n_expired += 1;
            }
        }
        n_expired
    }

    /// When [`Store::expire`] has something to do, if ever.
    pub fn next_due(&self) -> Option<Millis> {
        // Asked several times for each command; almost always there is nothing.
        if self.n_expiring == 0 {
            return None;
        }
        let firsts = self.dbs.iter().filter_map(|db| db.expiries.first());
        firsts.map(|(at, _)| at.saturating_add(1)).min()
    }

    /// Drops the idempotency ids that are too old at `now`, in every stream; how many. Redis does
    /// this ten times a second.
    pub fn expire_idmp(&mut self, now: Millis) -> u64 {
        let Store { dbs, sink, .. } = self;
        let mut n_expired = 0;
        sink.idmp_keys.retain(|(db, name)| match dbs[*db as usize].map.get_mut(name) {
            Some(Entry { value: Value::Stream(stream), .. }) => {
                n_expired += stream.expire_idmp(now);
                stream.idmp().n_producers() != 0
            }
            _ => false,
        });
        n_expired
    }

    /// When [`Store::expire_idmp`] has something to do, if ever.
    pub fn next_idmp_due(&self) -> Option<Millis> {
        let streams = self
            .sink
            .idmp_keys
            .iter()
            .filter_map(|(db, name)| self.stream(*db, name).ok().flatten());
        streams.filter_map(|stream| stream.idmp().next_due()).min()
    }

    /// Takes a key out without a word.
    fn take(&mut self, db: u32, key: &[u8]) -> Option<Entry> {
        let Store { dbs, n_expiring, .. } = self;
        let Db { map, expiries, by_serial } = &mut dbs[db as usize];
        let entry = map.remove(key)?;
        by_serial.remove(&entry.serial);
        if let Some(at) = entry.expires_at {
            *n_expiring -= usize::from(expiries.remove(&(at, entry.name.clone())));
        }
        Some(entry)
    }

    /// Puts a key that is not there in without a word.
    fn put(&mut self, db: u32, name: Name, value: Value, expires_at: Option<Millis>) {
        let serial = self.next_serial;
        self.next_serial += 1;
        if let Value::Stream(stream) = &value
            && stream.idmp().n_producers() != 0
        {
            self.sink.idmp_keys.insert((db, name.clone()));
        }
        let Store { dbs, n_expiring, .. } = self;
        let Db { map, expiries, by_serial } = &mut dbs[db as usize];
        by_serial.insert(serial, name.clone());
        if let Some(at) = expires_at {
            *n_expiring += usize::from(expiries.insert((at, name.clone())));
        }
        let replaced = map.insert(name.clone(), Entry { name, expires_at, serial, value });
        assert!(replaced.is_none(), "what was at the key was taken out first");
    }

    fn report(&mut self, db: u32, key: &Name, at: Millis, kind: EventKind) {
        self.sink.n_changes += 1;
        self.sink.push_event(Event { at, db, key: key.clone(), kind });
    }

    /// Checks what must always be true of the store and of every stream in it; costly.
    ///
    /// # Panics
    /// If something is wrong: a bug in the engine.
    pub fn check_invariants(&self) {
        assert_eq!(self.n_expiring, self.dbs.iter().map(Db::n_expiring).sum::<usize>());
        for db in &self.dbs {
            assert_eq!(db.by_serial.len(), db.map.len());
            let with_expiry = db.map.values().filter(|entry| entry.expires_at.is_some());
            assert_eq!(db.expiries.len(), with_expiry.count());
            for (name, entry) in &db.map {
                assert_eq!(*name, entry.name);
                assert_eq!(db.by_serial.get(&entry.serial), Some(name));
                assert!(
                    entry.expires_at.is_none_or(|at| { db.expiries.contains(&(at, name.clone())) })
                );
                match &entry.value {
                    Value::Stream(stream) => stream.check_invariants(),
                    Value::Str(_) => {}
                    Value::List(list) => assert!(!list.is_empty()),
                    Value::Set(set) => assert!(!set.is_empty()),
                }
            }
        }
    }
}

impl Db {
    /// What a key holds.
    pub fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.map.get(key)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// How many keys have a time to live.
    pub fn n_expiring(&self) -> usize {
        self.expiries.len()
    }

    /// Every key with what it holds, in byte order of the keys.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Name, &Entry)> {
        self.map.iter()
    }

    /// Every key, in byte order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Name> {
        self.map.keys()
    }

    /// Keys in the order in which they came into being, from a cursor on (0 at first): each with
    /// the cursor that continues behind it. So SCAN sees every key that exists all along.
    pub fn scan(&self, cursor: u64) -> impl Iterator<Item = (u64, &Name)> {
        self.by_serial.range(cursor..).map(|(serial, name)| (serial.saturating_add(1), name))
    }
}
