//! A worker: a consumer, a claimer or a pipeline stage.
//!
//! ```text
//! Begin -> (XGROUP CREATE) -> Read -> for each entry: Take -> (XPENDING) -> Work -> (SET NX)
//!   ^                          |        -> (XADD to the next stream) -> effect -> (XACK) -> Take
//!   '---- no group: 1 s ------'  on failure: (XPENDING) -> (XADD dead letter) -> XACK
//! ```

mod commands;

use std::collections::VecDeque;
use std::rc::Rc;

use super::options::{AckPolicy, GroupStart, OnError, WorkerOptions};
use super::reply::{Entry, Reply};
use super::{Action, CrashPoint, Life, Notice, ROUND_TRIP_MS, Turn};
use crate::command::Words;
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::limits::HAND_BYTES_MAX;
use crate::sim::event::ServiceChange;
use crate::sim::ledger::LossReason;
use crate::time::Millis;

/// So long a worker waits before it tries again what failed with an error.
const RETRY_MS: u64 = 1_000;

/// What a turn, or a reply, is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Just started: nothing is known.
    Begin,
    /// XGROUP CREATE is under way.
    Creating,
    /// The next command is a read.
    Read,
    /// A read is under way.
    Reading,
    /// ACK BEFORE: the batch is to be acknowledged, or is being.
    AckBatch,
    AckingBatch,
    /// Looks at the first entry in hand.
    Take,
    /// XPENDING is under way: how often was the entry delivered? The handler has failed, or not
    /// yet run.
    Counting {
        failed: bool,
    },
    /// Works; the turn comes when the work is done.
    Work,
    /// SET NX is to be sent, or is under way.
    Guard,
    Guarding,
    /// A stage's XADD is to be sent, or is under way.
    Forward,
    Forwarding,
    /// The effect happens.
    Effect,
    /// The dead letter is to be sent, or is under way.
    Bury,
    Burying,
    /// XACK of the first entry is to be sent, or is under way.
    Ack,
    Acking,
    /// XGROUP DELCONSUMER is under way.
    Retiring,
    /// It crashes in its next turn.
    Doomed,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Worker {
    phase: Phase,
    /// Entries received and not finished, the one in work first.
    hand: VecDeque<Entry>,
    /// Reads what is pending for it, from this id on, before it reads what is new.
    drain_from: Option<StreamId>,
    /// Where XREAD, or XAUTOCLAIM, goes on.
    cursor: Option<StreamId>,
    retired: bool,
}

impl Worker {
    pub(super) fn new(options: &WorkerOptions) -> Worker {
        Worker {
            phase: Phase::Begin,
            hand: VecDeque::new(),
            drain_from: options.drain.then_some(StreamId::MIN),
            cursor: None,
            retired: false,
        }
    }

    pub(super) fn in_hand(&self) -> Vec<StreamId> {
        self.hand.iter().map(|entry| entry.id).collect()
    }

    pub(super) fn in_work(&self) -> Option<StreamId> {
        let entry = self.hand.front().map(|entry| entry.id);
        entry.filter(|_| self.phase == Phase::Work)
    }

    pub(super) fn is_reading(&self) -> bool {
        self.phase == Phase::Reading
    }

    pub(super) fn at_risk(&self, options: &WorkerOptions) -> Vec<(StreamId, Name)> {
        let forgotten = match options.ack {
            AckPolicy::NoAck => true,
            AckPolicy::Before => self.phase != Phase::AckBatch,
            AckPolicy::After | AckPolicy::Never => false,
        };
        let entries =
            if forgotten && options.group.is_some() { &self.hand } else { &VecDeque::new() };
        entries.iter().map(|entry| (entry.id, entry.key(&options.by))).collect()
    }

    /// The connection was lost with a command under way. What is in hand stays; what was being
    /// read is not known.
    pub(super) fn no_reply(&mut self, options: &WorkerOptions) {
        self.phase = match self.phase {
            Phase::Creating | Phase::Reading => {
                self.drain_from = options.drain.then_some(StreamId::MIN);
                Phase::Begin
            }
            Phase::AckingBatch => Phase::AckBatch,
            Phase::Counting { failed: false } => Phase::Take,
            Phase::Counting { failed: true } => Phase::Work,
            Phase::Guarding => Phase::Guard,
            Phase::Forwarding => Phase::Forward,
            Phase::Burying => Phase::Bury,
            Phase::Acking => Phase::Ack,
            other => other,
        };
    }

