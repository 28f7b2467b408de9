//! Our side: the engine in this process, driven as a door would.

use std::panic::{AssertUnwindSafe, catch_unwind};

use streamlanes::command::{ClientId, Outcome, Profile, Server};
use streamlanes::time::Millis;

use crate::Word;

/// An engine with some connections.
#[derive(Debug)]
pub struct Engine {
    server: Server,
    clients: Vec<ClientId>,
}

impl Engine {
    /// An empty engine.
    pub fn new(profile: Profile, n_clients: usize, now: Millis) -> Engine {
        let mut server = Server::new(profile);
        let clients = (0..n_clients).map(|_| server.connect(now)).collect();
        Engine { server, clients }
    }

    /// Runs one command; a client that has to wait waits until its time is over.
    pub fn ask(&mut self, words: &[Word], now: Millis) -> Vec<u8> {
        let mut reply = self.step(0, words, now);
        let mut out = reply.swap_remove(0);
        while out.is_empty() && self.is_blocked(0) {
            let Some(due) = self.server.next_wakeup() else { break };
            self.server.advance(due);
            out = self.arrived().swap_remove(0);
        }
        out
    }

    /// Runs one command; returns what came to each client.
    pub fn step(&mut self, client: usize, words: &[Word], now: Millis) -> Vec<Vec<u8>> {
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let mut out = Vec::new();
        let id = self.clients[client];
        // A panic is a difference like any other: it is to be minimised and shown.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.server.advance(now);
            self.server.execute(id, &words, now, &mut out)
        }));
        match outcome {
            Ok(Outcome::Replied) => debug_assert!(!self.server.is_blocked(id)),
            Ok(Outcome::Blocked | Outcome::Closed) => {}
            Err(_) => out = b"-(the engine panicked)\r\n".to_vec(),
        }
        let mut arrived = self.arrived();
        out.append(&mut arrived[client]);
        arrived[client] = out;
        arrived
    }

    /// Whether a client waits.
    pub fn is_blocked(&self, client: usize) -> bool {
        self.server.is_blocked(self.clients[client])
    }

    fn arrived(&mut self) -> Vec<Vec<u8>> {
        let mut arrived = vec![Vec::new(); self.clients.len()];
        while let Some((id, bytes)) = self.server.poll_output() {
            if let Some(client) = self.clients.iter().position(|&known| known == id) {
                arrived[client].extend_from_slice(&bytes);
            }
        }
        arrived
    }
}
