//! The world: a server, its clients and services, a clock.
//!
//! * Inputs: [`World::apply`], one line at the current time.
//! * Time: [`World::advance_to`] jumps from wake-up to wake-up; [`World::next_wakeup`] says where
//!   to.
//! * Outputs: [`World::poll_event`], [`World::transcript`].
//!
//! When an input arrives, everything due by now happens first, and everything that it made due now
//! happens before the next input: an input's time alone says where it stands among the events.

mod business;
mod clients;
mod controls;
mod events;
mod services;

use std::rc::Rc;

use super::event::{WorldEvent, WorldEventKind};
use super::fingerprint::Fingerprint;
use super::ledger::Ledger;
use super::queue::{Job, Queue};
use super::scenario::Scenario;
use super::service::ServiceView;
use super::transcript::{Origin, Transcript};
use crate::command::{Profile, Server};
use crate::limits::WORLD_BYTES_MAX;
use crate::time::{Millis, WORLD_START};

pub use clients::ClientView;
use clients::Clients;
use events::EventBuffer;
use services::Services;

/// The console's client when none is named.
pub const DEFAULT_CLIENT: &str = "you";

/// How far the world came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The time now.
    pub now: Millis,
    /// How many events were worked off.
    pub n_steps: usize,
    /// Whether the time asked for was reached (else the budget was used up first).
    pub reached: bool,
}

/// A server, its clients and services, a clock. Cloning one is how history works; clones share
/// what did not change since.
#[derive(Clone, Debug)]
pub struct World {
    seed: u64,
    now: Millis,
    clock_offset_ms: i64,
    scenario: Scenario,
    server: Server,
    clients: Clients,
    services: Services,
    queue: Queue,
    transcript: Transcript,
    ledger: Ledger,
    events: EventBuffer,
    trace: Fingerprint,
    n_commands: u64,
    reply_buffer: Vec<u8>,
    /// The command that kills the instance (SIM PANIC ON).
    #[cfg(feature = "fault-injection")]
    panic_on: Option<Vec<u8>>,
}

impl World {
    /// The world at its start. The scenario's first lines have not run yet: they are due now.
    pub fn new(scenario: &Scenario, seed: u64, profile: Profile) -> World {
        let mut server = Server::new(profile);
        server.record_events(true);
        server.set_maxmemory(WORLD_BYTES_MAX);
        server.set_memory_ceiling(WORLD_BYTES_MAX);
        let mut queue = Queue::default();
        for (line_idx, line) in scenario.lines.iter().enumerate() {
            queue.push(WORLD_START + line.after_ms, Job::ScenarioLine(line_idx));
        }
        World {
            seed,
            now: WORLD_START,
            clock_offset_ms: 0,
            scenario: scenario.clone(),
            server,
            clients: Clients::default(),
            services: Services::default(),
            queue,
            transcript: Transcript::default(),
            ledger: Ledger::default(),
            events: EventBuffer::default(),
            trace: Fingerprint::default(),
            n_commands: 0,
            reply_buffer: Vec::new(),
            #[cfg(feature = "fault-injection")]
            panic_on: None,
        }
    }

    /// The virtual time. It never goes back (the server's clock may).
    pub fn now(&self) -> Millis {
        self.now
    }

    /// What the server's clock shows: virtual time, unless CLOCK BACK or CLOCK SET moved it.
    pub fn server_now(&self) -> Millis {
        self.now.saturating_add_signed(self.clock_offset_ms)
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The seed that this world grew from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The scenario that this world began with.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The clients: those of the console by name, then those of services.
    pub fn clients(&self) -> impl Iterator<Item = ClientView> + '_ {
        let services = self.services.all().map(|service| ClientView {
            name: Rc::clone(&service.name),
            id: service.client,
            is_service: true,
            waiting: service.waiting,
            n_queued: 0,
        });
        self.clients.views().chain(services)
    }

