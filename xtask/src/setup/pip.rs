//! Packages from PyPI, each into a folder of its own: nothing is installed for all of the machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{apt, locked};
use crate::step;
use crate::workspace::{Workspace, find_in_path};

/// A Python with pip.
pub fn python(workspace: &Workspace) -> Result<PathBuf> {
    let found = || find_in_path("python3").filter(|python| has_pip(python));
    if let Some(python) = found() {
        return Ok(python);
    }
    if apt::is_available() {
        locked(&workspace.cache, "apt", || apt::install(workspace, &["python3", "python3-pip"]))?;
    }
    found().context("this needs python3 with pip: install both from your system's packages")
}

/// Makes sure that `folder` of the cache holds a package, and what it needs.
pub fn package(workspace: &Workspace, folder: &str, package: &str) -> Result<PathBuf> {
    let dir = workspace.cache.join(folder);
    // Written last, so that an installation that was cut off is done again.
    let done = dir.join("done");
    locked(&workspace.cache, folder, || {
        if done.is_file() {
            return Ok(());
        }
        let python = python(workspace)?;
        step::step(&format!("pip install {package}"), || {
            let mut command = Command::new(python);
            command.args(["-m", "pip", "install", "--disable-pip-version-check"]);
            command.args(["--upgrade", "--target"]).arg(&dir).arg(package);
            step::run_quietly(&mut command, &workspace.target.join("xtask/pip.log"))
        })?;
        Ok(std::fs::write(&done, [])?)
    })?;
    ensure!(done.is_file(), "{} is not complete", dir.display());
    Ok(dir)
}

fn has_pip(python: &Path) -> bool {
    step::output_of(Command::new(python).args(["-m", "pip", "--version"])).is_ok()
}
