//! Goal: the engine does what a naive model does, and its events tell the whole story.
//!
//! Method: random operations on both; after each one everything that can be seen is compared, the
//! engine's own invariants are checked, and a state that is put together from events alone must be
//! the real one. A failure is made small by proptest and printed with its operations.

#![cfg(not(target_arch = "wasm32"))]

mod model;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use streamlanes::engine::{NewId, NodeLimits, RefPolicy, StreamId, Trim, TrimBy};

use model::crowd::Crowd;
use model::ops::Op;
use model::{Pair, ops};

/// Sequences for one test run; `STREAMLANES_CASES` asks for another number, and so for others.
const N_CASES: u32 = 300;

#[test]
fn the_engine_is_the_model() {
    let asked = std::env::var("STREAMLANES_CASES").ok().and_then(|n| n.parse().ok());
    let config = Config {
        cases: asked.unwrap_or(N_CASES),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&config.cases.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&ops::ops(), |ops| {
        let mut pair = Pair::new();
        ops.iter().for_each(|op| pair.step(op));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Goal: pages, chunks and nodes by the hundred work as one of each does. Method: everything is
/// delivered, then acknowledged, claimed and given back at random, at a size at which structures
/// split and join, against a plain ordered set.
#[test]
fn many_pending_entries_keep_their_order() {
    let mut crowd = Crowd::new();
    for round in 0..60 {
        let grows = round % 20 < 12;
        crowd.append(if grows { 250 } else { 10 });
        crowd.deliver_all();
        crowd.work(if grows { 60 } else { 400 });
        crowd.check();
    }
}

/// Goal: what once went wrong does not again; each case is too rare to be left to chance.
#[test]
fn cases_that_went_wrong_stay_right() {
    let id = StreamId::new;
    let create = |last_id| Op::CreateGroup("g", last_id, None);
    let read = |count| Op::Read { group: "g", consumer: "alice", count, noack: false };
    let trim = |min_id, refs| {
        let by = TrimBy::MinId(min_id);
        Op::Trim(Trim { by, approx: false, approx_keeps_all: false, limit: 0, refs })
    };
    let append = |id| Op::Append(NewId::Exact(id), 0);
    // The clock jumped back, so what is claimed stands before what was delivered later than now.
    check(&[
        create(id(7, 0)),
        append(id(8, 0)),
        append(id(8, 1)),
        append(id(8, 2)),
        Op::Clock(2),
        read(1),
        Op::Clock(-1),
        read(2),
        Op::ClaimIdle { group: "g", consumer: "bob", min_idle: 0, count: 9 },
    ]);
    // A node of tombstones is left, whose end is not worth an event.
    check(&[
        append(id(3, 0)),
        append(id(3, 1)),
        Op::Delete(id(3, 1)),
        trim(id(3, 1), RefPolicy::KeepRef),
        trim(id(3, 2), RefPolicy::KeepRef),
    ]);
    // A node of tombstones is left; then entries come that are smaller than its first.
    for limits in [4, 2] {
        check(&[
            Op::Limits(NodeLimits { max_bytes: 4096, max_entries: limits }),
            create(id(0, 0)),
            append(id(3, 0)),
            read(1),
            append(id(5, 0)),
            Op::SetGroup("g", id(6, 0), None),
            trim(id(6, 0), RefPolicy::Acked),
            trim(id(4, 0), RefPolicy::KeepRef),
            Op::SetLastId(id(1, 0), None, None),
            append(id(2, 0)),
            append(id(4, 0)),
            append(id(5, 0)),
            Op::Range(id(2, 0), id(4, 0)),
            Op::Delete(id(2, 0)),
        ]);
    }
}

fn check(ops: &[Op]) {
    let mut pair = Pair::new();
    ops.iter().for_each(|op| pair.step(op));
}
