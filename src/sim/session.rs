//! The only door for the page: a world plus its history.
//!
//! What changes the world is a line in the journal: `(virtual time, who, text)`. What moves through
//! history (CLOCK PAUSE, CLOCK JUMP, SEEK, UNDO …) is a line too, but not part of history: it is
//! answered by an [`Aside`], so that pressing "run" after scrubbing back replays the known future
//! instead of discarding it.

mod checkpoints;
mod controls;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::rc::Rc;

use checkpoints::Checkpoints;

use super::control::{ControlLine, is_control, parse};
use super::event::{WorldEvent, WorldEventKind};
use super::line::split;
use super::saved::Saved;
use super::scenario::Scenario;
use super::shared_log::SharedLog;
use super::words::Refusal;
pub use super::world::Progress;
use super::world::World;
use crate::command::Profile;
use crate::limits::{
    ADVANCE_SLICE, JOURNAL_BYTES_MAX, JOURNAL_INPUTS_MAX, LINE_BYTES_MAX, LOAD_STEPS_MAX,
    NAME_BYTES_MAX,
};
use crate::time::{Millis, WORLD_START};

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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Submitted {
    /// It was journaled and applied; its number in the transcript.
    Applied { seq: u64 },
    /// It moved through history or changed the playback, or could not be taken; its number among
    /// the asides.
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
    /// Every input, by time: those of the past, then those of the known future.
    journal: Vec<Input>,
    /// How many bytes its lines have.
    journal_bytes: usize,
    /// How many inputs of the journal are in the world.
    n_applied: usize,
    end: Millis,
    checkpoints: Checkpoints,
    /// What UNDO and FORK took away, in order.
    redo: VecDeque<Input>,
    /// What SCENARIO LOAD replaced; UNDO at the start brings it back.
    previous: Option<Box<Saved>>,
    playback: Playback,
    jump_to: Option<Millis>,
    asides: SharedLog<Aside>,
    reset_due: bool,
}

impl Session {
    /// A session at the start of a scenario, its lines of time 0 done.
    pub fn new(scenario: Scenario, seed: u64, profile: Profile) -> Session {
        let world = start(&scenario, seed, profile);
        Session {
            profile,
            end: world.now(),
            playback: Playback {
                running: !scenario.paused,
                speed_permille: scenario.speed_permille,
            },
            world,
            journal: Vec::new(),
            journal_bytes: 0,
            n_applied: 0,
            checkpoints: Checkpoints::new(),
            redo: VecDeque::new(),
            previous: None,
            jump_to: None,
            asides: SharedLog::default(),
            reset_due: true,
        }
    }

    /// Says once more that everything has to be drawn anew: it came back into a page that showed
    /// another one.
    pub fn show_anew(&mut self) {
        self.reset_due = true;
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
    /// `who` is a client's name; empty: the console's default client. A line that moves through
    /// history (CLOCK PAUSE, UNDO, SEEK …) is not journaled: its answer is an aside.
    pub fn submit(&mut self, who: &str, line: &str) -> Submitted {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return Submitted::Nothing;
        }
        if let Some(seq) = self.submit_aside(who, line) {
            return Submitted::Aside { seq };
        }
        self.fork();
        self.redo.clear();
        let at = self.now();
        self.push_input(Input { at, who: who.into(), line: line.into() });
        let seq = self.apply_next().unwrap_or(0);
        Submitted::Applied { seq }
    }

    /// Handles a line that is not for the journal; returns the number of its aside.
    #[inline(never)]
    fn submit_aside(&mut self, who: &str, line: &str) -> Option<u64> {
        if may_be_control(line)
            && let Ok(words) = split(line)
            && words.first().is_some_and(|word| is_control(word))
            && let Ok(ControlLine::Session(control)) = parse(&words)
        {
            return Some(self.control(who, line, &control));
        }
        let refusal = if JOURNAL_INPUTS_MAX <= self.n_applied {
            format!("the journal is full ({JOURNAL_INPUTS_MAX} lines): save it and begin anew")
        } else if JOURNAL_BYTES_MAX < self.journal_bytes + line.len() {
            format!("the journal is full ({JOURNAL_BYTES_MAX} bytes): save it and begin anew")
        } else if LINE_BYTES_MAX < line.len() {
            format!("a line has at most {LINE_BYTES_MAX} bytes")
        } else if NAME_BYTES_MAX < who.len() {
            format!("a client's name has at most {NAME_BYTES_MAX} bytes")
        } else {
            return None;
        };
        let start: String = line.chars().take(100).collect();
        Some(self.aside(who, &start, Err(Refusal::new(refusal))))
    }

