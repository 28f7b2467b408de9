//! What the benchmark's page calls: one function for each way.

use std::str::FromStr;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::history::{self, Journal, Seeks};
use crate::lines::{self, Bare, Console, Journaled};
use crate::timing::Measured;
use crate::typed;
use crate::workload::Workload;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

fn clock() -> f64 {
    performance_now() / 1000.0
}

/// `ok <units done> <seconds>`, or `no <why>`.
#[wasm_bindgen]
pub fn run(way: &str, workload: &str, n: f64, limit_s: f64) -> String {
    if way == "history" {
        return history(workload, n as u64);
    }
    let workload = match Workload::from_str(workload) {
        Ok(workload) => workload,
        Err(error) => return format!("no {error}"),
    };
    let n = n as u64;
    let measured = match way {
        "calls" => typed::run(workload, n, limit_s, &clock),
        "lines" => lines::run::<Bare>(workload, n, limit_s, &clock),
        "session" if !lines::fits_a_session(workload, n) => {
            return "no a session keeps 200,000 lines".to_string();
        }
        "session" => lines::run::<Journaled>(workload, n, limit_s, &clock),
        other => return format!("no {other} is not known"),
    };
    show(measured)
}

/// `ok <worst> <median>`, in seconds for one seek.
fn history(journal: &str, n: u64) -> String {
    let journal = match Journal::from_str(journal) {
        Ok(journal) => journal,
        Err(error) => return format!("no {error}"),
    };
    let mut session = history::written(journal, n);
    let Seeks { worst, median } = history::seek(&mut session, &clock);
    format!("ok {worst} {median}")
}

fn show(measured: Measured) -> String {
    format!("ok {} {}", measured.n, measured.seconds)
}

/// A console for lines that JavaScript makes: what crossing the border costs.
#[wasm_bindgen]
#[derive(Default)]
pub struct LineConsole(Bare);

#[wasm_bindgen]
impl LineConsole {
    /// An empty world.
    #[wasm_bindgen(constructor)]
    pub fn new() -> LineConsole {
        LineConsole::default()
    }

    /// The reply's text.
    pub fn line(&mut self, line: &str) -> String {
        self.0.line(line)
    }
}

/// Something to keep in memory: `n` entries, pending or not.
#[wasm_bindgen]
pub struct Filled(streamlanes::engine::Store);

#[wasm_bindgen]
impl Filled {
    /// Makes it.
    #[wasm_bindgen(constructor)]
    pub fn new(n: f64, is_pending: bool) -> Filled {
        Filled(typed::filled(n as u64, is_pending))
    }

    /// How many keys it is; for a caller that must not lose it too early.
    pub fn n_keys(&self) -> usize {
        self.0.db(0).len()
    }
}
