//! A whole Redis without a socket and without a clock.

use crate::engine::{Event, Store};
use crate::time::Millis;

use super::Profile;
use super::state::State;

/// A connected client, numbered from 1 as CLIENT ID reports it.
pub type ClientId = u64;

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The reply was appended.
    Replied,
    /// The client waits; its reply comes out of [`Server::poll_output`]. Until then the caller
    /// keeps the client's further commands back.
    Blocked,
    /// The reply was appended and the connection is to be closed (QUIT, CLIENT KILL).
    Closed,
}

/// A whole Redis: databases, clients, waiting readers, configuration, statistics.
///
/// * Inputs: [`connect`](Server::connect), [`disconnect`](Server::disconnect),
///   [`execute`](Server::execute), [`advance`](Server::advance).
/// * Time: [`next_wakeup`](Server::next_wakeup) says when `advance` has something to do.
/// * Outputs, to be polled after every input: [`poll_output`](Server::poll_output),
///   [`poll_event`](Server::poll_event).
#[derive(Clone, Debug)]
pub struct Server {
    pub(super) profile: Profile,
    pub(super) store: Store,
    pub(super) state: State,
}

/// The step of the periodic task that expires idempotency ids. It runs at multiples of this, so
/// that its effect does not depend on how often somebody calls [`Server::advance`].
const IDMP_TICK_MS: Millis = 100;

/// The things that time brings, in the order in which they happen within one millisecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    Deadline(ClientId),
    Expiry,
    Retry(ClientId),
    Idmp,
}

impl Server {
    /// An empty server.
    pub fn new(profile: Profile) -> Server {
        Server { profile, store: Store::new(), state: State::new() }
    }

    /// The server we pretend to be.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The data, for those who draw it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Clients, waiting readers, configuration and statistics, for those who show them.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Sets `maxmemory`: commands that need memory answer with Redis's OOM error above it. 0: no
    /// limit.
    pub fn set_maxmemory(&mut self, bytes: u64) {
        self.state.settings.set_by_name("maxmemory", bytes.to_string().into_bytes());
    }

    /// About how many bytes each clone of this server holds for itself, `n_commands` after it was
    /// made. Streams share their entries with clones; strings, lists and sets do not.
    pub fn unshared_bytes(&self, n_commands: u64) -> u64 {
        let held = self.state.clients.held_bytes() + self.state.waiters.held_bytes();
        held + super::memory::unshared_bytes(&self.store, n_commands)
    }

    /// Sets the most memory that there is at all, in bytes: where this server lives, more would be
    /// the end of everything. Unlike `maxmemory` no command can change it, and it also bounds what
    /// clients make the server remember for them.
    pub fn set_memory_ceiling(&mut self, bytes: u64) {
        self.state.memory_ceiling = bytes;
    }

    /// Sets the password that new clients have to give (`requirepass`). Empty: none.
    pub fn set_password(&mut self, password: &[u8]) {
        self.state.settings.set_by_name("requirepass", password.to_vec());
    }

    /// A new client, in database 0, speaking RESP2.
    pub fn connect(&mut self, now: Millis) -> ClientId {
        self.state.started_at.get_or_insert(now);
        self.state.stats.n_connections += 1;
        let id = self.state.clients.connect(now);
        if let Some(client) = self.state.clients.get_mut(id) {
            client.authenticated = self.state.settings.password.is_empty();
        }
        id
    }

    /// The port that INFO and CONFIG GET tell.
    pub fn set_port(&mut self, port: u16) {
        self.state.settings.set_by_name("port", port.to_string().into_bytes());
    }

    /// The addresses that CLIENT LIST shows for a client: where it is, and where it came to.
    pub fn set_addr(&mut self, client: ClientId, addr: &str, laddr: &str) {
        if let Some(client) = self.state.clients.get_mut(client) {
            client.addr = addr.as_bytes().to_vec();
            client.laddr = laddr.as_bytes().to_vec();
        }
    }

    /// Whether new clients have to give a password.
    pub fn needs_password(&self) -> bool {
        !self.state.settings.password.is_empty()
    }

    /// Whether a client has given the password, or needs none.
    pub fn is_authenticated(&self, client: ClientId) -> bool {
        self.state.clients.get(client).is_some_and(|client| client.authenticated)
    }

    /// The client is gone: what it waited for, watched and subscribed to ends.
    pub fn disconnect(&mut self, client: ClientId) {
        self.state.forget(client);
        self.listen();
    }