    /// What was said to the server.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The services, in the order in which they were added.
    pub fn services(&self) -> impl Iterator<Item = ServiceView> + '_ {
        self.services.views()
    }

    /// What the business saw.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How many commands the server has run.
    pub fn n_commands(&self) -> u64 {
        self.n_commands
    }

    /// 64 bits that are equal for equal histories: every line, reply and event, and the time.
    pub fn fingerprint(&self) -> u64 {
        let mut fingerprint = self.trace;
        fingerprint.number(self.now);
        fingerprint.number(self.clock_offset_ms.unsigned_abs());
        fingerprint.number(self.n_commands);
        self.ledger.fold(&mut fingerprint);
        self.services.fold(&mut fingerprint);
        fingerprint.value()
    }

    /// When something happens next by itself.
    pub fn next_wakeup(&self) -> Option<Millis> {
        let server = self.server.next_wakeup().map(|at| self.virtual_time(at));
        let earliest = [server, self.queue.next_at()].into_iter().flatten().min()?;
        Some(earliest.max(self.now))
    }

    /// Works off what is due by `until`, but at most `budget` events, and moves the time there.
    /// A time in the past counts as now.
    pub fn advance_to(&mut self, until: Millis, budget: usize) -> Progress {
        let until = until.max(self.now);
        let mut n_steps = 0;
        while n_steps < budget && self.step_until(until) {
            n_steps += 1;
        }
        if budget <= n_steps && self.next_wakeup().is_some_and(|at| at <= until) {
            return Progress { now: self.now, n_steps, reached: false };
        }
        self.now = until;
        Progress { now: self.now, n_steps, reached: true }
    }

    /// Works off one event, whenever it is due. The time moves there.
    pub fn step(&mut self) -> Progress {
        let stepped = self.step_until(Millis::MAX);
        Progress { now: self.now, n_steps: usize::from(stepped), reached: stepped }
    }

    /// Runs one line as a client, at the current time. Returns its number in the transcript.
    pub fn apply(&mut self, who: &str, line: &str) -> u64 {
        self.apply_shared(who, line.into())
    }

    /// The same for a line that somebody else keeps as well.
    pub(super) fn apply_shared(&mut self, who: &str, line: Rc<str>) -> u64 {
        self.advance_to(self.now, usize::MAX);
        let seq = self.line(who, &line, Origin::Human);
        self.advance_to(self.now, usize::MAX);
        seq
    }

    /// The world as a checkpoint: without events that wait for whoever draws them.
    pub(super) fn checkpoint(&mut self) -> World {
        let waiting = self.events.take();
        let mut world = self.clone();
        self.events.put_back(waiting);
        world.record_events(false);
        world
    }

    /// The next thing that happened, if events are recorded.
    pub fn poll_event(&mut self) -> Option<WorldEvent> {
        self.events.pop()
    }

    /// Whether events are kept for [`World::poll_event`]. Dropping them changes nothing else.
    pub fn record_events(&mut self, on: bool) {
        self.events.record(on);
    }

    fn step_until(&mut self, until: Millis) -> bool {
        let server_at = self.server.next_wakeup().map(|at| self.virtual_time(at).max(self.now));
        let queue_at = self.queue.next_at();
        // At the same time the server goes first: a time-out precedes what its client does next.
        match server_at {
            Some(at) if at <= until && queue_at.is_none_or(|queue_at| at <= queue_at) => {
                self.now = at;
                self.server.advance(self.server_now());
                self.collect(false);
                true
            }
            _ => match self.queue.pop_until(until) {
                Some((at, job)) => {
                    self.now = self.now.max(at);
                    self.run(job);
                    true
                }
                None => false,
            },
        }
    }

    fn run(&mut self, job: Job) {
        match job {
            Job::ScenarioLine(line_idx) => {
                let lines = Rc::clone(&self.scenario.lines);
                if let Some(line) = lines.get(line_idx) {
                    self.line(&line.who, &line.line, Origin::Scenario);
                }
            }
            Job::Turn { service, epoch } => self.turn(service, epoch),
            Job::Restart { service, epoch } => self.restart(service, Some(epoch)),
        }
    }

    fn virtual_time(&self, server_time: Millis) -> Millis {
        server_time.saturating_add_signed(self.clock_offset_ms.saturating_neg())
    }

    /// Says what happened.
    fn emit(&mut self, kind: WorldEventKind) {
        self.events.push(self.now, kind);
    }
}
