//! The same scenario, seed and journal give the same world: however time is cut into pieces, after
//! seeking, forking and reloading.

use proptest::prelude::*;
use streamlanes::command::Profile;
use streamlanes::sim::share::{from_file, from_link, to_file, to_link};
use streamlanes::sim::{Scenario, Session};

use super::journals::{Place, n_cases, places};

#[derive(Clone, Debug)]
enum Move {
    Wait(u64),
    Line(prop::sample::Index),
    Seek(u64),
    Undo,
    Redo,
    Fork,
    Step,
    Reload,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (1..15_000_u64).prop_map(Move::Wait),
        5 => any::<prop::sample::Index>().prop_map(Move::Line),
        1 => (0..60_000_u64).prop_map(Move::Seek),
        1 => Just(Move::Undo),
        1 => Just(Move::Redo),
        1 => Just(Move::Fork),
        1 => Just(Move::Step),
        1 => Just(Move::Reload),
    ];
    prop::collection::vec(one, 1..25)
}

fn fresh(seed: u64) -> Session {
    Session::new(Scenario::builtin("orders").unwrap(), seed, Profile::Redis86)
}

fn begun(place: &Place, seed: u64) -> Session {
    Session::new(place.scenario.clone(), seed, Profile::Redis86)
}

fn make(session: &mut Session, place: &Place, step: &Move, budget: usize) {
    match step {
        Move::Wait(ms) => {
            let until = session.now() + ms;
            while !session.advance_to(until, budget).reached {}
        }
        Move::Line(which) => {
            let (who, line) = which.get(&place.lines);
            session.submit(who, line);
        }
        Move::Seek(ms) => session.seek(streamlanes::time::WORLD_START + ms),
        Move::Undo => {
            session.undo();
        }
        Move::Redo => {
            session.redo();
        }
        Move::Fork => session.fork(),
        Move::Step => {
            session.step();
        }
        Move::Reload => {
            // A reload finishes the instant in which a step stopped.
            session.advance_to(session.now(), usize::MAX);
            *session = Session::load(session.save());
        }
    }
}

/// The same history in one go: no seeks, no checkpoints, one budget.
fn replayed(session: &Session, place: &Place, seed: u64) -> u64 {
    let mut straight = begun(place, seed);
    for input in &session.journal()[..session.n_applied()] {
        straight.advance_to(input.at, usize::MAX);
        straight.submit(&input.who, &input.line);
    }
    straight.advance_to(session.now(), usize::MAX);
    straight.world().fingerprint()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: n_cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn however_it_came_about(
        place in prop::sample::select(places()),
        seed in 0..1_000_u64,
        moves in moves(),
        budget in 1..50_usize,
    ) {
        let mut session = begun(&place, seed);
        for step in &moves {
            make(&mut session, &place, step, budget);
        }
        session.advance_to(session.now(), usize::MAX);
        prop_assert_eq!(session.world().fingerprint(), replayed(&session, &place, seed));
    }

    #[test]
    fn links_and_files_bring_it_back(
        place in prop::sample::select(places()),
        seed in 0..1_000_u64,
        moves in moves(),
    ) {
        let mut session = begun(&place, seed);
        for step in &moves {
            make(&mut session, &place, step, usize::MAX);
        }
        session.advance_to(session.now(), usize::MAX);
        let saved = session.save();
        let by_link = from_link(&to_link(&saved).unwrap()).unwrap();
        let by_file = from_file(&to_file(&saved)).unwrap();
        prop_assert_eq!(&by_link, &by_file);
        prop_assert_eq!(&by_link.saved, &saved);
        let loaded = Session::load(by_link.saved);
        prop_assert_eq!(loaded.world().fingerprint(), session.world().fingerprint());
    }
}

#[test]
fn the_seed_matters_and_an_added_service_does_not_move_the_others() {
    let web_lines = |session: &mut Session| -> Vec<String> {
        super::run_seconds(session, 30);
        let transcript = session.world().transcript();
        let of_web = transcript.iter().filter(|entry| &*entry.who == "web");
        of_web.map(|entry| format!("{} {}", entry.at, entry.line)).collect()
    };
    let plain = web_lines(&mut fresh(7));
    assert_ne!(plain, web_lines(&mut fresh(8)));
    let mut with_more = fresh(7);
    with_more.submit("", "SIM ADD CONSUMER extra STREAM orders GROUP billing JITTER 50%");
    assert_eq!(plain, web_lines(&mut with_more));
}

#[test]
fn nobody_who_listens_changes_anything() {
    let run = |listens: bool| {
        let mut session = fresh(7);
        for _ in 0..200 {
            super::run_seconds(&mut session, 1);
            while listens && session.poll_event().is_some() {}
        }
        session.world().fingerprint()
    };
    assert_eq!(run(true), run(false));
}
