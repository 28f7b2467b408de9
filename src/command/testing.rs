//! A server and some clients for the tests of commands: lines in, redis-cli's text out.

use crate::resp::{decode, layout};
use crate::time::{Millis, WORLD_START};

use super::tokenize::redis_tokens;
use super::{ClientId, Outcome, Profile, Server};

/// A server with one client that speaks.
pub struct Session {
    /// The server.
    pub server: Server,
    /// Who speaks.
    pub client: ClientId,
    /// The time.
    pub now: Millis,
}

impl Session {
    /// A new server of the newest profile whose oracle we have.
    pub fn new() -> Session {
        Session::of(Profile::Redis86)
    }

    /// A new server.
    pub fn of(profile: Profile) -> Session {
        let mut server = Server::new(profile);
        let client = server.connect(WORLD_START);
        Session { server, client, now: WORLD_START }
    }

    /// Another client.
    pub fn connect(&mut self) -> ClientId {
        self.server.connect(self.now)
    }

    /// What redis-cli prints for a line of the first client; `…` while it waits.
    pub fn run(&mut self, line: &str) -> String {
        self.run_as(self.client, line)
    }

    /// The same for another client.
    pub fn run_as(&mut self, client: ClientId, line: &str) -> String {
        let tokens = redis_tokens(line.as_bytes()).unwrap();
        let words: Vec<&[u8]> = tokens.iter().map(|token| token.value.as_slice()).collect();
        let mut out = Vec::new();
        match self.server.execute(client, &words, self.now, &mut out) {
            Outcome::Blocked => {
                assert!(out.is_empty());
                "…".to_owned()
            }
            Outcome::Replied | Outcome::Closed => text(&out),
        }
    }

    /// Checks the reply of one line.
    #[track_caller]
    pub fn check(&mut self, line: &str, expected: &str) {
        assert_eq!(self.run(line), expected, "{line}");
    }

    /// Checks the reply of one line of another client.
    #[track_caller]
    pub fn check_as(&mut self, client: ClientId, line: &str, expected: &str) {
        assert_eq!(self.run_as(client, line), expected, "{line}");
    }

    /// Checks what came for clients that did not just ask, as `client: text`.
    #[track_caller]
    pub fn check_outputs(&mut self, expected: &[(ClientId, &str)]) {
        let mut found = Vec::new();
        while let Some((client, bytes)) = self.server.poll_output() {
            found.push((client, text(&bytes)));
        }
        let found: Vec<_> = found.iter().map(|(client, text)| (*client, text.as_str())).collect();
        assert_eq!(found, expected);
    }

    /// Lets time pass.
    pub fn wait(&mut self, ms: Millis) {
        self.now += ms;
        self.server.advance(self.now);
    }
}

/// Checks lines against their replies, one server for all.
#[track_caller]
pub fn check(cases: &[(&str, &str)]) {
    let mut session = Session::new();
    for (line, expected) in cases {
        session.check(line, expected);
    }
}

fn text(mut bytes: &[u8]) -> String {
    let mut replies = Vec::new();
    while !bytes.is_empty() {
        let (_, len) = decode(bytes).unwrap();
        replies.push(layout(bytes).unwrap());
        bytes = &bytes[len..];
    }
    replies.join("\n")
}