    fn push_input(&mut self, input: Input) {
        self.journal_bytes += input.line.len();
        self.journal.push(input);
    }

    /// Takes the inputs from a place on out of the journal.
    fn take_inputs(&mut self, from: usize) -> Vec<Input> {
        let taken = self.journal.split_off(from);
        self.journal_bytes -= taken.iter().map(|input| input.line.len()).sum::<usize>();
        taken
    }

    /// Puts the next input of the journal into the world; it is due now.
    fn apply_next(&mut self) -> Option<u64> {
        let input = self.journal.get(self.n_applied)?;
        debug_assert_eq!(input.at, self.world.now());
        let seq = self.world.apply_shared(&input.who, Rc::clone(&input.line));
        self.n_applied += 1;
        self.end = self.end.max(self.world.now());
        self.checkpoints.consider(&mut self.world, self.n_applied);
        Some(seq)
    }

    /// Lets time pass until then, at most `budget` events of it. The known future is replayed: an
    /// input of it counts as one event.
    pub fn advance_to(&mut self, until: Millis, budget: usize) -> Progress {
        let until = until.max(self.now());
        let mut n_steps = 0;
        loop {
            let input_at = self.journal.get(self.n_applied).map(|input| input.at);
            let target = input_at.filter(|at| *at <= until).unwrap_or(until);
            // In slices, so that there are checkpoints on a long way, too.
            let slice = (budget - n_steps).min(ADVANCE_SLICE);
            let progress = self.world.advance_to(target, slice);
            n_steps += progress.n_steps;
            self.end = self.end.max(self.now());
            self.checkpoints.consider(&mut self.world, self.n_applied);
            let is_input_due = progress.reached && input_at == Some(target);
            if progress.reached && !is_input_due {
                self.jump_to = self.jump_to.filter(|at| until < *at);
                return Progress { n_steps, ..progress };
            }
            if budget <= n_steps {
                return Progress { n_steps, reached: false, ..progress };
            }
            if is_input_due {
                self.apply_next();
                n_steps += 1;
            }
        }
    }

    /// Works off the next event, or the next input of the known future.
    pub fn step(&mut self) -> Progress {
        match self.next_wakeup() {
            Some(at) => self.advance_to(at, 1),
            None => Progress { now: self.now(), n_steps: 0, reached: false },
        }
    }

    /// When something happens next.
    pub fn next_wakeup(&self) -> Option<Millis> {
        let input = self.journal.get(self.n_applied).map(|input| input.at);
        [input, self.world.next_wakeup()].into_iter().flatten().min()
    }

    /// Where a long CLOCK JUMP is heading: call [`Session::advance_to`] with this time, paused or
    /// not, a budget at a time, until it is `None`.
    pub fn pending_jump(&self) -> Option<Millis> {
        self.jump_to
    }

    /// Goes to a point in time, in the past or in the future, with all inputs made by then.
    pub fn seek(&mut self, at: Millis) {
        let at = at.max(WORLD_START);
        let n_applied = self.journal.partition_point(|input| input.at <= at);
        self.jump_to = None;
        self.go(at, n_applied);
        self.advance_to(at, usize::MAX);
        self.finish_seek();
    }

    /// Takes the last input back: the world is as it was just before it. False if there is none.
    /// After SCENARIO LOAD and before the first input, brings back what was before.
    #[inline(never)]
    pub fn undo(&mut self) -> bool {
        let Some(last) = self.n_applied.checked_sub(1) else { return self.restore_previous() };
        let taken = self.take_inputs(last);
        let at = taken.first().map_or(self.now(), |input| input.at);
        taken.into_iter().rev().for_each(|input| self.redo.push_front(input));
        self.checkpoints.truncate(at, last);
        self.jump_to = None;
        self.go(at, last);
        self.advance_to(at, usize::MAX);
        self.end = at;
        self.finish_seek();
        true
    }

