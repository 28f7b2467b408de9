//! Simulated services: state machines that speak only commands.
//!
//! A service takes turns. In a turn it sends one command, or waits; when the reply comes it says
//! when its next turn is. It sees nothing but replies. One exchange takes at least one virtual
//! millisecond, so that no service can do endless work at one instant.

mod view;

pub mod options;
pub mod reply;
pub mod template;

mod producer;
mod worker;

use std::rc::Rc;

use crate::command::{ClientId, Words};
use crate::engine::StreamId;
use crate::engine::event::Name;
use crate::sim::event::ServiceChange;
use crate::sim::fingerprint::Fingerprint;
use crate::sim::ledger::LossReason;
use crate::sim::rng::Rng;
use crate::sorted::SortedSet;
use crate::time::Millis;

use options::Options;
use producer::Producer;
use reply::Reply;
pub use view::{ServiceKind, ServiceState, ServiceView};
use worker::Worker;

/// How long a command and its reply are under way, in virtual milliseconds.
pub const ROUND_TRIP_MS: u64 = 1;

/// A point in the work of a worker where it can be made to crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CrashPoint {
    /// It has the entry and has not begun.
    BeforeWork,
    /// The effect has happened, the ack has not been sent.
    AfterEffect,
    /// The ack was answered.
    AfterAck,
}

/// Where a service stands in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Life {
    Running,
    /// Finishes what it has in hand; with `true` it then deletes its consumer.
    Stopping {
        retire: bool,
    },
    Stopped,
    Crashed,
}

/// The faults that a service suffers from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Faults {
    pub(super) frozen_until: Millis,
    pub(super) slow_permille: u32,
    pub(super) lose_reply: bool,
    pub(super) crash_at: Option<CrashPoint>,
}

/// What a service counted.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Stats {
    pub(super) n_sent: u64,
    pub(super) n_received: u64,
    pub(super) n_done: u64,
    pub(super) n_failed: u64,
    pub(super) n_errors: u64,
    pub(super) last_error: Option<Rc<str>>,
}

/// What a service wants in its turn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// Send a command; the reply decides on the next turn.
    Send(Rc<Words>),
    /// The next turn is then.
    Sleep(Millis),
    /// It ends in good order.
    Stop,
    /// It crashes.
    Crash,
}

/// What a service did besides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Notice {
    Changed(ServiceChange),
    Effect {
        entry: StreamId,
        key: Name,
    },
    /// The entry needs no effect of this service any more: it was done before, or it is a dead
    /// letter now.
    Settled {
        entry: StreamId,
    },
    Lost {
        entry: StreamId,
        key: Name,
        why: LossReason,
    },
}

/// What a service may see and touch in its turn.
pub(super) struct Turn<'a> {
    pub(super) now: Millis,
    /// The server's clock, which may differ from virtual time.
    pub(super) server_now: Millis,
    pub(super) name: &'a str,
    pub(super) rng: &'a mut Rng,
    pub(super) faults: &'a mut Faults,
    pub(super) stats: &'a mut Stats,
    pub(super) life: Life,
    pub(super) poisoned: &'a SortedSet<Name>,
    pub(super) notices: &'a mut Vec<Notice>,
}

impl Turn<'_> {
    /// Whether the service crashes here, as it was told to.
    fn crashes_at(&mut self, point: CrashPoint) -> bool {
        let here = self.faults.crash_at == Some(point);
        if here {
            self.faults.crash_at = None;
        }
        here
    }

    fn count_error(&mut self, text: &[u8]) {
        self.stats.n_errors += 1;
        self.stats.last_error = Some(String::from_utf8_lossy(text).into());
    }

    fn tell(&mut self, change: ServiceChange) {
        self.notices.push(Notice::Changed(change));
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Machine {
    Producer(Producer),
    Worker(Box<Worker>),
}

/// A service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Service {
    pub(super) name: Rc<str>,
    pub(super) kind: ServiceKind,
    pub(super) options: Options,
    pub(super) life: Life,
    pub(super) faults: Faults,
    pub(super) stats: Stats,
    /// Turns of another epoch are void.
    pub(super) epoch: u64,
    pub(super) next_turn_at: Option<Millis>,
    /// Its connection.
    pub(super) client: Option<ClientId>,
    /// The line that waits for a reply; its number in the transcript.
    pub(super) waiting: Option<u64>,
    /// A reply was lost on its way; the next turn is the time-out.
    pub(super) reply_is_lost: bool,
    rng: Rng,
    machine: Machine,
}

impl Service {
    pub(super) fn new(
        name: Rc<str>,
        kind: ServiceKind,
        options: Options,
        seed: u64,
        now: Millis,
    ) -> Service {
        let rng = Rng::for_actor(seed, &name);
        let machine = match &options {
            Options::Producer(_) => Machine::Producer(Producer::new(now)),
            Options::Worker(options) => Machine::Worker(Box::new(Worker::new(options))),
        };
        let faults =
            Faults { frozen_until: 0, slow_permille: 1_000, lose_reply: false, crash_at: None };
        Service {
            name,
            kind,
            options,
            life: Life::Running,
            faults,
            stats: Stats::default(),
            epoch: 0,
            next_turn_at: None,
            client: None,
            waiting: None,
            reply_is_lost: false,
            rng,
            machine,
        }
    }

    /// What was in memory is gone; what was counted stays.
    pub(super) fn forget(&mut self, now: Millis) {
        self.faults.crash_at = None;
        self.waiting = None;
        self.reply_is_lost = false;
        self.next_turn_at = None;
        match (&mut self.machine, &self.options) {
            (Machine::Producer(producer), _) => producer.restart(now),
            (Machine::Worker(worker), Options::Worker(options)) => {
                **worker = Worker::new(options);
            }
            (Machine::Worker(_), Options::Producer(_)) => {}
        }
    }

