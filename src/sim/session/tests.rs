//! History: going back, forking, undo and redo, reloading.

use super::*;
use crate::limits::CHECKPOINT_COMMANDS;
use crate::sim::transcript::EntryState;

fn session(name: &str) -> Session {
    let scenario = Scenario::builtin(name).unwrap();
    let seed = scenario.seed;
    Session::new(scenario, seed, Profile::Redis86)
}

fn at(ms: Millis) -> Millis {
    WORLD_START + ms
}

#[track_caller]
fn reply(session: &mut Session, line: &str) -> String {
    match session.submit("", line) {
        Submitted::Applied { seq } => match &session.world().transcript().get(seq).unwrap().state {
            EntryState::Replied { reply, .. } => String::from_utf8_lossy(reply).into_owned(),
            EntryState::Note(text) => text.to_string(),
            EntryState::Waiting => "...".to_owned(),
        },
        Submitted::Aside { seq } => match &session.aside_at(seq).unwrap().answer {
            Ok(text) | Err(text) => text.to_string(),
        },
        Submitted::Nothing => String::new(),
    }
}

#[test]
fn undo_takes_the_last_line_back_and_redo_does_it_again() {
    let mut session = session("empty");
    assert_eq!(reply(&mut session, "XADD s 1-1 a 1"), "$3\r\n1-1\r\n");
    session.advance_to(at(500), usize::MAX);
    assert_eq!(reply(&mut session, "XADD s 2-1 a 1"), "$3\r\n2-1\r\n");
    let full = session.world().fingerprint();
    session.advance_to(at(900), usize::MAX);
    assert_eq!(reply(&mut session, "UNDO"), "at 500ms, before: XADD s 2-1 a 1");
    assert_eq!(session.now(), at(500));
    session.advance_to(at(950), usize::MAX);
    assert_eq!(session.journal().len(), 1);
    assert_eq!(reply(&mut session, "REDO"), "at 500ms, after: XADD s 2-1 a 1");
    assert_eq!((session.now(), session.world().fingerprint()), (at(500), full));
    assert!(session.undo() && session.undo() && !session.undo());
    assert_eq!(reply(&mut session, "XLEN s"), ":0\r\n");
    assert!(!session.redo());
}

#[test]
fn acting_in_the_past_discards_the_future_and_looking_does_not() {
    let mut session = session("orders");
    session.advance_to(at(5_000), usize::MAX);
    session.submit("", "SIM CRASH billing-2");
    session.advance_to(at(20_000), usize::MAX);
    let then = session.world().fingerprint();
    session.seek(at(4_000));
    assert_eq!((session.end(), session.n_applied()), (at(20_000), 0));
    assert_eq!(reply(&mut session, "CLOCK PAUSE"), "paused at 4s");
    session.seek(at(20_000));
    assert_eq!(session.world().fingerprint(), then);
    session.seek(at(4_000));
    session.submit("", "SIM SET billing-2 IDEMPOTENT yes");
    assert_eq!((session.end(), session.journal().len()), (at(4_000), 1));
    session.advance_to(at(20_000), usize::MAX);
    assert_ne!(session.world().fingerprint(), then);
}

#[test]
fn fork_keeps_the_future_for_redo() {
    let mut session = session("empty");
    for n in 1..=3 {
        session.advance_to(at(n * 1_000), usize::MAX);
        session.submit("", &format!("XADD s {n}-1 a 1"));
    }
    let then = session.world().fingerprint();
    session.seek(at(1_500));
    session.submit("", "FORK");
    session.advance_to(at(9_000), usize::MAX);
    assert_eq!(session.world().transcript().len(), 1);
    assert!(session.redo() && session.redo() && !session.redo());
    assert_eq!((session.now(), session.world().fingerprint()), (at(3_000), then));
}

#[test]
fn a_scenario_that_was_loaded_can_be_undone() {
    let mut session = session("empty");
    reply(&mut session, "XADD s 1-1 a 1");
    let before = session.world().fingerprint();
    assert!(reply(&mut session, "SCENARIO LOAD orders").starts_with("Orders\n"));
    assert_eq!(session.world().services().count(), 6);
    assert_eq!(reply(&mut session, "UNDO"), "back in empty at 0ms");
    assert_eq!(session.world().fingerprint(), before);
    assert!(reply(&mut session, "SCENARIO LOAD nope").contains("there are: empty, orders"));
}

#[test]
fn steps_and_jumps_move_time_without_being_history() {
    let mut session = session("orders");
    assert_eq!(reply(&mut session, "CLOCK SPEED 10x"), "speed 10x");
    assert!(reply(&mut session, "CLOCK STEP").starts_with("one event, at"));
    let playback = Playback { running: false, speed_permille: 10_000 };
    assert_eq!((session.playback(), session.journal()), (playback, &[][..]));
    session.seek(at(0));
    assert_eq!(reply(&mut session, "CLOCK JUMP 60s"), "1m ahead, at 1m");
    assert_eq!(session.pending_jump(), None);
    let mut other = self::session("orders");
    other.advance_to(at(60_000), usize::MAX);
    assert_eq!(other.world().fingerprint(), session.world().fingerprint());
}

#[test]
fn checkpoints_are_few_and_lead_everywhere() {
    let mut session = session("iot-burst");
    session.advance_to(at(200_000), usize::MAX);
    assert!(session.world().n_commands() > 10_000);
    assert!(session.checkpoints.len() > 10 && session.checkpoints.len() <= 64);
    // One long way, with a look at every slice of it; an event runs some commands.
    let places = session.checkpoints.places();
    let gap_max = CHECKPOINT_COMMANDS + 4 * ADVANCE_SLICE as u64;
    assert!(places.windows(2).all(|two| two[1] - two[0] <= gap_max), "{places:?}");
    for seconds in [199, 1, 100, 0] {
        session.seek(at(seconds * 1_000));
        let mut fresh = self::session("iot-burst");
        fresh.advance_to(at(seconds * 1_000), usize::MAX);
        assert_eq!(session.world().fingerprint(), fresh.world().fingerprint(), "{seconds}");
    }
}

#[test]
fn a_saved_session_comes_back_where_it_stood() {
    let mut session = session("orders");
    session.advance_to(at(3_000), usize::MAX);
    session.submit("alice", "XREADGROUP GROUP email alice BLOCK 0 STREAMS orders >");
    session.advance_to(at(30_000), usize::MAX);
    session.seek(at(12_345));
    let loaded = Session::load(session.save());
    assert_eq!(loaded.world().fingerprint(), session.world().fingerprint());
    assert_eq!((loaded.now(), loaded.end()), (at(12_345), at(30_000)));
}