    /// Does the input again that was taken back first. False if there is none.
    #[inline(never)]
    pub fn redo(&mut self) -> bool {
        let Some(input) = self.redo.pop_front() else { return false };
        let at = input.at;
        if at < self.now() {
            self.seek(at);
        }
        let mut redo = std::mem::take(&mut self.redo);
        self.fork();
        // What lay ahead of a seek was taken away by that fork: it comes before the rest.
        std::mem::swap(&mut self.redo, &mut redo);
        self.advance_to(at, usize::MAX);
        self.push_input(input);
        self.apply_next();
        self.finish_seek();
        true
    }

    /// Discards the known future: from here on history is written anew. REDO brings it back, one
    /// input at a time, until something else is submitted.
    #[inline(never)]
    pub fn fork(&mut self) {
        let future = self.take_inputs(self.n_applied);
        future.into_iter().rev().for_each(|input| self.redo.push_front(input));
        self.end = self.now();
        self.checkpoints.truncate(self.end, self.n_applied);
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

    /// Whether REDO has something to do.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// The lines that are not part of history, from a number on, oldest first.
    pub fn asides_from(&self, seq: u64) -> impl Iterator<Item = &Aside> {
        self.asides.iter_from(seq)
    }

    /// The number that the next aside will get.
    pub fn next_aside_seq(&self) -> u64 {
        self.asides.next_seq()
    }

    /// The aside with a number.
    pub fn aside_at(&self, seq: u64) -> Option<&Aside> {
        self.asides.get(seq)
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

    /// The session that [`Session::save`] describes, at the time where it stood. An input that is
    /// out of order stands at the time of the one before; inputs beyond the limit are left out. A
    /// very long way there is only begun: see [`Session::pending_jump`].
    pub fn load(saved: Saved) -> Session {
        let mut session = Session::new(saved.scenario, saved.seed, saved.profile);
        let mut at = session.now();
        for mut input in saved.journal.into_iter().take(JOURNAL_INPUTS_MAX) {
            at = at.max(input.at);
            input.at = at;
            if JOURNAL_BYTES_MAX < session.journal_bytes + input.line.len() {
                break;
            }
            session.push_input(input);
        }
        session.world.record_events(false);
        session.jump_to = Some(saved.now);
        session.advance_to(saved.now, LOAD_STEPS_MAX);
        session.finish_seek();
        session.end = session.end.max(saved.end).max(at);
        session
    }

    /// Begins a scenario; what was before is kept for one UNDO.
    #[inline(never)]
    fn begin(&mut self, scenario: Scenario) {
        let saved = Box::new(self.save());
        let profile = scenario.profile.unwrap_or(self.profile);
        let seed = scenario.seed;
        let fresh = Session::new(scenario, seed, profile);
        let asides = std::mem::take(&mut self.asides);
        *self = Session { previous: Some(saved), asides, ..fresh };
    }

    #[inline(never)]
    fn restore_previous(&mut self) -> bool {
        let Some(saved) = self.previous.take() else { return false };
        let asides = std::mem::take(&mut self.asides);
        *self = Session { asides, ..Session::load(*saved) };
        true
    }

    /// Takes the world that is nearest to a point in time, with at most `n_applied` inputs in it.
    fn go(&mut self, at: Millis, n_applied: usize) {
        let leads_there = self.now() <= at && self.n_applied <= n_applied;
        let found = self.checkpoints.nearest(at, n_applied);
        // The world as it is may be nearer than any checkpoint.
        let found = found.filter(|(_, world)| !leads_there || self.now() < world.now());
        match found {
            Some((n_applied, world)) => {
                self.n_applied = n_applied;
                self.world = world;
            }
            None if leads_there => {}
            None => {
                self.n_applied = 0;
                self.world = start(self.world.scenario(), self.world.seed(), self.profile);
            }
        }
        self.world.record_events(false);
    }

    fn finish_seek(&mut self) {
        self.world.record_events(true);
        self.reset_due = true;
    }
}

/// Whether the first word may be a control's: nearly all lines need not be taken apart to know.
fn may_be_control(line: &str) -> bool {
    let word = line.trim_start().split(' ').next().unwrap_or_default();
    !word.bytes().all(|byte| byte.is_ascii_alphabetic()) || is_control(word.as_bytes())
}

/// A world whose lines of time 0 are done.
fn start(scenario: &Scenario, seed: u64, profile: Profile) -> World {
    let mut world = World::new(scenario, seed, profile);
    world.advance_to(world.now(), usize::MAX);
    world.record_events(true);
    world
}
