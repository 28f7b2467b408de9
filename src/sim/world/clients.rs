//! The clients: names, connections, who waits, and how a line becomes a command and a reply.

use std::collections::VecDeque;
use std::rc::Rc;

use super::{DEFAULT_CLIENT, World};
use crate::command::tokenize::Unbalanced;
use crate::command::{ClientId, Outcome};
use crate::limits::{CONSOLE_CLIENTS_MAX, LINE_BYTES_MAX, NAME_BYTES_MAX};
use crate::limits::{QUEUED_LINES_MAX, TRANSCRIPT_REPLY_BYTES_MAX};
use crate::sim::control::is_control;
use crate::sim::event::WorldEventKind;
use crate::sim::line::{Line, with_words};
use crate::sim::transcript::{EntryState, Origin};
use crate::sorted::SortedMap;

/// A longer reply gets a buffer of its own.
const REPLY_BUFFER_BYTES_MAX: usize = 64 * 1024;

/// A client, for looking at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientView {
    /// Its name.
    pub name: Rc<str>,
    /// Its connection, as CLIENT ID says; `None` when it is not connected.
    pub id: Option<ClientId>,
    /// Whether it belongs to a service.
    pub is_service: bool,
    /// The line that blocks it; its number in the transcript.
    pub waiting: Option<u64>,
    /// How many lines stand behind that one.
    pub n_queued: usize,
}

/// The console's clients by name, and who owns which connection.
#[derive(Clone, Default, Debug)]
pub(super) struct Clients {
    by_name: SortedMap<Rc<str>, Client>,
    owners: SortedMap<ClientId, Owner>,
}

/// Whose connection it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    Console(Rc<str>),
    Service(u32),
}

#[derive(Clone, Default, Debug)]
struct Client {
    id: Option<ClientId>,
    /// The line that blocks it.
    waiting: Option<u64>,
    /// Lines behind it: their numbers, in order. Their text is in the queue since the transcript
    /// may forget them.
    queued: VecDeque<(u64, Vec<Vec<u8>>)>,
}

impl Clients {
    pub(super) fn views(&self) -> impl Iterator<Item = ClientView> + '_ {
        self.by_name.iter().map(|(name, client)| ClientView {
            name: Rc::clone(name),
            id: client.id,
            is_service: false,
            waiting: client.waiting,
            n_queued: client.queued.len(),
        })
    }
}

impl World {
    /// Runs one line as a client: a control, or a command. Returns its number in the transcript.
    pub(super) fn line(&mut self, who: &str, line: &Rc<str>, from: Origin) -> u64 {
        let who = if who.is_empty() { DEFAULT_CLIENT } else { who };
        let known = self.clients.by_name.get_key_value(who);
        let name: Rc<str> = known.map_or_else(|| who.into(), |(name, _)| Rc::clone(name));
        let seq = self.say(Rc::clone(&name), Line::from(Rc::clone(line)), from);
        if LINE_BYTES_MAX < line.len() {
            self.note(seq, &format!("A line may have at most {LINE_BYTES_MAX} bytes."));
            return seq;
        }
        let ran = with_words(line, |words| match words.first() {
            None => self.note(seq, ""),
            Some(word) if is_control(word) => {
                let words: Vec<Vec<u8>> = words.iter().map(|word| word.to_vec()).collect();
                self.control(seq, &words);
            }
            Some(_) => self.command(&name, seq, words),
        });
        if ran.is_err() {
            self.note(seq, Unbalanced::MESSAGE);
        }
        seq
    }

    /// Puts a line into the transcript.
    pub(super) fn say(&mut self, who: Rc<str>, line: Line, from: Origin) -> u64 {
        self.trace.bytes(who.as_bytes());
        self.trace.bytes(line.bytes());
        let seq = self.transcript.push(self.now, who, line, from);
        self.emit(WorldEventKind::Sent { seq });
        seq
    }

