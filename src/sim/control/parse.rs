//! From words to a control.

use std::rc::Rc;

use super::{CONTROL_WORDS, CONTROLS, ClockTime, ControlLine, SessionControl, WorldControl};
use crate::limits::{SPEED_PERMILLE_MAX, SPEED_PERMILLE_MIN};
use crate::sim::quantity::{parse_moment, show_factor};
use crate::sim::service::options::Options;
use crate::sim::service::{CrashPoint, ServiceKind};
use crate::sim::words::{Cursor, Refusal};
use crate::time::WORLD_START;

/// Reads a control line.
///
/// # Errors
/// When it is none that there is, or one of its words is wrong; the text says what to write.
pub fn parse(words: &[Vec<u8>]) -> Result<ControlLine, Refusal> {
    let mut cursor = Cursor::new(words);
    let family = cursor.keyword().unwrap_or_default();
    let line = match family.as_str() {
        "SIM" => ControlLine::World(sim(&mut cursor)?),
        "CLOCK" => clock(&mut cursor)?,
        "SCENARIO" => ControlLine::Session(scenario(&mut cursor)?),
        "UNDO" => ControlLine::Session(SessionControl::Undo),
        "REDO" => ControlLine::Session(SessionControl::Redo),
        "FORK" => ControlLine::Session(SessionControl::Fork),
        "SEEK" => ControlLine::Session(SessionControl::Seek { to: time(&mut cursor, "SEEK")? }),
        _ => {
            let words = CONTROL_WORDS.join(", ");
            return Err(Refusal::new(format!("'{family}' is no control: there are {words}")));
        }
    };
    cursor.finish(&family)?;
    Ok(line)
}

#[inline(never)]
fn unknown(family: &str, word: Option<String>) -> Refusal {
    let prefix = format!("{family} ");
    let words: Vec<&str> =
        CONTROLS.iter().filter_map(|control| control.name.strip_prefix(&prefix)).collect();
    let words = words.join(", ");
    Refusal::new(match word {
        Some(word) => format!("unknown {family} control '{word}': there are {words}"),
        None => format!("{family} needs one of {words}"),
    })
}

fn sim(cursor: &mut Cursor<'_>) -> Result<WorldControl, Refusal> {
    let word = cursor.keyword();
    Ok(match word.as_deref() {
        Some("ADD") => add(cursor)?,
        Some("SET") => {
            let name = cursor.name()?;
            if cursor.is_done() {
                return Err(Refusal::new(format!(
                    "what? Write for example SIM SET {name} WORK 1s"
                )));
            }
            WorldControl::Set { name, words: cursor.rest().to_vec() }
        }
        Some("REMOVE") => WorldControl::Remove { name: cursor.name()? },
        Some("STOP") => WorldControl::Stop { name: cursor.name()?, retire: cursor.eat("RETIRE") },
        Some("CRASH") => WorldControl::Crash { name: cursor.name()?, point: crash_point(cursor)? },
        Some("RESTART") => WorldControl::Restart { name: cursor.name()? },
        Some("FREEZE") => {
            WorldControl::Freeze { name: cursor.name()?, for_ms: cursor.duration("FREEZE")? }
        }
        Some("SLOW") => {
            WorldControl::Slow { name: cursor.name()?, factor_permille: cursor.factor("SLOW")? }
        }
        Some("POISON") => {
            WorldControl::Poison { key: cursor.bytes("a business key")?, on: !cursor.eat("OFF") }
        }
        Some("LOSE-REPLY") => WorldControl::LoseReply { name: cursor.name()? },
        Some("HANGUP") => WorldControl::HangUp { name: cursor.name()? },
        Some("LIST") => WorldControl::List,
        #[cfg(feature = "fault-injection")]
        Some("PANIC") => WorldControl::Panic {
            command: cursor.eat("ON").then(|| cursor.bytes("a command")).transpose()?,
        },
        _ => return Err(unknown("SIM", word)),
    })
}

#[inline(never)]
fn add(cursor: &mut Cursor<'_>) -> Result<WorldControl, Refusal> {
    let kinds =
        [ServiceKind::Producer, ServiceKind::Consumer, ServiceKind::Claimer, ServiceKind::Stage];
    let kind = cursor.one_of("SIM ADD", &kinds.map(|kind| (kind.name(), kind)))?;
    let name = cursor.name()?;
    let options = Box::new(Options::parse(kind, cursor)?);
    Ok(WorldControl::Add { name, kind, options })
}

#[inline(never)]
fn crash_point(cursor: &mut Cursor<'_>) -> Result<Option<CrashPoint>, Refusal> {
    if cursor.is_done() {
        return Ok(None);
    }
    let points = [
        ("BEFORE-WORK", CrashPoint::BeforeWork),
        ("AFTER-EFFECT", CrashPoint::AfterEffect),
        ("AFTER-ACK", CrashPoint::AfterAck),
    ];
    cursor.one_of("the point of the crash", &points).map(Some)
}

