//! What each option and each fault does to the business.

use streamlanes::command::Profile;
use streamlanes::sim::{LossReason, Scenario, ServiceState, Session};

use super::{of_lines, run_seconds, say, session};

const GROUP: &str = "XGROUP CREATE orders billing 0 MKSTREAM\n";

/// Ten orders at once, one consumer with these options, and a claimer with the same handler.
fn shop(options: &str) -> Session {
    of_lines(&format!(
        "{GROUP}SIM ADD PRODUCER web STREAM orders RATE none BURST 10 EVERY 1h\n\
         SIM ADD CONSUMER billing STREAM orders GROUP billing WORK 1s EFFECT charged {options}\n"
    ))
}

fn counts(session: &Session) -> (u64, u64, u64, u64) {
    let ledger = session.world().ledger();
    (ledger.n_effects(), ledger.n_duplicates(), ledger.n_suppressed(), ledger.n_lost())
}

/// Crashes the consumer at a point, starts it again, and counts effects, duplicates, suppressed
/// repetitions and losses.
#[track_caller]
fn check_crash(options: &str, point: &str, expected: (u64, u64, u64, u64)) {
    let mut session = shop(options);
    run_seconds(&mut session, 3);
    say(&mut session, &format!("SIM CRASH billing {point}"));
    run_seconds(&mut session, 3);
    let state = session.world().services().last().unwrap().state;
    assert_eq!(state, ServiceState::Crashed, "{options} {point}");
    say(&mut session, "SIM RESTART billing");
    run_seconds(&mut session, 60);
    assert_eq!(counts(&session), expected, "{options} {point}");
}

#[test]
fn where_it_crashes_decides_what_the_customer_feels() {
    // Effects, duplicates, suppressed, lost.
    check_crash("DRAIN", "BEFORE-WORK", (10, 0, 0, 0));
    check_crash("DRAIN", "AFTER-EFFECT", (11, 1, 0, 0));
    check_crash("DRAIN", "AFTER-ACK", (10, 0, 0, 0));
    check_crash("DRAIN IDEMPOTENT", "AFTER-EFFECT", (11, 0, 1, 0));
    check_crash("DRAIN GUARD", "AFTER-EFFECT", (10, 0, 0, 0));
    check_crash("COUNT 4 ACK BEFORE", "AFTER-EFFECT", (8, 0, 0, 2));
    check_crash("COUNT 4 ACK NOACK", "", (7, 0, 0, 3));
    // Without DRAIN and without a claimer the entry stays pending: late, but not lost.
    check_crash("", "BEFORE-WORK", (9, 0, 0, 0));
    check_crash("ACK NEVER DRAIN", "AFTER-EFFECT", (10 + 3, 3, 0, 0));
}

#[test]
fn the_story_of_the_issue() {
    let mut session = session("orders");
    run_seconds(&mut session, 10);
    say(&mut session, "SIM CRASH billing-2 AFTER-EFFECT");
    let before = session.now();
    run_seconds(&mut session, 60);
    let ledger = session.world().ledger();
    assert_eq!((ledger.n_duplicates(), ledger.n_lost()), (1, 0));
    let twice = ledger.effects().find(|effect| effect.is_duplicate()).unwrap();
    assert_eq!((&*twice.who, &*twice.what, twice.n_times), ("rescue", "charged", 2));
    session.seek(before - 1);
    for name in ["billing-1", "billing-2", "billing-3", "rescue"] {
        say(&mut session, &format!("SIM SET {name} IDEMPOTENT yes"));
    }
    say(&mut session, "SIM CRASH billing-2 AFTER-EFFECT");
    run_seconds(&mut session, 60);
    let ledger = session.world().ledger();
    assert_eq!((ledger.n_duplicates(), ledger.n_suppressed()), (0, 1));
}

#[test]
fn a_lost_reply_makes_a_retry_a_second_order_unless_redis_recognises_it() {
    for (options, n_orders) in [("RETRY 3", 11), ("RETRY 3 IDMP", 10), ("", 10)] {
        let mut session = of_lines(&format!(
            "SIM ADD PRODUCER web STREAM orders RATE 1/s TOTAL 10 {options}\n\
             @2500ms SIM LOSE-REPLY web\n"
        ));
        run_seconds(&mut session, 30);
        assert_eq!(say(&mut session, "XLEN orders"), format!(":{n_orders}"), "{options}");
        let state = session.world().services().next().unwrap().state;
        assert_eq!(state, ServiceState::Stopped);
    }
}

