//! Lines of every kind, good and bad, that make sense in a scenario: what random journals are made
//! of.

use std::fmt;

use streamlanes::command::Profile;
use streamlanes::engine::Value;
use streamlanes::sim::{Scenario, ServiceKind, Session};

/// Random journals for one property, unless `STREAMLANES_CASES` asks for another number.
const N_CASES: u32 = 48;

/// How many random journals a property is tried with.
pub(super) fn n_cases() -> u32 {
    let asked = std::env::var("STREAMLANES_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(N_CASES)
}

/// A scenario with what can happen in it.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) scenario: Scenario,
    /// Lines, and who says them.
    pub(super) lines: Vec<(&'static str, String)>,
    /// Lines that break something or let it go on; they delete nothing but by trimming.
    pub(super) faults: Vec<String>,
}

impl fmt::Debug for Place {
    /// Its name; the lines that were chosen stand beside it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scenario.name)
    }
}

/// All scenarios that come with the page.
pub(super) fn places() -> Vec<Place> {
    Scenario::builtin_names().map(|name| place(Scenario::builtin(name).unwrap())).collect()
}

/// After some time: the services that a scenario adds later are then there.
const LOOK_AFTER_MS: u64 = 40_000;

fn place(scenario: Scenario) -> Place {
    let mut session = Session::new(scenario.clone(), scenario.seed, Profile::Redis86);
    session.advance_to(session.now() + LOOK_AFTER_MS, usize::MAX);
    let world = session.world();
    let mut place = Place { scenario, lines: Vec::new(), faults: vec!["CLOCK BACK 7s".to_owned()] };
    for (key, entry) in world.server().store().db(0).entries() {
        let Value::Stream(stream) = &entry.value else { continue };
        let key = String::from_utf8_lossy(key);
        place.about_stream(&key);
        for group in stream.groups() {
            place.about_group(&key, &String::from_utf8_lossy(group.name()));
        }
    }
    if place.lines.is_empty() {
        // The empty world: somebody begins.
        place.about_stream("orders");
        place.about_group("orders", "billing");
    }
    for service in world.services() {
        place.about_service(&service.name, service.kind);
    }
    for line in ["CLOCK BACK 3s", "CLOCK SET +10s", "CLIENT KILL TYPE normal", "FLUSHALL"] {
        place.say("", line.to_owned());
    }
    place.say("bob", "SIM HANGUP bob".to_owned());
    place.lines.extend(place.faults.iter().map(|line| ("", line.clone())));
    place
}

impl Place {
    fn say(&mut self, who: &'static str, line: String) {
        self.lines.push((who, line));
    }

    fn about_stream(&mut self, key: &str) {
        self.say("", format!("XADD {key} * order 900 customer c1 amount 5"));
        self.say("", format!("XADD {key} MAXLEN ~ 100 * order 3 customer c1 amount 5"));
        self.say("bob", format!("XREAD BLOCK 0 STREAMS {key} $"));
        self.say("", format!("DEL {key}"));
        self.say("", format!("SIM ADD CONSUMER audit STREAM {key} FROM 0 COUNT 7 WORK 3ms"));
        self.say("", format!("SIM ADD PRODUCER extra STREAM {key} RATE 3/s JITTER 50% IDMP"));
        self.faults.push(format!("XTRIM {key} MAXLEN 3"));
        self.faults.push(format!("XADD {key} * order 6 customer c6"));
    }

    fn about_group(&mut self, key: &str, group: &str) {
        let read = format!("XREADGROUP GROUP {group} alice");
        self.say("alice", format!("{read} COUNT 3 BLOCK 2000 STREAMS {key} >"));
        self.say("alice", format!("{read} STREAMS {key} 0"));
        self.say("bob", format!("XAUTOCLAIM {key} {group} bob 500 0 COUNT 5"));
        self.say("", format!("XGROUP DESTROY {key} {group}"));
        self.say("", format!("XGROUP CREATE {key} {group} 0 MKSTREAM"));
        self.say("", format!("XGROUP SETID {key} {group} 0"));
        self.say("", format!("XGROUP DELCONSUMER {key} {group} alice"));
        let sweep = "MIN-IDLE 3s EVERY 1s WORK 20ms EFFECT done";
        self.faults.push(format!("SIM ADD CLAIMER medic STREAM {key} GROUP {group} {sweep}"));
    }

    fn about_service(&mut self, name: &str, kind: ServiceKind) {
        let mut faults = vec!["CRASH", "RESTART", "LOSE-REPLY", "HANGUP", "STOP"];
        if kind != ServiceKind::Producer {
            faults.extend(["CRASH", "SLOW"]);
        }
        for (n, fault) in faults.iter().enumerate() {
            let more = match (*fault, n) {
                ("SLOW", _) => " 30x",
                ("CRASH", 0) => "",
                ("CRASH", _) => " AFTER-EFFECT",
                _ => "",
            };
            self.faults.push(format!("SIM {fault} {name}{more}"));
        }
        self.faults.push(format!("SIM FREEZE {name} 25s"));
        self.faults.push("SIM POISON 6".to_owned());
        self.say("", format!("SIM REMOVE {name}"));
        let option = if kind == ServiceKind::Producer { "RATE 9/s RETRY 2" } else { "IDEMPOTENT" };
        self.say("", format!("SIM SET {name} {option}"));
    }
}

#[test]
fn the_lines_make_sense_in_their_scenario() {
    let places = places();
    assert!(10 <= places.len());
    for place in places {
        let name = &place.scenario.name;
        assert!(20 < place.lines.len(), "{name}: {}", place.lines.len());
        let mut session =
            Session::new(place.scenario.clone(), place.scenario.seed, Profile::Redis86);
        session.advance_to(session.now() + LOOK_AFTER_MS, usize::MAX);
        for (who, line) in &place.lines {
            let mut session = session.clone();
            session.submit(who, line);
            let last = session.world().transcript().iter().rev().find(|it| *it.line == **line);
            let state = format!("{:?}", last.map(|entry| &entry.state));
            // A group that does not exist yet, or exists already, is as it should be.
            let is_strange = state.contains("reply: [45, 69, 82, 82, 32, 117"); // -ERR u(nknown)
            assert!(!is_strange, "{name}: {line}: {state}");
        }
    }
}
