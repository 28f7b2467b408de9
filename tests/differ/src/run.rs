//! Running one sequence on both sides.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use streamlanes::time::Millis;

use crate::campaign::Opponent;
use crate::compare::{Leeway, is_same};
use crate::engine::Engine;
use crate::real::{Real, Wire, encode};
use crate::{Sequence, Step, Word};

/// A reply that is not the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Which step, counted from 0.
    pub step_idx: usize,
    /// Whose connection.
    pub client: usize,
    /// The engine's bytes.
    pub ours: Vec<u8>,
    /// The real server's.
    pub theirs: Vec<u8>,
}

/// A run that took longer than this says nothing, since idle times were chosen with it in mind.
const RUN_MS_MAX: u64 = 400;
/// How long a reply may take that did not come at once.
const LATE_REPLY: Duration = Duration::from_secs(2);
/// How often a run that took too long is repeated.
const N_RUNS_MAX: usize = 300;

/// Runs a sequence on both sides; returns the first difference.
///
/// # Errors
/// The real server is gone, or the machine is too slow.
pub fn run(
    real: &Real,
    opponent: &Opponent,
    sequence: &Sequence,
) -> io::Result<Option<Difference>> {
    for _ in 0..N_RUNS_MAX {
        let ran = if sequence.n_clients == 1 {
            run_pipelined(real, opponent, sequence)?
        } else {
            run_in_turns(real, opponent, sequence)?
        };
        if let Some(result) = ran {
            return Ok(result);
        }
    }
    Err(io::Error::other("this machine is too slow: every run took too long to compare times"))
}

/// What both sides are told first. The replies are not compared.
fn prologue(sequence: &Sequence) -> Vec<Vec<Word>> {
    let line = |text: String| text.split(' ').map(|word| word.as_bytes().to_vec()).collect();
    vec![
        line("FLUSHALL".to_owned()),
        line(format!("CONFIG SET stream-node-max-entries {}", sequence.node_entries_max)),
        line(format!("CONFIG SET stream-node-max-bytes {}", sequence.node_bytes_max)),
    ]
}

/// What each connection says first.
fn hello(sequence: &Sequence) -> Vec<Word> {
    let version: &[u8] = if sequence.is_resp3 { b"3" } else { b"2" };
    vec![b"HELLO".to_vec(), version.to_vec()]
}

/// `None`: it took too long.
type Ran = Option<Option<Difference>>;

fn run_pipelined(real: &Real, opponent: &Opponent, sequence: &Sequence) -> io::Result<Ran> {
    let mut wire = real.connect()?;
    let mut first = prologue(sequence);
    first.push(hello(sequence));
    let mut bytes: Vec<u8> = first.iter().flat_map(|words| encode(words)).collect();
    wire.send(&bytes)?;
    wire.replies(first.len())?;

    bytes.clear();
    for step in &sequence.steps {
        bytes.extend_from_slice(&encode(&step.words));
    }
    let start = wall_clock();
    wire.send(&bytes)?;
    let replies = wire.replies(sequence.steps.len())?;
    let end = wall_clock();
    if RUN_MS_MAX < end - start {
        return Ok(None);
    }
    let leeway = leeway(opponent, start, end);

    let mut engine = Engine::new(opponent.profile, 1, start);
    for words in &first {
        engine.ask(words, start);
    }
    let mut now = start;
    for (step_idx, (step, theirs)) in sequence.steps.iter().zip(replies).enumerate() {
        now = now.max(time_in_reply(step, &theirs, start, end).unwrap_or(start));
        let ours = engine.ask(&step.words, now);
        if !is_same(&step.words, &ours, &theirs, leeway) {
            return Ok(Some(Some(Difference { step_idx, client: 0, ours, theirs })));
        }
    }
    Ok(Some(None))
}

fn run_in_turns(real: &Real, opponent: &Opponent, sequence: &Sequence) -> io::Result<Ran> {
    let mut control = real.connect()?;
    let mut wires = Vec::new();
    for words in prologue(sequence) {
        control.ask(&words)?;
    }
    for _ in 0..sequence.n_clients {
        let mut wire = real.connect()?;
        wire.ask(&hello(sequence))?;
        wires.push(wire);
    }
    let start = wall_clock();
    let mut engine = Engine::new(opponent.profile, sequence.n_clients, start);
    for words in prologue(sequence) {
        engine.step(0, &words, start);
    }
    for client in 0..sequence.n_clients {
        engine.step(client, &hello(sequence), start);
    }
    for (step_idx, step) in sequence.steps.iter().enumerate() {
        // A command of a client that waits would be kept back on both sides.
        if engine.is_blocked(step.client) {
            continue;
        }
        let before = wall_clock();
        wires[step.client].send(&encode(&step.words))?;
        settle(&mut control)?;
        let after = wall_clock();
        if RUN_MS_MAX < after - start {
            return Ok(None);
        }
        let theirs: io::Result<Vec<_>> = wires.iter_mut().map(Wire::take_arrived).collect();
        let mut theirs = theirs?;
        let now = time_in_reply(step, &theirs[step.client], before, after).unwrap_or(after);
        let ours = engine.step(step.client, &step.words, now);
        for client in 0..sequence.n_clients {
            // FLUSHALL of newer servers is answered when a thread of theirs is done, and a reader
            // that waits with CLAIM when the clock has moved on.
            if !ours[client].is_empty() && theirs[client].is_empty() {
                theirs[client] = wires[client].reply_within(LATE_REPLY)?;
            }
        }
        let leeway = leeway(opponent, start, after);
        for (client, (ours, theirs)) in ours.into_iter().zip(theirs).enumerate() {
            if !is_same(&step.words, &ours, &theirs, leeway) {
                return Ok(Some(Some(Difference { step_idx, client, ours, theirs })));
            }
        }
    }
    Ok(Some(None))
}

/// Waits until the server has handled everything that was sent before, and has written what that
/// caused. The first answer may come in the same turn of its loop as the command; the second comes
/// after that turn, at whose end clients that waited are served.
fn settle(control: &mut Wire) -> io::Result<()> {
    let ping = [b"PING".to_vec()];
    control.ask(&ping)?;
    control.ask(&ping)?;
    Ok(())
}

/// What may differ in a run from `start` to `end`.
fn leeway(opponent: &Opponent, start: Millis, end: Millis) -> Leeway {
    Leeway { time_ms: (end - start) as i64 + 2, names: opponent.patched }
}

/// The server's time, if its reply shows it: the latest id that XADD made from the clock.
fn time_in_reply(step: &Step, reply: &[u8], start: Millis, end: Millis) -> Option<Millis> {
    let name = step.words.first()?;
    if !name.eq_ignore_ascii_case(b"XADD") && !name.eq_ignore_ascii_case(b"EXEC") {
        return None;
    }
    let lines = reply.split(|&byte| byte == b'\n');
    let times = lines.filter_map(|line| {
        let (ms, _) = std::str::from_utf8(line).ok()?.split_once('-')?;
        ms.parse().ok()
    });
    times.filter(|ms| (start..=end).contains(ms)).max()
}

#[expect(clippy::disallowed_methods, reason = "a real server lives by the wall clock")]
fn wall_clock() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as u64
}
