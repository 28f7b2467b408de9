//! What a command may touch while it runs.

use crate::engine::event::Name;
use crate::engine::{ConsumerId, Entry, IdmpConfig, NodeLimits, Store, Stream, StreamMut};
use crate::resp::Writer;
use crate::time::Millis;

use super::clients::Client;
use super::error::CommandError;
use super::state::State;
use super::{ClientId, Profile, Words};

/// One command's view of the server. `now` is frozen for the whole command (or EXEC).
#[derive(Debug)]
pub struct Ctx<'a> {
    /// Who runs it.
    pub client: ClientId,
    /// The time of the command.
    pub now: Millis,
    /// The server we pretend to be.
    pub profile: Profile,
    /// Inside EXEC nothing waits.
    pub in_exec: bool,
    /// The selected database.
    pub db: u32,
    /// The data.
    pub store: &'a mut Store,
    /// Everything else: clients, configuration, statistics.
    pub state: &'a mut State,
    /// Where the reply goes.
    pub out: Writer<'a>,
}

impl Ctx<'_> {
    /// The stream at a key of the selected database.
    ///
    /// # Errors
    /// [`CommandError::WrongType`] when the key holds something else.
    pub fn stream(&self, key: &[u8]) -> Result<Option<&Stream>, CommandError> {
        Ok(self.store.stream(self.db, key)?)
    }

    /// The same, to be changed.
    ///
    /// # Errors
    /// [`CommandError::WrongType`] when the key holds something else.
    pub fn stream_mut(&mut self, key: &[u8]) -> Result<Option<StreamMut<'_>>, CommandError> {
        Ok(self.store.stream_mut(self.db, key, self.now)?)
    }

    /// What a key of the selected database holds, for commands that read; INFO counts whether it
    /// was there.
    pub fn lookup(&mut self, key: &[u8]) -> Option<&Entry> {
        let found = self.store.get(self.db, key);
        match found {
            Some(_) => self.state.stats.n_hits += 1,
            None => self.state.stats.n_misses += 1,
        }
        found
    }

    /// When a node of a stream is full (CONFIG stream-node-max-bytes and -entries).
    pub fn node_limits(&self) -> NodeLimits {
        self.state.settings.node_limits()
    }

    /// CONFIG stream-node-max-entries; 0: no limit.
    pub fn node_entries_max(&self) -> i64 {
        self.state.settings.node_entries_max
    }

    /// What a new stream remembers of idempotent producers (CONFIG stream-idmp-duration, -maxsize).
    pub fn idmp_config(&self) -> IdmpConfig {
        self.state.settings.idmp_config()
    }

    /// A keyspace notification about a key of the selected database; `class` is one of
    /// [`super::notify`].
    #[inline]
    pub fn notify(&mut self, class: u16, event: &str, key: &[u8]) {
        if self.state.settings.notify & class != 0 {
            self.state.notify(class, event, self.db, key);
        }
    }

    /// The client that runs the command.
    ///
    /// # Errors
    /// None in practice: a command runs for a client that exists.
    pub fn client_mut(&mut self) -> Result<&mut Client, CommandError> {
        self.state.clients.get_mut(self.client).ok_or(CommandError::Syntax)
    }
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The reply is written.
    Done,
    /// There is nothing yet: wait, then run `rerun`.
    Block(BlockOn),
}

/// What a blocked client waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockOn {
    /// The keys whose signals wake it.
    pub keys: Vec<Name>,
    /// Which signals count.
    pub wait: Wait,
    /// When to give up with a nil array; `None`: never.
    pub deadline: Option<Millis>,
    /// When to look again though nothing was signalled (XREADGROUP CLAIM).
    pub retry_at: Option<Millis>,
    /// It looks again all the time, too: XREADGROUP CLAIM with next to no idle time. Here that is
    /// when a group changed.
    pub polls: bool,
    /// The command to run at each wake-up: the same words, with `$` resolved.
    pub rerun: Words,
    /// XREADGROUP of what is new in one stream alone. Whether such a reader has something to get
    /// is seen without running it.
    pub member: Option<Member>,
}

/// Who reads what is new for a group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The group.
    pub group: Name,
    /// The consumer, and its name as the group keeps it: another consumer, even one of the same
    /// name, has another one. `None` where reading in vain makes no consumer (before 7.2).
    pub consumer: Option<(ConsumerId, Name)>,
}

/// Which signals wake a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// XREAD: data only.
    Stream,
    /// XREADGROUP: also the end of the key or of its group.
    Group,
    /// BLPOP.
    List,
    /// No key at all: only `retry_at`, at which the re-run answers (WAIT, DEBUG SLEEP).
    Time,
}
