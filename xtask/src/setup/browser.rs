//! Browsers and their WebDriver programs.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::{apt, locked};
use crate::step;
use crate::workspace::{Workspace, cargo, find_in_path};

/// The pinned version of geckodriver on crates.io.
const GECKODRIVER_VERSION: &str = "0.37.1";

/// A browser and the program that drives it.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The browser's executable.
    pub program: PathBuf,
    /// Its WebDriver's executable.
    pub driver: PathBuf,
}

impl Browser {
    /// One line for people.
    pub fn describe(&self) -> String {
        format!("{}, {}", self.program.display(), self.driver.display())
    }
}

/// Chromium or Chrome, with chromedriver.
pub fn chromium(workspace: &Workspace) -> Result<Browser> {
    if let Some(browser) = find_chromium() {
        return Ok(browser);
    }
    if apt::is_available() {
        locked(&workspace.cache, "apt", || {
            apt::install(workspace, &["chromium", "chromium-driver"])
        })?;
    }
    find_chromium().context(
        "the browser tests need Chromium (or Chrome) and chromedriver in PATH: install both from \
         your system's packages, or set CHROMEDRIVER to the driver's path",
    )
}

fn find_chromium() -> Option<Browser> {
    let program = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .iter()
        .find_map(|name| find_in_path(name))?;
    // CHROMEWEBDRIVER is the folder where GitHub's machines keep theirs.
    let driver = env::var_os("CHROMEDRIVER")
        .map(PathBuf::from)
        .or_else(|| {
            env::var_os("CHROMEWEBDRIVER").map(|dir| PathBuf::from(dir).join("chromedriver"))
        })
        .or_else(|| find_in_path("chromedriver"))
        .filter(|driver| driver.is_file())?;
    Some(Browser { program, driver })
}

/// Firefox with geckodriver, which Debian does not package: it is built once from crates.io.
pub fn firefox(workspace: &Workspace) -> Result<Browser> {
    let find = || ["firefox", "firefox-esr"].iter().find_map(|name| find_in_path(name));
    if find().is_none() && apt::is_available() {
        locked(&workspace.cache, "apt", || apt::install(workspace, &["firefox-esr"]))?;
    }
    let program = find().context("the Firefox tests need `firefox` in PATH: install it")?;
    let driver = match find_in_path("geckodriver") {
        Some(driver) => driver,
        None => build_geckodriver(workspace)?,
    };
    Ok(Browser { program, driver })
}

fn build_geckodriver(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.cache.join(format!("geckodriver-{GECKODRIVER_VERSION}"));
    let driver = root.join("bin").join(format!("geckodriver{}", env::consts::EXE_SUFFIX));
    locked(&workspace.cache, "geckodriver", || {
        if driver.is_file() {
            return Ok(());
        }
        step::step(&format!("cargo install geckodriver {GECKODRIVER_VERSION}"), || {
            let mut command = Command::new(cargo());
            command.args(["install", "--locked", "--version", GECKODRIVER_VERSION, "geckodriver"]);
            command.arg("--root").arg(&root).env_remove("CARGO_TARGET_DIR");
            step::run_quietly(&mut command, &workspace.target.join("xtask/geckodriver.log"))
        })
    })?;
    Ok(driver)
}