#[test]
fn a_frozen_consumer_wakes_up_with_an_entry_that_another_has_done() {
    let mut session = of_lines(&format!(
        "{GROUP}XADD orders * order 1\n\
         SIM ADD CONSUMER sleepy STREAM orders GROUP billing WORK 1s EFFECT charged\n\
         SIM ADD CLAIMER rescue STREAM orders GROUP billing MIN-IDLE 5s EFFECT charged\n\
         @500ms SIM FREEZE sleepy 60s\n"
    ));
    run_seconds(&mut session, 30);
    assert_eq!(counts(&session), (1, 0, 0, 0));
    let frozen = session.world().services().next().unwrap().state;
    assert!(matches!(frozen, ServiceState::Frozen { .. }), "{frozen:?}");
    run_seconds(&mut session, 40);
    assert_eq!(counts(&session), (2, 1, 0, 0));
}

#[test]
fn a_graceful_stop_leaves_nothing_and_retiring_takes_the_name_along() {
    let mut session = shop("COUNT 5");
    run_seconds(&mut session, 2);
    say(&mut session, "SIM STOP billing RETIRE");
    run_seconds(&mut session, 20);
    assert_eq!(say(&mut session, "XPENDING orders billing"), "*4 :0 $-1 $-1 *-1");
    assert_eq!(say(&mut session, "XINFO CONSUMERS orders billing"), "*0");
    // One entry came with the first read, five with the second, which was in hand.
    assert_eq!(counts(&session), (6, 0, 0, 0));
    assert!(say(&mut session, "SIM STOP billing").contains("SIM RESTART billing starts it"));
}

#[test]
fn what_is_trimmed_or_deleted_before_the_work_is_lost_and_said_so() {
    let mut session = session("trim-overtakes");
    run_seconds(&mut session, 90);
    let ledger = session.world().ledger();
    assert!(ledger.n_lost() > 200, "{}", ledger.n_lost());
    let losses: Vec<_> = ledger.losses().filter(|loss| !loss.recovered).collect();
    assert!(losses.iter().all(|loss| loss.why == LossReason::Trimmed && &*loss.what == "archived"));
    assert!(losses.iter().all(|loss| !loss.key.is_empty()));

    let mut session = shop("COUNT 2");
    run_seconds(&mut session, 1);
    say(&mut session, "DEL orders");
    // All ten are lost, but the one in its memory gets done all the same.
    assert_eq!(counts(&session), (0, 0, 0, 10));
    run_seconds(&mut session, 10);
    assert_eq!(counts(&session), (1, 0, 0, 9));
}

#[test]
fn deleting_a_consumer_or_acking_by_hand_loses_what_was_pending() {
    let mut session = shop("ACK NEVER");
    run_seconds(&mut session, 3);
    say(&mut session, "SIM REMOVE billing");
    say(&mut session, "XREADGROUP GROUP billing alice COUNT 3 STREAMS orders >");
    assert_eq!(say(&mut session, "XGROUP DELCONSUMER orders billing alice"), ":3");
    let reasons: Vec<_> = session.world().ledger().losses().map(|loss| loss.why).collect();
    assert_eq!(reasons, [LossReason::PendingDeleted; 3]);
    say(&mut session, "XREADGROUP GROUP billing bob COUNT 1 STREAMS orders >");
    let taken = say(&mut session, "XPENDING orders billing - + 1 bob");
    let id = taken.split(' ').find(|word| word.starts_with("17000")).unwrap().to_owned();
    say(&mut session, &format!("XACK orders billing {id}"));
    let last = session.world().ledger().losses().last().unwrap().why;
    assert_eq!(last, LossReason::AckedByHand);
}

#[test]
fn a_group_deleted_under_load_is_made_again_by_those_who_may() {
    let mut session = of_lines(
        "SIM ADD PRODUCER web STREAM orders RATE 5/s\n\
         SIM ADD CONSUMER keen STREAM orders GROUP billing CREATE 0 WORK 10ms EFFECT charged\n\
         SIM ADD CONSUMER shy STREAM orders GROUP email WORK 10ms EFFECT mailed\n\
         @10s XGROUP DESTROY orders billing\n",
    );
    run_seconds(&mut session, 20);
    let services: Vec<_> = session.world().services().collect();
    assert!(services[1].n_errors >= 1 && services[1].n_done > 100, "{:?}", services[1]);
    assert_eq!((services[2].n_done, services[2].last_error.is_some()), (0, true));
    assert!(session.world().ledger().n_duplicates() > 40);
}