    /// One turn: goes through what needs no command until something does.
    pub(super) fn turn(&mut self, options: &WorkerOptions, turn: &mut Turn<'_>) -> Action {
        loop {
            let action = match self.phase {
                Phase::Begin => self.begin(options, turn),
                Phase::Read => self.read(options, turn),
                Phase::AckBatch => self.ack_batch(options),
                Phase::Take => self.take(options, turn),
                Phase::Work => self.finish_work(options, turn),
                Phase::Guard => self.guard(options, turn),
                Phase::Forward => self.forward(options, turn),
                Phase::Effect => self.effect(options, turn),
                Phase::Bury => self.bury(options, turn),
                Phase::Ack => self.ack(options),
                Phase::Doomed => Some(Action::Crash),
                // A turn while a command is under way: its reply is late. Wait for it.
                _ => Some(Action::Sleep(turn.now + RETRY_MS)),
            };
            if let Some(action) = action {
                return action;
            }
        }
    }

    fn send(&mut self, phase: Phase, words: Words) -> Option<Action> {
        self.phase = phase;
        Some(Action::Send(Rc::new(words)))
    }

    fn begin(&mut self, options: &WorkerOptions, turn: &Turn<'_>) -> Option<Action> {
        self.phase = Phase::Read;
        if turn.life != Life::Running {
            return None;
        }
        match (&options.group, options.create) {
            (Some(group), Some(start)) => {
                self.send(Phase::Creating, commands::create_group(&options.stream, group, start))
            }
            _ => None,
        }
    }

    fn read(&mut self, options: &WorkerOptions, turn: &Turn<'_>) -> Option<Action> {
        if let Life::Stopping { retire } = turn.life {
            if let Some(group) = options.group.as_ref().filter(|_| retire && !self.retired) {
                let words = commands::delete_consumer(&options.stream, group, turn.name);
                return self.send(Phase::Retiring, words);
            }
            return Some(Action::Stop);
        }
        let words = match &options.group {
            None => {
                let from_start = options.from == GroupStart::All || self.cursor.is_some();
                let cursor = if from_start { Some(self.cursor.unwrap_or_default()) } else { None };
                commands::read_alone(options, cursor)
            }
            Some(group) if options.min_idle_ms != 0 && !options.via_read => {
                let cursor = self.cursor.unwrap_or_default();
                commands::sweep(options, group, turn.name, cursor)
            }
            Some(group) => commands::read_group(options, group, turn.name, self.drain_from),
        };
        self.send(Phase::Reading, words)
    }

    fn ack_batch(&mut self, options: &WorkerOptions) -> Option<Action> {
        let Some(group) = &options.group else {
            self.phase = Phase::Take;
            return None;
        };
        let ids = self.hand.iter().map(|entry| entry.id);
        self.send(Phase::AckingBatch, commands::ack(&options.stream, group, ids))
    }

    /// Looks at the first entry in hand: is it still there, was it delivered too often, and if
    /// not: how long is the work?
    fn take(&mut self, options: &WorkerOptions, turn: &mut Turn<'_>) -> Option<Action> {
        let Some(entry) = self.hand.front() else {
            self.phase = Phase::Read;
            return None;
        };
        if entry.fields.is_none() {
            // Only the id is pending: there is nothing to work on, so it goes off the list.
            self.phase = Phase::Ack;
            return None;
        }
        if entry.again
            && let Some(group) = options.group.as_ref().filter(|_| options.dead_letters.is_some())
        {
            let words = commands::pending_of(&options.stream, group, entry.id);
            return self.send(Phase::Counting { failed: false }, words);
        }
        self.start_work(options, turn)
    }

    fn start_work(&mut self, options: &WorkerOptions, turn: &mut Turn<'_>) -> Option<Action> {
        let entry = self.hand.front()?.id;
        if turn.crashes_at(CrashPoint::BeforeWork) {
            return Some(Action::Crash);
        }
        let slow = options.slow.filter(|slow| turn.rng.chance(slow.permille));
        let usual_ms = slow.map_or(options.work_ms, |slow| slow.work_ms);
        let work_ms = turn.rng.jittered(usual_ms, options.jitter_permille);
        let factor = u64::from(turn.faults.slow_permille);
        let until = turn.now + work_ms.saturating_mul(factor) / 1_000;
        self.phase = Phase::Work;
        turn.tell(ServiceChange::Working { entry, until });
        if until == turn.now { None } else { Some(Action::Sleep(until)) }
    }

