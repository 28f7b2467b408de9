//! Real Redis clients, for the tests of the native door: in the cache, and nowhere else.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{apt, locked, node, pip};
use crate::workspace::{Workspace, find_in_path};

const REDIS_PY: &str = "redis==8.1.0";
/// ioredis and node-redis.
const NODE_CLIENTS: [&str; 2] = ["ioredis@6.0.0", "redis@6.3.1"];

/// Where the clients are, as `server/tests/door/clients.rs` reads it from its environment.
pub fn environment(workspace: &Workspace) -> Result<Vec<(&'static str, OsString)>> {
    Ok(vec![
        ("STREAMLANES_REDIS_CLI", redis_cli(workspace)?.into()),
        ("STREAMLANES_PYTHON", pip::python(workspace)?.into()),
        ("STREAMLANES_REDIS_PY", pip::package(workspace, "redis-py-8.1.0", REDIS_PY)?.into()),
        ("STREAMLANES_NODE_CLIENTS", node::packages(workspace, &NODE_CLIENTS)?.into()),
        ("STREAMLANES_NODE", node::program(workspace)?.into()),
    ])
}

/// `redis-cli` of any version.
fn redis_cli(workspace: &Workspace) -> Result<PathBuf> {
    let found = || find_in_path("redis-cli");
    if found().is_none() && apt::is_available() {
        locked(&workspace.cache, "apt", || apt::install(workspace, &["redis-tools"]))?;
    }
    found().context("this needs `redis-cli` in PATH: install it from your system's packages")
}
