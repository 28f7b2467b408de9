//! The world as a whole: deterministic, alive, and honest about who got what.
#![cfg(not(target_arch = "wasm32"))]

#[path = "world/auditor.rs"]
mod auditor;
#[path = "world/bounds.rs"]
mod bounds;
#[path = "world/controls.rs"]
mod controls;
#[path = "world/determinism.rs"]
mod determinism;
#[path = "world/documents.rs"]
mod documents;
#[path = "world/journals.rs"]
mod journals;
#[path = "world/limits.rs"]
mod limits;
#[path = "world/liveness.rs"]
mod liveness;
#[path = "world/services.rs"]
mod services;

use streamlanes::command::Profile;
use streamlanes::sim::{EntryState, Scenario, Session, Submitted};

/// A session of a scenario that comes with the page, at its start.
fn session(name: &str) -> Session {
    let scenario = Scenario::builtin(name).unwrap();
    let seed = scenario.seed;
    Session::new(scenario, seed, Profile::Redis86)
}

/// A session of a scenario given by its lines.
fn of_lines(lines: &str) -> Session {
    let scenario = Scenario::parse("test", &format!("title: Test\n{lines}")).unwrap();
    Session::new(scenario, 1, Profile::Redis86)
}

fn run_seconds(session: &mut Session, n_seconds: u64) {
    session.advance_to(session.now() + n_seconds * 1_000, usize::MAX);
}

/// Submits a line and returns its answer as text: reply bytes with blanks for line ends, or a note.
#[track_caller]
fn say(session: &mut Session, line: &str) -> String {
    let seq = match session.submit("", line) {
        Submitted::Applied { seq } => seq,
        other => panic!("{line}: {other:?}"),
    };
    match &session.world().transcript().get(seq).unwrap().state {
        EntryState::Replied { reply, .. } => {
            String::from_utf8_lossy(reply).trim_end().replace("\r\n", " ")
        }
        EntryState::Note(text) => text.to_string(),
        EntryState::Waiting => "waiting".to_owned(),
    }
}
