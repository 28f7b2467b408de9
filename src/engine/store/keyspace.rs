//! Keys that move: RENAME, COPY, MOVE, SWAPDB, FLUSHDB.

use super::Store;
use crate::engine::event::{Event, EventKind, Name};
use crate::engine::{Entry, SignalKind};
use crate::time::Millis;

impl Store {
    /// Moves what `from` holds, with its time to live, to `to`, whose old value is gone. Whether
    /// `from` exists; nothing happens if both are the same key.
    pub fn rename(&mut self, db: u32, from: &[u8], to: &[u8], now: Millis) -> bool {
        if from == to {
            return self.get(db, from).is_some();
        }
        let Some(entry) = self.take(db, from) else { return false };
        self.settle(db, entry, db, Name::from(to), now);
        true
    }

    /// Moves a key to another database; `false` if it does not exist, or exists there already.
    pub fn move_key(&mut self, db: u32, key: &[u8], to_db: u32, now: Millis) -> bool {
        if db == to_db || self.get(to_db, key).is_some() {
            return false;
        }
        let Some(entry) = self.take(db, key) else { return false };
        let name = entry.name.clone();
        self.settle(db, entry, to_db, name, now);
        true
    }

    /// Copies a key with its time to live; `false` if it does not exist, or if the place is taken
    /// and `replace` is off. The caller refuses to copy a key onto itself.
    pub fn copy(
        &mut self,
        (db, from): (u32, &[u8]),
        (to_db, to): (u32, &[u8]),
        replace: bool,
        now: Millis,
    ) -> bool {
        let same_place = db == to_db && from == to;
        if same_place || (!replace && self.get(to_db, to).is_some()) {
            return false;
        }
        let Some(entry) = self.get(db, from) else { return false };
        let (value, expires_at) = (entry.value.copied(), entry.expires_at);
        self.insert(to_db, to, value, now);
        if expires_at.is_some() {
            self.set_expiry(to_db, to, expires_at);
        }
        true
    }

    /// Exchanges two databases.
    pub fn swap_db(&mut self, a: u32, b: u32, now: Millis) {
        if a == b {
            return;
        }
        self.sink.n_changes += 1;
        self.report_swap(a, b, now);
        self.report_swap(b, a, now);
        self.dbs.swap(a as usize, b as usize);
        let keys = std::mem::take(&mut self.sink.idmp_keys);
        let swapped = |db| match db {
            _ if db == a => b,
            _ if db == b => a,
            _ => db,
        };
        self.sink.idmp_keys = keys.into_iter().map(|(db, name)| (swapped(db), name)).collect();
    }

    /// Deletes every key of a database; how many there were.
    pub fn flush_db(&mut self, db: u32, now: Millis) -> usize {
        let old = std::mem::take(self.db_mut(db));
        self.sink.n_changes += old.map.len() as u64;
        self.n_expiring -= old.n_expiring();
        if self.sink.is_recording() || self.sink.is_listening() {
            for name in old.map.keys() {
                let kind = EventKind::KeyDeleted;
                self.sink.push_event(Event { at: now, db, key: name.clone(), kind });
                self.sink.push_signal(db, name, SignalKind::Gone);
            }
        }
        self.sink.idmp_keys.retain(|(key_db, _)| *key_db != db);
        old.map.len()
    }

    /// Deletes every key of every database; how many there were.
    pub fn flush_all(&mut self, now: Millis) -> usize {
        (0..Store::N_DBS).map(|db| self.flush_db(db, now)).sum()
    }

    /// Puts an entry that was taken out at its new place.
    fn settle(&mut self, db: u32, entry: Entry, to_db: u32, to: Name, now: Millis) {
        self.remove(to_db, &to, now);
        self.report(db, &entry.name, now, EventKind::KeyMoved { db: to_db, to: to.clone() });
        self.sink.push_signal(db, &entry.name, SignalKind::Gone);
        self.put(to_db, to.clone(), entry.value, entry.expires_at);
        self.sink.push_signal(to_db, &to, SignalKind::Ready);
    }

