//! What people would use instead, for `cargo xtask bench`: packages from npm and PyPI, at fixed
//! versions, each in a folder of the cache.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{node, pip};
use crate::step;
use crate::workspace::Workspace;

/// From npm: the peer, what it is a mock of, and what bundles it for a browser.
const NPM: &[&str] = &[
    "ioredis-mock@8.13.1",
    "ioredis@5.11.1",
    "esbuild@0.28.2",
    "esbuild-plugins-node-modules-polyfill@1.8.3",
];

/// A peer's name and version, for tables.
pub const IOREDIS_MOCK: &str = "ioredis-mock 8.13.1";
/// From PyPI: names and versions.
pub const FAKEREDIS: (&str, &str) = ("fakeredis", "2.40.0");
/// The same.
pub const BURNER_REDIS: (&str, &str) = ("burner-redis", "0.1.7");

/// ioredis-mock as one JavaScript module for the browser, made from `benches/peers/`.
pub fn ioredis_mock(workspace: &Workspace, out: &Path) -> Result<()> {
    let dir = node::packages(workspace, NPM)?;
    let peers = workspace.root.join("benches/peers");
    // Imports are looked for from where the script is.
    fs::copy(peers.join("bundle.mjs"), dir.join("bundle.mjs"))?;
    let mut command = Command::new(node::program(workspace)?);
    command.current_dir(&dir).arg("bundle.mjs").arg(peers.join("ioredis_mock.js")).arg(out);
    step::run_quietly(&mut command, &workspace.target.join("xtask/esbuild.log"))
}

/// Runs a peer that is a Python package.
pub fn in_python(workspace: &Workspace, (name, version): (&str, &str)) -> Result<Command> {
    let package =
        pip::package(workspace, &format!("{name}-{version}"), &format!("{name}=={version}"))?;
    let mut command = Command::new(pip::python(workspace)?);
    command.env("PYTHONPATH", package);
    command.arg(workspace.root.join("benches/peers/in_python.py")).arg(name);
    Ok(command)
}
