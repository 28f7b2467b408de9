//! The same journal gives the same world, natively and in a browser: this file runs in both.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

use streamlanes::command::Profile;
use streamlanes::sim::{Scenario, Session};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_browser);

/// A situation in which everything happens: services, a crash, a claim, lines, a jump of the clock.
fn fingerprint(budget: usize) -> u64 {
    let scenario = Scenario::builtin("orders").unwrap();
    let mut session = Session::new(scenario, 7, Profile::Redis86);
    let lines = [
        ("you", "XADD orders * item tea customer mia"),
        ("you", "SIM CRASH billing-2 AFTER-EFFECT"),
        ("alice", "XREADGROUP GROUP audit alice BLOCK 0 STREAMS orders >"),
        ("you", "XGROUP CREATE orders audit $"),
        ("alice", "XREADGROUP GROUP audit alice BLOCK 0 STREAMS orders >"),
        ("you", "CLOCK BACK 5s"),
        ("you", "XADD orders"),
        ("you", "SIM RESTART billing-2"),
    ];
    for (who, line) in lines {
        session.submit(who, line);
        let until = session.now() + 20_000;
        while !session.advance_to(until, budget).reached {}
    }
    session.world().fingerprint()
}

#[test]
fn the_same_journal_gives_the_same_fingerprint() {
    assert_eq!(fingerprint(usize::MAX), RECORDED);
}

#[test]
fn however_time_is_cut_into_pieces() {
    assert_eq!(fingerprint(1), RECORDED);
    assert_eq!(fingerprint(7), RECORDED);
}

/// Recorded natively. It changes whenever the world does; then both platforms change alike.
const RECORDED: u64 = 10_856_709_870_580_544_000;
