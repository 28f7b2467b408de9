//! From words to a reply: finding the command, everything that may refuse it, running it, and what
//! follows (signals, waking, MONITOR).

use std::rc::Rc;

use crate::engine::event::Name;
use crate::engine::{SignalKind, StreamMut, Value};
use crate::limits::CLIENT_BYTES_MAX;
use crate::resp::Writer;
use crate::time::Millis;

use super::args::Args;
use super::clients::{Client, Queued, ReplyMode};
use super::ctx::{BlockOn, Ctx, Flow, Wait};
use super::error::{CommandError, c_name};
use super::server::{ClientId, Outcome, Server};
use super::state::State;
use super::stream::wake_by_key::{ByKey, decide, open_consumer, write_empty};
use super::table::{self, Entry, flag};
use super::waiters::Waiting;
use super::{Profile, monitor, transaction};

/// A longer reply to a woken client gets a buffer of its own.
const REPLY_BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Why a command did not run, and which command it would have been.
type Refusal = (Option<u16>, CommandError);

impl Server {
    /// Runs one command of a client and everything that follows from it.
    pub(super) fn dispatch(
        &mut self,
        id: ClientId,
        words: &[&[u8]],
        now: Millis,
        out: &mut Vec<u8>,
    ) -> Outcome {
        self.state.fault_word_idx = None;
        self.state.stats.last_called = None;
        let start = out.len();
        let flow = self.refuse_or_call(id, words, now, out);
        if self.store.sink.is_listening() {
            let called = self.state.stats.last_called;
            self.settle(now);
            self.state.stats.last_called = called;
        }
        let Some(client) = self.state.clients.get_mut(id) else { return Outcome::Closed };
        if client.reply != ReplyMode::On {
            // What subscribing answers are pushes, which nobody turns off.
            if !(answers_by_pushes(words) && out.get(start) != Some(&b'-')) {
                out.truncate(start);
            }
            if client.reply == ReplyMode::SkipThis {
                client.reply = ReplyMode::On;
            }
        }
        if client.closing {
            return Outcome::Closed;
        }
        match flow {
            None => Outcome::Replied,
            Some(_) if client.waiting.is_none() => Outcome::Replied,
            Some(_) => Outcome::Blocked,
        }
    }

    /// `Some` if the client now waits.
    fn refuse_or_call(
        &mut self,
        id: ClientId,
        words: &[&[u8]],
        now: Millis,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let Some(client) = self.state.clients.get_mut(id) else {
            out.extend_from_slice(b"-ERR this client is not connected\r\n");
            return None;
        };
        // Redis ignores an empty command.
        words.first()?;
        client.active_at = now;
        client.n_commands += 1;
        if client.reply == ReplyMode::SkipNext {
            client.reply = ReplyMode::SkipThis;
        }
        let db = client.db;
        let protocol = client.protocol;
        let mut writer = Writer::new(out, protocol);
        let entry = match self.admit(id, words) {
            Ok(entry) => entry,
            Err((number, error)) => {
                self.refuse(id, number, &error, &mut writer);
                return None;
            }
        };
        if let Some(client) = self.state.clients.get_mut(id) {
            client.last_command = Some(entry.number);
            if client.multi.is_some() && entry.flags & flag::NOT_QUEUED == 0 {
                let words = words.iter().map(|word| word.to_vec()).collect();
                self.state.clients.queue(id, Queued { number: entry.number, words });
                writer.simple("QUEUED");
                return None;
            }
        }
        let Server { profile, store, state, .. } = self;
        let profile = *profile;
        let mut ctx =
            Ctx { client: id, now, profile, in_exec: false, db, store, state, out: writer };
        let flow = call(&mut ctx, entry, words);
        monitor::feed(ctx.state, id, entry, words, now);
        match flow {
            Flow::Done => {
                // WATCH may have begun.
                if entry.flags & flag::NOT_QUEUED != 0 {
                    self.listen();
                }
                None
            }
            Flow::Block(on) => {
                ctx.out.reset();
                let waiting = Waiting { on, db, number: entry.number, since: now };
                self.block(id, waiting);
                Some(())
            }
        }
    }

