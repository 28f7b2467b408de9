//! `cargo xtask bench`: this engine beside what people would use instead, in one run on one
//! machine.
//!
//! Every contestant is a process that answers questions ([`contestant`]); they take turns, round by
//! round, so that what else the machine does weighs on all of them. [`results`] are medians, ratios
//! within a round, and the growth of the cost; [`report`] makes a page of them. What is measured in
//! the page itself is [`page`].

mod contestant;
mod page;
mod report;
mod results;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::build::{self, Aim, Profile};
use crate::setup::{peers, redis};
use crate::step;
use crate::test::browser_tests_program;
use crate::workspace::{Workspace, cargo};
use contestant::{Answer, Contestant};
use page::Measurements;
use results::Results;

/// What the command line says.
#[derive(Debug, Default)]
pub struct Options {
    /// Two small sizes and few rounds: a few minutes.
    pub quick: bool,
    /// Only contestants whose names begin so, `memory`, `cost`, `world` and `page`;
    /// all if empty.
    pub only: Vec<String>,
    /// Only these workloads; all if empty.
    pub workloads: Vec<String>,
    /// Put the result into the documents although not everything was measured.
    pub write: bool,
    /// How long the page runs at full speed while its memory is watched.
    pub minutes: Option<u32>,
}

/// The workloads, and what one unit of each is.
const WORKLOADS: [(&str, &str); 5] = [
    ("W1", "XADD of two fields of 16 bytes"),
    ("W2", "XREADGROUP COUNT 1, then XACK, for each entry; one group, four consumers"),
    ("W3", "XRANGE of the whole stream in pages of 100; each entry counts"),
    ("W4", "XADD MAXLEN ~ 1000"),
    ("W5", "as W2, by ten groups of ten consumers; each delivery counts"),
];
const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
const QUICK_SIZES: [u64; 2] = [1_000, 10_000];
const ROUNDS: usize = 5;
const QUICK_ROUNDS: usize = 3;
/// A run is cut off after this long, in seconds.
const LIMIT_S: f64 = 1.0;
const QUICK_LIMIT_S: f64 = 0.5;
/// Who is so slow that the greater sizes would take most of the run's time: the greatest size of
/// workloads that need a stream to begin with, and of the others.
const SLOW: [(&str, u64, u64); 2] =
    [("ioredis-mock", 10_000, 100_000), ("fakeredis", 10_000, 100_000)];
/// Who once took longer than this, in seconds and with what goes before, is spared further rounds
/// and greater sizes.
const PATIENCE_S: f64 = 12.0;

/// What everybody needs, ready.
struct Ready<'a> {
    workspace: &'a Workspace,
    /// Where sockets and logs go.
    dir: PathBuf,
    /// The folder of the benchmark's page.
    site: PathBuf,
    /// `streamlanes-bench`.
    program: PathBuf,
    /// `streamlanes-server`.
    door: PathBuf,
    /// `streamlanes-e2e`, or why there is none.
    browser_program: Result<PathBuf, String>,
    /// Where it is, or why it is nowhere.
    redis: Result<PathBuf, String>,
}

/// Everything that one run measured.
struct Measured<'a> {
    sizes: &'a [u64],
    rounds: usize,
    limit_s: f64,
    contestants: Vec<(String, String)>,
    results: Results,
    /// Bytes for an entry and for a pending one, by contestant.
    memory: BTreeMap<String, (f64, f64)>,
    page: Option<Measurements>,
    /// What commands cost natively in a small stream and in a large one, in sentences.
    costs: Vec<String>,
    worlds: Option<world::Worlds>,
    began: Instant,
}