    fn finish_work(&mut self, options: &WorkerOptions, turn: &mut Turn<'_>) -> Option<Action> {
        let entry = self.hand.front()?;
        if !turn.poisoned.is_empty() && turn.poisoned.contains(&entry.key(&options.by)) {
            let (entry, key) = (entry.id, entry.key(&options.by));
            return self.fail(entry, key, options, turn);
        }
        self.phase = match options {
            _ if options.guard => Phase::Guard,
            _ if !options.to.is_empty() => Phase::Forward,
            _ => Phase::Effect,
        };
        None
    }

    fn fail(
        &mut self,
        entry: StreamId,
        key: Name,
        options: &WorkerOptions,
        turn: &mut Turn<'_>,
    ) -> Option<Action> {
        turn.stats.n_failed += 1;
        turn.tell(ServiceChange::Failed { entry });
        let Some(group) = &options.group else {
            self.drop_first();
            return None;
        };
        if matches!(options.ack, AckPolicy::Before | AckPolicy::NoAck) {
            turn.notices.push(Notice::Lost { entry, key, why: LossReason::Failed });
            self.drop_first();
            return if options.on_error == OnError::Crash { Some(Action::Crash) } else { None };
        }
        match options.on_error {
            OnError::Crash => Some(Action::Crash),
            OnError::Ack => {
                turn.notices.push(Notice::Lost { entry, key, why: LossReason::Failed });
                self.phase = Phase::Ack;
                None
            }
            OnError::Keep if options.dead_letters.is_some() => {
                let words = commands::pending_of(&options.stream, group, entry);
                self.send(Phase::Counting { failed: true }, words)
            }
            OnError::Keep => {
                self.drop_first();
                None
            }
        }
    }

    fn guard(&mut self, options: &WorkerOptions, turn: &Turn<'_>) -> Option<Action> {
        let key = self.hand.front()?.key(&options.by);
        self.send(Phase::Guarding, commands::guard(&options.effect, &key, turn.name))
    }

    fn forward(&mut self, options: &WorkerOptions, turn: &mut Turn<'_>) -> Option<Action> {
        let entry = self.hand.front()?;
        let words = commands::forward(options, entry, turn);
        self.send(Phase::Forwarding, words)
    }

    fn effect(&mut self, options: &WorkerOptions, turn: &mut Turn<'_>) -> Option<Action> {
        let entry = self.hand.front()?;
        turn.stats.n_done += 1;
        turn.notices.push(Notice::Effect { entry: entry.id, key: entry.key(&options.by) });
        self.phase = Phase::Ack;
        turn.crashes_at(CrashPoint::AfterEffect).then_some(Action::Crash)
    }

    fn bury(&mut self, options: &WorkerOptions, turn: &Turn<'_>) -> Option<Action> {
        let entry = self.hand.front()?;
        let (key, _) = options.dead_letters.as_ref()?;
        let words = commands::dead_letter(key, options, entry, turn.name);
        self.send(Phase::Burying, words)
    }

    /// Acknowledges the first entry in hand, if that is the policy, and lets go of it.
    fn ack(&mut self, options: &WorkerOptions) -> Option<Action> {
        let entry = self.hand.front()?;
        match &options.group {
            Some(group) if options.ack == AckPolicy::After || entry.fields.is_none() => {
                let words = commands::ack(&options.stream, group, [entry.id]);
                self.send(Phase::Acking, words)
            }
            _ => {
                self.drop_first();
                None
            }
        }
    }

    fn drop_first(&mut self) {
        self.hand.pop_front();
        self.phase = Phase::Take;
    }