    /// Finds the command and asks everybody who may refuse it.
    fn admit(&mut self, id: ClientId, words: &[&[u8]]) -> Result<&'static Entry, Refusal> {
        let entry = find(self.profile, words)?;
        let client = self.state.clients.get(id);
        let Some(client) = client else { return Err((None, CommandError::Syntax)) };
        let refusal = |error: &str| Err((Some(entry.number), CommandError::text(error)));
        let needs_auth = !client.authenticated && !self.state.settings.password.is_empty();
        if needs_auth && entry.flags & flag::NO_AUTH == 0 {
            return refusal("NOAUTH Authentication required.");
        }
        if client.multi.is_some() && self.profile.refuses_in_multi(entry) {
            return Err((Some(entry.number), not_in_multi(self.profile, entry)));
        }
        let only_listens = client.only_listens();
        if self.is_out_of_memory(id, entry, words) {
            return refusal("OOM command not allowed when used memory > 'maxmemory'.");
        }
        if entry.flags & flag::WHILE_LISTENING == 0 && only_listens {
            return Err((Some(entry.number), only_listening(entry)));
        }
        Ok(entry)
    }

    /// Whether the command would need memory that there is not: for data, or for what the client
    /// has to remember until later.
    fn is_out_of_memory(&mut self, id: ClientId, entry: &Entry, words: &[&[u8]]) -> bool {
        let State { clients, waiters, memory, memory_ceiling, settings, .. } = &mut self.state;
        let ceiling = if *memory_ceiling == 0 { u64::MAX } else { *memory_ceiling };
        let asked = if settings.maxmemory == 0 { u64::MAX } else { settings.maxmemory };
        let limit = ceiling.min(asked);
        if limit == u64::MAX {
            return false;
        }
        let queue = clients.get(id).and_then(|client| client.multi.as_ref());
        let ends_it = entry.flags & flag::ENDS_MULTI != 0;
        let mut needs = entry.flags & flag::DENYOOM != 0;
        if let Some(queue) = queue {
            if entry.spec.name == "EXEC" {
                let flags = |queued: &Queued| table::entry(queued.number).flags;
                needs = queue.iter().any(|queued| flags(queued) & flag::DENYOOM != 0);
            }
            needs |= !ends_it && !self.profile.queues_without_memory();
        }
        // The page that the server lives in has an end, whatever Redis would do.
        let n_held = clients.held_bytes() + waiters.held_bytes();
        let adds_held = entry.flags & flag::HELD != 0 || (queue.is_some() && !ends_it);
        if *memory_ceiling != 0 && adds_held && CLIENT_BYTES_MAX < n_held {
            return true;
        }
        // What is pending grows with every delivery, which Redis does not count as needing memory.
        if *memory_ceiling != 0 && entry.spec.name == "XREADGROUP" {
            return memory.exceeds(ceiling.saturating_mul(2), words, &self.store);
        }
        needs && memory.exceeds(limit, words, &self.store)
    }

    fn refuse(
        &mut self,
        id: ClientId,
        number: Option<u16>,
        error: &CommandError,
        out: &mut Writer<'_>,
    ) {
        if let Some(number) = number {
            self.state.stats.rejected(number);
        }
        self.state.fault_word_idx = error.word_idx();
        let is_exec = number.is_some_and(|number| table::entry(number).spec.name == "EXEC");
        let Some(client) = self.state.clients.get_mut(id) else { return };
        if is_exec {
            transaction::discard(&mut self.state, id);
            let why = error.message();
            let why = why.strip_prefix(b"ERR ").unwrap_or(why);
            let text: [&[u8]; 2] = [b"EXECABORT Transaction discarded because of: ", why];
            self.state.stats.error(b"EXECABORT");
            out.error(&text.concat());
            return;
        }
        client.multi_failed |= client.multi.is_some();
        self.state.stats.error(error.message());
        out.error(error.message());
    }

    fn block(&mut self, id: ClientId, waiting: Waiting) {
        self.state.waiters.add(id, &waiting);
        if let Some(client) = self.state.clients.get_mut(id) {
            client.waiting = Some(waiting);
        }
        self.listen();
    }

    /// Hears the signals of what just happened and serves those who waited for it, until nobody has
    /// anything to hear.
    pub(super) fn settle(&mut self, now: Millis) {
        self.hear();
        while let Some((db, key)) = self.state.waiters.take_ready() {
            let line = self.state.waiters.line(db, &key);
            let mut n_seen = 0;
            while let Some(&(id, wait)) = line.get(n_seen) {
                let n_passed = self.pass_over(db, &key, line.get(n_seen..).unwrap_or(&[]), now);
                if n_passed != 0 {
                    n_seen += n_passed;
                    continue;
                }
                n_seen += 1;
                if !self.still_waits(id, db, &key) {
                    continue;
                }
                if self.profile.wakes_by_key() && wait != Wait::List {
                    self.wake_by_key(id, db, &key, now);
                } else if self.may_wake(db, &key, wait) {
                    self.wake(id, now);
                }
                self.hear();
            }
        }
        self.listen();
    }

    fn hear(&mut self) {
        while let Some(signal) = self.store.sink.poll_signal() {
            // What happens to its groups is no change of a stream that WATCH sees.
            let is_of_group = matches!(
                signal.kind,
                SignalKind::LostGroup | SignalKind::Released | SignalKind::GroupMoved
            );
            if !is_of_group {
                self.state.clients.touch(signal.db, &signal.key);
            }
            match signal.kind {
                SignalKind::Changed => {}
                SignalKind::GroupMoved => self.hear_of_group(signal.db, &signal.key),
                SignalKind::Ready => self.state.waiters.signal(signal.db, &signal.key),
                // Before 7.2 the end of a group is news for every reader.
                SignalKind::LostGroup if self.profile.wakes_by_key() => {
                    self.state.waiters.signal(signal.db, &signal.key)
                }
                SignalKind::Gone | SignalKind::LostGroup | SignalKind::Released => {
                    self.state.waiters.signal_end(signal.db, &signal.key)
                }
            }
        }
    }

    /// Whoever looks again all the time sees it, and with it everybody who waits for that key.
    fn hear_of_group(&mut self, db: u32, key: &[u8]) {
        let line = self.state.waiters.line(db, key);
        let mut clients = line.iter().filter_map(|&(id, _)| self.state.clients.get(id));
        let polls = |client: &Client| client.waiting.as_ref().is_some_and(|it| it.on.polls);
        if clients.any(polls) {
            self.state.waiters.signal(db, key);
        }
    }

    /// A reader runs again only if the key has its type; a group reader always.
    fn may_wake(&self, db: u32, key: &[u8], wait: Wait) -> bool {
        match self.store.get(db, key).map(|entry| &entry.value) {
            Some(Value::Stream(_)) => matches!(wait, Wait::Stream | Wait::Group),
            Some(Value::List(_)) => matches!(wait, Wait::List | Wait::Group),
            _ => wait == Wait::Group,
        }
    }

    /// Passes over the members of groups at the front of a line who would look in vain, which is
    /// what most of them do once another took the entry. They go to the end of the line, as if
    /// they had run their commands again. How many they are.
    fn pass_over(&mut self, db: u32, key: &Name, line: &[(ClientId, Wait)], now: Millis) -> usize {
        let Server { profile, store, state, .. } = self;
        if profile.wakes_by_key() || !matches!(line.first(), Some((_, Wait::Group))) {
            return 0;
        }
        let Ok(Some(StreamMut { stream, .. })) = store.stream_mut(db, key, now) else { return 0 };
        let mut n_passed = 0;
        while let Some(group) = state.waiters.first_group(db, key)
            && let Some(mut members) = stream.group_mut(&group)
            && !members.has_news()
        {
            let rest = line.get(n_passed..).unwrap_or_default();
            let n_of_group = state.waiters.pass_over(db, key, rest, |member| {
                Rc::ptr_eq(&member.group, &group)
                    && member.consumer.as_ref().is_none_or(|(consumer, name)| {
                        // It was seen just now.
                        members.looked(*consumer, name, now)
                    })
            });
            if n_of_group == 0 {
                break;
            }
            n_passed += n_of_group;
        }
        n_passed
    }

    fn still_waits(&self, id: ClientId, db: u32, key: &Name) -> bool {
        let waiting = self.state.clients.get(id).and_then(|client| client.waiting.as_ref());
        waiting.is_some_and(|waiting| waiting.db == db && waiting.on.keys.contains(key))
    }

    /// Wakes a reader of streams as servers before 7.2 do.
    fn wake_by_key(&mut self, id: ClientId, db: u32, key: &Name, now: Millis) {
        let waiting = self.state.clients.get(id).and_then(|client| client.waiting.as_ref());
        let Some(waiting) = waiting else { return };
        let decision =
            waiting.on.rerun.with_slices(|words| decide(&self.store, self.profile, db, key, words));
        if decision == ByKey::Stay {
            return;
        }
        let number = waiting.number;
        self.state.stop_waiting(id);
        let mut reply = Vec::new();
        let mut out = Writer::new(&mut reply, self.state.protocol(id));
        match decision {
            ByKey::Stay => {}
            ByKey::Refuse(error) => {
                self.state.stats.called(number, true);
                self.state.stats.error(error.as_bytes());
                out.error(error.as_bytes());
            }
            ByKey::Read(words) => {
                let Server { profile, store, state, .. } = self;
                let profile = *profile;
                let mut ctx =
                    Ctx { client: id, now, profile, in_exec: false, db, store, state, out };
                words.with_slices(|words| {
                    if call(&mut ctx, table::entry(number), words) != Flow::Done {
                        open_consumer(&mut ctx, key, words);
                        write_empty(&mut ctx.out, key);
                    }
                });
            }
        }
        self.state.send(id, reply);
    }

    /// Runs a waiting command again; it answers, or goes to the end of the line.
    pub(super) fn wake(&mut self, id: ClientId, now: Millis) {
        let Some(waiting) = self.state.stop_waiting(id) else { return };
        let entry = table::entry(waiting.number);
        // Written where there is room, and kept in as much as it needs.
        let mut reply = std::mem::take(&mut self.state.reply_buffer);
        reply.clear();
        let out = Writer::new(&mut reply, self.state.protocol(id));
        let Server { profile, store, state, .. } = self;
        let (profile, db) = (*profile, waiting.db);
        let mut ctx = Ctx { client: id, now, profile, in_exec: false, db, store, state, out };
        let flow = waiting.on.rerun.with_slices(|words| call(&mut ctx, entry, words));
        let answer = (flow == Flow::Done).then(|| reply.as_slice().to_vec());
        if reply.capacity() <= REPLY_BUFFER_BYTES_MAX {
            self.state.reply_buffer = reply;
        }
        match flow {
            Flow::Done => self.state.send(id, answer.unwrap_or_default()),
            Flow::Block(again) => {
                // The time to look again must lie ahead, or time would never go on.
                let retry_at = again.retry_at.map(|at| at.max(now + 1));
                let on = BlockOn { deadline: waiting.on.deadline, retry_at, ..again };
                self.block(id, Waiting { on, ..waiting });
            }
        }
    }
}

