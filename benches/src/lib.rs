//! The workloads that `cargo xtask bench` measures, and the ways in which this engine does them.
//!
//! * [`workload`]: what is done, the same for everybody who is measured.
//! * [`typed`]: as calls of the engine.
//! * [`lines`]: as command lines, with the reply as text: what the console does.
//! * [`world`], [`history`]: how fast time passes in a world, and how fast one goes back in it.
//! * `load` (native): as a client of a RESP server.
//! * `web` (wasm32): what the benchmark's page calls.
//!
//! Invariant: a clock is an argument, and nothing is measured but the work itself: streams are
//! filled and values are made before the clock starts.

pub mod history;
pub mod lines;
#[cfg(not(target_arch = "wasm32"))]
pub mod load;
pub mod timing;
pub mod typed;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod workload;
pub mod world;