fn clock(cursor: &mut Cursor<'_>) -> Result<ControlLine, Refusal> {
    let word = cursor.keyword();
    let session = match word.as_deref() {
        None => SessionControl::ClockShow,
        Some("PAUSE") => SessionControl::Pause,
        Some("RUN") => SessionControl::Run,
        Some("STEP") => SessionControl::Step,
        Some("SPEED") => SessionControl::Speed { permille: speed(cursor)? },
        Some("JUMP") => SessionControl::Jump { by_ms: cursor.duration("CLOCK JUMP")? },
        Some("BACK") => {
            let by_ms = cursor.duration("CLOCK BACK")?;
            return Ok(ControlLine::World(WorldControl::ClockBack { by_ms }));
        }
        Some("SET") => {
            let is_virtual = cursor.eat("VIRTUAL");
            let time = if is_virtual { None } else { Some(time(cursor, "CLOCK SET")?) };
            return Ok(ControlLine::World(WorldControl::ClockSet { time }));
        }
        Some(_) => return Err(unknown("CLOCK", word)),
    };
    Ok(ControlLine::Session(session))
}

#[inline(never)]
fn speed(cursor: &mut Cursor<'_>) -> Result<u32, Refusal> {
    let permille = cursor.factor("CLOCK SPEED")?;
    if (SPEED_PERMILLE_MIN..=SPEED_PERMILLE_MAX).contains(&permille) {
        return Ok(permille);
    }
    let (slowest, fastest) = (show_factor(SPEED_PERMILLE_MIN), show_factor(SPEED_PERMILLE_MAX));
    Err(Refusal::new(format!("CLOCK SPEED goes from {slowest} to {fastest}")))
}

fn time(cursor: &mut Cursor<'_>, what: &str) -> Result<ClockTime, Refusal> {
    let text = cursor.text("a time")?;
    if parse_moment(text, WORLD_START).is_some() {
        return Ok(ClockTime(Rc::from(text)));
    }
    Err(Refusal::new(format!(
        "{what} takes 5s (after the start), -5s or +5s (from now), or Unix milliseconds of this \
         world ({WORLD_START} and up), not '{text}'"
    )))
}

#[inline(never)]
fn scenario(cursor: &mut Cursor<'_>) -> Result<SessionControl, Refusal> {
    let word = cursor.keyword();
    Ok(match word.as_deref() {
        Some("LIST") => SessionControl::ScenarioList,
        Some("SHOW") => SessionControl::ScenarioShow,
        Some("LOAD") => {
            SessionControl::ScenarioLoad { name: cursor.text("the name of a scenario")?.into() }
        }
        _ => return Err(unknown("SCENARIO", word)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::line::split;

    #[test]
    fn every_example_is_understood() {
        for control in CONTROLS {
            for example in control.examples {
                let parsed = parse(&split(example).unwrap());
                assert!(parsed.is_ok(), "{example}: {parsed:?}");
                assert!(example.starts_with(control.name), "{example}");
            }
        }
    }

    #[test]
    fn every_option_is_in_the_syntax() {
        use crate::sim::service::options::{ProducerOptions, WorkerOptions};
        let lists = [
            ("SIM ADD PRODUCER", ProducerOptions::NAMES),
            ("SIM ADD CONSUMER", WorkerOptions::CONSUMER_NAMES),
            ("SIM ADD CLAIMER", WorkerOptions::CLAIMER_NAMES),
            ("SIM ADD STAGE", WorkerOptions::STAGE_NAMES),
        ];
        for (name, options) in lists {
            let control = CONTROLS.iter().find(|control| control.name == name).unwrap();
            for option in options {
                let words = control.syntax.split([' ', '[', ']', '|']);
                assert!(words.into_iter().any(|word| word == *option), "{name} {option}");
            }
        }
    }

    #[test]
    fn what_changes_the_world_is_told_from_what_moves_through_it() {
        use crate::sim::control::moves_history;
        let moves =
            ["undo", "SEEK 5s", "CLOCK PAUSE", "clock jump 5s", "SCENARIO LOAD orders", "FORK"];
        assert!(moves.iter().all(|line| moves_history(line)));
        let changes =
            ["CLOCK BACK 1s", "clock set virtual", "sim list", "SEEK never", "PING", "\"", ""];
        assert!(!changes.iter().any(|line| moves_history(line)));
    }

    #[test]
    fn refusals_say_what_to_write() {
        let cases = [
            ("SIM", "ADD PRODUCER"),
            ("SIM DANCE", "unknown SIM control 'DANCE'"),
            ("SIM ADD", "SIM ADD is missing"),
            ("SIM ADD WIZARD w", "PRODUCER or CONSUMER or CLAIMER or STAGE"),
            ("SIM ADD PRODUCER", "the name of a service is missing"),
            ("SIM SET web", "SIM SET web WORK 1s"),
            ("SIM CRASH b LATER", "BEFORE-WORK or AFTER-EFFECT or AFTER-ACK"),
            ("SIM FREEZE b long", "250ms"),
            ("SIM SLOW b 0x", "10x"),
            ("SIM LIST all", "'all' is too much"),
            ("CLOCK SPEED 200x", "0.1x to 100x"),
            ("CLOCK JUMP", "CLOCK JUMP is missing"),
            ("CLOCK TICK", "PAUSE"),
            ("SEEK tomorrow", "-5s"),
            ("SCENARIO", "LIST"),
            ("UNDO 3", "'3' is too much"),
        ];
        for (line, advice) in cases {
            let refused = parse(&split(line).unwrap()).unwrap_err().0;
            assert!(refused.starts_with("ERR ") && refused.contains(advice), "{line}: {refused}");
        }
    }
}
