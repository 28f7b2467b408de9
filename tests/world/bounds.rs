//! Every bound of a session is met once, and what happens there is said.

use streamlanes::command::Profile;
use streamlanes::limits::*;
use streamlanes::sim::{EntryState, Input, Saved, Scenario, Session, Submitted};
use streamlanes::time::WORLD_START;

use super::{of_lines, say, session};

/// What is answered to a line that cannot be taken.
#[track_caller]
fn refused(session: &mut Session, who: &str, line: &str) -> String {
    match session.submit(who, line) {
        Submitted::Aside { seq } => {
            let answer = session.aside_at(seq).unwrap().answer.clone();
            answer.unwrap_err().to_string()
        }
        other => panic!("taken: {other:?}"),
    }
}

fn with_journal(lines: impl Iterator<Item = String>) -> Session {
    let input = |line: String| Input { at: WORLD_START, who: "".into(), line: line.into() };
    Session::load(Saved {
        scenario: Scenario::empty(),
        seed: 1,
        profile: Profile::Redis86,
        journal: lines.map(input).collect(),
        now: WORLD_START,
        end: WORLD_START,
        lesson: None,
    })
}

#[test]
fn lines_and_names_have_an_end() {
    let mut session = of_lines("");
    let long = "x".repeat(LINE_BYTES_MAX + 1);
    assert!(refused(&mut session, "", &long).contains(&LINE_BYTES_MAX.to_string()));
    let name = "n".repeat(NAME_BYTES_MAX + 1);
    assert!(refused(&mut session, &name, "PING").contains(&NAME_BYTES_MAX.to_string()));
    let refusal = say(&mut session, &format!("SIM ADD PRODUCER {name} STREAM s"));
    assert!(refusal.contains(&format!("1 to {NAME_BYTES_MAX} letters")), "{refusal}");
    assert_eq!(say(&mut session, "PING"), "+PONG");
}

#[test]
fn the_journal_has_an_end() {
    let mut session = with_journal((0..JOURNAL_INPUTS_MAX + 10).map(|_| String::new()));
    while let Some(at) = session.pending_jump() {
        session.advance_to(at, LOAD_STEPS_MAX);
    }
    assert_eq!(session.n_applied(), JOURNAL_INPUTS_MAX);
    let refusal = refused(&mut session, "", "PING");
    assert!(refusal.contains("the journal is full (200000 lines): save it"), "{refusal}");
    // History is still there to move in.
    assert!(session.undo());
    assert!(matches!(session.submit("", "PING"), Submitted::Applied { .. }));
}

#[test]
fn the_journal_has_an_end_in_bytes() {
    let line = "# ".to_owned() + &"x".repeat(LINE_BYTES_MAX - 2);
    let n_fit = JOURNAL_BYTES_MAX / LINE_BYTES_MAX;
    let mut session = with_journal((0..n_fit + 10).map(|_| line.clone()));
    assert_eq!(session.journal().len(), n_fit);
    let refusal = refused(&mut session, "", "PING");
    assert!(refusal.contains(&JOURNAL_BYTES_MAX.to_string()), "{refusal}");
    session.undo();
    assert_eq!(say(&mut session, "PING"), "+PONG");
}

#[test]
fn clients_and_their_queues_have_an_end() {
    let mut session = of_lines("XADD s 1-1 a 1\n");
    session.submit("alice", "XREAD BLOCK 0 STREAMS s $");
    let last = (0..=QUEUED_LINES_MAX).map(|_| session.submit("alice", "PING")).last();
    let Some(Submitted::Applied { seq }) = last else { panic!("{last:?}") };
    let state = &session.world().transcript().get(seq).unwrap().state;
    let said = format!("At most {QUEUED_LINES_MAX} lines can wait behind a blocked command.");
    assert_eq!(*state, EntryState::Note(said.into()));
    for n in 1..=CONSOLE_CLIENTS_MAX {
        session.submit(&format!("client-{n}"), "PING");
    }
    let said = format!("{:?}", session.world().transcript().iter().last().unwrap().state);
    assert!(said.contains(&format!("No more clients: at most {CONSOLE_CLIENTS_MAX}")), "{said}");
}

#[test]
fn asides_are_forgotten_from_the_oldest_on() {
    let mut session = of_lines("");
    for _ in 0..ASIDES_MAX + 500 {
        session.submit("", "CLOCK");
    }
    let kept: Vec<u64> = session.asides_from(0).map(|aside| aside.seq).collect();
    assert!((ASIDES_MAX..ASIDES_MAX + 64).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept.last().copied(), Some(ASIDES_MAX as u64 + 499));
}

#[test]
fn a_long_jump_gives_the_page_back_and_says_that_it_is_on_the_way() {
    let mut session = session("orders");
    let Submitted::Aside { seq } = session.submit("", "CLOCK JUMP 3h") else { panic!() };
    let answer = session.aside_at(seq).unwrap().answer.clone().unwrap();
    assert!(answer.starts_with("on the way to 3h"), "{answer}");
    // An event is a command or two.
    let n_commands = session.world().n_commands() as usize;
    assert!((JUMP_STEPS_MAX / 2..2 * JUMP_STEPS_MAX).contains(&n_commands), "{n_commands}");
    assert!(session.pending_jump().is_some());
    session.submit("", "CLOCK PAUSE");
    let before = session.now();
    let target = session.pending_jump().unwrap();
    session.advance_to(target, 1_000);
    assert!(before < session.now(), "the way goes on while the clock is paused");
}

