//! 200 sequences of 500 commands against 7.0.15 and 8.2.3 each, some against the newest servers,
//! and every case that was written down: every reply the same.
//!
//! `cargo xtask test` gets the servers and runs this; `cargo xtask differ` is the long form, with
//! more servers.

use std::path::Path;

use streamlanes_differ::campaign::{OPPONENTS, Opponent, campaign, run_cases};
use streamlanes_differ::cases;

/// Other seeds than those of `cargo xtask differ`, which begins at 0.
const FIRST_SEED: u64 = 1_000_000;

#[track_caller]
fn check(name: &str, n_sequences: u64) {
    let opponent = opponent(name);
    let seeds = FIRST_SEED..FIRST_SEED + n_sequences;
    let (summary, found) = campaign(opponent, seeds, 500, 1, |_| {}).unwrap();
    if let Some(found) = found.first() {
        panic!("seed {}, profile {}:\n{}", found.seed, opponent.profile, found.report);
    }
    assert_eq!((summary.n_sequences + summary.n_crashes) as u64, n_sequences);
    assert!(summary.n_crashes <= 2);
    assert!(500 * (n_sequences - 2) <= summary.n_commands as u64);
}

fn opponent(name: &str) -> &'static Opponent {
    OPPONENTS.iter().find(|opponent| opponent.name == name).unwrap()
}

#[test]
fn replies_are_those_of_redis_7_0() {
    check("7.0", 200);
}

#[test]
fn replies_are_those_of_redis_8_2() {
    check("8.2", 200);
}

#[test]
fn replies_are_those_of_redis_8_10() {
    check("8.10", 60);
}

#[test]
fn replies_are_those_of_valkey_9() {
    check("valkey-9", 60);
}

#[test]
fn written_cases_are_answered_as_by_servers() {
    let cases = cases::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")).unwrap();
    assert!(10 <= cases.len());
    for name in ["7.0", "8.2", "8.10", "valkey-9"] {
        let found = run_cases(opponent(name), &cases).unwrap();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
