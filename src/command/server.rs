//! A whole Redis without a socket and without a clock.

use crate::engine::Event;
use crate::time::Millis;

use super::Profile;

/// A connected client, numbered from 1 as CLIENT ID reports it.
pub type ClientId = u64;

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The reply was appended.
    Replied,
    /// The client waits; its reply comes out of [`Server::poll_output`]. Until then the caller keeps
    /// the client's further commands back.
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
    profile: Profile,
}

impl Server {
    /// An empty server.
    pub fn new(profile: Profile) -> Server {
        Server { profile }
    }

    /// The server we pretend to be.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// A new client, in database 0, speaking RESP2.
    pub fn connect(&mut self, _now: Millis) -> ClientId {
        1
    }

    /// The client is gone: what it waited for, watched and subscribed to ends.
    pub fn disconnect(&mut self, _client: ClientId) {}

    /// Whether a client waits in a blocking command. Its outputs may then still be messages of a
    /// subscription: only once this is false its command was answered and its kept-back commands
    /// may go on.
    pub fn is_blocked(&self, _client: ClientId) -> bool {
        false
    }

    /// Whether a client is still welcome; false after CLIENT KILL: its connection is to be closed
    /// once what it was sent is written.
    pub fn is_connected(&self, _client: ClientId) -> bool {
        true
    }

    /// Runs one command (its name and arguments) and appends the reply's bytes to `out`.
    ///
    /// Never fails and never panics on any words: what Redis would refuse is an error reply.
    pub fn execute(
        &mut self,
        _client: ClientId,
        _words: &[&[u8]],
        _now: Millis,
        out: &mut Vec<u8>,
    ) -> Outcome {
        out.extend_from_slice(b"-ERR not there yet\r\n");
        Outcome::Replied
    }

    /// Does what is due at `now`: block time-outs, expiries, claims that became possible.
    pub fn advance(&mut self, _now: Millis) {}

    /// When [`advance`](Server::advance) has something to do, if ever.
    pub fn next_wakeup(&self) -> Option<Millis> {
        None
    }

    /// The next bytes for a client that did not just call `execute`: a blocked one that was woken,
    /// a subscriber, a monitor.
    pub fn poll_output(&mut self) -> Option<(ClientId, Vec<u8>)> {
        None
    }

    /// Whether events are kept for [`poll_event`](Server::poll_event); off at first, since a server
    /// whose events nobody takes would only grow.
    pub fn record_events(&mut self, _on: bool) {}

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        None
    }
}
