//! Runs the scenarios one after the other, each in a fresh browser.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use xtask::site::{self, Serving, Site};
use xtask::step;

use crate::Options;
use crate::driver::{Driver, Look};
use crate::page::Page;
use crate::scenarios::{self, Scenario};

/// The site is served below this path, to show that it does not care where it is.
const BASE: &str = "/some/where/";

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (site, _serving) = serve(&options.dist)?;
    let out = options.out.join(options.browser.name());
    let driver = Driver::start(&options.workspace, options.browser, &out)?;
    let mut n_passed = 0;
    let mut failed = Vec::new();
    for scenario in scenarios::ALL.iter().filter(|one| one.name.contains(&options.filter)) {
        let start = Instant::now();
        let result = runtime.block_on(run_one(scenario, &driver, &site, &out));
        let duration = step::seconds(start.elapsed());
        match result {
            Ok(()) => {
                println!("test {} ... ok ({duration})", scenario.name);
                n_passed += 1;
            }
            Err(error) => {
                println!("test {} ... FAILED ({duration})\n{error:#}", scenario.name);
                failed.push(scenario.name);
            }
        }
    }
    let word = if failed.is_empty() { "ok" } else { "FAILED" };
    println!("test result: {word}. {n_passed} passed; {} failed", failed.len());
    ensure!(n_passed + failed.len() > 0, "no scenario's name contains '{}'", options.filter);
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Serves a folder on a free port; returns its address.
pub(crate) fn serve(dir: &Path) -> Result<(String, Serving)> {
    ensure!(dir.join("index.html").is_file(), "{} has no index.html", dir.display());
    let listener = site::bind(0)?;
    let address = format!("http://127.0.0.1:{}{BASE}", listener.port);
    let dir = dir.to_path_buf();
    let site = Site { dir, base: BASE.to_string(), intercept: None, page_filter: None };
    Ok((address, listener.serve(site)?))
}

async fn run_one(scenario: &Scenario, driver: &Driver, site: &str, out: &Path) -> Result<()> {
    let mut page = Page::open(driver, site, out, Look::DESKTOP).await?;
    let mut result = (scenario.run)(&page).await;
    let complaints = page.complaints().await?;
    if result.is_ok() {
        result = (scenario.judge)(&complaints);
    }
    if result.is_err() {
        let file = page.screenshot(scenario.name).await?;
        let context = format!("a picture of the failure is in {}", file.display());
        let heard = complaints.join("\n  ");
        result = result.context(context).with_context(|| match complaints.is_empty() {
            true => "the browser's console is empty".to_string(),
            false => format!("the browser's console:\n  {heard}"),
        });
    }
    page.close().await?;
    result
}
