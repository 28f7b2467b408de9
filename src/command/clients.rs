//! What the server remembers about each connection.

use crate::engine::event::Name;
use crate::resp::Protocol;
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Millis;

use super::server::ClientId;
use super::waiters::Waiting;

/// A command that MULTI put aside: its place in the table and its words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queued {
    /// Which command; see [`super::table::Entry`].
    pub number: u16,
    /// All its words, the name first.
    pub words: Vec<Vec<u8>>,
}

/// Whether a client wants to see replies (CLIENT REPLY).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplyMode {
    /// Every reply is sent.
    On,
    /// No reply is sent until ON.
    Off,
    /// The reply of the next command is left out.
    SkipNext,
    /// The reply of this command is left out.
    SkipThis,
}

/// One connection. Every value of every field is legal.
#[derive(Clone, Debug)]
pub struct Client {
    /// What CLIENT ID reports.
    pub id: ClientId,
    /// The remote address for CLIENT LIST: `ip:port`.
    pub addr: Vec<u8>,
    /// The address it came to.
    pub laddr: Vec<u8>,
    /// CLIENT SETNAME; empty: none.
    pub name: Vec<u8>,
    /// CLIENT SETINFO LIB-NAME.
    pub lib_name: Vec<u8>,
    /// CLIENT SETINFO LIB-VER.
    pub lib_ver: Vec<u8>,
    /// The selected database.
    pub db: u32,
    /// RESP2, or RESP3 after HELLO 3.
    pub protocol: Protocol,
    /// Whether the password was given, or none was needed at the time of connecting.
    pub authenticated: bool,
    /// The commands since MULTI; `None` outside a transaction. Filled by [`Clients::queue`] and
    /// emptied by [`Clients::take_queue`], which count its bytes.
    pub multi: Option<Vec<Queued>>,
    /// A command was refused since MULTI: EXEC will refuse to run.
    pub multi_failed: bool,
    /// WATCHed keys: database and key.
    pub watched: Vec<(u32, Name)>,
    /// A watched key changed: EXEC will answer nil.
    pub dirty: bool,
    /// Set while the client waits.
    pub waiting: Option<Waiting>,
    /// SUBSCRIBEd channels.
    pub channels: SortedSet<Name>,
    /// PSUBSCRIBEd patterns.
    pub patterns: SortedSet<Name>,
    /// Sees every command (MONITOR).
    pub monitor: bool,
    /// Whether replies are sent.
    pub reply: ReplyMode,
    /// CLIENT NO-EVICT.
    pub no_evict: bool,
    /// CLIENT NO-TOUCH.
    pub no_touch: bool,
    /// The connection is to be closed after the reply of the command that runs.
    pub closing: bool,
    /// When it connected.
    pub connected_at: Millis,
    /// When its last command began.
    pub active_at: Millis,
    /// Its last command, as a number of the table; `None`: it sent none yet.
    pub last_command: Option<u16>,
    /// Commands that it has sent.
    pub n_commands: u64,
}

impl Client {
    /// A client as it is just after connecting, or after RESET.
    pub fn new(id: ClientId, now: Millis) -> Client {
        Client {
            id,
            addr: format!("127.0.0.1:{}", 50_000 + id % 15_000).into_bytes(),
            laddr: b"127.0.0.1:6379".to_vec(),
            name: Vec::new(),
            lib_name: Vec::new(),
            lib_ver: Vec::new(),
            db: 0,
            protocol: Protocol::Resp2,
            authenticated: true,
            multi: None,
            multi_failed: false,
            watched: Vec::new(),
            dirty: false,
            waiting: None,
            channels: SortedSet::new(),
            patterns: SortedSet::new(),
            monitor: false,
            reply: ReplyMode::On,
            no_evict: false,
            no_touch: false,
            closing: false,
            connected_at: now,
            active_at: now,
            last_command: None,
            n_commands: 0,
        }
    }

    /// How many channels and patterns it listens to.
    pub fn n_subscriptions(&self) -> usize {
        self.channels.len() + self.patterns.len()
    }

