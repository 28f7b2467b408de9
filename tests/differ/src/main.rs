//! Long runs: `cargo xtask differ --help`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::prelude::*;
use streamlanes_differ::campaign::{OPPONENTS, Opponent, Summary, campaign, run_cases};
use streamlanes_differ::cases;
use streamlanes_differ::soak::soak;

const HELP: &str = "\
Runs random command sequences against the engine and real Redis servers and compares the replies.

Usage: cargo xtask differ [options]

  --seeds N        how many sequences for each server (2000)
  --from SEED      the first seed (0); a seed found by an earlier run repeats its sequence
  --steps N        commands of each sequence (500)
  --server NAME    only this server: 6.2, 7.0, 7.2, 7.4, 8.0, 8.2, 8.6, 8.10, valkey-8 or valkey-9
  --cases PATH     run a case (a file with a command on each line) or a folder of them instead
  --soak N         run N commands on the engine alone instead, looking for panics and growth
  --found N        stop after so many differences (1)
";

struct Options {
    n_seeds: u64,
    from: u64,
    n_steps: usize,
    n_found_max: usize,
    opponents: Vec<Opponent>,
    cases: Option<PathBuf>,
    n_soak: Option<u64>,
}

fn main() -> ExitCode {
    match options(std::env::args_os().skip(1)).and_then(|options| options.map_or(Ok(true), run)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("differ: {message}");
            ExitCode::from(2)
        }
    }
}

/// `None`: help was asked for and given.
fn options(words: impl IntoIterator<Item = OsString>) -> Result<Option<Options>, String> {
    let mut options = Options {
        n_seeds: 2000,
        from: 0,
        n_steps: 500,
        n_found_max: 1,
        opponents: OPPONENTS.to_vec(),
        cases: None,
        n_soak: None,
    };
    let mut parser = lexopt::Parser::from_args(words);
    let text = |error: lexopt::Error| error.to_string();
    while let Some(arg) = parser.next().map_err(text)? {
        match arg {
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(None);
            }
            Long("seeds") => options.n_seeds = number(&mut parser)?,
            Long("from") => options.from = number(&mut parser)?,
            Long("steps") => options.n_steps = number(&mut parser)?,
            Long("found") => options.n_found_max = number(&mut parser)?,
            Long("soak") => options.n_soak = Some(number(&mut parser)?),
            Long("cases") => options.cases = Some(parser.value().map_err(text)?.into()),
            Long("server") => {
                let name = parser.value().and_then(|value| value.string()).map_err(text)?;
                options.opponents.retain(|opponent| opponent.name == name);
                if options.opponents.is_empty() {
                    return Err(format!("no server '{name}'; see --help"));
                }
            }
            other => return Err(other.unexpected().to_string()),
        }
    }
    Ok(Some(options))
}

fn number<T: std::str::FromStr<Err: std::error::Error + Send + Sync>>(
    parser: &mut lexopt::Parser,
) -> Result<T, String> {
    let value = parser.value().and_then(|value| {
        value.parse_with(|word| word.parse::<T>().map_err(|error| error.to_string()))
    });
    value.map_err(|error| error.to_string())
}

/// Returns whether nothing differed.
fn run(options: Options) -> Result<bool, String> {
    if let Some(n_commands) = options.n_soak {
        run_alone(n_commands, options.from);
        return Ok(true);
    }
    if let Some(path) = &options.cases {
        return run_written(path, &options.opponents);
    }
    // A panic of the engine is shown as a difference; its own message once is enough.
    let mut is_same = true;
    for opponent in &options.opponents {
        let seeds = options.from..options.from + options.n_seeds;
        let mut n_reported = 0;
        let progress = |summary: &Summary| {
            if n_reported + 100_000 <= summary.n_commands {
                n_reported = summary.n_commands;
                eprintln!("  {} commands", summary.n_commands);
            }
        };
        eprintln!("redis-server {}, seeds {seeds:?}", opponent.name);
        let ran = campaign(opponent, seeds, options.n_steps, options.n_found_max, progress);
        let (summary, found) = ran.map_err(|error| error.to_string())?;
        for found in &found {
            println!("--- seed {}, profile {}", found.seed, opponent.profile);
            println!("{}", found.report);
        }
        is_same &= found.is_empty();
        println!(
            "redis-server {}: {} sequences, {} commands without a difference ({} after a clock \
             tick); {} with one; {} crashes of the real server",
            opponent.name,
            summary.n_sequences,
            summary.n_commands,
            summary.n_ticks,
            found.len(),
            summary.n_crashes
        );
    }
    Ok(is_same)
}

/// Runs the engine alone; it panics if something is wrong.
fn run_alone(n_commands: u64, from: u64) {
    let mut n_reported = 0;
    let soaked = soak(n_commands, from, |n| {
        if n_reported + 1_000_000 <= n {
            n_reported = n;
            eprintln!("  {n} commands");
        }
    });
    println!(
        "{} commands, {} bytes of replies; debug assertions {}; resident {} KiB after a tenth, {} \
         KiB at the end",
        soaked.n_commands,
        soaked.n_reply_bytes,
        if cfg!(debug_assertions) { "on" } else { "off" },
        soaked.early_kib,
        soaked.late_kib
    );
}

/// Runs cases; returns whether nothing differed.
fn run_written(path: &Path, opponents: &[Opponent]) -> Result<bool, String> {
    let cases = cases::read(path).map_err(|error| error.to_string())?;
    let mut is_same = true;
    for opponent in opponents {
        let found = run_cases(opponent, &cases).map_err(|error| error.to_string())?;
        found.iter().for_each(|report| println!("--- {report}"));
        println!("{}: {} of {} cases differ", opponent.name, found.len(), cases.len());
        is_same &= found.is_empty();
    }
    Ok(is_same)
}