    /// A reply; returns when the next turn is.
    pub(super) fn reply(
        &mut self,
        reply: Reply<'_>,
        options: &WorkerOptions,
        turn: &mut Turn<'_>,
    ) -> Millis {
        if let Reply::Error(text) = &reply
            && !(self.phase == Phase::Creating && text.starts_with(b"BUSYGROUP"))
        {
            turn.count_error(text);
            self.no_reply(options);
            return turn.now + RETRY_MS;
        }
        match self.phase {
            Phase::Creating => self.phase = Phase::Read,
            Phase::Reading => return self.received(reply, options, turn),
            Phase::AckingBatch => self.phase = Phase::Take,
            Phase::Counting { failed } => self.counted(&reply, failed, options),
            Phase::Guarding => self.guarded(&reply, options, turn),
            Phase::Forwarding => {
                turn.stats.n_sent += 1;
                self.phase = Phase::Effect;
            }
            Phase::Burying => self.buried(turn),
            Phase::Acking => {
                self.drop_first();
                if turn.crashes_at(CrashPoint::AfterAck) {
                    self.phase = Phase::Doomed;
                }
            }
            Phase::Retiring => {
                self.retired = true;
                self.phase = Phase::Read;
            }
            _ => {}
        }
        turn.now + ROUND_TRIP_MS
    }

    fn received(
        &mut self,
        reply: Reply<'_>,
        options: &WorkerOptions,
        turn: &mut Turn<'_>,
    ) -> Millis {
        self.phase = Phase::Take;
        let sweeps = options.min_idle_ms != 0;
        let (cursor, mut entries) = if sweeps && !options.via_read {
            reply.claimed().unwrap_or_default()
        } else {
            let is_history = self.drain_from.is_some();
            (StreamId::MIN, reply.read_entries(is_history))
        };
        // What is read without ack would be lost; the rest stays pending, or in the stream.
        let left = match options.ack {
            AckPolicy::NoAck if options.group.is_some() => Vec::new(),
            _ => cut(&mut entries),
        };
        turn.stats.n_received += entries.len() as u64;
        if let Some(drain_from) = &mut self.drain_from {
            match entries.last() {
                Some(last) => *drain_from = last.id,
                None => self.drain_from = None,
            }
        } else if options.group.is_none() {
            self.cursor = entries.last().map(|last| last.id).or(self.cursor);
        } else if sweeps {
            self.cursor = Some(cursor);
        } else if let Some(first) = left.iter().map(|entry| entry.id).min() {
            // It is read again from what is pending, as after a start with DRAIN.
            self.drain_from = Some(first.prev().unwrap_or(StreamId::MIN));
        }
        let is_empty = entries.is_empty();
        self.hand.extend(entries);
        if !is_empty && options.ack == AckPolicy::Before {
            self.phase = Phase::AckBatch;
        }
        let sweep_is_over = sweeps && is_empty && cursor == StreamId::MIN;
        turn.now + if sweep_is_over { options.every_ms } else { ROUND_TRIP_MS }
    }

    fn counted(&mut self, reply: &Reply<'_>, failed: bool, options: &WorkerOptions) {
        let n_max = options.dead_letters.as_ref().map_or(u64::MAX, |(_, n)| *n);
        let n_deliveries = reply.delivery_count().unwrap_or(0);
        // Before the work the limit must be passed, after a failure it is enough to reach it: an
        // entry has n attempts either way.
        if n_max < n_deliveries + u64::from(failed) {
            self.phase = Phase::Bury;
        } else if failed {
            self.drop_first();
        } else {
            // Counted and found fit for work.
            if let Some(entry) = self.hand.front_mut() {
                entry.again = false;
            }
            self.phase = Phase::Take;
        }
    }

    fn guarded(&mut self, reply: &Reply<'_>, options: &WorkerOptions, turn: &mut Turn<'_>) {
        if *reply == Reply::Nil {
            if let Some(entry) = self.hand.front() {
                turn.notices.push(Notice::Settled { entry: entry.id });
            }
            self.phase = Phase::Ack;
        } else {
            self.phase = if options.to.is_empty() { Phase::Effect } else { Phase::Forward };
        }
    }

    fn buried(&mut self, turn: &mut Turn<'_>) {
        turn.stats.n_sent += 1;
        if let Some(entry) = self.hand.front().map(|entry| entry.id) {
            turn.notices.push(Notice::Settled { entry });
            turn.tell(ServiceChange::DeadLettered { entry });
        }
        self.phase = Phase::Ack;
    }
}

/// Takes the entries off that a worker cannot keep in hand at once; the first it always can.
fn cut(entries: &mut Vec<Entry>) -> Vec<Entry> {
    let mut n_bytes = 0;
    let fits = |entry: &&Entry| {
        let is_first = n_bytes == 0;
        n_bytes += entry.bytes();
        is_first || n_bytes <= HAND_BYTES_MAX
    };
    let n_kept = entries.iter().take_while(fits).count();
    entries.split_off(n_kept)
}