/// Measures, prints the tables and writes them. The documents change only after a complete run,
/// unless asked for.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let ready = prepare(workspace, options)?;
    let is_wanted =
        |name: &str| options.only.is_empty() || options.only.iter().any(|it| it == name);
    let (sizes, rounds, limit_s): (&[u64], _, _) = if options.quick {
        (&QUICK_SIZES, QUICK_ROUNDS, QUICK_LIMIT_S)
    } else {
        (&SIZES, ROUNDS, LIMIT_S)
    };
    let mut measured = Measured {
        sizes,
        rounds,
        limit_s,
        contestants: Vec::new(),
        results: Results::default(),
        memory: BTreeMap::new(),
        page: None,
        costs: Vec::new(),
        worlds: None,
        began: Instant::now(),
    };
    let races =
        options.only.is_empty() || options.only.iter().any(|name| !APART.contains(&name.as_str()));
    if races {
        let contestants = contestant::start(&ready, &options.only)?;
        let names = contestants.iter().map(|it| (it.name.clone(), it.title.clone()));
        measured.contestants = names.collect();
        race(&contestants, options, &mut measured, &|so_far| save(&ready, so_far))?;
    }
    if is_wanted("memory") {
        measured.memory = memory(&ready)?;
        save(&ready, &measured)?;
    }
    if is_wanted("cost") {
        measured.costs = costs(workspace).unwrap_or_else(|error| {
            eprintln!("  {error:#}");
            Vec::new()
        });
    }
    if is_wanted("world") {
        let worlds =
            ready.browser_program.as_ref().ok().map(|browser_program| {
                world::measure(&ready.program, browser_program, &ready.site)
            });
        measured.worlds = worlds.and_then(|worlds| match worlds {
            Ok(worlds) => Some(worlds),
            Err(error) => {
                eprintln!("  {error:#}");
                None
            }
        });
    }
    if is_wanted("page") {
        measured.page = Some(match &ready.browser_program {
            Ok(program) => page::measure(program, workspace, options)?,
            Err(_) => Measurements::default(),
        });
    }
    let text = save(&ready, &measured)?;
    println!("\n{text}");
    let is_complete = !options.quick && options.only.is_empty() && options.workloads.is_empty();
    let mut out = saved(&ready);
    if is_complete || options.write {
        report::into_readme(&workspace.root.join("README.md"), &measured)?;
        out = workspace.root.join("docs/bench.md");
        fs::write(&out, &text)?;
    }
    println!("written to {}", workspace.show(&out));
    Ok(())
}

/// What is no race.
const APART: [&str; 4] = ["memory", "page", "cost", "world"];

/// Where the result goes as far as it has come, so that a run that ends too early is not lost.
fn saved(ready: &Ready<'_>) -> PathBuf {
    ready.dir.join("bench.md")
}

/// Writes down what was measured so far; returns its text.
fn save(ready: &Ready<'_>, measured: &Measured<'_>) -> Result<String> {
    let text = report::page(measured, &machine());
    fs::write(saved(ready), &text)?;
    Ok(text)
}

/// Lets everybody do everything, round by round; `save` is called after each workload.
fn race(
    contestants: &[Contestant],
    options: &Options,
    measured: &mut Measured<'_>,
    save: &dyn Fn(&Measured<'_>) -> Result<String>,
) -> Result<()> {
    let is_wanted = |name: &str| {
        options.workloads.is_empty() || options.workloads.iter().any(|it| it.as_str() == name)
    };
    for (workload, what) in WORKLOADS.into_iter().filter(|(name, _)| is_wanted(name)) {
        eprintln!("\n{workload}: {what}");
        // Who gave up or was too slow at a smaller size.
        let mut out: BTreeMap<&str, String> = BTreeMap::new();
        for &n in measured.sizes {
            spare_the_slow(contestants, workload, n, &mut out);
            for round in 0..measured.rounds {
                // There and back, so that nobody always follows the same one.
                let mut order: Vec<&Contestant> = contestants.iter().collect();
                if round % 2 == 1 {
                    order.reverse();
                }
                for contestant in order {
                    if let Some(why) = out.get(&*contestant.name) {
                        let why = Answer::Cannot(why.clone());
                        if round == 0 {
                            measured.results.add(workload, n, &contestant.name, why);
                        }
                        continue;
                    }
                    let start = Instant::now();
                    let answer = contestant.run(workload, n, measured.limit_s);
                    let took = start.elapsed().as_secs_f64();
                    if let Answer::Cannot(why) = &answer {
                        out.insert(&contestant.name, why.clone());
                    }
                    if PATIENCE_S < took {
                        let why = format!("{n} took {took:.0} s with what goes before");
                        out.insert(&contestant.name, why);
                    }
                    measured.results.add(workload, n, &contestant.name, answer);
                }
            }
            eprint!("  {:>4} s", measured.began.elapsed().as_secs());
            show(contestants, workload, n, &measured.results);
        }
        save(measured)?;
    }
    Ok(())
}

/// Takes those out for whom a size is too great.
fn spare_the_slow<'a>(
    contestants: &'a [Contestant],
    workload: &str,
    n: u64,
    out: &mut BTreeMap<&'a str, String>,
) {
    for contestant in contestants {
        let slow = SLOW.iter().find(|(name, ..)| *name == contestant.name);
        let Some((_, of_filled, of_empty)) = slow else { continue };
        let n_max = if matches!(workload, "W1" | "W4") { *of_empty } else { *of_filled };
        if n_max < n {
            let why = format!("more than {n_max} entries are not tried, it would take too long");
            out.entry(&contestant.name).or_insert(why);
        }
    }
}

