//! Control lines that move through history or change how time passes.

use std::rc::Rc;

use super::{Aside, Session};
use crate::limits::{ASIDES_MAX, JUMP_STEPS_MAX};
use crate::sim::control::SessionControl;
use crate::sim::quantity::{show_duration, show_factor, show_moment};
use crate::sim::scenario::Scenario;
use crate::sim::words::Refusal;

impl Session {
    /// Does it, and answers with an aside; returns the aside's number.
    #[inline(never)]
    pub(super) fn control(&mut self, who: &str, line: &str, control: &SessionControl) -> u64 {
        // CLOCK is how a page that comes back says how time ran: it would never come back.
        #[cfg(feature = "fault-injection")]
        if !line.to_ascii_uppercase().starts_with("CLOCK") {
            self.world.panic_if_armed(line.split_ascii_whitespace().next().map(str::as_bytes));
        }
        let answer = self.apply_control(control);
        self.aside(who, line, answer)
    }

    /// Puts an answer among the asides.
    pub(super) fn aside(&mut self, who: &str, line: &str, answer: Result<String, Refusal>) -> u64 {
        let seq = self.asides.next_seq();
        self.asides.push(Aside {
            seq,
            before_seq: self.world.transcript().next_seq(),
            at: self.now(),
            who: who.into(),
            line: line.into(),
            answer: match answer {
                Ok(text) => Ok(text.into()),
                Err(Refusal(text)) => Err(text.into()),
            },
        });
        while self.asides.forget_to(ASIDES_MAX).is_some() {}
        seq
    }

    #[inline(never)]
    fn apply_control(&mut self, control: &SessionControl) -> Result<String, Refusal> {
        match control {
            SessionControl::ClockShow => Ok(self.show_clock()),
            SessionControl::Pause => {
                self.playback.running = false;
                Ok(format!("paused at {}", show_moment(self.now())))
            }
            SessionControl::Run => {
                self.playback.running = true;
                Ok(format!("running at {}", show_factor(self.playback.speed_permille)))
            }
            SessionControl::Step => {
                self.playback.running = false;
                let progress = self.step();
                match progress.n_steps {
                    0 => Err(Refusal::new("nothing is due: add a service, or CLOCK JUMP 10s")),
                    _ => Ok(format!("one event, at {}", show_moment(progress.now))),
                }
            }
            SessionControl::Speed { permille } => {
                self.playback.speed_permille = *permille;
                Ok(format!("speed {}", show_factor(*permille)))
            }
            SessionControl::Jump { by_ms } => Ok(self.jump(*by_ms)),
            SessionControl::Seek { to } => {
                let at = to.resolve(self.now());
                let at = at.ok_or_else(|| Refusal::new("that time is out of reach"))?;
                self.seek(at);
                Ok(format!("at {}", show_moment(self.now())))
            }
            SessionControl::Undo => self.undo_line(),
            SessionControl::Redo => {
                let line = self.redo.front().map(|input| Rc::clone(&input.line));
                let line = line.ok_or_else(|| Refusal::new("nothing to redo"))?;
                self.redo();
                Ok(format!("at {}, after: {line}", show_moment(self.now())))
            }
            SessionControl::Fork => {
                let n_discarded = self.journal.len() - self.n_applied;
                self.fork();
                Ok(format!(
                    "from {} on history is written anew ({n_discarded} later lines discarded; REDO \
                     brings them back)",
                    show_moment(self.now())
                ))
            }
            SessionControl::ScenarioList => Ok(list_scenarios()),
            SessionControl::ScenarioShow => Ok(self.world.scenario().text.trim_end().to_owned()),
            SessionControl::ScenarioLoad { name } => self.load_scenario(name),
        }
    }

    #[inline(never)]
    fn show_clock(&self) -> String {
        let world = &self.world;
        let mode = if self.playback.running { "running" } else { "paused" };
        format!(
            "{} after the start, {mode} at {}\nvirtual time {}\nserver's clock {}",
            show_moment(world.now()),
            show_factor(self.playback.speed_permille),
            world.now(),
            world.server_now()
        )
    }

    #[inline(never)]
    fn jump(&mut self, by_ms: u64) -> String {
        let target = self.now().saturating_add(by_ms);
        self.jump_to = Some(target);
        let progress = self.advance_to(target, JUMP_STEPS_MAX);
        if progress.reached {
            format!("{} ahead, at {}", show_duration(by_ms), show_moment(target))
        } else {
            format!("on the way to {}", show_moment(target))
        }
    }

    #[inline(never)]
    fn undo_line(&mut self) -> Result<String, Refusal> {
        let line = self.n_applied.checked_sub(1).and_then(|last| self.journal.get(last));
        let line = line.map(|input| Rc::clone(&input.line));
        if !self.undo() {
            return Err(Refusal::new("nothing to undo: no line of yours has changed the world"));
        }
        let now = show_moment(self.now());
        Ok(match line {
            Some(line) => format!("at {now}, before: {line}"),
            None => format!("back in {} at {now}", self.world.scenario().name),
        })
    }

    #[inline(never)]
    fn load_scenario(&mut self, name: &str) -> Result<String, Refusal> {
        let Some(scenario) = Scenario::builtin(name) else {
            let names: Vec<_> = Scenario::builtin_names().collect();
            let names = names.join(", ");
            return Err(Refusal::new(format!("no scenario named '{name}'; there are: {names}")));
        };
        let title = scenario.title.clone();
        let about = scenario.about.clone();
        self.begin(scenario);
        Ok(format!("{title}\n{about}"))
    }
}

#[inline(never)]
fn list_scenarios() -> String {
    let line = |name: &str| {
        let scenario = Scenario::builtin(name)?;
        Some(format!("{name:<20}{}", scenario.title))
    };
    Scenario::builtin_names().filter_map(line).collect::<Vec<_>>().join("\n")
}
