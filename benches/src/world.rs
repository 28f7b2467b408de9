//! How fast time passes in a world of 100 services whose stream keeps 100,000 entries; each
//! producer appends 10 messages a second.

use std::str::FromStr;

use streamlanes::command::Profile;
use streamlanes::sim::{Scenario, Session};

use crate::timing::Clock;

/// Who the 100 services are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mix {
    /// Ten producers, one group of 85 consumers, five claimers: 3 commands for each message.
    Plain,
    /// The services of the `orders` scenario in its proportions, a mailer and a claimer to each
    /// three consumers, and a producer to each two mailers: 5.2 commands for each message.
    Shop,
    /// 15 producers; three groups, of which one keeps the mails and one feeds a pipeline with a
    /// second stream: 7.1 commands for each message.
    Rich,
}

impl Mix {
    /// All of them.
    pub const ALL: [Mix; 3] = [Mix::Plain, Mix::Shop, Mix::Rich];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Mix::Plain => "plain",
            Mix::Shop => "shop",
            Mix::Rich => "rich",
        }
    }

    /// The world as a scenario.
    pub fn scenario(self) -> Scenario {
        let lines = match self {
            Mix::Plain => plain(),
            Mix::Shop => shop(),
            Mix::Rich => rich(),
        };
        let text = format!("title: Speed\n{}\n", lines.join("\n"));
        Scenario::parse(self.name(), &text).expect("the scenario is right")
    }

    /// How many virtual seconds it takes until the stream keeps 100,000 entries.
    pub fn fill_s(self) -> u64 {
        match self {
            Mix::Plain | Mix::Shop => 1_000,
            Mix::Rich => 700,
        }
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(name: &str) -> Result<Mix, String> {
        let found = Mix::ALL.into_iter().find(|mix| mix.name() == name);
        found.ok_or_else(|| format!("no mix is called '{name}'"))
    }
}

/// `name-1`, `name-2` … in a line each, added with these options.
fn add(lines: &mut Vec<String>, n: usize, kind: &str, name: &str, options: &str) {
    lines.extend((1..=n).map(|idx| format!("SIM ADD {kind} {name}-{idx} STREAM orders {options}")));
}

fn plain() -> Vec<String> {
    let mut lines = vec!["XGROUP CREATE orders billing 0 MKSTREAM".to_owned()];
    add(&mut lines, 10, "PRODUCER", "web", "RATE 10/s MAXLEN ~ 100000");
    add(&mut lines, 85, "CONSUMER", "billing", "GROUP billing WORK 370ms JITTER 10%");
    add(&mut lines, 5, "CLAIMER", "rescue", "GROUP billing MIN-IDLE 30s EVERY 5s");
    lines
}

fn shop() -> Vec<String> {
    let mut lines = vec!["XGROUP CREATE orders billing 0 MKSTREAM".to_owned()];
    lines.push("XGROUP CREATE orders email 0".to_owned());
    add(&mut lines, 10, "PRODUCER", "web", "RATE 10/s JITTER 30% MAXLEN ~ 100000");
    let work = "GROUP billing WORK 400ms JITTER 30% EFFECT charged DRAIN";
    add(&mut lines, 54, "CONSUMER", "billing", work);
    let work = "GROUP email COUNT 5 WORK 90ms EFFECT mailed DRAIN";
    add(&mut lines, 18, "CONSUMER", "mailer", work);
    let sweep = "GROUP billing MIN-IDLE 30s EVERY 5s WORK 400ms EFFECT charged";
    add(&mut lines, 18, "CLAIMER", "rescue", sweep);
    lines
}

fn rich() -> Vec<String> {
    let mut lines = vec!["XGROUP CREATE orders billing 0 MKSTREAM".to_owned()];
    lines.push("XGROUP CREATE orders email 0".to_owned());
    lines.push("XGROUP CREATE orders pack 0".to_owned());
    add(&mut lines, 15, "PRODUCER", "web", "RATE 10/s JITTER 20% MAXLEN ~ 100000");
    add(&mut lines, 60, "CONSUMER", "billing", "GROUP billing WORK 370ms JITTER 10%");
    add(&mut lines, 15, "CONSUMER", "email", "GROUP email COUNT 10 WORK 95ms");
    add(&mut lines, 5, "CLAIMER", "rescue", "GROUP billing MIN-IDLE 30s EVERY 5s");
    add(&mut lines, 5, "STAGE", "pack", "GROUP pack TO parcels COUNT 20 WORK 30ms");
    lines
}

/// How fast a world ran.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Speed {
    /// Virtual seconds in one of the clock's.
    pub time: f64,
    /// Commands in one of the clock's seconds.
    pub commands: f64,
}

/// Fills the stream of a mix; what is measured is what comes then.
pub fn filled(mix: Mix) -> Session {
    let mut session = Session::new(mix.scenario(), 1, Profile::Redis86);
    run(&mut session, mix.fill_s());
    let store = session.world().server().store();
    let n_entries = store.stream(0, b"orders").ok().flatten().map_or(0, |stream| stream.len());
    assert_eq!(session.world().services().count(), 100);
    assert!(99_000 < n_entries, "the stream keeps {n_entries} entries");
    session
}

/// Lets time pass and measures how fast.
pub fn speed(session: &mut Session, virtual_s: u64, clock: Clock<'_>) -> Speed {
    let n_before = session.world().n_commands();
    let start = clock();
    run(session, virtual_s);
    let seconds = clock() - start;
    let n_commands = session.world().n_commands() - n_before;
    Speed { time: virtual_s as f64 / seconds, commands: n_commands as f64 / seconds }
}

/// As the page does it: a piece of time, then what happened in it.
fn run(session: &mut Session, virtual_s: u64) {
    for _ in 0..virtual_s {
        session.advance_to(session.now() + 1_000, usize::MAX);
        while session.poll_event().is_some() {}
    }
}