fn answers_by_pushes(words: &[&[u8]]) -> bool {
    let name = words.first().copied().unwrap_or_default().to_ascii_uppercase();
    let name = name.strip_prefix(b"P").unwrap_or(&name);
    name == b"SUBSCRIBE" || name == b"UNSUBSCRIBE"
}

/// Runs one command whose arity was checked, and writes down how it went. An error is written as
/// the reply; [`Flow::Block`] comes back only where waiting is possible.
pub(super) fn call(ctx: &mut Ctx<'_>, entry: &Entry, words: &[&[u8]]) -> Flow {
    let mut args = Args::at(words, 1 + usize::from(entry.container.is_some()));
    match (entry.spec.run)(ctx, &mut args) {
        Ok(Flow::Block(on)) if !ctx.in_exec => return Flow::Block(on),
        Ok(Flow::Block(_)) => {
            ctx.out.reset();
            ctx.out.nil_array();
            ctx.state.stats.called(entry.number, false);
        }
        Ok(Flow::Done) => {
            ctx.state.stats.called(entry.number, false);
        }
        Err(error) => {
            ctx.out.reset();
            ctx.out.error(error.message());
            ctx.state.fault_word_idx = error.word_idx();
            ctx.state.stats.called(entry.number, true);
            ctx.state.stats.error(error.message());
        }
    }
    Flow::Done
}