    /// Whether it still does something.
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.life, Life::Running | Life::Stopping { .. })
    }

    /// One turn.
    pub(super) fn turn(
        &mut self,
        now: Millis,
        server_now: Millis,
        poisoned: &SortedSet<Name>,
        notices: &mut Vec<Notice>,
    ) -> Action {
        let (machine, options, mut turn) = self.split(now, server_now, poisoned, notices);
        match (machine, options) {
            (Machine::Producer(producer), Options::Producer(options)) => {
                producer.turn(options, &mut turn)
            }
            (Machine::Worker(worker), Options::Worker(options)) => worker.turn(options, &mut turn),
            _ => Action::Stop,
        }
    }

    /// A reply came; returns when the next turn is.
    pub(super) fn reply(
        &mut self,
        reply: Reply<'_>,
        now: Millis,
        server_now: Millis,
        poisoned: &SortedSet<Name>,
        notices: &mut Vec<Notice>,
    ) -> Millis {
        let (machine, options, mut turn) = self.split(now, server_now, poisoned, notices);
        match (machine, options) {
            (Machine::Producer(producer), Options::Producer(options)) => {
                producer.reply(&reply, options, &mut turn)
            }
            (Machine::Worker(worker), Options::Worker(options)) => {
                worker.reply(reply, options, &mut turn)
            }
            _ => now,
        }
    }

    /// No reply came: it was lost, or the connection was. The next turn goes on from there.
    pub(super) fn no_reply(&mut self) {
        match (&mut self.machine, &self.options) {
            (Machine::Producer(producer), Options::Producer(options)) => producer.no_reply(options),
            (Machine::Worker(worker), Options::Worker(options)) => worker.no_reply(options),
            _ => {}
        }
    }

    /// So long it waits for a reply that does not come.
    pub(super) fn timeout_ms(&self) -> u64 {
        match &self.options {
            Options::Producer(options) => options.timeout_ms,
            Options::Worker(options) => options.timeout_ms,
        }
    }

    /// What would be lost if it crashed now: entries whose delivery Redis has forgotten.
    pub(super) fn at_risk(&self) -> Vec<(StreamId, Name)> {
        match (&self.machine, &self.options) {
            (Machine::Worker(worker), Options::Worker(options)) => worker.at_risk(options),
            _ => Vec::new(),
        }
    }

    /// The entries that it has in memory, the one in work first.
    pub(super) fn in_hand(&self) -> Vec<StreamId> {
        match &self.machine {
            Machine::Worker(worker) => worker.in_hand(),
            Machine::Producer(_) => Vec::new(),
        }
    }

    /// The entry that it works on, if it does.
    pub(super) fn in_work(&self) -> Option<StreamId> {
        match &self.machine {
            Machine::Worker(worker) => worker.in_work(),
            Machine::Producer(_) => None,
        }
    }

    /// Whether a read blocks: such a wait can be cut short without losing anything in hand.
    pub(super) fn is_reading(&self) -> bool {
        matches!(&self.machine, Machine::Worker(worker) if worker.is_reading())
    }

    /// For looking at.
    pub(super) fn view(&self) -> ServiceView {
        let (group, to) = match &self.options {
            Options::Producer(_) => (None, None),
            Options::Worker(options) => {
                (options.group.clone(), Some(options.to.clone()).filter(|to| !to.is_empty()))
            }
        };
        ServiceView {
            name: Rc::clone(&self.name),
            kind: self.kind,
            stream: self.options.stream().clone(),
            group,
            to,
            state: self.state(),
            in_hand: self.in_hand(),
            options: self.options.show(),
            n_sent: self.stats.n_sent,
            n_received: self.stats.n_received,
            n_done: self.stats.n_done,
            n_failed: self.stats.n_failed,
            n_errors: self.stats.n_errors,
            last_error: self.stats.last_error.clone(),
        }
    }

    fn state(&self) -> ServiceState {
        match (self.life, self.in_work(), self.next_turn_at) {
            (Life::Crashed, ..) => ServiceState::Crashed,
            (Life::Stopped, ..) => ServiceState::Stopped,
            (_, _, Some(at)) if at <= self.faults.frozen_until => {
                ServiceState::Frozen { until: self.faults.frozen_until }
            }
            (Life::Stopping { .. }, ..) => ServiceState::Stopping,
            (Life::Running, Some(entry), Some(until)) => ServiceState::Working { entry, until },
            (Life::Running, ..) if self.waiting.is_some() => ServiceState::Waiting,
            (Life::Running, ..) => ServiceState::Idle,
        }
    }

    /// Folds what it is about to do into a fingerprint.
    pub(super) fn fold(&self, fingerprint: &mut Fingerprint) {
        fingerprint.bytes(self.name.as_bytes());
        self.rng.state().into_iter().for_each(|n| fingerprint.number(n));
        fingerprint.number(self.next_turn_at.unwrap_or(Millis::MAX));
        fingerprint.number(self.faults.frozen_until);
        fingerprint.number(self.stats.n_received ^ self.stats.n_sent << 32);
        for entry in self.in_hand() {
            fingerprint.number(entry.ms);
            fingerprint.number(entry.seq);
        }
    }

    fn split<'a>(
        &'a mut self,
        now: Millis,
        server_now: Millis,
        poisoned: &'a SortedSet<Name>,
        notices: &'a mut Vec<Notice>,
    ) -> (&'a mut Machine, &'a Options, Turn<'a>) {
        let turn = Turn {
            now,
            server_now,
            name: &self.name,
            rng: &mut self.rng,
            faults: &mut self.faults,
            stats: &mut self.stats,
            life: self.life,
            poisoned,
            notices,
        };
        (&mut self.machine, &self.options, turn)
    }
}
