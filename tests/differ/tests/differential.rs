//! 200 sequences of 500 commands against each real server: every reply the same.
//!
//! `cargo xtask test` gets the servers and runs this; `cargo xtask differ` is the long form.

use streamlanes_differ::campaign::{OPPONENTS, campaign};

/// Other seeds than those of `cargo xtask differ`, which begins at 0.
const FIRST_SEED: u64 = 1_000_000;

#[track_caller]
fn check(name: &str) {
    let opponent = OPPONENTS.iter().find(|opponent| opponent.name == name).unwrap();
    let seeds = FIRST_SEED..FIRST_SEED + 200;
    let (summary, found) = campaign(opponent, seeds, 500, 1, |_| {}).unwrap();
    if let Some(found) = found.first() {
        panic!("seed {}, profile {}:\n{}", found.seed, opponent.profile, found.report);
    }
    assert_eq!(summary.n_sequences, 200);
    assert!(100_000 <= summary.n_commands);
}

#[test]
fn replies_are_those_of_redis_7_0() {
    check("7.0");
}

#[test]
fn replies_are_those_of_redis_8_2() {
    check("8.2");
}
