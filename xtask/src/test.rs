//! Everything that must hold before a change lands, as a list of stages.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::build::{self, Profile};
use crate::differ;
use crate::setup::{browser, clients, wasm};
use crate::size;
use crate::step;
use crate::workspace::{Workspace, cargo};

/// How long all wasm tests of one binary may take in the browser, in seconds.
const WASM_TESTS_LIMIT_S: &str = "120";

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Of a stage that is one check.
    const ONE: Counts = Counts { passed: 1, failed: 0 };

    fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// What the stages share.
struct Shared<'a> {
    workspace: &'a Workspace,
    /// Browsers for all end-to-end tests; none: each of them.
    browsers: &'a [String],
}

/// One stage of the test.
struct Stage {
    name: &'static str,
    what: &'static str,
    /// A stage whose result this one needs.
    needs: Option<&'static str>,
    run: fn(&Shared) -> Result<Counts>,
}

const STAGES: &[Stage] = &[
    Stage { name: "fmt", what: "formatting", needs: None, run: fmt },
    Stage { name: "clippy", what: "lints, native", needs: None, run: clippy },
    Stage { name: "clippy-wasm", what: "lints, wasm32", needs: None, run: clippy_wasm },
    Stage { name: "native", what: "native tests", needs: None, run: native },
    Stage { name: "wasm", what: "tests in headless Chromium", needs: None, run: wasm_tests },
    Stage { name: "build", what: "the site", needs: None, run: build },
    Stage { name: "size", what: "size budget", needs: Some("build"), run: size_budget },
    Stage { name: "e2e", what: "end-to-end tests", needs: Some("build"), run: end_to_end },
];

/// Runs the stages named in `only` and what they need; all when it is empty. Stops at the first
/// stage that fails, and always ends with a summary.
pub fn run(workspace: &Workspace, only: &[String], browsers: &[String]) -> Result<()> {
    let chosen = choose(only)?;
    let context = Shared { workspace, browsers };
    let mut lines = Vec::new();
    let mut total = Counts::default();
    let mut failure = None;
    for stage in STAGES.iter().filter(|stage| chosen.contains(stage.name)) {
        if failure.is_some() {
            lines.push(line(stage, "not run", None, Duration::ZERO));
            continue;
        }
        eprintln!("\n=== {}: {} ===", stage.name, stage.what);
        let start = Instant::now();
        let result = (stage.run)(&context);
        let duration = start.elapsed();
        match result {
            Ok(counts) if counts.failed == 0 => {
                total.add(counts);
                lines.push(line(stage, "ok", Some(counts), duration));
            }
            Ok(counts) => {
                total.add(counts);
                lines.push(line(stage, "FAILED", Some(counts), duration));
                failure = Some(stage.name);
            }
            Err(error) => {
                eprintln!("{error:#}");
                total.failed += 1;
                lines.push(line(stage, "FAILED", None, duration));
                failure = Some(stage.name);
            }
        }
    }
    println!("\n{}", lines.join("\n"));
    println!("{} passed, {} failed", total.passed, total.failed);
    match failure {
        None => Ok(()),
        Some(name) => bail!("stage {name} failed; `cargo xtask test --only {name}` runs it again"),
    }
}

fn choose(only: &[String]) -> Result<BTreeSet<&'static str>> {
    if only.is_empty() {
        return Ok(STAGES.iter().map(|stage| stage.name).collect());
    }
    let mut chosen = BTreeSet::new();
    for name in only {
        let Some(stage) = STAGES.iter().find(|stage| stage.name == name) else {
            let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
            bail!("no stage is called '{name}'; there are: {}", known.join(", "));
        };
        chosen.insert(stage.name);
        chosen.extend(stage.needs);
    }
    Ok(chosen)
}

fn line(stage: &Stage, word: &str, counts: Option<Counts>, duration: Duration) -> String {
    let counts = match counts {
        Some(counts) if counts.failed > 0 => {
            format!("{} passed, {} failed", counts.passed, counts.failed)
        }
        Some(counts) if counts.passed > 1 => format!("{} passed", counts.passed),
        _ => String::new(),
    };
    let seconds = step::seconds(duration);
    format!("{word:<8} {:<12} {:<28} {seconds:>8}  {counts}", stage.name, stage.what)
        .trim_end()
        .to_string()
}

fn cargo_in(workspace: &Workspace, subcommand: &str) -> Command {
    let mut command = Command::new(cargo());
    command.current_dir(&workspace.root).arg(subcommand);
    command
}

fn fmt(context: &Shared) -> Result<Counts> {
    step::run(cargo_in(context.workspace, "fmt").args(["--all", "--check"]))
        .context("`cargo fmt --all` puts it right")?;
    Ok(Counts::ONE)
}

