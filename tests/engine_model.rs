//! Goal: the engine does what a naive model does, and its events tell the whole story.
//!
//! Method: random operations on both; after each one everything that can be seen is compared, the
//! engine's own invariants are checked, and a state that is put together from events alone must be
//! the real one. A failure is made small by proptest and printed with its operations.

mod model;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use model::crowd::Crowd;
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