    /// Answers a line with a sentence.
    pub(super) fn note(&mut self, seq: u64, text: &str) {
        self.transcript.settle(seq, EntryState::Note(text.into()));
        self.emit(WorldEventKind::Replied { seq });
    }

    /// Answers a line with reply bytes.
    pub(super) fn reply(&mut self, seq: u64, reply: Vec<u8>) {
        if TRANSCRIPT_REPLY_BYTES_MAX < reply.len() {
            let n_bytes = reply.len();
            let text = format!(
                "The reply has {n_bytes} bytes, too many to keep: ask for less, with COUNT."
            );
            return self.note(seq, &text);
        }
        self.transcript.settle(seq, EntryState::Replied { reply, at: self.now });
        self.emit(WorldEventKind::Replied { seq });
    }

    fn command(&mut self, name: &Rc<str>, seq: u64, words: &[&[u8]]) {
        let has_room =
            self.clients.by_name.len() < CONSOLE_CLIENTS_MAX && name.len() <= NAME_BYTES_MAX;
        let id = match self.clients.by_name.get_mut(name) {
            Some(client) if client.waiting.is_some() => {
                if client.queued.len() < QUEUED_LINES_MAX {
                    let words = words.iter().map(|word| word.to_vec()).collect();
                    client.queued.push_back((seq, words));
                    return;
                }
                let text =
                    format!("At most {QUEUED_LINES_MAX} lines can wait behind a blocked command.");
                return self.note(seq, &text);
            }
            Some(client) => client.id,
            None if !has_room => {
                let text = format!(
                    "No more clients: at most {CONSOLE_CLIENTS_MAX}, with names of at most \
                     {NAME_BYTES_MAX} bytes."
                );
                return self.note(seq, &text);
            }
            None => {
                self.clients.by_name.insert(Rc::clone(name), Client::default());
                None
            }
        };
        self.execute(name, id, seq, words);
        self.collect(false);
    }

    /// Sends one command of a client, by its connection if it has one; the reply, if it comes at
    /// once, goes to the transcript.
    fn execute(&mut self, name: &Rc<str>, id: Option<ClientId>, seq: u64, words: &[&[u8]]) {
        let id = match id {
            Some(id) => id,
            None => {
                let id = self.connect(name, Owner::Console(Rc::clone(name)));
                self.clients.by_name.get_or_insert_with(Rc::clone(name), Default::default).id =
                    Some(id);
                id
            }
        };
        let (outcome, reply) = self.run_command(id, words, false);
        if words.first().is_some_and(|word| word.eq_ignore_ascii_case(b"CLIENT")) {
            self.bury_the_killed(id);
        }
        match outcome {
            Outcome::Replied => self.reply(seq, reply),
            Outcome::Blocked => {
                if let Some(client) = self.clients.by_name.get_mut(name) {
                    client.waiting = Some(seq);
                }
            }
            Outcome::Closed => {
                self.reply(seq, reply);
                self.hang_up(name);
            }
        }
    }

    /// CLIENT KILL closes the connections of others: they have to know.
    #[inline(never)]
    fn bury_the_killed(&mut self, killer: ClientId) {
        let is_gone = |(id, owner): (&ClientId, &Owner)| {
            let gone = *id != killer && !self.server.is_connected(*id);
            gone.then(|| owner.clone())
        };
        let gone: Vec<Owner> = self.clients.owners.iter().filter_map(is_gone).collect();
        for owner in gone {
            match owner {
                Owner::Console(name) => {
                    self.hang_up(&name);
                }
                Owner::Service(service) => self.cut_service(service),
            }
        }
    }

