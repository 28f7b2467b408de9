//! Many seeds against one server.

use std::ffi::OsString;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use streamlanes::command::Profile;

use crate::generate;
use crate::minimise::minimise;
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
}

/// Every real server that there is to compare with.
pub const OPPONENTS: [Opponent; 2] = [
    Opponent { name: "7.0", variable: "STREAMLANES_REDIS_70", profile: Profile::Redis70 },
    Opponent { name: "8.2", variable: "STREAMLANES_REDIS_82", profile: Profile::Redis82 },
];

impl Opponent {
    /// Where its program is.
    ///
    /// # Errors
    /// A sentence that says what to do, when the variable is not set.
    pub fn program(&self) -> Result<PathBuf, String> {
        let path: Option<OsString> = std::env::var_os(self.variable);
        path.map(PathBuf::from).ok_or_else(|| {
            format!(
                "{} does not say where redis-server {} is: run this as `cargo xtask test` or \
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
}

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
    let real = Real::start(&program)?;
    let mut summary = Summary::default();
    let mut found = Vec::new();
    for seed in seeds {
        let sequence = generate::sequence(opponent.profile, seed, n_steps);
        match run(&real, opponent.profile, &sequence)? {
            None => {
                summary.n_sequences += 1;
                summary.n_commands += sequence.steps.len();
            }
            Some(difference) => {
                let shortest = minimise(&real, opponent.profile, &sequence, difference)?;
                found.push(Found { seed, report: shortest.report() });
                if found.len() == n_found_max {
                    break;
                }
            }
        }
        progress(&summary);
    }
    Ok((summary, found))
}