fn show(contestants: &[Contestant], workload: &'static str, n: u64, results: &Results) {
    let cell = |contestant: &Contestant| {
        let rate = results.rate(workload, n, &contestant.name)?;
        Some(format!("{} {}", contestant.name, report::rate_text(rate)))
    };
    let cells: Vec<String> = contestants.iter().filter_map(cell).collect();
    eprintln!("  {n:>9}: {}", cells.join(" · "));
}

fn memory(ready: &Ready<'_>) -> Result<BTreeMap<String, (f64, f64)>> {
    step::step("memory of a million entries", || {
        let mut memory = BTreeMap::new();
        for contestant in contestant::fresh_for_memory(ready) {
            if let Answer::Took(entry, pending) = contestant.memory() {
                memory.insert(contestant.title.clone(), (entry, pending));
            }
        }
        Ok(memory)
    })
}

/// What `cargo bench --bench engine_cost` says.
fn costs(workspace: &Workspace) -> Result<Vec<String>> {
    step::step("what commands cost beside a million pending entries", || {
        let mut command = Command::new(cargo());
        command.current_dir(&workspace.root).args(["bench", "--quiet"]);
        command.args(["--package", "streamlanes", "--bench", "engine_cost"]);
        Ok(step::output_of(&mut command)?.lines().map(str::to_string).collect())
    })
}

/// Builds and gets what the wanted contestants need.
fn prepare<'a>(workspace: &'a Workspace, options: &Options) -> Result<Ready<'a>> {
    let is_wanted = |names: &[&str]| {
        let begins = |name: &str| options.only.iter().any(|it| name.starts_with(&**it));
        options.only.is_empty() || names.iter().any(|name| begins(name))
    };
    let is_in_browser = is_wanted(&["wasm", "ioredis-mock", "memory", "world"]);
    let dir = workspace.target.join("bench");
    fs::create_dir_all(&dir)?;
    let redis = redis::server_7_0(workspace).map_err(|error| format!("{error:#}"));
    let site = dir.join("site");
    if is_in_browser {
        step::step("build the benchmark's page", || build_site(workspace, &site))?;
    }
    if is_wanted(&["page"]) {
        build::run(workspace, Profile::Release)?;
    }
    if is_wanted(&["native", "door", "redis", "memory", "world"]) {
        step::step("build the contestants", || {
            let mut command = Command::new(cargo());
            command.current_dir(&workspace.root).args(["build", "--quiet", "--release", "--bins"]);
            command.args(["--package", "streamlanes-bench", "--package", "streamlanes-server"]);
            step::run(&mut command)
        })?;
    }
    let browser_program = if is_in_browser || is_wanted(&["page"]) {
        browser_tests_program(workspace).map_err(|error| format!("{error:#}"))
    } else {
        Err("not asked for".to_string())
    };
    let built = |name: &str| {
        workspace.target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    };
    let (program, door) = (built("streamlanes-bench"), built("streamlanes-server"));
    Ok(Ready { workspace, dir, site, program, door, browser_program, redis })
}

/// The page in which wasm and ioredis-mock are measured. The wasm is compiled both ways in which it
/// is published: for host pages, and for the page.
fn build_site(workspace: &Workspace, site: &Path) -> Result<()> {
    for (aim, dir) in [(Aim::Fast, "fast"), (Aim::Small, "small")] {
        let chosen = ["--package", "streamlanes-bench"];
        build::library(workspace, aim, &chosen, "streamlanes_bench", &site.join(dir))?;
    }
    let web = workspace.root.join("benches/web");
    for file in build::files_below(&web)? {
        fs::copy(web.join(&file), site.join(&file))
            .with_context(|| format!("cannot copy {}", file.display()))?;
    }
    let out = site.join("ioredis_mock.js");
    if let Err(error) = peers::ioredis_mock(workspace, &out) {
        eprintln!("  {error:#}");
        fs::write(&out, "export const run = () => 'no could not be bundled';\n")?;
    }
    Ok(())
}

/// The machine's processor, its cores, and the versions that matter.
fn machine() -> String {
    let cpu = fs::read_to_string(Path::new("/proc/cpuinfo")).unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model =
        model.map_or("an unknown processor", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let rustc = step::output_of(Command::new("rustc").arg("--version")).unwrap_or_default();
    format!("{model}, {cores} cores; {rustc}")
}
