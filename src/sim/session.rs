//! The only door for the page: a world plus its history.
//!
//! What changes the world is a line in the journal: `(virtual time, who, text)`. What moves through
//! history (CLOCK PAUSE, CLOCK JUMP, SEEK, UNDO …) is a line too, but not part of history: it is
//! answered by an [`Aside`], so that pressing "run" after scrubbing back replays the known future
//! instead of discarding it.

use std::rc::Rc;

use super::event::{WorldEvent, WorldEventKind};
use super::saved::Saved;
use super::scenario::Scenario;
pub use super::world::Progress;
use super::world::World;
use crate::command::Profile;
use crate::time::Millis;

/// One line of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// When, in virtual time.
    pub at: Millis,
    /// The client; empty: the console's default one.
    pub who: Rc<str>,
    /// The line.
    pub line: Rc<str>,
}

/// How time is meant to pass. The session does not do it: the page calls
/// [`Session::advance_to`] accordingly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Playback {
    /// Whether time runs.
    pub running: bool,
    /// Virtual milliseconds per 1,000 real ones: 100 (0.1x) to 100,000 (100x).
    pub speed_permille: u32,
}

/// What became of a submitted line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Submitted {
    /// It was journaled and applied; its number in the transcript.
    Applied { seq: u64 },
    /// It moved through history or changed the playback; its number among the asides.
    Aside { seq: u64 },
    /// It was blank or a comment.
    Nothing,
}

/// A line that is not part of history, with its answer. Shown in the console between the lines of
/// the transcript, but never journaled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aside {
    /// Numbered from 0 within the session.
    pub seq: u64,
    /// It came when this many lines were in the transcript: show it before the line of that number.
    pub before_seq: u64,
    /// When, in virtual time.
    pub at: Millis,
    /// Who typed it.
    pub who: Rc<str>,
    /// The line.
    pub line: Rc<str>,
    /// The answer; in Redis style when it was refused.
    pub answer: Result<Rc<str>, Rc<str>>,
}

/// A world plus its history.
#[derive(Clone, Debug)]
pub struct Session {
    profile: Profile,
    world: World,
    journal: Vec<Input>,
    /// How many inputs of the journal are in the world.
    n_applied: usize,
    end: Millis,
    playback: Playback,
    asides: Vec<Aside>,
    reset_due: bool,
}

impl Session {
    /// A session at the start of a scenario, its lines of time 0 done.
    pub fn new(scenario: Scenario, seed: u64, profile: Profile) -> Session {
        let mut world = World::new(&scenario, seed, profile);
        world.advance_to(world.now(), usize::MAX);
        world.record_events(true);
        Session {
            profile,
            end: world.now(),
            world,
            journal: Vec::new(),
            n_applied: 0,
            playback: Playback { running: true, speed_permille: 1_000 },
            asides: Vec::new(),
            reset_due: true,
        }
    }

    /// The world as it is now.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The virtual time.
    pub fn now(&self) -> Millis {
        self.world.now()
    }

    /// The server that the world pretends to have.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Journals one line at the current time and applies it; in the past this discards the future.
    /// `who` is a client's name; empty: the console's default client.
    pub fn submit(&mut self, who: &str, line: &str) -> Submitted {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return Submitted::Nothing;
        }
        self.fork();
        let at = self.now();
        self.journal.push(Input { at, who: who.into(), line: line.into() });
        self.n_applied = self.journal.len();
        let seq = self.world.apply(who, line);
        self.end = self.end.max(self.now());
        Submitted::Applied { seq }
    }

    /// Lets time pass until then, at most `budget` events of it. The known future is replayed.
    pub fn advance_to(&mut self, until: Millis, budget: usize) -> Progress {
        let mut n_steps = 0;
        loop {
            let next = self.journal.get(self.n_applied).filter(|input| input.at <= until).cloned();
            let target = next.as_ref().map_or(until, |input| input.at);
            let progress = self.world.advance_to(target, budget - n_steps);
            n_steps += progress.n_steps;
            self.end = self.end.max(self.now());
            match next {
                Some(input) if progress.reached => {
                    self.world.apply(&input.who, &input.line);
                    self.n_applied += 1;
                }
                _ => return Progress { n_steps, ..progress },
            }
        }
    }

    /// Works off the next event, or the next input of the known future.
    pub fn step(&mut self) -> Progress {
        let Some(at) = self.next_wakeup() else {
            return Progress { now: self.now(), n_steps: 0, reached: false };
        };
        self.advance_to(at, 1)
    }

    /// When something happens next.
    pub fn next_wakeup(&self) -> Option<Millis> {
        let input = self.journal.get(self.n_applied).map(|input| input.at);
        [input, self.world.next_wakeup()].into_iter().flatten().min()
    }

    /// Goes to a point in time, in the past or in the future, with all inputs made by then.
    pub fn seek(&mut self, at: Millis) {
        if at < self.now() {
            let mut world = World::new(self.world.scenario(), self.world.seed(), self.profile);
            world.advance_to(world.now(), usize::MAX);
            self.world = world;
            self.n_applied = 0;
        } else {
            self.world.record_events(false);
        }
        self.advance_to(at, usize::MAX);
        self.world.record_events(true);
        self.reset_due = true;
    }

    /// Takes the last input back: the world is as it was just before it. False if there is none.
    pub fn undo(&mut self) -> bool {
        false
    }

    /// Does the input again that was taken back last. False if there is none.
    pub fn redo(&mut self) -> bool {
        false
    }

    /// Discards the known future: from here on history is written anew.
    pub fn fork(&mut self) {
        self.journal.truncate(self.n_applied);
        self.end = self.now();
    }

    /// How far the known future reaches: the end of the scrubber.
    pub fn end(&self) -> Millis {
        self.end
    }

    /// Every input, also those of the known future.
    pub fn journal(&self) -> &[Input] {
        &self.journal
    }

    /// How many inputs of the journal are in the world as it is now.
    pub fn n_applied(&self) -> usize {
        self.n_applied
    }

    /// The lines that are not part of history, oldest first.
    pub fn asides(&self) -> &[Aside] {
        &self.asides
    }

    /// The next thing that happened since the last call.
    pub fn poll_event(&mut self) -> Option<WorldEvent> {
        if std::mem::take(&mut self.reset_due) {
            return Some(WorldEvent { seq: 0, at: self.now(), kind: WorldEventKind::Reset });
        }
        self.world.poll_event()
    }

    /// How time is meant to pass.
    pub fn playback(&self) -> Playback {
        self.playback
    }

    /// The session as data. The lesson is the caller's to add.
    pub fn save(&self) -> Saved {
        Saved {
            scenario: self.world.scenario().clone(),
            seed: self.world.seed(),
            profile: self.profile,
            journal: self.journal.clone(),
            now: self.now(),
            end: self.end,
            lesson: None,
        }
    }

    /// The session that [`Session::save`] describes, at the time where it stood. Inputs that are
    /// out of order stand at the time of the one before.
    pub fn load(saved: Saved) -> Session {
        let mut session = Session::new(saved.scenario, saved.seed, saved.profile);
        let mut at = session.now();
        for mut input in saved.journal {
            at = at.max(input.at);
            input.at = at;
            session.journal.push(input);
        }
        session.seek(saved.now);
        session.end = session.end.max(saved.end).max(at);
        session
    }
}
