//! A contestant of `cargo xtask bench`, as a process: it reads `<workload> <n> <limit in seconds>`
//! lines and answers `ok <units done> <seconds>`, or `no <why>`. The line `memory` is answered with
//! the bytes that an entry and a pending entry take.
//!
//! * `calls`: the engine, natively.
//! * `lines`: command lines through the world, natively.
//! * `world [mix …]`, `history`: print figures of this program alone, and end.
//! * `load --socket FILE --pipeline N`: a RESP server, as a client.

mod figures;

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use streamlanes_bench::lines::{self, Bare};
use streamlanes_bench::load::Client;
use streamlanes_bench::timing::Measured;
use streamlanes_bench::typed;
use streamlanes_bench::workload::Workload;

/// Entries of the stream whose memory is measured.
const N_MEMORY: u64 = 1_000_000;

fn main() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let Some(Value(way)) = arguments.next()? else {
        bail!("`cargo xtask bench` calls this program")
    };
    let mut contestant = match way.string()?.as_str() {
        "calls" => Contestant::Calls,
        "lines" => Contestant::Lines,
        "load" => load(arguments)?,
        "world" => return figures::world(arguments),
        "history" => return figures::history(arguments),
        other => bail!("no way is called '{other}'"),
    };
    for line in std::io::stdin().lock().lines() {
        let answer = contestant.answer(&line?);
        let answer = answer.unwrap_or_else(|error| format!("no {error:#}"));
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn load(mut arguments: lexopt::Parser) -> Result<Contestant> {
    let (mut socket, mut pipeline) = (PathBuf::new(), 1);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("socket") => socket = arguments.value()?.into(),
            Long("pipeline") => pipeline = arguments.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Contestant::Load { client: Client::connect(&socket)?, pipeline })
}

enum Contestant {
    Calls,
    Lines,
    Load { client: Client, pipeline: u64 },
}

impl Contestant {
    fn answer(&mut self, line: &str) -> Result<String> {
        if line == "memory" {
            return self.memory();
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [workload, n, limit_s] = words[..] else { bail!("not three words: {line}") };
        let workload: Workload = workload.parse().map_err(anyhow::Error::msg)?;
        let (n, limit_s) = (n.parse()?, limit_s.parse()?);
        let start = Instant::now();
        let clock = || start.elapsed().as_secs_f64();
        let measured = match self {
            Contestant::Calls => typed::run(workload, n, limit_s, &clock),
            Contestant::Lines => lines::run::<Bare>(workload, n, limit_s, &clock),
            Contestant::Load { client, pipeline } => {
                client.run(workload, n, limit_s, *pipeline, &clock)?
            }
        };
        let Measured { n, seconds } = measured;
        Ok(format!("ok {n} {seconds}"))
    }

    /// Of the process for the engine; as INFO says it for a server. Meant for a process (a server)
    /// that has done nothing before.
    fn memory(&mut self) -> Result<String> {
        let per = |more: u64, less: u64| (more - less) as f64 / N_MEMORY as f64;
        let (none, entries, pending) = match self {
            Contestant::Load { client, .. } => {
                let none = client.info("used_memory")?;
                client.fill(N_MEMORY)?;
                let entries = client.info("used_memory")?;
                client.make_pending(N_MEMORY)?;
                (none, entries, client.info("used_memory")?)
            }
            Contestant::Calls | Contestant::Lines => {
                let none = resident_bytes()?;
                let store = typed::filled(N_MEMORY, false);
                let entries = resident_bytes()?;
                let pending = typed::filled(N_MEMORY, true);
                let both = resident_bytes()?;
                drop((store, pending));
                (none, entries, both - (entries - none))
            }
        };
        Ok(format!("ok {} {}", per(entries, none), per(pending, entries)))
    }
}

/// The process's memory as the system sees it.
fn resident_bytes() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.trim().strip_suffix(" kB")).context("no VmRSS")?;
    Ok(kb.trim().parse::<u64>()? * 1024)
}
