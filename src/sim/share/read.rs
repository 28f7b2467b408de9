//! Sections as a session, however damaged they are.

use std::rc::Rc;

use super::Damage;
use super::Tag;
use crate::command::Profile;
use crate::limits::{LINE_BYTES_MAX, NAME_BYTES_MAX};
use crate::sim::quantity::DURATION_MS_MAX;
use crate::sim::saved::Saved;
use crate::sim::scenario::Scenario;
use crate::sim::session::Input;
use crate::time::{Millis, WORLD_START};

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            n |= bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits)?;
            if byte & 0x80 == 0 {
                return Some(n);
            }
        }
        None
    }

    /// The next bytes, as many as are there of those that are announced.
    fn take(&mut self, n: u64) -> (&'a [u8], bool) {
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        let (taken, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        (taken, taken.len() == n)
    }

    fn text(&mut self, n_max: usize) -> Option<&'a str> {
        let n = self.number()?;
        let (bytes, is_whole) = self.take(n);
        std::str::from_utf8(bytes).ok().filter(|text| is_whole && text.len() <= n_max)
    }
}

/// What can be read, and what was wrong. `None` if there was no scenario and no input.
pub(super) fn sections(
    plain: &[u8],
    n_inputs_max: usize,
    problems: &mut Vec<Damage>,
) -> Option<Saved> {
    let mut bytes = Bytes(plain);
    let mut scenario = None;
    let mut seed = None;
    let mut profile = None;
    let mut times = (0, 0);
    let mut lesson = None;
    let mut journal = Vec::new();
    while let (Some(tag), Some(n)) = (bytes.byte(), bytes.number()) {
        let (body, is_whole) = bytes.take(n);
        let mut inside = Bytes(body);
        if !is_whole && problems.is_empty() {
            problems.push(Damage::EndsEarly);
        }
        match tag {
            tag if tag == Tag::ScenarioName as u8 || tag == Tag::ScenarioText as u8 => {
                scenario = Some(read_scenario(tag, &mut inside, problems));
            }
            tag if tag == Tag::Seed as u8 => seed = inside.number(),
            tag if tag == Tag::Profile as u8 => profile = read_profile(body, problems),
            tag if tag == Tag::Times as u8 => {
                times = (inside.number().unwrap_or(0), inside.number().unwrap_or(0));
            }
            tag if tag == Tag::Lesson as u8 => lesson = read_lesson(&mut inside),
            tag if tag == Tag::Journal as u8 => {
                journal = read_journal(&mut inside, n_inputs_max, problems);
            }
            _ => {}
        }
    }
    if scenario.is_none() && journal.is_empty() {
        return None;
    }
    let scenario = scenario.unwrap_or_else(Scenario::empty);
    let (now, end) = points(times, &journal);
    Some(Saved {
        seed: seed.unwrap_or(scenario.seed),
        profile: profile.or(scenario.profile).unwrap_or(Profile::Redis86),
        scenario,
        journal,
        now,
        end,
        lesson,
    })
}

/// The times, within what a world can reach, and the end not before the last input.
fn points((after_start, after_now): (u64, u64), journal: &[Input]) -> (Millis, Millis) {
    let now = WORLD_START + after_start.min(DURATION_MS_MAX);
    let last = journal.last().map_or(now, |input| input.at);
    (now, last.max(now + after_now.min(DURATION_MS_MAX)))
}

fn read_scenario(tag: u8, bytes: &mut Bytes<'_>, problems: &mut Vec<Damage>) -> Scenario {
    let (name, text) = if tag == Tag::ScenarioName as u8 {
        let name = String::from_utf8_lossy(bytes.0).into_owned();
        let text = Scenario::builtin_text(&name).map(str::to_owned);
        if text.is_none() {
            problems.push(Damage::NoScenario(name.clone()));
        }
        (name, text)
    } else {
        let name = bytes.text(NAME_BYTES_MAX).unwrap_or("shared").to_owned();
        (name, Some(String::from_utf8_lossy(bytes.0).into_owned()))
    };
    match text.map(|text| Scenario::parse(&name, &text)) {
        Some(Ok(scenario)) => scenario,
        Some(Err(error)) => {
            problems.push(Damage::BadScenario(error));
            Scenario::empty()
        }
        None => Scenario::empty(),
    }
}

fn read_profile(body: &[u8], problems: &mut Vec<Damage>) -> Option<Profile> {
    let name = String::from_utf8_lossy(body);
    match name.parse() {
        Ok(profile) => Some(profile),
        Err(_) => {
            problems.push(Damage::NoProfile(name.into_owned()));
            None
        }
    }
}

fn read_lesson(bytes: &mut Bytes<'_>) -> Option<(Rc<str>, u32)> {
    let name = bytes.text(NAME_BYTES_MAX)?;
    Some((name.into(), u32::try_from(bytes.number()?).ok()?))
}

fn read_journal(
    bytes: &mut Bytes<'_>,
    n_inputs_max: usize,
    problems: &mut Vec<Damage>,
) -> Vec<Input> {
    let mut journal = Vec::new();
    let mut clients: Vec<Rc<str>> = Vec::new();
    let mut at = WORLD_START;
    while !bytes.0.is_empty() {
        if n_inputs_max <= journal.len() {
            problems.push(Damage::TooManyLines(n_inputs_max));
            break;
        }
        let Some(input) = read_input(bytes, &mut clients, at) else {
            if problems.is_empty() {
                problems.push(Damage::BadLine);
            }
            break;
        };
        at = input.at;
        journal.push(input);
    }
    journal
}

fn read_input(bytes: &mut Bytes<'_>, clients: &mut Vec<Rc<str>>, before: Millis) -> Option<Input> {
    let at = before.checked_add(bytes.number()?)?;
    let reachable = at <= WORLD_START + DURATION_MS_MAX;
    let client = usize::try_from(bytes.number()?).ok()?;
    if client == clients.len() {
        clients.push(bytes.text(NAME_BYTES_MAX)?.into());
    }
    let who = Rc::clone(clients.get(client)?);
    let line = bytes.text(LINE_BYTES_MAX)?.into();
    reachable.then_some(Input { at, who, line })
}
