//! Tests that need a browser. `cargo xtask test` and `cargo xtask screenshots` call this program.
//!
//! * `wasm-test …`: cargo's runner for wasm tests, with wasm-bindgen's own runner as a library.
//! * `run`: the end-to-end scenarios, driven through WebDriver as a person would.
//! * `screenshots`: pictures of the page.
//! * `bench`, `bench-page`: what `cargo xtask bench` measures in the browser.
//!
//! Invariant: a scenario sees what a person sees. It never calls into the engine.

mod driver;
mod measure;
mod page;
mod runner;
mod scenarios;
mod shots;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use xtask::workspace::Workspace;

use crate::driver::Kind;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    match env::args().nth(1).as_deref() {
        Some("wasm-test") => {
            let program = "wasm-bindgen-test-runner".to_string();
            let arguments = [program].into_iter().chain(env::args().skip(2));
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("run") => runner::run(&options()?),
        Some("bench") => {
            measure::contestant(&options()?)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("bench-page") => {
            measure::page(&options()?)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("screenshots") => {
            shots::run(&options()?)?;
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("`cargo xtask test` and `cargo xtask screenshots` call this program"),
    }
}

/// What the command line says.
pub(crate) struct Options {
    /// The workspace, for its cache of tools.
    pub(crate) workspace: Workspace,
    /// The site.
    pub(crate) dist: PathBuf,
    /// Where pictures and logs go.
    pub(crate) out: PathBuf,
    /// The browser that drives.
    pub(crate) browser: Kind,
    /// The site was built with the controls that kill it: runs the scenarios for that.
    pub(crate) faults: bool,
    /// Only scenarios whose names contain this.
    pub(crate) filter: String,
    /// Whether to measure for a shorter time.
    pub(crate) quick: bool,
    /// How long the page runs at full speed.
    pub(crate) minutes: Option<u64>,
    /// The README's picture, when only that is wanted.
    pub(crate) readme: Option<PathBuf>,
}

fn options() -> Result<Options> {
    let workspace = Workspace::find()?;
    let mut options = Options {
        dist: workspace.dist(),
        out: workspace.target.join("e2e"),
        browser: Kind::Chromium,
        faults: false,
        filter: String::new(),
        quick: false,
        minutes: None,
        readme: None,
        workspace,
    };
    let mut arguments = lexopt::Parser::from_args(env::args_os().skip(2));
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("dist") => options.dist = arguments.value()?.into(),
            Long("out") => options.out = arguments.value()?.into(),
            Long("faults") => options.faults = true,
            Long("quick") => options.quick = true,
            Long("minutes") => options.minutes = Some(arguments.value()?.parse()?),
            Long("readme") => options.readme = Some(arguments.value()?.into()),
            Long("browser") => {
                let name = arguments.value()?.string()?;
                options.browser = Kind::from_name(&name)
                    .with_context(|| format!("no browser is called '{name}' here"))?;
            }
            Value(filter) => options.filter = filter.string()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}
