//! Many seeds against one server.

use std::ffi::OsString;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use streamlanes::command::Profile;

use crate::Sequence;
use crate::cases::Case;
use crate::generate;
use crate::minimise::{Reproducer, minimise};
use crate::real::Real;
use crate::run::run;

/// A real server to compare with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opponent {
    /// As it is called on the command line.
    pub name: &'static str,
    /// The environment variable with the path of its redis-server.
    pub variable: &'static str,
    /// Who the engine pretends to be.
    pub profile: Profile,
    /// Names in replies whose values are not compared: the profile is a later patch of this
    /// version, which answers otherwise there.
    pub patched: &'static [&'static [u8]],
}

/// What 7.2.7 and 7.4.2 changed: when the lag is known.
const LAG: &[&[u8]] = &[b"lag", b"entries-read"];

/// Every real server that there is to compare with.
pub const OPPONENTS: [Opponent; 10] = [
    opponent("6.2", "STREAMLANES_SERVER_6_2", Profile::Redis62, &[]),
    opponent("7.0", "STREAMLANES_SERVER_7_0", Profile::Redis70, &[]),
    opponent("7.2", "STREAMLANES_SERVER_7_2", Profile::Redis72, LAG),
    opponent("7.4", "STREAMLANES_SERVER_7_4", Profile::Redis74, LAG),
    opponent("8.0", "STREAMLANES_SERVER_8_0", Profile::Redis80, &[]),
    opponent("8.2", "STREAMLANES_SERVER_8_2", Profile::Redis82, &[]),
    opponent("8.6", "STREAMLANES_SERVER_8_6", Profile::Redis86, &[]),
    opponent("8.10", "STREAMLANES_SERVER_8_10", Profile::Redis810, &[]),
    opponent("valkey-8", "STREAMLANES_SERVER_VALKEY_8", Profile::Valkey8, &[]),
    opponent("valkey-9", "STREAMLANES_SERVER_VALKEY_9", Profile::Valkey9, &[]),
];

const fn opponent(
    name: &'static str,
    variable: &'static str,
    profile: Profile,
    patched: &'static [&'static [u8]],
) -> Opponent {
    Opponent { name, variable, profile, patched }
}

impl Opponent {
    /// Where its program is.
    ///
    /// # Errors
    /// A sentence that says what to do, when the variable is not set.
    pub fn program(&self) -> Result<PathBuf, String> {
        let path: Option<OsString> = std::env::var_os(self.variable);
        path.map(PathBuf::from).ok_or_else(|| {
            format!(
                "{} does not say where the server of {} is: run this as `cargo xtask test` or \
                 `cargo xtask differ`, which get the server and set it",
                self.variable, self.name
            )
        })
    }
}

/// What a campaign did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Sequences without a difference.
    pub n_sequences: usize,
    /// Their commands.
    pub n_commands: usize,
    /// Sequences with a difference that was not there when they were run again: the clock went on
    /// in the middle of something (a transaction of 7.0 asks for the time with every command).
    pub n_ticks: usize,
    /// Sequences that the real server did not survive. They count as nothing: 7.0.15 has an
    /// assertion that some streams violate.
    pub n_crashes: usize,
}

/// How often a sequence that differed is run again.
const N_AGAIN: usize = 3;

/// What a campaign found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The seed of the sequence.
    pub seed: u64,
    /// The shortest sequence that still differs, and both replies.
    pub report: String,
}

/// Runs the sequences of some seeds; after each it tells `progress` how far it is. Ends after
/// `n_found_max` differences.
///
/// # Errors
/// The server does not run, or the machine is too slow.
pub fn campaign(
    opponent: &Opponent,
    seeds: Range<u64>,
    n_steps: usize,
    n_found_max: usize,
    mut progress: impl FnMut(&Summary),
) -> io::Result<(Summary, Vec<Found>)> {
    let program = opponent.program().map_err(io::Error::other)?;
    let mut real = Real::start(&program)?;
    let mut summary = Summary::default();
    let mut found = Vec::new();
    for seed in seeds {
        let sequence = generate::sequence(opponent.profile, seed, n_steps);
        match examine(&real, opponent, &sequence) {
            Ok(verdict) => {
                if let Verdict::Differs(report) = verdict {
                    found.push(Found { seed, report });
                    if found.len() == n_found_max {
                        break;
                    }
                } else {
                    summary.n_sequences += 1;
                    summary.n_commands += sequence.steps.len();
                    summary.n_ticks += usize::from(verdict == Verdict::Tick);
                }
            }
            Err(error) if real.has_ended() => {
                eprintln!("  seed {seed}: the real server crashed ({error})");
                summary.n_crashes += 1;
                real = Real::start(&program)?;
            }
            Err(error) => return Err(io::Error::other(format!("seed {seed}: {error}"))),
        }
        progress(&summary);
    }
    Ok((summary, found))
}

/// What became of a sequence.
#[derive(PartialEq, Eq)]
enum Verdict {
    Same,
    /// A difference that went away.
    Tick,
    /// The shortest sequence that still differs.
    Differs(String),
}

fn examine(real: &Real, opponent: &Opponent, sequence: &Sequence) -> io::Result<Verdict> {
    let Some(mut difference) = run(real, opponent, sequence)? else { return Ok(Verdict::Same) };
    for _ in 0..N_AGAIN {
        match run(real, opponent, sequence)? {
            None => return Ok(Verdict::Tick),
            Some(again) => difference = again,
        }
    }
    let shortest = minimise(real, opponent, sequence, difference)?;
    Ok(Verdict::Differs(shortest.report()))
}

/// Runs cases that were written down, those that are for this server; what differed, as far as each
/// case comes.
///
/// # Errors
/// As [`campaign`].
pub fn run_cases(opponent: &Opponent, cases: &[Case]) -> io::Result<Vec<String>> {
    let program = opponent.program().map_err(io::Error::other)?;
    let real = Real::start(&program)?;
    let mut found = Vec::new();
    for case in cases.iter().filter(|case| case.is_for(opponent.profile)) {
        for is_resp3 in [false, true] {
            let sequence = Sequence { is_resp3, ..case.sequence.clone() };
            if let Some(difference) = run(&real, opponent, &sequence)? {
                let sequence =
                    Sequence { steps: sequence.steps[..=difference.step_idx].to_vec(), ..sequence };
                let report = Reproducer { sequence, difference }.report();
                found.push(format!("{}, profile {}\n{report}", case.name, opponent.profile));
                break;
            }
        }
    }
    Ok(found)
}
