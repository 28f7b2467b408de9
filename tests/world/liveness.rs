//! After the faults end the backlog drains, if there is a claimer; if there is none, what is stuck
//! can be seen.

use super::{run_seconds, say, session};

/// Pending entries of a group, by XPENDING's summary.
fn n_pending(session: &mut streamlanes::sim::Session, stream: &str, group: &str) -> u64 {
    let summary = say(session, &format!("XPENDING {stream} {group}"));
    summary.split(' ').nth(1).and_then(|n| n.strip_prefix(':')?.parse().ok()).unwrap()
}

/// The lag of a group: the last number of its XINFO line.
fn lag(session: &mut streamlanes::sim::Session, stream: &str, group: &str) -> String {
    let groups = say(session, &format!("XINFO GROUPS {stream}"));
    let of_group = groups.split(&format!(" {group} ")).nth(1).unwrap();
    of_group.split(" lag ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

/// Faults for ten virtual minutes, then a quiet time; nothing may stay behind.
#[track_caller]
fn drains(scenario: &str, producer: &str, stream: &str, groups: &[&str], faults: &[&str]) {
    let mut session = session(scenario);
    for round in 0..10 {
        run_seconds(&mut session, 7);
        for fault in faults {
            session.submit("", fault);
            run_seconds(&mut session, 13 + round);
        }
        let services: Vec<_> = session.world().services().map(|service| service.name).collect();
        for name in services {
            session.submit("", &format!("SIM RESTART {name}"));
        }
    }
    session.submit("", &format!("SIM STOP {producer}"));
    run_seconds(&mut session, 900);
    for group in groups {
        assert_eq!(n_pending(&mut session, stream, group), 0, "{scenario} {group}");
        assert_eq!(lag(&mut session, stream, group), ":0", "{scenario} {group}");
    }
    assert_eq!(session.world().ledger().n_lost(), 0, "{scenario}");
}

#[test]
fn scenarios_with_a_claimer_drain() {
    let faults = [
        "SIM CRASH billing-2 AFTER-EFFECT",
        "SIM CRASH billing-1 BEFORE-WORK",
        "SIM LOSE-REPLY billing-3",
        "SIM FREEZE mailer 20s",
        "SIM HANGUP rescue",
        "SIM LOSE-REPLY rescue",
        "SIM CRASH mailer",
    ];
    drains("orders", "web", "orders", &["billing", "email"], &faults);
    let faults = ["SIM CRASH billing-1", "SIM LOSE-REPLY rescue", "SIM CRASH rescue AFTER-EFFECT"];
    drains("poison-entry", "web", "orders", &["billing"], &faults);
    drains("eager-claimer", "web", "orders", &["billing"], &faults);
    let faults = ["SIM CRASH pod-a1", "SIM FREEZE pod-b2 30s", "SIM CRASH pod-b3 AFTER-ACK"];
    drains("rolling-deploy", "web", "orders", &["billing"], &faults);
    let faults = ["SIM CRASH collector-1 AFTER-EFFECT", "SIM LOSE-REPLY collector-2"];
    drains("iot-burst", "gateway", "readings", &["collect"], &faults);
}

#[test]
fn without_a_claimer_what_is_stuck_can_be_seen() {
    let mut session = session("slow-consumer");
    run_seconds(&mut session, 10);
    session.submit("", "SIM REMOVE billing-1");
    session.submit("", "SIM STOP web");
    run_seconds(&mut session, 900);
    assert_eq!(n_pending(&mut session, "orders", "billing"), 1);
    assert_eq!(lag(&mut session, "orders", "billing"), ":0");
    let stuck = say(&mut session, "XPENDING orders billing IDLE 600000 - + 10");
    assert!(stuck.contains(" billing-1 "), "{stuck}");
}

#[test]
fn the_poison_entry_ends_among_the_dead_letters_and_the_good_ones_flow() {
    let mut session = session("poison-entry");
    run_seconds(&mut session, 60);
    let dead = say(&mut session, "XRANGE orders:dlq - +");
    assert!(dead.starts_with("*1 ") && dead.contains(" order $1 6 "), "{dead}");
    assert!(dead.contains(" dead-stream ") && dead.contains(" dead-by "), "{dead}");
    let ledger = session.world().ledger();
    assert_eq!((ledger.n_times("charged", b"6"), ledger.n_duplicates()), (0, 0));
    assert!(ledger.n_effects() > 110, "{}", ledger.n_effects());
}
