//! Control lines at work.

use std::rc::Rc;

use super::World;
use crate::sim::control::{ControlLine, WorldControl, parse};
use crate::sim::event::{Fault, WorldEventKind};
use crate::sim::line::join;
use crate::sim::quantity::{DURATION_MS_MAX, show_duration, show_factor, show_moment};
use crate::sim::service::{ServiceState, ServiceView};
use crate::sim::words::{Cursor, Refusal};
use crate::time::{Millis, WORLD_START};

impl World {
    /// Runs a control line; the answer, or the refusal, goes to the transcript.
    pub(super) fn control(&mut self, seq: u64, words: &[Vec<u8>]) {
        #[cfg(feature = "fault-injection")]
        self.panic_if_armed(words.first().map(Vec::as_slice));
        let answer = parse(words).and_then(|line| match line {
            ControlLine::World(control) => self.apply_control(control),
            // A session keeps these for itself; what comes here came by a scenario.
            ControlLine::Session(_) => {
                let word = words.first().map(|word| String::from_utf8_lossy(word).into_owned());
                let word = word.unwrap_or_default();
                Err(Refusal::new(format!("{word} moves through history: it cannot be part of it")))
            }
        });
        match answer {
            Ok(text) => self.note(seq, &text),
            Err(Refusal(text)) => {
                let mut reply = vec![b'-'];
                reply.extend(text.bytes().map(|byte| if byte < b' ' { b' ' } else { byte }));
                reply.extend(b"\r\n");
                self.reply(seq, reply);
            }
        }
    }

    fn apply_control(&mut self, control: WorldControl) -> Result<String, Refusal> {
        match control {
            WorldControl::Add { name, kind, options } => {
                self.add_service(Rc::clone(&name), kind, *options)?;
                Ok(format!("{name} was added"))
            }
            WorldControl::Set { name, words } => {
                self.set_option(&name, &mut Cursor::new(&words))?;
                Ok(format!("{name}: {}", join(&words)))
            }
            WorldControl::Remove { name } => {
                let id = self.services.id(&name)?;
                self.remove_service(id);
                Ok(format!("{name} was removed"))
            }
            WorldControl::List => Ok(self.list()),
            WorldControl::Poison { key, on } => Ok(self.poison(key, on)),
            WorldControl::HangUp { name } => self.cut(&name),
            WorldControl::ClockSet { time } => {
                self.set_clock(time.map(|time| time.resolve(self.server_now()).unwrap_or(self.now)))
            }
            WorldControl::ClockBack { by_ms } => {
                self.set_clock(Some(self.server_now().saturating_sub(by_ms)))
            }
            #[cfg(feature = "fault-injection")]
            WorldControl::Panic { command } => {
                match command {
                    None => panic!("injected by SIM PANIC"),
                    Some(command) => self.panic_on = Some(command.to_ascii_uppercase()),
                }
                Ok("armed".to_owned())
            }
            other => self.apply_to_service(other),
        }
    }

    /// What is done to one service's life.
    fn apply_to_service(&mut self, control: WorldControl) -> Result<String, Refusal> {
        match control {
            WorldControl::Stop { name, retire } => {
                let id = self.living(&name)?;
                self.stop(id, retire);
                Ok(format!("{name} finishes what it has in hand and ends"))
            }
            WorldControl::Crash { name, point: None } => {
                let id = self.living(&name)?;
                self.crash(id);
                Ok(format!("{name} crashed"))
            }
            WorldControl::Crash { name, point: Some(point) } => {
                let id = self.living(&name)?;
                self.crash_at(id, point);
                Ok(format!("{name} will crash when it next comes to that point"))
            }
            WorldControl::Restart { name } => {
                let id = self.services.id(&name)?;
                self.restart(id, None);
                Ok(format!("{name} was started"))
            }
            WorldControl::Freeze { name, for_ms } => {
                let id = self.living(&name)?;
                self.freeze(id, self.now + for_ms);
                Ok(format!("{name} is frozen for {}", show_duration(for_ms)))
            }
            WorldControl::Slow { name, factor_permille } => {
                let id = self.services.id(&name)?;
                self.slow(id, factor_permille);
                Ok(format!("{name} takes {} its usual time", show_factor(factor_permille)))
            }
            WorldControl::LoseReply { name } => {
                let id = self.living(&name)?;
                self.lose_reply(id);
                Ok(format!("{name} will not get its next reply"))
            }
            _ => Err(Refusal::new("not a control of a service")),
        }
    }

    fn living(&self, name: &str) -> Result<u32, Refusal> {
        let id = self.services.id(name)?;
        match self.services.get(id) {
            Some(service) if service.is_alive() => Ok(id),
            _ => Err(Refusal::new(format!("{name} does not run: SIM RESTART {name} starts it"))),
        }
    }

    fn poison(&mut self, key: crate::engine::event::Name, on: bool) -> String {
        let name: Rc<str> = String::from_utf8_lossy(&key).into();
        if !on {
            self.services.poisoned.remove(&key);
            return format!("handlers take {name} again");
        }
        self.services.poisoned.insert(key);
        self.fault(&name, Fault::Poisoned);
        format!("every handler fails on {name} from now on")
    }

    fn cut(&mut self, name: &str) -> Result<String, Refusal> {
        if self.hang_up(name) {
            self.fault(&name.into(), Fault::HungUp);
        } else {
            let id = self.services.id(name)?;
            self.cut_service(id);
        }
        Ok(format!("the connection of {name} was cut"))
    }

    /// Makes the server's clock show a time; `None`: virtual time.
    fn set_clock(&mut self, time: Option<Millis>) -> Result<String, Refusal> {
        let time = time.unwrap_or(self.now);
        let known = WORLD_START - DURATION_MS_MAX..=self.now + DURATION_MS_MAX;
        if !known.contains(&time) {
            return Err(Refusal::new("that is more than a year away from this world's times"));
        }
        self.clock_offset_ms = time as i64 - self.now as i64;
        self.emit(WorldEventKind::ClockSet { offset_ms: self.clock_offset_ms });
        Ok(format!("the server's clock shows {time}"))
    }

    fn list(&self) -> String {
        let lines: Vec<String> = self.services().map(|service| describe(&service)).collect();
        if lines.is_empty() {
            return "no services: SIM ADD PRODUCER web STREAM orders adds one".to_owned();
        }
        lines.join("\n")
    }
}

fn describe(service: &ServiceView) -> String {
    let state = match service.state {
        ServiceState::Idle => "idle".to_owned(),
        ServiceState::Waiting => "waiting".to_owned(),
        ServiceState::Working { entry, .. } => format!("working on {entry}"),
        ServiceState::Frozen { until } => format!("frozen until {}", show_moment(until)),
        ServiceState::Stopping => "stopping".to_owned(),
        ServiceState::Stopped => "stopped".to_owned(),
        ServiceState::Crashed => "crashed".to_owned(),
    };
    format!("{} {} {}    # {state}", service.kind.name(), service.name, service.options)
}