    /// A RESP2 client that listens may only listen on: its replies and messages look alike.
    pub fn only_listens(&self) -> bool {
        self.protocol == Protocol::Resp2 && 0 < self.n_subscriptions()
    }
}

/// All connections, and who watches or listens to what.
#[derive(Clone, Debug, Default)]
pub struct Clients {
    // Boxed, since a tree moves its values about and a client is some hundred bytes.
    by_id: SortedMap<ClientId, Box<Client>>,
    last_id: ClientId,
    // Per database and key, who watches it.
    watchers: SortedMap<u32, SortedMap<Name, SortedSet<ClientId>>>,
    /// Listeners of each channel.
    pub channels: SortedMap<Name, SortedSet<ClientId>>,
    /// Listeners of each pattern.
    pub patterns: SortedMap<Name, SortedSet<ClientId>>,
    /// Who sees every command.
    pub monitors: SortedSet<ClientId>,
    /// What commands in MULTI, watched keys and subscriptions take, about, in bytes.
    held_bytes: u64,
}

/// What a name takes beside its letters in the places that remember it, in bytes.
const HELD_NAME_BYTES: usize = 160;
/// What a word of a queued command takes beside its letters, in bytes.
const HELD_WORD_BYTES: usize = 40;

fn name_bytes(name: &[u8]) -> u64 {
    (name.len() + HELD_NAME_BYTES) as u64
}

fn queued_bytes(queued: &Queued) -> u64 {
    let words = queued.words.iter().map(|word| word.len() + HELD_WORD_BYTES);
    (words.sum::<usize>() + HELD_WORD_BYTES) as u64
}

impl Clients {
    /// Adds a client and returns its number.
    pub fn connect(&mut self, now: Millis) -> ClientId {
        self.last_id += 1;
        self.by_id.insert(self.last_id, Box::new(Client::new(self.last_id, now)));
        self.last_id
    }

    /// Forgets a client and everything it watched or listened to.
    pub fn remove(&mut self, id: ClientId) -> Option<Box<Client>> {
        self.unwatch(id);
        self.unlisten(id);
        self.take_queue(id);
        self.by_id.remove(&id)
    }

    /// One client.
    pub fn get(&self, id: ClientId) -> Option<&Client> {
        self.by_id.get(&id).map(Box::as_ref)
    }

