//! An auditor who believes nobody: from the event stream alone he keeps his own books of who holds
//! which entry, and objects to every delivery, ack and claim that does not fit.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use streamlanes::command::Profile;
use streamlanes::engine::{Delivery, Event, EventKind, PendingLoss, StreamId};
use streamlanes::sim::{Scenario, World, WorldEventKind};

use super::journals::{n_cases, places};

type Key = Vec<u8>;

#[derive(Default)]
struct Group {
    /// Who holds what.
    pending: BTreeMap<StreamId, Option<Key>>,
    /// What was handed out as new, until the group is moved back.
    delivered: BTreeSet<StreamId>,
    acked: BTreeSet<StreamId>,
    /// What went away with its consumer: a service that retires after a crash leaves nothing.
    deleted: BTreeSet<StreamId>,
}

#[derive(Default)]
struct Books {
    groups: BTreeMap<(Key, Key), Group>,
    entries: BTreeMap<Key, BTreeSet<StreamId>>,
    n_checked: u64,
}

impl Books {
    fn group(&mut self, stream: &[u8], group: &[u8]) -> &mut Group {
        self.groups.entry((stream.to_vec(), group.to_vec())).or_default()
    }

    fn check(&mut self, event: &Event) {
        let stream = &event.key;
        self.n_checked += 1;
        match &event.kind {
            EventKind::Added { id } => {
                let entries = self.entries.entry(stream.to_vec()).or_default();
                assert!(entries.last().is_none_or(|last| last < id), "{id} is not the newest");
                entries.insert(*id);
            }
            EventKind::Deleted { id } => {
                let was_there = self.entries.entry(stream.to_vec()).or_default().remove(id);
                assert!(was_there, "{id} was deleted and is not there");
            }
            EventKind::Trimmed { first, last, n } => {
                let entries = self.entries.entry(stream.to_vec()).or_default();
                let before = entries.len();
                entries.retain(|id| id < first || last < id);
                assert_eq!((before - entries.len()) as u64, *n, "trimmed {first} to {last}");
            }
            EventKind::Delivered { group, consumer, id, how, .. } => {
                self.delivered(stream, group, consumer, *id, *how);
            }
            EventKind::Claimed { group, from, to, id, .. } => {
                let books = self.group(stream, group);
                let holder = books.pending.insert(*id, Some(to.to_vec()));
                let forced = holder.is_none() && from.is_none();
                let from = from.as_ref().map(|name| name.to_vec());
                assert!(forced || holder == Some(from), "{id} was not with whom it was taken from");
                assert!(!books.acked.contains(id), "{id} was claimed after it was acked");
            }
            EventKind::Acked { group, id, .. } => {
                let books = self.group(stream, group);
                assert!(books.pending.remove(id).is_some(), "{id} was acked and not pending");
                books.acked.insert(*id);
            }
            EventKind::Released { group, id, .. } => {
                let held = self.group(stream, group).pending.insert(*id, None);
                assert!(held.is_some(), "{id} was given back and not pending");
            }
            EventKind::PendingLost { group, id, why, .. } => {
                let books = self.group(stream, group);
                let was_there = books.pending.remove(id).is_some();
                if *why == PendingLoss::ConsumerDeleted {
                    books.deleted.insert(*id);
                }
                assert!(was_there || *why == PendingLoss::GroupDestroyed, "{id} was not pending");
            }
            EventKind::GroupCreated { group, .. } => {
                self.groups.insert((stream.to_vec(), group.to_vec()), Group::default());
            }
            EventKind::GroupMoved { group, to, .. } => {
                // Whoever moves a group back wants everything after that again.
                let books = self.group(stream, group);
                books.delivered.retain(|id| id <= to);
                books.acked.retain(|id| id <= to);
            }
            EventKind::KeyDeleted | EventKind::KeyExpired => {
                self.groups.retain(|(of, _), _| **of != **stream);
                self.entries.remove(&**stream);
            }
            _ => {}
        }
    }

    fn delivered(&mut self, stream: &[u8], group: &[u8], to: &[u8], id: StreamId, how: Delivery) {
        let exists = self.entries.get(stream).is_some_and(|entries| entries.contains(&id));
        let books = self.group(stream, group);
        match how {
            Delivery::New | Delivery::NoAck | Delivery::Again => {
                assert!(exists, "{id} was delivered and does not exist");
                assert!(books.delivered.insert(id), "{id} was delivered twice as new");
                assert!(!books.acked.contains(&id), "{id} was delivered after it was acked");
            }
            Delivery::History => {
                let holder = books.pending.get(&id);
                assert_eq!(holder, Some(&Some(to.to_vec())), "{id} was re-read by another");
            }
        }
        match how {
            Delivery::New | Delivery::Again => {
                books.pending.insert(id, Some(to.to_vec()));
            }
            Delivery::NoAck => {
                books.acked.insert(id);
            }
            Delivery::History => {}
        }
    }

    /// What a group was given is acked, pending, or was deleted with its consumer: nothing else was
    /// lost.
    fn balance(&self) {
        for ((_, name), group) in &self.groups {
            for id in &group.delivered {
                let is_somewhere = group.acked.contains(id)
                    || group.pending.contains_key(id)
                    || group.deleted.contains(id);
                assert!(is_somewhere, "{id} of {} is lost", String::from_utf8_lossy(name));
            }
        }
    }
}

/// A world that the auditor has listened to from its first event on.
fn audited(name: &str) -> World {
    let scenario = Scenario::builtin(name).unwrap();
    let mut world = World::new(&scenario, scenario.seed, Profile::Redis86);
    world.record_events(true);
    world
}

/// Lets time pass, a second at a time, and checks what happened.
fn run_seconds(world: &mut World, n_seconds: u64, books: &mut Books) {
    for _ in 0..n_seconds {
        world.advance_to(world.now() + 1_000, usize::MAX);
        while let Some(event) = world.poll_event() {
            if let WorldEventKind::Engine(event) = &event.kind {
                books.check(event);
            }
        }
    }
}

#[test]
fn the_books_balance_in_every_scenario() {
    for name in Scenario::builtin_names() {
        let mut books = Books::default();
        run_seconds(&mut audited(name), 180, &mut books);
        books.balance();
        assert!(name == "empty" || books.n_checked > 200, "{name}: {}", books.n_checked);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: n_cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_books_balance_whatever_breaks(
        place in prop::sample::select(places()),
        faults in prop::collection::vec((any::<prop::sample::Index>(), 1..20_u64), 1..20),
    ) {
        let mut world = audited(&place.scenario.name);
        let mut books = Books::default();
        for (which, n_seconds) in faults {
            world.apply("", which.get::<String>(&place.faults));
            run_seconds(&mut world, n_seconds, &mut books);
        }
        // A claim finds that a trimmed entry is gone and drops it: those are not lost by accident.
        let Books { groups, entries, .. } = &mut books;
        for ((stream, _), group) in groups.iter_mut() {
            let there = entries.get(stream);
            group.delivered.retain(|id| there.is_some_and(|there| there.contains(id)));
        }
        books.balance();
    }
}
