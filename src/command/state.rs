//! Everything of a server that is not data: clients, waiting readers, configuration, statistics,
//! and what is to be sent to whom.

use std::collections::VecDeque;

use crate::resp::{Protocol, Writer};
use crate::time::Millis;

use super::clients::Clients;
use super::ctx::Wait;
use super::memory::Memory;
use super::notify;
use super::server::ClientId;
use super::settings::Settings;
use super::stats::Stats;
use super::waiters::{Waiters, Waiting};

/// The server around the data.
#[derive(Clone, Debug)]
pub struct State {
    /// Connections.
    pub clients: Clients,
    /// Blocked clients.
    pub waiters: Waiters,
    /// What CONFIG changes.
    pub settings: Settings,
    /// What INFO counts.
    pub stats: Stats,
    /// When the server started; `None` until its first input.
    pub started_at: Option<Millis>,
    /// Bytes for clients that did not just call `execute`, oldest first.
    pub outbox: VecDeque<(ClientId, Vec<u8>)>,
    /// Clients that another one killed, and whose connections were not closed yet.
    pub killed: VecDeque<ClientId>,
    /// How much memory the data takes.
    pub memory: Memory,
    /// The most that it may take, in bytes, whatever CONFIG SET maxmemory says; 0: no such limit.
    pub memory_ceiling: u64,
    /// Taken from and put back here by those who write replies to woken clients.
    pub(super) reply_buffer: Vec<u8>,
    /// The last command's word at fault, counted from 0; for consoles that underline it.
    pub fault_word_idx: Option<usize>,
}

impl State {
    /// A server that just started.
    pub fn new() -> State {
        State {
            clients: Clients::default(),
            waiters: Waiters::default(),
            settings: Settings::new(),
            stats: Stats::new(),
            started_at: None,
            outbox: VecDeque::new(),
            killed: VecDeque::new(),
            memory: Memory::default(),
            memory_ceiling: 0,
            reply_buffer: Vec::new(),
            fault_word_idx: None,
        }
    }

    /// Sends one message to a client that does not expect it.
    pub fn push(&mut self, to: ClientId, write: impl FnOnce(&mut Writer<'_>)) {
        let Some(client) = self.clients.get(to).filter(|client| !client.closing) else { return };
        let mut bytes = Vec::new();
        write(&mut Writer::new(&mut bytes, client.protocol));
        self.outbox.push_back((to, bytes));
    }

    /// Sends bytes that are a reply already.
    pub fn send(&mut self, to: ClientId, bytes: Vec<u8>) {
        self.outbox.push_back((to, bytes));
    }

    /// Takes what is to be sent to one client.
    pub fn take_outputs(&mut self, to: ClientId) -> Vec<Vec<u8>> {
        let (own, others) = std::mem::take(&mut self.outbox).into_iter().partition(|o| o.0 == to);
        self.outbox = others;
        let own: VecDeque<(ClientId, Vec<u8>)> = own;
        own.into_iter().map(|(_, bytes)| bytes).collect()
    }

    /// Tells the listeners of a channel; returns how many got the message.
    pub fn publish(&mut self, channel: &[u8], message: &[u8]) -> i64 {
        let mut n_receivers = 0;
        let direct: Vec<ClientId> =
            self.clients.channels.get(channel).into_iter().flatten().copied().collect();
        for id in direct {
            self.push(id, |out| {
                out.push(3);
                out.bulk(b"message");
                out.bulk(channel);
                out.bulk(message);
            });
            n_receivers += 1;
        }
        if self.clients.patterns.is_empty() {
            return n_receivers;
        }
        let mut matching = Vec::new();
        for (pattern, ids) in &self.clients.patterns {
            if super::glob::matches(pattern, channel) {
                matching.extend(ids.iter().map(|&id| (pattern.clone(), id)));
            }
        }
        for (pattern, id) in matching {
            self.push(id, |out| {
                out.push(4);
                out.bulk(b"pmessage");
                out.bulk(&pattern);
                out.bulk(channel);
                out.bulk(message);
            });
            n_receivers += 1;
        }
        n_receivers
    }

    /// A keyspace notification, if CONFIG SET notify-keyspace-events asked for its class.
    pub fn notify(&mut self, class: u16, event: &str, db: u32, key: &[u8]) {
        let wanted = self.settings.notify;
        if wanted & class == 0 {
            return;
        }
        if wanted & notify::KEYSPACE != 0 {
            let mut channel = format!("__keyspace@{db}__:").into_bytes();
            channel.extend_from_slice(key);
            self.publish(&channel, event.as_bytes());
        }
        if wanted & notify::KEYEVENT != 0 {
            let channel = format!("__keyevent@{db}__:{event}");
            self.publish(channel.as_bytes(), key);
        }
    }

    /// A client is gone: what it waited for, watched and listened to ends.
    pub fn forget(&mut self, id: ClientId) {
        self.stop_waiting(id);
        self.clients.remove(id);
        self.outbox.retain(|(to, _)| *to != id);
        self.killed.retain(|killed| *killed != id);
    }

    /// Takes a client out of the lines it stands in.
    pub fn stop_waiting(&mut self, id: ClientId) -> Option<Waiting> {
        let waiting = self.clients.get_mut(id)?.waiting.take()?;
        self.waiters.remove(id, &waiting);
        Some(waiting)
    }

    /// A waiting client's time is over: it gets a nil array.
    pub fn time_out(&mut self, id: ClientId) {
        let Some(waiting) = self.stop_waiting(id) else { return };
        self.stats.called(waiting.number, false);
        self.push(id, |out| match waiting.on.wait {
            // WAIT answers how many replicas there are; DEBUG SLEEP cannot be woken by hand.
            Wait::Time => out.int(0),
            Wait::Stream | Wait::Group | Wait::List => out.nil_array(),
        });
    }

    /// Makes a waiting client answer with an error.
    pub fn unblock_with_error(&mut self, id: ClientId, error: &[u8]) {
        let Some(waiting) = self.stop_waiting(id) else { return };
        self.stats.called(waiting.number, true);
        self.stats.error(error);
        self.push(id, |out| out.error(error));
    }

    /// Whether a client waits for nothing but a moment.
    pub fn waits_for_time(&self, id: ClientId) -> bool {
        let waiting = self.clients.get(id).and_then(|client| client.waiting.as_ref());
        waiting.is_some_and(|waiting| waiting.on.wait == Wait::Time)
    }

    /// The time to look again has come for a client.
    pub fn retry(&mut self, at: Millis, id: ClientId) {
        let waiting = self.clients.get(id).and_then(|client| client.waiting.as_ref());
        if let Some(waiting) = waiting {
            self.waiters.retry(at, id, waiting);
        }
    }

    /// The protocol a client speaks.
    pub fn protocol(&self, id: ClientId) -> Protocol {
        self.clients.get(id).map_or(Protocol::Resp2, |client| client.protocol)
    }
}

impl Default for State {
    fn default() -> State {
        State::new()
    }
}