#[test]
fn a_pipeline_passes_everything_on_and_an_idempotent_one_nothing_twice() {
    for (options, n_parcels) in [("", 11), ("IDEMPOTENT", 10)] {
        let mut session = of_lines(&format!(
            "SIM ADD PRODUCER web STREAM orders RATE none BURST 10 EVERY 1h\n\
             SIM ADD STAGE pack STREAM orders GROUP pack CREATE 0 TO parcels WORK 100ms DRAIN \
             {options} FIELDS from {{id}}\n\
             @500ms SIM CRASH pack AFTER-EFFECT\n\
             @2s SIM RESTART pack\n"
        ));
        run_seconds(&mut session, 30);
        assert_eq!(say(&mut session, "XLEN parcels"), format!(":{n_parcels}"), "{options}");
        assert!(say(&mut session, "XRANGE parcels - + COUNT 1").contains(" from "));
    }
}

#[test]
fn the_clock_of_the_server_can_jump_back() {
    let mut session = of_lines("XADD s * a 1\n");
    run_seconds(&mut session, 20);
    let before = say(&mut session, "XADD s * a 1");
    say(&mut session, "CLOCK BACK 10s");
    let after = say(&mut session, "XADD s * a 1");
    assert_eq!((before.as_str(), after.as_str()), ("$15 1700000020000-0", "$15 1700000020000-1"));
    run_seconds(&mut session, 15);
    assert_eq!(say(&mut session, "XADD s * a 1"), "$15 1700000025000-0");
    say(&mut session, "CLOCK SET VIRTUAL");
    assert_eq!(say(&mut session, "XADD s * a 1"), "$15 1700000035000-0");
    // A block of two seconds ends two seconds of the server's clock later.
    session.submit("alice", "XREAD BLOCK 2000 STREAMS s $");
    let waits =
        |session: &Session| session.world().clients().any(|client| client.waiting.is_some());
    run_seconds(&mut session, 1);
    say(&mut session, "CLOCK BACK 5s");
    run_seconds(&mut session, 5);
    assert!(waits(&session));
    run_seconds(&mut session, 2);
    assert!(!waits(&session));
}

#[test]
fn lines_behind_a_blocked_one_wait_and_a_cut_connection_ends_the_wait() {
    let mut session = of_lines("XADD s 1-1 a 1\n");
    session.submit("alice", "XREAD BLOCK 0 STREAMS s $");
    session.submit("alice", "XLEN s");
    let alice = session.world().clients().find(|client| &*client.name == "alice").unwrap();
    assert_eq!((alice.waiting.is_some(), alice.n_queued), (true, 1));
    assert_eq!(say(&mut session, "SIM HANGUP alice"), "the connection of alice was cut");
    let alice = session.world().clients().find(|client| &*client.name == "alice").unwrap();
    assert_eq!((alice.waiting, alice.n_queued, alice.id), (None, 0, None));
    session.submit("alice", "XREAD BLOCK 0 STREAMS s $");
    session.submit("alice", "XLEN s");
    say(&mut session, "XADD s 2-1 a 1");
    let transcript = session.world().transcript();
    let last_of_alice = transcript.iter().rev().find(|entry| &*entry.who == "alice").unwrap();
    assert!(format!("{:?}", last_of_alice.state).contains("58, 50"), "{last_of_alice:?}");
}

#[test]
fn every_scenario_runs_without_an_error_reply() {
    for name in Scenario::builtin_names() {
        let mut session = session(name);
        run_seconds(&mut session, 120);
        for service in session.world().services() {
            assert_eq!(service.last_error, None, "{name} {}", service.name);
        }
        for entry in session.world().transcript().iter() {
            let state = format!("{:?}", entry.state);
            assert!(!state.contains("reply: [45,"), "{name}: {} {state}", entry.line);
        }
    }
}

#[test]
fn older_servers_can_be_played_too() {
    for profile in Profile::ALL {
        let mut session = Session::new(Scenario::builtin("orders").unwrap(), 7, profile);
        run_seconds(&mut session, 60);
        let errors = session.world().services().filter(|service| service.n_errors != 0).count();
        assert_eq!(errors, 0, "{profile}");
        assert!(session.world().ledger().n_effects() > 100, "{profile}");
    }
}

#[test]
fn memory_has_an_end_and_redis_says_so() {
    let mut session = of_lines("SIM ADD PRODUCER web STREAM s RATE 5/s\n");
    assert_eq!(say(&mut session, "CONFIG SET maxmemory 3000"), "+OK");
    run_seconds(&mut session, 60);
    let web = session.world().services().next().unwrap();
    let error = web.last_error.unwrap();
    assert!(error.starts_with("OOM command not allowed"), "{error}");
}