fn clippy(context: &Shared) -> Result<Counts> {
    let mut command = cargo_in(context.workspace, "clippy");
    command.args(["--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
    step::run(&mut command)?;
    Ok(Counts::ONE)
}

fn clippy_wasm(context: &Shared) -> Result<Counts> {
    let toolchain = wasm::toolchain(context.workspace)?;
    let mut command = toolchain.clippy(context.workspace);
    // In the variable, since Debian's clippy is called through `cargo check`, which takes no flags
    // for it. Tests are linted where they run: those of the page here, the others natively.
    command.args(["--quiet", "--package", "streamlanes", "--lib", "--profile", "wasm-dev"]);
    command.args(["--features", "host-api"]);
    command.env("CARGO_ENCODED_RUSTFLAGS", "-Dwarnings");
    step::run(&mut command)?;
    Ok(Counts::ONE)
}

fn native(context: &Shared) -> Result<Counts> {
    let mut command = cargo_in(context.workspace, "test");
    // The differential tests compare with real servers; real clients talk to the native door.
    command.envs(differ::environment(context.workspace)?);
    command.envs(clients::environment(context.workspace)?);
    run_tests(command.args(["--workspace", "--no-fail-fast"]))
}

/// Those of the library and of `tests/web*.rs`. A native `#[test]` in the library compiles here and
/// does not run.
fn wasm_tests(context: &Shared) -> Result<Counts> {
    let workspace = context.workspace;
    let toolchain = wasm::toolchain(workspace)?;
    let browser = browser::chromium(workspace)?;
    let runner = browser_tests_program(workspace)?;
    let mut command = toolchain.cargo(workspace, "test");
    let runner = format!("[{:?}, \"wasm-test\"]", runner.display().to_string());
    command.arg("--config").arg(format!("target.{}.runner={runner}", wasm::TARGET));
    command.args(["--package", "streamlanes", "--profile", "wasm-dev", "--lib"]);
    command.args(["--features", "host-api"]);
    for entry in workspace.root.join("tests").read_dir()? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".rs")
            && name.starts_with("web")
        {
            command.args(["--test", name]);
        }
    }
    command.env("CHROMEDRIVER", &browser.driver);
    command.env("WASM_BINDGEN_USE_BROWSER", "1");
    command.env("WASM_BINDGEN_TEST_TIMEOUT", WASM_TESTS_LIMIT_S);
    run_tests(&mut command)
}

fn build(context: &Shared) -> Result<Counts> {
    build::run(context.workspace, Profile::Release)?;
    Ok(Counts::ONE)
}

fn size_budget(context: &Shared) -> Result<Counts> {
    size::check(context.workspace)?;
    Ok(Counts::ONE)
}

fn end_to_end(context: &Shared) -> Result<Counts> {
    let program = browser_tests_program(context.workspace)?;
    let mut counts = Counts::default();
    let mut browsers = vec!["chromium", "firefox"];
    if !context.browsers.is_empty() {
        browsers = context.browsers.iter().map(String::as_str).collect();
    }
    for browser in browsers {
        println!("{browser}");
        let mut command = Command::new(&program);
        command.current_dir(&context.workspace.root).args(["run", "--browser", browser]);
        counts.add(run_tests(&mut command).with_context(|| format!("in {browser}"))?);
    }
    let site = build::run(context.workspace, Profile::Faults)?;
    let mut command = Command::new(&program);
    command.current_dir(&context.workspace.root).args(["run", "--faults", "--dist"]).arg(site);
    counts.add(run_tests(&mut command).context("with faults injected")?);
    Ok(counts)
}

/// Compiles `tests/e2e` and returns its executable.
///
/// `--workspace` chooses the same features of shared dependencies as `cargo test --workspace` does,
/// so that they are compiled once.
pub fn browser_tests_program(workspace: &Workspace) -> Result<PathBuf> {
    let mut command = cargo_in(workspace, "build");
    step::run(command.args(["--quiet", "--workspace", "--bin", "streamlanes-e2e"]))?;
    let name = format!("streamlanes-e2e{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target.join("debug").join(name))
}

/// Runs tests, showing what they print, and adds up the lines `test result: ok. 3 passed; …`.
///
/// # Errors
/// When the command fails although no test was counted as failed (it did not compile, it crashed).
fn run_tests(command: &mut Command) -> Result<Counts> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            counts.add(counts_in(&line));
            println!("{line}");
        }
    }
    let status = child.wait()?;
    if !status.success() && counts.failed == 0 {
        bail!("{} ended with {status}", command.get_program().display());
    }
    Ok(counts)
}

fn counts_in(line: &str) -> Counts {
    let Some(rest) = line.trim().strip_prefix("test result: ") else { return Counts::default() };
    let number_before = |word: &str| {
        rest.split(['.', ';'])
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
            .unwrap_or(0)
    };
    Counts { passed: number_before("passed"), failed: number_before("failed") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, passed: u64, failed: u64) {
        assert_eq!(counts_in(line), Counts { passed, failed }, "{line}");
    }

    #[test]
    fn result_lines_are_counted() {
        check("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured", 12, 0);
        check("test result: FAILED. 1 passed; 2 failed; 0 ignored", 1, 2);
        check("test reply::result: ok", 0, 0);
        check("running 3 tests", 0, 0);
    }

    #[test]
    fn a_stage_brings_what_it_needs() {
        let chosen = choose(&["e2e".to_string()]).expect("e2e is a stage");
        assert_eq!(chosen, BTreeSet::from(["build", "e2e"]));
        assert!(choose(&["e3e".to_string()]).is_err());
    }
}
