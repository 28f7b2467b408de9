//! The services in the world: their turns, their commands and replies, their lives and faults.

use std::rc::Rc;

use super::World;
use super::clients::Owner;
use crate::command::{Outcome, Words};
use crate::engine::event::Name;
use crate::limits::SERVICES_MAX;
use crate::sim::event::{Fault, ServiceChange, WorldEventKind};
use crate::sim::fingerprint::Fingerprint;
use crate::sim::ledger::{LossReason, Subject};
use crate::sim::queue::Job;
use crate::sim::service::options::Options;
use crate::sim::service::reply::Reply;
use crate::sim::service::{Action, CrashPoint, Life, Notice, ROUND_TRIP_MS, Service};
use crate::sim::service::{ServiceKind, ServiceView};
use crate::sim::transcript::Origin;
use crate::sim::words::{Cursor, Refusal};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Millis;

/// The services, numbered in the order in which they were added; numbers are not used again.
#[derive(Clone, Default, Debug)]
pub(super) struct Services {
    // Boxed, so that finding one looks at few bytes.
    by_id: SortedMap<u32, Box<Service>>,
    ids: SortedMap<Rc<str>, u32>,
    next_id: u32,
    next_epoch: u64,
    /// Business keys on which every handler fails.
    pub(super) poisoned: SortedSet<Name>,
    /// Taken from and put back here by turns, so that they allocate nothing.
    notices: Vec<Notice>,
}