#[test]
fn services_bursts_and_batches_have_an_end() {
    let mut session = of_lines("");
    for n in 0..SERVICES_MAX {
        session.submit("", &format!("SIM ADD CONSUMER c{n} STREAM s GROUP g BLOCK 1h"));
    }
    assert_eq!(session.world().services().count(), SERVICES_MAX);
    let refusal = say(&mut session, "SIM ADD CONSUMER last STREAM s GROUP g");
    assert!(
        refusal.contains(&format!("at most {SERVICES_MAX} services: remove some")),
        "{refusal}"
    );
    for line in [
        format!("SIM ADD PRODUCER web STREAM s BURST {} EVERY 1s", BURST_MAX + 1),
        format!("SIM ADD CONSUMER one STREAM s GROUP g COUNT {}", BATCH_MAX + 1),
        format!("SIM ADD CONSUMER one STREAM s GROUP g COUNT {}", "9".repeat(40)),
        "SIM ADD PRODUCER web STREAM s RATE 1001/s".to_owned(),
        "SIM ADD PRODUCER web STREAM s RATE none BURST 1 EVERY 0s".to_owned(),
    ] {
        let refusal = say(&mut session, &line);
        assert!(refusal.starts_with("-ERR "), "{line}: {refusal}");
    }
}

#[test]
fn scenarios_have_an_end() {
    let long = format!("title: T\n{}", "#\n".repeat(SCENARIO_BYTES_MAX / 2));
    let error = Scenario::parse("t", &long).unwrap_err().to_string();
    assert_eq!(error, format!("t:1: a scenario has at most {SCENARIO_BYTES_MAX} bytes"));
    let many = format!("title: T\n{}", "PING\n".repeat(SCENARIO_LINES_MAX + 1));
    let error = Scenario::parse("t", &many).unwrap_err().to_string();
    assert_eq!(error, format!("t:{}: at most {SCENARIO_LINES_MAX} lines", SCENARIO_LINES_MAX + 2));
}

#[test]
fn a_long_reply_says_how_long_it_is_instead() {
    let value = "v".repeat(60_000);
    let mut session = of_lines("");
    for _ in 0..=TRANSCRIPT_REPLY_BYTES_MAX / value.len() {
        say(&mut session, &format!("XADD s * f {value}"));
    }
    let said = say(&mut session, "XRANGE s - +");
    assert!(said.contains("too many to keep: ask for less, with COUNT"), "{said}");
    assert!(say(&mut session, "XRANGE s - + COUNT 1").len() > 60_000);
}

#[test]
fn speeds_have_two_ends() {
    let mut session = of_lines("");
    let factor = |permille: u32| format!("{}.{:03}x", permille / 1_000, permille % 1_000);
    for permille in [SPEED_PERMILLE_MIN - 10, SPEED_PERMILLE_MAX + 1_000] {
        let refusal = say(&mut session, &format!("CLOCK SPEED {}", factor(permille)));
        assert!(refusal.contains("from 0.1x to 100x"), "{refusal}");
    }
    for permille in [SPEED_PERMILLE_MIN, SPEED_PERMILLE_MAX] {
        session.submit("", &format!("CLOCK SPEED {}", factor(permille)));
        assert_eq!(session.playback().speed_permille, permille);
    }
}

#[test]
fn memory_has_an_end_whatever_is_configured() {
    let oom = "-OOM command not allowed when used memory > 'maxmemory'.";
    let mut session = of_lines("");
    say(&mut session, "CONFIG SET maxmemory 0");
    let value = "v".repeat(60_000);
    for _ in 0..100 {
        say(&mut session, &format!("XADD s * f {value}"));
    }
    let n_fit = WORLD_BYTES_MAX / (100 * value.len() as u64);
    let copied = (0..n_fit + 5).map(|n| say(&mut session, &format!("COPY s s-{n}")));
    let n_copied = copied.take_while(|reply| reply == ":1").count() as u64;
    assert!((n_fit - 2..=n_fit + 1).contains(&n_copied), "{n_copied} of {n_fit}");
    assert_eq!(say(&mut session, "XADD s * f v"), oom);
    assert_eq!(say(&mut session, "XLEN s"), ":100");
    // Whoever makes room can go on.
    for n in 0..3 {
        say(&mut session, &format!("DEL s-{n}"));
    }
    assert!(say(&mut session, "XADD s * f v").starts_with('$'));
}

#[test]
fn a_service_keeps_in_hand_what_it_can() {
    let (n, value) = (40, "v".repeat(20_000));
    let mut session = of_lines("XGROUP CREATE s g 0 MKSTREAM\n");
    for _ in 0..n {
        say(&mut session, &format!("XADD s * f {value}"));
    }
    say(&mut session, "SIM ADD CONSUMER one STREAM s GROUP g COUNT 100 WORK 10ms EFFECT done");
    say(&mut session, "SIM ADD CONSUMER alone STREAM s FROM 0 COUNT 100 WORK 10ms EFFECT seen");
    let mut most = 0;
    for _ in 0..500 {
        session.advance_to(session.now() + 10, usize::MAX);
        let in_hand = session.world().services().map(|service| service.in_hand.len());
        most = most.max(in_hand.max().unwrap_or(0));
    }
    assert!((2..=HAND_BYTES_MAX / value.len()).contains(&most), "{most}");
    // Nobody missed anything, nobody did anything twice.
    assert_eq!(session.world().ledger().n_effects(), 2 * n);
    assert!(say(&mut session, "XPENDING s g").starts_with("*4 :0"));
}