    /// One client, to be changed.
    pub fn get_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.by_id.get_mut(&id).map(Box::as_mut)
    }

    /// All clients, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.by_id.values().map(Box::as_ref)
    }

    /// How many clients are connected.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// About how much the server remembers for its clients, in bytes.
    pub fn held_bytes(&self) -> u64 {
        self.held_bytes
    }

    /// Puts a command of a client in MULTI aside.
    pub fn queue(&mut self, id: ClientId, queued: Queued) {
        let client = self.by_id.get_mut(&id);
        if let Some(queue) = client.and_then(|client| client.multi.as_mut()) {
            self.held_bytes += queued_bytes(&queued);
            queue.push(queued);
        }
    }

    /// Ends a client's MULTI: what was put aside, if there was one.
    pub fn take_queue(&mut self, id: ClientId) -> Option<Vec<Queued>> {
        let queue = self.by_id.get_mut(&id)?.multi.take()?;
        self.forget_bytes(queue.iter().map(queued_bytes).sum());
        Some(queue)
    }

    fn forget_bytes(&mut self, n_bytes: u64) {
        debug_assert!(n_bytes <= self.held_bytes);
        self.held_bytes = self.held_bytes.saturating_sub(n_bytes);
    }

    /// SUBSCRIBE (`channels`) or PSUBSCRIBE of one name.
    pub fn listen(&mut self, id: ClientId, name: &Name, channels: bool) {
        let Some(client) = self.by_id.get_mut(&id) else { return };
        let (of_client, of_all) = match channels {
            true => (&mut client.channels, &mut self.channels),
            false => (&mut client.patterns, &mut self.patterns),
        };
        if of_client.insert(name.clone()) {
            self.held_bytes += name_bytes(name);
        }
        of_all.get_or_insert_with(name.clone(), Default::default).insert(id);
    }

    /// UNSUBSCRIBE (`channels`) or PUNSUBSCRIBE of one name.
    pub fn stop_listening(&mut self, id: ClientId, name: &[u8], channels: bool) {
        let Some(client) = self.by_id.get_mut(&id) else { return };
        let (of_client, of_all) = match channels {
            true => (&mut client.channels, &mut self.channels),
            false => (&mut client.patterns, &mut self.patterns),
        };
        let was_there = of_client.remove(name);
        drop_listener(of_all, name, id);
        if was_there {
            self.forget_bytes(name_bytes(name));
        }
    }

    /// WATCH: from now on a change of the key makes the client's EXEC fail.
    pub fn watch(&mut self, id: ClientId, db: u32, key: Name) {
        let Some(client) = self.by_id.get_mut(&id) else { return };
        let keys = self.watchers.get_or_insert_with(db, Default::default);
        if keys.get_or_insert_with(key.clone(), Default::default).insert(id) {
            self.held_bytes += name_bytes(&key);
            client.watched.push((db, key));
        }
    }

    /// UNWATCH, EXEC, DISCARD: nothing is watched any more.
    pub fn unwatch(&mut self, id: ClientId) {
        let Some(client) = self.by_id.get_mut(&id) else { return };
        client.dirty = false;
        let watched = std::mem::take(&mut client.watched);
        self.forget_bytes(watched.iter().map(|(_, key)| name_bytes(key)).sum());
        for (db, key) in watched {
            let Some(keys) = self.watchers.get_mut(&db) else { continue };
            if let Some(ids) = keys.get_mut(&key) {
                ids.remove(&id);
                if ids.is_empty() {
                    keys.remove(&key);
                }
            }
            if keys.is_empty() {
                self.watchers.remove(&db);
            }
        }
    }

    /// A key changed: the transactions that watch it will fail.
    pub fn touch(&mut self, db: u32, key: &[u8]) {
        if self.watchers.is_empty() {
            return;
        }
        let Some(ids) = self.watchers.get(&db).and_then(|keys| keys.get(key)) else { return };
        for id in ids {
            if let Some(client) = self.by_id.get_mut(id) {
                client.dirty = true;
            }
        }
    }

    /// The watched keys of a database, for commands that change all of it.
    pub fn watched_keys(&self, db: u32) -> Vec<Name> {
        self.watchers.get(&db).map_or_else(Vec::new, |keys| keys.keys().cloned().collect())
    }

    /// Whether anybody watches a key.
    pub fn is_watching(&self) -> bool {
        !self.watchers.is_empty()
    }

    /// How many clients watch something.
    pub fn n_watching(&self) -> usize {
        self.iter().filter(|client| !client.watched.is_empty()).count()
    }

    /// How many clients listen to something.
    pub fn n_listening(&self) -> usize {
        self.iter().filter(|client| 0 < client.n_subscriptions()).count()
    }

    /// How many keys are watched by somebody.
    pub fn n_watched_keys(&self) -> usize {
        self.watchers.values().map(SortedMap::len).sum()
    }

    /// The client listens to nothing any more, nor monitors.
    pub fn unlisten(&mut self, id: ClientId) {
        self.monitors.remove(&id);
        let Some(client) = self.by_id.get_mut(&id) else { return };
        let channels = std::mem::take(&mut client.channels);
        let patterns = std::mem::take(&mut client.patterns);
        for name in &channels {
            drop_listener(&mut self.channels, name, id);
        }
        for name in &patterns {
            drop_listener(&mut self.patterns, name, id);
        }
        self.forget_bytes(channels.iter().chain(&patterns).map(|name| name_bytes(name)).sum());
    }
}

/// Takes a client off a channel or pattern, and the channel away with its last listener.
fn drop_listener(map: &mut SortedMap<Name, SortedSet<ClientId>>, name: &[u8], id: ClientId) {
    if let Some(ids) = map.get_mut(name) {
        ids.remove(&id);
        if ids.is_empty() {
            map.remove(name);
        }
    }
}