impl Services {
    pub(super) fn views(&self) -> impl Iterator<Item = ServiceView> + '_ {
        self.by_id.values().map(|service| service.view())
    }

    pub(super) fn get(&self, id: u32) -> Option<&Service> {
        self.by_id.get(&id).map(|service| &**service)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Service> {
        self.by_id.values().map(|service| &**service)
    }

    pub(super) fn fold(&self, fingerprint: &mut Fingerprint) {
        self.by_id.values().for_each(|service| service.fold(fingerprint));
        self.poisoned.iter().for_each(|key| fingerprint.bytes(key));
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &Rc<str>> {
        self.by_id.values().map(|service| &service.name)
    }

    /// The number of a service.
    ///
    /// # Errors
    /// When there is none of that name; the error lists those there are.
    pub(super) fn id(&self, name: &str) -> Result<u32, Refusal> {
        self.ids.get(name).copied().ok_or_else(|| {
            let names: Vec<&str> = self.names().map(|name| &**name).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Refusal::new(format!("no service named '{name}'; there are: {names}"))
        })
    }
}

impl World {
    /// Adds a service; it takes its first turn at once.
    ///
    /// # Errors
    /// When the name is taken or there are too many.
    pub(super) fn add_service(
        &mut self,
        name: Rc<str>,
        kind: ServiceKind,
        options: Options,
    ) -> Result<(), Refusal> {
        if self.services.ids.contains_key(&name) {
            let text = format!("there is a service named '{name}': SIM REMOVE {name} first");
            return Err(Refusal::new(text));
        }
        if SERVICES_MAX <= self.services.by_id.len() {
            return Err(Refusal::new(format!(
                "at most {SERVICES_MAX} services: remove some first"
            )));
        }
        self.expect_effects(&options);
        let id = self.services.next_id;
        self.services.next_id += 1;
        let service = Service::new(Rc::clone(&name), kind, options, self.seed, self.now);
        self.services.by_id.insert(id, Box::new(service));
        self.services.ids.insert(Rc::clone(&name), id);
        self.changed(&name, ServiceChange::Added);
        self.changed(&name, ServiceChange::Started);
        self.schedule(id, self.now);
        Ok(())
    }

    /// Changes one option while the service runs; it holds from the next turn on.
    ///
    /// # Errors
    /// When there is no such service or option, or the value is wrong.
    #[inline(never)]
    pub(super) fn set_option(
        &mut self,
        name: &str,
        cursor: &mut Cursor<'_>,
    ) -> Result<(), Refusal> {
        let id = self.services.id(name)?;
        let Some(service) = self.services.by_id.get_mut(&id) else { return Ok(()) };
        let mut options = service.options.clone();
        let mut changed = Vec::new();
        loop {
            changed.push(Rc::<str>::from(cursor.peek().unwrap_or_default().to_ascii_uppercase()));
            options.set(service.kind, cursor)?;
            if cursor.is_done() {
                break;
            }
        }
        options.check(service.kind)?;
        service.options = options.clone();
        let name = Rc::clone(&service.name);
        let is_producer = service.kind == ServiceKind::Producer;
        // A producer that waits for its next message may have to send it earlier now.
        if is_producer && service.life == Life::Running && service.waiting.is_none() {
            self.schedule(id, self.now);
        }
        self.expect_effects(&options);
        for option in changed {
            self.changed(&name, ServiceChange::Changed(option));
        }
        Ok(())
    }

    fn expect_effects(&mut self, options: &Options) {
        if let Options::Worker(options) = options
            && let Some(group) = &options.group
        {
            self.ledger.expect(&options.stream, group, &options.effect);
        }
    }

    pub(super) fn changed(&mut self, name: &Rc<str>, change: ServiceChange) {
        self.emit(WorldEventKind::Service { name: Rc::clone(name), change });
    }

    pub(super) fn fault(&mut self, name: &Rc<str>, fault: Fault) {
        self.emit(WorldEventKind::Fault { name: Rc::clone(name), fault });
    }

    /// Gives a service its next turn then; an earlier plan is void.
    fn schedule(&mut self, id: u32, at: Millis) {
        let epoch = self.void_turns(id);
        if let Some(service) = self.services.by_id.get_mut(&id)
            && at != Millis::MAX
        {
            service.next_turn_at = Some(at);
            self.queue.push(at, Job::Turn { service: id, epoch });
        }
    }

    fn void_turns(&mut self, id: u32) -> u64 {
        self.services.next_epoch += 1;
        if let Some(service) = self.services.by_id.get_mut(&id) {
            service.epoch = self.services.next_epoch;
            service.next_turn_at = None;
        }
        self.services.next_epoch
    }

    /// A service's turn has come.
    pub(super) fn turn(&mut self, id: u32, epoch: u64) {
        let server_now = self.server_now();
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        if service.epoch != epoch || !service.is_alive() {
            return;
        }
        if self.now < service.faults.frozen_until {
            let until = service.faults.frozen_until;
            return self.schedule(id, until);
        }
        service.next_turn_at = None;
        if std::mem::take(&mut service.reply_is_lost) {
            service.no_reply();
            self.hang_up_service(id);
        }
        let mut notices = std::mem::take(&mut self.services.notices);
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        let action = service.turn(self.now, server_now, &self.services.poisoned, &mut notices);
        self.take_notices(id, notices);
        match action {
            Action::Send(words) => self.send(id, &words),
            Action::Sleep(until) => self.schedule(id, until),
            Action::Stop => self.end_service(id, ServiceChange::Stopped),
            Action::Crash => self.crash(id),
        }
    }

    /// Sends a service's command.
    fn send(&mut self, id: u32, words: &Rc<Words>) {
        let Some(service) = self.services.by_id.get(&id) else { return };
        let name = Rc::clone(&service.name);
        let client = match service.client {
            Some(client) => client,
            None => {
                let client = self.connect(&name, Owner::Service(id));
                if let Some(service) = self.services.by_id.get_mut(&id) {
                    service.client = Some(client);
                }
                client
            }
        };
        let seq = self.say(name, Rc::clone(words).into(), Origin::Service);
        let (outcome, reply) = words.with_slices(|words| self.run_command(client, words, true));
        match outcome {
            Outcome::Replied => self.service_receives(id, seq, reply),
            Outcome::Blocked => {
                if let Some(service) = self.services.by_id.get_mut(&id) {
                    service.waiting = Some(seq);
                }
            }
            Outcome::Closed => {
                self.service_receives(id, seq, reply);
                self.hang_up_service(id);
            }
        }
        self.collect(true);
    }

    /// The server says something to a service.
    pub(super) fn service_hears(&mut self, id: u32, reply: Vec<u8>) {
        let waiting = self.services.by_id.get_mut(&id).and_then(|service| service.waiting.take());
        // Services do not subscribe, so whatever comes unasked is not for them.
        if let Some(seq) = waiting {
            self.service_receives(id, seq, reply);
        }
    }

    fn service_receives(&mut self, id: u32, seq: u64, reply: Vec<u8>) {
        let server_now = self.server_now();
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        if std::mem::take(&mut service.faults.lose_reply) {
            service.reply_is_lost = true;
            let at = self.now + service.timeout_ms();
            let name = Rc::clone(&service.name);
            self.note(seq, "The reply was lost on its way: the service waits for it in vain.");
            self.fault(&name, Fault::ReplyLost);
            return self.schedule(id, at);
        }
        let mut notices = std::mem::take(&mut self.services.notices);
        let heard = Reply::read(&reply);
        let at = service.reply(heard, self.now, server_now, &self.services.poisoned, &mut notices);
        let is_alive = service.is_alive();
        self.reply(seq, reply);
        self.take_notices(id, notices);
        if is_alive {
            self.schedule(id, at);
        }
    }

    fn take_notices(&mut self, id: u32, mut notices: Vec<Notice>) {
        for notice in notices.drain(..) {
            self.take_notice(id, notice);
        }
        self.services.notices = notices;
    }

    #[inline(never)]
    fn take_notice(&mut self, id: u32, notice: Notice) {
        let Some(service) = self.services.by_id.get(&id) else { return };
        let name = Rc::clone(&service.name);
        let Options::Worker(options) = &service.options else { return };
        let (stream, group) = (options.stream.clone(), options.group.clone());
        match notice {
            Notice::Changed(change) => self.changed(&name, change),
            Notice::Effect { entry, key } => {
                let what = Rc::clone(&options.effect);
                let idempotent = options.idempotent;
                let subject = Subject {
                    what: &what,
                    stream: &stream,
                    group: group.as_ref(),
                    entry,
                    key: &key,
                };
                let effect = self.ledger.record(self.now, &name, subject, idempotent);
                self.emit(WorldEventKind::Effect(effect));
            }
            Notice::Settled { entry } => self.ledger.settle(&stream, group.as_ref(), entry),
            Notice::Lost { entry, key, why } => {
                if let Some(group) = group {
                    self.ledger.named(&stream, entry, key);
                    self.lose(&stream, &group, entry, why);
                }
            }
        }
    }

    /// Everything in memory is lost, and so is the connection.
    pub(super) fn crash(&mut self, id: u32) {
        self.lose_what_is_at_risk(id);
        self.end_service(id, ServiceChange::Crashed);
        let Some(service) = self.services.by_id.get(&id) else { return };
        if let Options::Worker(options) = &service.options
            && let Some(ms) = options.restart_after_ms
        {
            let epoch = service.epoch;
            self.queue.push(self.now + ms, Job::Restart { service: id, epoch });
        }
    }

    fn lose_what_is_at_risk(&mut self, id: u32) {
        let Some(service) = self.services.by_id.get(&id) else { return };
        let Options::Worker(options) = &service.options else { return };
        let (stream, group) = (options.stream.clone(), options.group.clone());
        for (entry, key) in service.at_risk() {
            if let Some(group) = &group {
                self.ledger.named(&stream, entry, key);
                self.lose(&stream, group, entry, LossReason::AckedTooEarly);
            }
        }
    }

    fn end_service(&mut self, id: u32, change: ServiceChange) {
        self.hang_up_service(id);
        self.void_turns(id);
        let now = self.now;
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        service.forget(now);
        let crashed = change == ServiceChange::Crashed;
        service.life = if crashed { Life::Crashed } else { Life::Stopped };
        let name = Rc::clone(&service.name);
        self.changed(&name, change);
    }

    /// Cuts a service's connection. What it waited for will not come.
    fn hang_up_service(&mut self, id: u32) {
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        let (client, waiting) = (service.client.take(), service.waiting.take());
        if let Some(client) = client {
            self.disconnect(client);
        }
        if let Some(seq) = waiting {
            self.note(seq, "The connection was closed before the reply came.");
        }
    }

    pub(super) fn restart(&mut self, id: u32, epoch: Option<u64>) {
        let Some(service) = self.services.by_id.get(&id) else { return };
        if epoch.is_some_and(|epoch| epoch != service.epoch) {
            return;
        }
        if service.is_alive() {
            self.crash(id);
        }
        let now = self.now;
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        service.forget(now);
        service.life = Life::Running;
        let name = Rc::clone(&service.name);
        self.changed(&name, ServiceChange::Started);
        self.schedule(id, now);
    }

    /// Lets a service finish what it has in hand and end; `retire`: and delete its consumer.
    #[inline(never)]
    pub(super) fn stop(&mut self, id: u32, retire: bool) {
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        if !service.is_alive() {
            return;
        }
        service.life = Life::Stopping { retire };
        if service.is_reading() {
            service.no_reply();
            self.hang_up_service(id);
        } else if service.in_work().is_some() || service.reply_is_lost {
            return;
        }
        self.schedule(id, self.now);
    }

    #[inline(never)]
    pub(super) fn crash_at(&mut self, id: u32, point: CrashPoint) {
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        service.faults.crash_at = Some(point);
        let name = Rc::clone(&service.name);
        self.fault(&name, Fault::CrashArmed);
    }

    #[inline(never)]
    pub(super) fn freeze(&mut self, id: u32, until: Millis) {
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        service.faults.frozen_until = until;
        let name = Rc::clone(&service.name);
        self.fault(&name, Fault::Frozen { until });
    }

    #[inline(never)]
    pub(super) fn slow(&mut self, id: u32, factor_permille: u32) {
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        service.faults.slow_permille = factor_permille;
        let name = Rc::clone(&service.name);
        self.fault(&name, Fault::Slowed { factor_permille });
    }

    #[inline(never)]
    pub(super) fn lose_reply(&mut self, id: u32) {
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        service.faults.lose_reply = true;
        let name = Rc::clone(&service.name);
        self.fault(&name, Fault::LoseReplyArmed);
    }

    #[inline(never)]
    pub(super) fn remove_service(&mut self, id: u32) {
        self.lose_what_is_at_risk(id);
        self.hang_up_service(id);
        if let Some(service) = self.services.by_id.remove(&id) {
            self.services.ids.remove(&service.name);
            self.changed(&service.name, ServiceChange::Removed);
        }
    }

    /// Cuts the connection of a service; it goes on after a moment, as after any lost connection.
    pub(super) fn cut_service(&mut self, id: u32) {
        let Some(service) = self.services.by_id.get_mut(&id) else { return };
        let was_waiting = service.waiting.is_some() || service.reply_is_lost;
        service.reply_is_lost = false;
        if was_waiting {
            service.no_reply();
        }
        let name = Rc::clone(&service.name);
        self.hang_up_service(id);
        self.fault(&name, Fault::HungUp);
        if was_waiting {
            self.schedule(id, self.now + ROUND_TRIP_MS);
        }
    }
}