/// The command that the words mean in this profile, its arity checked.
///
/// # Errors
/// Unknown command or subcommand, or too few or too many words, in the words of that version.
pub(super) fn find(profile: Profile, words: &[&[u8]]) -> Result<&'static Entry, Refusal> {
    let name = words.first().copied().unwrap_or_default();
    let entry = table::find(name).filter(|entry| profile.has(entry.spec.since));
    let Some(entry) = entry else { return Err((None, unknown_command(profile, words))) };
    let check_arity = |entry: &'static Entry| match accepts(profile, entry, words.len()) {
        true => Ok(entry),
        false => Err((Some(entry.number), wrong_arity(entry))),
    };
    if entry.spec.subcommands.is_empty() || words.len() == 1 {
        return check_arity(entry);
    }
    let word = words.get(1).copied().unwrap_or_default();
    let sub = table::find_subcommand(entry, word).filter(|sub| profile.has(sub.spec.since));
    let old = profile.redis_version() < (7, 0);
    let fits = sub.is_some_and(|sub| accepts(profile, sub, words.len()));
    if old && !fits {
        // Before 7.0 a container is a command, and complains when it runs.
        return Ok(entry);
    }
    match sub {
        Some(sub) => check_arity(sub),
        None => Err((None, unknown_subcommand(entry, word))),
    }
}