    /// Runs a command on the server, and hears what happened by it.
    pub(super) fn run_command(
        &mut self,
        id: ClientId,
        words: &[&[u8]],
        by_service: bool,
    ) -> (Outcome, Vec<u8>) {
        #[cfg(feature = "fault-injection")]
        self.panic_if_armed(words.first().copied());
        // Written where there is room, and kept in as much as it needs.
        let mut out = std::mem::take(&mut self.reply_buffer);
        out.clear();
        let outcome = self.server.execute(id, words, self.server_now(), &mut out);
        let reply = out.as_slice().to_vec();
        if out.capacity() <= REPLY_BUFFER_BYTES_MAX {
            self.reply_buffer = out;
        }
        self.n_commands += 1;
        self.trace.bytes(&reply);
        self.collect_events(by_service, words);
        (outcome, reply)
    }

    /// SIM PANIC ON: kills the instance when it is this command's turn.
    #[cfg(feature = "fault-injection")]
    pub(in crate::sim) fn panic_if_armed(&self, word: Option<&[u8]>) {
        if let (Some(command), Some(word)) = (&self.panic_on, word) {
            assert!(!word.eq_ignore_ascii_case(command), "injected by SIM PANIC ON");
        }
    }

    /// A new connection, named in CLIENT LIST.
    pub(super) fn connect(&mut self, name: &str, owner: Owner) -> ClientId {
        let id = self.server.connect(self.server_now());
        self.clients.owners.insert(id, owner);
        // A name that Redis would refuse (it has a blank) stays unset.
        let words: [&[u8]; 3] = [b"CLIENT", b"SETNAME", name.as_bytes()];
        self.server.execute(id, &words, self.server_now(), &mut Vec::new());
        id
    }

    pub(super) fn disconnect(&mut self, id: ClientId) {
        self.clients.owners.remove(&id);
        self.server.disconnect(id);
    }

    /// Cuts a console client's connection: what it waited for will not come. False if there is no
    /// such client.
    pub(super) fn hang_up(&mut self, name: &str) -> bool {
        let Some(client) = self.clients.by_name.get_mut(name) else { return false };
        let id = client.id.take();
        let queued = client.queued.drain(..).map(|(seq, _)| seq);
        let unanswered: Vec<u64> = client.waiting.take().into_iter().chain(queued).collect();
        if let Some(id) = id {
            self.disconnect(id);
        }
        for seq in unanswered {
            self.note(seq, "The connection was closed before the reply came.");
        }
        true
    }

    /// Takes what the server has to say to clients that did not just ask, and its events. Events
    /// are credited to whoever made the server move: a service or somebody else.
    pub(super) fn collect(&mut self, by_service: bool) {
        loop {
            self.collect_events(by_service, &[]);
            let Some((id, reply)) = self.server.poll_output() else { return };
            self.trace.bytes(&reply);
            match self.clients.owners.get(&id).cloned() {
                Some(Owner::Console(name)) => self.receive(&name, reply),
                Some(Owner::Service(service)) => self.service_hears(service, reply),
                None => {}
            }
        }
    }

    /// `words`: the command that just ran, if one did.
    fn collect_events(&mut self, by_service: bool, words: &[&[u8]]) {
        while let Some(event) = self.server.poll_event() {
            self.account(&event, by_service);
            self.learn_key(&event, words);
            self.emit(WorldEventKind::Engine(event));
        }
    }

    fn receive(&mut self, name: &Rc<str>, reply: Vec<u8>) {
        let waiting = self.clients.by_name.get_mut(name).and_then(|client| client.waiting.take());
        let Some(seq) = waiting else {
            let seq = self.say(Rc::clone(name), Line::from(""), Origin::Server);
            return self.reply(seq, reply);
        };
        self.reply(seq, reply);
        while let Some((seq, words)) = self.next_queued(name) {
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            let id = self.clients.by_name.get(name).and_then(|client| client.id);
            self.execute(name, id, seq, &words);
        }
    }

    #[inline(never)]
    fn next_queued(&mut self, name: &str) -> Option<(u64, Vec<Vec<u8>>)> {
        let client = self.clients.by_name.get_mut(name)?;
        if client.waiting.is_some() { None } else { client.queued.pop_front() }
    }
}