    /// Whether a client waits in a blocking command. Its outputs may then still be messages of a
    /// subscription: only once this is false its command was answered and its kept-back commands
    /// may go on.
    pub fn is_blocked(&self, client: ClientId) -> bool {
        self.state.clients.get(client).is_some_and(|client| client.waiting.is_some())
    }

    /// Whether a client is still welcome; false after CLIENT KILL: its connection is to be closed
    /// once what it was sent is written.
    pub fn is_connected(&self, client: ClientId) -> bool {
        self.state.clients.get(client).is_some_and(|client| !client.closing)
    }

    /// Runs one command (its name and arguments) and appends the reply's bytes to `out`. What is
    /// due at `now` happens first.
    ///
    /// Never fails and never panics on any words: what Redis would refuse is an error reply.
    pub fn execute(
        &mut self,
        client: ClientId,
        words: &[&[u8]],
        now: Millis,
        out: &mut Vec<u8>,
    ) -> Outcome {
        self.advance(now);
        self.dispatch(client, words, now, out)
    }

    /// Tells how long the command took that just ran; the server itself has no clock to measure it
    /// with. Only INFO shows it.
    pub fn took(&mut self, nanos: u64) {
        self.state.stats.took(nanos);
    }

    /// After an error reply to [`execute`](Server::execute): the index of the word at fault, if it
    /// is known (0 is the command's name).
    pub fn fault_word_idx(&self) -> Option<usize> {
        self.state.fault_word_idx
    }

    /// Does what is due at `now`: block time-outs, expiries, claims that became possible. Each
    /// thing happens at its own time, in order, so it does not matter how often this is called.
    pub fn advance(&mut self, now: Millis) {
        while let Some((at, due)) = self.next_due()
            && at <= now
        {
            match due {
                Due::Deadline(id) => self.state.time_out(id),
                Due::Expiry => self.expire(at),
                Due::Retry(id) if self.state.waits_for_time(id) => self.wake(id, at),
                Due::Retry(id) => self.state.retry(at, id),
                Due::Idmp => {
                    self.store.expire_idmp(at);
                }
            }
            self.settle(at);
        }
    }

    /// When [`advance`](Server::advance) has something to do, if ever.
    pub fn next_wakeup(&self) -> Option<Millis> {
        self.next_due().map(|(at, _)| at)
    }

    /// The next bytes for a client that did not just call `execute`: a blocked one that was woken,
    /// a subscriber, a monitor.
    pub fn poll_output(&mut self) -> Option<(ClientId, Vec<u8>)> {
        self.state.outbox.pop_front()
    }

    /// The next client that another one killed: its connection is to be closed now, whatever it was
    /// still to be sent. One that killed itself is told by [`Outcome::Closed`].
    pub fn poll_killed(&mut self) -> Option<ClientId> {
        self.state.killed.pop_front()
    }

    /// Whether events are kept for [`poll_event`](Server::poll_event); off at first, since a server
    /// whose events nobody takes would only grow.
    pub fn record_events(&mut self, on: bool) {
        self.store.sink.record(on);
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.store.sink.poll_event()
    }

    fn next_due(&self) -> Option<(Millis, Due)> {
        let waiters = &self.state.waiters;
        let expiry = self.store.next_due().map(|at| (at, Due::Expiry));
        let idmp = self.next_idmp_tick().map(|at| (at, Due::Idmp));
        // Asked several times for each command; almost always there is nothing.
        if waiters.is_empty() && expiry.is_none() && idmp.is_none() {
            return None;
        }
        let deadline = waiters.next_deadline().map(|(at, id)| (at, Due::Deadline(id)));
        let retry = waiters.next_retry().map(|(at, id)| (at, Due::Retry(id)));
        [deadline, retry, expiry, idmp].into_iter().flatten().min()
    }

    /// The first tick at which an idempotency id is old enough.
    fn next_idmp_tick(&self) -> Option<Millis> {
        let due = self.store.next_idmp_due()?;
        Some(due.div_ceil(IDMP_TICK_MS).saturating_mul(IDMP_TICK_MS))
    }

    fn expire(&mut self, at: Millis) {
        let expired = self.store.expire(at);
        self.state.stats.n_expired += expired;
    }

    /// Keeps signals only while somebody is there to hear them.
    pub(super) fn listen(&mut self) {
        let wanted = !self.state.waiters.is_empty() || self.state.clients.is_watching();
        if wanted != self.store.sink.is_listening() {
            self.store.sink.listen(wanted);
        }
    }
}
