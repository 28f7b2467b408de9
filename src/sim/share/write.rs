//! A session as sections.

use super::Tag;
use crate::sim::saved::Saved;
use crate::sim::scenario::Scenario;
use crate::sorted::SortedMap;
use crate::time::WORLD_START;

pub(super) fn sections(saved: &Saved) -> Vec<u8> {
    let mut out = Vec::new();
    let scenario = &saved.scenario;
    if Scenario::builtin_text(&scenario.name) == Some(&*scenario.text) {
        section(&mut out, Tag::ScenarioName, scenario.name.as_bytes());
    } else {
        let mut body = Vec::new();
        text(&mut body, &scenario.name);
        body.extend(scenario.text.as_bytes());
        section(&mut out, Tag::ScenarioText, &body);
    }
    let mut body = Vec::new();
    number(&mut body, saved.seed);
    section(&mut out, Tag::Seed, &body);
    section(&mut out, Tag::Profile, saved.profile.name().as_bytes());
    let mut body = Vec::new();
    number(&mut body, saved.now.saturating_sub(WORLD_START));
    number(&mut body, saved.end.saturating_sub(saved.now));
    section(&mut out, Tag::Times, &body);
    if let Some((lesson, step)) = &saved.lesson {
        let mut body = Vec::new();
        text(&mut body, lesson);
        number(&mut body, u64::from(*step));
        section(&mut out, Tag::Lesson, &body);
    }
    // Last, since it is the longest: what comes before survives damage to it.
    section(&mut out, Tag::Journal, &journal(saved));
    out
}

/// For each input: the time since the one before, the client (a number; a new one is followed by
/// its name), the line.
fn journal(saved: &Saved) -> Vec<u8> {
    let mut out = Vec::new();
    let mut clients: SortedMap<&str, u64> = SortedMap::new();
    let mut before = WORLD_START;
    for input in &saved.journal {
        number(&mut out, input.at.saturating_sub(before));
        before = before.max(input.at);
        let n_known = clients.len() as u64;
        let client = *clients.get_or_insert_with(&input.who, || n_known);
        number(&mut out, client);
        if client == n_known {
            text(&mut out, &input.who);
        }
        text(&mut out, &input.line);
    }
    out
}

fn section(out: &mut Vec<u8>, tag: Tag, body: &[u8]) {
    out.push(tag as u8);
    number(out, body.len() as u64);
    out.extend(body);
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend(text.as_bytes());
}

/// Seven bits a byte, the lowest first; the high bit says that more follow.
pub(super) fn number(out: &mut Vec<u8>, mut n: u64) {
    while 0x80 <= n {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}
