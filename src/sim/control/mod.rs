//! Control lines: what changes the world around the server, in the console like everything else.
//!
//! `SIM …`, `CLOCK …`, `SCENARIO …`, `UNDO`, `REDO`, `SEEK`, `FORK`. They never reach the server;
//! the words are none of Redis's commands.

mod list;
mod parse;

pub use list::CONTROLS;
pub use parse::parse;

use std::rc::Rc;

use super::line::split;
use super::service::options::Options;
use super::service::{CrashPoint, ServiceKind};
use crate::engine::event::Name;
use crate::time::Millis;

/// One control, for HELP and completion: the counterpart of [`crate::command::Spec`].
#[derive(Debug)]
pub struct Control {
    /// In capitals, all its words: `SIM ADD PRODUCER`.
    pub name: &'static str,
    /// The arguments in the manual's notation, without the name.
    pub syntax: &'static str,
    /// One sentence: what it does.
    pub summary: &'static str,
    /// One to three sentences: when one wants it.
    pub why: &'static str,
    /// Lines that can be typed as they are (in the `orders` scenario).
    pub examples: &'static [&'static str],
}

/// The first words of all control lines.
pub const CONTROL_WORDS: [&str; 7] = ["SIM", "CLOCK", "SCENARIO", "UNDO", "REDO", "SEEK", "FORK"];

/// Whether a line's first word makes it a control line.
pub fn is_control(word: &[u8]) -> bool {
    CONTROL_WORDS.iter().any(|control| word.eq_ignore_ascii_case(control.as_bytes()))
}

/// Whether a line moves through history or changes how time passes, instead of being part of
/// history itself.
pub fn moves_history(line: &str) -> bool {
    let words = split(line).unwrap_or_default();
    words.first().is_some_and(|word| is_control(word))
        && matches!(parse(&words), Ok(ControlLine::Session(_)))
}

/// How a line that begins with these words may look; the longest name counts.
pub(super) fn example(words: &[Vec<u8>]) -> Option<&'static str> {
    let begins = |control: &&Control| {
        let mut given = words.iter();
        control
            .name
            .split(' ')
            .all(|name| given.next().is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes())))
    };
    let control = CONTROLS.iter().filter(begins).max_by_key(|control| control.name.len())?;
    control.examples.first().copied()
}

/// A control line, understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ControlLine {
    /// Changes the world: it is journaled.
    World(WorldControl),
    /// Moves through history or changes how time passes: it is not.
    Session(SessionControl),
}

/// What changes the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WorldControl {
    /// SIM ADD
    Add { name: Rc<str>, kind: ServiceKind, options: Box<Options> },
    /// SIM SET; the words of the options.
    Set { name: Rc<str>, words: Vec<Vec<u8>> },
    /// SIM REMOVE
    Remove { name: Rc<str> },
    /// SIM STOP
    Stop { name: Rc<str>, retire: bool },
    /// SIM CRASH; without a point: now.
    Crash { name: Rc<str>, point: Option<CrashPoint> },
    /// SIM RESTART
    Restart { name: Rc<str> },
    /// SIM FREEZE
    Freeze { name: Rc<str>, for_ms: u64 },
    /// SIM SLOW
    Slow { name: Rc<str>, factor_permille: u32 },
    /// SIM POISON
    Poison { key: Name, on: bool },
    /// SIM LOSE-REPLY
    LoseReply { name: Rc<str> },
    /// SIM HANGUP: a service or a console client.
    HangUp { name: Rc<str> },
    /// SIM LIST
    List,
    /// CLOCK SET: the server's clock shows this from now on; `None`: virtual time again.
    ClockSet { time: Option<ClockTime> },
    /// CLOCK BACK: the server's clock jumps back.
    ClockBack { by_ms: u64 },
    /// SIM PANIC: the next command of that name kills the instance.
    #[cfg(feature = "fault-injection")]
    Panic { command: Option<Name> },
}

/// A time as it was written; what it means depends on when it is applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClockTime(pub Rc<str>);

impl ClockTime {
    /// The time that is meant, `now` being the time that it is relative to.
    pub fn resolve(&self, now: Millis) -> Option<Millis> {
        super::quantity::parse_moment(&self.0, now)
    }
}

/// What moves through history or changes how time passes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SessionControl {
    /// CLOCK
    ClockShow,
    /// CLOCK PAUSE
    Pause,
    /// CLOCK RUN
    Run,
    /// CLOCK STEP
    Step,
    /// CLOCK SPEED
    Speed { permille: u32 },
    /// CLOCK JUMP
    Jump { by_ms: u64 },
    /// SCENARIO LIST
    ScenarioList,
    /// SCENARIO LOAD
    ScenarioLoad { name: Rc<str> },
    /// SCENARIO SHOW
    ScenarioShow,
    /// UNDO
    Undo,
    /// REDO
    Redo,
    /// SEEK
    Seek { to: ClockTime },
    /// FORK
    Fork,
}
