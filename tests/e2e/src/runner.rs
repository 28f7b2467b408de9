//! Runs the scenarios, each in a fresh browser, two at a time.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use hyper::body::Bytes;
use tokio::task::LocalSet;
use xtask::site::{self, Serving, Site};
use xtask::step;

use crate::Options;
use crate::driver::Driver;
use crate::page::Page;
use crate::scenarios::{self, Scenario};

/// The site is served below this path, to show that it does not care where it is.
const BASE: &str = "/some/where/";

/// What is put into each page, and under which name.
const PROBE: &str = include_str!("probe.js");
const PROBE_NAME: &str = "probe-of-the-tests.js";

/// A page in which the site fills a frame of a phone's size: Firefox's windows are never so narrow.
const FRAME: &str = "<!doctype html><html lang=en><title>A frame</title>\
    <link rel=icon href=data:,><style>body { margin: 0 } iframe { border: 0 }</style>\
    <iframe title=site width=390 height=844></iframe>";
pub(crate) const FRAME_NAME: &str = "frame-of-the-tests.html";

/// Browsers at work at the same time, each with a driver of its own.
const N_WORKERS: usize = 2;

/// What the workers share.
struct Work {
    waiting: RefCell<VecDeque<&'static Scenario>>,
    n_passed: Cell<usize>,
    n_failed: Cell<usize>,
    site: String,
    out: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (site, _serving) = serve(&options.dist)?;
    let out = options.out.join(options.browser.name());
    let scenarios = if options.faults { scenarios::WITH_FAULTS } else { scenarios::ALL };
    let waiting: VecDeque<_> = scenarios
        .iter()
        .filter(|one| one.name.contains(&options.filter) && one.runs_in(options.browser))
        .collect();
    ensure!(!waiting.is_empty(), "no scenario's name contains '{}'", options.filter);
    let n_workers = N_WORKERS.min(waiting.len());
    let work = Rc::new(Work {
        waiting: RefCell::new(waiting),
        n_passed: Cell::default(),
        n_failed: Cell::default(),
        site,
        out,
    });
    let workers = LocalSet::new();
    for idx in 0..n_workers {
        let out = work.out.join(format!("driver-{idx}"));
        let driver = Driver::start(&options.workspace, options.browser, &out)?;
        let work = Rc::clone(&work);
        workers.spawn_local(async move { work.until_done(&driver).await });
    }
    runtime.block_on(workers);
    let (n_passed, n_failed) = (work.n_passed.get(), work.n_failed.get());
    let word = if n_failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {word}. {n_passed} passed; {n_failed} failed");
    Ok(if n_failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Work {
    async fn until_done(&self, driver: &Driver) {
        loop {
            // Taken before the wait, so that the queue is free meanwhile.
            let next = self.waiting.borrow_mut().pop_front();
            let Some(scenario) = next else { return };
            let start = Instant::now();
            let result = run_one(scenario, driver, &self.site, &self.out).await;
            let duration = step::seconds(start.elapsed());
            match result {
                Ok(()) => {
                    println!("test {} ... ok ({duration})", scenario.name);
                    self.n_passed.set(self.n_passed.get() + 1);
                }
                Err(error) => {
                    println!("test {} ... FAILED ({duration})\n{error:#}", scenario.name);
                    self.n_failed.set(self.n_failed.get() + 1);
                }
            }
        }
    }
}

/// Serves a folder on a free port, with the probe in each page; returns its address.
pub(crate) fn serve(dir: &Path) -> Result<(String, Serving)> {
    ensure!(dir.join("index.html").is_file(), "{} has no index.html", dir.display());
    let listener = site::bind(0)?;
    let address = format!("http://127.0.0.1:{}{BASE}", listener.port);
    let intercept = |url: &str| {
        let (mime, text) = match url.strip_prefix(BASE)? {
            PROBE_NAME => ("text/javascript; charset=utf-8", PROBE),
            FRAME_NAME => ("text/html; charset=utf-8", FRAME),
            _ => return None,
        };
        let answer = site::answer(mime, Bytes::from_static(text.as_bytes()));
        Some(Box::pin(async { answer }) as site::Later)
    };
    let probe = format!("<script src=\"{BASE}{PROBE_NAME}\"></script>");
    // Behind the policy, so that the policy holds for it too.
    let put_in = move |page: String| page.replacen("<link ", &format!("{probe}<link "), 1);
    let site = Site {
        dir: dir.to_path_buf(),
        base: BASE.to_string(),
        intercept: Some(Box::new(intercept)),
        page_filter: Some(Box::new(put_in)),
    };
    Ok((address, listener.serve(site)?))
}

async fn run_one(scenario: &Scenario, driver: &Driver, site: &str, out: &Path) -> Result<()> {
    let mut page = Page::open(driver, site, out, scenario.look).await?;
    let mut result = (scenario.run)(&page).await;
    let complaints = page.complaints().await?;
    if result.is_ok() {
        result = (scenario.judge)(&complaints);
    }
    if result.is_err() {
        let file = page.screenshot(scenario.name).await?;
        // What scrolled out of the picture.
        let said = page.text(crate::page::id::TRANSCRIPT).await.unwrap_or_default();
        let context = format!("a picture is in {}; the console says\n{said}\n", file.display());
        let heard = complaints.join("\n  ");
        result = result.context(context).with_context(|| match complaints.is_empty() {
            true => "the browser has no complaint".to_string(),
            false => format!("the browser's complaints:\n  {heard}"),
        });
    }
    page.close().await?;
    result
}
