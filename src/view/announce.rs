//! What a screen reader hears of what happens by itself: faults soon, everything else added up.

use super::text;
use crate::engine::EventKind;
use crate::limits::FAULTS_SAID_MAX;
use crate::sim::{ServiceChange, World, WorldEvent, WorldEventKind};

/// Between two summaries, in milliseconds of the wall clock.
const SUMMARY_MS: u64 = 12_000;
/// After a reply was spoken, or a fault: nobody is interrupted.
const PAUSE_MS: u64 = 3_000;

/// How often what happened since the last announcement.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Entries added.
    pub n_added: u64,
    /// Entries delivered.
    pub n_delivered: u64,
    /// Entries acknowledged.
    pub n_acked: u64,
    /// Entries claimed.
    pub n_claimed: u64,
    /// Entries trimmed or deleted.
    pub n_gone: u64,
}

/// Adds up what happened until it is time to say so.
#[derive(Clone, Default, Debug)]
pub struct Announcer {
    tally: Tally,
    faults: Vec<String>,
    /// Crashes beyond those that are said one by one.
    n_more_faults: usize,
    next_ms: u64,
    summary_ms: u64,
}

impl Announcer {
    /// Takes note of what happened.
    pub fn follow(&mut self, event: &WorldEvent) {
        let tally = &mut self.tally;
        match &event.kind {
            WorldEventKind::Reset => *tally = Tally::default(),
            WorldEventKind::Engine(event) => match &event.kind {
                EventKind::Added { .. } => tally.n_added += 1,
                EventKind::Delivered { .. } => tally.n_delivered += 1,
                EventKind::Acked { .. } => tally.n_acked += 1,
                EventKind::Claimed { .. } => tally.n_claimed += 1,
                EventKind::Deleted { .. } => tally.n_gone += 1,
                EventKind::Trimmed { n, .. } => tally.n_gone += n,
                _ => {}
            },
            WorldEventKind::Service { name, change: ServiceChange::Crashed } => {
                if self.faults.len() < FAULTS_SAID_MAX {
                    self.faults.push(text::said_crashed(name));
                } else {
                    self.n_more_faults += 1;
                }
            }
            _ => {}
        }
    }

    /// Something else was just said: what happened has to wait.
    pub fn pause(&mut self, wall_ms: u64) {
        self.next_ms = self.next_ms.max(wall_ms + PAUSE_MS);
    }

    /// What is to be said now, if anything.
    pub fn take(&mut self, world: &World, wall_ms: u64) -> Option<String> {
        if wall_ms < self.next_ms {
            return None;
        }
        if !self.faults.is_empty() {
            self.next_ms = wall_ms + PAUSE_MS;
            let n_more = std::mem::take(&mut self.n_more_faults);
            let mut said = std::mem::take(&mut self.faults);
            said.extend((0 < n_more).then(|| text::said_more_crashed(n_more)));
            return Some(said.join(" "));
        }
        if self.tally == Tally::default() || wall_ms < self.summary_ms {
            return None;
        }
        self.summary_ms = wall_ms + SUMMARY_MS;
        let tally = std::mem::take(&mut self.tally);
        Some(format!("{} {}.", text::said_tally(tally), text::summary(world)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::{Scenario, Session};

    #[test]
    fn what_happens_is_added_up_and_faults_are_said_soon() {
        let scenario = Scenario::builtin("orders").unwrap();
        let mut session = Session::new(scenario, 7, Profile::Redis86);
        let mut announcer = Announcer::default();
        let mut said = Vec::new();
        for second in 0..30 {
            session.advance_to(session.now() + 1_000, usize::MAX);
            if second == 20 {
                session.submit("you", "SIM CRASH billing-2");
                announcer.pause(second * 1_000);
            }
            while let Some(event) = session.poll_event() {
                announcer.follow(&event);
            }
            let text = announcer.take(session.world(), second * 1_000);
            said.extend(text.map(|text| (second, text)));
        }
        let seconds: Vec<u64> = said.iter().map(|(second, _)| *second).collect();
        assert_eq!(seconds, [0, 12, 23, 26]);
        assert!(said[1].1.contains("added"), "{}", said[1].1);
        assert!(said[1].1.contains("billing: "), "{}", said[1].1);
        assert_eq!(said[2].1, "billing-2 crashed.");
    }

    #[test]
    fn many_crashes_are_counted() {
        let mut session = Session::new(Scenario::empty(), 1, Profile::Redis86);
        for n in 0..FAULTS_SAID_MAX + 1_200 {
            session.submit("you", &format!("SIM ADD CONSUMER c{n} STREAM s GROUP g BLOCK 1h"));
            session.submit("you", &format!("SIM CRASH c{n}"));
            session.submit("you", &format!("SIM REMOVE c{n}"));
        }
        let mut announcer = Announcer::default();
        while let Some(event) = session.poll_event() {
            announcer.follow(&event);
        }
        let said = announcer.take(session.world(), 60_000).unwrap();
        assert!(said.starts_with("c0 crashed. c1 crashed."), "{said}");
        assert!(said.ends_with("c4 crashed. 1,200 more crashed."), "{said}");
    }

    #[test]
    fn nothing_is_said_when_nothing_happens() {
        let session = Session::new(Scenario::empty(), 1, Profile::Redis86);
        assert_eq!(Announcer::default().take(session.world(), 60_000), None);
    }
}