    /// Says of every key of `from` that it is now in `to`; and that the place of the same name in
    /// `from` is empty, unless something comes from `to`.
    fn report_swap(&mut self, from: u32, to: u32, now: Millis) {
        if !self.sink.is_recording() && !self.sink.is_listening() {
            return;
        }
        let names: Vec<Name> = self.db(from).map.keys().cloned().collect();
        for name in names {
            let kind = EventKind::KeyMoved { db: to, to: name.clone() };
            self.sink.push_event(Event { at: now, db: from, key: name.clone(), kind });
            self.sink.push_signal(to, &name, SignalKind::Ready);
            if self.get(to, &name).is_none() {
                self.sink.push_signal(from, &name, SignalKind::Gone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Event, Signal, Value};

    fn store(keys: &[(u32, &str)]) -> Store {
        let mut store = Store::new();
        for (db, key) in keys {
            store.insert(*db, key.as_bytes(), Value::Str(key.as_bytes().to_vec().into()), 5);
        }
        store.sink.record(true);
        store.sink.listen(true);
        store
    }

    /// Keys with their strings, by database.
    fn keys(store: &Store) -> String {
        let mut text = String::new();
        for db in 0..Store::N_DBS {
            for (name, entry) in store.db(db).entries() {
                let Value::Str(value) = &entry.value else { panic!("only strings here") };
                let (name, value) =
                    (String::from_utf8_lossy(name), String::from_utf8_lossy(&value.bytes));
                text += &format!("{db}:{name}={value} ");
            }
        }
        store.check_invariants();
        text.trim_end().to_owned()
    }

    /// The signals so far.
    fn signals(store: &mut Store) -> String {
        let mut text = String::new();
        while let Some(Signal { db, key, kind }) = store.sink.poll_signal() {
            text += &format!("{db}:{}={kind:?} ", String::from_utf8_lossy(&key));
        }
        text.trim_end().to_owned()
    }

    #[test]
    fn rename_takes_the_place_and_the_time_to_live() {
        let mut store = store(&[(0, "a"), (0, "b")]);
        store.set_expiry(0, b"a", Some(9));
        assert!(!store.rename(0, b"none", b"a", 5));
        assert!(store.rename(0, b"a", b"a", 5));
        assert!(store.rename(0, b"a", b"b", 5));
        assert_eq!(keys(&store), "0:b=a");
        assert_eq!(store.get(0, b"b").and_then(Entry::expires_at), Some(9));
        assert_eq!(signals(&mut store), "0:a=Changed 0:b=Gone 0:a=Gone 0:b=Ready");
        assert_eq!(store.next_due(), Some(10));
        assert_eq!((store.expire(9), store.expire(10)), (0, 1));
        let last = std::iter::from_fn(|| store.sink.poll_event()).last();
        let key = Name::from(&b"b"[..]);
        assert_eq!(last, Some(Event { at: 10, db: 0, key, kind: EventKind::KeyExpired }));
    }

    #[test]
    fn move_and_copy_respect_what_is_there() {
        let mut store = store(&[(0, "a"), (1, "a"), (0, "b")]);
        assert!(!store.move_key(0, b"a", 1, 5));
        assert!(!store.move_key(0, b"a", 0, 5));
        assert!(store.move_key(0, b"b", 1, 5));
        assert!(!store.copy((0, b"a"), (1, b"b"), false, 5));
        assert!(!store.copy((0, b"a"), (0, b"a"), true, 5));
        assert!(store.copy((0, b"a"), (1, b"b"), true, 5));
        assert_eq!(keys(&store), "0:a=a 1:a=a 1:b=a");
    }

    #[test]
    fn swap_exchanges_and_flush_empties() {
        let mut store = store(&[(0, "a"), (3, "b"), (0, "c"), (3, "c")]);
        store.swap_db(0, 3, 5);
        assert_eq!(keys(&store), "0:b=b 0:c=c 3:a=a 3:c=c");
        assert_eq!(
            signals(&mut store),
            "3:a=Ready 0:a=Gone 3:c=Ready 0:b=Ready 3:b=Gone 0:c=Ready"
        );
        assert_eq!((store.flush_db(0, 5), store.flush_all(5)), (2, 2));
        assert_eq!(keys(&store), "");
    }

    #[test]
    fn scan_sees_every_key_that_stays() {
        let mut store = store(&[(0, "c"), (0, "a"), (0, "b")]);
        let (next, first) = store.db(0).scan(0).next().unwrap();
        assert_eq!(**first, *b"c");
        store.remove(0, b"c", 5);
        let rest: Vec<_> = store.db(0).scan(next).map(|(_, name)| name.to_vec()).collect();
        assert_eq!(rest, [b"a".to_vec(), b"b".to_vec()]);
    }
}
