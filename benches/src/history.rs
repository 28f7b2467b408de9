//! How long it takes to go to a point of a long journal.

use std::str::FromStr;

use streamlanes::command::Profile;
use streamlanes::sim::{Scenario, Session};

use crate::timing::Clock;

/// What a journal of many inputs is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Journal {
    /// Lines of one console, in an empty world: appends, reads, acknowledgements, looks.
    Typed,
    /// The same while the services of the `orders` scenario are at work and now and then one of
    /// them crashes and is started again.
    Shop,
}

/// How often one seeks.
const N_SEEKS: u64 = 150;
/// Virtual time between two inputs.
const STEP_MS: u64 = 50;

impl FromStr for Journal {
    type Err = String;

    fn from_str(name: &str) -> Result<Journal, String> {
        match name {
            "typed" => Ok(Journal::Typed),
            "shop" => Ok(Journal::Shop),
            other => Err(format!("no journal is called '{other}'")),
        }
    }
}

/// The times of all seeks, in the clock's seconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Seeks {
    /// The longest one.
    pub worst: f64,
    /// The one in the middle.
    pub median: f64,
}

/// A session whose journal has `n` inputs.
pub fn written(journal: Journal, n: u64) -> Session {
    let name = if journal == Journal::Shop { "orders" } else { "empty" };
    let scenario = Scenario::builtin(name).expect("the scenario exists");
    let mut session = Session::new(scenario, 7, Profile::Redis86);
    session.submit("", "XGROUP CREATE orders audit 0 MKSTREAM");
    for n in 1..n {
        session.submit("", &line(journal, n));
        session.advance_to(session.now() + STEP_MS, usize::MAX);
        while session.poll_event().is_some() {}
    }
    session
}

fn line(journal: Journal, n: u64) -> String {
    match (journal, n % 1_000) {
        (Journal::Shop, 100) => "SIM CRASH billing-2 AFTER-EFFECT".to_owned(),
        (Journal::Shop, 300) => "SIM RESTART billing-2".to_owned(),
        (_, 500) => "XTRIM orders MAXLEN 5000".to_owned(),
        (_, rest) => match rest % 4 {
            0 => format!("XADD orders * order m{n} amount {}", n % 500),
            1 => "XREADGROUP GROUP audit you COUNT 2 STREAMS orders >".to_owned(),
            2 => "XREADGROUP GROUP audit you COUNT 1 STREAMS orders 0".to_owned(),
            _ => "XREVRANGE orders + - COUNT 3".to_owned(),
        },
    }
}

/// Goes to points all over the journal, far from one another, its ends among them. To each twice,
/// one round after the other, of which the faster time counts: the other one may be that of
/// another program.
pub fn seek(session: &mut Session, clock: Clock<'_>) -> Seeks {
    let mut times = round(session, clock);
    for (best, again) in times.iter_mut().zip(round(session, clock)) {
        *best = best.min(again);
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    Seeks { worst: times.last().copied().unwrap_or_default(), median }
}

fn round(session: &mut Session, clock: Clock<'_>) -> Vec<f64> {
    let (start, end) = (streamlanes::time::WORLD_START, session.end());
    let times = (0..=N_SEEKS).map(|n| {
        // A step that has no divisor in common with the number of points visits all of them.
        let place = n * 67 % (N_SEEKS + 1);
        let before = clock();
        session.seek(start + (end - start) / N_SEEKS * place);
        clock() - before
    });
    times.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journals_have_so_many_inputs_and_no_errors() {
        for journal in [Journal::Typed, Journal::Shop] {
            let mut session = written(journal, 3_000);
            assert_eq!(session.journal().len(), 3_000, "{journal:?}");
            let replies = session.world().transcript().iter();
            let errors = replies.filter(|entry| format!("{:?}", entry.state).contains("[45,"));
            assert_eq!(errors.map(|entry| entry.line.to_string()).next(), None);
            let seeks = seek(&mut session, &|| 0.0);
            assert_eq!(seeks, Seeks { worst: 0.0, median: 0.0 });
        }
    }
}