/// Commands that take more words since 7.0, and how many they took before.
const FIXED_BEFORE_7: [(&str, usize); 7] = [
    ("CONFIG GET", 3),
    ("CONFIG SET", 4),
    ("EXPIRE", 3),
    ("EXPIREAT", 3),
    ("PEXPIRE", 3),
    ("PEXPIREAT", 3),
    ("XSETID", 3),
];

fn accepts(profile: Profile, entry: &Entry, n_words: usize) -> bool {
    if profile.has((7, 0)) {
        return entry.spec.accepts(n_words);
    }
    match FIXED_BEFORE_7.iter().find(|(name, _)| *name == entry.spec.name) {
        Some((_, n)) => n_words == *n,
        None => entry.spec.accepts(n_words),
    }
}

/// `ERR wrong number of arguments for 'xadd' command`
pub(super) fn wrong_arity(entry: &Entry) -> CommandError {
    let name = table::full_name(entry.spec);
    CommandError::text(&format!("ERR wrong number of arguments for '{name}' command"))
}

fn unknown_command(profile: Profile, words: &[&[u8]]) -> CommandError {
    let old = profile.redis_version() < (7, 0);
    let (quote, end): (&[u8], &[u8]) = if old { (b"`", b"`, ") } else { (b"'", b"' ") };
    let name = cut(words.first().copied().unwrap_or_default(), 128);
    let mut text = [b"ERR unknown command ", quote, name, quote].concat();
    // 8.4 and later say nothing about arguments that are not there.
    if words.len() == 1 && profile.has((8, 4)) {
        return CommandError::Text(text);
    }
    text.extend_from_slice(b", with args beginning with: ");
    let mut shown = Vec::new();
    for word in words.iter().skip(1) {
        if 128 <= shown.len() {
            break;
        }
        let word = cut(word, 128 - shown.len());
        shown.extend_from_slice(&[quote, word, end].concat());
    }
    text.extend_from_slice(&shown);
    CommandError::Text(text).at(0)
}

fn unknown_subcommand(entry: &Entry, word: &[u8]) -> CommandError {
    let end = format!("'. Try {} HELP.", entry.spec.name);
    CommandError::Text([b"ERR unknown subcommand '", cut(word, 128), end.as_bytes()].concat()).at(1)
}

/// A command that no transaction may hold.
fn not_in_multi(profile: Profile, entry: &Entry) -> CommandError {
    if profile != Profile::Valkey9 {
        return CommandError::text("ERR Command not allowed inside a transaction");
    }
    let name = entry.spec.name.to_ascii_lowercase().replace(' ', "|");
    CommandError::text(&format!("ERR Command '{name}' not allowed inside a transaction"))
}

fn only_listening(entry: &Entry) -> CommandError {
    let name = table::full_name(entry.spec);
    CommandError::text(&format!(
        "ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET \
         are allowed in this context"
    ))
}

fn cut(word: &[u8], max: usize) -> &[u8] {
    let word = c_name(word);
    &word[..word.len().min(max)]
}
