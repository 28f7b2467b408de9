//! Figures of one program alone, to be compared with those of another build of it.
//!
//! What counts for the speed of a world are seconds of the processor where the system tells them
//! (Linux): what else the machine does then weighs little. A seek is too short for that.

use std::time::Instant;

use anyhow::{Error, Result};
use streamlanes_bench::history::{self, Journal, Seeks};
use streamlanes_bench::world::{self, Mix, Speed};

/// Virtual seconds that are measured.
const VIRTUAL_S: u64 = 500;
const N_INPUTS: u64 = 100_000;

/// How fast time passes: `<mix> <virtual seconds a second> <commands a second>` in a line each.
pub fn world(mut arguments: lexopt::Parser) -> Result<()> {
    let mut mixes = Vec::new();
    while let Some(argument) = arguments.next()? {
        let lexopt::Arg::Value(name) = argument else { return Err(argument.unexpected().into()) };
        mixes.push(name.to_string_lossy().parse().map_err(Error::msg)?);
    }
    let mixes = if mixes.is_empty() { Mix::ALL.to_vec() } else { mixes };
    let clock = Clock::start();
    for mix in mixes {
        let mut session = world::filled(mix);
        let Speed { time, commands } = world::speed(&mut session, VIRTUAL_S, &|| clock.seconds());
        println!("{} {time:.0} {commands:.0}", mix.name());
    }
    Ok(())
}

/// How long a seek takes: `<journal> <worst> <median>` in a line each, in milliseconds.
pub fn history(mut arguments: lexopt::Parser) -> Result<()> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    let start = Instant::now();
    for (name, journal) in [("typed", Journal::Typed), ("shop", Journal::Shop)] {
        let mut session = history::written(journal, N_INPUTS);
        let Seeks { worst, median } =
            history::seek(&mut session, &|| start.elapsed().as_secs_f64());
        println!("{name} {:.1} {:.1}", worst * 1e3, median * 1e3);
    }
    Ok(())
}

struct Clock(Instant);

impl Clock {
    fn start() -> Clock {
        Clock(Instant::now())
    }

    fn seconds(&self) -> f64 {
        of_the_processor().unwrap_or_else(|| self.0.elapsed().as_secs_f64())
    }
}

fn of_the_processor() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse::<f64>().ok().map(|nanos| nanos / 1e9)
}
